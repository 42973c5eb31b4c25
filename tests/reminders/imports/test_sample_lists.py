"""The sample lists: loaded in their order, they make people who can be reminded, and a few who cannot."""

from __future__ import annotations

import csv
from datetime import date

import pytest

from service.reminders.imports.columns import Kind, guess
from service.reminders.rules.tables import table
from service.reminders.sample_lists import sample_list

TODAY = date(2026, 11, 30)


@pytest.mark.parametrize("kind", Kind)
def test_the_columns_of_a_sample_list_are_recognised_without_being_matched(kind: Kind) -> None:
    header, *rows = csv.reader(sample_list(kind, TODAY, "Lakeside Clinic").splitlines())
    assert rows
    found = {field for field, headings in guess(kind, tuple(header)).columns.items() if headings}
    assert set(table("column_words")["need"][kind.value]) <= found


def test_visits_are_tomorrow_also_over_the_end_of_a_month() -> None:
    assert {row["Appt Date"] for row in read(Kind.VISITS)} == {"12/01/2026"}


def test_one_person_never_agreed_and_another_said_stop() -> None:
    phones = {row["Mobile"] for row in read(Kind.PATIENTS)}
    agreed, stopped = ({row["Mobile"] for row in read(kind)} for kind in (Kind.CONSENTS, Kind.OPTOUTS))
    assert len(phones - agreed) == len(stopped) == 1
    assert stopped <= agreed


def read(kind: Kind) -> list[dict[str, str]]:
    return list(csv.DictReader(sample_list(kind, TODAY, "Lakeside Clinic").splitlines()))
