"""No template and no clinic's name may tell what a visit is for, cost double, or ask for a carrier's word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.languages import Language
from service.reminders.rules.lint import Clinic, drift, lint, lint_clinic, telling
from service.reminders.rules.tables import table
from service.reminders.rules.template import Template, from_row, templates

LAKESIDE = Clinic(
    names=("Lakeside Clinic", "Lakeside Evansville"),
    phones=("+15550100100", "+15550100199"),
    towns=("Evansville", "Louisville"),
    zones=("America/Chicago", "America/New_York"),
    domain="lakeside.example",
)
GOOD = "{clinic}: visit {when}. {phone}. STOP to end."
BUENO = "{clinic}: cita {when}. {phone}. ALTO = fin."


def own(english: str, spanish: str = BUENO) -> Template:
    return from_row("own", {"en": [english], "es": [spanish]})


def codes(template: Template, clinic: Clinic = LAKESIDE) -> list[str]:
    return [remark.reason.code for remark in lint(template, clinic)]


def test_our_own_templates_pass_for_a_clinic_with_two_sites_in_two_zones():
    for template in templates().values():
        assert [str(remark) for remark in lint(template, LAKESIDE)] == []


def test_a_plain_template_passes():
    assert codes(own(GOOD)) == []


@pytest.mark.parametrize(
    ("english", "code"),
    [
        (GOOD.replace("visit", "chemo visit"), "lint.telling"),
        (GOOD.replace("visit", "Infusion"), "lint.telling"),
        (GOOD.replace("visit", "CT-scan"), "lint.telling"),
        (GOOD.replace("visit", "visit with the oncologist"), "lint.telling"),
        (GOOD.replace("visit", "Zometa shot"), "lint.telling"),
        (GOOD.replace("visit", "visit at the Cancer  Center"), "lint.telling"),
        (GOOD.replace("visit", "visit – soon"), "lint.costly"),
        (GOOD.replace("visit", "visit 😀"), "lint.costly"),
        (GOOD.replace(".", "." + "x" * 100, 1), "lint.too_long"),
        (GOOD.replace("{when}", "{when} {diagnosis}"), "lint.field"),
        ("Hello from {clinic}: {when}. {phone}. STOP to end.", "lint.clinic_first"),
        ("{clinic}: visit {when}. STOP to end.", "lint.phone"),
        ("{clinic}: visit {when}. {phone}.", "lint.opt_out"),
        (GOOD + " Reply YES to confirm.", "lint.carrier_word"),
        (GOOD + "\nCANCEL = not coming", "lint.carrier_word"),
        (GOOD + " bit.ly/x1", "lint.link"),
        (GOOD + " https://lakeside.example.evil.com", "lint.link"),
        (GOOD + " notlakeside.example", "lint.link"),
    ],
)
def test_what_may_not_be_sent_is_named(english, code):
    assert code in codes(own(english))


@pytest.mark.parametrize("link", ["lakeside.example", "https://lakeside.example/map", "www.lakeside.example"])
def test_the_clinics_own_domain_may_be_linked(link):
    assert codes(own(f"{GOOD} {link}")) == []


def test_spanish_is_checked_alike():
    assert codes(own(GOOD, BUENO.replace("cita", "quimioterapia"))) == ["lint.telling"]
    assert codes(own(GOOD, BUENO.replace("ALTO = fin", "STOP"))) == ["lint.opt_out"]
    assert codes(own(GOOD, BUENO + " Responda SI.")) == ["lint.carrier_word"]
    assert codes(own(GOOD, BUENO.replace("cita", "próxima cita"))) == ["lint.costly"]


def test_the_expensive_characters_are_named():
    (remark,) = lint(own(GOOD.replace("visit", "vísit")), LAKESIDE)
    assert "í (latin small letter i with acute)" in str(remark)


def test_a_long_name_is_said_by_how_much():
    (remark, *_) = lint(templates()["visit"], Clinic((*LAKESIDE.names, "L" * 80), LAKESIDE.phones))
    assert remark.reason.code == "lint.too_long"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hope Cancer Center", ("Cancer Center",)),
        ("Clínica del Cáncer", ("Cáncer",)),
        ("MASTECTOMÍA", ("MASTECTOMÍA",)),
        ("Breast Health", ("Breast",)),
        ("rad-onc wing", ("rad-onc",)),
        ("chemotherapy", ("chemotherapy",)),
        ("taxol and Taxotere", ("taxol", "Taxotere")),
        ("Lakeside Clinic", ()),
        ("Mercy Health Group", ()),
        ("Abounds in labels", ()),
        ("St. Mary Evansville", ()),
        ("important report", ()),
        ("petunia contact", ()),
    ],
)
def test_telling_words_are_found_whole(text, words):
    assert telling(text) == words


def test_a_clinics_names_and_towns_are_checked():
    revealing = Clinic(("Hope Cancer Center",), ("+15550100100",), ("Port Huron", "Detroit"))
    assert [(remark.where, remark.reason.code) for remark in lint_clinic(revealing)] == [
        ("name", "lint.telling"),
        ("town", "lint.telling"),
    ]
    assert lint_clinic(LAKESIDE) == ()
    assert [remark.reason.code for remark in lint_clinic(Clinic((" ",), ()))] == ["lint.no_name"]


def test_a_privacy_officer_can_let_a_word_pass():
    passed = Clinic(("Port Huron Clinic",), ("+15550100100",), let_pass=("port",))
    assert lint_clinic(passed) == ()


def test_the_list_has_more_than_three_hundred_words_in_both_languages():
    words = [str(word) for group in table("telling_words").values() for word in group]
    assert len(set(words)) >= 300
    assert {"quimio*", "chemo*", "seno", "breast*"} <= set(words)


def test_a_registered_sample_must_equal_a_template_up_to_its_fields():
    sent = list(templates().values())
    sample = (
        "Lakeside Clinic: visit Tuesday Dec 3, 2:30 PM.\n1 I will come\n2 Call me\n3 Change the day\n"
        "Questions 555-010-0100\nSTOP = no more, LESS = fewer"
    )
    assert drift([sample], sent) == ()
    (remark,) = drift([sample.replace("Change the day", "Another day")], sent)
    assert remark.reason.code == "lint.drift"


@given(st.text(max_size=80))
def test_no_text_breaks_the_linter(text):
    for remark in lint(own(f"{{clinic}} {text}"), LAKESIDE):
        for language in Language:
            assert remark.reason.say(language)
    assert all(word in text for word in telling(text))
