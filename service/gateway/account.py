"""What Twilio has set for our numbers, compared with what it should be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from service.settings import Settings


@dataclass(frozen=True)
class NumberSettings:
    """One number as Twilio has it; addresses are empty where none is set."""

    number: str
    sms_url: str
    sms_method: str
    sms_fallback: str
    voice_url: str
    voice_method: str
    voice_fallback: str
    status_callback: str


def fetch(client: object) -> list[NumberSettings]:
    """The numbers of the account, by twilio's `client`. Raises what that raises."""
    listed = client.incoming_phone_numbers.list(limit=200)  # type: ignore[attr-defined]
    return [
        NumberSettings(
            number=found.phone_number,
            sms_url=found.sms_url or "",
            sms_method=found.sms_method or "",
            sms_fallback=found.sms_fallback_url or "",
            voice_url=found.voice_url or "",
            voice_method=found.voice_method or "",
            voice_fallback=found.voice_fallback_url or "",
            status_callback=found.status_callback or "",
        )
        for found in listed
    ]


def compare(found: Iterable[NumberSettings], settings: Settings) -> list[str]:
    """What is missing or wrong, a sentence each; empty where all is as it should be."""
    by_number = {entry.number: entry for entry in found}
    wrong = []
    for number in settings.numbers:
        entry = by_number.get(number)
        if entry is None:
            wrong.append(f"{number} is not a number of this account: set TWILIO_FROM to one that is.")
            continue
        wrong += [f"{number}: {sentence}" for sentence in _of_number(entry, settings)]
    return wrong


def _of_number(entry: NumberSettings, settings: Settings) -> list[str]:
    ours = settings.public_url
    wrong = []
    for kind, url, method, fallback, path in (
        ("messaging", entry.sms_url, entry.sms_method, entry.sms_fallback, "/twilio/sms"),
        ("voice", entry.voice_url, entry.voice_method, entry.voice_fallback, "/twilio/voice"),
    ):
        # Twilio's settings for retries and timeouts stand behind a # in the address.
        if url.partition("#")[0] != ours + path:
            wrong.append(f"set the {kind} webhook to {ours}{path}; it is {url or 'empty'}.")
        if method != "POST":
            wrong.append(f"set the {kind} webhook to POST: what GET carries stays in Twilio's logs.")
        if not fallback:
            wrong.append(f"set a {kind} fallback on another host that names 911, 988 and the clinic.")
        elif urlsplit(fallback).netloc == urlsplit(ours).netloc:
            wrong.append(f"put the {kind} fallback on another host: it must answer when this one is down.")
    if entry.status_callback.partition("#")[0] != ours + "/twilio/voice/status":
        wrong.append(f"set the call status callback to {ours}/twilio/voice/status.")
    return wrong
