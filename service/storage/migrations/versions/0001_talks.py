"""Talks, answers, opt-outs, and texts that callers asked for."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


# What every text reads and writes is one tree a table on SQLite, not a table and an index beside it.
def upgrade() -> None:
    op.create_table(
        "talks",
        sa.Column("phone", sa.String(64), primary_key=True),
        sa.Column("state", sa.String(200), nullable=False, server_default=""),
        sa.Column("language", sa.String(2), nullable=False, server_default=""),
        sa.Column("pace", sa.String(8), nullable=False, server_default=""),
        sa.Column("texted_at", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("same", sa.String(16), nullable=False, server_default=""),
        sa.Column("same_count", sa.Integer, nullable=False, server_default="0"),
        sa.Column("same_since", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("all_count", sa.Integer, nullable=False, server_default="0"),
        sa.Column("all_since", sa.BigInteger, nullable=False, server_default="0"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "answered",
        sa.Column("message_sid", sa.String(64), primary_key=True),
        sa.Column("answer", sa.Text),
        sa.Column("at", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "opt_outs",
        sa.Column("phone", sa.String(64), primary_key=True),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("how", sa.String(20), nullable=False),
        sa.Column("lifted_at", sa.BigInteger),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "errands",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("call_sid", sa.String(64), nullable=False),
        sa.Column("place", sa.String(12), nullable=False),
        sa.Column("page", sa.Integer, nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("sender", sa.String(20), nullable=False),
        sa.Column("to_sealed", sa.LargeBinary),
        sa.Column("state", sa.String(12), nullable=False, server_default="queued"),
        sa.Column("reason", sa.String(200), nullable=False, server_default=""),
        sa.Column("message_sid", sa.String(64)),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    )
    op.create_index("once_a_page_a_call", "errands", ["call_sid", "place", "page"], unique=True)
    op.create_index("errands_due", "errands", ["state", "due_at"])
    op.create_table(
        "simulated",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("to_number", sa.String(20), nullable=False),
        sa.Column("from_number", sa.String(20), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_index("simulated_to", "simulated", ["to_number", "id"])
