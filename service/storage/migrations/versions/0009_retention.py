"""For how many days a clinic keeps people's words, and what was sent."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("clinics", sa.Column("keep_words_days", sa.Integer, nullable=False, server_default="30"))
    op.add_column("clinics", sa.Column("keep_deliveries_days", sa.Integer, nullable=False, server_default="180"))
