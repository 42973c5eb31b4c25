"""The tables of the console's doors: how staff sign in, their sessions, and guesses that were wrong."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from service.storage.columns import number, time, words
from service.storage.reminder_tables import deliveries, tasks
from service.storage.tables import metadata

# Every time is seconds since 1970 UTC. Nothing here opens a door by itself: passwords are argon2id, session ids,
# invitations and recovery codes are hashes of 80 and more random bits, second factors are sealed by the vault.


def of_staff() -> Column[int]:
    return Column("staff_id", Integer, ForeignKey("staff.id"), nullable=False)


logins = Table(
    "logins",
    metadata,
    Column("staff_id", Integer, ForeignKey("staff.id"), primary_key=True, autoincrement=False),
    number(),
    # What is typed to sign in: lower case, once in the whole installation.
    Column("sign_in_name", String(80), nullable=False, unique=True),
    # Empty until an invitation was taken up.
    words("password_hash", 200),
    time("password_at"),
    # Sealed at "logins.totp_sealed.<staff id>". In use once `totp_at` is set; a new one waits until a code proved it.
    Column("totp_sealed", LargeBinary),
    time("totp_at"),
    Column("totp_next_sealed", LargeBinary),
    # The 30-second step of the last code that was taken: no code opens twice.
    Column("totp_step", BigInteger, nullable=False, server_default="0"),
    words("language", 2),
    time("last_at"),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("code_hash", String(64), primary_key=True),
    of_staff(),
    time("used_at"),
    Index("recovery_codes_staff", "staff_id"),
)

# A link that lets one person choose a password: to begin, or after a reset.
invitations = Table(
    "invitations",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    of_staff(),
    words("made_by", 80),
    time("expires_at", required=True),
    time("used_at"),
    Index("invitations_staff", "staff_id"),
)

console_sessions = Table(
    "console_sessions",
    metadata,
    Column("id_hash", String(64), primary_key=True),
    of_staff(),
    words("stage", 12, None),  # password, setup, full
    time("created_at", required=True),
    time("seen_at", required=True),
    # When a second factor was last shown.
    time("factor_at"),
    words("browser", 200),
    # What to tell on the next page: JSON of a phrase and its fields.
    Column("notice", Text, nullable=False, server_default=""),
    time("ended_at"),
    words("ended_why", 20),  # signed out, idle, old, ended, replaced, disabled, role, password
    Index("console_sessions_staff", "staff_id", "ended_at"),
)

# Browsers and networks from which somebody has signed in. They are guessed at apart from strangers, so that a
# stranger's wrong guesses never keep the owner out.
known_browsers = Table(
    "known_browsers",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("staff_id", Integer, ForeignKey("staff.id"), primary_key=True),
    words("network", 64),
    time("seen_at", required=True),
    Index("known_browsers_network", "staff_id", "network"),
)

# Wrong guesses by what they are counted against: a keyed hash of an account, a network, or a known browser.
guesses = Table(
    "guesses",
    metadata,
    Column("against", String(64), primary_key=True),
    number("wrong", 0),
    time("last_at", required=True),
    time("wait_until", required=True),
)

# One person's story is read without looking through everybody's.
Index("deliveries_patient", deliveries.c.clinic_id, deliveries.c.patient_id, deliveries.c.due_at)
Index("tasks_patient", tasks.c.clinic_id, tasks.c.patient_id)
