"""Consent: who agreed to texts or calls, to which exact words, when and how. A record is superseded, never edited."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, insert, select, update

from service.reminders.waiting import batches
from service.storage.reminder_tables import consents

# Consent that came from another system is asked for again within this many seconds.
ASK_AGAIN_AFTER = 365 * 86400


class Channel(StrEnum):
    """What somebody agreed to; one does not imply the other."""

    TEXT = "text"
    CALL = "call"


@dataclass(frozen=True)
class Consent:
    """One record. `wording` is what the person saw or heard, in full; `medium` how they answered (text, call, paper,
    desk); `given_by` patient or representative; `source` the form, card or system it comes from."""

    channel: Channel
    wording: str
    version: str
    medium: str
    given_at: int
    recorded_by: str
    given_by: str = "patient"
    source: str = ""
    carried_over: bool = False

    @property
    def wording_hash(self) -> str:
        """SHA-256 of the words, to show that they were not changed since."""
        return hashlib.sha256(self.wording.encode()).hexdigest()


@dataclass(frozen=True)
class Kept:
    """A record as it stands in the history; `superseded_at` is None for the one in force."""

    id: int
    consent: Consent
    superseded_at: int | None
    superseded_why: str
    intact: bool


def record_consent(connection: Connection, clinic_id: int, contact_id: int, consent: Consent, now: int) -> int:
    """Keep a consent; it supersedes the one in force for the same phone and channel. Returns its id."""
    _end(connection, clinic_id, [contact_id], (consent.channel,), "replaced", now)
    values = {
        "clinic_id": clinic_id,
        "contact_id": contact_id,
        "channel": consent.channel.value,
        "wording": consent.wording,
        "wording_version": consent.version,
        "wording_hash": consent.wording_hash,
        "medium": consent.medium,
        "given_by": consent.given_by,
        "recorded_by": consent.recorded_by,
        "source": consent.source,
        "carried_over": consent.carried_over,
        "given_at": consent.given_at,
        "recorded_at": now,
    }
    recorded: int = connection.execute(insert(consents).values(values).returning(consents.c.id)).scalar_one()
    return recorded


def end_consents(
    connection: Connection,
    clinic_id: int,
    contact_ids: Collection[int],
    why: str,
    now: int,
    channels: Collection[Channel] = tuple(Channel),
) -> int:
    """Nothing may go to these phones over `channels` any more, until somebody agrees anew; returns how many ended."""
    return _end(connection, clinic_id, contact_ids, channels, why, now)


def in_force(connection: Connection, clinic_id: int, contact_id: int) -> frozenset[Channel]:
    """What the owner of a phone agrees to now."""
    now_valid = select(consents.c.channel).where(
        consents.c.clinic_id == clinic_id, consents.c.contact_id == contact_id, consents.c.superseded_at.is_(None)
    )
    return frozenset(Channel(channel) for channel in connection.execute(now_valid).scalars())


def history(connection: Connection, clinic_id: int, contact_id: int) -> list[Kept]:
    """Every record of a phone, oldest first, with the words shown."""
    rows = connection.execute(
        select(consents)
        .where(consents.c.clinic_id == clinic_id, consents.c.contact_id == contact_id)
        .order_by(consents.c.id)
    )
    kept = []
    for row in rows.mappings():
        consent = Consent(
            channel=Channel(row["channel"]),
            wording=row["wording"],
            version=row["wording_version"],
            medium=row["medium"],
            given_at=row["given_at"],
            recorded_by=row["recorded_by"],
            given_by=row["given_by"],
            source=row["source"],
            carried_over=row["carried_over"],
        )
        intact = consent.wording_hash == row["wording_hash"]
        kept.append(Kept(row["id"], consent, row["superseded_at"], row["superseded_why"], intact))
    return kept


def to_ask_again(connection: Connection, clinic_id: int, now: int) -> list[int]:
    """The contacts whose carried-over consent ends its year within 30 days, and who must be asked again."""
    due = select(consents.c.contact_id).where(
        consents.c.clinic_id == clinic_id,
        consents.c.carried_over,
        consents.c.superseded_at.is_(None),
        consents.c.recorded_at <= now - ASK_AGAIN_AFTER + 30 * 86400,
    )
    return sorted(set(connection.execute(due).scalars()))


def _end(
    connection: Connection,
    clinic_id: int,
    contact_ids: Collection[int],
    channels: Collection[Channel],
    why: str,
    now: int,
) -> int:
    names = [channel.value for channel in channels]
    standing = (consents.c.clinic_id == clinic_id, consents.c.superseded_at.is_(None), consents.c.channel.in_(names))
    return sum(
        connection.execute(
            update(consents)
            .where(*standing, consents.c.contact_id.in_(batch))
            .values(superseded_at=now, superseded_why=why)
        ).rowcount
        for batch in batches(contact_ids)
    )
