"""Labelled texts, scored per class: the safety words are all caught, and topics stay above their floors."""

from __future__ import annotations

import csv
import statistics
import time
from pathlib import Path

import pytest

from service.content.library import Library
from service.conversation.understanding.reader import Reader
from service.conversation.understanding.scoring import Report, Row, Verdict, read_rows, score

HERE = Path(__file__).parent
DANGER = ("action:crisis", "action:emergency", "action:urgent", "action:stop")


def report(name: str, reader: Reader, library: Library) -> Report:
    return score(read_rows((HERE / name).read_text(encoding="utf-8")), reader, library)


def share(found: Report, verdict: Verdict, prefix: str = "topic:") -> float:
    rows = [row for row in found.rows if row.row.expected.startswith(prefix)]
    return sum(row.verdict is verdict for row in rows) / len(rows)


@pytest.mark.parametrize("name", ["patient_texts.csv", "texts_own.csv", "texts_further.csv"])
def test_every_crisis_emergency_and_stop_is_caught(name: str, reader: Reader, words_of_the_line: Library) -> None:
    assert [row.row.text for row in report(name, reader, words_of_the_line).missed] == []


@pytest.mark.parametrize("name", ["patient_texts.csv", "texts_own.csv", "texts_further.csv"])
def test_topics_are_found_and_wrong_answers_are_rare(name: str, reader: Reader, words_of_the_line: Library) -> None:
    found = report(name, reader, words_of_the_line)
    assert share(found, Verdict.EXACT) >= 0.90, found.table
    assert share(found, Verdict.WRONG) < 0.04, found.table


@pytest.mark.parametrize("name", ["patient_texts.csv", "texts_own.csv", "texts_further.csv"])
def test_harmless_texts_are_seldom_answered_as_an_emergency(
    name: str, reader: Reader, words_of_the_line: Library
) -> None:
    over, of = report(name, reader, words_of_the_line).over_triage
    assert over / of < 0.05


def test_texts_kept_back_while_the_rules_were_written_hold_the_same_floors(
    reader: Reader, words_of_the_line: Library
) -> None:
    """Scored once at the end; the message names no text, so that nobody tunes a rule to them."""
    found = report("texts_held_out.csv", reader, words_of_the_line)
    assert len(found.missed) == 0
    assert share(found, Verdict.EXACT) >= 0.90
    assert share(found, Verdict.WRONG) < 0.04


def test_texts_by_a_writer_who_never_saw_the_rules_hold_their_floors(
    reader: Reader, words_of_the_line: Library
) -> None:
    found = report("texts_blind.csv", reader, words_of_the_line)
    over, of = found.over_triage
    assert [row.row.text for row in found.missed] == []
    assert share(found, Verdict.EXACT, "action:urgent") >= 0.95, found.table
    assert share(found, Verdict.EXACT) >= 0.85, found.table
    assert over / of <= 0.02


def test_texts_by_a_second_such_writer_hold_their_floors(reader: Reader, words_of_the_line: Library) -> None:
    """The score of the first contact, before any rule was widened by these texts, stands in the README."""
    found = report("texts_blind_second.csv", reader, words_of_the_line)
    over, of = found.over_triage
    assert [row.row.text for row in found.missed] == []
    assert share(found, Verdict.EXACT, "action:urgent") == 1, found.table
    assert over / of <= 0.03


def test_texts_by_a_third_writer_hold_their_floors(reader: Reader, words_of_the_line: Library) -> None:
    """Written without a look at the rules, and first scored as the README says. "Leave me alone" is asked back about:
    it may be said to us, or of a life."""
    found = report("texts_blind_third.csv", reader, words_of_the_line)
    assert [row.row.text for row in found.missed] == ["leave me alone"]
    assert [row.row.text for row in found.rows if row.row.expected == "" and row.got in DANGER] == [
        "i stopped breathing so hard after they drained the fluid, feeling better"
    ]


def rows_of(name: str) -> list[tuple[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as lines:
        return [(row[0], row[1]) for row in csv.reader(lines)][1:]


@pytest.mark.parametrize(("text", "expected"), rows_of("safety_texts.csv"))
def test_danger_is_told_from_what_only_sounds_like_it(text: str, expected: str, reader: Reader) -> None:
    label = reader.read(text).label
    if expected == "safe":
        assert label not in DANGER
    else:
        assert label == expected


@pytest.mark.parametrize(("text", "stops"), rows_of("opt_out.csv"))
def test_opt_outs_in_any_wording_and_what_only_sounds_like_one(text: str, stops: str, reader: Reader) -> None:
    reading = reader.read(text)
    assert (reading.label == "action:stop" or reading.also_stop) == (stops == "yes")


def test_one_text_is_read_in_under_a_millisecond_at_the_median(reader: Reader) -> None:
    texts = [text for text, _ in rows_of("patient_texts.csv") + rows_of("texts_own.csv")]
    spent = []
    for text in texts:
        begun = time.perf_counter()
        reader.read(text)
        spent.append(time.perf_counter() - begun)
    assert statistics.median(spent) < 0.001


def test_every_topic_and_every_action_has_a_labelled_text(words_of_the_line: Library) -> None:
    labels = {row.expected for row in read_rows((HERE / "texts_own.csv").read_text(encoding="utf-8"))}
    assert {topic.label for topic in words_of_the_line.topics.values()} <= labels


def test_the_scoring_counts_a_missed_stop_and_names_it(reader: Reader, words_of_the_line: Library) -> None:
    found = score([Row("chemo", "action:stop"), Row("chemo", "topic:chemo")], reader, words_of_the_line)
    assert found.lines == ["topic:chemo\tchemo", "topic:chemo\tchemo"]
    assert [missed.row.expected for missed in found.missed] == ["action:stop"]
    assert "safety words missed: 1" in found.table


def test_texts_without_labels_are_read_and_not_scored(reader: Reader, words_of_the_line: Library) -> None:
    found = score(read_rows("text\nchemo\n311\nback\n"), reader, words_of_the_line)
    assert found.lines == ["topic:chemo\tchemo", "topic:bone-pain\t311", "action:menu\tback"]
    assert found.table == ""
    assert found.missed == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("words,expected\nchemo,topic:chemo\n", "line 1: the first line must name the columns"),
        ("text,expected\nhi, there,action:menu\n", "line 2: 3 columns where the first line names 2"),
    ],
)
def test_a_file_that_cannot_be_scored_says_where_and_why(content: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read_rows(content)


def test_every_drug_and_strong_term_leads_to_its_page(reader: Reader, words_of_the_line: Library) -> None:
    lost = [
        (word, reader.read(word).label)
        for topic in words_of_the_line.topics.values()
        for word in topic.keywords.strong
        if reader.read(word).label != topic.label
    ]
    assert lost == []
