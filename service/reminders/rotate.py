"""A new key: what older keys sealed is sealed anew, in small steps that may be broken off and begun again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Column, Table, select, update

from service.storage.database import Database
from service.storage.reminder_tables import contacts, join_cards, patients, replies
from service.storage.vault import Vault

SEALED: tuple[tuple[Table, str], ...] = (
    (patients, "clinic_ref_sealed"),
    (patients, "name_sealed"),
    (contacts, "phone_sealed"),
    (replies, "words_sealed"),
    (join_cards, "asked_number_sealed"),
)
AT_ONCE = 500


@dataclass(frozen=True)
class Step:
    """How far it is: rows looked at and rows sealed anew in one column, in this step."""

    column: str
    seen: int
    renewed: int


def rotate(database: Database, vault: Vault, at_once: int = AT_ONCE) -> Iterator[Step]:
    """Seal everything with the newest key, one committed step after another. What has it already is passed over, so
    that a run that was killed is simply started again; old keys may go when a whole run renews nothing.

    Raises Sealed where a row opens with none of our keys: keep the old key in DATA_KEYS until the end."""
    for table, column in SEALED:
        last = 0
        while True:
            with database.write() as connection:
                name: Column[bytes] = table.c[column]
                rows = connection.execute(
                    select(table.c.id, name)
                    .where(table.c.id > last, name.is_not(None))
                    .order_by(table.c.id)
                    .limit(at_once)
                ).all()
                old = [(row_id, sealed) for row_id, sealed in rows if not vault.is_current(sealed)]
                for row_id, sealed in old:
                    place = f"{table.name}.{column}.{row_id}"
                    fresh = vault.seal(vault.open(sealed, place), place)
                    # Only where nobody erased or changed it meanwhile.
                    connection.execute(
                        update(table).where(table.c.id == row_id, name == sealed).values({column: fresh})
                    )
            if not rows:
                break
            last = rows[-1][0]
            yield Step(f"{table.name}.{column}", len(rows), len(old))
