"""A person in a row: number, name, phones as we may reach them, language and needs."""

from __future__ import annotations

from dataclasses import dataclass, replace

from service.languages import Language
from service.reminders.contacts import MOST_CONTACTS, NewContact
from service.reminders.imports.cells import (
    Status,
    read_language,
    read_needs,
    read_status,
    read_whose,
    read_yes,
)
from service.reminders.imports.columns import Match
from service.reminders.imports.finding import Finding, bad, note, told
from service.reminders.imports.reading import Row
from service.reminders.people import first_initial
from service.reminders.rules.reason import Reason
from service.reminders.rules.whom import Kind as LineKind
from service.reminders.rules.whom import Phone, read_cell
from service.reminders.rules.zones import whereabouts

LINES = {LineKind.FIXED: "landline", LineKind.MOBILE: "mobile", LineKind.EITHER: "unknown"}


@dataclass(frozen=True)
class Person:
    """A patient as a row gives them. `status` says whether they live and are still the clinic's."""

    line: int
    ref: str
    name: str
    initial: str
    phones: tuple[NewContact, ...]
    status: Status


def read_person(row: Row, match: Match, zone: str, *, phones_count: bool) -> tuple[Person | None, list[Finding]]:
    """The person in `row`, or None, and all that is to be said about it. `zone` is the clinic's; `phones_count`: a
    row whose only phone cannot be read is left out (in a list of visits the visit still counts)."""
    findings: list[Finding] = []
    ref = match.cell(row, "ref")
    if not ref:
        return None, [bad(row.line, told("row.no_ref"))]
    name = _name(row, match)
    status = read_status(match.cell(row, "status"))
    if isinstance(status, Reason):
        return None, [bad(row.line, status)]
    language = read_language(match.cell(row, "language"))
    needs = read_needs(" ".join(match.cells(row, "needs")))
    if isinstance(language, Reason):
        findings.append(note(row.line, language))
        language, needs = Language.ENGLISH, tuple(dict.fromkeys((*needs, "interpreter")))
    template = NewContact(
        number="",
        whose=read_whose(match.cell(row, "whose")),
        language=language,
        never_text=read_yes(match.cell(row, "never_text")),
        never_call=read_yes(match.cell(row, "never_call")),
        needs=needs,
    )
    phones, said = _phones(row, match, template, zone, findings)
    if not phones and match.has("phone") and status not in (Status.DIED, Status.LEFT):
        if said and phones_count:
            return None, [bad(row.line, finding.reason) for finding in said[:1]]
        findings.append(note(row.line, said[0].reason if said else told("row.no_phone")))
    else:
        findings += [note(row.line, told("row.phone_left_out", reason=finding.reason)) for finding in said]
    if len(phones) > MOST_CONTACTS:
        findings.append(note(row.line, told("row.too_many_phones")))
    return Person(row.line, ref, name, first_initial(name), tuple(phones[:MOST_CONTACTS]), status), findings


def _name(row: Row, match: Match) -> str:
    first, last = match.cell(row, "first_name"), match.cell(row, "last_name")
    return " ".join(filter(None, (first, last))) if first or last else match.cell(row, "name")


def _phones(
    row: Row, match: Match, template: NewContact, zone: str, findings: list[Finding]
) -> tuple[list[NewContact], list[Finding]]:
    """The phones in all phone columns of a row, each once, and why others were not taken."""
    phones: dict[str, NewContact] = {}
    said: list[Finding] = []
    for cell in match.cells(row, "phone"):
        for found in read_cell(cell):
            if isinstance(found, Reason):
                said.append(note(row.line, found))
                continue
            phones.setdefault(found.e164, _contact(row, match, template, found, zone, findings))
    return list(phones.values()), said


def _contact(
    row: Row, match: Match, template: NewContact, phone: Phone, zone: str, findings: list[Finding]
) -> NewContact:
    stated, zip_code = match.cell(row, "zone"), match.cell(row, "zip")
    where = whereabouts(phone.e164, zone, stated_zone=stated, zip_code=zip_code)
    if isinstance(where, Reason):
        findings.append(note(row.line, told("row.zone", reason=where)))
        where = whereabouts(phone.e164, zone)
    zones = "" if isinstance(where, Reason) else where.key
    return replace(template, number=phone.e164, zones=zones, line_kind=LINES.get(phone.kind, "unknown"))
