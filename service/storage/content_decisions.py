"""What staff decided about our pages in the console, row by row: words reviewed, pages taken back and given again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from service.content.reviews import Review, from_plain
from service.content.withdrawal import Withdrawal
from service.storage.content_tables import content_reviews, content_withdrawals


@dataclass(frozen=True)
class Decider:
    """Who decides: a staff record and its name, of a clinic."""

    clinic_id: int
    staff_id: int
    name: str


def keep_reviews(connection: Connection, reviews: Iterable[Review], who: Decider, now: int) -> None:
    """Keep what somebody has just read."""
    rows = [
        {
            "clinic_id": who.clinic_id,
            "staff_id": who.staff_id,
            "item": review.item,
            "name": review.name,
            "role": review.role,
            "languages": ",".join(review.languages),
            "read_on": review.on.isoformat(),
            "sha256": review.sha256,
            "words": json.dumps(review.words, ensure_ascii=False),
            "at": now,
        }
        for review in reviews
    ]
    connection.execute(insert(content_reviews), rows)


def reviews_after(connection: Connection, last_id: int) -> list[tuple[int, Review]]:
    """The reviews with a higher id than `last_id`, each with its own. Raises ContentError for words that were changed
    behind our back."""
    newer = select(content_reviews).where(content_reviews.c.id > last_id).order_by(content_reviews.c.id)
    return [(row["id"], _review(row)) for row in connection.execute(newer).mappings()]


def count_reviews(connection: Connection, up_to: int) -> int:
    """How many reviews have an id up to `up_to`: on PostgreSQL an earlier one may be committed after a later one."""
    earlier = select(func.count()).select_from(content_reviews).where(content_reviews.c.id <= up_to)
    return int(connection.execute(earlier).scalar_one())


def last_role(connection: Connection, staff_id: int) -> str:
    """The role and credentials that this person typed last; empty before their first review."""
    newest = select(content_reviews.c.role).where(content_reviews.c.staff_id == staff_id)
    return connection.execute(newest.order_by(content_reviews.c.id.desc()).limit(1)).scalar_one_or_none() or ""


def withdraw(connection: Connection, topic: str, why: str, who: Decider, now: int) -> bool:
    """Take a page back. False where it is closed already. Of two at once both stay, and one reinstating ends both."""
    if topic in {standing.topic for standing in withdrawn(connection)}:
        return False
    row = {"clinic_id": who.clinic_id, "staff_id": who.staff_id, "topic": topic, "name": who.name}
    connection.execute(insert(content_withdrawals).values(**row, why=why[:300], at=now))
    return True


def reinstate(connection: Connection, topic: str, who: Decider, now: int) -> bool:
    """Give a page again. False where it is not closed."""
    closed = (content_withdrawals.c.topic == topic, content_withdrawals.c.reinstated_at.is_(None))
    done = {"reinstated_at": now, "reinstated_by": who.name, "reinstated_staff_id": who.staff_id}
    return connection.execute(update(content_withdrawals).where(*closed).values(done)).rowcount > 0


def withdrawn(connection: Connection) -> list[Withdrawal]:
    """The pages that are closed now."""
    standing = select(content_withdrawals).where(content_withdrawals.c.reinstated_at.is_(None))
    rows = connection.execute(standing.order_by(content_withdrawals.c.id)).mappings()
    return [Withdrawal(row["topic"], row["name"], row["why"], row["at"]) for row in rows]


def _review(row: RowMapping) -> Review:
    return from_plain(
        {
            "item": row["item"],
            "name": row["name"],
            "role": row["role"],
            "on": date.fromisoformat(row["read_on"]),
            "sha256": row["sha256"],
            "languages": tuple(row["languages"].split(",")),
            "words": json.loads(row["words"]),
        }
    )
