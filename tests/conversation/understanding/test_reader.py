"""Reading one text: numbers, codes, reactions, questions that are none, languages, and any text at all."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.content import library
from service.conversation.understanding.reader import Reader
from service.conversation.understanding.reading import Reading
from service.languages import Language

READER = Reader(library.load())


@pytest.mark.parametrize(
    ("text", "label", "value"),
    [
        ("38", "action:emergency", "38"),
        ("39", "action:emergency", "39"),
        ("40", "action:emergency", "40"),
        ("37.5", "topic:fever", "37.5"),
        ("37,9", "topic:fever", "37,9"),
        ("38.0", "action:emergency", "38.0"),
        ("42.5", "action:emergency", "42.5"),
        ("99.5", "topic:fever", "99.5"),
        ("100", "topic:fever", "100"),
        ("100.3", "topic:fever", "100.3"),
        ("100.4", "action:emergency", "100.4"),
        ("109", "action:emergency", "109"),
        ("41", "code", "41"),
        ("42", "code", "42"),
        ("311", "code", "311"),
        ("3.1.1", "code", "311"),
        ("code 311", "code", "311"),
        ("código 441", "code", "441"),
        ("3", "digit", "3"),
        ("３", "digit", "3"),
        ("3️⃣", "digit", "3"),
        ("option 2", "digit", "2"),
        ("dos", "digit", "2"),
        ("7", "action:unknown", "7"),
        ("8", "action:unknown", "8"),
        ("JOIN 4821", "action:join", "4821"),
        ("join4821", "action:join", "4821"),
    ],
)
def test_a_number_alone_is_a_temperature_a_code_or_a_choice(text: str, label: str, value: str) -> None:
    reading = READER.read(text)
    assert (reading.label, reading.value) == (label, value)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("9 9", "action:stop"),
        ("9, 9", "action:stop"),
        ("9 1 1", "action:emergency"),
        ("9 8 8", "action:crisis"),
        # Written together or with a point it may be a temperature, or half of one; with a slash a day.
        ("99", "action:unknown"),
        ("9.9", "action:unknown"),
        ("99 9", "action:unknown"),
        ("9/9", "action:unknown"),
        ("9", "action:settings"),
    ],
)
def test_keys_of_a_call_sent_one_by_one_mean_what_they_mean_there(text: str, label: str) -> None:
    assert READER.read(text).label == label


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("41", "action:emergency"),
        ("42", "action:emergency"),
        ("37", "topic:fever"),
        ("98.6", "topic:fever"),
        ("311", "code"),
    ],
)
def test_just_after_a_fever_word_a_number_is_a_temperature(text: str, label: str) -> None:
    assert READER.read(text, near_fever=True).label == label


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("911", "action:emergency"),
        ("988", "action:crisis"),
        ("0", "action:person"),
        ("6", "action:more"),
        ("9", "action:settings"),
        ("*", "action:back"),
        ("back", "action:back"),
        ("#", "action:repeat"),
        ("MENU", "action:menu"),
        ("yes", "action:start"),
        ("VISIT", "action:visit"),
        ("cita", "action:visit"),
        ("LESS", "action:less"),
        ("menos", "action:less"),
        ("datos", "action:facts"),
    ],
)
def test_keys_and_command_words(text: str, label: str) -> None:
    assert READER.read(text).label == label


@pytest.mark.parametrize("word", ["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"])
def test_a_carrier_word_alone_is_marked_as_one(word: str) -> None:
    assert READER.read(f" {word.lower()} ") == Reading(
        "action:stop", reason="cancel" if word == "CANCEL" else "", carrier=True, language=READER.read(word).language
    )


@pytest.mark.parametrize("text", ["stop please", "STOP.", "alto", "opt out"])
def test_other_words_that_stop_are_no_carrier_words(text: str) -> None:
    reading = READER.read(text)
    assert reading.label == "action:stop"
    assert not reading.carrier


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("cancel", "cancel"),
        ("cancelar", "cancel"),
        ("wrong number", "wrong-number"),
        ("numero equivocado", "wrong-number"),
        ("stop texting me so early, just the day before", "less"),
        ("stop", ""),
    ],
)
def test_a_stop_says_what_else_it_may_mean(text: str, reason: str) -> None:
    reading = READER.read(text)
    assert (reading.label, reading.reason) == ("action:stop", reason)


@pytest.mark.parametrize("text", ["leave me alone", "i want out", "déjenme en paz"])
def test_words_that_may_mean_stop_ask_back(text: str) -> None:
    assert READER.read(text).choices == ("action:stop", "topic:emotional")


def test_crisis_with_a_stop_does_both() -> None:
    reading = READER.read("stop texting me, i want to die")
    assert (reading.label, reading.also_stop) == ("action:crisis", True)
    assert not READER.read("i want to die").also_stop


def test_news_of_a_death_with_a_stop_does_both() -> None:
    reading = READER.read("My husband passed away. Please stop texting")
    assert (reading.label, reading.also_stop) == ("action:bereavement", True)


@pytest.mark.parametrize(
    ("text", "liked"),
    [
        ("Liked “This may be an emergency. Call 911 now.”", True),
        ('Loved "Thoughts of suicide? Call or text 988"', True),
        ("Le gustó “Dolor de pecho: llame al 911”", True),
        ("Laughed at “I want to kill myself”", False),
        ("Disliked “Fever 100.4+”", False),
        ("Questioned “Faint, confused, short of breath: 911”", False),
        ("👍 to “Faint, confused: 911”", True),
        ("Reacted 😂 to “suicide”", False),
        ("Reaccionó con 👍 a “suicidio”", True),
        ("Removed a like from “suicide”", False),
        ("❤️ to “Stopped. No more texts”", True),
        ("Loved an image", True),
    ],
)
def test_a_phones_reaction_is_no_cry_for_help(text: str, liked: bool) -> None:
    reading = READER.read(text)
    assert (reading.label, reading.liked) == ("action:reaction", liked)


@pytest.mark.parametrize("text", ["He said “I want to die”", 'she texted me "i cant breathe"'])
def test_a_quotation_of_a_person_is_read(text: str) -> None:
    assert READER.read(text).label in ("action:crisis", "action:emergency")


@pytest.mark.parametrize(
    "text",
    [
        "I'm driving right now - I'll get back to you later.",
        "I am out of the office until Monday.",
        "Automatic reply: Out of office",
        "Mailbox full",
        "Sorry, I can't talk right now. I'll call you later.",
        "Estoy manejando, te llamo luego",
    ],
)
def test_automatic_replies_are_set_aside(text: str) -> None:
    assert READER.read(text).label == "action:auto-reply"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("como les digo a mis hijos", Language.SPANISH),
        ("dolor", Language.SPANISH),
        ("How do I tell my kids", Language.ENGLISH),
        ("chemo", None),
        ("tamoxifen", None),
        ("311", None),
        ("", None),
    ],
)
def test_the_language_is_told_only_where_the_words_show_it(text: str, language: Language | None) -> None:
    assert READER.read(text).language is language


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("fever 102", "fever"),
        ("shaking chills", "fever"),
        ("i cant feel my legs", "spine"),
        ("my mom is having a seizure", "brain"),
        ("i cant breathe", "breathing"),
        ("chest pain", "chest"),
        ("no fever but i cant breathe", "breathing"),
        ("one leg swollen and red", "clot"),
        ("nose bleed wont stop", "bleeding"),
        ("my throat is closing", "allergy"),
        ("i took too many pills", "overdose"),
    ],
)
def test_an_emergency_names_its_family_of_signs(text: str, reason: str) -> None:
    reading = READER.read(text)
    assert (reading.label, reading.reason) == ("action:emergency", reason)


@pytest.mark.parametrize(
    "text",
    [
        "i  want   to  DIE",
        "ｉ ｗａｎｔ ｔｏ ｄｉｅ",
        "i wa\u200bnt to d\u200bie",
        "i want to die 😢😢",
        "“i want to die”",
        "I’m gonna kill myself",
        "í wánt tö díe",
        "x" * 1500 + " i want to die",
        "soooo i wannnt to dieeee",
    ],
)
def test_odd_letters_do_not_hide_a_crisis(text: str) -> None:
    assert READER.read(text).label == "action:crisis"


@pytest.mark.parametrize(
    ("said", "topic"),
    [
        ("in her two", "adc"),
        ("key true duh", "immunotherapy"),
        ("ver zen io", "cdk46"),
        ("loopron", "ovarian-suppression"),
        ("keymo", "chemo"),
    ],
)
def test_drug_names_are_found_by_their_sound(said: str, topic: str) -> None:
    assert READER.read(said).label == f"topic:{topic}"


def test_her2_alone_asks_which_of_two() -> None:
    assert set(READER.read("her2").choices) == {"topic:receptors", "topic:her2-drugs"}


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=1700), st.booleans())
def test_any_text_has_a_reading(text: str, near_fever: bool) -> None:
    reading = READER.read(text, near_fever=near_fever)
    assert reading.label.startswith(("topic:", "action:")) or reading.label in ("digit", "code", "choice")
    assert reading.label != "choice" or len(reading.choices) == 2


SCRAMBLED = [
    "i",
    "my",
    "she",
    "no",
    "fever",
    "fiebre",
    "101",
    "38.5",
    "?",
    ".",
    ",",
    "stop",
    "chemo",
    "dolor",
    "kill",
]
SCRAMBLED += ["myself", "want", "to", "die", "los", "a", "\n", "“", "'", "911", "1"]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(SCRAMBLED)))
def test_any_order_of_words_has_a_reading(words: list[str]) -> None:
    assert READER.read(" ".join(words)).label


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=" \t\n.!,😀“”'", max_size=10), st.text(alphabet=" \t\n.!,😀“”'", max_size=10))
def test_marks_around_a_crisis_never_hide_it(before: str, after: str) -> None:
    assert READER.read(f"{before} i want to kill myself {after}").label == "action:crisis"
