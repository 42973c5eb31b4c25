"""The words of a template as they are written: their price, what is wrong with them, how a phone shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from service.content.phrase import FIELD, fill
from service.languages import Language
from service.reminders.clinics import clinic
from service.reminders.letters import fields, template_of
from service.reminders.rules import lint
from service.reminders.rules.template import FIELDS, Template, clean_field, render
from service.reminders.rules.template import templates as shipped
from service.reminders.templates import in_texts
from service.segments import Cut, cut

# So many forms a language: the full one, and shorter ones for when its fields are long.
MOST_FORMS = 3
LONGEST_KIND = 40
DAY = 86400


@dataclass(frozen=True)
class Form:
    """One way to say it: `words` as written, and what they cost with the longest fields."""

    words: str
    cut: Cut


@dataclass(frozen=True)
class Verdict:
    """A template in one language: its forms, the text as a phone shows it, what that costs, and what is wrong."""

    language: Language
    forms: tuple[Form, ...]
    bubble: str
    bubble_cut: Cut
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """What of a clinic the words are filled with: `own` as the linter wants it, and the zone of its clock."""

    own: lint.Clinic
    zone: str
    now: int

    def facts(self, kind: str) -> dict[str, Any]:
        """What an ordinary message of `kind` is about: a visit tomorrow, a week of them, or a day."""
        facts: dict[str, Any] = {"clinic": max(self.own.names, key=len), "phone": next(iter(self.own.phones), "")}
        local = datetime.fromtimestamp(self.now + DAY, UTC).date()
        at = int(datetime(local.year, local.month, local.day, 19, 30, tzinfo=UTC).timestamp())
        if kind == "visit_week":
            facts |= {"about": "week", "visits": [[at + day * DAY, self.zone] for day in range(4)]}
        elif kind.startswith("visit"):
            facts["visits"] = [[at, self.zone]]
        else:
            facts["day"] = local.isoformat()
        return facts | {"by": [at + DAY, self.zone]}

    def sample(self, kind: str, language: Language) -> dict[str, str]:
        """The fields of an ordinary message."""
        return self._whole(fields(self.facts(kind), language))

    def longest(self, template: Template, language: Language) -> dict[str, str]:
        """The fields at their longest."""
        return self._whole(lint.worst_fields(template, language, self.own))

    @staticmethod
    def _whole(found: Mapping[str, str]) -> dict[str, str]:
        return {name: clean_field(found.get(name, "")) for name in sorted(FIELDS)}


def place(connection: Connection, clinic_id: int, now: int) -> Place:
    """What the texts of a clinic are filled with."""
    return Place(in_texts(connection, clinic_id), clinic(connection, clinic_id).zone, now)


def verdicts(template: Template, where: Place, speak: Language) -> tuple[Verdict, ...]:
    """What there is to say about a template in each language; remarks are written in the language `speak`."""
    remarks = lint.lint(template, where.own)
    return tuple(
        _verdict(
            template,
            where,
            language,
            tuple(one.reason.say(speak) for one in remarks if one.where.endswith(f".{language}")),
        )
        for language in Language
    )


def written(kind: str, forms: Mapping[Language, list[str]]) -> Template:
    """A template from what stands in the fields of a page, empty ones left out."""
    known = shipped().get(kind)
    kept = {language: tuple(words for words in forms[language] if words.strip()) or ("",) for language in Language}
    return Template(kind, known.asks if known else (), kept)


def stored(kind: str, en: str, es: str) -> Template:
    """A template from its row."""
    return template_of(kind, en, es)


def _verdict(template: Template, where: Place, language: Language, remarks: tuple[str, ...]) -> Verdict:
    longest = where.longest(template, language)
    forms = tuple(Form(words, cut(_filled(words, longest))) for words in template.forms[language])
    typical = _Gaps(where.sample(template.id, language))
    shown = render(_known_fields(template), language, typical)
    return Verdict(language, forms, shown.text, shown.cut, remarks)


class _Gaps(dict[str, str]):
    """Fields of which those that do not exist stay as they were typed; the linter names them."""

    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"


def _filled(words: str, known: Mapping[str, str]) -> str:
    return fill(words, _Gaps(known))


def _known_fields(template: Template) -> Template:
    """The template with brackets that are no field made round, so that they can be shown."""

    def shown(words: str) -> str:
        return FIELD.sub(lambda found: found[0] if found[1] in FIELDS else f"({found[1]})", words)

    forms = {language: tuple(map(shown, said)) for language, said in template.forms.items()}
    return Template(template.id, template.asks, forms)
