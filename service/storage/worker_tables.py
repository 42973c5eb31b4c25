"""The tables of the workers: how far each list was read, each sender's pace, and what somebody must be told once."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table

from service.storage.columns import number, time, words
from service.storage.reminder_tables import deliveries
from service.storage.tables import metadata

# How far something was read or when it was last done, by name, in seconds since 1970.
watermarks = Table(
    "watermarks",
    metadata,
    Column("name", String(60), primary_key=True),
    time("at", required=True),
)

# When a sender is free again, in milliseconds since 1970: all workers take their turns from here.
paces = Table(
    "paces",
    metadata,
    Column("sender_id", Integer, primary_key=True, autoincrement=False),
    Column("free_at", BigInteger, nullable=False),
    # Until then it runs at a tenth of its pace: the carrier or we have just come back.
    Column("slow_until", BigInteger, nullable=False, server_default="0"),
)

# What whoever runs the installation must know: once per name and hour, however often it happens.
alerts = Table(
    "alerts",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("hour", BigInteger, primary_key=True, autoincrement=False),
    number("clinic_id", 0),
    words("about", 300),
    number("times", 1),
    time("at", required=True),
    time("seen_at"),
)

# The claim of one sender reads what is due soonest, and nothing else.
Index(
    "deliveries_claim",
    deliveries.c.clinic_id,
    deliveries.c.sender_id,
    deliveries.c.state,
    deliveries.c.not_after,
    deliveries.c.id,
)
Index("deliveries_open", deliveries.c.clinic_id, deliveries.c.state, deliveries.c.due_at)
