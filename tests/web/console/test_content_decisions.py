"""A nurse vouches for exact words in the browser, takes a page back, and sees who got it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from clock import Clock
from console_staff import NOW, Browser, Hire, Person
from databases import on_both_databases
from line import phone_to
from sqlalchemy import select

from service.app import Parts, put_together, serve_parts
from service.content.library import Library
from service.content.reviews import topic_words
from service.content.safety_set import unreviewed
from service.reminders import call_log
from service.reminders.call_log import Call
from service.reminders.clinics import create_clinic
from service.reminders.contacts import NewContact, link, save_contact
from service.reminders.erase import erase_patient
from service.reminders.people import save_patient
from service.reminders.privacy import Privacy
from service.settings import Settings
from service.storage import page_answers
from service.storage.content_tables import content_reviews
from service.storage.page_answers import Page
from service.storage.reminder_tables import audit
from service.storage.tables import answered

SitDown = Callable[[Person], Browser]
BOTH = {"languages": ["en", "es"], "role": "RN, oncology nurse"}
DAY = 86400


@pytest.fixture
def nurse(hire: Hire, sit_down: SitDown) -> Browser:
    return sit_down(hire("Ben Okafor", "nurse"))


def words_seen(browser: Browser, path: str) -> str:
    """The address to record a review, as it stands below the words."""
    found = re.search(r'href="(/console/content/review/[^"]+)"', browser.get(path).text)
    assert found
    return found[1]


def deeds(parts: Parts, what: str) -> list[str]:
    with parts.database.read() as connection:
        return list(connection.execute(select(audit.c.about).where(audit.c.what == what)).scalars())


@on_both_databases
def test_a_nurse_records_a_review_of_the_words_she_saw(parts: Parts, clinic_id: int, nurse: Browser) -> None:
    address = words_seen(nurse, "/console/content/441")
    seen = address.partition("seen=")[2]
    nurse.get(address)
    answer = nurse.send("/console/content/review/441", {"seen": seen, "items": "topic.chemo", **BOTH})  # type: ignore[dict-item]
    assert answer.location == "/console/content"
    review = parts.noticeboard.posted.reviews.current("topic.chemo", topic_words(parts.library.topics["chemo"]))
    assert review is not None
    assert (review.name, review.role, review.on.isoformat()) == ("Ben Okafor", "RN, oncology nurse", "2026-11-23")
    assert deeds(parts, "content reviewed") == [f"topic.chemo in en and es, {review.sha256[:16]}"]
    assert "1 of 56 topics reviewed" in nurse.get("/console/content").text
    nurse.get(words_seen(nurse, "/console/content/12"))
    assert nurse.page
    assert 'value="RN, oncology nurse"' in nurse.page.text, "typed once and kept"


def test_the_safety_set_is_reviewed_at_once_and_a_branch_too(parts: Parts, clinic_id: int, nurse: Browser) -> None:
    for what in ("safety", "branch.3"):
        address = words_seen(nurse, f"/console/content/set/{what}")
        page = nurse.get(address).text
        ticked = re.findall(r'name="items" id="[^"]+" value="([^"]+)" checked', page)
        form = {"seen": address.partition("seen=")[2], "items": ticked, **BOTH}
        assert nurse.send(f"/console/content/review/{what}", form).status_code == 303  # type: ignore[arg-type]
    reviews = parts.noticeboard.posted.reviews
    assert unreviewed(parts.library, reviews) == []
    third = [topic for topic in parts.library.topics.values() if topic.code.startswith("3")]
    assert all(reviews.latest(f"topic.{topic.id}") for topic in third)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"languages": []}, "Tick at least one language."),
        ({"role": ""}, "Fill this in"),
        ({"items": ["topic.nausea"]}, "Choose one of the list."),
        ({"items": []}, "Tick at least one."),
    ],
)
def test_a_review_that_is_not_whole_is_not_recorded(
    parts: Parts, clinic_id: int, nurse: Browser, change: dict[str, object], told: str
) -> None:
    address = words_seen(nurse, "/console/content/441")
    nurse.get(address)
    form = {"seen": address.partition("seen=")[2], "items": ["topic.chemo"], **BOTH} | change
    answer = nurse.send("/console/content/review/441", form)  # type: ignore[arg-type]
    assert answer.status_code == 422
    assert 'id="errors"' in answer.text
    assert parts.noticeboard.posted.reviews.entries == ()


@pytest.mark.parametrize("seen", ["", "0" * 64])
def test_nobody_vouches_for_words_that_they_did_not_see(
    parts: Parts, clinic_id: int, nurse: Browser, seen: str
) -> None:
    nurse.get("/console/content/441")
    answer = nurse.send("/console/content/review/441", {"seen": seen, "items": "topic.chemo", **BOTH})  # type: ignore[dict-item]
    assert answer.location == "/console/content/441"
    with parts.database.read() as connection:
        assert connection.execute(select(content_reviews)).all() == []


@pytest.mark.parametrize("page", ["review/441", "441/withdraw", "441/reinstate"])
def test_a_decision_asks_for_a_fresh_second_factor(
    clinic_id: int, hire: Hire, sit_down: SitDown, clock: Clock, page: str
) -> None:
    nurse = sit_down(hire("Ben Okafor", "nurse"))
    clock.pass_time(6 * 60)
    assert "/console/confirm" in nurse.get(f"/console/content/{page}").location
    nurse.get("/console/content/441")
    assert nurse.send(f"/console/content/{page}").status_code == 403


class TestOverTheTelephone:
    """An installation whose almanac is its own."""

    @pytest.fixture
    def parts(self, settings: Settings, clock: Clock, library: Library) -> Parts:
        return put_together(settings, clock, library)

    @on_both_databases
    def test_a_page_that_a_nurse_withdraws_is_closed_for_everybody_until_she_gives_it_again(
        self, parts: Parts, clinic_id: int, nurse: Browser, clock: Clock
    ) -> None:
        phone = phone_to(serve_parts(parts), parts)
        assert "Chemo is" in phone.text("chemo")[0]
        nurse.get("/console/content/441/withdraw")
        told = nurse.send("/console/content/441/withdraw", {"why": "a wrong temperature"})
        assert told.location == "/console/content/441"
        assert "a wrong temperature" in nurse.get("/console/content/441").text
        assert phone.text("chemo")[0].startswith("This page is closed for the moment.")
        nurse.get("/console/content/441/reinstate")
        nurse.send("/console/content/441/reinstate")
        assert "Chemo is" in phone.text("chemo")[0]
        assert deeds(parts, "page withdrawn") == deeds(parts, "page given again") == ["topic chemo"]

    def test_who_got_a_page_is_counted_and_listed_for_their_own_clinic_alone(
        self, parts: Parts, clinic_id: int, nurse: Browser, clock: Clock
    ) -> None:
        with parts.database.write() as connection:
            other = create_clinic(connection, "Other", "Other Clinic", "America/Chicago", NOW, who="Ben")
        maria = known(parts, clinic_id, "Maria Muñoz", "+12025550101")
        known(parts, other, "Otto Other", "+12025550102")
        app = serve_parts(parts)
        for number in range(1, 6):
            phone_to(app, parts, f"+1202555010{number}").text("chemo")
        phone_to(app, parts, "+12025550109").text("nausea")
        page = nurse.get("/console/content/441/people").text
        assert "5 phones got this page" in page
        assert f'href="/console/people/{maria}">Maria Muñoz' in page
        assert "Otto" not in page
        assert deeds(parts, "patients listed") == [f"patient {maria}"]
        assert "Fewer than 5 phones" in nurse.get("/console/content/351/people").text

    @on_both_databases
    def test_who_got_a_page_is_forgotten_after_thirty_days(self, parts: Parts, clinic_id: int, clock: Clock) -> None:
        phone = phone_to(serve_parts(parts), parts)
        for words in ("chemo", "441", "hello there", "STOP"):
            phone.text(words)
        with parts.database.write() as connection:
            kept = connection.execute(select(answered.c.topic, answered.c.phone)).all()
            assert sorted(row.topic for row in kept) == ["", "", "chemo", "chemo"]
            assert all(bool(row.phone) == bool(row.topic) for row in kept), "only who got a page is kept"
            now = int(clock())
            assert page_answers.phones_reached(connection, clinic_id, Page("chemo", "441", now - 30 * DAY)) == 1
            assert page_answers.forget(connection, now + 30 * DAY) == 0
            assert page_answers.forget(connection, now + 31 * DAY) == 4
            assert page_answers.phones_reached(connection, clinic_id, Page("chemo", "441", 0)) == 0

    def test_whoever_is_erased_is_not_known_to_have_got_a_page(
        self, parts: Parts, clinic_id: int, clock: Clock
    ) -> None:
        maria = known(parts, clinic_id, "Maria Muñoz", "+12025550101")
        phone_to(serve_parts(parts), parts, "+12025550101").text("chemo")
        with parts.database.write() as connection:
            erase_patient(connection, clinic_id, maria, "Ben Okafor", NOW)
            assert page_answers.phones_reached(connection, clinic_id, Page("chemo", "441", 0)) == 0

    @on_both_databases
    def test_who_heard_a_page_on_a_call_is_found_in_the_call_log_of_the_clinic(
        self, parts: Parts, clinic_id: int, clock: Clock
    ) -> None:
        maria = known(parts, clinic_id, "Maria Muñoz", "+12025550101")
        with parts.database.write() as connection:
            phone, now = parts.performer.index("+12025550101"), int(clock())
            trail = (("", 1, ""), ("44", 1, "4"), ("441", 1, "1"))
            call_log.keep(connection, Call("CA1", phone, parts.settings.line_from, now, trail=trail))
            for code, found in (("441", [maria]), ("44", [maria]), ("442", []), ("41", [])):
                people = page_answers.people_reached(connection, clinic_id, Page("none", code, now - DAY))
                assert [one.patient_id for one in people] == found, code


def known(parts: Parts, clinic_id: int, name: str, number: str) -> int:
    """Somebody whom a clinic knows by this number."""
    privacy = Privacy(parts.vault, parts.settings.phone_key)
    with parts.database.write() as connection:
        patient = save_patient(connection, privacy, clinic_id, f"chart {name}", name, name[0], NOW)
        contact = save_contact(connection, privacy, clinic_id, NewContact(number, zones="America/New_York"), NOW)
        link(connection, clinic_id, patient, contact)
    return patient
