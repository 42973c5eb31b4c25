"""Whether a day's run of ordinary reminders is odd, so that a second person must look before it goes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from statistics import median

from service.reminders.rules.reason import Reason, because

# A run is odd from more than twice the usual number on, or with more than one in twenty held back.
TIMES_USUAL = 2
HELD_SHARE = 0.05
# Below this a small clinic would be asked on every busy day.
FEW = 10
# Broadcasts to more than this many people always wait for a second person.
BROADCAST = 50


@dataclass(frozen=True)
class Run:
    """One day's run: how many reminders it plans, how many of them are held back, which templates and sites it uses,
    and whether the columns of its file were matched anew."""

    count: int
    held: int = 0
    templates: Collection[str] = ()
    sites: Collection[str] = ()
    new_columns: bool = False


def odd(run: Run, before: Sequence[Run]) -> tuple[Reason, ...]:
    """Why `run` is odd beside the runs `before` it (the last few weeks, any order); nothing where it is ordinary.

    The first run of a clinic is odd by itself. The usual number is the median of the earlier runs that had any."""
    if not before:
        return (because("odd.first"),)
    reasons = []
    counts = [earlier.count for earlier in before if earlier.count]
    usual = median(counts) if counts else 0
    if run.count > FEW and run.count > TIMES_USUAL * usual:
        reasons.append(because("odd.many", count=run.count, usual=round(usual)))
    known_templates = {name for earlier in before for name in earlier.templates}
    reasons += [because("odd.template", name=name) for name in sorted(set(run.templates) - known_templates)]
    if run.new_columns:
        reasons.append(because("odd.columns"))
    known_sites = {name for earlier in before for name in earlier.sites}
    reasons += [because("odd.site", name=name) for name in sorted(set(run.sites) - known_sites)]
    if run.count and run.held / run.count > HELD_SHARE:
        percent = round(HELD_SHARE * 100)
        reasons.append(because("odd.held", held=run.held, count=run.count, percent=percent))
    return tuple(reasons)


def needs_second_person(recipients: int) -> bool:
    """Must a second person approve a broadcast to so many recipients? Always above 50."""
    return recipients > BROADCAST
