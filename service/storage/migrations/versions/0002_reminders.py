"""Clinics and their people, consents, visits, and what was sent and answered."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attempts",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("delivery_id", sa.Integer, nullable=False),
        sa.Column("clinic_id", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("outcome", sa.String(16), server_default="", nullable=False),
        sa.Column("code", sa.Integer),
        sa.Column("retry_after", sa.Integer),
    )
    op.create_index("attempts_delivery", "attempts", ["delivery_id"])
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("clinic_id", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("who", sa.String(80), server_default="", nullable=False),
        sa.Column("what", sa.String(60), nullable=False),
        sa.Column("about", sa.Text, server_default="", nullable=False),
        sa.Column("prev_hash", sa.String(64), server_default="", nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.UniqueConstraint("clinic_id", "prev_hash"),
    )
    op.create_table(
        "clinics",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("name_in_texts", sa.String(40), nullable=False),
        sa.Column("zone", sa.String(40), nullable=False),
        sa.Column("hours", sa.String(200), server_default="", nullable=False),
        sa.Column("moving", sa.Boolean, server_default=sa.text("false"), nullable=False),
        sa.Column("optouts_loaded_at", sa.BigInteger),
        sa.Column("outside_approver", sa.String(80), server_default="", nullable=False),
        sa.Column("privacy_tier", sa.String(12), server_default="neutral", nullable=False),
        sa.Column("created_at", sa.BigInteger),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "join_tries",
        sa.Column("phone", sa.String(64), nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("tries", sa.Integer, server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("phone"),
    )
    op.create_table(
        "questions",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("phone", sa.String(64), nullable=False),
        sa.Column("ours", sa.String(20), nullable=False),
        sa.Column("clinic_id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("delivery_id", sa.Integer),
        sa.Column("visit_id", sa.Integer),
        sa.Column("contact_id", sa.Integer),
        sa.Column("card_id", sa.Integer),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("open_until", sa.BigInteger, nullable=False),
        sa.Column("answered_at", sa.BigInteger),
    )
    op.create_index("questions_phone", "questions", ["phone", "ours", "open_until"])
    op.create_table(
        "receipts",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("message_sid", sa.String(64), nullable=False),
        sa.Column("delivery_id", sa.Integer),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("error_code", sa.Integer, server_default="0", nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("message_sid", "status", "error_code"),
    )
    op.create_table(
        "replies",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("clinic_id", sa.Integer, nullable=False),
        sa.Column("contact_id", sa.Integer, nullable=False),
        sa.Column("message_sid", sa.String(64), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary),
        sa.Column("label", sa.String(40), server_default="", nullable=False),
        sa.Column("meaning", sa.String(40), server_default="", nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("purge_after", sa.BigInteger),
        sa.UniqueConstraint("message_sid"),
    )
    op.create_index("replies_contact", "replies", ["clinic_id", "contact_id", "at"])
    op.create_table(
        "tasks",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("clinic_id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("contact_id", sa.Integer),
        sa.Column("patient_id", sa.Integer),
        sa.Column("visit_id", sa.Integer),
        sa.Column("reply_id", sa.Integer),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger),
        sa.Column("taken_by", sa.String(80), server_default="", nullable=False),
        sa.Column("taken_at", sa.BigInteger),
        sa.Column("closed_at", sa.BigInteger),
        sa.Column("closed_by", sa.String(80), server_default="", nullable=False),
        sa.Column("outcome", sa.String(40), server_default="", nullable=False),
        sa.Column("copied_at", sa.BigInteger),
        sa.Column("listed_at", sa.BigInteger),
    )
    op.create_index("tasks_contact", "tasks", ["clinic_id", "contact_id"])
    op.create_index("tasks_open", "tasks", ["clinic_id", "closed_at", "due_at"])
    op.create_table(
        "broadcasts",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("clinic_id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("name", sa.String(120), server_default="", nullable=False),
        sa.Column("template_id", sa.Integer),
        sa.Column("plan_id", sa.Integer),
        sa.Column("file_id", sa.Integer),
        sa.Column("local_day", sa.String(10), server_default="", nullable=False),
        sa.Column("made_by", sa.String(80), server_default="", nullable=False),
        sa.Column("made_at", sa.BigInteger),
        sa.Column("approved_by", sa.String(80), server_default="", nullable=False),
        sa.Column("approved_at", sa.BigInteger),
        sa.Column("state", sa.String(12), server_default="draft", nullable=False),
        sa.Column("undo_until", sa.BigInteger),
        sa.Column("odd_why", sa.Text, server_default="", nullable=False),
        sa.Column("paused_why", sa.String(200), server_default="", nullable=False),
        sa.Column("finished_at", sa.BigInteger),
        sa.Column("counts", sa.JSON),
        sa.ForeignKeyConstraint(
            ["clinic_id"],
            ["clinics.id"],
        ),
        sa.UniqueConstraint("clinic_id", "id"),
    )
    op.create_index("broadcasts_state", "broadcasts", ["clinic_id", "state"])
    op.create_table(
        "clinic_opt_outs",
        sa.Column("clinic_id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("phone", sa.String(64), nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("how", sa.String(40), server_default="", nullable=False),
        sa.Column("lifted_at", sa.BigInteger),
        sa.ForeignKeyConstraint(
            ["clinic_id"],
            ["clinics.id"],
        ),
        sa.PrimaryKeyConstraint("clinic_id", "phone"),
    )
    op.create_table(
        "column_matches",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("clinic_id", sa.Integer, nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("columns", sa.JSON, nullable=False),
        sa.Column("made_by", sa.String(80), server_default="", nullable=False),
        sa.Column("made_at", sa.BigInteger),
        sa.ForeignKeyConstraint(
            ["clinic_id"],
            ["clinics.id"],
        ),
        sa.UniqueConstraint("clinic_id", "kind", "name"),
    )
    op.create_table(
        "contacts",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("clinic_id", sa.Integer, nullable=False),
        sa.Column("phone", sa.String(64), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary),
        sa.Column("whose", sa.String(12), server_default="self", nullable=False),
        sa.Column("language", sa.String(2), server_default="en", nullable=False),
        sa.Column("never_text", sa.Boolean, server_default=sa.text("false"), nullable=False),
        sa.Column("never_call", sa.Boolean, server_default=sa.text("false"), nullable=False),
        sa.Column("needs", sa.String(80), server_default="", nullable=False),
        sa.Column("zones", sa.String(400), server_default="", nullable=False),
        sa.Column("state", sa.String(12), server_default="active", nullable=False),
        sa.Column("line_kind", sa.String(12), server_default="unknown", nullable=False),
        sa.Column("bad_why", sa.String(200), server_default="", nullable=False),
        sa.Column("fewer", sa.String(12), server_default="", nullable=False),
        sa.Column("paused_until", sa.BigInteger),
        sa.Column("not_before", sa.Integer),
        sa.Column("created_at", sa.BigInteger),
        sa.ForeignKeyConstraint(
            ["clinic_id"],
            ["clinics.id"],
        ),
        sa.UniqueConstraint("clinic_id", "id"),
        sa.UniqueConstraint("clinic_id", "phone"),
    )
    op.create_index("contacts_phone", "contacts", ["phone"])
    op.create_table(
        "files",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("clinic_id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), server_default="", nullable=False),
        sa.Column("covers_from", sa.String(10), server_default="", nullable=False),
        sa.Column("covers_to", sa.String(10), server_default="", nullable=False),
        sa.Column("loaded_at", sa.BigInteger, nullable=False),
        sa.Column("loaded_by", sa.String(80), server_default="", nullable=False),
        sa.Column("counts", sa.JSON),
        sa.ForeignKeyConstraint(
            ["clinic_id"],
            ["clinics.id"],
        ),
    )
    op.create_index("files_seen", "files", ["clinic_id", "sha256"])
    op.create_table(
        "patients",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("clinic_id", sa.Integer, nullable=False),
        sa.Column("clinic_ref", sa.String(64), nullable=False),
        sa.Column("clinic_ref_sealed", sa.LargeBinary),
        sa.Column("name_sealed", sa.LargeBinary),
        sa.Column("first_initial", sa.String(2), server_default="", nullable=False),
        sa.Column("state", sa.String(12), server_default="active", nullable=False),
        sa.Column("died_at", sa.BigInteger),
        sa.Column("died_by", sa.String(80), server_default="", nullable=False),
        sa.Column("revive_by", sa.String(80), server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger),
        sa.ForeignKeyConstraint(
            ["clinic_id"],
            ["clinics.id"],
        ),
        sa.UniqueConstraint("clinic_id", "clinic_ref"),
        sa.UniqueConstraint("clinic_id", "id"),
    )
    op.create_table(
        "plans",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("clinic_id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("template_kind", sa.String(40), nullable=False),
        sa.Column("channels", sa.String(20), server_default="text,call", nullable=False),
        sa.Column("first_by", sa.String(80), server_default="", nullable=False),
        sa.Column("first_at", sa.BigInteger),
        sa.Column("approved_by", sa.String(80), server_default="", nullable=False),
        sa.Column("approved_at", sa.BigInteger),
        sa.Column("retired_at", sa.BigInteger),
        sa.ForeignKeyConstraint(
            ["clinic_id"],
            ["clinics.id"],
        ),
        sa.UniqueConstraint("clinic_id", "id"),
    )
    op.create_table(
        "senders",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("clinic_id", sa.Integer, nullable=False),
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("role", sa.String(12), server_default="reminders", nullable=False),
        sa.Column("kind", sa.String(12), server_default="longcode", nullable=False),
        sa.Column("pace", sa.Integer, server_default="1", nullable=False),
        sa.Column("halted_at", sa.BigInteger),
        sa.Column("halted_why", sa.String(200), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"],
            ["clinics.id"],
        ),
        sa.UniqueConstraint("clinic_id", "id"),
        sa.UniqueConstraint("clinic_id", "number"),
    )
    op.create_index("senders_number", "senders", ["number"])
    op.create_table(
        "sites",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("clinic_id", sa.Integer, nullable=False),
        sa.Column("short_name", sa.String(40), nullable=False),
        sa.Column("town", sa.String(60), server_default="", nullable=False),
        sa.Column("day_phone", sa.String(20), server_default="", nullable=False),
        sa.Column("night_phone", sa.String(20), server_default="", nullable=False),
        sa.Column("hours", sa.String(200), server_default="", nullable=False),
        sa.Column("zone", sa.String(40), nullable=False),
        sa.Column("directions", sa.String(200), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"],
            ["clinics.id"],
        ),
        sa.UniqueConstraint("clinic_id", "id"),
        sa.UniqueConstraint("clinic_id", "short_name"),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("clinic_id", sa.Integer, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("role", sa.String(16), server_default="desk", nullable=False),
        sa.Column("created_at", sa.BigInteger),
        sa.Column("disabled_at", sa.BigInteger),
        sa.ForeignKeyConstraint(
            ["clinic_id"],
            ["clinics.id"],
        ),
        sa.UniqueConstraint("clinic_id", "id"),
        sa.UniqueConstraint("clinic_id", "name"),
    )
    op.create_table(
        "templates",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("clinic_id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer, server_default="1", nullable=False),
        sa.Column("en", sa.Text, nullable=False),
        sa.Column("es", sa.Text, nullable=False),
        sa.Column("sample", sa.Text, server_default="", nullable=False),
        sa.Column("first_by", sa.String(80), server_default="", nullable=False),
        sa.Column("first_at", sa.BigInteger),
        sa.Column("approved_by", sa.String(80), server_default="", nullable=False),
        sa.Column("approved_at", sa.BigInteger),
        sa.Column("retired_at", sa.BigInteger),
        sa.ForeignKeyConstraint(
            ["clinic_id"],
            ["clinics.id"],
        ),
        sa.UniqueConstraint("clinic_id", "id"),
        sa.UniqueConstraint("clinic_id", "kind", "version"),
    )
    op.create_table(
        "consents",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("clinic_id", sa.Integer, nullable=False),
        sa.Column("contact_id", sa.Integer, nullable=False),
        sa.Column("channel", sa.String(4), nullable=False),
        sa.Column("wording", sa.Text, nullable=False),
        sa.Column("wording_version", sa.String(40), server_default="", nullable=False),
        sa.Column("wording_hash", sa.String(64), nullable=False),
        sa.Column("medium", sa.String(20), server_default="", nullable=False),
        sa.Column("given_by", sa.String(16), server_default="patient", nullable=False),
        sa.Column("recorded_by", sa.String(80), server_default="", nullable=False),
        sa.Column("source", sa.String(120), server_default="", nullable=False),
        sa.Column("carried_over", sa.Boolean, server_default=sa.text("false"), nullable=False),
        sa.Column("given_at", sa.BigInteger, nullable=False),
        sa.Column("recorded_at", sa.BigInteger, nullable=False),
        sa.Column("superseded_at", sa.BigInteger),
        sa.Column("superseded_why", sa.String(80), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "contact_id"],
            ["contacts.clinic_id", "contacts.id"],
        ),
    )
    op.create_index(
        "consents_in_force",
        "consents",
        ["clinic_id", "contact_id", "channel"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("clinic_id", sa.Integer, nullable=False),
        sa.Column("broadcast_id", sa.Integer, nullable=False),
        sa.Column("contact_id", sa.Integer, nullable=False),
        sa.Column("patient_id", sa.Integer),
        sa.Column("visit_id", sa.Integer),
        sa.Column("visits", sa.Text, server_default="[]", nullable=False),
        sa.Column("template_id", sa.Integer),
        sa.Column("fields", sa.Text, server_default="{}", nullable=False),
        sa.Column("channel", sa.String(4), server_default="text", nullable=False),
        sa.Column("sender_id", sa.Integer),
        sa.Column("zones", sa.String(400), server_default="", nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("not_after", sa.BigInteger),
        sa.Column("state", sa.String(16), server_default="queued", nullable=False),
        sa.Column("reason", sa.String(300), server_default="", nullable=False),
        sa.Column("lease_until", sa.BigInteger),
        sa.Column("worker", sa.String(60), server_default="", nullable=False),
        sa.Column("tries", sa.Integer, server_default="0", nullable=False),
        sa.Column("next_try_at", sa.BigInteger),
        sa.Column("message_sid", sa.String(64)),
        sa.Column("accepted_at", sa.BigInteger),
        sa.Column("final_at", sa.BigInteger),
        sa.Column("dedupe", sa.String(80), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["broadcast_id"],
            ["broadcasts.id"],
        ),
        sa.UniqueConstraint("broadcast_id", "contact_id", "dedupe"),
    )
    op.create_index("deliveries_contact", "deliveries", ["clinic_id", "contact_id", "due_at"])
    op.create_index("deliveries_due", "deliveries", ["state", "due_at"])
    op.create_index("deliveries_sid", "deliveries", ["message_sid"])
    op.create_index("deliveries_visit", "deliveries", ["clinic_id", "visit_id"])
    op.create_table(
        "join_cards",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("clinic_id", sa.Integer, nullable=False),
        sa.Column("code", sa.String(4), nullable=False),
        sa.Column("patient_id", sa.Integer),
        sa.Column("whose", sa.String(12), server_default="self", nullable=False),
        sa.Column("language", sa.String(2), server_default="en", nullable=False),
        sa.Column("needs", sa.String(80), server_default="", nullable=False),
        sa.Column("phone", sa.String(64), server_default="", nullable=False),
        sa.Column("prepared_by", sa.String(80), server_default="", nullable=False),
        sa.Column("prepared_at", sa.BigInteger, nullable=False),
        sa.Column("valid_until", sa.BigInteger, nullable=False),
        sa.Column("asked_phone", sa.String(64), server_default="", nullable=False),
        sa.Column("asked_number_sealed", sa.LargeBinary),
        sa.Column("asked_channel", sa.String(4), server_default="", nullable=False),
        sa.Column("asked_wording", sa.Text, server_default="", nullable=False),
        sa.Column("asked_at", sa.BigInteger),
        sa.Column("closed_at", sa.BigInteger),
        sa.Column("closed_why", sa.String(20), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patients.clinic_id", "patients.id"],
        ),
    )
    op.create_index("join_cards_asked", "join_cards", ["asked_phone"])
    op.create_index(
        "join_cards_open",
        "join_cards",
        ["code"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "patient_contacts",
        sa.Column("patient_id", sa.Integer, nullable=False),
        sa.Column("contact_id", sa.Integer, nullable=False),
        sa.Column("clinic_id", sa.Integer, nullable=False),
        sa.Column("initial", sa.String(2), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "contact_id"],
            ["contacts.clinic_id", "contacts.id"],
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patients.clinic_id", "patients.id"],
        ),
        sa.PrimaryKeyConstraint("patient_id", "contact_id"),
    )
    op.create_index("patient_contacts_contact", "patient_contacts", ["clinic_id", "contact_id"])
    op.create_table(
        "visits",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("clinic_id", sa.Integer, nullable=False),
        sa.Column("site_id", sa.Integer),
        sa.Column("patient_id", sa.Integer, nullable=False),
        sa.Column("ref", sa.String(80), nullable=False),
        sa.Column("starts_at", sa.BigInteger, nullable=False),
        sa.Column("local_day", sa.String(10), nullable=False),
        sa.Column("state", sa.String(12), server_default="booked", nullable=False),
        sa.Column("held_why", sa.String(200), server_default="", nullable=False),
        sa.Column("confirmed_at", sa.BigInteger),
        sa.Column("file_id", sa.Integer),
        sa.Column("changed_at", sa.BigInteger),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patients.clinic_id", "patients.id"],
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "site_id"],
            ["sites.clinic_id", "sites.id"],
        ),
        sa.UniqueConstraint("clinic_id", "id"),
        sa.UniqueConstraint("clinic_id", "ref"),
    )
    op.create_index("visits_day", "visits", ["clinic_id", "local_day"])
    op.create_index("visits_patient", "visits", ["clinic_id", "patient_id"])
    op.create_index("visits_start", "visits", ["clinic_id", "state", "starts_at"])
