"""For how long a clinic keeps people's words and what was sent: it may keep words for less time, never for more."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from service.reminders import audit
from service.reminders.refused import Refused
from service.storage.reminder_tables import clinics

DAY = 86400
# Words are listed a week before they go, so two weeks are the least that leaves anybody time; thirty days are the
# most, for what nobody keeps nobody can lose (OWASP ASVS 14.2.7). Where people are asked once a year, messages of a
# year are needed.
WORDS_DAYS = (14, 21, 30)
DELIVERIES_DAYS = (180, 365)


@dataclass(frozen=True)
class Retention:
    """Days after which words and deliveries go, once nothing about them is open any more."""

    words_days: int
    deliveries_days: int

    @property
    def words(self) -> int:
        """In seconds."""
        return self.words_days * DAY

    @property
    def deliveries(self) -> int:
        """In seconds."""
        return self.deliveries_days * DAY


def retention(connection: Connection, clinic_id: int) -> Retention:
    """What a clinic has chosen."""
    chosen = select(clinics.c.keep_words_days, clinics.c.keep_deliveries_days).where(clinics.c.id == clinic_id)
    return Retention(*connection.execute(chosen).one())


def change_retention(connection: Connection, clinic_id: int, chosen: Retention, who: str, now: int) -> None:
    """Choose anew; the next nightly purge goes by it. Raises Refused for days that are not offered."""
    if chosen.words_days not in WORDS_DAYS or chosen.deliveries_days not in DELIVERIES_DAYS:
        raise Refused("retention.days")
    values = {"keep_words_days": chosen.words_days, "keep_deliveries_days": chosen.deliveries_days}
    connection.execute(update(clinics).where(clinics.c.id == clinic_id).values(values))
    about = f"clinic {clinic_id}: words {chosen.words_days}, messages {chosen.deliveries_days} days"
    audit.note(connection, clinic_id, who, "retention changed", about, now)
