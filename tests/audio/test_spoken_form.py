"""Written words become the words that a person would say, in both languages."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.audio.pronunciation import table
from service.audio.spoken_form import spoken_form, unknown_abbreviations
from service.languages import Language

ENGLISH = [
    ("Call 911.", "Call nine one one."),
    ("Call or text 988, day or night.", "Call or text nine eight eight, day or night."),
    ("Relay calls (711) are welcome.", "Relay calls, seven one one, are welcome."),
    ("a fever of 100.4 or more", "a fever of one hundred point four or more"),
    ("100.4°F (38 C)", "one hundred point four degrees Fahrenheit, thirty-eight degrees Celsius"),
    ("38.5", "thirty-eight point five"),
    ("about 1 to 4 weeks", "about one to four weeks"),
    ("4-6 weeks", "four to six weeks"),
    ("every 3–4 weeks", "every three to four weeks"),
    ("20-30% of people", "twenty to thirty percent of people"),
    ("16 in 100 people", "sixteen in one hundred people"),
    ("1,200 people", "one thousand two hundred people"),
    ("age 65+", "age sixty-five or more"),
    ("$50 a month", "fifty dollars a month"),
    ("10 mg twice a day", "ten milligrams twice a day"),
    ("1 mg", "one milligram"),
    ("Call 1-800-227-2345.", "Call one, eight hundred, two two seven, two three four five."),
    ("1-877-465-6636", "one, eight seven seven, four six five, six six three six"),
    ("+12025550134", "one, two zero two, five five five, zero one three four"),
    ("(202) 555-0134", "two zero two, five five five, zero one three four"),
    ("Call 555-0134 now", "Call five five five, zero one three four now"),
    ("Send 512 for helplines", "Send five one two for helplines"),
    ("Text 741741", "Text seven four one seven four one"),
    ("code 11", "code one one"),
    ("text 24 hours a day", "text twenty-four hours a day"),
    ("For treatments, press 4.", "For treatments, press four."),
    ("press *, or #", "press star, or pound"),
    ("Text STOP to end", "Text stop to end"),
    ("CDK4/6 pills", "C D K four six pills"),
    ("HER2-positive cancer", "her two positive cancer"),
    ("HR-positive/HER2-negative", "H R positive or her two negative"),
    ("ER+ and PR+", "E R positive and P R positive"),
    ("T-DXd and T-DM1", "T D X D and T D M one"),
    ("PD-L1", "P D L one"),
    ("BRCA1 or BRCA2", "bracka one or bracka two"),
    ("MRI and CT scans", "M R I and C T scans"),
    ("MBC.", "M B C."),
    ("stage IV, by IV", "stage four, by I V"),
    ("ADCs", "ay D C's"),
    ("CA 15-3 and CA 27.29", "C ay fifteen three and C ay twenty-seven twenty-nine"),
    ("vitamin B12", "vitamin B twelve"),
    ("PIK3CA, ESR1, PTEN", "P I K three C ay, E S R one, P ten"),
    ("in 2026 and by 2030", "in twenty twenty-six and by twenty thirty"),
    ("in the 2000s", "in the two thousands"),
    ("2000 mg", "two thousand milligrams"),
    ("March 3, 2026", "March third, twenty twenty-six"),
    ("Tuesday Dec 3, 2:30 PM", "Tuesday December third, two thirty in the afternoon"),
    ("2026-03-21", "March twenty-first, twenty twenty-six"),
    ("at 8:05 a.m. Come early.", "at eight oh five in the morning. Come early."),
    ("12:00 PM, 12:00 AM, 18:45", "twelve noon, twelve midnight, six forty-five in the evening"),
    ("open 24/7", "open twenty-four seven"),
    ("the 2nd visit", "the second visit"),
    ("komen.org", "komen dot org"),
    ("“Can it wait?” — no", "Can it wait?, no"),
    ("Dr. Lee", "doctor Lee"),
]

SPANISH = [
    ("Llame al 911.", "Llame al nueve uno uno."),
    ("el 988", "el nueve ocho ocho"),
    ("38 grados, o 100.4 Fahrenheit", "treinta y ocho grados, o cien punto cuatro Fahrenheit"),
    ("38.5", "treinta y ocho punto cinco"),
    ("de 1 a 4 semanas", "de una a cuatro semanas"),
    ("4-6 semanas", "cuatro a seis semanas"),
    ("1 de cada 8 mujeres", "una de cada ocho mujeres"),
    ("16 de cada 100", "dieciséis de cada cien"),
    ("21 días", "veintiún días"),
    ("31 pastillas", "treinta y una pastillas"),
    ("1 hora", "una hora"),
    ("1 vez", "una vez"),
    ("1 síntoma", "un síntoma"),
    ("200 personas", "doscientas personas"),
    ("151,500 personas", "ciento cincuenta y un mil quinientas personas"),
    ("dio unas 240,000 para 2030", "dio unas doscientas cuarenta mil para dos mil treinta"),
    ("oprima 1 para inglés", "oprima uno para inglés"),
    ("oprima 1.", "oprima uno."),
    ("Marque 0", "Marque cero"),
    ("código 441", "código cuatro cuatro uno"),
    ("1-800-227-2345", "uno, ochocientos, dos dos siete, dos tres cuatro cinco"),
    ("HER2 positivo", "jer dos positivo"),
    ("CDK4/6", "ce de ka cuatro seis"),
    ("MBC", "eme be ce"),
    ("PD-L1", "pe de ele uno"),
    ("10 mg", "diez miligramos"),
    ("1 mg", "un miligramo"),
    ("40%", "cuarenta por ciento"),
    ("el 1 de mayo de 2026", "el primero de mayo de dos mil veintiséis"),
    ("2026-03-03", "tres de marzo de dos mil veintiséis"),
    ("a las 2:30 PM.", "a las dos y media de la tarde."),
    ("a la 1:15 p.m.", "a la una y cuarto de la tarde."),
    ("a las 8:20 a. m.", "a las ocho y veinte de la mañana."),
    ("la 1.ª vez, el 1er día", "la primera vez, el primer día"),
    ("EE. UU.", "Estados Unidos"),
    ("oprima *", "oprima asterisco"),
    ("responda ALTO", "responda alto"),
]


@pytest.mark.parametrize(("written", "said"), ENGLISH)
def test_english_is_said_as_people_say_it(written: str, said: str) -> None:
    assert spoken_form(written, Language.ENGLISH) == said


@pytest.mark.parametrize(("written", "said"), SPANISH)
def test_spanish_is_said_as_people_say_it(written: str, said: str) -> None:
    assert spoken_form(written, Language.SPANISH) == said


@given(st.text(alphabet="abN0123456789 .,:/-+%$()*#°", max_size=40), st.sampled_from(Language))
def test_no_figure_is_left_for_an_engine_to_guess_at(written: str, language: Language) -> None:
    said = spoken_form(written, language)
    assert not re.search(r"\d", said)


@pytest.mark.parametrize(
    ("written", "language"), [(w, Language.ENGLISH) for w, _ in ENGLISH] + [(w, Language.SPANISH) for w, _ in SPANISH]
)
def test_saying_what_is_said_changes_nothing(written: str, language: Language) -> None:
    said = spoken_form(written, language)
    assert spoken_form(said, language) == said


def test_an_abbreviation_that_nobody_explained_is_reported() -> None:
    assert unknown_abbreviations("MRI, STOP and XQZ", Language.ENGLISH) == ["XQZ"]


def test_a_drug_name_gets_its_engine_s_own_notation() -> None:
    words = "Tamoxifen helps."
    assert table(Language.ENGLISH).in_notation(words, "espeak") == "[[t@m'0ksIf,En]] helps."
    assert table(Language.ENGLISH).in_notation(words, "flite") == "ta moxy fen helps."
    assert table(Language.ENGLISH).in_notation(words, "gtts") == words
    assert table(Language.SPANISH).in_notation("Enhertu, Ibrance", "espeak") == "Enhertu, íbrans"
