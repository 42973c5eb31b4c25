"""A new broadcast: the visit reminders that fall due, one message to many, or the notice that a site is closed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, insert, select
from wtforms import BooleanField, DateField, DateTimeLocalField, RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from service.reminders import approval
from service.reminders.broadcast import plan_broadcast, sent_before
from service.reminders.clinics import Site, clinic, sites_of
from service.reminders.closing_day import close_day
from service.reminders.planning import plan_day
from service.reminders.refused import Refused
from service.reminders.rules.whom import Phone, read
from service.reminders.runs import Run
from service.reminders.templates import newest_templates
from service.storage.reminder_tables import files, plans, templates
from service.web.console.console import Console
from service.web.console.forms import Form, chosen
from service.web.console.permissions import Permission
from service.web.console.seat import Seat
from service.web.console.wording import stored

# What a message to many can be filled with; {when} is one day that is the same for all.
FILLED = frozenset({"clinic", "phone", "town", "initial", "more", "when"})
# From today: (first day, last day) on which the reminders go out.
SPANS = {"both": (0, 1), "today": (0, 0), "tomorrow": (1, 1)}
LONGEST_LIST = 200_000
FARTHEST_DAYS = 30


class VisitsForm(Form):
    """Which reminders of visits."""

    days = RadioField(
        "broadcasts.days", choices=chosen({one: f"broadcasts.days_{one}" for one in SPANS}), default="both"
    )


class ManyForm(Form):
    """One message to many."""

    template = SelectField("broadcasts.template", coerce=str)
    day = DateField("broadcasts.day", description="broadcasts.day_hint", validators=[Optional()])
    site = SelectField("broadcasts.site", description="broadcasts.site_hint", coerce=str)
    language = SelectField(
        "broadcasts.language",
        choices=chosen({"": "broadcasts.any_language", "en": "broadcasts.only_en", "es": "broadcasts.only_es"}),
    )
    numbers = TextAreaField(
        "broadcasts.numbers",
        description="broadcasts.numbers_hint",
        validators=[Length(max=LONGEST_LIST, message="forms.too_long")],
        render_kw={"rows": "5", "spellcheck": "false"},
    )
    again = BooleanField("broadcasts.again")
    at = DateTimeLocalField("broadcasts.at", description="broadcasts.at_hint", validators=[Optional()])


class ClosingForm(Form):
    """A site and the day on which it is closed."""

    site = SelectField("broadcasts.closed_site", coerce=str)
    day = DateField("broadcasts.closed_day", validators=[InputRequired("forms.required")])


def add(console: Console) -> None:
    """The choice between the three, and a page for each."""

    @console.page("/broadcasts/new", Permission.PREPARE_BROADCASTS)
    def new_broadcast(seat: Seat) -> ResponseReturnValue:
        return seat.show("broadcast_new.html")

    @console.page("/broadcasts/new/visits", Permission.PREPARE_BROADCASTS, methods=("GET", "POST"))
    def new_visit_reminders(seat: Seat) -> ResponseReturnValue:
        form = VisitsForm(request.form)
        with seat.read() as connection:
            standing = select(plans.c.id).where(plans.c.clinic_id == seat.clinic_id, plans.c.retired_at.is_(None))
            planned = connection.execute(standing.limit(1)).first() is not None
        if request.method == "POST" and form.validate():
            first, last = (seat.dates.today + timedelta(days=days) for days in SPANS[form.days.data])
            with seat.write() as connection:
                run = plan_day(connection, seat.clinic_id, first, seat.name, seat.now, last)
                if run:
                    approval.settle(connection, seat.clinic_id, run.id, seat.now)
                    return _made(seat, run)
            form.refuse("days", "broadcasts.nothing_due")
        return _page(seat, "visits", form, planned=planned)

    @console.page("/broadcasts/new/message", Permission.PREPARE_BROADCASTS, methods=("GET", "POST"))
    def new_message(seat: Seat) -> ResponseReturnValue:
        with seat.read() as connection:
            fitting, sites = _fitting(connection, seat.clinic_id), sites_of(connection, seat.clinic_id)
        form = ManyForm(request.form)
        form.template.choices = [(kind, _named(seat, kind)) for kind in fitting]
        form.site.choices = _listed(sites)
        if request.method == "POST" and form.validate():
            phones = _phones(form, seat)
            due_at = _due_at(form, seat)
            if form.day.data is None and "when" in fitting[form.template.data]:
                form.refuse("day", "broadcasts.day_needed")
            if not form.errors:
                with seat.write() as connection:
                    run = _plan(connection, seat, form, sites, phones, due_at)
                    if run:
                        return _made(seat, run)
        return _page(seat, "message", form, templates=bool(fitting), sites=bool(sites))

    @console.page("/broadcasts/new/closing", Permission.PREPARE_BROADCASTS, methods=("GET", "POST"))
    def new_closing_day(seat: Seat) -> ResponseReturnValue:
        with seat.read() as connection:
            sites = sites_of(connection, seat.clinic_id)
            template = "closing_day" in newest_templates(connection, seat.clinic_id)
        form = ClosingForm(request.form)
        form.site.choices = _listed(sites)
        if request.method == "POST" and form.validate() and template:
            if form.day.data < seat.dates.today:
                form.refuse("day", "broadcasts.past")
            else:
                try:
                    with seat.write() as connection:
                        run = close_day(
                            connection, seat.clinic_id, int(form.site.data), form.day.data, seat.name, seat.now
                        )
                    if run:
                        return _made(seat, run)
                    form.refuse("day", "broadcasts.nobody_booked")
                except Refused:
                    form.refuse("site", "broadcasts.no_hours")
        return _page(seat, "closing", form, templates=template, sites=bool(sites))


def _page(seat: Seat, which: str, form: Form, **more: Any) -> ResponseReturnValue:
    return seat.show(f"broadcast_new_{which}.html", 422 if form.errors else 200, form=form, **more)


def _made(seat: Seat, run: Run) -> ResponseReturnValue:
    return seat.back("broadcast", "broadcasts.drafted", broadcast_id=run.id)


def _listed(sites: Sequence[Site]) -> list[tuple[str, str]]:
    def named(site: Site) -> str:
        return site.short_name if site.town in ("", site.short_name) else f"{site.short_name}, {site.town}"

    return [(str(site.id), named(site)) for site in sites]


def _named(seat: Seat, kind: str) -> str:
    return seat.say("templates.kind_follow_up") if kind == "follow_up" else kind


def _fitting(connection: Connection, clinic_id: int) -> dict[str, frozenset[str]]:
    """The clinic's templates that speak of no visit, each with its fields."""
    rows = connection.execute(
        select(templates.c.kind, templates.c.en, templates.c.es)
        .where(templates.c.clinic_id == clinic_id, templates.c.retired_at.is_(None))
        .order_by(templates.c.kind, templates.c.version)
    )
    found = {row.kind: stored(row.kind, row.en, row.es).fields for row in rows}
    return {kind: fields for kind, fields in found.items() if fields <= FILLED and not kind.startswith("visit")}


def _phones(form: ManyForm, seat: Seat) -> list[str] | None:
    """The blind indexes of the numbers in the list; None without a list, which means everybody."""
    phones = []
    for number, written in enumerate((form.numbers.data or "").splitlines(), 1):
        if written.strip():
            phone = read(written)
            if isinstance(phone, Phone):
                phones.append(seat.privacy.phone(phone.e164))
            elif not form.errors:
                form.refuse(
                    "numbers", seat.say("broadcasts.bad_line", number=number, reason=phone.say(seat.language))
                )
    return phones or None


def _due_at(form: ManyForm, seat: Seat) -> int | None:
    if form.at.data is None:
        return None
    at = int(form.at.data.replace(tzinfo=ZoneInfo(seat.dates.zone)).timestamp())
    if not seat.now - 3600 <= at <= seat.now + FARTHEST_DAYS * 86400:
        form.refuse("at", "broadcasts.at_wrong")
    return max(at, seat.now)


def _plan(
    connection: Connection,
    seat: Seat,
    form: ManyForm,
    sites: Sequence[Site],
    phones: list[str] | None,
    at: int | None,
) -> Run | None:
    """The draft; None with an error in the form where it reaches nobody or its list was sent before."""
    file_id = None
    if phones is not None:
        sha256 = hashlib.sha256("\n".join(sorted(phones)).encode()).hexdigest()
        if not form.again.data and (earlier := sent_before(connection, seat.clinic_id, sha256)):
            form.refuse("again", seat.say("broadcasts.sent_before", name=earlier))
            return None
        row = {"clinic_id": seat.clinic_id, "kind": "numbers", "sha256": sha256, "loaded_at": seat.now}
        file_id = connection.execute(
            insert(files).values(**row, loaded_by=seat.name).returning(files.c.id)
        ).scalar_one()
    site = next(site for site in sites if str(site.id) == form.site.data)
    facts = {"clinic": clinic(connection, seat.clinic_id).name_in_texts, "phone": site.day_phone}
    if len({one.town for one in sites if one.town}) > 1:
        facts["town"] = site.town
    if form.day.data:
        facts["day"] = form.day.data.isoformat()
    run = plan_broadcast(
        connection,
        seat.clinic_id,
        form.template.data,
        facts,
        seat.name,
        seat.now,
        name=form.template.data,
        language=form.language.data,
        due_at=at,
        file_id=file_id,
        only=phones,
    )
    if run is None:
        form.refuse("numbers", "broadcasts.nobody")
    return run
