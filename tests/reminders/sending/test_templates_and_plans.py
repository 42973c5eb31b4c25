"""A clinic's words and plans: kept as drafts, approved by another person, and retired with what waits by them."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from databases import on_both_databases
from sqlalchemy import select, update

from service.cli import main
from service.languages import Language
from service.reminders import plans, stored, templates
from service.reminders.planning import plan_day
from service.reminders.preview import preview
from service.reminders.refused import Refused
from service.reminders.rules.template import Template
from service.reminders.rules.template import templates as shipped
from service.settings import from_environment
from service.storage.database import Database
from service.storage.reminder_tables import audit, senders
from tests.reminders.sending.by_hand import states
from tests.reminders.sending.planned_clinic import TODAY, TOMORROW, Clinic, approve_all, book
from tests.reminders.sending.sample_clinic import Sample

ENGLISH = "{clinic}: we see you {when}.\n1 Yes\n2 Call me\n3 Other day\n{phone}\nSTOP = end"
SPANISH = "{clinic}: le vemos {when}.\n1 Si\n2 Llamenme\n3 Otro dia\n{phone}\nALTO = fin"


def own(kind: str = "visit", english: str = ENGLISH) -> Template:
    return Template(kind, (1, 2, 3), {Language.ENGLISH: (english,), Language.SPANISH: (SPANISH,)})


@pytest.fixture
def sample(clinic: Clinic) -> Sample:
    """A clinic with approved templates and plans, and two visits tomorrow."""
    sample = clinic(2)
    approve_all(sample)
    with sample.database.write() as connection:
        for person in (1, 2):
            book(connection, sample, person, TOMORROW, "14:30")
    return sample


def first_words(sample: Sample) -> str:
    """What a reminder planned now would begin with."""
    with sample.database.write() as connection:
        run = plan_day(connection, sample.clinic_id, TODAY, "plan", sample.now)
        assert run
        return preview(connection, sample.clinic_id, run.id, sample.now).samples[0].text.split("\n")[0]


@on_both_databases
def test_own_words_are_a_draft_until_a_second_person_approved_them(sample: Sample) -> None:
    with sample.database.write() as connection:
        kept = templates.keep_words(connection, sample.clinic_id, own(), "Ana", sample.now)
        assert templates.words_of(connection, sample.clinic_id, "visit") == shipped()["visit"]
        with pytest.raises(Refused, match="another person"):
            templates.approve_template(connection, sample.clinic_id, kept, "Ana", sample.now)
        with pytest.raises(Refused, match="no such template"):
            templates.approve_template(connection, sample.clinic_id + 1, kept, "Bea", sample.now)
        templates.approve_template(connection, sample.clinic_id, kept, "Bea", sample.now)
    assert first_words(sample) == "Lakeside Clinic: we see you Thursday Dec 3, 2:30 PM."


def test_words_that_tell_too_much_are_not_kept(sample: Sample) -> None:
    with sample.database.write() as connection, pytest.raises(Refused, match="chemo"):
        templates.keep_words(connection, sample.clinic_id, own(english=f"{ENGLISH} Your chemo."), "Ana", sample.now)


def test_a_draft_that_was_put_away_leaves_what_was_in_use(sample: Sample) -> None:
    with sample.database.write() as connection:
        kept = templates.keep_words(connection, sample.clinic_id, own(), "Ana", sample.now)
        assert templates.retire_template(connection, sample.clinic_id, kept, "Ana", sample.now) == 0
        for step in (templates.retire_template, templates.approve_template):
            with pytest.raises(Refused, match="no longer used"):
                step(connection, sample.clinic_id, kept, "Bea", sample.now)
    assert first_words(sample) == "Lakeside Clinic: visit Thursday Dec 3, 2:30 PM."


@on_both_databases
@pytest.mark.parametrize("what", ["template", "plan"])
def test_what_waits_goes_with_what_is_retired_and_the_preview_says_so(sample: Sample, what: str) -> None:
    with sample.database.write() as connection:
        run = plan_day(connection, sample.clinic_id, TODAY, "plan", sample.now)
        assert run
        with pytest.raises(Refused, match=f"no such {what}"):
            _retire(what)(connection, sample.clinic_id + 1, _id(what, connection, sample), "Ana", sample.now)
        mine = _id(what, connection, sample)
        assert _retire(what)(connection, sample.clinic_id, mine, "Ana", sample.now) == 2
        shown = preview(connection, sample.clinic_id, run.id, sample.now)
        noted = connection.execute(select(audit.c.what, audit.c.about)).all()
    assert states(sample) == [stored.CANCELLED] * 2
    assert (shown.going, shown.left_out) == (0, {f"held.{what}_retired": 2})
    assert noted[-1] == (f"{what} retired", f"{what} {mine}, 2 messages")


def _retire(what: str):  # type: ignore[no-untyped-def]
    return templates.retire_template if what == "template" else plans.retire_plan


def _id(what: str, connection, sample: Sample) -> int:  # type: ignore[no-untyped-def]
    """The template of an ordinary reminder; of the plans, that of the day before."""
    return templates.newest_templates(connection, sample.clinic_id)["visit"] if what == "template" else 2


def test_a_new_plan_takes_up_what_the_retired_one_left(sample: Sample) -> None:
    with sample.database.write() as connection:
        plan_day(connection, sample.clinic_id, TODAY, "plan", sample.now)
        plans.retire_plan(connection, sample.clinic_id, 2, "Ana", sample.now)
        assert plan_day(connection, sample.clinic_id, TODAY, "plan", sample.now) is None
        plans.add_plan(connection, sample.clinic_id, "1 day", "Ana", sample.now, "text")
        run = plan_day(connection, sample.clinic_id, TODAY, "plan", sample.now)
        assert run
        assert run.count == 2
        assert plan_day(connection, sample.clinic_id, TODAY, "plan", sample.now) is None


def test_words_are_changed_in_a_file_and_kept_from_the_command_line(tmp_path: Path) -> None:
    def clearline(*words: str, fails: bool = False) -> str:
        env = {"CLEARLINE_VAR": str(tmp_path / "var"), "TWILIO_ACCOUNT_SID": None, "DATABASE_URL": None}
        done = CliRunner().invoke(main, list(words), env=env)
        assert (done.exit_code != 0) is fails, done.output
        return done.output

    clearline("demo")
    file = tmp_path / "words.yaml"
    words = yaml.safe_load(clearline("plan", "words", "visit"))
    words["en"] = [ENGLISH]
    file.write_text(yaml.safe_dump(words))
    made = clearline("plan", "keep-words", "visit", str(file), "--as", "Ruth Sample")
    template = made.split()[1].strip(".")
    assert f"template {template}: visit, NOT APPROVED" in clearline("plan", "templates")
    clearline("plan", "approve-template", template, "--as", "Ruth Sample", fails=True)
    clearline("plan", "approve-template", template, "--as", "Omar Sample")
    assert "we see you" in clearline("plan", "words", "visit")
    assert "is no longer used; 0 messages" in clearline("plan", "retire-template", template, "--as", "Ruth Sample")
    assert "we see you" not in clearline("plan", "words", "visit")
    file.write_text("en: [hello]")
    assert "`en` and `es`" in clearline("plan", "keep-words", "visit", str(file), "--as", "Ruth Sample", fails=True)


def test_a_number_that_was_stopped_sends_again_by_a_command(tmp_path: Path) -> None:
    env = {"CLEARLINE_VAR": str(tmp_path / "var"), "TWILIO_ACCOUNT_SID": None, "DATABASE_URL": None}

    def resumed() -> tuple[int, str]:
        words = ["plan", "resume-number", number, "--as", "Ruth Sample"]
        done = CliRunner().invoke(main, words, env=env)
        return done.exit_code, done.output

    CliRunner().invoke(main, ["demo"], env=env)
    database = Database(from_environment({k: v for k, v in env.items() if v}).database_url)
    with database.write() as connection:
        connection.execute(update(senders).values(halted_at=1))
        number = connection.execute(select(senders.c.number).limit(1)).scalar_one()
    database.close()
    assert resumed() == (0, f"{number} sends again.\n")
    assert resumed()[0] == 1
