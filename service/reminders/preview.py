"""The preview of a run: what it says, what it costs, when it ends, and who is left out and why.

Shown before anything goes out, so that a wrong file or template is seen by a person first."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, select

from service.languages import Language
from service.reminders import stored
from service.reminders.foreseen import duplicates, foreseen
from service.reminders.letters import fields, template_of
from service.reminders.refused import Refused
from service.reminders.rules.cost import Estimate, Sender, estimate
from service.reminders.rules.quiet_hours import next_allowed, window_end
from service.reminders.rules.template import Rendered, render
from service.reminders.rules.zones import Whereabouts
from service.storage import reminder_tables
from service.storage.json_rows import as_json, json_rows
from service.storage.reminder_tables import broadcasts, contacts, deliveries, senders

# A reminder call takes about as long as its words, said twice.
CALL_SECONDS = 55
KINDS = {"longcode": Sender.LONG_CODE, "tollfree": Sender.TOLL_FREE, "shortcode": Sender.SHORT_CODE}
MOST_SHOWN = 5


@dataclass(frozen=True)
class Sample:
    """A message of the run as it will be sent, and to how many phones it goes word for word."""

    language: Language
    text: str
    segments: int
    phones: int


@dataclass(frozen=True)
class Expensive:
    """Messages that need more than one plain text: why, for how many phones, and one of the deliveries."""

    text: str
    segments: int
    costly: tuple[str, ...]
    phones: int
    delivery_id: int


@dataclass(frozen=True)
class Preview:
    """A run before it goes. `going` of those `queued` will go; `left_out` counts the others by reason (a line for
    `why.told`); `estimate` is None where nothing goes."""

    run: int
    name: str
    state: str
    odd_why: str
    queued: int
    going: int
    texts: int
    calls: int
    left_out: dict[str, int]
    samples: tuple[Sample, ...]
    expensive: tuple[Expensive, ...]
    first_at: int | None
    last_at: int | None
    estimate: Estimate | None


def preview(connection: Connection, clinic_id: int, run: int, now: int) -> Preview:
    """What a run would do. Raises Refused for a run that this clinic does not have."""
    head = (
        connection.execute(select(broadcasts).where(broadcasts.c.clinic_id == clinic_id, broadcasts.c.id == run))
        .mappings()
        .one_or_none()
    )
    if head is None:
        raise Refused("run.unknown")
    mine = (deliveries.c.clinic_id == clinic_id, deliveries.c.broadcast_id == run)
    later = foreseen(connection, clinic_id, run, head["kind"], now)
    going = (*mine, deliveries.c.state == stored.QUEUED, _not_among(connection, later))
    by_channel = select(deliveries.c.channel, func.count()).where(*going).group_by(deliveries.c.channel)
    channels: dict[str, int] = {row[0]: row[1] for row in connection.execute(by_channel)}
    written = list(_written(connection, going))
    first_at, last_at = connection.execute(
        select(func.min(deliveries.c.due_at), func.max(deliveries.c.due_at)).where(*going)
    ).one()
    return Preview(
        run=run,
        name=head["name"],
        state=head["state"],
        odd_why=head["odd_why"],
        queued=sum(channels.values()) + len(later),
        going=sum(channels.values()),
        texts=channels.get("text", 0),
        calls=channels.get("call", 0),
        left_out=_left_out(connection, mine, later, _twice(connection, clinic_id, head)),
        samples=_samples(written),
        expensive=tuple(
            Expensive(said.text, said.cut.segments, said.cut.costly, phones, delivery_id)
            for _, said, phones, delivery_id in written
            if not said.one_plain_text
        ),
        first_at=first_at,
        last_at=last_at,
        estimate=_estimate(connection, clinic_id, going, written, channels.get("call", 0), max(first_at or now, now)),
    )


def _written(connection: Connection, going: tuple[Any, ...]) -> Iterator[tuple[Language, Rendered, int, int]]:
    """Every different text of the run: (language, text, phones, one delivery). Many phones share one."""
    table = reminder_tables.templates
    rows = connection.execute(
        select(
            contacts.c.language,
            deliveries.c.fields,
            table.c.kind,
            table.c.en,
            table.c.es,
            func.count().label("phones"),
            func.min(deliveries.c.id).label("delivery_id"),
        )
        .select_from(deliveries)
        .join(
            contacts, and_(contacts.c.id == deliveries.c.contact_id, contacts.c.clinic_id == deliveries.c.clinic_id)
        )
        .join(table, and_(table.c.id == deliveries.c.template_id, table.c.clinic_id == deliveries.c.clinic_id))
        .where(*going, deliveries.c.channel == "text")
        .group_by(contacts.c.language, deliveries.c.fields, table.c.kind, table.c.en, table.c.es)
    )
    for row in rows:
        language = Language(row.language)
        template = template_of(row.kind, row.en, row.es)
        said = render(template, language, fields(json.loads(row.fields), language))
        yield language, said, row.phones, row.delivery_id


def _samples(written: list[tuple[Language, Rendered, int, int]]) -> tuple[Sample, ...]:
    """The most sent text of each language, then others."""
    ordered = sorted(written, key=lambda one: -one[2])
    first = [next(one for one in ordered if one[0] is language) for language in {one[0] for one in ordered}]
    shown = (first + [one for one in ordered if one not in first])[:MOST_SHOWN]
    return tuple(Sample(language, said.text, said.cut.segments, phones) for language, said, phones, _ in shown)


def _not_among(connection: Connection, later: Collection[int]) -> ColumnElement[bool]:
    """Not one of these deliveries, handed in as one value however many they are."""
    listed = json_rows(connection.dialect.name, "later", {"id": int})
    return deliveries.c.id.not_in(select(listed.c.id)).params(later=as_json({"id": one} for one in later))


def _twice(connection: Connection, clinic_id: int, head: Any) -> int:
    """How many get nothing of a broadcast because their phone gets it already: shared, or listed twice."""
    if head["kind"] != "broadcast":
        return 0
    return duplicates(connection, clinic_id, head["id"]) + int((head["counts"] or {}).get("listed twice", 0))


def _left_out(connection: Connection, mine: tuple[Any, ...], later: Mapping[int, str], twice: int) -> dict[str, int]:
    """How many do not go, by reason: those held back already, those that will be, and those who get it anyway."""
    rows = connection.execute(
        select(deliveries.c.reason, func.count())
        .where(*mine, deliveries.c.state.in_((stored.HELD, stored.CANCELLED, stored.EXPIRED)))
        .group_by(deliveries.c.reason)
    )
    count = Counter({row[0]: row[1] for row in rows})
    count.update(later.values())
    count.update({"held.duplicate": twice} if twice else {})
    return dict(count.most_common())


def _estimate(
    connection: Connection,
    clinic_id: int,
    going: tuple[Any, ...],
    written: list[tuple[Language, Rendered, int, int]],
    calls: int,
    starts_at: int,
) -> Estimate | None:
    if not written and not calls:
        return None
    used = connection.execute(
        select(senders.c.kind).where(
            senders.c.clinic_id == clinic_id, senders.c.id.in_(select(deliveries.c.sender_id).where(*going))
        )
    ).scalars()
    kinds = [KINDS[kind] for kind in used]
    zones = connection.execute(select(deliveries.c.zones).where(*going).distinct()).scalars().all()
    starts, ends = _window(zones, datetime.fromtimestamp(starts_at, UTC))
    segments = [said.cut.segments for _, said, phones, _ in written for _ in range(phones)]
    return estimate(
        segments,
        [CALL_SECONDS] * calls,
        sender=kinds[0] if kinds else Sender.LONG_CODE,
        starts=starts,
        window_end=ends,
        senders=max(1, len(kinds)),
    )


def _window(zones: Any, when: datetime) -> tuple[datetime, datetime | None]:
    """When the first of the zones opens at `when` or later, and when the first of those open then closes."""
    places = [Whereabouts.from_key(key) for key in zones if key]
    opens = [at for place in places if (at := next_allowed(when, place))]
    starts = min(opens, default=when)
    ends = [end for place in places if (end := window_end(starts, place))]
    return starts, min(ends, default=None)
