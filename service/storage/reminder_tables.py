"""All tables of the reminders, to import from one place."""

from __future__ import annotations

from service.storage.call_tables import call_looks, calls
from service.storage.clinic_tables import clinics, column_matches, files, senders, sites, staff
from service.storage.people_tables import (
    clinic_opt_outs,
    consents,
    contacts,
    join_cards,
    join_tries,
    patient_contacts,
    patients,
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
    "call_looks",
    "calls",
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
