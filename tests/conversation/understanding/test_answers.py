"""Answers to a reminder's question, in the words people really use."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.conversation.understanding.answers import read_answer

YES = """
yes; Yes!; YES please; yep; ok; Ok, thanks; sure; confirm; i'll be there; I will be there; we'll be there at 2;
see you then; see you Tuesday; 👍; 👍🏽 thanks; sí; si; si gracias; ahí estaré; claro que si; ahi nos vemos; confirmo;
oh very nice, thanks, I'll show up; sounds good; will do; coming; that works; no problem, see you then; Yes, thanks
"""
NO = """
no; No.; nope; can't; cant come; i can't make it; not coming; i won't be there; we cant make it tuesday;
need to reschedule; can i change the day; no puedo; no puedo ir; no voy a poder; cancelar la cita; otro dia;
yes but i cant make it; I have to cancel; unable to attend; sorry im sick
"""
LATE = """
running late; I'm running late; late; ill be 10 minutes late; stuck in traffic; voy tarde; voy a llegar tarde;
se me hizo tarde; yes but running late; on my way but late
"""
NEITHER = """
chemo; what time is it; who is this; where do i park?; maybe; no se; fever 102; 311; wrong number;
pain in my back; yes but what about my chemo; ok but maybe
"""


def texts(block: str) -> list[str]:
    return [text.strip() for text in block.split(";")]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("", None),
        *((text, "yes") for text in texts(YES)),
        *((text, "no") for text in texts(NO)),
        *((text, "late") for text in texts(LATE)),
        *((text, None) for text in texts(NEITHER)),
    ],
)
def test_what_people_write_when_asked_whether_they_will_come(text: str, answer: str | None) -> None:
    assert read_answer(text) == answer


@given(st.text(max_size=300))
def test_any_text_has_an_answer_or_none(text: str) -> None:
    assert read_answer(text) in ("yes", "no", "late", None)
