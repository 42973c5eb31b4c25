"""How a thread ends: one of seven outcomes, what follows from it, and two lines about it for the chart."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, update

from service.reminders.answers.staff import MAY_HAVE_DIED
from service.reminders.contacts import mark_bad, patients_of
from service.reminders.visits import death_was_mistaken
from service.storage.reminder_tables import tasks
from service.web.console.inbox_list import kind_in_words
from service.web.console.inbox_thread import Thread
from service.web.console.seat import Seat

# Nobody answered: the thread stays open, and is due again after so long.
AGAIN_AFTER = 3600
# A chart wants the words, not a page of them.
MOST_QUOTED = 160


class Outcome(StrEnum):
    """What came of it, in the order of its keys 1 to 7; the value is kept in `tasks.outcome`."""

    REACHED = "reached"
    LEFT_WORD = "left word"
    NO_ANSWER = "no answer"
    SENT_TO_ER = "sent to ER"
    WRONG_NUMBER = "wrong number"
    DIED = "died"
    NOTHING = "nothing needed"


def close(connection: Connection, seat: Seat, thread: Thread, outcome: Outcome, *, others: bool) -> bool:
    """Close a thread, with `others` also what else waits about its phone. False where somebody was faster.

    A wrong number gets nothing more until it is mended. A death that was told by mistake needs nothing: what was held
    for it goes on."""
    ids = [thread.task["id"], *(other["id"] for other in thread.others if others)]
    open_ones = (tasks.c.clinic_id == seat.clinic_id, tasks.c.id.in_(ids), tasks.c.closed_at.is_(None))
    values: dict[str, Any] = {"closed_at": seat.now, "closed_by": seat.name, "outcome": outcome.value}
    closed = list(connection.execute(update(tasks).where(*open_ones).values(values).returning(tasks.c.id)).scalars())
    if thread.task["id"] not in closed:
        return False
    if outcome is Outcome.WRONG_NUMBER and thread.contact:
        mark_bad(connection, seat.clinic_id, thread.contact.id, seat.say("inbox.bad_why", name=seat.name))
    told_dead = {MAY_HAVE_DIED} & {one["kind"] for one in (thread.task, *thread.others) if one["id"] in closed}
    if told_dead and outcome is Outcome.NOTHING and thread.contact:
        theirs = patients_of(connection, seat.clinic_id, thread.contact.id)
        death_was_mistaken(connection, seat.clinic_id, theirs, seat.name, seat.now)
    about = ", ".join(f"task {one}" for one in sorted(closed))
    seat.note(connection, "thread closed", f"{about}: {outcome.value}")
    return True


def try_again(connection: Connection, seat: Seat, task_id: int) -> bool:
    """Nobody answered: it stays open with whoever tried, due in an hour. False where it was closed meanwhile."""
    mine = (tasks.c.clinic_id == seat.clinic_id, tasks.c.id == task_id, tasks.c.closed_at.is_(None))
    values = {"due_at": seat.now + AGAIN_AFTER, "taken_by": seat.name, "taken_at": seat.now}
    changed = connection.execute(update(tasks).where(*mine).values(values)).rowcount
    if changed:
        seat.note(connection, "thread tried", f"task {task_id}: {Outcome.NO_ANSWER.value}")
    return bool(changed)


def reopen(connection: Connection, seat: Seat, task_id: int) -> bool:
    """It was closed by mistake. False where it is open."""
    mine = (tasks.c.clinic_id == seat.clinic_id, tasks.c.id == task_id, tasks.c.closed_at.is_not(None))
    values = {"closed_at": None, "closed_by": "", "outcome": "", "copied_at": None}
    changed = connection.execute(update(tasks).where(*mine).values(values)).rowcount
    if changed:
        seat.note(connection, "thread opened again", f"task {task_id}")
    return bool(changed)


def chart_lines(seat: Seat, thread: Thread) -> str:
    """Two lines for the chart: what came and what was answered at once, and who did what about it when."""
    task = thread.task
    theirs = [line for line in thread.lines if line.side == "theirs"]
    about = next((line for line in theirs if line.task), None)
    if about is None:
        what = kind_in_words(task["kind"], seat.language)
        first = seat.say("inbox.chart_task", when=_when(seat, task["opened_at"]), what=what)
    else:
        said = next((line for line in thread.lines if line.side == "line" and line.at >= about.at), None)
        words = _short(about.words) or seat.say("inbox.erased")
        first = seat.say("inbox.chart_text", when=_when(seat, about.at), words=words)
        if said:
            first += " " + seat.say("inbox.chart_answer", words=_short(said.words))
    outcome = seat.say(f"outcomes.{task['outcome']}") if task["outcome"] in list(Outcome) else task["outcome"]
    second = seat.say(
        "inbox.chart_closed", when=_when(seat, task["closed_at"] or seat.now), who=task["closed_by"], outcome=outcome
    )
    return f"{first}\n{second}"


def _when(seat: Seat, at: int) -> str:
    return datetime.fromtimestamp(at, ZoneInfo(seat.dates.zone)).strftime("%m/%d %H:%M")


def _short(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= MOST_QUOTED else line[: MOST_QUOTED - 1] + "…"
