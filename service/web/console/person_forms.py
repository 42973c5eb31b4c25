"""The forms for a person and a phone of theirs, with every wish that the desk may write down."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Any

from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField

from service.conversation.pace import Pace
from service.languages import Language
from service.reminders.at_the_desk import Wishes
from service.reminders.contacts import NEEDS, WHOSE
from service.reminders.rules import whom, written_dates
from service.reminders.rules.reason import Reason
from service.web.console.forms import Form, chosen, line

# Hours before which somebody may ask to be left alone, in minutes after midnight.
NOT_BEFORE = range(8 * 60, 14 * 60, 60)
FEWER = {"": "people.fewer_all", "day before": "people.fewer_day_before", "changes": "people.fewer_changes"}
PACES = {one.value: f"people.pace_{one.value}" for one in Pace}


class PersonForm(Form):
    """Who somebody is to the clinic: its own number and a name, and nothing of their illness."""

    clinic_ref = line("people.clinic_ref", "people.clinic_ref_hint", most=60, short=True, autocomplete="off")
    name = line("people.full_name", "people.full_name_hint", required=False, most=120, autocomplete="off")
    initial = line("people.initial", "people.initial_hint", required=False, most=1, short=True, autocomplete="off")


class WishesForm(Form):
    """How the owner of a phone wants to be reached."""

    whose = RadioField("people.whose", choices=chosen({one: f"people.whose_{one}" for one in WHOSE}), default="self")
    language = SelectField(
        "people.messages_in", choices=chosen({one.value: f"people.language_{one.value}" for one in Language})
    )
    never_text = BooleanField("people.never_text")
    never_call = BooleanField("people.never_call")
    needs = SelectMultipleField("people.needs", choices=chosen({one: f"people.need_{one}" for one in NEEDS}))
    interpreter = line("people.interpreter", "people.interpreter_hint", required=False, most=40, short=True)
    pace = SelectField(
        "people.pace",
        description="people.pace_hint",
        choices=chosen({one.value: f"people.pace_{one.value}" for one in Pace}),
    )
    not_before = SelectField("people.not_before", description="people.not_before_hint")
    fewer = SelectField("people.fewer", choices=chosen(FEWER))

    @property
    def wishes(self) -> Wishes:
        """What was chosen."""
        return Wishes(
            whose=self.whose.data,
            language=Language(self.language.data),
            never_text=self.never_text.data,
            never_call=self.never_call.data,
            needs=tuple(self.needs.data or ()),
            interpreter=self.interpreter.data or "",
            fewer=self.fewer.data,
            not_before=int(self.not_before.data) if self.not_before.data else None,
            pace=Pace(self.pace.data),
        )


class PhoneForm(WishesForm):
    """A phone of somebody. `shared` is asked for only where others have the same one."""

    number = line("people.number", "people.number_hint", most=30, short=True, inputmode="tel", autocomplete="off")
    shared = BooleanField("people.share")


class NewPersonForm(PersonForm, PhoneForm):
    """A person with their first phone, which may also come later."""

    number = line(
        "people.number",
        "people.number_later",
        required=False,
        most=30,
        short=True,
        inputmode="tel",
        autocomplete="off",
    )


def with_hours(form: WishesForm, language: Language, wishes: Wishes | None = None) -> None:
    """Offer the hours in the words of whoever reads the form; `wishes` brings an hour that is not in our list."""
    own = wishes.not_before if wishes else None
    minutes = sorted({*NOT_BEFORE, *(() if own is None else (own,))})
    clocks = [(str(one), written_dates.clock(time(one // 60, one % 60), language)) for one in minutes]
    form.not_before.choices = [("", "people.not_before_none"), *clocks]


def as_fields(wishes: Wishes) -> Mapping[str, Any]:
    """Wishes as the form takes them."""
    return {
        "whose": wishes.whose,
        "language": wishes.language.value,
        "never_text": wishes.never_text,
        "never_call": wishes.never_call,
        "needs": list(wishes.needs),
        "interpreter": wishes.interpreter,
        "fewer": wishes.fewer,
        "not_before": "" if wishes.not_before is None else str(wishes.not_before),
        "pace": wishes.pace.value,
    }


def number_in(form: PhoneForm, language: Language) -> str:
    """The number that was typed, in E.164; what is wrong with it is put beside the field. Empty for an empty one."""
    if not form.number.data:
        return ""
    found = whom.read(form.number.data)
    if isinstance(found, Reason):
        form.refuse("number", found.say(language))
        return ""
    return found.e164
