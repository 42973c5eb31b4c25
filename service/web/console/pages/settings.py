"""Settings: the clinic as messages name it, its sites with their clocks and phones, and the numbers it sends from."""

from __future__ import annotations

from flask import abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy import update
from wtforms import SelectField

from service.languages import Language
from service.reminders.clinics import LONGEST_NAME, Site, add_site, clinic, senders_of, shares_sender, sites_of
from service.reminders.clinics import change_site as keep_site
from service.reminders.refused import Refused
from service.reminders.retention import retention
from service.reminders.rules import lint
from service.reminders.rules.staffed import BadHours, staffed_hours
from service.reminders.rules.zones import known_zones
from service.storage.reminder_tables import clinics
from service.web.console.console import Console
from service.web.console.forms import Form, line
from service.web.console.one_person import readable
from service.web.console.permissions import Permission
from service.web.console.seat import Seat
from service.web.console.typed_number import typed_number


class ClinicForm(Form):
    """What of a clinic may be changed."""

    name_in_texts = line("first_run.name_in_texts", "first_run.name_in_texts_hint", most=LONGEST_NAME)
    zone = SelectField("first_run.zone", choices=list(known_zones()))
    outside_approver = line("settings.outside_approver", "settings.outside_approver_hint", required=False, most=80)


class SiteForm(Form):
    """A further place."""

    short_name = line("settings.site_name", "first_run.name_in_texts_hint", most=LONGEST_NAME)
    town = line("settings.town", required=False, most=60)
    zone = SelectField("first_run.zone", choices=list(known_zones()))
    day_phone = line("settings.day_phone", "settings.phone_hint", most=30, inputmode="tel")
    night_phone = line("settings.night_phone", "settings.night_phone_hint", most=30, inputmode="tel")
    hours = line("settings.hours", "settings.hours_hint", required=False)
    directions = line("settings.directions", "settings.directions_hint", required=False)


def add(console: Console) -> None:
    """The clinic, and its sites."""

    @console.page("/settings", Permission.SEE_SETTINGS)
    def settings(seat: Seat) -> ResponseReturnValue:
        with seat.read() as connection:
            return seat.show(
                "settings.html",
                clinic=clinic(connection, seat.clinic_id),
                sites=sites_of(connection, seat.clinic_id),
                senders=senders_of(connection, seat.clinic_id),
                readable=readable,
                shared=shares_sender(connection, seat.clinic_id),
                kept=retention(connection, seat.clinic_id),
            )

    @console.page("/settings/clinic", Permission.CHANGE_SETTINGS, methods=("GET", "POST"), fresh=True)
    def change_clinic(seat: Seat) -> ResponseReturnValue:
        with seat.read() as connection:
            row = connection.execute(clinics.select().where(clinics.c.id == seat.clinic_id)).mappings().one()
        form = ClinicForm(request.form if request.method == "POST" else None, data=dict(row))
        if request.method == "GET":
            return seat.show("settings_clinic.html", form=form)
        if not (form.validate() and _names_nothing(form, "name_in_texts")):
            return seat.show("settings_clinic.html", 422, form=form)
        with seat.write() as connection:
            connection.execute(update(clinics).where(clinics.c.id == seat.clinic_id).values(form.data))
            seat.note(connection, "clinic changed", f"clinic {seat.clinic_id}")
        return seat.back("settings", "settings.saved")

    @console.page("/settings/sites/new", Permission.CHANGE_SETTINGS, methods=("GET", "POST"), fresh=True)
    def new_site(seat: Seat) -> ResponseReturnValue:
        return _site(seat, SiteForm(request.form, data={"zone": seat.me.zone}), 0)

    @console.page("/settings/sites/<int:site_id>", Permission.CHANGE_SETTINGS, methods=("GET", "POST"), fresh=True)
    def change_site(seat: Seat, site_id: int) -> ResponseReturnValue:
        with seat.read() as connection:
            mine = [site for site in sites_of(connection, seat.clinic_id) if site.id == site_id]
        if not mine:
            abort(404)
        return _site(seat, SiteForm(request.form if request.method == "POST" else None, obj=mine[0]), site_id)


def _site(seat: Seat, form: SiteForm, site_id: int) -> ResponseReturnValue:
    """Show the form of a site, or keep what it says: a new one where `site_id` is 0."""
    title = "settings.change_site" if site_id else "settings.site_title"
    if request.method == "GET":
        return seat.show("settings_site.html", form=form, title=title)
    numbers = {name: typed_number(form[name].data or "") for name in ("day_phone", "night_phone")}
    if not (form.validate() and _names_nothing(form, "short_name") and _are_numbers(form, numbers)):
        return seat.show("settings_site.html", 422, form=form, title=title)
    if not _are_hours(form, seat.language):
        return seat.show("settings_site.html", 422, form=form, title=title)
    site = Site(**(form.data | numbers))
    try:
        with seat.write() as connection:
            if site_id:
                keep_site(connection, seat.clinic_id, site_id, site, seat.name, seat.now)
            else:
                add_site(connection, seat.clinic_id, site, seat.name, seat.now)
    except Refused:
        form.refuse("short_name", "settings.site_taken")
        return seat.show("settings_site.html", 422, form=form, title=title)
    return seat.back("settings", "settings.saved" if site_id else "settings.site_added")


def _names_nothing(form: Form, field: str) -> bool:
    """Does the name say nothing about what people are treated for?"""
    if lint.lint_clinic(lint.Clinic(names=(form[field].data,), phones=())):
        form.refuse(field, "first_run.telling")
    return not form.errors


def _are_hours(form: Form, language: Language) -> bool:
    """Call-backs are promised by the hours of a site, so they must be such that we can read them."""
    try:
        staffed_hours(form["hours"].data or "Mon 08:00-17:00")
    except BadHours as error:
        form.refuse("hours", error.reason.say(language))
    return not form.errors


def _are_numbers(form: Form, numbers: dict[str, str]) -> bool:
    for field, number in numbers.items():
        if not number:
            form.refuse(field, "settings.no_number")
    return not form.errors
