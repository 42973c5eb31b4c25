"""`clearline audio` refuses what it should, in a sentence that says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from clinic import Clinic
from clock import Clock

from service.audio.recordings import COMMITTED, NAMES, Recordings
from service.cli.audio import command
from service.reminders.spoken_names import missing_names
from service.settings import Settings
from service.storage.database import Database


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["render", "--engine", "gtts"], "add --online"),
        (["render", "--engine", "recorded"], "--folder"),
        (["render", "--languages", "fr"], "take en, es, or en,es"),
        (["check", "--pace", "fast"], "normal"),
    ],
)
def test_a_wrong_option_is_refused(tmp_path: Path, arguments: list[str], told: str) -> None:
    folders = ["--audio", str(tmp_path / "audio")]
    result = CliRunner().invoke(command, [*arguments, *folders], env={"CLEARLINE_VAR": str(tmp_path / "var")})
    assert result.exit_code != 0
    assert told in result.output
    assert not (tmp_path / "audio").exists()


def test_a_check_with_nothing_rendered_says_what_to_run(tmp_path: Path) -> None:
    arguments = ["check", "--pace", "normal", "--languages", "es", "--audio", str(tmp_path / "audio")]
    result = CliRunner().invoke(command, arguments, env={"CLEARLINE_VAR": str(tmp_path / "var")})
    assert result.exit_code == 1
    assert "es normal menu.main: not recorded; run `clearline audio render`" in result.output


def test_the_names_of_clinics_are_recorded_in_both_languages(
    tmp_path: Path, settings: Settings, clock: Clock
) -> None:
    database = Database(settings.database_url)
    Clinic.of(database, settings, clock)
    names = Recordings(COMMITTED, Path("none"), names=settings.var / NAMES)
    assert missing_names(database, names) == ["Lakeside Clinic"]
    env = {"CLEARLINE_VAR": str(settings.var), "DATABASE_URL": settings.database_url}
    result = CliRunner().invoke(command, ["names"], env=env)
    assert result.exit_code == 0
    assert "4 names rendered" in result.output
    assert missing_names(database, names) == []
    assert "0 names rendered, 4 unchanged" in CliRunner().invoke(command, ["names"], env=env).output
    database.close()
