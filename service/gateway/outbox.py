"""The try-out gateway: what we would have sent lands in a table that the pretend phone shows."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from sqlalchemy import insert, select

from service.gateway.base import OutboundText
from service.storage.database import Database
from service.storage.tables import simulated


class Outbox:
    """Sends nothing anywhere."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    def send(self, text: OutboundText) -> str:
        """Keep `text` for the pretend phone."""
        with self._database.write() as connection:
            connection.execute(
                insert(simulated).values(
                    to_number=text.to, from_number=text.sender, body=text.body, at=int(self._clock())
                )
            )
        return "SM" + secrets.token_hex(16)

    def inbox(self, number: str, after: int) -> list[dict[str, Any]]:
        """Texts to `number` with an id above `after`, oldest first."""
        columns = simulated.c.id, simulated.c.from_number, simulated.c.body, simulated.c.at
        wanted = select(*columns).where(simulated.c.to_number == number, simulated.c.id > after)
        with self._database.read() as connection:
            rows = connection.execute(wanted.order_by(simulated.c.id).limit(100)).mappings().all()
        return [{**row, "from": row["from_number"]} for row in rows]
