"""What a run sent, what people answered lately, and what was noted about one row, are found by their own indexes."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("deliveries_broadcast", "deliveries", ["clinic_id", "broadcast_id"])
    op.create_index("replies_at", "replies", ["clinic_id", "at"])
    op.create_index("audit_about", "audit", ["clinic_id", "about"])
