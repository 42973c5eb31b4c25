"""Answers to a reminder's question, in the words people really use."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.conversation.understanding.answers import ORDER, read_answer

YES = """
yes; Yes!; YES please; yep; ok; Ok, thanks; sure; confirm; see you then; see you Tuesday; 👍; 👍🏽 thanks; ❤️; 🙏;
sí; si; si gracias; claro que si; ahi nos vemos; confirmo;
sounds good; will do; that works; no problem, see you then; Yes, thanks; no problem; no hay problema
"""
COMING = """
i'll be there; I will be there; we'll be there at 2; ahí estaré; oh very nice, thanks, I'll show up; coming;
I will come;
Sí voy
"""
NO = """
no; No.; nope; can't; cant come; i can't make it; not coming; i won't be there; we cant make it tuesday;
need to reschedule; can i change the day; no puedo; no puedo ir; no voy a poder; cancelar la cita; otro dia;
yes but i cant make it; I have to cancel; unable to attend; sorry im sick; I have to work that day;
Change the day; otro día;
tengo que trabajar; no puedo ir, tengo que trabajar; no voy porque estoy enferma; i cant come, what now
"""
LATE = """
running late; I'm running late; late; ill be 10 minutes late; stuck in traffic; voy tarde; voy a llegar tarde;
se me hizo tarde; yes but running late; on my way but late; voy tarde porque hay mucho trafico
"""
CALL = """
Call me; call me please; please call; can someone call me back; I need a nurse to call me; Llámenme;
llámeme por favor;
¿me pueden llamar?; yes please call me
"""
WHEN = """
what time; what time is it?; ok what time; when is it?; a que hora es; ¿cuándo es?
"""
NEITHER = """
chemo; who is this; where do i park?; maybe; no se; fever 102; 311; wrong number; i will call you; stop calling me;
pain in my back; yes but what about my chemo; ok but maybe; sure, where is it; how do i cancel
"""


def texts(block: str) -> list[str]:
    return [text.strip() for text in block.split(";")]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("", None),
        *((text, "yes") for text in texts(YES)),
        *((text, "coming") for text in texts(COMING)),
        *((text, "no") for text in texts(NO)),
        *((text, "late") for text in texts(LATE)),
        *((text, "call") for text in texts(CALL)),
        *((text, "when") for text in texts(WHEN)),
        *((text, None) for text in texts(NEITHER)),
    ],
)
def test_what_people_write_when_asked_whether_they_will_come(text: str, answer: str | None) -> None:
    assert read_answer(text) == answer


@given(st.text(max_size=300))
def test_any_text_has_an_answer_or_none(text: str) -> None:
    assert read_answer(text) in (*ORDER, None)
