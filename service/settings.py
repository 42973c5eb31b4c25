"""Settings: everything that an installation decides, read from the environment once and checked at start."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from service.phone_number import is_e164

TRYOUT_NUMBER = "+15555550100"
TRYOUT_SID = "AC" + "0" * 32


class BadSettings(Exception):
    """A setting that we cannot start with; the message is one sentence saying what to set."""


@dataclass(frozen=True)
class Settings:
    """What the environment said, checked. `tryout` is True where no Twilio account is set."""

    tryout: bool
    public_url: str
    port: int
    bind: str
    database_url: str
    var: Path
    secret_key: bytes
    data_keys: tuple[tuple[str, bytes], ...]
    account_sid: str
    auth_tokens: tuple[str, ...]
    api_key: str
    api_secret: str
    api_url: str
    line_from: str
    reminders_from: str
    messaging_service_sid: str
    numbers: tuple[str, ...]
    clinic_name: str
    clinic_phone: str
    clinic_phone_night: str
    clinic_hours: str
    clinic_zone: str
    content_review: str
    carrier_keywords: str
    simulator_open: bool
    unknown: str
    send: str

    @property
    def phone_key(self) -> bytes:
        """The key under which the numbers of people who only ask are hashed: its own, drawn from the secret."""
        return b"phone-index:" + self.secret_key


def from_environment(env: Mapping[str, str], folder: Path = Path()) -> Settings:
    """Settings from `env`. In try-out mode secrets are made once and kept under `folder/var`.

    Raises BadSettings with one sentence saying what to set."""
    var = folder / env.get("CLEARLINE_VAR", "var")
    tryout = not env.get("TWILIO_ACCOUNT_SID")
    port = _port(env.get("PORT", "8000"))
    line, reminders = _numbers(env, tryout)
    return Settings(
        tryout=tryout,
        public_url=_public_url(env.get("PUBLIC_URL") or f"http://localhost:{port}", tryout),
        port=port,
        bind=env.get("BIND") or ("127.0.0.1" if tryout else "0.0.0.0"),  # noqa: S104 - a real account is reached from outside
        database_url=env.get("DATABASE_URL") or f"sqlite:///{(var / 'clearline.db').absolute()}",
        var=var,
        secret_key=_secret(env, var, tryout),
        data_keys=_data_keys(env, var, tryout),
        account_sid=env.get("TWILIO_ACCOUNT_SID") or TRYOUT_SID,
        auth_tokens=_auth_tokens(env, var, tryout),
        api_key=env.get("TWILIO_API_KEY", ""),
        api_secret=env.get("TWILIO_API_SECRET", ""),
        api_url=env.get("TWILIO_API_URL", "").rstrip("/"),
        line_from=line,
        reminders_from=reminders,
        messaging_service_sid=env.get("TWILIO_MESSAGING_SERVICE_SID", ""),
        numbers=tuple(dict.fromkeys(n for n in (line, reminders, *_list(env.get("TWILIO_NUMBERS", ""))) if n)),
        clinic_name=env.get("CLINIC_NAME", "Clearline"),
        clinic_phone=_number(env, "CLINIC_PHONE"),
        clinic_phone_night=_number(env, "CLINIC_PHONE_NIGHT"),
        clinic_hours=env.get("CLINIC_HOURS", "Mon-Fri 08:00-17:00"),
        clinic_zone=env.get("CLINIC_ZONE", "America/New_York"),
        content_review=_one_of(env, "CONTENT_REVIEW", ("required", "advisory"), "advisory" if tryout else "required"),
        carrier_keywords=_one_of(env, "CARRIER_KEYWORDS", ("twilio", "us"), "us" if tryout else "twilio"),
        simulator_open=env.get("SIMULATOR_OPEN", "") == "1",
        unknown=_one_of(env, "UNKNOWN", ("ask", "resend"), "ask"),
        send=_one_of(env, "SEND", ("live", "shadow"), "live"),
    )


def _port(value: str) -> int:
    if not value.isdecimal() or not 0 < int(value) < 65536:
        raise BadSettings(f"Set PORT to a number from 1 to 65535; it is {value!r}.")
    return int(value)


def _public_url(value: str, tryout: bool) -> str:
    try:
        parts = urlsplit(value)
        is_base = parts.port != 0 and bool(parts.hostname) and not parts.query and not parts.fragment
    except ValueError:
        # A port past 65535, or brackets that do not close.
        is_base = False
    if not is_base or " " in value or parts.scheme not in ("http", "https"):
        raise BadSettings(
            f"Set PUBLIC_URL to the address that Twilio calls, such as https://line.example.org; it is {value!r}."
        )
    if not tryout and parts.scheme != "https":
        raise BadSettings("Set PUBLIC_URL to an https address: with a real account Twilio's calls must be encrypted.")
    return value.rstrip("/")


def _numbers(env: Mapping[str, str], tryout: bool) -> tuple[str, str]:
    both = _number(env, "TWILIO_FROM")
    line = _number(env, "TWILIO_LINE_FROM") or both
    reminders = _number(env, "TWILIO_REMINDERS_FROM") or both
    if tryout:
        return line or TRYOUT_NUMBER, reminders or line or TRYOUT_NUMBER
    if not line and not env.get("TWILIO_NUMBERS"):
        raise BadSettings(
            "Set TWILIO_FROM to your Twilio number such as +12025550134 (or TWILIO_LINE_FROM and"
            " TWILIO_REMINDERS_FROM, or TWILIO_NUMBERS with a Messaging Service)."
        )
    return line, reminders


def _number(env: Mapping[str, str], name: str) -> str:
    value = env.get(name, "").strip()
    if value and not is_e164(value):
        raise BadSettings(f"Set {name} to a number with country code, such as +12025550134; it is {value!r}.")
    return value


def _list(value: str) -> list[str]:
    numbers = [part.strip() for part in value.split(",") if part.strip()]
    for number in numbers:
        if not is_e164(number):
            raise BadSettings(f"Set TWILIO_NUMBERS to numbers such as +12025550134 with commas; one is {number!r}.")
    return numbers


def _one_of(env: Mapping[str, str], name: str, allowed: tuple[str, ...], default: str) -> str:
    value = env.get(name) or default
    if value not in allowed:
        raise BadSettings(f"Set {name} to {' or '.join(allowed)}; it is {value!r}.")
    return value


def _auth_tokens(env: Mapping[str, str], var: Path, tryout: bool) -> tuple[str, ...]:
    tokens = tuple(t.strip() for t in env.get("TWILIO_AUTH_TOKEN", "").split(",") if t.strip())
    if tryout:
        return (_kept(var / "tryout-token"),)
    if not tokens:
        raise BadSettings(
            "Set TWILIO_AUTH_TOKEN to your account's auth token (two with a comma while you rotate it)."
        )
    if len(tokens) > 2:
        raise BadSettings("Set TWILIO_AUTH_TOKEN to one token, or to two with a comma between them.")
    return tokens


def _secret(env: Mapping[str, str], var: Path, tryout: bool) -> bytes:
    value = env.get("SECRET_KEY", "")
    if not value and tryout:
        value = _kept(var / "tryout-secret")
    if len(value) < 32:
        raise BadSettings(
            "Set SECRET_KEY to at least 32 random characters;"
            ' `python -c "import secrets; print(secrets.token_urlsafe(48))"` makes some.'
        )
    return value.encode()


def _data_keys(env: Mapping[str, str], var: Path, tryout: bool) -> tuple[tuple[str, bytes], ...]:
    value = env.get("DATA_KEYS", "")
    if not value and tryout:
        value = "t1:" + _kept(var / "tryout-data-key", lambda: secrets.token_hex(32))
    keys = []
    for part in filter(None, (p.strip() for p in value.split(","))):
        key_id, _, digits = part.partition(":")
        try:
            key = bytes.fromhex(digits)
        except ValueError:
            key = b""
        if not key_id or len(key) != 32:
            raise BadSettings(
                "Set DATA_KEYS to id:64-hex-digits, newest first, with commas, such as k1:9f...; one is malformed."
            )
        keys.append((key_id, key))
    if not keys:
        raise BadSettings(
            "Set DATA_KEYS to k1: and 64 hex digits;"
            " `python -c \"import secrets; print('k1:' + secrets.token_hex(32))\"` makes one."
        )
    return tuple(keys)


def _kept(path: Path, make: object = None) -> str:
    """The secret in `path`, made at the first start and readable by its owner only."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = make() if callable(make) else secrets.token_urlsafe(48)
        partial = path.with_suffix(f".{secrets.token_hex(4)}")
        partial.touch(mode=0o600)
        partial.write_text(str(fresh))
        try:
            # A hard link fails where another process was first, so both start with the same secret.
            path.hardlink_to(partial)
        except FileExistsError:
            pass
        finally:
            partial.unlink()
    return path.read_text().strip()
