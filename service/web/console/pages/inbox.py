"""The inbox: what people wrote and what the line answered, who has it, and how it ended."""

from __future__ import annotations

from functools import partial

from flask import abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, update

from service.reminders import why
from service.reminders.answers.staff import MAY_HAVE_DIED
from service.reminders.died import record_death
from service.reminders.people import patient
from service.reminders.purge import leaving_soon
from service.reminders.staff import staff_of
from service.reminders.stored import QUEUED
from service.reminders.visits import death_was_mistaken
from service.storage.reminder_tables import tasks
from service.web.console.console import Console
from service.web.console.inbox_answers import answers, send
from service.web.console.inbox_list import COUNTED_DAYS, counts, kind_in_words, waiting, with_people
from service.web.console.inbox_outcomes import Outcome, chart_lines, close, reopen, try_again
from service.web.console.inbox_thread import Thread, find_task, thread
from service.web.console.one_person import need_in_words
from service.web.console.permissions import Permission
from service.web.console.seat import Seat

ON_A_PAGE = 40
SHOWN = ("open", "new", "mine", "closed")


def add(console: Console) -> None:
    """The list, one thread, and what may be done with it."""

    @console.page("/inbox", Permission.SEE_INBOX)
    def inbox(seat: Seat) -> ResponseReturnValue:
        show = request.args.get("show", "open")
        show = show if show in SHOWN else "open"
        with seat.read() as connection:
            everything = waiting(connection, seat, show)
            start = _start([task.id for task in everything], request.args.get("after", ""))
            page = with_people(connection, seat, everything[start : start + ON_A_PAGE])
            numbers = counts(connection, seat)
            leaving = leaving_soon(connection, seat.clinic_id, seat.now)
        more = start + ON_A_PAGE < len(everything)
        seat.note_shown(task.patient_id for task in page)
        return seat.show(
            "inbox.html",
            tasks=page,
            show=show,
            shown=SHOWN,
            counts=numbers,
            days=COUNTED_DAYS,
            urgent=sum(task.urgent for task in everything) if show != "closed" else 0,
            leaving=leaving,
            kind=lambda kind: kind_in_words(kind, seat.language),
            need_in_words=partial(need_in_words, seat),
            after=page[-1].id if page and more else 0,
        )

    @console.page("/inbox/<int:task_id>", Permission.SEE_INBOX)
    def inbox_thread(seat: Seat, task_id: int) -> ResponseReturnValue:
        with seat.write() as connection:
            found = thread(connection, seat, task_id)
            seat.note(connection, "thread read", f"task {task_id}")
        return _show(seat, found)

    @console.page("/inbox/<int:task_id>/take", Permission.ANSWER_INBOX, methods=("POST",))
    def take_thread(seat: Seat, task_id: int) -> ResponseReturnValue:
        with seat.write() as connection:
            task = find_task(connection, seat, task_id)
            names = {str(member.id): member.name for member in staff_of(connection, seat.clinic_id)}
            name = names.get(request.form.get("to", ""), seat.name)
            open_now = (tasks.c.clinic_id == seat.clinic_id, tasks.c.id == task["id"], tasks.c.closed_at.is_(None))
            values = {"taken_by": name, "taken_at": seat.now}
            if not connection.execute(update(tasks).where(*open_now).values(values)).rowcount:
                abort(409)
            seat.note(connection, "thread given", f"task {task_id} to {name}")
        return seat.back("inbox_thread", "inbox.taken_told", {"name": name}, task_id=task_id)

    @console.page("/inbox/<int:task_id>/close", Permission.ANSWER_INBOX, methods=("POST",))
    def close_thread(seat: Seat, task_id: int) -> ResponseReturnValue:
        with seat.write() as connection:
            found = thread(connection, seat, task_id)
            chosen = request.form.get("outcome", "")
            if chosen not in list(Outcome):
                return _show(seat, found, 422, "inbox.choose_outcome")
            outcome = Outcome(chosen)
            if outcome is Outcome.DIED:
                return seat.back("thread_died", task_id=task_id)
            if outcome is Outcome.NO_ANSWER:
                if not try_again(connection, seat, task_id):
                    abort(409)
                return seat.back("inbox", "inbox.again_told")
            if not close(connection, seat, found, outcome, others="others" in request.form):
                abort(409)
        return seat.back("inbox_thread", "inbox.closed_told", task_id=task_id)

    @console.page("/inbox/<int:task_id>/died", Permission.ANSWER_INBOX, methods=("GET", "POST"))
    def thread_died(seat: Seat, task_id: int) -> ResponseReturnValue:
        with seat.write() as connection:
            found = thread(connection, seat, task_id)
            people = _alive(connection, seat, found)
            if request.method == "GET":
                seat.note(connection, "thread read", f"task {task_id}")
                return seat.show("inbox_died.html", thread=found, people=people)
            chosen = request.form.get("patient", "")
            if chosen not in {str(one) for one, _ in people}:
                return seat.show("inbox_died.html", 422, thread=found, people=people, wrong="inbox.choose_person")
            record_death(connection, seat.clinic_id, int(chosen), seat.name, seat.now)
            # What was held about others on the same phone goes on: it was not them.
            others = [one for one, _ in people if str(one) != chosen]
            if found.task["kind"] == MAY_HAVE_DIED and others:
                death_was_mistaken(connection, seat.clinic_id, others, seat.name, seat.now)
            close(connection, seat, found, Outcome.DIED, others=False)
        return seat.back("inbox_thread", "inbox.died_told", task_id=task_id)

    @console.page("/inbox/<int:task_id>/reopen", Permission.ANSWER_INBOX, methods=("POST",))
    def reopen_thread(seat: Seat, task_id: int) -> ResponseReturnValue:
        with seat.write() as connection:
            find_task(connection, seat, task_id)
            if not reopen(connection, seat, task_id):
                abort(409)
        return seat.back("inbox_thread", "inbox.reopened_told", task_id=task_id)

    @console.page("/inbox/<int:task_id>/copied", Permission.ANSWER_INBOX, methods=("POST",))
    def thread_copied(seat: Seat, task_id: int) -> ResponseReturnValue:
        with seat.write() as connection:
            find_task(connection, seat, task_id)
            mine = (tasks.c.clinic_id == seat.clinic_id, tasks.c.id == task_id)
            connection.execute(update(tasks).where(*mine).values(copied_at=seat.now))
            seat.note(connection, "thread copied to the chart", f"task {task_id}")
        return seat.back("inbox", "inbox.copied_told")

    @console.page("/inbox/<int:task_id>/answer", Permission.ANSWER_INBOX, methods=("POST",))
    def answer_thread(seat: Seat, task_id: int) -> ResponseReturnValue:
        with seat.write() as connection:
            found = thread(connection, seat, task_id)
            known = {str(answer.template_id): answer for answer in answers(connection, seat, found)}
            answer = known.get(request.form.get("template", ""))
            if answer is None:
                return _show(seat, found, 422, "inbox.choose_answer")
            queued = send(connection, seat, found, answer)
        if queued is None:
            return seat.back("inbox_thread", "inbox.answered_before", task_id=task_id)
        if queued.state != QUEUED:
            fields = {"reason": why.told(queued.reason, seat.language)}
            return seat.back("inbox_thread", "inbox.answer_held", fields, task_id=task_id)
        return seat.back("inbox_thread", "inbox.answer_queued", task_id=task_id)


def _show(seat: Seat, found: Thread, status: int = 200, wrong: str = "") -> ResponseReturnValue:
    with seat.read() as connection:
        ready = answers(connection, seat, found) if found.task["closed_at"] is None else []
        staff = staff_of(connection, seat.clinic_id)
    return seat.show(
        "inbox_thread.html",
        status,
        thread=found,
        task=found.task,
        staff=staff,
        answers=ready,
        outcomes=list(Outcome),
        wrong=wrong,
        title=kind_in_words(found.task["kind"], seat.language),
        kind=lambda kind: kind_in_words(kind, seat.language),
        need_in_words=partial(need_in_words, seat),
        death_told=found.task["kind"] == MAY_HAVE_DIED,
        chart=chart_lines(seat, found) if found.task["closed_at"] is not None else "",
    )


def _alive(connection: Connection, seat: Seat, found: Thread) -> list[tuple[int, str]]:
    """Whom it may be about: the patient of the task, or all whom the phone serves, of those who are alive."""
    own = found.task["patient_id"]
    names = dict(found.people)
    ids = [own] if own else list(names)
    alive = [one for one in ids if patient(connection, seat.clinic_id, one).state == "active"]
    return [(one, names.get(one, "")) for one in alive]


def _start(ids: list[int], after: str) -> int:
    """Where a page begins: behind the task that the page before ended with."""
    return ids.index(int(after)) + 1 if after.isdecimal() and int(after) in ids else 0
