"""When visits are, as a call says it: ids of recorded pieces, in the order in which people say a date."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from service.channels import pieces
from service.languages import Language
from service.reminders.rules.grouping import Told

# Nobody needs to hear when a visit is once so many seconds have passed since it began.
LASTS = 86400


class Shape(StrEnum):
    """How the days of a message are told: one day, from one day to another, or each of several."""

    DAY = "day"
    RUN = "run"
    LIST = "list"


def shape(message: Told) -> Shape:
    """The shape of its days."""
    days = message.days
    if len(days) == 1:
        return Shape.DAY
    return Shape.RUN if days[-1] - days[0] == timedelta(days=len(days) - 1) and len(days) > 2 else Shape.LIST


def moment(message: Told, language: Language, *, say_zone: bool = False, last: bool = True) -> str:
    """Ids, with spaces between them: the day or days, the time at which the person arrives first, and the zone where
    it matters. `last`: nothing is said after it in its sentence."""
    said = _days(message, language)
    if not message.same_time:
        said.append("joining.first_day")
    said += pieces.clock(message.first.local.time(), language)
    if say_zone:
        said.append(pieces.zone(message.first.zone))
    return " ".join(pieces.closed(said, language) if last else said)


def day(on: date, language: Language) -> str:
    """Ids of one day."""
    return " ".join(pieces.day(on, language))


def besides(message: Told, initial: str, language: Language) -> str:
    """Ids of what follows the moment: how many more visits there are that day, and on a shared phone for whom; empty
    where there is nothing to say."""
    more = pieces.more(message.more) if shape(message) is Shape.DAY else ""
    return " ".join(pieces.closed([one for one in (more, pieces.initial(initial)) if one], language))


def over(message: Told) -> int:
    """When nobody needs to hear it any more, in seconds since 1970."""
    return int(message.visits[-1].start.timestamp()) + LASTS


def _days(message: Told, language: Language) -> list[str]:
    days = [pieces.day(on, language) for on in message.days]
    if shape(message) is Shape.DAY:
        return days[0]
    if shape(message) is Shape.RUN:
        return [*days[0], "joining.to", *days[-1]]
    return [*(one for on in days[:-1] for one in on), "joining.and", *days[-1]]
