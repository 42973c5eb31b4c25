"""Consent of a phone: given at the desk to words that stand on the page, withdrawn, and its whole history."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from flask import abort, request
from flask.typing import ResponseReturnValue
from wtforms import DateField, RadioField, SelectMultipleField
from wtforms.validators import InputRequired

from service.reminders import desk_consent
from service.reminders.clinics import clinic
from service.reminders.consent import Channel, history
from service.reminders.refused import Refused
from service.web.console.console import Console
from service.web.console.forms import Form, chosen
from service.web.console.one_person import phone_of, shown_phone, somebody
from service.web.console.permissions import Permission
from service.web.console.seat import Seat

PHONE = "/people/<int:patient_id>/phones/<int:contact_id>/consent"
# A paper older than this says little about what somebody wants today.
OLDEST_DAYS = 365


class ConsentForm(Form):
    """What somebody agreed to, and how."""

    channels = SelectMultipleField(
        "consent.channels",
        choices=chosen({one.value: f"consent.to_{one.value}" for one in Channel}),
        validators=[InputRequired("consent.choose_channel")],
    )
    medium = RadioField(
        "consent.medium",
        choices=chosen({one: f"consent.medium_{one}" for one in desk_consent.MEDIA}),
        validators=[InputRequired("consent.choose_medium")],
    )
    given_by = RadioField(
        "consent.given_by",
        choices=chosen({one: f"consent.by_{one}" for one in desk_consent.GIVEN_BY}),
        validators=[InputRequired("consent.choose_by")],
    )
    on = DateField("consent.on", description="consent.on_hint", validators=[InputRequired("forms.required")])


def add(console: Console) -> None:
    """The page, and the withdrawal."""

    @console.page(PHONE, Permission.CHANGE_PEOPLE, methods=("GET", "POST"))
    def consent(seat: Seat, patient_id: int, contact_id: int) -> ResponseReturnValue:
        form = ConsentForm(request.form if request.method == "POST" else None, data={"on": seat.dates.today})
        with seat.write() as connection:
            person = somebody(connection, seat, patient_id)
            contact = phone_of(connection, seat, patient_id, contact_id)
            if request.method == "POST" and _is_complete(form, seat):
                try:
                    for channel in form.channels.data:
                        desk_consent.agree(
                            connection,
                            seat.clinic_id,
                            contact,
                            Channel(channel),
                            form.medium.data,
                            form.given_by.data,
                            _noon(form, seat),
                            seat.name,
                            seat.now,
                        )
                    return seat.back("consent", "consent.kept", patient_id=patient_id, contact_id=contact_id)
                except Refused as error:
                    form.refuse("channels", error.said(seat.language))
            phone = shown_phone(connection, seat, contact)
            name = clinic(connection, seat.clinic_id).name_in_texts
            words = {one.value: desk_consent.words_for(name, one, contact.language) for one in Channel}
            kept = list(reversed(history(connection, seat.clinic_id, contact_id)))
        status = 200 if request.method == "GET" else 422
        page = seat.show("consent.html", status, form=form, person=person, phone=phone, words=words, kept=kept)
        seat.note_shown([patient_id])
        return page

    @console.page(PHONE + "/withdraw", Permission.CHANGE_PEOPLE, methods=("POST",))
    def withdraw_consent(seat: Seat, patient_id: int, contact_id: int) -> ResponseReturnValue:
        with seat.write() as connection:
            somebody(connection, seat, patient_id)
            contact = phone_of(connection, seat, patient_id, contact_id)
            channel = request.form.get("channel", "")
            if channel not in list(Channel):
                abort(400)
            desk_consent.withdraw(connection, seat.clinic_id, contact, Channel(channel), seat.name, seat.now)
        return seat.back("consent", "consent.withdrawn_told", patient_id=patient_id, contact_id=contact_id)


def _is_complete(form: ConsentForm, seat: Seat) -> bool:
    if not form.validate():
        return False
    if not 0 <= (seat.dates.today - form.on.data).days <= OLDEST_DAYS:
        form.refuse("on", "consent.on_wrong")
    return not form.errors


def _noon(form: ConsentForm, seat: Seat) -> int:
    """The day on the paper at noon; today it is now."""
    if form.on.data == seat.dates.today:
        return seat.now
    local = datetime.combine(form.on.data, time(12), ZoneInfo(seat.dates.zone))
    return int(local.astimezone(UTC).timestamp())
