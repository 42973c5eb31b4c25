"""The audit log: who did what, who saw whom, and whether the chain of rows still holds."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, literal, or_, select

from service.reminders.audit import first_broken
from service.storage.reminder_tables import audit as audit_table
from service.web.console.console import Console
from service.web.console.permissions import Permission
from service.web.console.seat import Seat

ON_A_PAGE = 100


def add(console: Console) -> None:
    """The list, and the check of the whole chain."""

    @console.page("/audit", Permission.SEE_AUDIT)
    def audit(seat: Seat) -> ResponseReturnValue:
        filters = [audit_table.c.clinic_id == seat.clinic_id]
        who, about = request.args.get("who", "").strip()[:80], request.args.get("about", "").strip()[:80]
        if who:
            filters.append(audit_table.c.who == who)
        if about:
            filters.append(_names(about))
        before = request.args.get("before", "")
        if before.isascii() and before.isdecimal() and len(before) < 16:
            filters.append(audit_table.c.id < int(before))
        with seat.read() as connection:
            newest_first = select(audit_table).where(*filters).order_by(audit_table.c.id.desc())
            rows = list(connection.execute(newest_first.limit(ON_A_PAGE + 1)).mappings())
        older = rows[ON_A_PAGE - 1]["id"] if len(rows) > ON_A_PAGE else 0
        return seat.show("audit.html", rows=rows[:ON_A_PAGE], who=who, about=about, older=older)

    @console.page("/audit/check", Permission.SEE_AUDIT, methods=("POST",))
    def check_audit(seat: Seat) -> ResponseReturnValue:
        with seat.read() as connection:
            broken = first_broken(connection, seat.clinic_id)
        if broken is None:
            return seat.back("audit", "audit.holds")
        return seat.back("audit", "audit.broken", {"number": str(broken)})


def _names(about: str) -> ColumnElement[bool]:
    """Is `about` one of the things that a row names? `patient 1` is not `patient 12`."""
    listed = literal(", ").concat(audit_table.c.about).concat(", ")
    return or_(
        listed.contains(f", {about}, ", autoescape=True),
        audit_table.c.about.startswith(f"{about}:", autoescape=True),
        audit_table.c.about.startswith(f"{about} ", autoescape=True),
    )
