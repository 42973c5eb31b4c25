"""A number for the clinic to send from: one of those that this installation was given."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue
from wtforms import RadioField, SelectField

from service.reminders.clinics import Sender, add_sender, senders_of
from service.web.console.console import Console
from service.web.console.forms import Form, chosen
from service.web.console.permissions import Permission
from service.web.console.seat import Seat

# Segments a second that carriers take from each kind at first (twilio.com/docs/messaging, rate limits).
PACES = {"longcode": 1, "tollfree": 3, "shortcode": 100}


class SenderForm(Form):
    """Which number, what for, and of which kind."""

    number = SelectField("settings.sender_number")
    role = RadioField(
        "settings.sender_role",
        choices=chosen({role: f"settings.role_{role}" for role in ("reminders", "line", "both")}),
        default="reminders",
    )
    kind = RadioField(
        "settings.sender_kind",
        description="settings.sender_kind_hint",
        choices=chosen({kind: f"settings.kind_{kind}" for kind in PACES}),
        default="longcode",
    )


def add(console: Console) -> None:
    """The form."""

    @console.page("/settings/numbers/new", Permission.CHANGE_SETTINGS, methods=("GET", "POST"), fresh=True)
    def new_sender(seat: Seat) -> ResponseReturnValue:
        with seat.read() as connection:
            taken = {sender.number for sender in senders_of(connection, seat.clinic_id)}
        free = [number for number in seat.parts.settings.numbers if number not in taken]
        form = SenderForm(request.form)
        form.number.choices = free
        if request.method == "GET" or not free or not form.validate():
            return seat.show("settings_sender.html", 200 if request.method == "GET" else 422, form=form, free=free)
        made = Sender(form.number.data, form.role.data, form.kind.data, PACES[form.kind.data])
        with seat.write() as connection:
            add_sender(connection, seat.clinic_id, made, seat.name, seat.now)
        return seat.back("settings", "settings.sender_added")
