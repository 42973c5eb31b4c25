"""Is a run ordinary, beside those of the last weeks? One that is not waits for a second person, with the reason."""

from __future__ import annotations

from sqlalchemy import Connection, and_, func, select

from service.reminders import stored
from service.reminders.rules.oddness import Run, needs_second_person, odd
from service.reminders.templates import unapproved
from service.reminders.why import kept
from service.storage import reminder_tables
from service.storage.reminder_tables import broadcasts, deliveries, plans

# The runs of so many days tell what is usual.
USUAL_DAYS = 28
WENT = ("approved", "sending", "done", "paused")


def why_it_waits(connection: Connection, clinic_id: int, run: int, this: Run, now: int) -> list[str]:
    """Why a run (`this` as `read_run` reads it) must wait for a second person: lines for `why.told`; none where it
    may go."""
    mine = select(broadcasts.c.kind).where(broadcasts.c.clinic_id == clinic_id, broadcasts.c.id == run)
    kind = connection.execute(mine).scalar_one()
    if kind == "change":
        # How many visits change in a day says nothing about the next; very many may be a wrong file.
        reasons = [f"odd.changes|count={this.count}"] if needs_second_person(this.count) else []
    else:
        reasons = [kept(reason) for reason in odd(this, _runs_before(connection, clinic_id, run, kind, now))]
    return reasons + _unapproved(connection, clinic_id, run)


def read_run(connection: Connection, clinic_id: int, run: int) -> Run:
    """A run as the rule about odd ones looks at it."""
    mine = (deliveries.c.clinic_id == clinic_id, deliveries.c.broadcast_id == run)
    count = connection.execute(select(func.count()).where(*mine)).scalar_one()
    held = connection.execute(select(func.count()).where(*mine, deliveries.c.state == stored.HELD)).scalar_one()
    used = select(deliveries.c.template_id).where(*mine, deliveries.c.template_id.is_not(None)).distinct()
    visited = (
        select(reminder_tables.visits.c.site_id)
        .join(
            deliveries,
            and_(
                deliveries.c.visit_id == reminder_tables.visits.c.id,
                deliveries.c.clinic_id == reminder_tables.visits.c.clinic_id,
            ),
        )
        .where(*mine)
        .distinct()
    )
    return Run(
        count=count,
        held=held,
        templates=[str(n) for n in connection.execute(used).scalars()],
        sites=[str(n) for n in connection.execute(visited).scalars() if n],
        new_columns=_new_columns(connection, clinic_id),
    )


def _runs_before(connection: Connection, clinic_id: int, run: int, kind: str, now: int) -> list[Run]:
    rows = connection.execute(
        select(broadcasts.c.counts).where(
            broadcasts.c.clinic_id == clinic_id,
            broadcasts.c.kind == kind,
            broadcasts.c.id != run,
            broadcasts.c.made_at > now - USUAL_DAYS * 86400,
            broadcasts.c.state.in_(WENT),
        )
    ).scalars()
    return [Run(c["count"], c["held"], c["templates"], c["sites"]) for c in rows if c]


def _new_columns(connection: Connection, clinic_id: int) -> bool:
    """Were the columns of a visits file matched anew since the last daily run that went?"""
    matches = reminder_tables.column_matches
    last = select(func.max(broadcasts.c.approved_at)).where(
        broadcasts.c.clinic_id == clinic_id, broadcasts.c.kind == "daily"
    )
    since = connection.execute(last).scalar_one() or 0
    anew = select(matches.c.id).where(
        matches.c.clinic_id == clinic_id, matches.c.kind == "visits", matches.c.made_at > since
    )
    return since > 0 and connection.execute(anew.limit(1)).first() is not None


def _unapproved(connection: Connection, clinic_id: int, run: int) -> list[str]:
    mine = (deliveries.c.clinic_id == clinic_id, deliveries.c.broadcast_id == run)
    used = connection.execute(select(deliveries.c.template_id).where(*mine).distinct()).scalars()
    lines = [f"odd.unapproved|name={name}" for name in unapproved(connection, clinic_id, [n for n in used if n])]
    open_plans = select(plans.c.kind).where(
        plans.c.clinic_id == clinic_id, plans.c.retired_at.is_(None), plans.c.approved_at.is_(None)
    )
    return lines + [f"odd.unapproved|name={kind}" for kind in connection.execute(open_plans).scalars()]
