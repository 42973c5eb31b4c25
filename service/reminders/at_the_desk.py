"""What the desk does by hand: add a phone of a person, write down its owner's wishes, take it away, stop it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, delete, update

from service.conversation.pace import Pace
from service.languages import Language
from service.reminders import audit
from service.reminders.answers.staff import phone_them
from service.reminders.clinics import clinic
from service.reminders.consent import end_consents, in_force
from service.reminders.contacts import (
    NEEDS,
    NEVER_CALLED,
    Contact,
    NewContact,
    contacts_of,
    find_contact,
    link,
    patients_of,
    save_contact,
)
from service.reminders.optouts import REASON as STOPPED
from service.reminders.optouts import carry_over, is_stopped
from service.reminders.people import patient
from service.reminders.privacy import Privacy
from service.reminders.refused import Refused
from service.reminders.rules.reason import Reason
from service.reminders.rules.zones import Whereabouts, whereabouts
from service.reminders.waiting import cancel_of_contacts
from service.storage import talks
from service.storage.reminder_tables import contacts, patient_contacts

TAKEN_AWAY = "held.phone_bad"


@dataclass(frozen=True)
class Wishes:
    """How the owner of a phone wants to be reached. `needs` as in NEEDS, `interpreter` the language to interpret,
    `fewer` as in contacts.fewer, `not_before` minutes after midnight, `pace` of what calls play."""

    whose: str = "self"
    language: Language = Language.ENGLISH
    never_text: bool = False
    never_call: bool = False
    needs: tuple[str, ...] = ()
    interpreter: str = ""
    fewer: str = ""
    not_before: int | None = None
    pace: Pace = Pace.NORMAL


@dataclass(frozen=True)
class Added:
    """A phone that now serves a patient. `known`: it serves others too, so its owner's wishes stayed as they were.
    `stopped`: it said STOP, and nothing goes to it."""

    contact_id: int
    known: bool
    stopped: bool


def add_phone(
    connection: Connection,
    privacy: Privacy,
    clinic_id: int,
    patient_id: int,
    number: str,
    wishes: Wishes,
    who: str,
    now: int,
) -> Added:
    """Let the phone `number` (E.164) serve a patient. Raises Refused for another clinic's patient, past three phones,
    and where it serves this patient already."""
    person = patient(connection, clinic_id, patient_id)
    phone = privacy.phone(number)
    before = find_contact(connection, clinic_id, phone)
    # A phone that serves nobody any more may have changed hands: what its last owner wished is forgotten.
    known = before is not None and bool(patients_of(connection, clinic_id, before.id))
    where = whereabouts(number, clinic(connection, clinic_id).zone)
    new = NewContact(number, whose=wishes.whose, language=wishes.language, zones=_zones(where))
    contact_id = save_contact(connection, privacy, clinic_id, new, now)
    if not link(connection, clinic_id, patient_id, contact_id, person.first_initial):
        raise Refused("phone.theirs_already")
    if not known:
        _keep_wishes(connection, clinic_id, contact_id, phone, wishes)
    audit.note(connection, clinic_id, who, "phone added", f"contact {contact_id} of patient {patient_id}", now)
    return Added(contact_id, known, is_stopped(connection, clinic_id, phone))


def phone_of(connection: Connection, clinic_id: int, patient_id: int, contact_id: int) -> Contact:
    """The phone, if it serves this patient of this clinic. Raises Refused where it does not."""
    for contact in contacts_of(connection, clinic_id, patient_id):
        if contact.id == contact_id:
            return contact
    raise Refused("phone.not_theirs")


def wishes_of(connection: Connection, contact: Contact) -> Wishes:
    """What is kept of the wishes of a phone's owner."""
    pace = talks.recall(connection, contact.phone).pace
    return Wishes(
        whose=contact.whose,
        language=contact.language,
        never_text=contact.never_text,
        never_call=contact.never_call,
        needs=contact.needs,
        interpreter=contact.interpreter,
        fewer=contact.fewer,
        not_before=contact.not_before,
        pace=Pace(pace) if pace else Pace.NORMAL,
    )


def change_wishes(
    connection: Connection, clinic_id: int, contact: Contact, wishes: Wishes, who: str, now: int
) -> None:
    """Write down anew all that the owner of a phone wishes."""
    _keep_wishes(connection, clinic_id, contact.id, contact.phone, wishes)
    audit.note(connection, clinic_id, who, "wishes changed", f"contact {contact.id}", now)


def take_away(connection: Connection, clinic_id: int, patient_id: int, contact: Contact, who: str, now: int) -> None:
    """This phone serves this patient no more. One that serves nobody else loses its consent: whoever has the number
    next has not agreed to anything."""
    pair = (patient_contacts.c.patient_id == patient_id, patient_contacts.c.contact_id == contact.id)
    gone = connection.execute(delete(patient_contacts).where(patient_contacts.c.clinic_id == clinic_id, *pair))
    if not gone.rowcount:
        return
    if not patients_of(connection, clinic_id, contact.id):
        end_consents(connection, clinic_id, [contact.id], "phone taken away", now)
        cancel_of_contacts(connection, clinic_id, [contact.id], TAKEN_AWAY, now)
    _tell_if_nobody_is_reached(connection, clinic_id, [patient_id], now)
    audit.note(connection, clinic_id, who, "phone taken away", f"contact {contact.id} of patient {patient_id}", now)


def stop_for_them(connection: Connection, clinic_id: int, contact: Contact, who: str, now: int) -> None:
    """Somebody told the desk to stop. It ends what this clinic starts; whoever wants silence from all clinics texts
    STOP or presses 9 twice. There is no way back from here: only the phone itself can agree anew."""
    carry_over(connection, clinic_id, [(contact.phone, now)], "desk", now)
    cancel_of_contacts(connection, clinic_id, [contact.id], STOPPED, now)
    alive = patients_of(connection, clinic_id, contact.id, alive=True)
    _tell_if_nobody_is_reached(connection, clinic_id, alive, now)
    audit.note(connection, clinic_id, who, "stopped for them", f"contact {contact.id}", now)


def mark_good(connection: Connection, clinic_id: int, contact: Contact, who: str, now: int) -> None:
    """Somebody made sure that a number which seemed wrong is right."""
    mine = (contacts.c.clinic_id == clinic_id, contacts.c.id == contact.id, contacts.c.phone_sealed.is_not(None))
    connection.execute(update(contacts).where(*mine).values(state="active", bad_why=""))
    audit.note(connection, clinic_id, who, "number checked", f"contact {contact.id}", now)


def _keep_wishes(connection: Connection, clinic_id: int, contact_id: int, phone: str, wishes: Wishes) -> None:
    values = asdict(wishes)
    pace = values.pop("pace")
    values["language"] = wishes.language.value
    values["needs"] = ",".join(need for need in NEEDS if need in wishes.needs)
    values["never_call"] = wishes.never_call or bool(NEVER_CALLED.intersection(wishes.needs))
    mine = (contacts.c.clinic_id == clinic_id, contacts.c.id == contact_id)
    if not connection.execute(update(contacts).where(*mine).values(values)).rowcount:
        raise Refused("phone.not_theirs")
    # Calls begin by asking how fast this phone listens; it is kept where its owner changes it by key.
    if pace != (talks.recall(connection, phone).pace or Pace.NORMAL.value):
        talks.remember(connection, phone, {"pace": Pace(pace).value})


def _tell_if_nobody_is_reached(
    connection: Connection, clinic_id: int, patient_ids: Collection[int], now: int
) -> None:
    for patient_id in patient_ids:
        phones = contacts_of(connection, clinic_id, patient_id)
        if not any(in_force(connection, clinic_id, phone.id) for phone in phones):
            phone_them(connection, clinic_id, patient_id, now)


def _zones(where: Whereabouts | Reason) -> str:
    return "" if isinstance(where, Reason) else where.key
