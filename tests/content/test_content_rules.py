"""Every rule finds its broken example, at the right file and line."""

from __future__ import annotations

from datetime import date

import pytest
from small_library import Small

from service.content.finding import Level
from service.content.library import Library
from service.content.manuscript import RenderedText
from service.languages import Language

CHEMO, BONES, TEXTS = "topics/chemo.yaml", "topics/bone-pain.yaml", "phrases/texts.yaml"
SAID = "speech:\n    - facts: [chemo.1]\n      words: Chemo kills"

# What is changed (file, old words, new words), what the line found must hold, and what must be said about it.
BROKEN = {
    "no YAML": (CHEMO, 'code: "41"', "code: [41", "checked", "cannot be read"),
    "a key twice": (CHEMO, 'code: "41"', 'code: "41"\nid: chemo', "id: chemo", "stands here twice"),
    "a key nobody knows": (CHEMO, "drug_page", "drugpage", "drugpage", "not a key of a topic"),
    "no Spanish": (BONES, "es:\n  title", "xx:\n  title", "id: bone-pain", "translation `es` is missing"),
    "no spoken title": (CHEMO, "  spoken: chemo\n", "", "en:", "`spoken` is missing"),
    "an empty spoken title": (CHEMO, "spoken: quimioterapia", 'spoken: ""', "spoken:", "`spoken` is empty"),
    "pages in one channel only": (
        BONES,
        "  text:\n    - facts: [bone-pain.1]\n      words: Avise a su equipo si le duelen los huesos.\n",
        "  text: []\n",
        "text: []",
        "pages in `es` are missing",
    ),
    "a page without words": (
        CHEMO,
        "words: La quimio va por ciclos. Luego hay descanso.",
        'words: ""',
        "facts",
        "without words",
    ),
    "a page without facts": (CHEMO, "facts: [chemo.1]\n      words", "words", "- words", "must name the facts"),
    "never checked": (CHEMO, "checked: 2026-11-22\n", "", "id: chemo", "`checked`"),
    "an id that is not the file's": (CHEMO, "id: chemo", "id: kemo", "id: kemo", "the file is named chemo"),
    "a code without quotes": (CHEMO, '"41"', "41", "code", "quotes"),
    "a menu without Spanish": ("menus.yaml", "spoken: lo que siente", 'spoken: ""', "siento", "`spoken` is missing"),
    "a phrase in one language": (
        TEXTS,
        '  es: {text: "Listo. Para volver: START."}\n',
        "",
        "stop:",
        "translation `es`",
    ),
    "a phrase with other fields": (TEXTS, "llame al {phone}", "llame al {number}", "person:", "other fields"),
    "a digit above 5": (CHEMO, '"41"', '"46"', '"46"', "other than the digits 1 to 5"),
    "too deep": (BONES, '"311"', '"3111"', '"3111"', "menus deep"),
    "a code twice": (CHEMO, '"41"', '"31"', '"31"', "also the code of"),
    "no such menu": (CHEMO, '"41"', '"51"', '"51"', "5 is not a menu"),
    "in no menu": (CHEMO, '"41"', '"5"', '"5"', "stands in no menu"),
    "a menu without choices": (BONES, '"311"', '"32"', "31", "has no choices"),
    "an English page too long": (
        BONES,
        "words: Tell your team of new bone pain.",
        "words: " + "Tell your team. " * 16,
        "Tell",
        "fit its segments with the safety line",
    ),
    "a Spanish page too long": (
        CHEMO,
        "Luego hay descanso.",
        "Luego hay descanso. " * 14,
        "Luego",
        "fit its segments",
    ),
    "a phrase too long": (TEXTS, "Send START to undo.", "Send START to undo. " * 9, "undo", "2 segments"),
    "a menu too long": ("menus.yaml", "title: Pain,", f"title: {'Pain and ' * 18}ache,", "How I feel", "one segment"),
    "a stray character": (CHEMO, "You rest", "You’ll rest", "You’ll", "U+2019"),
    "an accent that costs": (CHEMO, "title: Quimioterapia", "title: Radiación", "Radiación", "ó"),
    "four pages": (
        BONES,
        "  speech:\n",
        "".join(f"    - {{facts: [], words: {number}.}}\n" for number in ("One", "Two", "Three")) + "  speech:\n",
        "Three",
        "more than 3 pages",
    ),
    "nothing behind the question": (
        BONES,
        "safety_line: true",
        "safety_line: true\ngate: true",
        "text",
        "second page",
    ),
    "hard English": (
        CHEMO,
        "You rest in between.",
        "Administration necessitates careful multidisciplinary coordination and regular physiological monitoring.",
        "words",
        "hard to read: this page",
    ),
    "hard Spanish": (
        CHEMO,
        "La quimio va por ciclos.",
        "La administración intravenosa necesita coordinación multidisciplinaria y monitorización fisiológica "
        "periódica.",
        "administración",
        "INFLESZ",
    ),
    "a hard phrase": (
        TEXTS,
        "Welcome back. Send a word or a number.",
        "Subsequently reactivated notifications necessitate additional authorization considering applicable "
        "telecommunication regulations and obligations.",
        "Subsequently",
        "hard to read: greet",
    ),
    "an unknown fact": (BONES, "facts: [bone-pain.1]", "facts: [bone-pain.9]", "bone-pain.9", "there is no fact"),
    "an unknown source": ("facts.yaml", "S2 V", "S9 V", "bone-pain.1", "S9, which is no source"),
    "an unknown part": ("facts.yaml", "S1b V", "S1c V", "chemo.2", "no part c"),
    "no source at all": ("facts.yaml", "S2 V", "M", "id: bone-pain", "no source"),
    "less said in Spanish": (
        CHEMO,
        "[chemo.2]\n      words: La quimio",
        "[]\n      words: La quimio",
        "text",
        "do not state chemo.2",
    ),
    "past its date": (BONES, "2026-08-01", "2026-05-01", "checked", "expired on 2026-11-01"),
    "a drug page past its date": (CHEMO, "2026-11-22", "2026-08-01", "checked", "expired on 2026-11-01"),
    "checked tomorrow": (BONES, "2026-08-01", "2026-11-23", "checked", "still to come"),
    "the key before its option": (TEXTS, "For treatments, press 4.", "Press 4 for treatments.", "Press", "option"),
    "the key first in Spanish": (TEXTS, "Para tratamientos, oprima 4.", "Oprima 4 para tratamientos.", "4", "option"),
    "the option before its digit": (TEXTS, "Send a word or a number.", "For pain, reply 1.", "For pain", "digit"),
    "an answer carriers act on": (TEXTS, "Send a word or a number.", "Reply YES to go on.", "YES", "act on YES"),
    "one in Spanish": (TEXTS, "Mande una palabra o una cifra.", "Responda CANCELAR si no va.", "CANCELAR", "act on"),
    "one on a page": (CHEMO, "You rest in between.", "Reply CANCEL to end.", "CANCEL", "act on CANCEL"),
    "START as an answer": (
        TEXTS,
        "Send a word or a number.",
        "Send START for facts.",
        "START",
        "only for what it does",
    ),
    "a keyword carriers act on": (CHEMO, "en: [chemo]", "en: [chemo, info]", "info", "act on INFO"),
    "the disease in a greeting": (TEXTS, "Welcome back.", "Welcome to cancer facts.", "cancer", "tells the disease"),
    "a drug in a greeting": (TEXTS, "una palabra", "TAMOXIFENO", "TAMOXIFENO", "tells the disease"),
    "a treatment at the door": ("menus.yaml", "title: Treatments", "title: Chemo", "Chemo", "tells the disease"),
    "a woman addressed": (BONES, "si le duelen los huesos", "si está muy cansada", "cansada", "gender"),
    "a man welcomed": (TEXTS, "Mande una palabra", "Bienvenido. Mande una palabra", "Bienvenido", "gender"),
    "alone, as a woman": (BONES, "si le duelen los huesos", "si está sola en casa", "sola", "gender"),
    "a number nobody listed": (BONES, "Tell your team", "Call 1-800-232-9999", "232", "not on the list"),
    "a number not verified": (BONES, "Tell your team", "Call 888-753-LBBC", "LBBC", "waiting for verification"),
    "a number in groups": (BONES, "Avise", "Llame al 1, 888, 753, 5222. Avise", "753", "waiting for verification"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_example_is_found_where_it_stands(small: Small, name: str) -> None:
    file, old, new, at, reason = BROKEN[name]
    small.change(file, old, new)
    found = [finding for finding in small.failures() if reason in finding.reason]
    assert found, [str(finding) for finding in small.failures()]
    assert any(at in small.line(finding) for finding in found), [str(finding) for finding in found]


def test_the_small_folder_breaks_no_rule(small: Small) -> None:
    assert small.failures() == []


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (TEXTS, "Mande una palabra", "Es una sola palabra. Mande una palabra"),
        (BONES, "si le duelen los huesos", "si la persona está cansada"),
        (BONES, "si le duelen los huesos", "si está solo en los huesos"),
        (TEXTS, "Send a word or a number.", "To talk now, call or text 988."),
        (TEXTS, "Stopped. Send START to undo.", "Send STOP to end texts."),
        (TEXTS, "Mande una palabra o una cifra.", "Mande una palabra. Responda si puede."),
        (TEXTS, "call {phone}.", "call 202-555-0134."),
        (BONES, "Tell your team", "Call 1-800-4-CANCER. Tell your team"),
        (TEXTS, "For treatments, press 4.", "To go back, press star. If that is right, press 1."),
    ],
)
def test_what_only_looks_broken_is_let_be(small: Small, file: str, old: str, new: str) -> None:
    small.change(file, old, new)
    if "{phone}" in old:
        small.change(file, "llame al {phone}", "llame al 202-555-0134")
    assert small.failures() == []


def test_six_choices_are_too_many(small: Small) -> None:
    for digit in "123456":
        words = (small.folder / BONES).read_text(encoding="utf-8")
        name = f"pain-{digit}"
        words = words.replace("id: bone-pain", f"id: {name}").replace('"311"', f'"4{digit}"')
        (small.folder / f"topics/{name}.yaml").write_text(words, encoding="utf-8")
    found = [finding for finding in small.failures() if "choices, 5 is the most" in finding.reason]
    assert [(finding.file, small.line(finding)) for finding in found] == [("menus.yaml", '- code: "4"')]


def test_a_text_as_sent_is_measured_instead_of_an_estimate(small: Small) -> None:
    def sent(library: Library) -> list[RenderedText]:
        words = library.topics["chemo"][Language.ENGLISH].text[0].words
        return [
            RenderedText("topic.chemo.1", Language.ENGLISH, words * 9),
            RenderedText("menu.31", Language.SPANISH, "á" * 71),
        ]

    found = small.failures(rendered=sent)
    assert [(f.file, small.line(f).strip(), "as sent" in f.reason) for f in found] == [
        ("menus.yaml", "es: {title: Dolor, spoken: dolor}", True),
        (CHEMO, "words: Chemo kills cells that grow fast. Ask your team.", True),
    ]


@pytest.mark.parametrize(
    ("clip", "length", "file", "reason"),
    [
        ("menu.31", 22.1, "menus.yaml", "menu 31"),
        ("step.language", 10.1, "menus.yaml", "language step"),
        ("topic.chemo.2", 45.1, CHEMO, "45 s is the most"),
    ],
)
def test_what_takes_too_long_to_hear_is_found(small: Small, clip: str, length: float, file: str, reason: str) -> None:
    found = small.failures(seconds={(Language.ENGLISH, clip): length})
    assert [finding.file for finding in found] == [file]
    assert reason in found[0].reason
    assert small.failures(seconds={(Language.ENGLISH, clip): length - 0.2}) == []


def test_the_safety_line_counts_toward_the_length_of_a_symptom_page(small: Small) -> None:
    seconds = {(Language.SPANISH, "topic.bone-pain.1"): 40.0, (Language.SPANISH, "phrase.safety_line"): 6.0}
    assert ["46.0 s" in finding.reason for finding in small.failures(seconds=seconds)] == [True]


def test_a_topic_not_written_is_a_failure_only_once_all_must_be(small: Small) -> None:
    words = (small.folder / BONES).read_text(encoding="utf-8")
    pages = [part for part in words.split("  text:\n") if part]
    for part in pages[1:]:
        listed = part.split("es:\n")[0].split("keywords:\n")[0]
        words = words.replace("  text:\n" + listed, "  text: []\n  speech: []\n")
    (small.folder / BONES).write_text(words, encoding="utf-8")
    assert small.failures() == []
    assert ["being written" in finding.reason for finding in small.failures(complete=True)] == [True]


@pytest.mark.parametrize(
    ("file", "reason", "level"),
    [
        (CHEMO, "not yet clinically reviewed", Level.WARNING),
        (CHEMO, "weak source", Level.NOTE),
        ("helplines.yaml", "nobody has dialled this yet", Level.NOTE),
    ],
)
def test_what_is_no_failure_is_said_and_passes(small: Small, file: str, reason: str, level: Level) -> None:
    small.change("facts.yaml", "S1 V", "S3 V")
    said = [finding for finding in small.findings() if finding.level is level]
    assert any(finding.file == file and reason in finding.reason for finding in said)
    assert small.failures() == []


def test_a_page_is_past_its_date_only_after_that_day(small: Small) -> None:
    assert small.failures(today=date(2027, 2, 1)) == []
    assert "expired on 2027-02-01" in small.failures(today=date(2027, 2, 2))[0].reason
