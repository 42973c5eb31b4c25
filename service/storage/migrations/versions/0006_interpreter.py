"""Which language somebody needs an interpreter for."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contacts", sa.Column("interpreter", sa.String(40), nullable=False, server_default=""))
