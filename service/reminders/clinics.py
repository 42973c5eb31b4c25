"""Clinics with their sites and sending numbers, and when one of them may not send yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, insert, select, update
from sqlalchemy.exc import IntegrityError

from service.phone_number import is_e164
from service.reminders import audit
from service.reminders.refused import Refused
from service.reminders.rules import lint
from service.reminders.rules.zones import known_zones
from service.storage.reminder_tables import clinics, senders, sites

LONGEST_NAME = 22
ROLES = ("reminders", "line", "both")
KINDS = ("longcode", "tollfree", "shortcode")


@dataclass(frozen=True)
class Clinic:
    """A clinic. `name_in_texts` is what messages say. `moving`: it comes from another system, and until its opt-outs
    were loaded (`optouts_loaded_at`) nothing is sent."""

    id: int
    name: str
    name_in_texts: str
    zone: str
    hours: str
    moving: bool
    optouts_loaded_at: int | None

    @property
    def may_not_send(self) -> str:
        """Why nothing may be sent yet; empty where it may."""
        if self.moving and self.optouts_loaded_at is None:
            return (
                f"{self.name} is moving from another system: load its opt-outs first, even an empty file"
                " (clearline import optouts FILE)."
            )
        return ""


@dataclass(frozen=True)
class Site:
    """A place of a clinic: what messages call it, its town, phones by day and night, hours, zone, a line of
    directions."""

    short_name: str
    zone: str
    town: str = ""
    day_phone: str = ""
    night_phone: str = ""
    hours: str = ""
    directions: str = ""
    id: int = 0


@dataclass(frozen=True)
class Sender:
    """A number that a clinic sends from; `pace` in segments per second."""

    number: str
    role: str = "reminders"
    kind: str = "longcode"
    pace: int = 1
    id: int = 0


def create_clinic(
    connection: Connection,
    name: str,
    name_in_texts: str,
    zone: str,
    now: int,
    *,
    hours: str = "",
    moving: bool = False,
    who: str = "",
) -> int:
    """A new clinic; returns its id. Raises Refused for a name that is taken or tells too much, or a strange zone."""
    _refuse_telling(name_in_texts)
    _refuse_zone(zone)
    if connection.execute(select(clinics.c.id).where(clinics.c.name == name)).first():
        raise Refused("clinic.taken", name=name)
    values = {
        "name": name,
        "name_in_texts": name_in_texts,
        "zone": zone,
        "hours": hours,
        "moving": moving,
        "created_at": now,
    }
    clinic_id: int = connection.execute(insert(clinics).values(values).returning(clinics.c.id)).scalar_one()
    audit.note(connection, clinic_id, who, "clinic created", f"clinic {clinic_id}", now)
    return clinic_id


def all_clinics(connection: Connection) -> list[Clinic]:
    """Every clinic of the installation, by name: for its operator alone."""
    return [_clinic(row) for row in connection.execute(select(clinics).order_by(clinics.c.name)).mappings()]


def find_clinic(connection: Connection, name: str) -> Clinic:
    """The clinic of this name, or the only one where `name` is empty. Raises Refused naming what to say."""
    known = all_clinics(connection)
    if not name and len(known) == 1:
        return known[0]
    for clinic in known:
        if name and clinic.name.casefold() == name.casefold():
            return clinic
    if not known:
        raise Refused("clinic.none_yet")
    raise Refused("clinic.which", names=", ".join(clinic.name for clinic in known))


def clinic(connection: Connection, clinic_id: int) -> Clinic:
    """The clinic with this id. Raises Refused where there is none."""
    row = connection.execute(select(clinics).where(clinics.c.id == clinic_id)).mappings().one_or_none()
    if row is None:
        raise Refused("clinic.unknown")
    return _clinic(row)


def set_moving(connection: Connection, clinic_id: int, moving: bool, who: str, now: int) -> None:
    """Mark a clinic as moving here from another system, or as arrived."""
    connection.execute(update(clinics).where(clinics.c.id == clinic_id).values(moving=moving))
    audit.note(connection, clinic_id, who, "moving" if moving else "moved", f"clinic {clinic_id}", now)


def add_site(connection: Connection, clinic_id: int, site: Site, who: str, now: int) -> int:
    """A further place of a clinic; returns its id. Raises Refused for a telling name, a strange zone or number."""
    _refuse_unfit(site)
    values = {name: value for name, value in vars(site).items() if name != "id"}
    taken = Refused("site.taken", name=site.short_name)
    site_id = _add(connection, sites, {"clinic_id": clinic_id, **values}, taken)
    audit.note(connection, clinic_id, who, "site added", f"site {site_id}", now)
    return site_id


def change_site(connection: Connection, clinic_id: int, site_id: int, site: Site, who: str, now: int) -> None:
    """Write a place down anew. Raises Refused for another clinic's, a name that tells or is taken, a strange zone or
    number."""
    _refuse_unfit(site)
    values = {name: value for name, value in vars(site).items() if name != "id"}
    mine = (sites.c.clinic_id == clinic_id, sites.c.id == site_id)
    try:
        with connection.begin_nested():
            changed = connection.execute(update(sites).where(*mine).values(values)).rowcount
    except IntegrityError as error:
        raise Refused("site.taken", name=site.short_name) from error
    if not changed:
        raise Refused("site.unknown")
    audit.note(connection, clinic_id, who, "site changed", f"site {site_id}", now)


def sites_of(connection: Connection, clinic_id: int) -> list[Site]:
    """The places of a clinic, by name."""
    rows = connection.execute(select(sites).where(sites.c.clinic_id == clinic_id).order_by(sites.c.short_name))
    return [Site(**{name: row[name] for name in Site.__annotations__}) for row in rows.mappings()]


def add_sender(connection: Connection, clinic_id: int, sender: Sender, who: str, now: int) -> int:
    """A number that the clinic sends from; returns its id. Raises Refused for a strange number, role or kind."""
    _refuse_number(sender.number)
    if sender.role not in ROLES or sender.kind not in KINDS or sender.pace < 1:
        raise Refused("sender.kind", roles=", ".join(ROLES), kinds=", ".join(KINDS))
    values = {name: value for name, value in vars(sender).items() if name != "id"}
    taken = Refused("sender.taken", number=sender.number)
    sender_id = _add(connection, senders, {"clinic_id": clinic_id, **values}, taken)
    audit.note(connection, clinic_id, who, "sender added", f"sender {sender_id}", now)
    return sender_id


def senders_of(connection: Connection, clinic_id: int) -> list[Sender]:
    """The numbers that a clinic sends from."""
    rows = connection.execute(select(senders).where(senders.c.clinic_id == clinic_id).order_by(senders.c.id))
    return [Sender(**{name: row[name] for name in Sender.__annotations__}) for row in rows.mappings()]


def shares_sender(connection: Connection, clinic_id: int) -> bool:
    """Does another clinic send from a number of this one? Then a STOP to it, kept by the carrier, stops both."""
    mine = select(senders.c.number).where(senders.c.clinic_id == clinic_id)
    theirs = select(senders.c.id).where(senders.c.clinic_id != clinic_id, senders.c.number.in_(mine))
    return connection.execute(theirs.limit(1)).first() is not None


def _add(connection: Connection, table: Table, values: dict[str, Any], taken: Refused) -> int:
    try:
        with connection.begin_nested():
            added: int = connection.execute(insert(table).values(values).returning(table.c.id)).scalar_one()
            return added
    except IntegrityError as error:
        raise taken from error


def _refuse_unfit(site: Site) -> None:
    _refuse_telling(site.short_name)
    _refuse_zone(site.zone)
    for number in filter(None, (site.day_phone, site.night_phone)):
        _refuse_number(number)


def _refuse_telling(name: str) -> None:
    """A name in messages must not tell another reader of the phone what it is about."""
    if len(name) > LONGEST_NAME:
        raise Refused("clinic.name_long", most=LONGEST_NAME, name=name, count=len(name))
    for remark in lint.lint_clinic(lint.Clinic(names=(name,), phones=())):
        raise Refused("clinic.name_telling", name=name, why=remark.reason)


def _refuse_zone(zone: str) -> None:
    if zone not in known_zones():
        raise Refused("clinic.zone", zone=zone, zones=", ".join(known_zones()))


def _refuse_number(number: str) -> None:
    if not is_e164(number):
        raise Refused("clinic.number", number=number)


def _clinic(row: Any) -> Clinic:
    return Clinic(**{name: row[name] for name in Clinic.__annotations__})
