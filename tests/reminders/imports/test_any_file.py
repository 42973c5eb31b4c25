"""Whatever bytes somebody loads, the answer is rows, or one sentence that says what is wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_lists import PATIENTS, TODAY, VISITS, Loader, read_list

from service.languages import Language
from service.reminders.imports.checking import check
from service.reminders.imports.columns import Kind
from service.reminders.imports.error_file import write_errors
from service.reminders.imports.finding import BadFile

OPTOUTS = "Phone,Date\n812-555-0134,11/01/2026\n"
CONSENTS = "Phone,Channel,Date,Words\n812-555-0134,text,11/01/2026,May we text you?\n"
LISTS = {Kind.PATIENTS: PATIENTS, Kind.VISITS: VISITS, Kind.OPTOUTS: OPTOUTS, Kind.CONSENTS: CONSENTS}
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1")
CELLS = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
MARKS = st.sampled_from(
    ["\r", "\n", '"', "\0", "\ufeff", "{cell}", "é", "ñ", ",,,,", ";", "=1+1", "0.99999999", "٣", "\U0001d7d8"]
)


@st.composite
def spoilt_lists(draw: st.DrawFn) -> tuple[Kind, bytes]:
    """A list as systems write it, with strange cells in it, in any encoding, cut anywhere, or with a byte changed."""
    kind = draw(st.sampled_from(list(Kind)))
    lines = LISTS[kind].splitlines()
    cells = st.lists(CELLS | MARKS, max_size=len(lines[0].split(",")))
    text = "\n".join([*lines, *(",".join(draw(cells)) for _ in range(draw(st.integers(0, 3))))])
    written = text.encode(draw(st.sampled_from(ENCODINGS)), "replace")
    written = written[: draw(st.integers(0, len(written)))] if draw(st.booleans()) else written
    if written and draw(st.booleans()):
        place = draw(st.integers(0, len(written) - 1))
        written = written[:place] + draw(st.binary(max_size=4)) + written[place + 1 :]
    return kind, written


@pytest.mark.parametrize(
    "drawn", [spoilt_lists(), st.tuples(st.sampled_from(list(Kind)), st.binary())], ids=["spoilt", "bytes"]
)
def test_any_file_gives_rows_or_a_sentence(load_list: Loader, drawn: st.SearchStrategy[tuple[Kind, bytes]]) -> None:
    path = load_list.folder / "any.csv"

    refused: list[BadFile] = []

    @given(drawn)
    def any_file(found: tuple[Kind, bytes]) -> None:
        kind, content = found
        path.write_bytes(content)
        try:
            sheet, match = read_list(kind, path)
            with check(kind, sheet, match, load_list.clinic, load_list.sites, TODAY) as checked:
                findings = [*checked.tally.bad.values(), *checked.tally.notes]
                assert all(finding.say(language) for finding in findings for language in Language)
                kept = [row for batch in checked.stash.batches() for row in batch]
                assert len(kept) + len(checked.tally.bad) == checked.tally.rows
                assert write_errors(sheet, checked.tally.bad, path.with_suffix(".errors.csv")) == len(
                    checked.tally.bad
                )
        except BadFile as error:
            refused.append(error)

    any_file()
    assert all(error.reason.say(language) for error in refused for language in Language)
