"""All tables of the reminders, to import from one place."""

from __future__ import annotations

from service.storage.people_tables import (
    clinic_opt_outs,
    clinics,
    column_matches,
    consents,
    contacts,
    files,
    join_cards,
    join_tries,
    patient_contacts,
    patients,
    senders,
    sites,
    staff,
    visits,
)
from service.storage.sending_tables import (
    attempts,
    audit,
    broadcasts,
    deliveries,
    plans,
    questions,
    receipts,
    replies,
    tasks,
    templates,
)

__all__ = [
    "attempts",
    "audit",
    "broadcasts",
    "clinic_opt_outs",
    "clinics",
    "column_matches",
    "consents",
    "contacts",
    "deliveries",
    "files",
    "join_cards",
    "join_tries",
    "patient_contacts",
    "patients",
    "plans",
    "questions",
    "receipts",
    "replies",
    "senders",
    "sites",
    "staff",
    "tasks",
    "templates",
    "visits",
]
