"""Plans: how long before a visit people are reminded, by text or call, and who said yes to it."""

from __future__ import annotations

from typing import Any

from flask import abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, select
from wtforms import RadioField

from service.reminders.plans import add_plan, planned_by
from service.reminders.plans import approve_plan as say_yes
from service.reminders.plans import retire_plan as stop
from service.reminders.second_person import alone
from service.reminders.waiting import count_waiting
from service.storage import reminder_tables
from service.web.console.console import Console
from service.web.console.forms import Form, chosen
from service.web.console.permissions import Permission
from service.web.console.seat import Seat

KEPT = reminder_tables.plans
# In the order in which they come before a visit; the last ones repeat where no visit is set yet.
OFFERED = {
    "7 days": "days_7",
    "1 day": "days_1",
    "2 hours": "hours_2",
    "every 3 months": "months_3",
    "every 6 months": "months_6",
}
CHANNELS = {"text,call": "plans.text_call", "text": "plans.text", "call,text": "plans.call_text"}


class PlanForm(Form):
    """A new plan."""

    kind = RadioField("plans.when", choices=chosen({kind: f"plans.{name}" for kind, name in OFFERED.items()}))
    channels = RadioField("plans.channels", choices=chosen(CHANNELS), default="text,call")


def add(console: Console) -> None:
    """The plans, a new one, and the yes of a second person."""

    @console.page("/plans", Permission.SEE_TEMPLATES)
    def plans(seat: Seat) -> ResponseReturnValue:
        return _show(seat, PlanForm())

    @console.page("/plans/new", Permission.CHANGE_TEMPLATES, methods=("POST",))
    def new_plan(seat: Seat) -> ResponseReturnValue:
        form = PlanForm(request.form)
        if form.validate():
            with seat.write() as connection:
                if any(row["kind"] == form.kind.data for row in _standing(connection, seat.clinic_id)):
                    form.refuse("kind", "plans.exists")
                else:
                    kind, channels = form.kind.data, form.channels.data
                    add_plan(connection, seat.clinic_id, kind, seat.name, seat.now, channels)
        if form.errors:
            return _show(seat, form, 422)
        return seat.back("plans", "plans.made")

    @console.page("/plans/<int:plan_id>/approve", Permission.APPROVE_TEMPLATES, methods=("POST",))
    def approve_plan(seat: Seat, plan_id: int) -> ResponseReturnValue:
        with seat.write() as connection:
            _row(connection, seat.clinic_id, plan_id)
            say_yes(connection, seat.clinic_id, plan_id, seat.name, seat.now)
        return seat.back("plans", "plans.approved")

    @console.page("/plans/<int:plan_id>/retire", Permission.CHANGE_TEMPLATES, methods=("POST",))
    def retire_plan(seat: Seat, plan_id: int) -> ResponseReturnValue:
        with seat.write() as connection:
            _row(connection, seat.clinic_id, plan_id)
            stopped = stop(connection, seat.clinic_id, plan_id, seat.name, seat.now)
        return seat.back("plans", "plans.retired", {"count": str(stopped)})


def _show(seat: Seat, form: PlanForm, status: int = 200) -> ResponseReturnValue:
    with seat.read() as connection:
        standing = _standing(connection, seat.clinic_id)
        waiting = {
            plan["id"]: count_waiting(connection, seat.clinic_id, planned_by(plan["kind"])) for plan in standing
        }
        by_oneself = alone(connection, seat.clinic_id, seat.name)
    return seat.show(
        "plans.html",
        status,
        form=form,
        plans=standing,
        names={kind: seat.say(f"plans.{name}") for kind, name in OFFERED.items()},
        channels=CHANNELS,
        waiting=waiting,
        alone=by_oneself,
    )


def _standing(connection: Connection, clinic_id: int) -> list[Any]:
    mine = select(KEPT).where(KEPT.c.clinic_id == clinic_id, KEPT.c.retired_at.is_(None))
    order = list(OFFERED)
    rows = connection.execute(mine.order_by(KEPT.c.id)).mappings()
    return sorted(rows, key=lambda row: order.index(row["kind"]) if row["kind"] in order else len(order))


def _row(connection: Connection, clinic_id: int, plan_id: int) -> Any:
    mine = select(KEPT).where(KEPT.c.clinic_id == clinic_id, KEPT.c.id == plan_id)
    return connection.execute(mine).mappings().one_or_none() or abort(404)
