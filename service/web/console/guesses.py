"""Wrong guesses: counted in the database, answered with growing waits, and never a way to keep the owner out."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from service.storage.console_tables import guesses, known_browsers

# So many wrong guesses are free; then the wait doubles, from half a minute to an hour. All in seconds.
FREE = 5
FIRST_WAIT, LONGEST_WAIT = 30, 3600
# A network is shared by a whole clinic, so it has more room.
FREE_OF_NETWORK = 20
FORGOTTEN_AFTER = 86400
KNOWN_FOR = 90 * 86400


@dataclass(frozen=True)
class Against:
    """What a guess is counted against: a keyed hash, and how many wrong ones are free."""

    key: str
    free: int = FREE


@dataclass(frozen=True)
class From:
    """Where a guess comes from: the network address, and the token of a browser that signed in before."""

    network: str
    browser: str = ""


def counted_against(
    connection: Connection, secret: bytes, staff_id: int | None, name: str, source: From, now: int
) -> Sequence[Against]:
    """What a guess at the password of `name` counts against.

    A browser or a network from which this person has signed in before is counted by itself. All strangers share one
    count, so their wrong guesses make other strangers wait, and never the owner at the usual place."""
    network = keyed(secret, "network", source.network)
    if staff_id is not None:
        browser = token_hash(source.browser)
        mine = (known_browsers.c.staff_id == staff_id, known_browsers.c.seen_at > now - KNOWN_FOR)
        seen = connection.execute(
            select(known_browsers.c.token_hash, known_browsers.c.network).where(
                *mine, (known_browsers.c.token_hash == browser) | (known_browsers.c.network == network)
            )
        ).all()
        if any(row.token_hash == browser for row in seen):
            return (Against(keyed(secret, "browser", f"{staff_id}:{browser}")),)
        if seen:
            return (Against(keyed(secret, "known network", f"{staff_id}:{network}")),)
    return (Against(keyed(secret, "strangers", name.casefold())), Against(network, FREE_OF_NETWORK))


def begin(connection: Connection, against: Sequence[Against], now: int) -> int:
    """Count a guess before it is looked at, so that many at once cannot slip by. Returns 0, or how many seconds must
    pass first; then it is not looked at and not counted."""
    connection.execute(delete(guesses).where(guesses.c.last_at < now - FORGOTTEN_AFTER))
    standing = {
        row.against: row
        for row in connection.execute(
            select(guesses).where(guesses.c.against.in_([one.key for one in against])).with_for_update()
        )
    }
    wait = max((row.wait_until - now for row in standing.values()), default=0)
    if wait > 0:
        return wait
    for one in against:
        wrong = (standing[one.key].wrong if one.key in standing else 0) + 1
        values = {"wrong": wrong, "last_at": now, "wait_until": now + _wait_after(wrong, one.free)}
        if one.key in standing:
            connection.execute(update(guesses).where(guesses.c.against == one.key).values(values))
        else:
            connection.execute(insert(guesses).values(against=one.key, **values))
    return 0


def forget(connection: Connection, against: Sequence[Against]) -> None:
    """The guess was right: what counted against it begins anew."""
    connection.execute(delete(guesses).where(guesses.c.against.in_([one.key for one in against])))


def know(connection: Connection, secret: bytes, staff_id: int, source: From, now: int) -> None:
    """This person has signed in from here."""
    row = {"network": keyed(secret, "network", source.network), "seen_at": now}
    token = token_hash(source.browser)
    mine = (known_browsers.c.staff_id == staff_id, known_browsers.c.token_hash == token)
    if not connection.execute(update(known_browsers).where(*mine).values(row)).rowcount:
        connection.execute(insert(known_browsers).values(staff_id=staff_id, token_hash=token, **row))
    connection.execute(delete(known_browsers).where(known_browsers.c.seen_at < now - KNOWN_FOR))


def keyed(secret: bytes, kind: str, what: str) -> str:
    """A keyed hash, so that the table of guesses names nobody."""
    return hmac.new(b"guesses:" + secret, f"{kind}:{what}".encode(), hashlib.sha256).hexdigest()


def token_hash(token: str) -> str:
    """The hash under which a random token of ours is kept; of itself it opens nothing."""
    return hashlib.sha256(token.encode()).hexdigest()


def _wait_after(wrong: int, free: int) -> int:
    over = wrong - free
    return 0 if over < 0 else min(LONGEST_WAIT, FIRST_WAIT << min(over, 10))
