"""A template becomes one plain text, whatever its fields hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.content.phrase import FIELD
from service.languages import Language
from service.reminders.rules.template import FIELDS, clean_field, fold, from_row, render, templates
from service.segments import cut

EN, ES = Language.ENGLISH, Language.SPANISH
VISIT = {
    "clinic": "Lakeside Clinic",
    "when": "Tuesday Dec 3, 2:30 PM",
    "phone": "555-010-0100",
    "more": "",
    "town": "",
    "initial": "",
    "by": "Monday 5 PM",
}
NARROW = {
    **VISIT,
    "when": "Wednesday Nov 25, 12:30 PM Central",
    "more": ", and 9 more that day",
    "town": " in Evansville",
}


def test_the_ordinary_reminder_in_english():
    assert render(templates()["visit"], EN, VISIT).text == (
        "Lakeside Clinic: visit Tuesday Dec 3, 2:30 PM.\n1 I will come\n2 Call me\n3 Change the day\n"
        "Questions 555-010-0100\nSTOP = no more, LESS = fewer"
    )


def test_the_ordinary_reminder_in_spanish():
    fields = {**VISIT, "clinic": "Clínica Lakeside", "when": "martes 3 dic, 2:30 PM"}
    assert render(templates()["visit"], ES, fields).text == (
        "Clinica Lakeside: cita martes 3 dic, 2:30 PM.\n1 Si voy\n2 Llamenme\n3 Otro dia\n"
        "Preguntas 555-010-0100\nALTO = no mas, MENOS = menos"
    )


def test_the_notice_of_a_closed_day():
    fields = {**VISIT, "when": "Tuesday Dec 3", "by": "Wednesday"}
    assert render(templates()["closing_day"], EN, fields).text == (
        "Lakeside Clinic is closed Tuesday Dec 3. Your visit is not on that day. We will call you by Wednesday "
        "with a new time. Questions 555-010-0100. STOP to end."
    )


def test_a_shorter_form_is_taken_where_the_longer_does_not_fit():
    rendered = render(templates()["visit"], EN, NARROW)
    assert rendered.one_plain_text
    assert "1 Coming" in rendered.text
    assert "in Evansville, and 9 more that day" in rendered.text


def test_every_template_and_language_fits_one_plain_text():
    for template in templates().values():
        for language in Language:
            assert render(template, language, VISIT).one_plain_text, template.id


def test_templates_use_only_the_fixed_fields_and_alike_in_both_languages():
    for template in templates().values():
        assert template.fields <= FIELDS
        used = [{name for form in template.forms[x] for name in FIELD.findall(form)} for x in Language]
        assert used[0] == used[1], template.id


def test_the_digits_that_answer_stand_in_every_form():
    for template in templates().values():
        for forms in template.forms.values():
            for form in forms:
                lines = [int(line[0]) for line in form.split("\n") if line[:1].isdigit()]
                assert tuple(lines) == template.asks, form


def test_what_people_typed_is_never_run_as_a_template():
    assert "{phone}" in render(templates()["visit"], EN, {**VISIT, "clinic": "A {phone} B"}).text


def test_a_missing_field_is_named():
    with pytest.raises(KeyError, match="phone"):
        render(templates()["visit"], EN, {key: value for key, value in VISIT.items() if key != "phone"})


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("José", "José"),
        ("Clínica Ávila", "Clinica Avila"),
        ("Peña “Ñandú”", 'Peña "Ñandu"'),
        ("Łódź", "ódz".replace("ó", "o")),
        ("O’Neil – x", "O'Neil - x"),
        ("王 Li 😀", " Li "),
        ("ﬁne ²", "fine 2"),
    ],
)
def test_accents_that_cost_are_folded(text, folded):
    assert fold(text) == folded


@given(st.text(max_size=200))
def test_folded_text_is_always_in_the_cheap_alphabet(text):
    assert cut(fold(text)).alphabet == "GSM-7"


@given(st.text(max_size=200))
def test_a_field_is_one_short_line(value):
    clean = clean_field(value)
    assert "\n" not in clean
    assert len(clean) <= 80


def test_a_template_of_a_clinics_own_is_read_alike():
    own = from_row("own", {"asks": [2], "en": "{clinic}: {when}\n2 Call me", "es": ["{clinic}: {when}\n2 Llamenme"]})
    assert own.forms[EN] == ("{clinic}: {when}\n2 Call me",)
    assert own.asks == (2,)
