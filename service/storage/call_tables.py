"""The tables of the call log: calls that came to a clinic's numbers, and when each of the staff looked last."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKeyConstraint, Index, Integer, Table, UniqueConstraint

from service.storage.columns import number, table, time, words
from service.storage.tables import metadata

# One row for each clinic concerned: the one whose number was called, and those that know the phone. A phone that no
# clinic knows is its keyed hash and nothing more; what callers say is kept nowhere.
calls = table(
    "calls",
    number(),
    words("call_sid", 64, None),
    words("phone", 64),
    words("ours", 20),
    words("language", 2),
    time("began_at", required=True),
    time("ended_at"),
    Column("seconds", Integer),
    # Where it ended: a code of the tree or a place outside it, the page there, and whether the last thing was a
    # wrong key, silence, or neither (hung up).
    words("place", 20),
    number("page", 1),
    words("left_by", 12),
    # Each step: place, page, and the key that led there (empty for silence, "?" for words).
    Column("trail", JSON, nullable=False, server_default="[]"),
    # What was asked of us, with commas: person, text, stop, back.
    words("asked", 80),
    words("dialed", 12),  # how the dial to the clinic ended: completed, busy, no-answer, failed, canceled
    UniqueConstraint("clinic_id", "call_sid"),
    Index("calls_by_day", "clinic_id", "began_at"),
    Index("calls_phone", "clinic_id", "phone"),
    Index("calls_sid", "call_sid"),
    ForeignKeyConstraint(["clinic_id"], ["clinics.id"]),
)

call_looks = Table(
    "call_looks",
    metadata,
    Column("staff_id", Integer, primary_key=True, autoincrement=False),
    number(),
    time("at", required=True),
)
