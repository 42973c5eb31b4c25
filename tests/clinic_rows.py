"""One row of everything that an address of the console may name, for one clinic."""

from __future__ import annotations

from sqlalchemy import Connection, insert

from service.app import Parts
from service.reminders.clinics import Site, add_site
from service.reminders.contacts import NewContact, link, save_contact
from service.reminders.people import save_patient
from service.reminders.privacy import Privacy
from service.reminders.staff import add_staff
from service.storage.console_tables import logins
from service.storage.reminder_tables import (
    broadcasts,
    calls,
    deliveries,
    files,
    join_cards,
    plans,
    replies,
    tasks,
    templates,
    visits,
)


def rows_of(connection: Connection, parts: Parts, clinic_id: int, now: int) -> dict[str, int]:
    """The id of each row, by the name that addresses call it."""
    privacy = Privacy(parts.vault, parts.settings.phone_key)

    def add(table: object, **values: object) -> int:
        statement = insert(table).values(clinic_id=clinic_id, **values).returning(table.c.id)
        return int(connection.execute(statement).scalar_one())

    patient_id = save_patient(connection, privacy, clinic_id, f"chart {clinic_id}", "Maria Muñoz", "M", now)
    number = f"+1202555{1000 + clinic_id}"
    contact_id = save_contact(connection, privacy, clinic_id, NewContact(number, zones="America/New_York"), now)
    link(connection, clinic_id, patient_id, contact_id)
    staff_id = add_staff(connection, clinic_id, "Spare Person", "desk", "Ana", now)
    connection.execute(
        insert(logins).values(staff_id=staff_id, clinic_id=clinic_id, sign_in_name=f"spare{clinic_id}")
    )
    site_id = add_site(connection, clinic_id, Site("Lakeside", "America/New_York", "Evansville"), "Ana", now)
    template_id = add(templates, kind=f"kind {clinic_id}", en="Visit {when}", es="Cita {when}")
    plan_id = add(plans, kind="1 day", template_kind=f"kind {clinic_id}")
    broadcast_id = add(broadcasts, kind="broadcast", name="Snow", template_id=template_id, made_at=now)
    visit_id = add(
        visits, patient_id=patient_id, site_id=site_id, ref="v1", starts_at=now + 90000, local_day="2026-11-24"
    )
    delivery_id = add(
        deliveries,
        broadcast_id=broadcast_id,
        contact_id=contact_id,
        patient_id=patient_id,
        visit_id=visit_id,
        due_at=now - 3600,
        state="undelivered",
    )
    reply_id = add(replies, contact_id=contact_id, message_sid=f"SM{clinic_id}", meaning="call", at=now - 60)
    task_id = add(
        tasks, kind="call", contact_id=contact_id, patient_id=patient_id, reply_id=reply_id, opened_at=now - 7200
    )
    file_id = add(files, kind="visits", sha256="0" * 64, name="morning.csv", loaded_at=now)
    card_id = add(join_cards, code=f"{clinic_id:04}", patient_id=patient_id, prepared_at=now, valid_until=now + 86400)
    call_id = add(calls, call_sid=f"CA{clinic_id}", ours="+15555550100", began_at=now - 600, trail=[["", 1, ""]])
    return {
        "call_id": call_id,
        "card_id": card_id,
        "patient_id": patient_id,
        "contact_id": contact_id,
        "staff_id": staff_id,
        "site_id": site_id,
        "template_id": template_id,
        "plan_id": plan_id,
        "broadcast_id": broadcast_id,
        "visit_id": visit_id,
        "delivery_id": delivery_id,
        "reply_id": reply_id,
        "task_id": task_id,
        "file_id": file_id,
    }
