"""How staff sign in to the console: credentials, sessions, invitations, and wrong guesses."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "logins",
        sa.Column("staff_id", sa.Integer, sa.ForeignKey("staff.id"), primary_key=True, autoincrement=False),
        sa.Column("clinic_id", sa.Integer, nullable=False),
        sa.Column("sign_in_name", sa.String(80), nullable=False, unique=True),
        sa.Column("password_hash", sa.String(200), nullable=False, server_default=""),
        sa.Column("password_at", sa.BigInteger),
        sa.Column("totp_sealed", sa.LargeBinary),
        sa.Column("totp_at", sa.BigInteger),
        sa.Column("totp_next_sealed", sa.LargeBinary),
        sa.Column("totp_step", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("language", sa.String(2), nullable=False, server_default=""),
        sa.Column("last_at", sa.BigInteger),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("code_hash", sa.String(64), primary_key=True),
        sa.Column("staff_id", sa.Integer, sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("used_at", sa.BigInteger),
    )
    op.create_index("recovery_codes_staff", "recovery_codes", ["staff_id"])
    op.create_table(
        "invitations",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("staff_id", sa.Integer, sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("made_by", sa.String(80), nullable=False, server_default=""),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("used_at", sa.BigInteger),
    )
    op.create_index("invitations_staff", "invitations", ["staff_id"])
    op.create_table(
        "console_sessions",
        sa.Column("id_hash", sa.String(64), primary_key=True),
        sa.Column("staff_id", sa.Integer, sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("stage", sa.String(12), nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        sa.Column("factor_at", sa.BigInteger),
        sa.Column("browser", sa.String(200), nullable=False, server_default=""),
        sa.Column("notice", sa.Text, nullable=False, server_default=""),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("ended_why", sa.String(20), nullable=False, server_default=""),
    )
    op.create_index("console_sessions_staff", "console_sessions", ["staff_id", "ended_at"])
    op.create_table(
        "known_browsers",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("staff_id", sa.Integer, sa.ForeignKey("staff.id"), primary_key=True),
        sa.Column("network", sa.String(64), nullable=False, server_default=""),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
    )
    op.create_index("known_browsers_network", "known_browsers", ["staff_id", "network"])
    op.create_table(
        "guesses",
        sa.Column("against", sa.String(64), primary_key=True),
        sa.Column("wrong", sa.Integer, nullable=False, server_default="0"),
        sa.Column("last_at", sa.BigInteger, nullable=False),
        sa.Column("wait_until", sa.BigInteger, nullable=False),
    )
