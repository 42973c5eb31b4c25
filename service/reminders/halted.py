"""Numbers that stopped sending because the phone company said why, and who lets them send again."""

from __future__ import annotations

from sqlalchemy import Connection, update

from service.reminders import audit
from service.reminders.refused import Refused
from service.storage.reminder_tables import senders


def resume_sender(connection: Connection, clinic_id: int, sender_id: int, who: str, now: int) -> None:
    """Let a number send again after somebody mended what had stopped it. Raises Refused."""
    mine = (senders.c.clinic_id == clinic_id, senders.c.id == sender_id, senders.c.halted_at.is_not(None))
    if not connection.execute(update(senders).where(*mine).values(halted_at=None, halted_why="")).rowcount:
        raise Refused("sender.going")
    audit.note(connection, clinic_id, who, "sender resumed", f"sender {sender_id}", now)
