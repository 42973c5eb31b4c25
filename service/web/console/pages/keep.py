"""How long the clinic keeps words and messages."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue
from wtforms import SelectField

from service.reminders.retention import DELIVERIES_DAYS, WORDS_DAYS, Retention, change_retention, retention
from service.web.console.console import Console
from service.web.console.forms import Form
from service.web.console.permissions import Permission
from service.web.console.seat import Seat


class KeepForm(Form):
    """Days for each; the choices are put in the reader's words."""

    words_days = SelectField("settings.retention_words", coerce=int)
    deliveries_days = SelectField(
        "settings.retention_deliveries", description="settings.retention_deliveries_hint", coerce=int
    )


def add(console: Console) -> None:
    """The form."""

    @console.page("/settings/keep", Permission.CHANGE_SETTINGS, methods=("GET", "POST"), fresh=True)
    def keep(seat: Seat) -> ResponseReturnValue:
        with seat.read() as connection:
            now = retention(connection, seat.clinic_id)
        form = KeepForm(request.form if request.method == "POST" else None, obj=now)
        for field, days in ((form.words_days, WORDS_DAYS), (form.deliveries_days, DELIVERIES_DAYS)):
            field.choices = [(one, seat.say("settings.days", count=one)) for one in days]
        if request.method == "GET" or not form.validate():
            return seat.show("settings_keep.html", 200 if request.method == "GET" else 422, form=form)
        chosen = Retention(form.words_days.data, form.deliveries_days.data)
        with seat.write() as connection:
            change_retention(connection, seat.clinic_id, chosen, seat.name, seat.now)
        return seat.back("settings", "settings.saved")
