"""A state is written into an address and read back, and changed without a field being lost."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.conversation.state import State, decode, encode

CHANGES = st.fixed_dictionaries(
    {}, optional={"place": st.sampled_from(["", "4", "441", "9"]), "page": st.integers(1, 3), "told": st.booleans()}
)


@given(CHANGES, CHANGES)
def test_changing_gives_what_replacing_fields_gives(first: dict[str, object], second: dict[str, object]) -> None:
    before = State().but(**first)
    after = before.but(**second)
    assert after == replace(replace(State(), **first), **second)  # type: ignore[arg-type]
    assert before == replace(State(), **first)  # type: ignore[arg-type]
    assert decode(encode(after)) == after


def test_a_field_that_there_is_not_is_refused() -> None:
    with pytest.raises(TypeError, match="plaec"):
        State().but(plaec="4")
    assert len(vars(State())) == len(fields(State))
