"""What waits for somebody, in the order to look at it: danger, call-backs, then what needs a look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from service.reminders.answers.staff import ANOTHER_DAY, CALL_BACK, MAY_HAVE_DIED, MEANT_VISIT, RUNNING_LATE, URGENT
from service.reminders.closing_day import REBOOK
from service.reminders.to_do import PHONE_THEM
from service.web.console.inbox_list import Waiting

# Somebody was promised a call, or can be reached by one alone.
CALLS = (RUNNING_LATE, CALL_BACK, ANOTHER_DAY, PHONE_THEM, REBOOK)
# Of the rest these come first: until somebody decides, a visit or a person is in doubt.
IN_DOUBT = (MEANT_VISIT, MAY_HAVE_DIED)


@dataclass(frozen=True)
class Ranks:
    """Open tasks in three parts, each with the first on top."""

    urgent: tuple[Waiting, ...]
    calls: tuple[Waiting, ...]
    looks: tuple[Waiting, ...]


def ranked(waiting: Sequence[Waiting]) -> Ranks:
    """The parts of what waits. Within danger nobody's comes before somebody's, then the oldest first; calls stand by
    the time that was promised, those without one last; the rest begins with what is in doubt."""
    return Ranks(
        urgent=tuple(sorted((one for one in waiting if one.kind in URGENT), key=_by_danger)),
        calls=tuple(sorted((one for one in waiting if one.kind in CALLS), key=_by_promise)),
        looks=tuple(
            sorted(
                (one for one in waiting if one.kind not in (*URGENT, *CALLS)),
                key=lambda one: (one.kind not in IN_DOUBT, *_by_promise(one)),
            )
        ),
    )


def _by_danger(task: Waiting) -> tuple[bool, int, int]:
    return bool(task.taken_by), task.opened_at, task.id


def _by_promise(task: Waiting) -> tuple[bool, int, int]:
    return task.due_at is None, task.due_at or 0, task.id
