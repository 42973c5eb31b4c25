"""One text in its situation, handed to whatever it asks for."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from service.languages import Language
from service.reminders.answers import questions
from service.reminders.answers.known import Known, Site
from service.reminders.answers.questions import SMALL_LASTS, NewQuestion
from service.reminders.answers.situation import Situation, Written
from service.reminders.answers.visit_answers import Speaking
from service.reminders.consent import in_force
from service.reminders.privacy import Privacy


@dataclass(frozen=True)
class Turn:
    """A text, its situation, the language of the answer, and the site that the person would call."""

    connection: Connection
    privacy: Privacy
    text: Written
    situation: Situation
    language: Language
    place: Site | None

    @property
    def phone(self) -> str:
        """The number by day of the person's clinic, as people write it."""
        return (self.place.day_phone if self.place else "") or self.text.call

    def ask(self, kind: str, person: Known, lasts: int = SMALL_LASTS) -> None:
        """Ask a small question."""
        new = NewQuestion(self.text.phone, self.text.ours, person.clinic_id, kind, person.contact_id)
        questions.ask(self.connection, new, self.text.now, self.text.now + lasts)

    def close_small(self) -> None:
        """The small question has its answer."""
        if self.situation.small:
            questions.close(self.connection, [self.situation.small.id], self.text.now)

    def speaking(self, person: Known) -> Speaking:
        """To whom the answer goes."""
        return Speaking(person, self.language, self.text.ours, self.text.now, self.phone)

    def agreed(self) -> list[Known]:
        """The phone in those clinics to whose messages it has agreed."""
        people = self.situation.people
        return [one for one in people if in_force(self.connection, one.clinic_id, one.contact_id)]
