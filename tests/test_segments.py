"""How texts are cut and paid for, against the rules of 3GPP TS 23.038 and 23.040."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.segments import BASIC, EXTENDED, Cut, cut, plain


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Cut("GSM-7", 0, 1)),
        ("a" * 160, Cut("GSM-7", 160, 1)),
        ("a" * 161, Cut("GSM-7", 161, 2)),
        ("a" * 306, Cut("GSM-7", 306, 2)),
        ("a" * 307, Cut("GSM-7", 307, 3)),
        ("\n" * 160, Cut("GSM-7", 160, 1)),
        ("é" * 160, Cut("GSM-7", 160, 1)),
        ("¿ñ" * 80, Cut("GSM-7", 160, 1)),
        ("€" * 80, Cut("GSM-7", 160, 1)),
        ("€" * 81, Cut("GSM-7", 162, 2)),
        # Two septets are never split: 152 and a euro sign need 154 places, so the sign goes over.
        ("a" * 152 + "€" + "a" * 152, Cut("GSM-7", 306, 3)),
        ("á", Cut("UCS-2", 1, 1, ("á",))),
        ("ó" * 70, Cut("UCS-2", 70, 1, ("ó",))),
        ("ó" * 71, Cut("UCS-2", 71, 2, ("ó",))),
        ("ó" * 134, Cut("UCS-2", 134, 2, ("ó",))),
        ("ó" * 135, Cut("UCS-2", 135, 3, ("ó",))),
        ("🙂" * 35, Cut("UCS-2", 70, 1, ("🙂",))),
        ("🙂" * 36, Cut("UCS-2", 72, 2, ("🙂",))),
        # 67 units a segment hold 33 emoji, not 33 and a half.
        ("🙂" * 67, Cut("UCS-2", 134, 3, ("🙂",))),
        ("á e í", Cut("UCS-2", 5, 1, ("á", "í"))),
        ("¿Qué es?", Cut("GSM-7", 8, 1)),
        ("‘", Cut("UCS-2", 1, 1, ("‘",))),
        ("你好", Cut("UCS-2", 2, 1, ("你", "好"))),
    ],
)
def test_texts_are_cut_as_carriers_cut_them(text: str, expected: Cut) -> None:
    assert cut(text) == expected


def test_the_alphabet_has_128_places() -> None:
    # One of the 128 is the escape to the extension.
    assert (len(BASIC), len(EXTENDED)) == (127, 10)
    assert not BASIC & EXTENDED


@pytest.mark.parametrize(
    ("odd", "expected"),
    [
        ("‘It’s’", "'It's'"),
        ("“chemo”", '"chemo"'),
        ("a – b — c", "a - b - c"),
        ("wait…", "wait..."),
        ("38\u00a0C", "38 C"),
        ("•\tone", "- one"),
        ("¿Qué?", "¿Qué?"),
    ],
)
def test_what_phones_put_in_is_made_plain(odd: str, expected: str) -> None:
    assert plain(odd) == expected
    assert cut(plain(odd)).alphabet == "GSM-7"


@given(st.text(max_size=600))
def test_no_text_needs_fewer_places_than_it_has(text: str) -> None:
    found = cut(text)
    alone, joined = (160, 153) if found.alphabet == "GSM-7" else (70, 67)
    least = 1 if found.units <= alone else math.ceil(found.units / joined)
    # A character is never split, so each segment may waste one place.
    assert least <= found.segments <= max(least, math.ceil(found.units / (joined - 1)))
    assert bool(found.costly) == (found.alphabet == "UCS-2")


@given(st.text(alphabet=sorted(BASIC | EXTENDED), max_size=300))
def test_plain_changes_nothing_that_is_plain(text: str) -> None:
    assert plain(text) == text
