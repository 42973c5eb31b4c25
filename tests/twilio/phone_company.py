"""A phone company that speaks Twilio's API, keeps a ledger of every message that exists, and fails in every way."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime

from service.reminders.rules.states import Receipt, Standing, fold
from tests.twilio.description import NotAsDescribed, check
from tests.twilio.fates import Answer, Choose, Fate, calm

ACCOUNT = "AC" + "0" * 32


@dataclass
class Message:
    """One line of the ledger: a text or call that exists, whether or not its sender knows."""

    sid: str
    to: str
    sender: str
    body: str
    callback: str
    validity: int
    created_at: float
    listed_at: float
    answer: str
    receipts: list[tuple[str, int]]
    inbound: bool = False

    @property
    def standing(self) -> Standing:
        """What really became of it."""
        return fold(Receipt(status, error or None) for status, error in self.receipts)


@dataclass(frozen=True)
class Answered:
    """What goes back over the wire; `answer` says whether to break the connection instead."""

    answer: Answer
    status: int
    body: str
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class PhoneCompany:
    """`choose` decides the fate of each request; `clock` gives seconds since 1970. Every request is checked against
    Twilio's own description unless `checked` is False (for measuring speed)."""

    clock: Callable[[], float]
    choose: Choose = calm
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    checked: bool = True
    ledger: list[Message] = field(default_factory=list)
    requests: int = 0
    complaints: list[str] = field(default_factory=list)
    _due: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def submit(self, path: str, form: Mapping[str, str]) -> Answered:
        """POST Messages.json or Calls.json."""
        self.requests += 1
        if self.checked:
            try:
                check("POST", path, {}, form)
            except NotAsDescribed as error:
                self.complaints.append(str(error))
                return _refusal(400, 20001, str(error))
        fate = self.choose(form)
        message = self._make(path, form, fate) if fate.answer.made else None
        if fate.answer is Answer.REFUSE:
            return _refusal(401 if fate.code == 20003 else 400, fate.code, "refused")
        if fate.answer is Answer.TOO_MANY:
            return _refusal(429, 20429, "Too Many Requests", fate.retry_after)
        if fate.answer in (Answer.FAIL, Answer.FAIL_MADE):
            return Answered(fate.answer, 500, '{"code": 20500, "message": "Internal Server Error", "status": 500}')
        if fate.answer is Answer.PAGE_MADE:
            return Answered(fate.answer, 201, "<html>Created</html>")
        return Answered(fate.answer, 201, json.dumps(self._resource(message, "queued")) if message else "")

    def listing(self, path: str, query: Mapping[str, str]) -> Answered:
        """GET Messages.json or Calls.json."""
        if self.checked:
            try:
                check("GET", path, query, {})
            except NotAsDescribed as error:
                self.complaints.append(str(error))
                return _refusal(400, 20001, str(error))
        kind = "calls" if path.endswith("Calls.json") else "messages"
        since = query.get("DateSent>") or query.get("StartTime>")
        after = datetime.fromisoformat(since).timestamp() if since else 0.0
        rows = [
            self._resource(message, message.standing.status or "sent")
            for message in self.ledger
            if message.sid.startswith("CA" if kind == "calls" else "SM")
            and message.listed_at <= self.clock()
            and message.created_at >= after
            and query.get("To", message.to) == message.to
            and query.get("From", message.sender) == message.sender
        ]
        page = {"page": 0, "page_size": len(rows), "uri": path, "next_page_uri": None, kind: rows}
        return Answered(Answer.ACCEPT, 200, json.dumps(page))

    def receive(self, sender: str, to: str, body: str, lag: float = 0.0) -> Message:
        """A person texts a number of ours: it stands in the list, whether or not our webhook hears of it."""
        now = self.clock()
        sid = f"SM{self.chance.getrandbits(128):032x}"
        message = Message(sid, to, sender, body, "", 0, now, now + lag, "inbound", [("received", 0)], inbound=True)
        self.ledger.append(message)
        return message

    def callbacks(self) -> Iterator[tuple[str, dict[str, str]]]:
        """What would now be posted to us, as (address, form); each is handed out once."""
        due, self._due = self._due, []
        yield from due

    def _make(self, path: str, form: Mapping[str, str], fate: Fate) -> Message:
        now = self.clock()
        call = path.endswith("Calls.json")
        message = Message(
            sid=f"{'CA' if call else 'SM'}{self.chance.getrandbits(128):032x}",
            to=form["To"],
            sender=form.get("From", ""),
            body=form.get("Body", ""),
            callback=form.get("StatusCallback", ""),
            validity=int(form.get("ValidityPeriod", 0)),
            created_at=now,
            listed_at=now + fate.lag,
            answer=fate.answer.value,
            receipts=list(fate.receipts),
        )
        self.ledger.append(message)
        if message.callback:
            self._due += self._posts(message, fate, call)
        return message

    def _posts(self, message: Message, fate: Fate, call: bool) -> list[tuple[str, dict[str, str]]]:
        posts = []
        for status, error in message.receipts:
            if self.chance.random() < fate.dropped:
                continue
            names = ("CallSid", "CallStatus") if call else ("MessageSid", "MessageStatus")
            form = {"AccountSid": ACCOUNT, "To": message.to, "From": message.sender}
            form |= {names[0]: message.sid, names[1]: status}
            if error:
                form["ErrorCode"] = str(error)
            posts += [(message.callback, form)] * (2 if self.chance.random() < fate.repeated else 1)
        if fate.shuffled:
            self.chance.shuffle(posts)
        return posts

    def _resource(self, message: Message, status: str) -> dict[str, object]:
        moment = format_datetime(datetime.fromtimestamp(message.created_at, UTC))
        shared = {
            "sid": message.sid,
            "account_sid": ACCOUNT,
            "to": message.to,
            "from": message.sender,
            "status": status,
            "direction": "inbound" if message.inbound else "outbound-api",
            "date_created": moment,
            "date_updated": moment,
        }
        if message.sid.startswith("CA"):
            return {**shared, "start_time": moment, "end_time": None}
        return {
            **shared,
            "body": message.body,
            "date_sent": moment,
            "num_segments": "1",
            "error_code": message.standing.error,
        }

    def ledger_lines(self) -> list[dict[str, object]]:
        """The ledger as plain values."""
        return [asdict(message) for message in self.ledger]


def _refusal(status: int, code: int, words: str, retry_after: int | None = None) -> Answered:
    answer = Answer.TOO_MANY if status == 429 else Answer.REFUSE
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return Answered(answer, status, json.dumps({"code": code, "message": words, "status": status}), headers)
