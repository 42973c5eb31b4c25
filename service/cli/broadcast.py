"""`clearline broadcast`: one approved message to everyone of a clinic who agreed, looked at before it goes."""

from __future__ import annotations

import hashlib
from pathlib import Path

import click
from sqlalchemy import Connection, insert

from service.cli.acting import by_staff, for_clinic, installation
from service.cli.plan_shown import show
from service.languages import Language
from service.reminders.broadcast import plan_broadcast, sent_before
from service.reminders.clinics import Clinic, sites_of
from service.reminders.preview import preview
from service.reminders.privacy import Privacy
from service.reminders.refused import Refused
from service.reminders.rules.whom import Phone, read
from service.storage.reminder_tables import files


@click.command()
@click.argument("template")
@click.option("--language", type=click.Choice([x.value for x in Language]), help="Only who reads this language.")
@click.option("--site", default="", help="Which site's phone the message gives; default the first.")
@click.option(
    "--numbers", type=click.Path(exists=True, path_type=Path), help="Only these phones: a file with one on each line."
)
@click.option("--again", is_flag=True, help="Although this file was sent before.")
@for_clinic
@by_staff
def command(
    template: str, language: str, site: str, numbers: Path | None, again: bool, clinic_name: str, who: str
) -> None:
    """Draft a message of the kind TEMPLATE (such as follow_up) to everyone who agreed, and show what would go out.

    Nothing is sent by this: let it go with `clearline plan approve`. Above 50 messages another person must."""
    with installation() as own, own.database.write() as connection:
        clinic = own.clinic(clinic_name)
        acting = own.acting(connection, clinic, who)
        file_id, only = _listed(connection, own.privacy, clinic.id, numbers, again, acting, own.now)
        run = plan_broadcast(
            connection,
            clinic.id,
            template,
            _facts(connection, clinic, site),
            acting,
            own.now,
            name=f"{template} to {numbers.name}" if numbers else template,
            language=language or "",
            file_id=file_id,
            only=only,
        )
        if run is None:
            raise Refused("run.nobody_there")
        show(preview(connection, clinic.id, run.id, own.now), clinic.zone)


def _facts(connection: Connection, clinic: Clinic, name: str) -> dict[str, str]:
    known = sites_of(connection, clinic.id)
    fitting = [site for site in known if not name or site.short_name.casefold() == name.casefold()]
    if not fitting:
        raise Refused("site.named", name=name, names=", ".join(site.short_name for site in known))
    return {"clinic": clinic.name_in_texts, "phone": fitting[0].day_phone}


def _listed(
    connection: Connection,
    privacy: Privacy,
    clinic_id: int,
    path: Path | None,
    again: bool,
    who: str,
    now: int,
) -> tuple[int | None, list[str] | None]:
    """The file's id and the blind indexes of its numbers. Raises Refused for a bad line or a file sent before."""
    if path is None:
        return None, None
    content = path.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    earlier = sent_before(connection, clinic_id, sha256)
    if earlier and not again:
        raise Refused("file.sent", earlier=earlier)
    phones = []
    for number, line in enumerate(content.decode("utf-8-sig").splitlines(), 1):
        if line.strip():
            phone = read(line)
            if not isinstance(phone, Phone):
                raise Refused("file.line", line=number, why=phone)
            phones.append(privacy.phone(phone.e164))
    row = {"clinic_id": clinic_id, "kind": "numbers", "sha256": sha256, "name": path.name, "loaded_at": now}
    file_id: int = connection.execute(insert(files).values(**row, loaded_by=who).returning(files.c.id)).scalar_one()
    return file_id, phones
