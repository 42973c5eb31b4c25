"""Approval: who lets a run go, and how it is undone, paused, resumed and cancelled.

Two people approve a template and a plan once. The daily run then goes by itself unless it is odd. A broadcast to more
than fifty always needs a second person. After an approval there are ten minutes to undo."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, func, select, update

from service.reminders import audit, stored
from service.reminders.closing_day import carry_out, take_back
from service.reminders.ordinary import read_run, why_it_waits
from service.reminders.queueing import enqueue_run
from service.reminders.refused import Refused, Word
from service.reminders.rules.oddness import needs_second_person
from service.reminders.second_person import alone
from service.reminders.templates import unapproved
from service.storage.reminder_tables import broadcasts, deliveries

UNDO_SECONDS = 600
RUNNING = ("approved", "sending")


def settle(connection: Connection, clinic_id: int, run: int, now: int) -> tuple[str, ...]:
    """Let a daily run go by itself, or let it wait for a second person: returns why it waits (lines for `why.told`),
    nothing where it goes."""
    this = read_run(connection, clinic_id, run)
    reasons = why_it_waits(connection, clinic_id, run, this, now)
    counts = {"count": this.count, "held": this.held, "templates": list(this.templates), "sites": list(this.sites)}
    values: dict[str, Any] = {"counts": counts, "odd_why": "\n".join(reasons), "state": "waiting"}
    if not reasons:
        values |= {"state": "approved", "approved_by": "plan", "approved_at": now}
        enqueue_run(connection, clinic_id, run, now)
    _change(connection, clinic_id, run, ("draft",), **values)
    return tuple(reasons)


def approve(connection: Connection, clinic_id: int, run: int, who: str, now: int) -> int:
    """Say yes to a run; returns until when it may be undone, in seconds since 1970. Raises Refused where a second
    person is needed and this is the first, or where its template is not approved."""
    head = _run(connection, clinic_id, run)
    if head["state"] not in ("draft", "waiting"):
        raise Refused("run.decided", state=Word(f"state.{head['state']}"))
    going = _count(connection, clinic_id, run, (stored.QUEUED,))
    second = (
        (head["kind"] != "daily" and needs_second_person(going))
        or head["state"] == "waiting"
        or head["kind"] == "closing"
    )
    if second and head["made_by"] == who and not alone(connection, clinic_id, who):
        raise Refused("run.own", name=who, count=going)
    if head["kind"] == "broadcast" and head["template_id"]:
        lacking = unapproved(connection, clinic_id, [head["template_id"]])
        if lacking:
            raise Refused("template.unapproved", kind=lacking[0])
    undo_until = now + UNDO_SECONDS
    enqueue_run(connection, clinic_id, run, undo_until)
    _change(
        connection,
        clinic_id,
        run,
        ("draft", "waiting"),
        state="approved",
        approved_by=who,
        approved_at=now,
        undo_until=undo_until,
    )
    if head["kind"] == "closing":
        carry_out(connection, clinic_id, run, now)
    audit.note(connection, clinic_id, who, "run approved", f"run {run}, {going} messages", now)
    return undo_until


def undo(connection: Connection, clinic_id: int, run: int, who: str, now: int) -> int:
    """Take an approval back while its ten minutes last; returns how many messages that stopped. Raises Refused."""
    head = _run(connection, clinic_id, run)
    if head["state"] != "approved" or (head["undo_until"] or 0) <= now:
        raise Refused("run.too_late")
    return cancel(connection, clinic_id, run, who, now)


def pause(connection: Connection, clinic_id: int, run: int, who: str, now: int) -> None:
    """Let nothing more of a run start. What is under way at this moment goes out. Raises Refused."""
    if not _change(connection, clinic_id, run, RUNNING, state="paused", paused_why=f"paused by {who}"[:200]):
        raise Refused("run.not_going")
    audit.note(connection, clinic_id, who, "run paused", f"run {run}", now)


def resume(connection: Connection, clinic_id: int, run: int, who: str, now: int) -> None:
    """Let a paused run go on. Raises Refused."""
    if not _change(connection, clinic_id, run, ("paused",), state="approved", paused_why=""):
        raise Refused("run.not_paused")
    audit.note(connection, clinic_id, who, "run resumed", f"run {run}", now)


def cancel(connection: Connection, clinic_id: int, run: int, who: str, now: int) -> int:
    """End a run: what waits is cancelled, what went out stays, and a closing day ends for whoever was not told of it.
    Returns how many messages that stopped."""
    head = _run(connection, clinic_id, run)
    if not _change(
        connection, clinic_id, run, ("draft", "waiting", "paused", *RUNNING), state="cancelled", finished_at=now
    ):
        raise Refused("run.ended")
    waiting = (
        deliveries.c.clinic_id == clinic_id,
        deliveries.c.broadcast_id == run,
        deliveries.c.state.in_((stored.QUEUED, stored.HELD)),
    )
    values = {"state": stored.CANCELLED, "reason": "held.cancelled", "final_at": now}
    stopped = connection.execute(update(deliveries).where(*waiting).values(values)).rowcount
    audit.note(connection, clinic_id, who, "run cancelled", f"run {run}, {stopped} messages", now)
    if head["kind"] == "closing" and head["approved_at"]:
        again = take_back(connection, clinic_id, run, who, now)
        if again:
            settle(connection, clinic_id, again.id, now)
    return stopped


def finish(connection: Connection, clinic_id: int, now: int) -> None:
    """Mark runs as done in which nothing waits any more."""
    waiting = select(deliveries.c.id).where(
        deliveries.c.clinic_id == clinic_id,
        deliveries.c.broadcast_id == broadcasts.c.id,
        deliveries.c.state.in_((stored.QUEUED, stored.CLAIMED)),
    )
    over = (broadcasts.c.clinic_id == clinic_id, broadcasts.c.state.in_(RUNNING), ~waiting.exists())
    connection.execute(update(broadcasts).where(*over).values(state="done", finished_at=now))
    # A retry hours later, or a delivery taken up again, makes its run go on.
    again = (broadcasts.c.clinic_id == clinic_id, broadcasts.c.state == "done", waiting.exists())
    connection.execute(update(broadcasts).where(*again).values(state="approved", finished_at=None))


def _run(connection: Connection, clinic_id: int, run: int) -> Any:
    mine = select(broadcasts).where(broadcasts.c.clinic_id == clinic_id, broadcasts.c.id == run)
    row = connection.execute(mine.with_for_update()).mappings().one_or_none()
    if row is None:
        raise Refused("run.unknown")
    return row


def _count(connection: Connection, clinic_id: int, run: int, states: Collection[str]) -> int:
    mine = (deliveries.c.clinic_id == clinic_id, deliveries.c.broadcast_id == run, deliveries.c.state.in_(states))
    return int(connection.execute(select(func.count()).where(*mine)).scalar_one())


def _change(connection: Connection, clinic_id: int, run: int, states: Collection[str], **values: Any) -> bool:
    mine = (broadcasts.c.clinic_id == clinic_id, broadcasts.c.id == run, broadcasts.c.state.in_(states))
    return bool(connection.execute(update(broadcasts).where(*mine).values(values)).rowcount)
