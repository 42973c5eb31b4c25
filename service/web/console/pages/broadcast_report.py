"""Whom a broadcast reached and whom not: a list with the reasons, a file for a spreadsheet, and a test to oneself."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, abort, request
from flask.typing import ResponseReturnValue
from phonenumbers import PhoneNumberFormat, format_number, is_possible_number, parse
from phonenumbers.phonenumberutil import NumberParseException
from sqlalchemy import Connection, Select, and_, func, select

from service.gateway.base import OutboundText
from service.reminders import why
from service.reminders.clinics import senders_of
from service.reminders.imports.error_file import safe
from service.reminders.optouts import is_stopped
from service.reminders.preview import preview
from service.storage.reminder_tables import audit, broadcasts, deliveries, patients
from service.web.console.console import Console
from service.web.console.permissions import Permission
from service.web.console.progress import GROUPS
from service.web.console.seat import Seat
from service.web.console.to_myself import send_to_myself

ON_A_PAGE = 50
# Tests that one person may send in an hour: to oneself, not a way around consent.
MOST_TESTS = 10
TESTED = "test sent"
COLUMNS = ("number", "name", "channel", "state", "reason", "due", "accepted", "final")


def add(console: Console) -> None:
    """The list of people, the report and the test."""

    @console.page("/broadcasts/<int:broadcast_id>/people", Permission.SEE_BROADCASTS)
    def broadcast_people(seat: Seat, broadcast_id: int) -> ResponseReturnValue:
        group, after = request.args.get("group", ""), request.args.get("after", "")
        with seat.read() as connection:
            run = _run(connection, seat, broadcast_id)
            mine = _messages(seat, broadcast_id)
            if group in GROUPS:
                mine = mine.where(deliveries.c.state.in_(GROUPS[group]))
            if after.isdecimal() and len(after) < 12:
                mine = mine.where(deliveries.c.id > int(after))
            rows = connection.execute(mine.limit(ON_A_PAGE + 1)).mappings().all()
        shown = rows[:ON_A_PAGE]
        seat.note_shown([row["patient_id"] for row in shown])
        return seat.show(
            "broadcast_people.html",
            run=run,
            rows=[(row, seat.patient_name(row["patient_id"], row["name_sealed"]), _told(row, seat)) for row in shown],
            group=group if group in GROUPS else "",
            groups=GROUPS,
            first=not after,
            after=shown[-1]["id"] if len(rows) > ON_A_PAGE else 0,
        )

    @console.page("/broadcasts/<int:broadcast_id>/report.csv", Permission.EXPORT, fresh=True)
    def broadcast_report(seat: Seat, broadcast_id: int) -> ResponseReturnValue:
        with seat.read() as connection:
            _run(connection, seat, broadcast_id)
            rows = connection.execute(_messages(seat, broadcast_id)).mappings().all()
        with seat.write() as connection:
            seat.note(connection, "report exported", f"run {broadcast_id}, {len(rows)} messages")
        name = f"clearline-{broadcast_id}.csv"
        return Response(
            "\ufeff" + _csv(seat, rows),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    @console.page("/broadcasts/<int:broadcast_id>/test", Permission.PREPARE_BROADCASTS, methods=("POST",))
    def test_broadcast(seat: Seat, broadcast_id: int) -> ResponseReturnValue:
        to = _number(request.form.get("number", "")[:40])
        with seat.read() as connection:
            _run(connection, seat, broadcast_id)
            refusal, text = _test(connection, seat, broadcast_id, to, request.form.get("language", ""))
        if text is None:
            return seat.back("broadcast", refusal, broadcast_id=broadcast_id)
        with seat.write() as connection:
            seat.note(connection, TESTED, f"run {broadcast_id}")
        outcome = send_to_myself(seat.parts.gateway, text)
        return seat.back("broadcast", f"broadcasts.test_{outcome}", broadcast_id=broadcast_id)


def _run(connection: Connection, seat: Seat, run: int) -> Any:
    mine = select(broadcasts).where(broadcasts.c.clinic_id == seat.clinic_id, broadcasts.c.id == run)
    return connection.execute(mine).mappings().one_or_none() or abort(404)


def _messages(seat: Seat, run: int) -> Select[Any]:
    of_patient = and_(patients.c.clinic_id == deliveries.c.clinic_id, patients.c.id == deliveries.c.patient_id)
    return (
        select(deliveries, patients.c.name_sealed)
        .select_from(deliveries.outerjoin(patients, of_patient))
        .where(deliveries.c.clinic_id == seat.clinic_id, deliveries.c.broadcast_id == run)
        .order_by(deliveries.c.id)
    )


def _told(row: Any, seat: Seat) -> str:
    return why.told(row["reason"], seat.language)


def _csv(seat: Seat, rows: Any) -> str:
    """The report: a row for each message, on the clinic's clock, and nothing that a spreadsheet runs as a formula."""
    file = io.StringIO(newline="")
    out = csv.writer(file)
    out.writerow([safe(seat.say(f"broadcasts.column_{name}")) for name in COLUMNS])
    for row in rows:
        out.writerow([safe(cell) for cell in _cells(seat, row)])
    return file.getvalue()


def _cells(seat: Seat, row: Any) -> Iterator[str]:
    yield str(row["id"])
    yield seat.patient_name(row["patient_id"], row["name_sealed"])
    yield seat.say(f"broadcasts.by_{row['channel']}")
    yield seat.say(f"states.{row['state']}")
    yield _told(row, seat)
    zone = ZoneInfo(seat.dates.zone)
    for name in ("due_at", "accepted_at", "final_at"):
        at = row[name]
        yield f"{datetime.fromtimestamp(at, UTC).astimezone(zone):%Y-%m-%d %H:%M %Z}" if at else ""


def _test(connection: Connection, seat: Seat, run: int, to: str, language: str) -> tuple[str, OutboundText | None]:
    """The text to send, or the phrase saying why not."""
    if not to:
        return "broadcasts.test_no_number", None
    if is_stopped(connection, seat.clinic_id, seat.privacy.phone(to)):
        return "broadcasts.test_stopped", None
    since = (audit.c.clinic_id == seat.clinic_id, audit.c.who == seat.name, audit.c.at > seat.now - 3600)
    sent = select(func.count()).where(*since, audit.c.what == TESTED)
    if connection.execute(sent).scalar_one() >= MOST_TESTS:
        return "broadcasts.test_many", None
    samples = preview(connection, seat.clinic_id, run, seat.now).samples
    fitting = [sample for sample in samples if sample.language == language] or list(samples)
    sender = next((one for one in senders_of(connection, seat.clinic_id) if one.role != "line"), None)
    if not fitting or sender is None:
        return "broadcasts.test_nothing", None
    return "", OutboundText(to, sender.number, fitting[0].text, validity=3600)


def _number(typed: str) -> str:
    try:
        number = parse(typed, "US")
    except NumberParseException:
        return ""
    return format_number(number, PhoneNumberFormat.E164) if is_possible_number(number) else ""
