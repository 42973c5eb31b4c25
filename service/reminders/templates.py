"""Templates of a clinic: taken as they come or in its own words, approved by a second person, and retired."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from service.languages import Language
from service.reminders import audit
from service.reminders.letters import FORMS, template_of
from service.reminders.refused import Refused
from service.reminders.rules import lint
from service.reminders.rules.template import Template
from service.reminders.rules.template import templates as shipped
from service.reminders.second_person import approve_once, standing
from service.reminders.waiting import cancel_matching
from service.storage.reminder_tables import clinics, deliveries, sites, templates


def take_template(connection: Connection, clinic_id: int, kind: str, who: str, now: int) -> int:
    """Take the template `kind` that comes with Clearline for a clinic, as a new version that nobody has approved yet;
    returns its id. Raises Refused for an unknown kind, and with the linter's reasons for words that this clinic may
    not send."""
    template_id = _keep(connection, clinic_id, _shipped(kind), who, now)
    audit.note(connection, clinic_id, who, "template taken", f"template {template_id}", now)
    return template_id


def keep_words(connection: Connection, clinic_id: int, template: Template, who: str, now: int) -> int:
    """Keep a clinic's own words as a new version of `template.id` that nobody has approved yet; the version in use
    goes on until then. Returns its id. Raises Refused with the linter's reasons."""
    template_id = _keep(connection, clinic_id, template, who, now)
    audit.note(connection, clinic_id, who, "template written", f"template {template_id}", now)
    return template_id


def approve_template(connection: Connection, clinic_id: int, template_id: int, who: str, now: int) -> None:
    """The second person says yes to a template. Its words are looked at once more. Raises Refused."""
    row = standing(connection, clinic_id, templates, template_id, "template")
    _refuse_unfit(connection, clinic_id, template_of(row["kind"], row["en"], row["es"]))
    approve_once(connection, clinic_id, templates, template_id, "template", who, now)


def retire_template(connection: Connection, clinic_id: int, template_id: int, who: str, now: int) -> int:
    """Stop using a template: what waits with its words is cancelled, what is under way at this moment goes out. One
    person is enough, for less is said by it. Returns how many messages that stopped. Raises Refused."""
    standing(connection, clinic_id, templates, template_id, "template")
    mine = (templates.c.clinic_id == clinic_id, templates.c.id == template_id)
    connection.execute(update(templates).where(*mine).values(retired_at=now))
    stopped = cancel_matching(connection, clinic_id, with_template(template_id), "held.template_retired", now)
    audit.note(connection, clinic_id, who, "template retired", f"template {template_id}, {stopped} messages", now)
    return stopped


def with_template(template_id: int) -> ColumnElement[bool]:
    """The deliveries that say the words of a template."""
    return deliveries.c.template_id == template_id


def words_of(connection: Connection, clinic_id: int, kind: str) -> Template:
    """The template that a message of this kind planned now would use, or the one that comes with Clearline. Raises
    Refused for an unknown kind."""
    template_id = newest_templates(connection, clinic_id).get(kind)
    if template_id is None:
        return _shipped(kind)
    mine = select(templates).where(templates.c.clinic_id == clinic_id, templates.c.id == template_id)
    row = connection.execute(mine).mappings().one()
    return template_of(row["kind"], row["en"], row["es"])


def in_texts(connection: Connection, clinic_id: int) -> lint.Clinic:
    """What of a clinic goes into its texts, as the linter wants it."""
    own = connection.execute(select(sites).where(sites.c.clinic_id == clinic_id)).mappings().all()
    name = connection.execute(select(clinics.c.name_in_texts).where(clinics.c.id == clinic_id)).scalar_one()
    return lint.Clinic(
        names=(name,),
        phones=tuple(site["day_phone"] for site in own if site["day_phone"]),
        towns=tuple(site["town"] for site in own if site["town"]),
        zones=tuple(site["zone"] for site in own),
    )


def newest_templates(connection: Connection, clinic_id: int) -> dict[str, int]:
    """The id of the template of each kind that a message planned now would use: the newest that two people approved,
    or where there is none the newest that waits for it."""
    rows = connection.execute(
        select(templates.c.kind, templates.c.id)
        .where(templates.c.clinic_id == clinic_id, templates.c.retired_at.is_(None))
        .order_by(templates.c.approved_at.is_not(None), templates.c.version)
    )
    return {row.kind: row.id for row in rows}


def unapproved(connection: Connection, clinic_id: int, ids: Collection[int]) -> list[str]:
    """The kinds of those of these templates that nobody has approved."""
    lacking = select(templates.c.kind).where(
        templates.c.clinic_id == clinic_id, templates.c.id.in_(ids), templates.c.approved_at.is_(None)
    )
    return list(connection.execute(lacking).scalars())


def _shipped(kind: str) -> Template:
    template = shipped().get(kind)
    if template is None:
        raise Refused("template.shipped", kind=kind, kinds=", ".join(shipped()))
    return template


def _keep(connection: Connection, clinic_id: int, template: Template, who: str, now: int) -> int:
    _refuse_unfit(connection, clinic_id, template)
    newest = select(func.coalesce(func.max(templates.c.version), 0)).where(
        templates.c.clinic_id == clinic_id, templates.c.kind == template.id
    )
    values = {
        "clinic_id": clinic_id,
        "kind": template.id,
        "version": int(connection.execute(newest).scalar_one()) + 1,
        "en": FORMS.join(template.forms[Language.ENGLISH]),
        "es": FORMS.join(template.forms[Language.SPANISH]),
        "first_by": who,
        "first_at": now,
    }
    template_id: int = connection.execute(insert(templates).values(values).returning(templates.c.id)).scalar_one()
    return template_id


def _refuse_unfit(connection: Connection, clinic_id: int, template: Template) -> None:
    remarks = lint.lint(template, in_texts(connection, clinic_id))
    if remarks:
        raise Refused("template.remarks", remarks=remarks)
