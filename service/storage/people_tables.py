"""The tables of a clinic's people: patients, phones, who agreed to what, visits, and cards to join with."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from service.storage.columns import belongs, flag, number, owned, table, time, words
from service.storage.tables import metadata

# Every time is seconds since 1970 UTC, every day a local date such as 2026-12-03, every `phone` the blind index of a
# number, every `..._sealed` opened by the vault at the place "table.column.id". Nothing here says what anybody has.

patients = table(
    "patients",
    number(),
    # The clinic's own id of the patient: a keyed hash to find it by, sealed to show it.
    words("clinic_ref", 64, None),
    Column("clinic_ref_sealed", LargeBinary),
    Column("name_sealed", LargeBinary),
    words("first_initial", 2),
    words("state", 12, "active"),  # active, died, left, erased
    time("died_at"),
    words("died_by", 80),
    # The first of the two people who say that a death was a mistake.
    words("revive_by", 80),
    time("created_at"),
    UniqueConstraint("clinic_id", "clinic_ref"),
    owned(),
    ForeignKeyConstraint(["clinic_id"], ["clinics.id"]),
)

contacts = table(
    "contacts",
    number(),
    words("phone", 64, None),
    Column("phone_sealed", LargeBinary),
    words("whose", 12, "self"),  # self, caregiver, shared
    words("language", 2, "en"),
    flag("never_text"),
    flag("never_call"),
    words("needs", 80),  # with commas: interpreter, relay, deaf, slow, yesno, ride
    words("interpreter", 40),  # the language to interpret
    words("zones", 400),  # every zone this phone may be in, with commas; empty: not known yet
    words("state", 12, "active"),  # active, bad, suspended, erased
    words("line_kind", 12, "unknown"),  # mobile, landline, unknown
    words("bad_why", 200),
    words("fewer", 12),  # "day before", "changes", or empty for all
    time("paused_until"),
    Column("not_before", Integer),  # minutes after midnight
    time("created_at"),
    UniqueConstraint("clinic_id", "phone"),
    owned(),
    Index("contacts_phone", "phone"),
    ForeignKeyConstraint(["clinic_id"], ["clinics.id"]),
)

patient_contacts = Table(
    "patient_contacts",
    metadata,
    Column("patient_id", Integer, primary_key=True),
    Column("contact_id", Integer, primary_key=True),
    number(),
    # Said on a shared phone, so that people know whose visit is meant.
    words("initial", 2),
    Index("patient_contacts_contact", "clinic_id", "contact_id"),
    belongs("patient_id", "patients"),
    belongs("contact_id", "contacts"),
)

consents = table(
    "consents",
    number(),
    number("contact_id"),
    words("channel", 4, None),  # text, call
    Column("wording", Text, nullable=False),
    words("wording_version", 40),
    words("wording_hash", 64, None),
    words("medium", 20),  # text, call, paper, spoken
    words("given_by", 16, "patient"),  # patient, representative
    words("recorded_by", 80),
    words("source", 120),
    flag("carried_over"),
    time("given_at", required=True),
    time("recorded_at", required=True),
    time("superseded_at"),
    words("superseded_why", 80),
    belongs("contact_id", "contacts"),
    # One consent in force per phone and channel; what it replaced stays.
    Index(
        "consents_in_force",
        "clinic_id",
        "contact_id",
        "channel",
        unique=True,
        sqlite_where=text("superseded_at IS NULL"),
        postgresql_where=text("superseded_at IS NULL"),
    ),
)

# Opt-outs that a clinic brought from another system. They are of that clinic; `opt_outs` holds those of a phone.
clinic_opt_outs = Table(
    "clinic_opt_outs",
    metadata,
    Column("clinic_id", Integer, primary_key=True, autoincrement=False),
    Column("phone", String(64), primary_key=True),
    time("since", required=True),
    words("how", 40),
    time("lifted_at"),
    ForeignKeyConstraint(["clinic_id"], ["clinics.id"]),
)

visits = table(
    "visits",
    number(),
    Column("site_id", Integer),
    number("patient_id"),
    # The clinic's own id of the visit, or a hash of patient, start and site.
    words("ref", 80, None),
    time("starts_at", required=True),
    words("local_day", 10, None),
    words("state", 12, "booked"),  # booked, cancelled, held, done, noshow
    words("held_why", 200),
    time("confirmed_at"),
    Column("file_id", Integer),
    time("changed_at"),
    UniqueConstraint("clinic_id", "ref"),
    owned(),
    Index("visits_day", "clinic_id", "local_day"),
    Index("visits_start", "clinic_id", "state", "starts_at"),
    Index("visits_patient", "clinic_id", "patient_id"),
    belongs("patient_id", "patients"),
    belongs("site_id", "sites"),
)

join_cards = table(
    "join_cards",
    number(),
    words("code", 4, None),
    Column("patient_id", Integer),
    words("whose", 12, "self"),
    words("language", 2, "en"),
    words("needs", 80),
    # Where the desk typed the number, only that phone may use the card.
    words("phone", 64),
    words("prepared_by", 80),
    time("prepared_at", required=True),
    time("valid_until", required=True),
    # Who asked last, with which words, waiting for a 1.
    words("asked_phone", 64),
    Column("asked_number_sealed", LargeBinary),
    words("asked_channel", 4),
    Column("asked_wording", Text, nullable=False, server_default=""),
    time("asked_at"),
    time("closed_at"),
    words("closed_why", 20),  # joined, expired, replaced
    # Cards of all clinics may be sent to one number, so an open code stands once in the whole installation.
    Index(
        "join_cards_open",
        "code",
        unique=True,
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
    Index("join_cards_asked", "asked_phone"),
    belongs("patient_id", "patients"),
)

# Wrong codes from one phone: past a handful nothing more is tried that day, so that codes cannot be guessed.
join_tries = Table(
    "join_tries",
    metadata,
    Column("phone", String(64), primary_key=True),
    time("since", required=True),
    number("tries", 0),
)
