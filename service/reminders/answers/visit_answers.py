"""What an answer about a visit changes: it is confirmed, or staff get a task and the person a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, func, update

from service.conversation.reply import Say
from service.languages import Language
from service.reminders.answers import questions, staff
from service.reminders.answers.known import Known, Site
from service.reminders.answers.meaning import Meaning
from service.reminders.answers.questions import NewQuestion
from service.reminders.answers.told import AskedVisits
from service.reminders.rules import written_dates
from service.storage.reminder_tables import visits

LATE_WITHIN = 15 * 60
TASKS = {Meaning.CALL: staff.CALL_BACK, Meaning.ANOTHER_DAY: staff.ANOTHER_DAY, Meaning.LATE: staff.RUNNING_LATE}


@dataclass(frozen=True)
class Speaking:
    """To whom an answer goes: in which language, from which number of ours, at what time (seconds since 1970), and
    the number to call where a site has none."""

    person: Known
    language: Language
    ours: str
    at: int
    phone: str


def answered(connection: Connection, to: Speaking, about: AskedVisits, what: Meaning, reply_id: int | None) -> Say:
    """Do what the answer asks for and say so: every answer names the visit, says by when somebody calls, and what
    still stands."""
    if not about.stands and what is not Meaning.CALL:
        return _changed_meanwhile(connection, to, about, reply_id)
    clinic_id = to.person.clinic_id
    questions.answered_about(connection, clinic_id, about.ids, to.at)
    if what is Meaning.COMES:
        return _comes(connection, to, about)
    site = about.site
    due = to.at + LATE_WITHIN if what is Meaning.LATE else site.calls_by(to.at)
    visit = (about.patient_id, about.ids[0])
    due = staff.tell(connection, to.person, TASKS[what], to.at, due, visit=visit, reply_id=reply_id)
    fields = {
        "when": about.when(to.language),
        "by": written_dates.deadline(datetime.fromtimestamp(due, UTC), site.zone, to.language),
        "phone": site.day_phone or to.phone,
        "night": site.night_phone or to.phone,
    }
    wanted = {
        Meaning.CALL: ("reminder.call_me", ("by", "night")),
        Meaning.ANOTHER_DAY: ("reminder.another_day", ("when", "by", "phone")),
        Meaning.LATE: ("reminder.late", ("when", "phone")),
    }
    phrase, names = wanted[what]
    return Say(phrase, tuple((name, fields[name]) for name in names))


def call_back(connection: Connection, to: Speaking, site: Site, reply_id: int | None) -> Say:
    """Somebody wants a call, about no visit in particular."""
    due = staff.tell(connection, to.person, staff.CALL_BACK, to.at, site.calls_by(to.at), reply_id=reply_id)
    by = written_dates.deadline(datetime.fromtimestamp(due, UTC), site.zone, to.language)
    return Say("reminder.call_me", (("by", by), ("night", site.night_phone or to.phone)))


def told(connection: Connection, to: Speaking, about: AskedVisits) -> Say:
    """The visit on demand, with its three choices, never more than the last reminder would say."""
    _ask(connection, to, about)
    when, phone = ("when", about.when(to.language)), ("phone", about.site.day_phone or to.phone)
    if about.site.town:
        return Say("reminder.visit_in", (when, ("town", about.site.town), phone))
    return Say("reminder.visit", (when, phone))


def _comes(connection: Connection, to: Speaking, about: AskedVisits) -> Say:
    """Confirmed: no more questions about the visit. The short note of the day before goes out all the same, where
    there is a day before and the person wants notes."""
    mine = (visits.c.clinic_id == to.person.clinic_id, visits.c.id.in_(about.ids), visits.c.state == "booked")
    connection.execute(update(visits).where(*mine).values(confirmed_at=func.coalesce(visits.c.confirmed_at, to.at)))
    note_follows = about.days_ahead(to.at) > 1 and to.person.fewer != "changes"
    fields = (("when", about.when(to.language)), ("phone", about.site.day_phone or to.phone))
    return Say("reminder.confirmed" if note_follows else "reminder.confirmed_last", fields)


def _changed_meanwhile(connection: Connection, to: Speaking, about: AskedVisits, reply_id: int | None) -> Say:
    """The clinic has moved or taken off the visit since we asked, so the answer may mean another day: staff call."""
    due = about.site.calls_by(to.at)
    visit = (about.patient_id, about.ids[0])
    due = staff.tell(connection, to.person, staff.CALL_BACK, to.at, due, visit=visit, reply_id=reply_id)
    by = written_dates.deadline(datetime.fromtimestamp(due, UTC), about.site.zone, to.language)
    return Say("reminder.changed_meanwhile", (("by", by), ("phone", about.site.day_phone or to.phone)))


def _ask(connection: Connection, to: Speaking, about: AskedVisits) -> None:
    """The three digits now answer about this visit."""
    person = to.person
    new = NewQuestion(person.phone, to.ours, person.clinic_id, questions.VISIT, person.contact_id, about.ids[0])
    questions.ask(connection, new, to.at, about.starts_at)
