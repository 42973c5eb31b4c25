"""Who may be sent to: one condition, asked when a message is planned, when it is claimed and just before it starts.

It stands here as one SQL expression, so that the three can never differ."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, String, and_, bindparam, case, cast, exists, func, or_, select
from sqlalchemy.sql.selectable import FromClause

from service.reminders import stored
from service.reminders.keys import OF_THE_WEEK, OFF
from service.reminders.optouts import stopped
from service.reminders.rules.caps import A_DAY, A_WEEK, Sort
from service.reminders.rules.schedule import DAY_BEFORE
from service.storage.prepared import one_of
from service.storage.reminder_tables import (
    attempts,
    broadcasts,
    clinics,
    consents,
    contacts,
    deliveries,
    patients,
    templates,
    visits,
)

# What a try counts against the caps: it reached Twilio, or nobody knows.
SPENT = ("", "accepted", "unknown")
# Reasons that no time and no decision of staff can mend: what waits is ended, not held.
ENDED = (
    "held.stopped",
    "held.died",
    "held.left",
    "held.visit_cancelled",
    "held.visit_moved",
    "held.visit_again",
    "held.template_retired",
    "held.cancelled",
)
# Runs about visits. They have the wider weekly cap.
ABOUT_VISITS = ("daily", "change", "closing")
# What no cap and no wish for fewer holds back: it answers what somebody wrote, or takes back what they were told.
NEEDED = ("answer", "change", "closing")
OVER = ("held.visit_over", "held.too_late")


def person_reason(channel: ColumnElement[str]) -> ColumnElement[str | None]:
    """Why the person may not be sent to over `channel`, as a code of `held_words.yaml`; NULL where they may.

    Reads clinics, contacts and patients (outer) of the statement around it."""
    return case(*_of_person(channel), else_=None)


def delivery_reason(openings: FromClause) -> ColumnElement[str | None]:
    """Why a delivery that is due may not start now; NULL where it may. Besides the person it looks at the visit and
    at the caps. Reads what `joined` joins, and `openings`."""
    capped, of_visits = ~one_of(broadcasts.c.kind, NEEDED), one_of(broadcasts.c.kind, ABOUT_VISITS)
    off = deliveries.c.dedupe.like(f"%:{OFF}")
    this_week = _others_since(openings.c.week, same_sort=True)
    return case(
        (deliveries.c.not_after <= bindparam("now"), "held.too_late"),
        (_retired(), "held.template_retired"),
        (and_(off, visits.c.state != "cancelled"), "held.visit_again"),
        (and_(~off, visits.c.state == "cancelled"), "held.visit_cancelled"),
        (visits.c.state == "held", "held.visit_held"),
        (or_(one_of(visits.c.state, ("done", "noshow")), visits.c.starts_at <= bindparam("now")), "held.visit_over"),
        # The start stands in the key of each reminder of a visit.
        (deliveries.c.dedupe.not_like("%@" + cast(visits.c.starts_at, String) + ":%"), "held.visit_moved"),
        *_of_person(deliveries.c.channel),
        (unwanted(), "held.fewer"),
        (and_(capped, _others_since(openings.c.midnight) >= A_DAY), "held.capped_day"),
        (and_(capped, of_visits, this_week >= A_WEEK[Sort.VISIT]), "held.capped_week"),
        (and_(capped, ~of_visits, this_week >= A_WEEK[Sort.OTHER]), "held.capped_week"),
        else_=None,
    )


def unwanted() -> ColumnElement[bool]:
    """Did the person ask for fewer messages, so that this is one of those they do not want? Only the day before a
    visit (or of a week of visits), or only changes. Reads broadcasts, contacts and deliveries."""
    key = deliveries.c.dedupe
    day_before = and_(
        broadcasts.c.kind == "daily", or_(key.like(f"%:{DAY_BEFORE.name}"), key.like(f"%:{OF_THE_WEEK}"))
    )
    return and_(
        ~one_of(broadcasts.c.kind, NEEDED),
        or_(contacts.c.fewer == "changes", and_(contacts.c.fewer == "day before", ~day_before)),
    )


def state_for(reason: ColumnElement[Any], otherwise: str) -> ColumnElement[str]:
    """The stored state that a delivery with `reason` takes."""
    return case(
        (reason.is_(None), otherwise),
        (one_of(reason, ENDED), stored.CANCELLED),
        (one_of(reason, OVER), stored.EXPIRED),
        else_=stored.HELD,
    )


def joined() -> Any:
    """Deliveries with all that the two conditions read, to select from."""
    return (
        deliveries.join(broadcasts, broadcasts.c.id == deliveries.c.broadcast_id)
        .join(clinics, clinics.c.id == deliveries.c.clinic_id)
        .join(
            contacts, and_(contacts.c.id == deliveries.c.contact_id, contacts.c.clinic_id == deliveries.c.clinic_id)
        )
        .outerjoin(
            patients, and_(patients.c.id == deliveries.c.patient_id, patients.c.clinic_id == deliveries.c.clinic_id)
        )
        .outerjoin(visits, and_(visits.c.id == deliveries.c.visit_id, visits.c.clinic_id == deliveries.c.clinic_id))
    )


def _of_person(channel: ColumnElement[str]) -> list[tuple[ColumnElement[bool], str]]:
    agreed = exists().where(
        consents.c.clinic_id == contacts.c.clinic_id,
        consents.c.contact_id == contacts.c.id,
        consents.c.channel == channel,
        consents.c.superseded_at.is_(None),
    )
    return [
        (and_(clinics.c.moving, clinics.c.optouts_loaded_at.is_(None)), "held.moving"),
        (patients.c.state == "died", "held.died"),
        (one_of(patients.c.state, ("left", "erased")), "held.left"),
        (stopped(contacts.c.clinic_id, contacts.c.phone), "held.stopped"),
        (or_(contacts.c.state != "active", contacts.c.phone_sealed.is_(None)), "held.phone_bad"),
        (~agreed, "held.no_consent"),
        (and_(channel == "text", contacts.c.never_text), "held.never_text"),
        (and_(channel == "text", contacts.c.line_kind == "landline"), "held.landline"),
        (and_(channel == "call", contacts.c.never_call), "held.never_call"),
        (contacts.c.paused_until > bindparam("now"), "held.paused"),
        (contacts.c.zones == "", "held.no_zone"),
    ]


def _retired() -> ColumnElement[bool]:
    """Was the template retired since? One that was tried before waits past the moment at which all were cancelled."""
    return exists().where(
        templates.c.id == deliveries.c.template_id,
        templates.c.clinic_id == deliveries.c.clinic_id,
        templates.c.retired_at.is_not(None),
    )


def _others_since(moment: ColumnElement[int], *, same_sort: bool = False) -> ColumnElement[int]:
    """How many other messages of ours this phone was sent since `moment`; all tries of one count once, and answers
    to what the person wrote count never."""
    other, run, tried = deliveries.alias("other"), broadcasts.alias("other_run"), attempts.alias("tried")
    count = (
        select(func.count(other.c.id.distinct()))
        .select_from(tried.join(other, other.c.id == tried.c.delivery_id).join(run, run.c.id == other.c.broadcast_id))
        .where(
            other.c.clinic_id == deliveries.c.clinic_id,
            other.c.contact_id == deliveries.c.contact_id,
            other.c.id != deliveries.c.id,
            tried.c.at >= moment,
            one_of(tried.c.outcome, SPENT),
            run.c.kind != "answer",
        )
    )
    if same_sort:
        count = count.where(one_of(run.c.kind, ABOUT_VISITS) == one_of(broadcasts.c.kind, ABOUT_VISITS))
    return count.correlate(deliveries, broadcasts, *_froms(moment)).scalar_subquery()


def _froms(moment: ColumnElement[int]) -> tuple[FromClause, ...]:
    table: FromClause = moment.table
    return (table,)
