"""The linter: whether a template and a clinic's names may go out at all, with the reason in words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from service.content.library import HERE, read
from service.content.phrase import FIELD, fill
from service.conversation.world import written
from service.languages import Language
from service.reminders.rules import written_dates
from service.reminders.rules.reason import Reason, because
from service.reminders.rules.tables import table
from service.reminders.rules.template import FIELDS, ONE_TEXT, Template, fold
from service.reminders.rules.zones import known_zones
from service.segments import cut

OPT_OUT = {Language.ENGLISH: "STOP", Language.SPANISH: "ALTO"}
LINK = re.compile(r"(?i)(?:https?://)?\b((?:[a-z0-9-]{2,}\.)+[a-z]{2,})\b(?:/\S*)?")
ASKED = r"(?:reply|send|text|answer|type|responda|conteste|mande|envie|escriba)(?:\s+(?:with|con))?\s+"
MOST_MORE = 9
# Two weeks around the end of a month at the widest time of day: the longest of these is the longest written moment.
WIDE = tuple(datetime(2026, 11, 23, 12, 30, tzinfo=UTC) + timedelta(days=n) for n in range(14))
# A week with a gap, over the end of the month.
WIDE_WEEK = tuple(at.date() for at in (*WIDE[7:9], *WIDE[10:12]))


@dataclass(frozen=True)
class Clinic:
    """What of a clinic goes into its texts: its short names and towns (one a site), phones in E.164, the zones of its
    sites where they must be said, its web domain, whether some phones are shared by several patients, and the telling
    words that its privacy officer has let pass (such as Port in Port Huron)."""

    names: tuple[str, ...]
    phones: tuple[str, ...]
    towns: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    domain: str = ""
    shared_phones: bool = True
    let_pass: tuple[str, ...] = ()


@dataclass(frozen=True)
class Remark:
    """What is wrong, and where: the template's id and language, or the field of the clinic."""

    where: str
    reason: Reason

    def say(self, language: Language = Language.ENGLISH) -> str:
        """Where, and what is wrong there."""
        return f"{self.where}: {self.reason.say(language)}"

    def __str__(self) -> str:
        return self.say()


def lint(template: Template, clinic: Clinic) -> tuple[Remark, ...]:
    """Everything that keeps `template` from being sent for `clinic`, in both languages; nothing where it may go."""
    remarks = []
    for language in Language:
        for form in template.forms[language]:
            remarks += [Remark(f"{template.id}.{language}", reason) for reason in _form(form, language, clinic)]
        remarks += [Remark(f"{template.id}.{language}", reason) for reason in _too_long(template, language, clinic)]
    return tuple(dict.fromkeys(remarks))


def lint_clinic(clinic: Clinic) -> tuple[Remark, ...]:
    """What in a clinic's own names would tell what it treats, or cost extra."""
    named = [("name", name) for name in clinic.names] + [("town", name) for name in clinic.towns]
    remarks = [Remark(field, reason) for field, name in named for reason in (*_telling(name, clinic), *_costly(name))]
    return tuple(remarks + [Remark("name", because("lint.no_name")) for name in clinic.names if not name.strip()])


def drift(registered: Iterable[str], sent: Sequence[Template]) -> tuple[Remark, ...]:
    """The samples registered with the carriers that no template writes any more, whatever stands in its fields."""
    patterns = [_pattern(form) for one in sent for forms in one.forms.values() for form in forms]
    return tuple(
        Remark("sample", because("lint.drift", sample=sample))
        for sample in registered
        if not any(pattern.fullmatch(fold(sample).strip()) for pattern in patterns)
    )


def telling(text: str) -> tuple[str, ...]:
    """The words of `text` that would tell another reader what a visit is for, as they stand there."""
    plain, places = _letters(text)
    return tuple(
        dict.fromkeys(text[places[found.start()] : places[found.end() - 1] + 1] for found in _list().finditer(plain))
    )


def _form(form: str, language: Language, clinic: Clinic) -> Iterator[Reason]:
    names = FIELD.findall(form)
    for name in sorted(set(names) - FIELDS):
        yield because("lint.field", field=name)
    words = FIELD.sub(" ", form)
    yield from _telling(words, clinic)
    yield from _costly(words)
    if not form.startswith("{clinic}"):
        yield because("lint.clinic_first")
    if "phone" not in names:
        yield because("lint.phone")
    if not re.search(rf"\b{OPT_OUT[language]}\b", words):
        yield because("lint.opt_out", word=OPT_OUT[language])
    for word in _carrier_answers(words):
        yield because("lint.carrier_word", word=word)
    for found in LINK.finditer(words):
        domain = found[1].lower()
        if not clinic.domain or not (domain == clinic.domain or domain.endswith(f".{clinic.domain}")):
            yield because("lint.link", link=found[0], domain=clinic.domain or "-")


def _too_long(template: Template, language: Language, clinic: Clinic) -> Iterator[Reason]:
    """The shortest form must fit one text whatever its fields hold."""
    form = template.forms[language][-1]
    fields = {name: fold(value) for name, value in worst_fields(template, language, clinic).items()}
    if set(FIELD.findall(form)) <= fields.keys():
        units = cut(fill(form, fields)).units
        if units > ONE_TEXT:
            yield because("lint.too_long", units=units, over=units - ONE_TEXT)


def worst_fields(template: Template, language: Language, clinic: Clinic) -> dict[str, str]:
    """The longest that each field can get for this clinic."""
    zones = clinic.zones if len(set(clinic.zones)) > 1 else ()
    towns = clinic.towns if len(set(clinic.towns)) > 1 else ()
    zone_words = [written_dates.zone_word(zone, language) for zone in zones if zone in known_zones()]
    longest_zone = " " + max(zone_words, key=len) if zone_words else ""
    moments = [written_dates.moment(at, "UTC", language) for at in WIDE]
    if template.id == "visit_week":
        moments = [written_dates.week(WIDE_WEEK, WIDE[0].time(), language, same_time=False)]
    if template.id == "closing_day":
        moments, longest_zone = [written_dates.day(at.date(), language) for at in WIDE], ""
    return {
        "clinic": max(clinic.names, key=len, default=""),
        "phone": max((written(phone) for phone in clinic.phones), key=len, default=""),
        "when": max(moments, key=len) + longest_zone,
        "town": max((written_dates.town(town, language) for town in towns), key=len, default=""),
        "initial": written_dates.initial("M", language) if clinic.shared_phones else "",
        "more": written_dates.more(MOST_MORE, language),
        "by": max((written_dates.deadline(at, "UTC", language) for at in WIDE), key=len),
    }


def _telling(text: str, clinic: Clinic) -> Iterator[Reason]:
    passed = {word.casefold() for word in clinic.let_pass}
    for word in telling(text):
        if word.casefold() not in passed:
            yield because("lint.telling", word=word)


def _costly(text: str) -> Iterator[Reason]:
    costly = cut(text).costly
    if costly:
        named = ", ".join(f"{c} ({unicodedata.name(c, 'no name').lower()})" for c in costly)
        yield because("lint.costly", characters=named)


def _carrier_answers(words: str) -> tuple[str, ...]:
    """Words on which carriers act, asked for as an answer (`reply YES`) or put before a meaning (`YES = `)."""
    plain, _ = _letters(words)
    reserved = [str(word).lower() for word in read(HERE / "carrier_words.yaml")["answers"]]
    listed = "|".join(re.escape(_letters(word)[0]) for word in reserved)
    asked = re.findall(rf"{ASKED}[\"']?({listed})\b", plain)
    keyed = re.findall(rf"(?m)^\s*({listed})\s*(?:=|:|\)|to\b|para\b)", plain)
    return tuple(dict.fromkeys(word.upper() for word in (*asked, *keyed)))


def _pattern(form: str) -> re.Pattern[str]:
    """What `form` can become, with anything or nothing in its fields."""
    parts = [re.escape(fold(part)) for part in FIELD.split(form)[::2]]
    return re.compile(".*?".join(parts))


@cache
def _list() -> re.Pattern[str]:
    words = sorted({_letters(str(word))[0] for words in table("telling_words").values() for word in words}, key=len)
    listed = "|".join(re.escape(word).replace(r"\*", r"\w*").replace(r"\ ", r"[\s.-]+") for word in reversed(words))
    return re.compile(rf"(?<!\w)(?:{listed})(?!\w)")


def _letters(text: str) -> tuple[str, list[int]]:
    """`text` in small letters without accents, and for each letter its place in `text`."""
    letters, places = [], []
    for place, character in enumerate(text):
        for letter in unicodedata.normalize("NFKD", character.casefold()):
            if not unicodedata.combining(letter):
                letters.append(letter)
                places.append(place)
    return "".join(letters), places
