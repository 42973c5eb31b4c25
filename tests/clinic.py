"""A clinic for tests: people with phones who agreed to reminders, their visits, and what staff find afterwards."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from clock import Clock
from sqlalchemy import Connection, insert, select, update

from service.languages import Language
from service.reminders import clinics, contacts, people
from service.reminders.answers import questions
from service.reminders.answers.questions import NewQuestion
from service.reminders.clinics import Sender, Site
from service.reminders.consent import Channel, Consent, record_consent
from service.reminders.contacts import NewContact
from service.reminders.privacy import Privacy
from service.settings import Settings
from service.storage import reminder_tables as tables
from service.storage.database import Database

ZONE = "America/New_York"
PHONE = "+15555550123"
# The clock of tests begins on Monday, November 23, at 2:10 at night.
VISIT = "2026-12-03 14:30"


@dataclass
class Clinic:
    """Makes rows through the functions that imports and the desk use."""

    database: Database
    privacy: Privacy
    clock: Clock
    ours: str
    id: int = 0
    site_id: int = 0

    @classmethod
    def of(cls, database: Database, settings: Settings, clock: Clock, role: str = "both") -> Clinic:
        """Lakeside Clinic, reminding from the number that `settings` has for reminders."""
        return cls._made(database, settings, clock, "Lakeside", settings.reminders_from, role)

    @classmethod
    def second(cls, database: Database, settings: Settings, clock: Clock, ours: str) -> Clinic:
        """Hilltop Clinic, which reminds from another number."""
        return cls._made(database, settings, clock, "Hilltop", ours, "reminders")

    @classmethod
    def _made(cls, database: Database, settings: Settings, clock: Clock, name: str, ours: str, role: str) -> Clinic:
        made = cls(database, Privacy.of(settings), clock, ours)
        now = int(clock())
        with database.write() as connection:
            made.id = clinics.create_clinic(connection, name, f"{name} Clinic", ZONE, now, who="Ana")
            site = Site(name, ZONE, "", "+15550100100", "+15550100199", "Mon-Fri 08:00-17:00")
            made.site_id = clinics.add_site(connection, made.id, site, "Ana", now)
            clinics.add_sender(connection, made.id, Sender(made.ours, role), "Ana", now)
        return made

    def patient(self, initial: str = "M") -> int:
        """A new patient."""
        with self.database.write() as connection:
            ref = f"{initial}{self.clock()}{self._count(connection)}"
            return people.save_patient(connection, self.privacy, self.id, ref, "", initial, int(self.clock()))

    def phone(
        self,
        patient_id: int,
        number: str = PHONE,
        language: Language = Language.ENGLISH,
        channels: tuple[Channel, ...] = (Channel.TEXT,),
        needs: tuple[str, ...] = (),
    ) -> int:
        """A phone of a patient, whose owner agreed to `channels`."""
        now = int(self.clock())
        with self.database.write() as connection:
            new = NewContact(number, language=language, zones=f"{ZONE}|", needs=needs, line_kind="mobile")
            contact_id = contacts.save_contact(connection, self.privacy, self.id, new, now)
            contacts.link(connection, self.id, patient_id, contact_id)
            for channel in channels:
                consent = Consent(channel, "May we remind you?", "1", "desk", now, "Ana")
                record_consent(connection, self.id, contact_id, consent, now)
        return contact_id

    def visit(self, patient_id: int, local: str = VISIT, state: str = "booked") -> int:
        """A visit at a local time of the clinic, such as `2026-12-03 14:30`."""
        start = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(ZONE))
        values = {
            "clinic_id": self.id,
            "site_id": self.site_id,
            "patient_id": patient_id,
            "ref": f"{patient_id} {local}",
            "starts_at": int(start.timestamp()),
            "local_day": local[:10],
            "state": state,
        }
        with self.database.write() as connection:
            visit_id: int = connection.execute(
                insert(tables.visits).values(values).returning(tables.visits.c.id)
            ).scalar_one()
        return visit_id

    def reminds(self, contact_id: int, *visit_ids: int, kind: str = questions.VISIT) -> int:
        """A reminder of these visits goes out to a phone and asks; returns its delivery."""
        now = int(self.clock())
        with self.database.write() as connection:
            run = connection.execute(
                insert(tables.broadcasts)
                .values(clinic_id=self.id, kind="daily", state="sending")
                .returning(tables.broadcasts.c.id)
            ).scalar_one()
            delivery: int = self._delivery(connection, run, contact_id, visit_ids, state="accepted", accepted_at=now)
            phone, until = self._phone_and_end(connection, contact_id, visit_ids)
            first = visit_ids[0] if visit_ids else None
            new = NewQuestion(phone, self.ours, self.id, kind, contact_id, first, delivery)
            questions.ask(connection, new, now, until)
        return delivery

    def queued(self, contact_id: int, *visit_ids: int) -> int:
        """A reminder of these visits that waits to go out; returns its delivery."""
        with self.database.write() as connection:
            run = connection.execute(
                insert(tables.broadcasts)
                .values(clinic_id=self.id, kind="daily", state="approved")
                .returning(tables.broadcasts.c.id)
            ).scalar_one()
            return self._delivery(connection, run, contact_id, visit_ids)

    def reminded(self, initial: str = "M", number: str = PHONE, local: str = VISIT, **phone: Any) -> Any:
        """A new patient with a phone and a visit, reminded of it. Gives patient, contact and visit id."""
        patient_id = self.patient(initial)
        contact_id = self.phone(patient_id, number, **phone)
        visit_id = self.visit(patient_id, local)
        self.reminds(contact_id, visit_id)
        return patient_id, contact_id, visit_id

    def tasks(self) -> list[tuple[str, str]]:
        """The open tasks, in order: what, and by when it is due on the clinic's clock (`Mon 17:00`)."""
        mine = (tables.tasks.c.clinic_id == self.id, tables.tasks.c.closed_at.is_(None))
        query = select(tables.tasks).where(*mine).order_by(tables.tasks.c.id)
        return [(row["kind"], self._clock(row["due_at"])) for row in self.rows(query)]

    def words_kept(self) -> list[tuple[str, str]]:
        """What people wrote to the clinic, and what was taken from it."""
        return [
            (
                self.privacy.open(row["words_sealed"], "replies.words_sealed", row["id"]),
                row["meaning"],
            )
            for row in self.rows(select(tables.replies).order_by(tables.replies.c.id))
        ]

    def row(self, table: Any, row_id: int) -> Any:
        """One row."""
        return self.rows(select(table).where(table.c.id == row_id))[0]

    def set(self, table: Any, row_id: int, **values: Any) -> None:
        """Change a row, as staff or an import would."""
        with self.database.write() as connection:
            connection.execute(update(table).where(table.c.id == row_id).values(values))

    def rows(self, query: Any) -> list[Any]:
        """What a query finds."""
        with self.database.read() as connection:
            return list(connection.execute(query).mappings())

    def _delivery(
        self, connection: Connection, run: int, contact_id: int, visit_ids: tuple[int, ...], **more: Any
    ) -> int:
        first = (
            connection.execute(select(tables.visits).where(tables.visits.c.id == (visit_ids or (0,))[0]))
            .mappings()
            .first()
        )
        values = {
            "clinic_id": self.id,
            "broadcast_id": run,
            "contact_id": contact_id,
            "patient_id": first["patient_id"] if first else None,
            "visit_id": visit_ids[0] if visit_ids else None,
            "visits": json.dumps(list(visit_ids)),
            "due_at": int(self.clock()),
            "dedupe": f"test {self._count(connection)}",
            **more,
        }
        made: int = connection.execute(
            insert(tables.deliveries).values(values).returning(tables.deliveries.c.id)
        ).scalar_one()
        return made

    def _phone_and_end(self, connection: Connection, contact_id: int, visit_ids: tuple[int, ...]) -> tuple[str, int]:
        phone: str = connection.execute(
            select(tables.contacts.c.phone).where(tables.contacts.c.id == contact_id)
        ).scalar_one()
        starts = connection.execute(
            select(tables.visits.c.starts_at).where(tables.visits.c.id.in_(visit_ids))
        ).scalars()
        return phone, max(starts, default=int(self.clock()) + 14 * 86400)

    def _count(self, connection: Connection) -> int:
        return len(connection.execute(select(tables.deliveries.c.id)).all()) + len(
            connection.execute(select(tables.patients.c.id)).all()
        )

    def _clock(self, at: int | None) -> str:
        return datetime.fromtimestamp(at, ZoneInfo(ZONE)).strftime("%a %H:%M") if at else ""
