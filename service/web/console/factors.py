"""The second factor: a code that changes every 30 seconds and is taken once, and ten codes on paper."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence

import pyotp
from sqlalchemy import Connection, delete, insert, select, update

from service.storage.console_tables import logins, recovery_codes
from service.storage.vault import Vault

STEP = 30
ISSUER = "Clearline"
SEALED, NEXT_SEALED = "logins.totp_sealed", "logins.totp_next_sealed"
# Without letters and digits that look alike on paper.
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
CODES, CODE_LENGTH = 10, 16


def propose(connection: Connection, vault: Vault, staff_id: int) -> str:
    """A new secret (base 32) for an authenticator, kept until a code proves it; the same one until then."""
    kept = connection.execute(select(logins.c.totp_next_sealed).where(logins.c.staff_id == staff_id)).scalar_one()
    if kept is not None:
        return vault.open(kept, f"{NEXT_SEALED}.{staff_id}")
    secret = pyotp.random_base32()
    sealed = vault.seal(secret, f"{NEXT_SEALED}.{staff_id}")
    connection.execute(update(logins).where(logins.c.staff_id == staff_id).values(totp_next_sealed=sealed))
    return secret


def address(secret: str, sign_in_name: str) -> str:
    """What the square picture says to an authenticator."""
    return pyotp.TOTP(secret).provisioning_uri(name=sign_in_name, issuer_name=ISSUER)


def adopt(connection: Connection, vault: Vault, staff_id: int, code: str, now: int) -> bool:
    """Use the proposed secret from now on, where `code` proves that the authenticator has it."""
    kept = connection.execute(select(logins.c.totp_next_sealed).where(logins.c.staff_id == staff_id)).scalar_one()
    if kept is None:
        return False
    secret = vault.open(kept, f"{NEXT_SEALED}.{staff_id}")
    step = _step_of(secret, code, now)
    if step is None:
        return False
    values = {
        "totp_sealed": vault.seal(secret, f"{SEALED}.{staff_id}"),
        "totp_at": now,
        "totp_step": step,
        "totp_next_sealed": None,
    }
    connection.execute(update(logins).where(logins.c.staff_id == staff_id).values(values))
    return True


def accept(connection: Connection, vault: Vault, staff_id: int, code: str, now: int) -> bool:
    """Is this the code of now, half a minute ago or half a minute ahead, and not used before? Then it is used up."""
    kept = connection.execute(select(logins.c.totp_sealed).where(logins.c.staff_id == staff_id)).scalar_one_or_none()
    if kept is None:
        return False
    step = _step_of(vault.open(kept, f"{SEALED}.{staff_id}"), code, now)
    if step is None:
        return False
    # One statement decides, so that of two at once only one gets in.
    unused = (logins.c.staff_id == staff_id, logins.c.totp_step < step)
    return connection.execute(update(logins).where(*unused).values(totp_step=step)).rowcount == 1


def new_recovery_codes(connection: Connection, staff_id: int) -> Sequence[str]:
    """Ten codes, shown once; the earlier ones open nothing any more."""
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH)) for _ in range(CODES)]
    connection.execute(delete(recovery_codes).where(recovery_codes.c.staff_id == staff_id))
    connection.execute(insert(recovery_codes), [{"code_hash": _hash(c), "staff_id": staff_id} for c in codes])
    return ["-".join(code[at : at + 4] for at in range(0, CODE_LENGTH, 4)) for code in codes]


def accept_recovery(connection: Connection, staff_id: int, code: str, now: int) -> bool:
    """Is this one of the codes on paper, unused? Then it is used up."""
    tidy = "".join(filter(str.isalnum, code)).lower()
    unused = (
        recovery_codes.c.staff_id == staff_id,
        recovery_codes.c.code_hash == _hash(tidy),
        recovery_codes.c.used_at.is_(None),
    )
    return connection.execute(update(recovery_codes).where(*unused).values(used_at=now)).rowcount == 1


def recovery_left(connection: Connection, staff_id: int) -> int:
    """How many codes on paper are still good."""
    unused = (recovery_codes.c.staff_id == staff_id, recovery_codes.c.used_at.is_(None))
    return len(connection.execute(select(recovery_codes.c.code_hash).where(*unused)).all())


def take_away(connection: Connection, staff_id: int) -> None:
    """Forget a second factor that was lost; a new one is set up at the next sign-in."""
    values = {"totp_sealed": None, "totp_at": None, "totp_next_sealed": None}
    connection.execute(update(logins).where(logins.c.staff_id == staff_id).values(values))
    connection.execute(delete(recovery_codes).where(recovery_codes.c.staff_id == staff_id))


def _step_of(secret: str, code: str, now: int) -> int | None:
    digits = "".join(code.split())
    if len(digits) != 6 or not (digits.isascii() and digits.isdecimal()):
        return None
    totp = pyotp.TOTP(secret)
    steps = (now // STEP + away for away in (0, -1, 1))
    return next((step for step in steps if hmac.compare_digest(totp.at(step * STEP), digits)), None)


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
