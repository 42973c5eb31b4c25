"""The try-out phone company: texts land in the pretend phone's inbox, and its list knows every one of them."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence

from sqlalchemy import insert, select

from service.gateway.base import OutboundText, Unknown
from service.gateway.carrier import CannotAsk, Listed, OutboundCall
from service.storage.database import Database, StorageDown
from service.storage.tables import simulated

# How a call stands in the pretend phone's inbox: the phone itself cannot ring.
CALLED = "(a call: {address})"


class OutboxCarrier:
    """Sends nothing anywhere. Whatever it took counts as delivered."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    async def send(self, text: OutboundText) -> str:
        """Keep `text` for the pretend phone. Raises Unknown where the database does not say whether it did."""
        return await self._keep("SM", text.to, text.sender, text.body)

    async def call(self, call: OutboundCall) -> str:
        """Note in the inbox that the phone would ring, and the address that the call would play."""
        return await self._keep("CA", call.to, call.sender, CALLED.format(address=call.document))

    async def texts(self, *, to: str = "", sender: str = "", since: float) -> Sequence[Listed]:
        """What was kept for a number. Raises CannotAsk."""
        return await asyncio.to_thread(self._listed, "SM", to, sender, since)

    async def calls(self, *, to: str, since: float) -> Sequence[Listed]:
        """The calls noted for a number. Raises CannotAsk."""
        return await asyncio.to_thread(self._listed, "CA", to, "", since)

    async def close(self) -> None:
        """Nothing is open."""

    async def _keep(self, kind: str, to: str, sender: str, body: str) -> str:
        def keep() -> int:
            row = {"to_number": to, "from_number": sender, "body": body, "at": int(self._clock())}
            with self._database.write() as connection:
                kept: int = connection.execute(insert(simulated).values(row).returning(simulated.c.id)).scalar_one()
            return kept

        try:
            return _sid(kind, await asyncio.to_thread(keep))
        except StorageDown as error:
            raise Unknown("the database did not answer") from error

    def _listed(self, kind: str, to: str, sender: str, since: float) -> list[Listed]:
        wanted = select(simulated).where(simulated.c.at >= int(since)).order_by(simulated.c.id)
        if to:
            wanted = wanted.where(simulated.c.to_number == to)
        if sender:
            wanted = wanted.where(simulated.c.from_number == sender)
        try:
            with self._database.read() as connection:
                rows = connection.execute(wanted).mappings().all()
        except StorageDown as error:
            raise CannotAsk(str(error)) from error
        call = CALLED.partition("{")[0]
        return [
            Listed(
                sid=_sid(kind, row["id"]),
                to=row["to_number"],
                sender=row["from_number"],
                body="" if kind == "CA" else row["body"],
                status="completed" if kind == "CA" else "delivered",
                error=None,
                created_at=row["at"],
            )
            for row in rows
            if row["body"].startswith(call) == (kind == "CA")
        ]


def _sid(kind: str, row_id: int) -> str:
    """A sid that the same row always has."""
    return kind + hashlib.sha256(f"simulated.{row_id}".encode()).hexdigest()[:32]
