"""Approval: who lets a run go, and how it is undone, paused, resumed and cancelled.

Two people approve a template and a plan once. The daily run then goes by itself unless it is odd. A broadcast to more
than fifty always needs a second person. After an approval there are ten minutes to undo."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Table, and_, func, insert, select, update

from service.languages import Language
from service.reminders import audit, stored
from service.reminders.closing_day import carry_out
from service.reminders.letters import FORMS, template_of
from service.reminders.queueing import enqueue_run
from service.reminders.refused import Refused, Word
from service.reminders.rules import lint
from service.reminders.rules.oddness import Run, needs_second_person, odd
from service.reminders.rules.template import templates as shipped
from service.reminders.why import kept
from service.storage import reminder_tables
from service.storage.reminder_tables import broadcasts, clinics, deliveries, plans, senders, sites

UNDO_SECONDS = 600
# The runs of so many days tell what is usual.
USUAL_DAYS = 28
RUNNING = ("approved", "sending")


def add_template(connection: Connection, clinic_id: int, kind: str, who: str, now: int) -> int:
    """Take the template `kind` that comes with Clearline for a clinic, as a new version that nobody has approved yet.

    Raises Refused for an unknown kind, and with the linter's reasons for words that this clinic may not send."""
    template = shipped().get(kind)
    if template is None:
        raise Refused("template.shipped", kind=kind, kinds=", ".join(shipped()))
    remarks = lint.lint(template, _names(connection, clinic_id))
    if remarks:
        raise Refused("template.remarks", remarks=remarks)
    table = reminder_tables.templates
    newest = select(func.coalesce(func.max(table.c.version), 0)).where(
        table.c.clinic_id == clinic_id, table.c.kind == kind
    )
    version = int(connection.execute(newest).scalar_one()) + 1
    values = {
        "clinic_id": clinic_id,
        "kind": kind,
        "version": version,
        "en": FORMS.join(template.forms[Language.ENGLISH]),
        "es": FORMS.join(template.forms[Language.SPANISH]),
        "first_by": who,
        "first_at": now,
    }
    template_id: int = connection.execute(insert(table).values(values).returning(table.c.id)).scalar_one()
    audit.note(connection, clinic_id, who, "template taken", f"template {template_id}", now)
    return template_id


def add_plan(
    connection: Connection, clinic_id: int, kind: str, who: str, now: int, channels: str = "text,call"
) -> int:
    """A plan such as `1 day` (before a visit), which nobody has approved yet."""
    values = {"clinic_id": clinic_id, "kind": kind, "template_kind": "visit", "channels": channels}
    plan_id: int = connection.execute(
        insert(plans).values(**values, first_by=who, first_at=now).returning(plans.c.id)
    ).scalar_one()
    audit.note(connection, clinic_id, who, "plan made", f"plan {plan_id}", now)
    return plan_id


def approve_template(connection: Connection, clinic_id: int, template_id: int, who: str, now: int) -> None:
    """The second person says yes to a template. Its words are looked at once more. Raises Refused."""
    table = reminder_tables.templates
    mine = select(table).where(table.c.clinic_id == clinic_id, table.c.id == template_id)
    row = connection.execute(mine).mappings().one_or_none()
    if row is None:
        raise Refused("template.unknown")
    remarks = lint.lint(template_of(row["kind"], row["en"], row["es"]), _names(connection, clinic_id))
    if remarks:
        raise Refused("template.remarks", remarks=remarks)
    _approve_once(connection, clinic_id, table, template_id, "template", who, now)


def approve_plan(connection: Connection, clinic_id: int, plan_id: int, who: str, now: int) -> None:
    """The second person says yes to a plan. Raises Refused."""
    _approve_once(connection, clinic_id, plans, plan_id, "plan", who, now)


def settle(connection: Connection, clinic_id: int, run: int, now: int) -> tuple[str, ...]:
    """Let a daily run go by itself, or let it wait for a second person: returns why it waits (lines for `why.told`),
    nothing where it goes."""
    this, before = _this_run(connection, clinic_id, run), _runs_before(connection, clinic_id, run, now)
    reasons = [kept(reason) for reason in odd(this, before)] + _unapproved(connection, clinic_id, run)
    counts = {"count": this.count, "held": this.held, "templates": list(this.templates), "sites": list(this.sites)}
    values: dict[str, Any] = {"counts": counts, "odd_why": "\n".join(reasons), "state": "waiting"}
    if not reasons:
        values |= {"state": "approved", "approved_by": "plan", "approved_at": now}
        enqueue_run(connection, clinic_id, run, now)
    _change(connection, clinic_id, run, ("draft",), **values)
    return tuple(reasons)


def approve(connection: Connection, clinic_id: int, run: int, who: str, now: int) -> int:
    """Say yes to a run; returns until when it may be undone, in seconds since 1970. Raises Refused where a second
    person is needed and this is the first, or where its template is not approved."""
    head = _run(connection, clinic_id, run)
    if head["state"] not in ("draft", "waiting"):
        raise Refused("run.decided", state=Word(f"state.{head['state']}"))
    going = _count(connection, clinic_id, run, (stored.QUEUED,))
    second = (
        (head["kind"] != "daily" and needs_second_person(going))
        or head["state"] == "waiting"
        or head["kind"] == "closing"
    )
    if second and head["made_by"] == who and not _alone(connection, clinic_id, who):
        raise Refused("run.own", name=who, count=going)
    if head["kind"] == "broadcast" and head["template_id"]:
        lacking = _unapproved_templates(connection, clinic_id, [head["template_id"]])
        if lacking:
            raise Refused("template.unapproved", kind=lacking[0])
    undo_until = now + UNDO_SECONDS
    enqueue_run(connection, clinic_id, run, undo_until)
    _change(
        connection,
        clinic_id,
        run,
        ("draft", "waiting"),
        state="approved",
        approved_by=who,
        approved_at=now,
        undo_until=undo_until,
    )
    if head["kind"] == "closing":
        carry_out(connection, clinic_id, run, now)
    audit.note(connection, clinic_id, who, "run approved", f"run {run}, {going} messages", now)
    return undo_until


def undo(connection: Connection, clinic_id: int, run: int, who: str, now: int) -> int:
    """Take an approval back while its ten minutes last; returns how many messages that stopped. Raises Refused."""
    head = _run(connection, clinic_id, run)
    if head["state"] != "approved" or (head["undo_until"] or 0) <= now:
        raise Refused("run.too_late")
    return cancel(connection, clinic_id, run, who, now)


def pause(connection: Connection, clinic_id: int, run: int, who: str, now: int) -> None:
    """Let nothing more of a run start. What is under way at this moment goes out. Raises Refused."""
    if not _change(connection, clinic_id, run, RUNNING, state="paused", paused_why=f"paused by {who}"[:200]):
        raise Refused("run.not_going")
    audit.note(connection, clinic_id, who, "run paused", f"run {run}", now)


def resume(connection: Connection, clinic_id: int, run: int, who: str, now: int) -> None:
    """Let a paused run go on. Raises Refused."""
    if not _change(connection, clinic_id, run, ("paused",), state="approved", paused_why=""):
        raise Refused("run.not_paused")
    audit.note(connection, clinic_id, who, "run resumed", f"run {run}", now)


def cancel(connection: Connection, clinic_id: int, run: int, who: str, now: int) -> int:
    """End a run: what waits is cancelled, what went out stays. Returns how many messages that stopped."""
    if not _change(
        connection, clinic_id, run, ("draft", "waiting", "paused", *RUNNING), state="cancelled", finished_at=now
    ):
        raise Refused("run.ended")
    waiting = (
        deliveries.c.clinic_id == clinic_id,
        deliveries.c.broadcast_id == run,
        deliveries.c.state.in_((stored.QUEUED, stored.HELD)),
    )
    values = {"state": stored.CANCELLED, "reason": "held.cancelled", "final_at": now}
    stopped = connection.execute(update(deliveries).where(*waiting).values(values)).rowcount
    audit.note(connection, clinic_id, who, "run cancelled", f"run {run}, {stopped} messages", now)
    return stopped


def resume_sender(connection: Connection, clinic_id: int, sender_id: int, who: str, now: int) -> None:
    """Let a number send again after somebody mended what had stopped it. Raises Refused."""
    mine = (senders.c.clinic_id == clinic_id, senders.c.id == sender_id, senders.c.halted_at.is_not(None))
    if not connection.execute(update(senders).where(*mine).values(halted_at=None, halted_why="")).rowcount:
        raise Refused("sender.going")
    audit.note(connection, clinic_id, who, "sender resumed", f"sender {sender_id}", now)


def finish(connection: Connection, clinic_id: int, now: int) -> None:
    """Mark runs as done in which nothing waits any more."""
    waiting = select(deliveries.c.id).where(
        deliveries.c.clinic_id == clinic_id,
        deliveries.c.broadcast_id == broadcasts.c.id,
        deliveries.c.state.in_((stored.QUEUED, stored.CLAIMED)),
    )
    over = (broadcasts.c.clinic_id == clinic_id, broadcasts.c.state.in_(RUNNING), ~waiting.exists())
    connection.execute(update(broadcasts).where(*over).values(state="done", finished_at=now))
    # A retry hours later, or a delivery taken up again, makes its run go on.
    again = (broadcasts.c.clinic_id == clinic_id, broadcasts.c.state == "done", waiting.exists())
    connection.execute(update(broadcasts).where(*again).values(state="approved", finished_at=None))


def _approve_once(
    connection: Connection, clinic_id: int, table: Table, row_id: int, what: str, who: str, now: int
) -> None:
    mine = (table.c.clinic_id == clinic_id, table.c.id == row_id)
    row = connection.execute(select(table.c.first_by, table.c.approved_at).where(*mine)).one_or_none()
    if row is None:
        raise Refused("plan.unknown" if what == "plan" else "template.unknown")
    if row.approved_at:
        raise Refused("plan.approved" if what == "plan" else "template.approved")
    if row.first_by == who and not _alone(connection, clinic_id, who):
        raise Refused("plan.own" if what == "plan" else "template.own", name=who)
    connection.execute(update(table).where(*mine).values(approved_by=who, approved_at=now))
    audit.note(connection, clinic_id, who, f"{what} approved", f"{what} {row_id}", now)


def _alone(connection: Connection, clinic_id: int, who: str) -> bool:
    """May this person approve what they made? Only the outside approver of a clinic with one person."""
    outside = select(clinics.c.outside_approver).where(clinics.c.id == clinic_id)
    return bool(who) and connection.execute(outside).scalar_one() == who


def _names(connection: Connection, clinic_id: int) -> lint.Clinic:
    own = connection.execute(select(sites).where(sites.c.clinic_id == clinic_id)).mappings().all()
    name = connection.execute(select(clinics.c.name_in_texts).where(clinics.c.id == clinic_id)).scalar_one()
    return lint.Clinic(
        names=(name,),
        phones=tuple(phone for site in own for phone in (site["day_phone"],) if phone),
        towns=tuple(site["town"] for site in own if site["town"]),
        zones=tuple(site["zone"] for site in own),
    )


def _this_run(connection: Connection, clinic_id: int, run: int) -> Run:
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


def _runs_before(connection: Connection, clinic_id: int, run: int, now: int) -> list[Run]:
    rows = connection.execute(
        select(broadcasts.c.counts).where(
            broadcasts.c.clinic_id == clinic_id,
            broadcasts.c.kind == "daily",
            broadcasts.c.id != run,
            broadcasts.c.made_at > now - USUAL_DAYS * 86400,
            broadcasts.c.state.in_((*RUNNING, "done", "paused")),
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
    lines = [
        f"odd.unapproved|name={name}" for name in _unapproved_templates(connection, clinic_id, [n for n in used if n])
    ]
    open_plans = select(plans.c.kind).where(
        plans.c.clinic_id == clinic_id, plans.c.retired_at.is_(None), plans.c.approved_at.is_(None)
    )
    return lines + [f"odd.unapproved|name={kind}" for kind in connection.execute(open_plans).scalars()]


def _unapproved_templates(connection: Connection, clinic_id: int, ids: Collection[int]) -> list[str]:
    table = reminder_tables.templates
    lacking = select(table.c.kind).where(
        table.c.clinic_id == clinic_id, table.c.id.in_(ids), table.c.approved_at.is_(None)
    )
    return list(connection.execute(lacking).scalars())


def _run(connection: Connection, clinic_id: int, run: int) -> Any:
    mine = select(broadcasts).where(broadcasts.c.clinic_id == clinic_id, broadcasts.c.id == run)
    row = connection.execute(mine.with_for_update()).mappings().one_or_none()
    if row is None:
        raise Refused("run.unknown")
    return row


def _count(connection: Connection, clinic_id: int, run: int, states: Collection[str]) -> int:
    mine = (deliveries.c.clinic_id == clinic_id, deliveries.c.broadcast_id == run, deliveries.c.state.in_(states))
    return int(connection.execute(select(func.count()).where(*mine)).scalar_one())


def _change(connection: Connection, clinic_id: int, run: int, states: Collection[str], **values: Any) -> bool:
    mine = (broadcasts.c.clinic_id == clinic_id, broadcasts.c.id == run, broadcasts.c.state.in_(states))
    return bool(connection.execute(update(broadcasts).where(*mine).values(values)).rowcount)
