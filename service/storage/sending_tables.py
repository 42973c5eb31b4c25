"""The tables of what is sent and answered: templates, plans, deliveries, receipts, replies, tasks and the audit."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)

from service.storage.columns import number, owned, table, time, words

# Every time is seconds since 1970 UTC, every day a local date such as 2026-12-03, every `phone` the blind index of a
# number, every `..._sealed` opened by the vault at the place "table.column.id". Nothing here says what anybody has.

templates = table(
    "templates",
    number(),
    words("kind", 40, None),
    number("version", 1),
    Column("en", Text, nullable=False),
    Column("es", Text, nullable=False),
    # The sample registered with the carriers, to notice when the words drift from it.
    Column("sample", Text, nullable=False, server_default=""),
    # Approved once `approved_at` is set: by two people, `first_by` and `approved_by`.
    words("first_by", 80),
    time("first_at"),
    words("approved_by", 80),
    time("approved_at"),
    time("retired_at"),
    UniqueConstraint("clinic_id", "kind", "version"),
    owned(),
    ForeignKeyConstraint(["clinic_id"], ["clinics.id"]),
)

plans = table(
    "plans",
    number(),
    words("kind", 20, None),  # 7 days, 1 day, 2 hours, every 3 months
    words("template_kind", 40, None),
    words("channels", 20, "text,call"),  # in the order they are tried
    words("first_by", 80),
    time("first_at"),
    words("approved_by", 80),
    time("approved_at"),
    time("retired_at"),
    owned(),
    ForeignKeyConstraint(["clinic_id"], ["clinics.id"]),
)

broadcasts = table(
    "broadcasts",
    number(),
    words("kind", 12, None),  # daily, broadcast, closing
    words("name", 120),
    Column("template_id", Integer),
    Column("plan_id", Integer),
    Column("file_id", Integer),
    words("local_day", 10),
    words("made_by", 80),
    time("made_at"),
    words("approved_by", 80),
    time("approved_at"),
    words("state", 12, "draft"),  # draft, waiting, approved, sending, paused, done, cancelled
    time("undo_until"),
    Column("odd_why", Text, nullable=False, server_default=""),
    words("paused_why", 200),
    time("finished_at"),
    Column("counts", JSON),
    owned(),
    Index("broadcasts_state", "clinic_id", "state"),
    ForeignKeyConstraint(["clinic_id"], ["clinics.id"]),
)

deliveries = table(
    "deliveries",
    number(),
    number("broadcast_id"),
    number("contact_id"),
    Column("patient_id", Integer),
    Column("visit_id", Integer),
    # JSON as text, so that one INSERT ... SELECT can write it on either database.
    Column("visits", Text, nullable=False, server_default="[]"),
    Column("template_id", Integer),
    Column("fields", Text, nullable=False, server_default="{}"),
    words("channel", 4, "text"),
    Column("sender_id", Integer),
    words("zones", 400),
    time("due_at", required=True),
    time("not_after"),
    # queued, claimed, sending, accepted, delivered, undelivered, no_receipt, rejected, unknown, held, cancelled or
    # expired
    words("state", 16, "queued"),
    words("reason", 300),
    time("lease_until"),
    words("worker", 60),
    number("tries", 0),
    time("next_try_at"),
    Column("message_sid", String(64)),
    time("accepted_at"),
    time("final_at"),
    words("dedupe", 80),
    UniqueConstraint("broadcast_id", "contact_id", "dedupe"),
    Index("deliveries_due", "state", "due_at"),
    Index("deliveries_sid", "message_sid"),
    Index("deliveries_contact", "clinic_id", "contact_id", "due_at"),
    Index("deliveries_visit", "clinic_id", "visit_id"),
    # Without the state, which changes thrice a message: what a run sent is counted from its own rows alone.
    Index("deliveries_broadcast", "clinic_id", "broadcast_id"),
    ForeignKeyConstraint(["broadcast_id"], ["broadcasts.id"]),
)

attempts = table(
    "attempts",
    number("delivery_id"),
    number(),
    time("at", required=True),
    time("ended_at"),
    words("outcome", 16),
    Column("code", Integer),
    Column("retry_after", Integer),
    Index("attempts_delivery", "delivery_id"),
)

receipts = table(
    "receipts",
    words("message_sid", 64, None),
    Column("delivery_id", Integer),
    words("status", 32, None),
    # 0 where Twilio named none: a NULL would not count as the same twice.
    number("error_code", 0),
    time("at", required=True),
    UniqueConstraint("message_sid", "status", "error_code"),
)

replies = table(
    "replies",
    number(),
    number("contact_id"),
    words("message_sid", 64, None),
    Column("words_sealed", LargeBinary),
    words("label", 40),
    words("meaning", 40),
    time("at", required=True),
    time("purge_after"),
    UniqueConstraint("message_sid"),
    Index("replies_contact", "clinic_id", "contact_id", "at"),
    Index("replies_at", "clinic_id", "at"),
)

tasks = table(
    "tasks",
    number(),
    words("kind", 40, None),
    Column("contact_id", Integer),
    Column("patient_id", Integer),
    Column("visit_id", Integer),
    Column("reply_id", Integer),
    time("opened_at", required=True),
    time("due_at"),
    words("taken_by", 80),
    time("taken_at"),
    time("closed_at"),
    words("closed_by", 80),
    words("outcome", 40),
    time("copied_at"),
    time("listed_at"),
    Index("tasks_open", "clinic_id", "closed_at", "due_at"),
    Index("tasks_contact", "clinic_id", "contact_id"),
)

questions = table(
    "questions",
    words("phone", 64, None),
    words("ours", 20, None),
    number(),
    words("kind", 40, None),
    Column("delivery_id", Integer),
    Column("visit_id", Integer),
    Column("contact_id", Integer),
    Column("card_id", Integer),
    time("asked_at", required=True),
    time("open_until", required=True),
    time("answered_at"),
    Index("questions_phone", "phone", "ours", "open_until"),
)

# Append only. Each row's hash covers the row before it in the same clinic: a changed or missing row is noticed.
audit = table(
    "audit",
    number(),
    time("at", required=True),
    words("who", 80),
    words("what", 60, None),
    Column("about", Text, nullable=False, server_default=""),
    words("prev_hash", 64),
    words("hash", 64, None),
    UniqueConstraint("clinic_id", "prev_hash"),
    Index("audit_about", "clinic_id", "about"),
)
