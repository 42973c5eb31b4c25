"""Sending what callers asked for with key 8: taken once, tried before it is sent, never sent twice blindly."""

from __future__ import annotations

import logging
from collections.abc import Callable

from service.channels.sms import Writer
from service.conversation.places import page_parts
from service.conversation.reply import Reply, Say, ShowMenu
from service.conversation.tree import Kind
from service.gateway.base import Gateway, NotSent, OutboundText, Rejected, Unknown
from service.storage import errands
from service.storage.database import Database
from service.storage.errands import Errand
from service.storage.vault import Vault

log = logging.getLogger(__name__)

MOST_TRIES = 5
MOST_AT_ONCE = 20
# A worker that has not finished what it took within this many seconds is gone.
LOST_AFTER = 120
# Seconds; a page asked for on a call is of no use a day later.
LONGEST_WAIT = 3600


def run_errands(
    database: Database,
    vault: Vault,
    gateway: Gateway,
    writer: Callable[[], Writer],
    clock: Callable[[], float],
) -> int:
    """Send the errands that are due; returns how many were tried. No connection is held while the gateway works, and
    `writer` is asked for only when there is something to write."""
    with database.write() as connection:
        errands.orphaned(connection, int(clock()) - LOST_AFTER)
    for tried in range(MOST_AT_ONCE):
        now = int(clock())
        with database.write() as connection:
            errand = errands.claim(connection, vault, now)
        if errand is None:
            return tried
        text = OutboundText(errand.to, errand.sender, words(writer(), errand), validity=3600)
        _send(database, gateway, errand, text, now)
    return MOST_AT_ONCE


def words(writer: Writer, errand: Errand) -> str:
    """The text of the place that a caller was at."""
    node = writer.tree.node(errand.place)
    if node is None or node.kind is Kind.MENU:
        reply = Reply((ShowMenu(node.code if node else ""),))
    elif node.kind is Kind.ACTION:
        reply = Reply((Say("crisis"),))
    else:
        page = min(errand.page, writer.tree.pages[node.topic])
        reply = Reply(page_parts(writer.tree, node, page, placed=True))
    return writer.text(reply, errand.language)


def _send(database: Database, gateway: Gateway, errand: Errand, text: OutboundText, now: int) -> None:
    try:
        sid = gateway.send(text)
    except NotSent as error:
        with database.write() as connection:
            if errand.tries >= MOST_TRIES:
                errands.give_up(connection, errand.id, "rejected", str(error))
            else:
                wait = min(error.retry_after or 15 * 2**errand.tries, LONGEST_WAIT)
                errands.again(connection, errand.id, now + int(wait), str(error))
    except Rejected as error:
        with database.write() as connection:
            errands.give_up(connection, errand.id, "rejected", str(error))
    except Unknown as error:
        log.warning("nobody knows whether errand %d was sent: %s", errand.id, error)
        with database.write() as connection:
            errands.give_up(connection, errand.id, "unknown", str(error))
    else:
        with database.write() as connection:
            errands.finish(connection, errand.id, sid)
