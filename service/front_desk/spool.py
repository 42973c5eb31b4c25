"""The spool: what could not be stored is kept on disk, encrypted, until the database is back."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from service.storage.vault import Sealed, Vault


class Spool:
    """A folder of sealed files, each written whole and forced to disk before anybody is told."""

    def __init__(self, folder: Path, vault: Vault) -> None:
        self.folder = folder
        self._vault = vault

    def keep(self, entry: dict[str, Any], now: float) -> None:
        """Keep `entry` for good. Raises OSError where even the disk fails."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = f"{int(now * 1000):015d}-{secrets.token_hex(4)}"
        partial = self.folder / f".{name}"
        try:
            with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(self._vault.seal(json.dumps(entry), f"spool.{name}"))
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            # A full disk shall not fill up with what could not be written.
            partial.unlink(missing_ok=True)
            raise
        partial.rename(self.folder / f"{name}.sealed")
        self._sync_folder()

    def entries(self) -> Iterator[tuple[Path, dict[str, Any]]]:
        """Every kept entry with its file: those that stop messages first, then in the order in which they came.

        A file that no key opens is set aside under another name for a person to look at."""
        found = []
        for path in sorted(self.folder.glob("*.sealed")) if self.folder.exists() else ():
            try:
                found.append((path, json.loads(self._vault.open(path.read_bytes(), f"spool.{path.stem}"))))
            except (Sealed, json.JSONDecodeError):
                path.rename(path.with_suffix(".unreadable"))
        yield from sorted(found, key=lambda item: not item[1].get("stops", False))

    def __len__(self) -> int:
        return sum(1 for _ in self.folder.glob("*.sealed")) if self.folder.exists() else 0

    def _sync_folder(self) -> None:
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
