"""The call log, and when each of the staff looked at it."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calls",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("clinic_id", sa.Integer, sa.ForeignKey("clinics.id"), nullable=False),
        sa.Column("call_sid", sa.String(64), nullable=False),
        sa.Column("phone", sa.String(64), nullable=False, server_default=""),
        sa.Column("ours", sa.String(20), nullable=False, server_default=""),
        sa.Column("language", sa.String(2), nullable=False, server_default=""),
        sa.Column("began_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("seconds", sa.Integer),
        sa.Column("place", sa.String(20), nullable=False, server_default=""),
        sa.Column("page", sa.Integer, nullable=False, server_default="1"),
        sa.Column("left_by", sa.String(12), nullable=False, server_default=""),
        sa.Column("trail", sa.JSON, nullable=False, server_default="[]"),
        sa.Column("asked", sa.String(80), nullable=False, server_default=""),
        sa.Column("dialed", sa.String(12), nullable=False, server_default=""),
        sa.UniqueConstraint("clinic_id", "call_sid"),
    )
    op.create_index("calls_by_day", "calls", ["clinic_id", "began_at"])
    op.create_index("calls_phone", "calls", ["clinic_id", "phone"])
    op.create_index("calls_sid", "calls", ["call_sid"])
    op.create_table(
        "call_looks",
        sa.Column("staff_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("clinic_id", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
