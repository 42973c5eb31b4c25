"""Contacts: the phones of a clinic's people, whose they are, and how their owners want to be reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from service.languages import Language
from service.reminders.privacy import Privacy
from service.reminders.refused import Refused
from service.storage.reminder_tables import contacts, patient_contacts, patients

NEEDS = ("interpreter", "relay", "deaf", "slow", "yesno", "ride")
WHOSE = ("self", "caregiver", "shared")
# Who never gets a call, not even where a text did not arrive.
NEVER_CALLED = frozenset({"relay", "deaf"})
MOST_CONTACTS = 3
SEALED = "contacts.phone_sealed"


@dataclass(frozen=True)
class Contact:
    """A phone of a clinic's people. `phone` is its blind index, `needs` as in NEEDS, `zones` a key of Whereabouts,
    `not_before` minutes after midnight, `interpreter` the language to interpret."""

    id: int
    phone: str
    whose: str
    language: Language
    never_text: bool
    never_call: bool
    needs: tuple[str, ...]
    zones: str
    state: str
    line_kind: str
    bad_why: str
    interpreter: str = ""
    fewer: str = ""
    not_before: int | None = None


@dataclass(frozen=True)
class NewContact:
    """A phone to be kept: `number` in E.164, `zones` as Whereabouts.key gives them."""

    number: str
    whose: str = "self"
    language: Language = Language.ENGLISH
    never_text: bool = False
    never_call: bool = False
    needs: tuple[str, ...] = ()
    zones: str = ""
    line_kind: str = "unknown"


def save_contact(connection: Connection, privacy: Privacy, clinic_id: int, new: NewContact, now: int) -> int:
    """Keep a phone and return its id. One that we know is found, not doubled, and its owner's wishes stay: only what
    was not known is filled in."""
    phone = privacy.phone(new.number)
    known = find_contact(connection, clinic_id, phone)
    if known:
        fill_in(connection, clinic_id, known, new)
        return known.id
    values = {
        "clinic_id": clinic_id,
        "phone": phone,
        "whose": new.whose,
        "language": new.language.value,
        "never_text": new.never_text,
        "never_call": new.never_call or bool(NEVER_CALLED.intersection(new.needs)),
        "needs": ",".join(new.needs),
        "zones": new.zones,
        "line_kind": new.line_kind,
        "created_at": now,
    }
    contact_id: int = connection.execute(insert(contacts).values(values).returning(contacts.c.id)).scalar_one()
    sealed = privacy.seal(new.number, SEALED, contact_id)
    connection.execute(update(contacts).where(contacts.c.id == contact_id).values(phone_sealed=sealed))
    return contact_id


def fill_in(connection: Connection, clinic_id: int, known: Contact, new: NewContact) -> None:
    """Learn about a known phone what we did not know; what its owner wished stays."""
    needs = [need for need in NEEDS if need in {*known.needs, *new.needs}]
    values: dict[str, Any] = {}
    if new.zones and not known.zones:
        values["zones"] = new.zones
    if new.line_kind != "unknown" and known.line_kind == "unknown":
        values["line_kind"] = new.line_kind
    if set(needs) != set(known.needs):
        values["needs"] = ",".join(needs)
    if (new.never_call or NEVER_CALLED.intersection(needs)) and not known.never_call:
        values["never_call"] = True
    if new.never_text and not known.never_text:
        values["never_text"] = True
    if values:
        mine = (contacts.c.clinic_id == clinic_id, contacts.c.id == known.id)
        connection.execute(update(contacts).where(*mine).values(values))


def find_contact(connection: Connection, clinic_id: int, phone: str) -> Contact | None:
    """The clinic's contact with this blind index."""
    mine = select(contacts).where(contacts.c.clinic_id == clinic_id, contacts.c.phone == phone)
    row = connection.execute(mine).mappings().one_or_none()
    return read_contact(row) if row else None


def contacts_of(connection: Connection, clinic_id: int, patient_id: int) -> list[Contact]:
    """The phones of one patient, the first known first."""
    joined = contacts.join(patient_contacts, patient_contacts.c.contact_id == contacts.c.id)
    rows = connection.execute(
        select(contacts)
        .select_from(joined)
        .where(contacts.c.clinic_id == clinic_id, patient_contacts.c.patient_id == patient_id)
        .order_by(contacts.c.id)
    )
    return [read_contact(row) for row in rows.mappings()]


def patients_of(connection: Connection, clinic_id: int, contact_id: int, *, alive: bool = False) -> list[int]:
    """The ids of the patients that a phone serves; with `alive` only those whose state is active."""
    joined = patient_contacts.join(patients, patients.c.id == patient_contacts.c.patient_id)
    served = (
        select(patients.c.id)
        .select_from(joined)
        .where(patient_contacts.c.clinic_id == clinic_id, patient_contacts.c.contact_id == contact_id)
    )
    if alive:
        served = served.where(patients.c.state == "active")
    return list(connection.execute(served.order_by(patients.c.id)).scalars())


def link(connection: Connection, clinic_id: int, patient_id: int, contact_id: int, initial: str = "") -> bool:
    """Let a phone serve a patient. False where it does already. A phone that serves several becomes a shared one.

    Raises Refused past three phones for a patient."""
    served = patients_of(connection, clinic_id, contact_id)
    if patient_id in served:
        return False
    if len(contacts_of(connection, clinic_id, patient_id)) >= MOST_CONTACTS:
        raise Refused("phone.most", most=MOST_CONTACTS)
    values = {"patient_id": patient_id, "contact_id": contact_id, "clinic_id": clinic_id, "initial": initial}
    connection.execute(insert(patient_contacts).values(values))
    if served:
        mine = (contacts.c.clinic_id == clinic_id, contacts.c.id == contact_id, contacts.c.whose == "self")
        connection.execute(update(contacts).where(*mine).values(whose="shared"))
    return True


def change_contact(
    connection: Connection,
    clinic_id: int,
    contact_id: int,
    *,
    language: Language | None = None,
    whose: str | None = None,
    never_text: bool | None = None,
    never_call: bool | None = None,
    needs: Sequence[str] | None = None,
    fewer: str | None = None,
    paused_until: int | None = None,
    not_before: int | None = None,
    zones: str | None = None,
) -> None:
    """Set what the owner of a phone wished; None leaves a wish as it is. `not_before`: minutes after midnight,
    `paused_until`: seconds since 1970. Whoever is deaf or calls by relay is never called.

    Raises Refused for a need that we do not know or a contact that this clinic does not have."""
    strange = set(needs or ()) - set(NEEDS)
    if strange:
        raise Refused("phone.needs", known=", ".join(NEEDS), strange=", ".join(sorted(strange)))
    if needs is not None and NEVER_CALLED.intersection(needs):
        never_call = True
    wishes: dict[str, Any] = {
        "language": language.value if language else None,
        "whose": whose,
        "never_text": never_text,
        "never_call": never_call,
        "needs": None if needs is None else ",".join(needs),
        "fewer": fewer,
        "paused_until": paused_until,
        "not_before": not_before,
        "zones": zones,
    }
    values = {name: wish for name, wish in wishes.items() if wish is not None}
    mine = (contacts.c.clinic_id == clinic_id, contacts.c.id == contact_id)
    if values and not connection.execute(update(contacts).where(*mine).values(values)).rowcount:
        raise Refused("phone.unknown")


def mark_bad(connection: Connection, clinic_id: int, contact_id: int, why: str) -> None:
    """Send nothing more to a number that does not work, until somebody mends it."""
    mine = (contacts.c.clinic_id == clinic_id, contacts.c.id == contact_id)
    connection.execute(update(contacts).where(*mine).values(state="bad", bad_why=why[:200]))


def number_of(connection: Connection, privacy: Privacy, clinic_id: int, contact_id: int) -> str:
    """The number itself (E.164), for sending or for staff who phone; empty where it was erased."""
    mine = select(contacts.c.phone_sealed).where(contacts.c.clinic_id == clinic_id, contacts.c.id == contact_id)
    return privacy.open(connection.execute(mine).scalar_one_or_none(), SEALED, contact_id)


def read_contact(row: Any) -> Contact:
    """A contact from a row of its table."""
    return Contact(
        id=row["id"],
        phone=row["phone"],
        whose=row["whose"],
        language=Language(row["language"]),
        never_text=row["never_text"],
        never_call=row["never_call"],
        needs=tuple(filter(None, row["needs"].split(","))),
        zones=row["zones"],
        state=row["state"],
        line_kind=row["line_kind"],
        bad_why=row["bad_why"],
        interpreter=row["interpreter"],
        fewer=row["fewer"],
        not_before=row["not_before"],
    )
