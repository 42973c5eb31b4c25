"""The usual build's one task: a message to one person, sent with Twilio's own client. Runs in an environment of its
own, where nothing of ours is installed."""

from __future__ import annotations

import os
import sqlite3
import sys
import threading

from celery import Celery
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

BODY = "Lakeside Clinic: visit Thursday Dec 3, 12:30 PM.\n1 I will come\n2 Call me\n3 Change the day"
app = Celery("usual", broker=os.environ["USUAL_BROKER"])
app.conf.update(task_ignore_result=True, worker_hijack_root_logger=False, broker_connection_retry_on_startup=True)
local = threading.local()


class ToEndpoint(TwilioHttpClient):
    """Twilio's client, with its address replaced by the endpoint's."""

    def request(self, method, url, *rest, **more):  # type: ignore[no-untyped-def]
        return super().request(method, os.environ["USUAL_ENDPOINT"] + "/" + url.split("/", 3)[3], *rest, **more)


@app.task(name="send")
def send(person: int, phone: str) -> None:
    """Look up the person, send, and write down the answer, as tutorials do it."""
    if not hasattr(local, "client"):
        local.client = Client("AC" + "0" * 32, "token", http_client=ToEndpoint())
        local.database = sqlite3.connect(os.environ["USUAL_DATABASE"], timeout=60)
        local.database.execute("pragma journal_mode=wal")
    (state,) = local.database.execute("select state from messages where id = ?", (person,)).fetchone()
    if state == "queued":
        callback = f"https://line.example.org/twilio/sms/status/{person}"
        sent = local.client.messages.create(to=phone, from_="+12025550100", body=BODY, status_callback=callback)
        with local.database:
            local.database.execute("update messages set state = 'sent', sid = ? where id = ?", (sent.sid, person))


if __name__ == "__main__":
    # Queue everything that is on standard input: a phone a line.
    with app.producer_pool.acquire(block=True) as producer:
        for number, line in enumerate(sys.stdin, 1):
            send.apply_async((number, line.strip()), producer=producer)
