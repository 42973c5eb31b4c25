"""The journal of calls under way: noted in memory after each answer, and stored beside the requests.

A step of a call waits for no database, so its way is remembered here: one row is written when the call begins and one
when the phone company says that it ended. A process that stops in between loses the way, never the call."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection

from service.conversation.reply import Effect, OptOut, Raise, TextPlace
from service.conversation.state import BadState, State, decode
from service.front_desk.clinic_calls import VISIT
from service.front_desk.messages import CallStep
from service.front_desk.steps import Step
from service.reminders import call_log
from service.reminders.call_log import HUNG_UP, SILENCE, WRONG_KEY, Call
from service.storage.database import Database, StorageDown

log = logging.getLogger(__name__)

# Calls under way, and steps of one call, that are remembered at most; and how long a call may go without a step.
MOST_CALLS, MOST_STEPS = 5_000, 200
LONGEST = 2 * 3600
# What the keys after a visit ask for.
VISIT_KEYS = {"1": "coming", "2": "back", "3": "rebook"}


class Took(NamedTuple):
    """A step of a call: where the caller stood, the key (`?` for words and a card's digits, empty for silence), how a
    dial ended, and what followed. Words that were spoken are not in it."""

    before: str
    key: str
    dialed: str
    step: Step


@dataclass
class _Under:
    """A call under way and its steps, to be worked out once somebody stores it."""

    sid: str
    caller: str
    ours: str
    began_at: int
    took: list[Took] = field(default_factory=list)


class CallJournal:
    """Remembers calls. `index` hides a number, `clock` gives seconds since 1970."""

    def __init__(self, database: Database, index: Callable[[str], str], clock: Callable[[], float]) -> None:
        self._database = database
        self._index = index
        self._clock = clock
        self._calls: dict[str, _Under] = {}
        self._lock = threading.Lock()
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="journal")

    def note(self, came: CallStep, step: Step) -> None:
        """Remember a step that was just answered. Waits for nothing, and works nothing out."""
        sid = came.call_sid[:64]
        under = self._calls.get(sid)
        if under is None:
            if came.state:
                # It began before this process did.
                return
            under = self._begin(sid, came)
        if len(under.took) < MOST_STEPS:
            under.took.append(Took(came.state, _key(came), came.dialed, step))

    def ended(self, sid: str, seconds: int | None) -> None:
        """The phone company says that a call ended, after so many `seconds`."""
        sid, now = sid[:64], int(self._clock())
        with self._lock:
            under = self._calls.pop(sid, None)
        if under is None:
            self._later(lambda connection: call_log.end(connection, sid, now, seconds))
        else:
            self._later(lambda connection: self._keep(connection, under, now, seconds))

    def settle(self) -> None:
        """Wait until all that was noted so far is stored."""
        self._writer.submit(lambda: None).result()

    def _begin(self, sid: str, came: CallStep) -> _Under:
        now = int(self._clock())
        under = _Under(sid, came.caller, came.to, now)
        with self._lock:
            old = list(self._left_over(now))
            self._calls[sid] = under
        # Of the old ones nobody told us the end.
        for one in (under, *old):
            self._later(partial(self._keep, under=one))
        return under

    def _left_over(self, now: int) -> Iterator[_Under]:
        """The oldest calls, while they are too many or went on for too long; they stand in the order they began."""
        while self._calls:
            oldest = next(iter(self._calls))
            if len(self._calls) < MOST_CALLS and self._calls[oldest].began_at >= now - LONGEST:
                return
            yield self._calls.pop(oldest)

    def _later(self, work: Callable[[Connection], object]) -> None:
        self._writer.submit(self._write, work)

    def _write(self, work: Callable[[Connection], object]) -> None:
        try:
            with self._database.write(durable=False) as connection:
                work(connection)
        except StorageDown as error:
            log.warning("a call is missing from the log: %s", error)
        except Exception:
            log.exception("a call could not be written to the log")

    def _keep(
        self, connection: Connection, under: _Under, ended_at: int | None = None, seconds: int | None = None
    ) -> None:
        call = Call(under.sid, self._index(under.caller), under.ours, under.began_at)
        for one in list(under.took):
            call = after(call, one)
        call_log.keep(connection, replace(call, ended_at=ended_at, seconds=seconds))


def after(call: Call, took: Took) -> Call:
    """The call with one more step: where it stands now, the key that led there, and what was asked of us."""
    state = _state(took.step.state)
    asked = [*call.asked, *filter(None, map(_asked, took.step.effects))]
    if "<Dial" in took.step.document:
        asked.append("person")
    if _state(took.before).place == VISIT and took.key in VISIT_KEYS:
        asked.append(VISIT_KEYS[took.key])
    call = replace(call, left_by=_left_by(state), asked=tuple(dict.fromkeys(asked)))
    if took.dialed:
        # Nobody answered, or the talk is over: no choice of the caller led here.
        return replace(call, dialed=took.dialed)
    step = (state.place, state.page, took.key)
    return replace(
        call,
        language=took.step.language.value,
        place=state.place,
        page=state.page,
        trail=(*call.trail, step),
    )


def _key(came: CallStep) -> str:
    """What is kept of a press: never the digits of a card, which come four together."""
    return "?" if came.speech or len(came.digits) > 3 else came.digits


def _state(text: str) -> State:
    try:
        return decode(text)
    except BadState:
        return State()


def _left_by(state: State) -> str:
    """What it would mean if the caller were gone now."""
    if state.misses:
        return WRONG_KEY
    return SILENCE if state.silences else HUNG_UP


def _asked(effect: Effect) -> str:
    match effect:
        case TextPlace():
            return "text"
        case OptOut():
            return "stop"
        case Raise():
            return "danger"
    return ""
