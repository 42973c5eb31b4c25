"""`clearline audio` refuses what it should, in a sentence that says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from service.cli.audio import command


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
