"""Broadcasts: what goes out to many: looked at first, let go by a second person, watched, and stopped at any time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, and_, select

from service.reminders import approval, why
from service.reminders.jobs import counts
from service.reminders.preview import Preview, preview
from service.reminders.refused import Refused
from service.reminders.rules.oddness import needs_second_person
from service.storage import reminder_tables
from service.storage.reminder_tables import deliveries, patients
from service.web.console.console import Console
from service.web.console.permissions import Permission
from service.web.console.progress import progress
from service.web.console.seat import Seat

KEPT = reminder_tables.broadcasts
ON_A_PAGE = 20
WAITING = ("draft", "waiting")
# While one of these, the bar moves by itself.
LIVE = ("approved", "sending", "paused")
MOST_WORST = 8

Step = Callable[[Connection, int, int, str, int], Any]


def add(console: Console) -> None:
    """The list, one broadcast with its bar, and everything that lets it go or stops it."""

    @console.page("/broadcasts", Permission.SEE_BROADCASTS)
    def broadcasts(seat: Seat) -> ResponseReturnValue:
        after = request.args.get("after", "")
        mine = select(KEPT).where(KEPT.c.clinic_id == seat.clinic_id)
        if after.isdecimal() and len(after) < 12:
            mine = mine.where(KEPT.c.id < int(after))
        with seat.read() as connection:
            rows = connection.execute(mine.order_by(KEPT.c.id.desc()).limit(ON_A_PAGE + 1)).mappings().all()
            shown = rows[:ON_A_PAGE]
            # What has ended is not counted again for a list.
            live = {row["id"]: _progress(connection, seat, row["id"]) for row in shown if row["state"] in LIVE}
        return seat.show(
            "broadcasts.html",
            runs=shown,
            live=live,
            first=not after,
            after=shown[-1]["id"] if len(rows) > ON_A_PAGE else 0,
        )

    @console.page("/broadcasts/<int:broadcast_id>", Permission.SEE_BROADCASTS)
    def broadcast(seat: Seat, broadcast_id: int) -> ResponseReturnValue:
        with seat.read() as connection:
            row = _row(connection, seat, broadcast_id)
            seen = _preview(connection, seat, row)
            return seat.show(
                "broadcast.html",
                run=row,
                progress=_progress(connection, seat, broadcast_id),
                live=row["state"] in LIVE,
                undo=_may_undo(row, seat.now),
                **_told(connection, seat, row, seen),
            )

    @console.page("/broadcasts/<int:broadcast_id>/progress", Permission.SEE_BROADCASTS, polling=True)
    def broadcast_progress(seat: Seat, broadcast_id: int) -> ResponseReturnValue:
        with seat.read() as connection:
            row = _row(connection, seat, broadcast_id)
            now = _progress(connection, seat, broadcast_id)
        live, undo = row["state"] in LIVE, _may_undo(row, seat.now)
        return seat.show("broadcast_progress.html", run=row, progress=now, live=live, undo=undo)

    @console.page(
        "/broadcasts/<int:broadcast_id>/approve",
        Permission.APPROVE_BROADCASTS,
        methods=("GET", "POST"),
        fresh=True,
    )
    def approve_broadcast(seat: Seat, broadcast_id: int) -> ResponseReturnValue:
        if request.method == "GET":
            with seat.read() as connection:
                row = _row(connection, seat, broadcast_id)
                told = _told(connection, seat, row, _preview(connection, seat, row))
            return seat.show("broadcast_approve.html", run=row, **told)
        with seat.write() as connection:
            _row(connection, seat, broadcast_id)
            approval.approve(connection, seat.clinic_id, broadcast_id, seat.name, seat.now)
        return seat.back("broadcast", "broadcasts.approved_told", broadcast_id=broadcast_id)

    def step(seat: Seat, broadcast_id: int, do: Step, phrase: str) -> ResponseReturnValue:
        with seat.write() as connection:
            _row(connection, seat, broadcast_id)
            do(connection, seat.clinic_id, broadcast_id, seat.name, seat.now)
        return seat.back("broadcast", phrase, broadcast_id=broadcast_id)

    @console.page("/broadcasts/<int:broadcast_id>/undo", Permission.STOP_BROADCASTS, methods=("POST",))
    def undo_broadcast(seat: Seat, broadcast_id: int) -> ResponseReturnValue:
        return step(seat, broadcast_id, approval.undo, "broadcasts.undone")

    @console.page("/broadcasts/<int:broadcast_id>/pause", Permission.STOP_BROADCASTS, methods=("POST",))
    def pause_broadcast(seat: Seat, broadcast_id: int) -> ResponseReturnValue:
        return step(seat, broadcast_id, approval.pause, "broadcasts.paused_told")

    @console.page("/broadcasts/<int:broadcast_id>/cancel", Permission.STOP_BROADCASTS, methods=("POST",))
    def cancel_broadcast(seat: Seat, broadcast_id: int) -> ResponseReturnValue:
        return step(seat, broadcast_id, approval.cancel, "broadcasts.cancelled_told")

    # Whoever sees trouble may stop a send; to go on is for those who may let one go.
    @console.page("/broadcasts/<int:broadcast_id>/resume", Permission.APPROVE_BROADCASTS, methods=("POST",))
    def resume_broadcast(seat: Seat, broadcast_id: int) -> ResponseReturnValue:
        return step(seat, broadcast_id, approval.resume, "broadcasts.resumed_told")


def _row(connection: Connection, seat: Seat, run: int) -> Any:
    mine = select(KEPT).where(KEPT.c.clinic_id == seat.clinic_id, KEPT.c.id == run)
    return connection.execute(mine).mappings().one_or_none() or abort(404)


def _progress(connection: Connection, seat: Seat, run: int) -> Any:
    return progress(counts(connection, seat.clinic_id, run))


def _preview(connection: Connection, seat: Seat, row: Any) -> Preview | None:
    """What would go out; not made again once it has gone."""
    if row["state"] not in (*WAITING, *LIVE):
        return None
    try:
        return preview(connection, seat.clinic_id, row["id"], seat.now)
    except Refused:
        return None


def _told(connection: Connection, seat: Seat, row: Any, seen: Preview | None) -> dict[str, Any]:
    """The preview in words, and who may say yes."""
    cost = seen.estimate if seen else None
    first_at = max(seen.first_at or 0, seat.now) if seen else 0
    # Nothing goes before the time to take an approval back is over.
    later = max(0, (row["undo_until"] or 0) - first_at) if row["state"] in LIVE else 0
    second = row["kind"] == "closing" or row["state"] == "waiting" or needs_second_person(seen.queued if seen else 0)
    return {
        "seen": seen,
        "worst": _worst(connection, seat, seen) if seen else [],
        "left_out": [
            (why.told(reason, seat.language), count) for reason, count in (seen.left_out if seen else {}).items()
        ],
        "odd": [why.told(line, seat.language) for line in row["odd_why"].split("\n") if line],
        "first_at": first_at + later,
        "ends": max(int(cost.ends.timestamp()) + later, seen.last_at or 0) if seen and cost else 0,
        "pace": round(cost.segments * 60 / cost.seconds) if cost and cost.seconds else 0,
        "too_slow": cost.refused.say(seat.language) if cost and cost.refused else "",
        "unapproved": _unapproved(connection, seat, row),
        "other_person": second and row["made_by"] == seat.name and not _alone(connection, seat),
        "waits": row["state"] in WAITING,
    }


def _worst(connection: Connection, seat: Seat, seen: Preview) -> list[dict[str, Any]]:
    """The most expensive texts, each with somebody who would get it."""
    worst = sorted(seen.expensive, key=lambda one: (-one.segments, -one.phones))[:MOST_WORST]
    of_patient = and_(patients.c.clinic_id == deliveries.c.clinic_id, patients.c.id == deliveries.c.patient_id)
    rows = connection.execute(
        select(deliveries.c.id, patients.c.id.label("patient_id"), patients.c.name_sealed)
        .join(patients, of_patient)
        .where(deliveries.c.clinic_id == seat.clinic_id, deliveries.c.id.in_([one.delivery_id for one in worst]))
    )
    people = {row.id: (row.patient_id, seat.patient_name(row.patient_id, row.name_sealed)) for row in rows}
    return [{"text": one, "person": people.get(one.delivery_id, (0, ""))} for one in worst]


def _unapproved(connection: Connection, seat: Seat, row: Any) -> Any:
    """The template of a run, where nobody has approved it yet."""
    table = reminder_tables.templates
    mine = (table.c.clinic_id == seat.clinic_id, table.c.id == row["template_id"], table.c.approved_at.is_(None))
    return connection.execute(select(table.c.id, table.c.kind).where(*mine)).mappings().one_or_none()


def _alone(connection: Connection, seat: Seat) -> bool:
    clinics = reminder_tables.clinics
    outside = select(clinics.c.outside_approver).where(clinics.c.id == seat.clinic_id)
    return bool(connection.execute(outside).scalar_one() == seat.name)


def _may_undo(row: Any, now: int) -> bool:
    return row["state"] == "approved" and (row["undo_until"] or 0) > now
