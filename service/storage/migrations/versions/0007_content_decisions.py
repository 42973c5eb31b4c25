"""What staff decide about our pages, and for thirty days which page answered which phone."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "content_reviews",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("clinic_id", sa.Integer, nullable=False),
        sa.Column("staff_id", sa.Integer, nullable=False),
        sa.Column("item", sa.String(80), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("role", sa.String(120), nullable=False),
        sa.Column("languages", sa.String(20), nullable=False),
        sa.Column("read_on", sa.String(10), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_index("content_reviews_staff", "content_reviews", ["staff_id", "id"])
    op.create_table(
        "content_withdrawals",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("clinic_id", sa.Integer, nullable=False),
        sa.Column("staff_id", sa.Integer, nullable=False),
        sa.Column("topic", sa.String(40), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("why", sa.String(300), nullable=False, server_default=""),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("reinstated_by", sa.String(80), nullable=False, server_default=""),
        sa.Column("reinstated_staff_id", sa.Integer),
        sa.Column("reinstated_at", sa.BigInteger),
    )
    op.create_index("content_withdrawals_standing", "content_withdrawals", ["reinstated_at", "topic"])
    op.add_column("answered", sa.Column("phone", sa.String(64), nullable=False, server_default=""))
    op.add_column("answered", sa.Column("topic", sa.String(40), nullable=False, server_default=""))
