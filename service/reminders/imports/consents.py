"""Consent from another system: marked as carried over, with its evidence named, and asked again within a year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, insert, select, update

from service.reminders.consent import Channel, Consent
from service.reminders.imports.cells import read_past_day
from service.reminders.imports.columns import Match
from service.reminders.imports.finding import Finding, bad, note, told
from service.reminders.imports.reading import Row, normal
from service.reminders.imports.tally import Tally
from service.reminders.imports.when import noon
from service.reminders.optouts import stopped
from service.reminders.privacy import Privacy
from service.reminders.rules.reason import Reason
from service.reminders.rules.whom import read_cell
from service.storage.reminder_tables import consents, contacts, patient_contacts, patients

CHANNELS = {
    **dict.fromkeys(("text", "texts", "sms", "texto", "message", "messages"), (Channel.TEXT,)),
    **dict.fromkeys(("call", "calls", "voice", "phone", "llamada", "ivr"), (Channel.CALL,)),
    **dict.fromkeys(("both", "all", "text and call", "sms and voice", "any", "ambos"), tuple(Channel)),
}


@dataclass(frozen=True)
class Given:
    """A row: the phone (E.164) or else the patient's number, for which channels, when, with which words."""

    line: int
    number: str
    ref: str
    channels: tuple[Channel, ...]
    given_at: int
    wording: str
    source: str
    medium: str
    given_by: str


@dataclass(frozen=True)
class Evidence:
    """What a load says about all its rows: the system they come from, and who vouches for them."""

    source: str
    vouched_by: str


def read_given(row: Row, match: Match, today: date) -> tuple[Given | None, list[Finding]]:
    """The consent in `row`, or None, and what is to be said about it."""
    ref, number = match.cell(row, "ref"), ""
    if not ref or match.cell(row, "phone"):
        found = read_cell(match.cell(row, "phone"))[0]
        if isinstance(found, Reason):
            return None, [bad(row.line, found)]
        number = found.e164
    channels = CHANNELS.get(normal(match.cell(row, "channel")))
    if channels is None:
        return None, [bad(row.line, told("row.channel", cell=match.cell(row, "channel") or "-"))]
    day = read_past_day(match.cell(row, "day"))
    if isinstance(day, Reason):
        return None, [bad(row.line, day)]
    if day > today:
        return None, [bad(row.line, told("row.future", cell=match.cell(row, "day")))]
    by = normal(match.cell(row, "given_by"))
    given = Given(
        line=row.line,
        number=number,
        ref=ref,
        channels=channels,
        given_at=noon(day),
        wording=match.cell(row, "wording"),
        source=match.cell(row, "source"),
        medium=match.cell(row, "medium")[:20] or "paper",
        given_by="patient" if by in ("", "patient", "self", "paciente") else "representative",
    )
    return given, []


def keep_consents(
    connection: Connection,
    privacy: Privacy,
    clinic_id: int,
    batch: Sequence[Given],
    evidence: Evidence,
    now: int,
    tally: Tally,
) -> None:
    """Keep a batch of consents, but for phones that opted out and phones with a newer consent of their own."""
    by_phone = {privacy.phone(given.number): given for given in batch if given.number}
    by_ref = {privacy.ref(clinic_id, given.ref): given for given in batch if not given.number}
    rows = connection.execute(
        select(
            contacts.c.id, contacts.c.phone, stopped(contacts.c.clinic_id, contacts.c.phone).label("stopped")
        ).where(contacts.c.clinic_id == clinic_id, contacts.c.phone.in_(list(by_phone)))
    ).all()
    found = {row.phone: (row.id, row.stopped) for row in rows}
    own = _own_phones(connection, clinic_id, list(by_ref))
    in_force = _in_force(connection, clinic_id, [i for i, _ in (*found.values(), *own.values())])
    fresh: dict[tuple[int, Channel], Given] = {}
    for given in batch:
        known = found.get(privacy.phone(given.number)) if given.number else own.get(privacy.ref(clinic_id, given.ref))
        if known is None:
            tally.say([bad(given.line, told("row.unknown_phone"))])
        elif known[1]:
            tally.counts["left out: opted out"] += 1
            tally.say([note(given.line, told("row.opted_out"))])
        else:
            for channel in given.channels:
                if in_force.get((known[0], channel), -1) >= given.given_at:
                    tally.counts["left out: newer consent"] += 1
                    tally.say([note(given.line, told("row.has_consent"))])
                else:
                    fresh[known[0], channel] = given
    _write(connection, clinic_id, fresh, evidence, now)
    tally.counts["consents"] += len(fresh)


def _own_phones(connection: Connection, clinic_id: int, refs: Sequence[str]) -> dict[str, tuple[int, bool]]:
    """The one phone of each patient; of several we cannot tell who agreed."""
    rows = connection.execute(
        select(patients.c.clinic_ref, contacts.c.id, stopped(contacts.c.clinic_id, contacts.c.phone).label("stopped"))
        .select_from(
            patients.join(patient_contacts, patient_contacts.c.patient_id == patients.c.id).join(
                contacts, contacts.c.id == patient_contacts.c.contact_id
            )
        )
        .where(patients.c.clinic_id == clinic_id, patients.c.clinic_ref.in_(refs))
    ).all()
    phones: dict[str, list[tuple[int, bool]]] = {}
    for row in rows:
        phones.setdefault(row.clinic_ref, []).append((row.id, row.stopped))
    return {ref: those[0] for ref, those in phones.items() if len(those) == 1}


def _in_force(connection: Connection, clinic_id: int, contact_ids: Sequence[int]) -> dict[tuple[int, Channel], int]:
    rows = connection.execute(
        select(consents.c.contact_id, consents.c.channel, consents.c.given_at).where(
            consents.c.clinic_id == clinic_id,
            consents.c.contact_id.in_(contact_ids),
            consents.c.superseded_at.is_(None),
        )
    )
    return {(row.contact_id, Channel(row.channel)): row.given_at for row in rows}


def _write(
    connection: Connection, clinic_id: int, fresh: dict[tuple[int, Channel], Given], evidence: Evidence, now: int
) -> None:
    if not fresh:
        return
    for channel in Channel:
        replaced = [contact_id for contact_id, of in fresh if of is channel]
        standing = (
            consents.c.clinic_id == clinic_id,
            consents.c.channel == channel.value,
            consents.c.superseded_at.is_(None),
            consents.c.contact_id.in_(replaced),
        )
        connection.execute(update(consents).where(*standing).values(superseded_at=now, superseded_why="replaced"))
    rows = []
    for (contact_id, channel), given in fresh.items():
        source = given.source or evidence.source
        consent = Consent(
            channel=channel,
            wording=given.wording or f"The words shown were not kept by {source}.",
            version="carried over",
            medium=given.medium,
            given_at=given.given_at,
            recorded_by=evidence.vouched_by,
            given_by=given.given_by,
            source=source[:120],
            carried_over=True,
        )
        rows.append(
            {
                "clinic_id": clinic_id,
                "contact_id": contact_id,
                "channel": channel.value,
                "wording": consent.wording,
                "wording_version": consent.version,
                "wording_hash": consent.wording_hash,
                "medium": consent.medium,
                "given_by": consent.given_by,
                "recorded_by": consent.recorded_by,
                "source": consent.source,
                "carried_over": True,
                "given_at": consent.given_at,
                "recorded_at": now,
            }
        )
    connection.execute(insert(consents), rows)
