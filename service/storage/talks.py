"""What we remember of a talk by text or call: where it stands, its language and pace, and answers already given."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, String, bindparam, cast, exists, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from service.storage.hot import Hot
from service.storage.people_tables import contacts, join_cards
from service.storage.tables import answered, opt_outs, talks


@dataclass(frozen=True)
class Talk:
    """One phone's talk as it is remembered. A phone that never wrote has all of it empty. `known`: a clinic knows it,
    or it answers a card from a clinic's desk."""

    state: str = ""
    language: str = ""
    pace: str = ""
    texted_at: int = 0
    same: str = ""
    same_count: int = 0
    same_since: int = 0
    all_count: int = 0
    all_since: int = 0
    stopped: bool = False
    known: bool = False


_KNOWN = tuple(name for name in Talk.__annotations__ if name not in ("stopped", "known"))


def _recall(dialect: str) -> Any:
    # One row whether or not we know the phone, so that one look is enough.
    asked = select(cast(bindparam("key"), String).label("phone")).subquery()
    known = or_(
        exists().where(contacts.c.phone == asked.c.phone), exists().where(join_cards.c.asked_phone == asked.c.phone)
    )
    names = (talks.c[name] for name in _KNOWN)
    return select(*names, opt_outs.c.since, opt_outs.c.lifted_at, known).select_from(
        asked.outerjoin(talks, talks.c.phone == asked.c.phone).outerjoin(opt_outs, opt_outs.c.phone == asked.c.phone)
    )


def _answer(dialect: str) -> Any:
    values: dict[str, Any] = {name: bindparam(name) for name in ("message_sid", "answer", "at", "phone", "topic")}
    return _insert(dialect)(answered).values(values).on_conflict_do_nothing(index_elements=["message_sid"])


RECALL, ANSWER = Hot(_recall), Hot(_answer)
_EARLIER = select(answered.c.answer).where(answered.c.message_sid == bindparam("key"))


def recall(connection: Connection, phone: str) -> Talk:
    """What we know of `phone` (its blind index)."""
    row = RECALL.run(connection, {"key": phone}).fetchone()
    *remembered, since, lifted_at, known = row
    stopped = since is not None and lifted_at is None
    if row[0] is None:
        return Talk(stopped=stopped, known=bool(known))
    return Talk(**dict(zip(_KNOWN, remembered, strict=True)), stopped=stopped, known=bool(known))


def is_stopped(connection: Connection, phone: str) -> bool:
    """Has this phone opted out?"""
    return recall(connection, phone).stopped


def answer(
    connection: Connection, message_sid: str, words: str, now: int, *, topic: str = "", phone: str = ""
) -> bool:
    """Keep the answer to a message, for further copies of it. False where an earlier copy was answered already.

    Where it is a page, `topic` names it and `phone` (a blind index) whom it reached."""
    row = {"message_sid": message_sid, "answer": words, "at": now, "phone": phone if topic else "", "topic": topic}
    return bool(ANSWER.run(connection, row).rowcount == 1)


def correct_answer(connection: Connection, message_sid: str, words: str, *, topic: str = "", phone: str = "") -> None:
    """Keep `words` in place of what was kept for a message that is being answered; see `answer`."""
    kept = {"answer": words, "phone": phone if topic else "", "topic": topic}
    connection.execute(update(answered).where(answered.c.message_sid == message_sid).values(kept))


def earlier_answer(connection: Connection, message_sid: str) -> str:
    """What the first copy of this message was answered."""
    return connection.execute(_EARLIER, {"key": message_sid}).scalar_one_or_none() or ""


def remember(connection: Connection, phone: str, values: dict[str, Any]) -> None:
    """Keep `values` (columns of talks) for `phone`, whether we knew it or not."""
    _remember(tuple(values)).run(connection, {"phone": phone, **values})


def opt_out(connection: Connection, phone: str, how: str, now: int) -> None:
    """From this commit on nothing that we start goes to `phone`. A second one changes nothing."""
    insert = _insert(connection.dialect.name)(opt_outs).values(phone=phone, since=now, how=how)
    again = {"since": now, "how": how, "lifted_at": None}
    connection.execute(
        insert.on_conflict_do_update(index_elements=["phone"], set_=again, where=opt_outs.c.lifted_at.is_not(None))
    )


def opt_in(connection: Connection, phone: str, now: int) -> None:
    """Lift an opt-out from the information line, unless it is younger. No clinic's consent comes back by it."""
    older = opt_outs.c.phone == phone, opt_outs.c.since <= now
    connection.execute(update(opt_outs).where(*older).values(lifted_at=now))


def _insert(dialect: str) -> Any:
    return sqlite.insert if dialect == "sqlite" else postgresql.insert


@cache
def _remember(names: tuple[str, ...]) -> Hot:
    def build(dialect: str) -> Any:
        insert = _insert(dialect)(talks).values({name: bindparam(name) for name in ("phone", *names)})
        return insert.on_conflict_do_update(
            index_elements=["phone"], set_={name: insert.excluded[name] for name in names}
        )

    return Hot(build)
