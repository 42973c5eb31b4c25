"""One person's messages are found without looking through everybody's."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("deliveries_patient", "deliveries", ["clinic_id", "patient_id", "due_at"])
    op.create_index("tasks_patient", "tasks", ["clinic_id", "patient_id"])
