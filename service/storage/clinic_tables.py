"""The tables of clinics themselves: sites, sending numbers, staff, and the files they loaded."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKeyConstraint, Index, UniqueConstraint

from service.storage.columns import flag, number, owned, table, time, words

clinics = table(
    "clinics",
    words("name", 120, None),
    # What texts and calls say: checked to reveal nothing ("Lakeside Clinic", not "Hope Cancer Center").
    words("name_in_texts", 40, None),
    words("zone", 40, None),
    words("hours", 200),
    # Coming from another system: nothing is sent before an opt-out file, even an empty one, was loaded.
    flag("moving"),
    time("optouts_loaded_at"),
    # Who approves where a clinic has one person only: somebody outside, by name.
    words("outside_approver", 80),
    words("privacy_tier", 12, "neutral"),
    number("keep_words_days", 30),
    number("keep_deliveries_days", 180),
    time("created_at"),
    UniqueConstraint("name"),
)

sites = table(
    "sites",
    number(),
    words("short_name", 40, None),
    words("town", 60),
    words("day_phone", 20),
    words("night_phone", 20),
    words("hours", 200),
    words("zone", 40, None),
    words("directions", 200),
    UniqueConstraint("clinic_id", "short_name"),
    owned(),
    ForeignKeyConstraint(["clinic_id"], ["clinics.id"]),
)

senders = table(
    "senders",
    number(),
    words("number", 20, None),
    words("role", 12, "reminders"),  # reminders, line, both
    words("kind", 12, "longcode"),  # longcode, tollfree, shortcode
    number("pace", 1),  # segments per second
    time("halted_at"),
    words("halted_why", 200),
    UniqueConstraint("clinic_id", "number"),
    owned(),
    Index("senders_number", "number"),
    ForeignKeyConstraint(["clinic_id"], ["clinics.id"]),
)

staff = table(
    "staff",
    number(),
    words("name", 80, None),
    words("role", 16, "desk"),  # desk, nurse, administrator
    time("created_at"),
    time("disabled_at"),
    UniqueConstraint("clinic_id", "name"),
    owned(),
    ForeignKeyConstraint(["clinic_id"], ["clinics.id"]),
)

column_matches = table(
    "column_matches",
    number(),
    words("name", 60, None),
    words("kind", 12, None),
    Column("columns", JSON, nullable=False),
    words("made_by", 80),
    time("made_at"),
    UniqueConstraint("clinic_id", "kind", "name"),
    ForeignKeyConstraint(["clinic_id"], ["clinics.id"]),
)

files = table(
    "files",
    number(),
    words("kind", 12, None),
    words("sha256", 64, None),
    words("name", 200),
    words("covers_from", 10),
    words("covers_to", 10),
    time("loaded_at", required=True),
    words("loaded_by", 80),
    Column("counts", JSON),
    Index("files_seen", "clinic_id", "sha256"),
    ForeignKeyConstraint(["clinic_id"], ["clinics.id"]),
)
