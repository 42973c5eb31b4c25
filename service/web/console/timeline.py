"""One person's story in one list: visits, messages, replies, consents, stops and tasks, the latest first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from service.languages import Language
from service.reminders import call_log, consent, why
from service.reminders.answers.stopping import TOOK_BACK, WROTE_START
from service.reminders.contacts import Contact
from service.storage.reminder_tables import audit, clinic_opt_outs, deliveries, replies, tasks
from service.storage.tables import opt_outs
from service.web.console.inbox_list import kind_in_words
from service.web.console.words import known, say

# The latest of each kind; who needs more reads the chart.
MOST = 60
# Where the words for the value of a field stand.
FAMILIES = {
    "state": "states.",
    "channel": "timeline.channel_",
    "outcome": "outcomes.",
    "meaning": "meanings.",
}
# What the person changed by themselves, as the audit keeps it. A stop shows in the consents that it ended.
OF_THE_PERSON = {
    WROTE_START: "timeline.wrote_start",
    TOOK_BACK: "timeline.took_back",
    "wish changed": "timeline.wish",
    "agreed to a few": "timeline.few",
}


@dataclass(frozen=True)
class Event:
    """One thing that happened. `phrase` is what to say with `fields`, `more` a sentence below it, `link` the
    call in the log that it is about."""

    at: int
    phrase: str
    fields: Mapping[str, str] = field(default_factory=dict)
    more: str = ""
    needs: bool = False
    link: int = 0


def told(event: Event, language: Language) -> str:
    """The event as a sentence; a code that we have no words for stands as it is."""
    fields = {}
    for name, value in event.fields.items():
        phrase = FAMILIES.get(name, "") + value
        fields[name] = say(language, phrase) if known(phrase) else value
        if name == "kind":
            fields[name] = kind_in_words(value, language)
    return say(language, event.phrase, **fields)


def timeline(
    connection: Connection, clinic_id: int, patient_id: int, phones: Sequence[Contact], language: Language
) -> list[Event]:
    """What happened with a patient and on the phones that serve them. Words that people wrote are not in it: they
    stand in the inbox, where they are read for a reason."""
    contact_ids = [phone.id for phone in phones]
    events = [
        *_messages(connection, clinic_id, patient_id, language),
        *_replies(connection, clinic_id, contact_ids),
        *_tasks(connection, clinic_id, patient_id),
        *(event for phone in phones for event in _consents(connection, clinic_id, phone)),
        *_stops(connection, clinic_id, [phone.phone for phone in phones]),
        *_calls(connection, clinic_id, [phone.phone for phone in phones]),
        *_wishes(connection, clinic_id, contact_ids),
    ]
    return sorted(events, key=lambda event: event.at, reverse=True)


def _messages(connection: Connection, clinic_id: int, patient_id: int, language: Language) -> Iterator[Event]:
    mine = (deliveries.c.clinic_id == clinic_id, deliveries.c.patient_id == patient_id)
    rows = connection.execute(
        select(deliveries).where(*mine).order_by(deliveries.c.due_at.desc(), deliveries.c.id.desc()).limit(MOST)
    )
    for row in rows.mappings():
        yield Event(
            at=row["final_at"] or row["accepted_at"] or row["due_at"],
            phrase=f"timeline.{'call' if row['channel'] == 'call' else 'text'}",
            fields={"state": row["state"]},
            more=why.told(row["reason"], language),
            needs=row["state"] in ("undelivered", "no_receipt", "unknown", "held"),
        )


def _replies(connection: Connection, clinic_id: int, contact_ids: Sequence[int]) -> Iterator[Event]:
    mine = (replies.c.clinic_id == clinic_id, replies.c.contact_id.in_(contact_ids))
    rows = connection.execute(
        select(replies.c.at, replies.c.meaning, replies.c.label)
        .where(*mine)
        .order_by(replies.c.at.desc(), replies.c.id.desc())
        .limit(MOST)
    )
    for row in rows:
        # Danger is kept by its sign, such as a fever, for which the list has no words of its own.
        meaning = row.meaning if known(f"meanings.{row.meaning}") else row.label.removeprefix("action:")
        phrase = "timeline.reply" if meaning else "timeline.wrote"
        yield Event(row.at, phrase, {"meaning": meaning} if meaning else {})


def _tasks(connection: Connection, clinic_id: int, patient_id: int) -> Iterator[Event]:
    mine = (tasks.c.clinic_id == clinic_id, tasks.c.patient_id == patient_id)
    for row in connection.execute(select(tasks).where(*mine).order_by(tasks.c.id.desc()).limit(MOST)).mappings():
        open_now = row["closed_at"] is None
        yield Event(row["opened_at"], "timeline.task", {"kind": row["kind"]}, needs=open_now)
        if not open_now:
            fields = {"kind": row["kind"], "who": row["closed_by"], "outcome": row["outcome"]}
            yield Event(row["closed_at"], "timeline.task_closed", fields)


def _consents(connection: Connection, clinic_id: int, phone: Contact) -> Iterator[Event]:
    for kept in consent.history(connection, clinic_id, phone.id):
        fields = {"channel": kept.consent.channel.value, "who": kept.consent.recorded_by}
        yield Event(kept.consent.given_at, "timeline.agreed", fields, more=f"“{kept.consent.wording}”")
        if kept.superseded_at is not None:
            ended = {"channel": kept.consent.channel.value, "why": kept.superseded_why}
            yield Event(kept.superseded_at, "timeline.consent_ended", ended)


def _stops(connection: Connection, clinic_id: int, phones: Sequence[str]) -> Iterator[Event]:
    said = connection.execute(select(opt_outs).where(opt_outs.c.phone.in_(phones))).mappings().all()
    brought = connection.execute(
        select(clinic_opt_outs).where(clinic_opt_outs.c.clinic_id == clinic_id, clinic_opt_outs.c.phone.in_(phones))
    )
    for row in (*said, *brought.mappings()):
        yield Event(row["since"], "timeline.stopped", {"how": row["how"]}, needs=row["lifted_at"] is None)


def _wishes(connection: Connection, clinic_id: int, contact_ids: Sequence[int]) -> Iterator[Event]:
    """What the person chose: fewer messages, a pause, START after a stop."""
    about = (
        audit.c.clinic_id == clinic_id,
        audit.c.about.in_([f"contact {contact_id}" for contact_id in contact_ids]),
    )
    chosen = select(audit.c.at, audit.c.what).where(*about, audit.c.what.in_(list(OF_THE_PERSON)))
    for row in connection.execute(chosen.order_by(audit.c.id.desc()).limit(MOST)):
        yield Event(row.at, OF_THE_PERSON[row.what])


def _calls(connection: Connection, clinic_id: int, phones: Sequence[str]) -> Iterator[Event]:
    """Calls that came from these phones; what was heard stands in the call log."""
    for one in call_log.of_phones(connection, clinic_id, phones, MOST):
        asked = "back" in one.call.asked or "danger" in one.call.asked
        yield Event(one.call.began_at, "timeline.called", needs=asked, link=one.id)
