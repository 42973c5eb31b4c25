"""What workers share: pace, watermarks and alerts, the order of a claim, and Procrastinate's own tables."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "watermarks",
        sa.Column("name", sa.String(60), primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "paces",
        sa.Column("sender_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("free_at", sa.BigInteger, nullable=False),
        sa.Column("slow_until", sa.BigInteger, nullable=False, server_default="0"),
    )
    op.create_table(
        "alerts",
        sa.Column("name", sa.String(80), primary_key=True),
        sa.Column("hour", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("clinic_id", sa.Integer, nullable=False, server_default="0"),
        sa.Column("about", sa.String(300), nullable=False, server_default=""),
        sa.Column("times", sa.Integer, nullable=False, server_default="1"),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("seen_at", sa.BigInteger),
    )
    op.create_index("deliveries_claim", "deliveries", ["clinic_id", "sender_id", "state", "not_after", "id"])
    op.create_index("deliveries_open", "deliveries", ["clinic_id", "state", "due_at"])
    if op.get_bind().dialect.name == "postgresql":
        # Procrastinate runs the same jobs past one machine; its tables come with its package, of a pinned version.
        from procrastinate.schema import SchemaManager

        op.get_bind().exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))
