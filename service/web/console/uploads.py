"""Files that staff have sent and not yet loaded: sealed on disk for an hour, opened only for their own clinic."""

from __future__ import annotations

import base64
import json
import os
import re
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from service.reminders.imports.columns import Kind
from service.storage.vault import Sealed
from service.web.console.seat import Seat

# Long enough to match columns with a phone call in between, and no longer.
LASTS = 3600
TOKEN = re.compile(r"[0-9a-f]{32}")
LONGEST_NAME = 80


@dataclass(frozen=True)
class Upload:
    """A file as it came. `token` names it in addresses, `name` is what the sender's computer called it."""

    token: str
    kind: Kind
    name: str
    body: bytes

    @contextmanager
    def on_disk(self) -> Iterator[Path]:
        """The file under its own name, for as long as the block lasts, readable by nobody else."""
        with tempfile.TemporaryDirectory(prefix="clearline-") as folder:
            path = Path(folder) / self.name
            path.write_bytes(self.body)
            yield path


def keep(seat: Seat, kind: Kind, name: str, body: bytes) -> str:
    """Keep a file for an hour and return its token; what is older goes."""
    folder = _folder(seat)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _forget_old(folder, seat.now)
    token = secrets.token_hex(16)
    held = {"kind": kind.value, "name": safe_name(name), "at": seat.now, "body": base64.b64encode(body).decode()}
    sealed = seat.parts.vault.seal(json.dumps(held), _place(seat, token))
    with open(os.open(folder / token, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "wb") as file:
        file.write(sealed)
    os.utime(folder / token, (seat.now, seat.now))
    return token


def find(seat: Seat, token: str) -> Upload | None:
    """The file with this token; None where it is gone, or another clinic's."""
    if not TOKEN.fullmatch(token):
        return None
    try:
        sealed = (_folder(seat) / token).read_bytes()
        held = json.loads(seat.parts.vault.open(sealed, _place(seat, token)))
    except (FileNotFoundError, Sealed):
        return None
    if held["at"] + LASTS < seat.now:
        return None
    return Upload(token, Kind(held["kind"]), held["name"], base64.b64decode(held["body"]))


def safe_name(name: str) -> str:
    """The last part of a file name, in characters that are safe on any disk and in any list."""
    last = re.split(r"[/\\]", name)[-1]
    plain = "".join(c if c.isalnum() or c in " ._-" else "_" for c in last).strip(" .")
    return plain[-LONGEST_NAME:] or "list.csv"


def _forget_old(folder: Path, now: int) -> None:
    for path in folder.iterdir():
        with suppress(FileNotFoundError):
            if path.stat().st_mtime + LASTS < now:
                path.unlink()


def _folder(seat: Seat) -> Path:
    return seat.parts.settings.var / "uploads"


def _place(seat: Seat, token: str) -> str:
    # Sealed for one clinic: in another's hands the token opens nothing.
    return f"uploads.{seat.clinic_id}.{token}"
