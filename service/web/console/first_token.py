"""The token of the first run: what `clearline serve` prints, for whoever does not sit at the machine itself."""

from __future__ import annotations

import hmac
from hashlib import sha256

from sqlalchemy import select

from service.settings import Settings
from service.storage.console_tables import logins
from service.storage.database import Database


def first_token(settings: Settings) -> str:
    """Drawn from the secret, so that nothing needs keeping; it opens nothing once somebody can sign in."""
    return hmac.new(b"first run:" + settings.secret_key, b"", sha256).hexdigest()[:40]


def first_run_address(settings: Settings, database: Database) -> str:
    """Where the first administrator is made; empty once there is one."""
    with database.read() as connection:
        if connection.execute(select(logins.c.staff_id).limit(1)).first():
            return ""
    return f"{settings.public_url}/console/first-run?token={first_token(settings)}"
