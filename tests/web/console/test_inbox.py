"""The inbox: urgent first, thanks only counted, closed in one step, and answers that go out like everything else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from clinic_rows import rows_of
from console_staff import NOW, Browser, Hire, Person
from sqlalchemy import Connection, insert, select, update

from service.app import Parts
from service.reminders.answers.staff import SEALED
from service.reminders.clinics import Sender, add_sender
from service.reminders.consent import Channel, Consent, record_consent
from service.reminders.contacts import link
from service.reminders.people import save_patient
from service.reminders.privacy import Privacy
from service.reminders.visits import DEATH_TOLD
from service.storage.reminder_tables import (
    audit,
    broadcasts,
    contacts,
    deliveries,
    patients,
    replies,
    sites,
    tasks,
    templates,
    visits,
)
from service.storage.tables import answered
from service.web.console.inbox_thread import plain_answer

SitDown = Callable[[Person], Browser]


@pytest.fixture
def ids(parts: Parts, clinic_id: int) -> dict[str, int]:
    with parts.database.write() as connection:
        return rows_of(connection, parts, clinic_id, NOW)


@pytest.fixture
def nurse(hire: Hire, sit_down: SitDown) -> Browser:
    return sit_down(hire("Ben Okafor", "nurse"))


def wrote(connection: Connection, parts: Parts, clinic_id: int, ids: dict[str, int], words: str, **task: Any) -> int:
    """A text of the sample's phone with what the line answered, and a task about it."""
    privacy = Privacy(parts.vault, parts.settings.phone_key)
    sid = f"SM{words}"
    values = {"clinic_id": clinic_id, "contact_id": ids["contact_id"], "message_sid": sid, "at": NOW - 600}
    reply_id = connection.execute(insert(replies).values(values).returning(replies.c.id)).scalar_one()
    sealed = privacy.seal(words, SEALED, reply_id)
    connection.execute(update(replies).where(replies.c.id == reply_id).values(words_sealed=sealed))
    connection.execute(insert(answered).values(message_sid=sid, answer="Call the clinic now.", at=NOW - 599))
    about = {"clinic_id": clinic_id, "contact_id": ids["contact_id"], "patient_id": ids["patient_id"]}
    return int(
        connection.execute(
            insert(tasks)
            .values(about | {"reply_id": reply_id, "opened_at": NOW - 600, "kind": "urgent"} | task)
            .returning(tasks.c.id)
        ).scalar_one()
    )


def row_of(parts: Parts, task_id: int) -> Any:
    with parts.database.read() as connection:
        return connection.execute(select(tasks).where(tasks.c.id == task_id)).mappings().one()


def test_danger_stands_above_what_is_due_sooner_and_the_oldest_danger_first(
    parts: Parts, clinic_id: int, ids: dict[str, int], nurse: Browser
) -> None:
    with parts.database.write() as connection:
        young = wrote(connection, parts, clinic_id, ids, "bleeding", due_at=NOW + 900)
        old = wrote(connection, parts, clinic_id, ids, "fever", opened_at=NOW - 43 * 3600, kind="emergency")
    page = nurse.get("/console/inbox").text
    places = [page.index(f'href="/console/inbox/{task}"') for task in (old, young, ids["task_id"])]
    assert places == sorted(places)
    assert "2 urgent" in page
    assert "43 hours" in page


def test_ok_and_thanks_are_counted_and_not_listed(
    parts: Parts, clinic_id: int, ids: dict[str, int], nurse: Browser
) -> None:
    with parts.database.write() as connection:
        for n, meaning in enumerate(("settled", "settled", "comes")):
            values = {"clinic_id": clinic_id, "contact_id": ids["contact_id"], "message_sid": f"ok{n}"}
            connection.execute(insert(replies).values(values | {"meaning": meaning, "at": NOW - 3600}))
    page = nurse.get("/console/inbox").text
    assert "1 confirmed and 2 said ok or thanks" in page
    assert page.count('class="thread-link"') == 1


def test_a_thread_shows_their_words_and_the_lines_answer_and_reading_it_is_written_down(
    parts: Parts, clinic_id: int, ids: dict[str, int], nurse: Browser
) -> None:
    with parts.database.write() as connection:
        task_id = wrote(connection, parts, clinic_id, ids, "shivering <b>")
        connection.execute(update(contacts).values(needs="interpreter,deaf", language="es"))
    page = nurse.get(f"/console/inbox/{task_id}").text
    for words in ("shivering &lt;b&gt;", "Call the clinic now.", "needs an interpreter", "deaf: text", "Spanish"):
        assert words in page
    with parts.database.read() as connection:
        last = connection.execute(select(audit.c.what, audit.c.about).order_by(audit.c.id.desc())).first()
    assert tuple(last or ()) == ("thread read", f"task {task_id}")


@pytest.mark.parametrize("outcome", ["reached", "left word", "sent to ER", "wrong number", "nothing needed"])
def test_one_press_closes_and_gives_two_lines_for_the_chart(
    parts: Parts, clinic_id: int, ids: dict[str, int], nurse: Browser, outcome: str
) -> None:
    with parts.database.write() as connection:
        task_id = wrote(connection, parts, clinic_id, ids, "shivering")
    nurse.get(f"/console/inbox/{task_id}")
    answer = nurse.send(f"/console/inbox/{task_id}/close", {"outcome": outcome})
    closed = row_of(parts, task_id)
    assert (closed["outcome"], closed["closed_by"], closed["closed_at"]) == (outcome, "Ben Okafor", NOW)
    lines = nurse.get(answer.location).text.split("<textarea")[1].split("</textarea>")[0].split("\n")
    assert len(lines) == 2
    assert "shivering" in lines[0]
    assert "Call the clinic now." in lines[0]
    assert "Ben Okafor" in lines[1]


def test_closing_takes_what_else_waits_about_the_phone_only_where_ticked(
    parts: Parts, clinic_id: int, ids: dict[str, int], nurse: Browser
) -> None:
    with parts.database.write() as connection:
        first = wrote(connection, parts, clinic_id, ids, "one")
    nurse.get(f"/console/inbox/{first}")
    nurse.send(f"/console/inbox/{first}/close", {"outcome": "reached"})
    assert row_of(parts, ids["task_id"])["closed_at"] is None
    nurse.send(f"/console/inbox/{first}/reopen")
    nurse.send(f"/console/inbox/{first}/close", {"outcome": "reached", "others": "yes"})
    assert row_of(parts, ids["task_id"])["closed_at"] == NOW


def test_a_wrong_number_gets_nothing_more(parts: Parts, ids: dict[str, int], nurse: Browser) -> None:
    nurse.get("/console/inbox")
    nurse.send(f"/console/inbox/{ids['task_id']}/close", {"outcome": "wrong number"})
    with parts.database.read() as connection:
        assert connection.execute(select(contacts.c.state)).scalar_one() == "bad"


def test_no_answer_keeps_it_open_with_whoever_tried(parts: Parts, ids: dict[str, int], nurse: Browser) -> None:
    nurse.get("/console/inbox")
    nurse.send(f"/console/inbox/{ids['task_id']}/close", {"outcome": "no answer"})
    task = row_of(parts, ids["task_id"])
    assert (task["closed_at"], task["taken_by"], task["due_at"]) == (None, "Ben Okafor", NOW + 3600)


def test_a_death_is_asked_about_before_everything_ends(parts: Parts, ids: dict[str, int], nurse: Browser) -> None:
    nurse.get("/console/inbox")
    where = f"/console/inbox/{ids['task_id']}"
    asked = nurse.send(f"{where}/close", {"outcome": "died"})
    assert asked.location == f"{where}/died"
    assert nurse.send(f"{where}/died").status_code == 422
    nurse.send(f"{where}/died", {"patient": str(ids["patient_id"])})
    with parts.database.read() as connection:
        assert connection.execute(select(patients.c.state)).scalar_one() == "died"
    assert row_of(parts, ids["task_id"])["outcome"] == "died"


@pytest.fixture
def death_told(parts: Parts, clinic_id: int, ids: dict[str, int]) -> int:
    """The phone wrote that somebody died; it serves a second person, whose visit is held too. Gives that visit."""
    privacy = Privacy(parts.vault, parts.settings.phone_key)
    with parts.database.write() as connection:
        second = save_patient(connection, privacy, clinic_id, "second", "Luis Muñoz", "L", NOW)
        link(connection, clinic_id, second, ids["contact_id"])
        visit = {
            "clinic_id": clinic_id,
            "patient_id": second,
            "ref": "v2",
            "starts_at": NOW + 90_000,
            "local_day": "x",
        }
        added = connection.execute(insert(visits).values(visit).returning(visits.c.id)).scalar_one()
        connection.execute(update(visits).values(state="held", held_why=DEATH_TOLD))
        connection.execute(update(contacts).values(paused_until=NOW + 86400))
        connection.execute(update(tasks).values(kind="may have died", patient_id=None))
    return int(added)


def states_of_visits(parts: Parts) -> dict[int, str]:
    with parts.database.read() as connection:
        return {row.id: row.state for row in connection.execute(select(visits.c.id, visits.c.state))}


def test_a_death_that_was_told_by_mistake_lets_everything_go_on(
    parts: Parts, ids: dict[str, int], death_told: int, nurse: Browser
) -> None:
    where = f"/console/inbox/{ids['task_id']}"
    assert "Did this person die?" in nurse.get(where).text
    nurse.send(f"{where}/close", {"outcome": "nothing needed"})
    assert set(states_of_visits(parts).values()) == {"booked"}
    with parts.database.read() as connection:
        assert connection.execute(select(contacts.c.paused_until)).scalar_one() == 0
    assert row_of(parts, ids["task_id"])["closed_by"]


def test_a_death_of_one_lets_go_on_what_was_held_about_others_on_the_phone(
    parts: Parts, ids: dict[str, int], death_told: int, nurse: Browser
) -> None:
    where = f"/console/inbox/{ids['task_id']}/died"
    nurse.get(where)
    nurse.send(where, {"patient": str(ids["patient_id"])})
    assert states_of_visits(parts) == {ids["visit_id"]: "cancelled", death_told: "booked"}
    assert row_of(parts, ids["task_id"])["outcome"] == "died"


def test_the_language_of_the_interpreter_stands_in_the_list_and_in_the_thread(
    parts: Parts, ids: dict[str, int], nurse: Browser
) -> None:
    with parts.database.write() as connection:
        connection.execute(update(contacts).values(needs="interpreter,yesno", interpreter="Tagalog"))
    for page in ("/console/inbox", f"/console/inbox/{ids['task_id']}"):
        text = nurse.get(page).text
        assert "needs an interpreter: Tagalog" in text
        assert "ask yes-or-no questions" in text


def test_who_is_slower_is_told_and_changes_nothing(parts: Parts, ids: dict[str, int], nurse: Browser) -> None:
    nurse.get("/console/inbox")
    nurse.send(f"/console/inbox/{ids['task_id']}/close", {"outcome": "reached"})
    nurse.get("/console/inbox")
    assert nurse.send(f"/console/inbox/{ids['task_id']}/close", {"outcome": "left word"}).status_code == 409
    assert row_of(parts, ids["task_id"])["outcome"] == "reached"


@pytest.fixture
def template_id(parts: Parts, clinic_id: int, ids: dict[str, int]) -> int:
    """An approved template, a number to send from, and the person's consent."""
    words = {"en": "{clinic}: please call {phone}. STOP to end.", "es": "{clinic}: llame al {phone}. ALTO = fin."}
    with parts.database.write() as connection:
        add_sender(connection, clinic_id, Sender("+12025550199"), "Ana", NOW)
        connection.execute(update(sites).values(day_phone="+18125550100"))
        agreed = Consent(Channel.TEXT, "Reply 1 to agree.", "2026-11", "text", NOW - 86400, "card")
        record_consent(connection, clinic_id, ids["contact_id"], agreed, NOW)
        values = {"clinic_id": clinic_id, "kind": "please call", "approved_at": NOW, "approved_by": "Ana"}
        return int(
            connection.execute(insert(templates).values(values | words).returning(templates.c.id)).scalar_one()
        )


def test_an_answer_is_queued_once_and_by_name(
    parts: Parts, ids: dict[str, int], nurse: Browser, template_id: int
) -> None:
    where = f"/console/inbox/{ids['task_id']}"
    assert "please call" in nurse.get(where).text
    for _ in range(2):
        nurse.get(where)
        nurse.send(f"{where}/answer", {"template": str(template_id)})
    with parts.database.read() as connection:
        sent = connection.execute(
            select(deliveries.c.state, broadcasts.c.state, broadcasts.c.approved_by)
            .join(broadcasts, broadcasts.c.id == deliveries.c.broadcast_id)
            .where(broadcasts.c.kind == "answer")
        ).all()
    assert [tuple(row) for row in sent] == [("queued", "approved", "Ben Okafor")]
    assert "sent in this thread before" in nurse.get(where).text


def test_a_template_that_nobody_approved_is_no_answer(
    parts: Parts, ids: dict[str, int], nurse: Browser, template_id: int
) -> None:
    with parts.database.write() as connection:
        connection.execute(update(templates).values(approved_at=None))
    where = f"/console/inbox/{ids['task_id']}"
    assert "No approved template fits" in nurse.get(where).text
    assert nurse.send(f"{where}/answer", {"template": str(template_id)}).status_code == 422


def test_a_template_with_a_number_is_no_answer_where_the_clinic_has_none(
    parts: Parts, ids: dict[str, int], nurse: Browser, template_id: int
) -> None:
    with parts.database.write() as connection:
        connection.execute(update(sites).values(day_phone=""))
    assert "No approved template fits" in nurse.get(f"/console/inbox/{ids['task_id']}").text


def test_whoever_said_stop_is_not_answered_and_staff_read_why(
    parts: Parts, clinic_id: int, ids: dict[str, int], nurse: Browser, template_id: int
) -> None:
    with parts.database.write() as connection:
        connection.execute(update(contacts).values(never_text=True))
    where = f"/console/inbox/{ids['task_id']}"
    nurse.get(where)
    nurse.send(f"{where}/answer", {"template": str(template_id)})
    assert "The answer does not go" in nurse.get(where).text
    with parts.database.read() as connection:
        states = connection.execute(select(deliveries.c.state).where(deliveries.c.dedupe != "")).scalars().all()
    assert states == ["held"]


@pytest.mark.parametrize(
    ("kept", "words"),
    [
        ("Call us.", "Call us."),
        ("<Response><Message>Call &amp; ask.</Message></Response>", "Call & ask."),
        ("<Response><Message><Body>One</Body></Message><Message>Two</Message></Response>", "One\nTwo"),
        ("<Response/>", ""),
        ("<broken", ""),
    ],
)
def test_the_lines_answer_is_read_from_whatever_form_it_was_kept_in(kept: str, words: str) -> None:
    assert plain_answer(kept) == words
