"""Cards from the desk: four digits with which a phone joins, on a page to print, and whether they were used."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import segno
from flask import abort, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import Connection, select
from wtforms import RadioField, SelectField, SelectMultipleField

from service.content.card import as_written
from service.languages import Language
from service.reminders import join
from service.reminders.clinics import clinic, senders_of
from service.reminders.contacts import NEEDS, WHOSE
from service.reminders.refused import Refused
from service.reminders.rules import whom, written_dates
from service.reminders.rules.reason import Reason
from service.storage.reminder_tables import join_cards
from service.web.console.console import Console
from service.web.console.forms import Form, chosen, line
from service.web.console.one_person import somebody
from service.web.console.permissions import Permission
from service.web.console.seat import Seat


class CardForm(Form):
    """For whom a card is prepared."""

    whose = RadioField("people.whose", choices=chosen({one: f"people.whose_{one}" for one in WHOSE}), default="self")
    language = SelectField(
        "cards.language", choices=chosen({one.value: f"people.language_{one.value}" for one in Language})
    )
    needs = SelectMultipleField("people.needs", choices=chosen({one: f"people.need_{one}" for one in NEEDS}))
    number = line("cards.number", "cards.number_hint", required=False, most=30, short=True, inputmode="tel")


@dataclass(frozen=True)
class Printed:
    """What stands on a card: in which language, the number to reach, and two codes for the camera of a phone."""

    language: Language
    clinic: str
    code: str
    number: str
    until: str
    text_qr: Markup
    call_qr: Markup


def add(console: Console) -> None:
    """The form, and the card to print."""

    @console.page("/people/<int:patient_id>/card", Permission.CHANGE_PEOPLE, methods=("GET", "POST"))
    def new_card(seat: Seat, patient_id: int) -> ResponseReturnValue:
        form = CardForm(request.form if request.method == "POST" else None)
        with seat.write() as connection:
            person = somebody(connection, seat, patient_id)
            if request.method == "POST":
                form.validate()
                number = _number(form, seat.language)
                if not form.errors and (card_id := _prepare(connection, seat, patient_id, form, number)):
                    return seat.back("card", patient_id=patient_id, card_id=card_id)
        page = seat.show("card_new.html", 200 if request.method == "GET" else 422, form=form, person=person)
        seat.note_shown([patient_id])
        return page

    @console.page("/people/<int:patient_id>/cards/<int:card_id>", Permission.CHANGE_PEOPLE)
    def card(seat: Seat, patient_id: int, card_id: int) -> ResponseReturnValue:
        with seat.read() as connection:
            person = somebody(connection, seat, patient_id)
            mine = (join_cards.c.clinic_id == seat.clinic_id, join_cards.c.patient_id == patient_id)
            row = connection.execute(select(join_cards).where(*mine, join_cards.c.id == card_id)).mappings().first()
            if row is None:
                abort(404)
            printed = _printed(connection, seat, row)
        seat.note_shown([patient_id])
        return seat.show("card.html", person=person, row=row, card=printed)


def _prepare(connection: Connection, seat: Seat, patient_id: int, form: CardForm, number: str) -> int:
    """The id of the new card; 0 where it was refused, with the reason beside the form."""
    needs = tuple(form.needs.data or ())
    wanted = join.Card(patient_id, form.whose.data, Language(form.language.data), needs, number)
    try:
        code = join.prepare_card(
            connection, seat.privacy, seat.clinic_id, wanted, seat.name, seat.now, secrets.randbelow
        )
    except Refused as error:
        form.refuse("whose", error.said(seat.language))
        return 0
    mine = (join_cards.c.clinic_id == seat.clinic_id, join_cards.c.code == code, join_cards.c.closed_at.is_(None))
    return int(connection.execute(select(join_cards.c.id).where(*mine)).scalar_one())


def _number(form: CardForm, language: Language) -> str:
    if not form.number.data:
        return ""
    found = whom.read(form.number.data)
    if isinstance(found, Reason):
        form.refuse("number", found.say(language))
        return ""
    return found.e164


def _printed(connection: Connection, seat: Seat, row: Any) -> Printed:
    own = clinic(connection, seat.clinic_id)
    senders = [sender.number for sender in senders_of(connection, seat.clinic_id)]
    number = senders[0] if senders else seat.parts.settings.reminders_from
    language = Language(row["language"])
    until = datetime.fromtimestamp(row["valid_until"], ZoneInfo(own.zone)).date()
    return Printed(
        language=language,
        clinic=own.name_in_texts,
        code=row["code"],
        number=as_written(number),
        until=written_dates.day(until, language),
        # Cameras of phones of every make open a text with its words from this form.
        text_qr=_drawn(f"SMSTO:{number}:JOIN {row['code']}"),
        call_qr=_drawn(f"tel:{number}"),
    )


def _drawn(said: str) -> Markup:
    code = segno.make(said, error="q", micro=False)
    # Drawn from our own number and digits alone.
    return Markup(code.svg_inline(omitsize=True, border=2, dark="#10242b", light="#ffffff", svgclass="qr"))  # noqa: S704
