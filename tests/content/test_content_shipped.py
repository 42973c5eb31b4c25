"""The words we ship break no rule, and the commands say so."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from service.cli.content import as_sent, command
from service.content.check import check, newest_checked
from service.content.finding import Level
from service.content.library import load
from service.content.reviews import load_reviews, topic_words


def test_the_words_we_ship_break_no_rule() -> None:
    found = check(today=newest_checked(load()), rendered=as_sent, complete=True)
    assert [str(finding) for finding in found if finding.level is Level.FAILURE] == []


def test_the_check_fails_with_file_and_line() -> None:
    result = CliRunner().invoke(command, ["check", "--today", "2099-01-01", "--topic", "chemo"])
    assert result.exit_code == 1
    assert "topics/chemo.yaml:3: past its date" in result.output


def test_the_report_and_the_card_are_written(tmp_path: Path) -> None:
    page, card = tmp_path / "report.html", tmp_path / "card"
    assert CliRunner().invoke(command, ["report", "--html", str(page)]).exit_code == 0
    assert page.stat().st_size > 100_000
    assert CliRunner().invoke(command, ["card", "--number", "+1 202 555 0134", "--out", str(card)]).exit_code == 0
    assert sorted(path.name for path in card.iterdir()) == [
        f"card-{language}.{kind}" for language in ("en", "es") for kind in ("html", "pdf", "txt")
    ]


def test_a_review_asks_who_read_the_words_and_whether_they_did(tmp_path: Path) -> None:
    into = tmp_path / "reviews.yaml"
    asked = ["review", "441", "--into", str(into)]
    refused = CliRunner().invoke(command, asked, input="A. Reader\nRN\nn\n")
    assert refused.exit_code == 1
    assert not into.exists()
    result = CliRunner().invoke(command, asked, input="A. Reader\nRN\ny\n")
    assert "1 items, read by A. Reader, RN" in result.output
    assert load_reviews(into).current("topic.chemo", topic_words(load().topics["chemo"]))


def test_a_number_not_in_full_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(command, ["card", "--number", "555-0134", "--out", str(tmp_path / "card")])
    assert result.exit_code == 1
    assert "not a number in full" in result.output


def test_the_table_names_every_topic() -> None:
    result = CliRunner(env={"COLUMNS": "200"}).invoke(command, ["report"])
    assert all(topic.code in result.output for topic in load().topics.values())
    assert "not yet clinically reviewed" in result.output
