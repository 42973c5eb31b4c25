"""The call log: which calls came to a clinic's numbers, where callers left, and what they asked of us."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from service.storage.reminder_tables import call_looks, calls, clinics, contacts, senders

WRONG_KEY, SILENCE, HUNG_UP = "wrong key", "silence", "hung up"


@dataclass(frozen=True)
class Call:
    """One call as it went. `phone` is the blind index of the caller's number, `ours` the number that was called,
    times in seconds since 1970; `trail` holds place, page and key of each step."""

    sid: str
    phone: str
    ours: str
    began_at: int
    language: str = ""
    place: str = ""
    page: int = 1
    left_by: str = ""
    trail: tuple[tuple[str, int, str], ...] = ()
    asked: tuple[str, ...] = ()
    dialed: str = ""
    ended_at: int | None = None
    seconds: int | None = None


@dataclass(frozen=True)
class Listed:
    """A call in the log of a clinic. `new`: it came after whoever asks looked last."""

    id: int
    call: Call
    new: bool = False


@dataclass(frozen=True)
class Left:
    """How often callers left at a place: after a wrong key, after silence, or by hanging up."""

    place: str
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.counts.values())


def keep(connection: Connection, call: Call) -> None:
    """Keep a call for each clinic concerned: whose number was called, and who knows the phone. In an installation of
    one clinic that is the one. A second time the row is brought up to date."""
    for clinic_id in _concerned(connection, call):
        values = _columns(call)
        kind = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
        statement = kind(calls).values(clinic_id=clinic_id, **values)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["clinic_id", "call_sid"],
                set_={name: values[name] for name in values if name not in ("call_sid", "phone", "began_at")},
            )
        )


def end(connection: Connection, sid: str, ended_at: int, seconds: int | None) -> None:
    """A call ended whose way we do not know: it began in a process that has stopped since."""
    still_open = (calls.c.call_sid == sid, calls.c.ended_at.is_(None))
    connection.execute(update(calls).where(*still_open).values(ended_at=ended_at, seconds=seconds))


def listed(
    connection: Connection, clinic_id: int, *, before: int = 0, most: int = 50, since: int = 0
) -> list[Listed]:
    """A page of the log, the latest first; `before` is the id that the page before ended with, `since` when somebody
    looked last."""
    mine = [calls.c.clinic_id == clinic_id]
    if before:
        mine.append(calls.c.id < before)
    rows = connection.execute(select(calls).where(*mine).order_by(calls.c.id.desc()).limit(most)).mappings()
    return [Listed(row["id"], _read(row), row["began_at"] > since) for row in rows]


def find(connection: Connection, clinic_id: int, call_id: int) -> Listed | None:
    """One call of this clinic's log."""
    mine = (calls.c.clinic_id == clinic_id, calls.c.id == call_id)
    row = connection.execute(select(calls).where(*mine)).mappings().first()
    return Listed(row["id"], _read(row)) if row else None


def of_phones(connection: Connection, clinic_id: int, phones: Collection[str], most: int = 60) -> list[Listed]:
    """The latest calls from these phones (their blind indexes)."""
    mine = (calls.c.clinic_id == clinic_id, calls.c.phone.in_(list(phones)), calls.c.phone != "")
    rows = connection.execute(select(calls).where(*mine).order_by(calls.c.id.desc()).limit(most)).mappings()
    return [Listed(row["id"], _read(row)) for row in rows]


def look(connection: Connection, clinic_id: int, staff_id: int, now: int) -> int:
    """Somebody looks at the log now; returns when they looked before, 0 for never."""
    mine = (call_looks.c.staff_id == staff_id, call_looks.c.clinic_id == clinic_id)
    before = connection.execute(select(call_looks.c.at).where(*mine)).scalar_one_or_none()
    if before is None:
        row = {"staff_id": staff_id, "clinic_id": clinic_id, "at": now}
        connection.execute(call_looks.insert().values(row))
    else:
        connection.execute(update(call_looks).where(*mine).values(at=now))
    return before or 0


def where_left(connection: Connection, clinic_id: int, since: int) -> list[Left]:
    """Where callers left the line since then, the most frequent place first. Whoever reached a person, or was told
    goodbye by us after what they wanted, did not leave a menu."""
    mine = (calls.c.clinic_id == clinic_id, calls.c.began_at >= since, calls.c.ended_at.is_not(None))
    went = (calls.c.left_by != "", calls.c.dialed != "completed")
    rows = connection.execute(
        select(calls.c.place, calls.c.left_by, func.count())
        .where(*mine, *went)
        .group_by(calls.c.place, calls.c.left_by)
    )
    found: dict[str, dict[str, int]] = {}
    for place, left_by, count in rows:
        found.setdefault(place, {})[left_by] = count
    return sorted((Left(place, counts) for place, counts in found.items()), key=lambda one: (-one.total, one.place))


def forget(connection: Connection, clinic_id: int, phone: str) -> int:
    """Let go of all calls from a phone (its blind index), because its owner is erased."""
    mine = (calls.c.clinic_id == clinic_id, calls.c.phone == phone)
    return connection.execute(delete(calls).where(*mine)).rowcount


def purge_calls(connection: Connection, clinic_id: int, before: int) -> int:
    """Let go of calls that began before then."""
    old = (calls.c.clinic_id == clinic_id, calls.c.began_at < before)
    return connection.execute(delete(calls).where(*old)).rowcount


def _concerned(connection: Connection, call: Call) -> Sequence[int]:
    whose = select(senders.c.clinic_id).where(senders.c.number == call.ours)
    know = select(contacts.c.clinic_id).where(contacts.c.phone == call.phone)
    found = set(connection.execute(whose.union(know)).scalars())
    if not found:
        everyone = list(connection.execute(select(clinics.c.id).limit(2)).scalars())
        found = set(everyone) if len(everyone) == 1 else set()
    return sorted(found)


def _columns(call: Call) -> dict[str, Any]:
    return {
        "call_sid": call.sid,
        "phone": call.phone,
        "ours": call.ours[:20],
        "language": call.language,
        "began_at": call.began_at,
        "ended_at": call.ended_at,
        "seconds": call.seconds,
        "place": call.place[:20],
        "page": call.page,
        "left_by": call.left_by,
        "trail": [list(step) for step in call.trail],
        "asked": ",".join(call.asked),
        "dialed": call.dialed[:12],
    }


def _read(row: Any) -> Call:
    return Call(
        sid=row["call_sid"],
        phone=row["phone"],
        ours=row["ours"],
        began_at=row["began_at"],
        language=row["language"],
        place=row["place"],
        page=row["page"],
        left_by=row["left_by"],
        trail=tuple((place, page, key) for place, page, key in row["trail"]),
        asked=tuple(filter(None, row["asked"].split(","))),
        dialed=row["dialed"],
        ended_at=row["ended_at"],
        seconds=row["seconds"],
    )
