"""How what identifies people is hidden: found by a keyed hash, read again only through the vault."""

from __future__ import annotations

from dataclasses import dataclass

from service.phone_number import blind_index
from service.settings import Settings
from service.storage.vault import Vault


@dataclass(frozen=True)
class Privacy:
    """`phone_key` makes the blind indexes of numbers and ids, `vault` seals what must be read again."""

    vault: Vault
    phone_key: bytes

    @classmethod
    def of(cls, settings: Settings) -> Privacy:
        """What `settings` hide people with."""
        return cls(Vault(settings.data_keys), settings.phone_key)

    def phone(self, number: str) -> str:
        """The blind index of a number (E.164): the same in every clinic, so that one STOP stops everything."""
        return blind_index(number, self.phone_key)

    def ref(self, clinic_id: int, ref: str) -> str:
        """The keyed hash of a clinic's own id of a patient or visit, different in every clinic."""
        return blind_index(f"{clinic_id}:{ref}", b"clinic-ref:" + self.phone_key)

    def seal(self, plain: str, column: str, row_id: int) -> bytes:
        """`plain` sealed for `column` (such as `contacts.phone_sealed`) of one row; elsewhere it does not open."""
        return self.vault.seal(plain, f"{column}.{row_id}")

    def open(self, sealed: bytes | None, column: str, row_id: int) -> str:
        """What was sealed there; empty where it was erased. Raises Sealed."""
        return "" if sealed is None else self.vault.open(sealed, f"{column}.{row_id}")
