"""Consent given at the desk: the exact words in the person's language, on paper or spoken, and its withdrawal."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Connection

from service.content.library import HERE, read
from service.content.phrase import fill
from service.languages import Language
from service.reminders import audit
from service.reminders.clinics import clinic
from service.reminders.consent import Channel, Consent, end_consents, record_consent
from service.reminders.contacts import Contact
from service.reminders.optouts import is_stopped
from service.reminders.refused import Refused

MEDIA = ("paper", "spoken")
GIVEN_BY = ("patient", "representative")
WITHDRAWN = "withdrawn at the desk"


def words_for(name_in_texts: str, channel: Channel, language: Language) -> str:
    """What the person reads or hears before they agree."""
    return fill(_words()["desk"][channel.value][language.value], {"clinic": name_in_texts})


def agree(
    connection: Connection,
    clinic_id: int,
    contact: Contact,
    channel: Channel,
    medium: str,
    given_by: str,
    given_at: int,
    who: str,
    now: int,
) -> int:
    """Record that somebody agreed at the desk, with the words as they stand today; returns the record's id.
    `given_at` is in seconds since 1970.

    Raises Refused for a phone that said STOP: what a person ended themselves, only their phone can begin again."""
    if is_stopped(connection, clinic_id, contact.phone):
        raise Refused("consent.stopped")
    own = clinic(connection, clinic_id)
    consent = Consent(
        channel=channel,
        wording=words_for(own.name_in_texts, channel, contact.language),
        version=_words()["version"],
        medium=medium,
        given_at=given_at,
        recorded_by=who,
        given_by=given_by,
        source="desk",
    )
    consent_id = record_consent(connection, clinic_id, contact.id, consent, now)
    audit.note(connection, clinic_id, who, "consent recorded", f"contact {contact.id}, {channel.value}", now)
    return consent_id


def withdraw(connection: Connection, clinic_id: int, contact: Contact, channel: Channel, who: str, now: int) -> bool:
    """The person no longer agrees to this channel; the record stays in the history. False where none stood."""
    ended = end_consents(connection, clinic_id, [contact.id], WITHDRAWN, now, (channel,))
    if ended:
        audit.note(connection, clinic_id, who, "consent withdrawn", f"contact {contact.id}, {channel.value}", now)
    return bool(ended)


@cache
def _words() -> Any:
    return read(HERE / "reminders" / "consent_words.yaml")
