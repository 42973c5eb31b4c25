"""A clinic on an ordinary Monday, to look at its console: people, visits, messages, replies and tasks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from clinic_rows import rows_of
from console_staff import KEPT
from sqlalchemy import insert, update

from service.app import Parts
from service.reminders.answers.staff import CALL_BACK, MAY_HAVE_DIED, MEANT_VISIT, READ_WORDS
from service.reminders.clinics import Sender, add_sender, create_clinic
from service.reminders.consent import Channel, Consent, record_consent
from service.reminders.contacts import NewContact, link, save_contact
from service.reminders.people import save_patient
from service.reminders.privacy import Privacy
from service.reminders.staff import add_staff
from service.storage.console_tables import logins
from service.storage.reminder_tables import deliveries, replies, tasks, visits
from service.web.console import factors, sessions
from service.web.console.invitations import set_password
from service.web.console.sessions import Stage

NAMES = (
    "Ortiz, Elena",
    "Walker, James",
    "Nguyen, Linh",
    "Cohen, Ruth",
    "Abebe, Hana",
    "Muñoz Castillo, María de los Ángeles",
    "Smith, Tom",
    "Petrov, Olga",
    "Johnson, Denise",
    "Kim, Soo-ah",
    "Garcia, Luis",
    "O'Brien, Kathleen",
    "Haddad, Nour",
    "Brown, Tanya",
)
EMERGENCY = "emergency"
HELD = ("held.no_consent", "held.landline", "held.paused")


@dataclass(frozen=True)
class Sample:
    """`ids`: rows by the name that addresses call them, of Elena Ortiz; `secret` is her colleague's authenticator."""

    clinic_id: int
    staff_id: int
    sign_in_name: str
    secret: str
    ids: dict[str, int]

    def session(self, parts: Parts) -> str:
        """A session in which Ana Ruiz has signed in just now, with a factor; the id for the cookie. What language she
        chose in another session is forgotten."""
        now = int(parts.clock())
        with parts.database.write() as connection:
            connection.execute(update(logins).where(logins.c.staff_id == self.staff_id).values(language=""))
            return sessions.begin(connection, self.staff_id, Stage.FULL, "Chromium on the front desk", now, now)


def fill(parts: Parts) -> Sample:
    """Put the sample into an empty database."""
    now = int(parts.clock())
    privacy = Privacy(parts.vault, parts.settings.phone_key)
    with parts.database.write() as connection:
        clinic_id = create_clinic(
            connection, "Lakeside Oncology", "Lakeside Clinic", "America/New_York", now, who="Ana Ruiz"
        )
        staff_id = add_staff(connection, clinic_id, "Ana Ruiz", "administrator", "Ana Ruiz", now)
        add_staff(connection, clinic_id, "Ben Okafor", "nurse", "Ana Ruiz", now)
        set_password(connection, staff_id, clinic_id, "ana.ruiz", KEPT, now)
        secret = factors.propose(connection, parts.vault, staff_id)
        factors.adopt(connection, parts.vault, staff_id, factors.pyotp.TOTP(secret).at(now - 3600), now - 3600)
        add_sender(connection, clinic_id, Sender("+12025550199"), "Ana Ruiz", now)
        ids = rows_of(connection, parts, clinic_id, now)
        for place, name in enumerate(NAMES):
            _person(connection, privacy, clinic_id, ids, place, name, now)
    return Sample(clinic_id, staff_id, "ana.ruiz", secret, ids)


def _person(
    connection: Any, privacy: Privacy, clinic_id: int, ids: dict[str, int], place: int, name: str, now: int
) -> None:
    patient_id = save_patient(connection, privacy, clinic_id, f"MRN {1000 + place}", name, name[0], now)
    needs = ("interpreter", "slow") if place == 0 else ()
    new = NewContact(f"+1202555{3000 + place}", zones="America/New_York", needs=needs)
    contact_id = save_contact(connection, privacy, clinic_id, new, now)
    link(connection, clinic_id, patient_id, contact_id)
    if place % 4 != 3:
        words = "Lakeside Clinic visit reminders, about 4 a month. Reply 1 to agree."
        agreed = Consent(Channel.TEXT, words, "2026-11", "text", now - 40 * 86400, "join card")
        record_consent(connection, clinic_id, contact_id, agreed, now)
    visit_id = connection.execute(
        insert(visits)
        .values(
            clinic_id=clinic_id,
            patient_id=patient_id,
            site_id=ids["site_id"],
            ref=f"sample {place}",
            starts_at=now + 86400 + place * 1800,
            local_day="2026-11-24",
            confirmed_at=now - 3600 if place % 3 == 0 else None,
        )
        .returning(visits.c.id)
    ).scalar_one()
    state, reason = (("delivered", ""), ("undelivered", "error.region|code=21408"), ("held", HELD[place % 3]))[
        place % 3
    ]
    connection.execute(
        insert(deliveries).values(
            clinic_id=clinic_id,
            broadcast_id=ids["broadcast_id"],
            contact_id=contact_id,
            patient_id=patient_id,
            visit_id=visit_id,
            due_at=now - 7200 + place * 60,
            state=state,
            reason=reason,
        )
    )
    if place < 5:
        reply_id = connection.execute(
            insert(replies)
            .values(
                clinic_id=clinic_id, contact_id=contact_id, message_sid=f"SMx{place}", meaning="call", at=now - 5000
            )
            .returning(replies.c.id)
        ).scalar_one()
        connection.execute(
            insert(tasks).values(
                clinic_id=clinic_id,
                kind=(EMERGENCY, CALL_BACK, MEANT_VISIT, READ_WORDS, MAY_HAVE_DIED)[place],
                contact_id=contact_id,
                patient_id=patient_id,
                reply_id=reply_id,
                opened_at=now - (43 * 3600, 4000, 9000, 600, 70000)[place],
                due_at=now + 3600 if place % 2 else now - 3600,
                taken_by="Ben Okafor" if place == 2 else "",
            )
        )
