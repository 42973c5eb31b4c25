"""Dates and times are written as people in the United States write them."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.languages import Language
from service.reminders.rules import written_dates
from service.reminders.rules.grouping import About, Told, Visit
from service.reminders.rules.written_dates import clock, deadline, more, town, week, zone_matters

EN, ES = Language.ENGLISH, Language.SPANISH
EASTERN, CENTRAL = "America/New_York", "America/Chicago"


def at(text: str, zone: str = CENTRAL) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("when", "english", "spanish"),
    [
        ("2024-12-03 14:30", "Tuesday Dec 3, 2:30 PM", "martes 3 dic, 2:30 PM"),
        ("2026-12-09 08:05", "Wednesday Dec 9, 8:05 AM", "miércoles 9 dic, 8:05 AM"),
        ("2026-11-30 12:00", "Monday Nov 30, 12 noon", "lunes 30 nov, 12 del día"),
        ("2026-11-30 00:00", "Monday Nov 30, 12 midnight", "lunes 30 nov, 12 de la noche"),
        ("2026-11-30 12:30", "Monday Nov 30, 12:30 PM", "lunes 30 nov, 12:30 PM"),
        ("2026-11-30 00:30", "Monday Nov 30, 12:30 AM", "lunes 30 nov, 12:30 AM"),
        ("2026-11-30 17:00", "Monday Nov 30, 5 PM", "lunes 30 nov, 5 PM"),
    ],
)
def test_a_moment(when, english, spanish):
    assert written_dates.moment(at(when), CENTRAL, EN) == english
    assert written_dates.moment(at(when), CENTRAL, ES) == spanish


def test_the_zone_is_said_where_asked():
    when = at("2026-12-03 14:30")
    assert written_dates.moment(when, CENTRAL, EN, say_zone=True) == "Thursday Dec 3, 2:30 PM Central"
    assert written_dates.moment(when, EASTERN, ES, say_zone=True) == "jueves 3 dic, 3:30 PM Este"


@pytest.mark.parametrize(
    ("site", "others", "when", "matters"),
    [
        (CENTRAL, [], "2026-12-03 14:30", False),
        (CENTRAL, [CENTRAL], "2026-12-03 14:30", False),
        (CENTRAL, [CENTRAL, EASTERN], "2026-12-03 14:30", True),
        (EASTERN, ["America/Detroit", "America/Indiana/Indianapolis"], "2026-12-03 14:30", False),
        ("America/Phoenix", ["America/Denver"], "2026-12-03 14:30", False),
        ("America/Phoenix", ["America/Denver"], "2026-07-03 14:30", True),
    ],
)
def test_the_zone_matters_only_where_clocks_differ(site, others, when, matters):
    assert zone_matters(at(when, site), site, others) is matters


def days(*numbers: int) -> list[date]:
    return [date(2026, 12, number) for number in numbers]


@pytest.mark.parametrize(
    ("on", "same", "english", "spanish"),
    [
        (days(7, 8, 9, 10, 11), True, "Mon-Fri Dec 7-11, 8:15 AM", "lun-vie 7-11 dic, 8:15 AM"),
        (days(8, 9, 10), True, "Tue-Thu Dec 8-10, 8:15 AM", "mar-jue 8-10 dic, 8:15 AM"),
        (days(7, 8), True, "Mon Tue Dec 7-8, 8:15 AM", "lun mar 7-8 dic, 8:15 AM"),
        (days(7, 8, 10), True, "Mon Tue Thu Dec 7-10, 8:15 AM", "lun mar jue 7-10 dic, 8:15 AM"),
        (days(7, 8, 9), False, "Mon-Wed Dec 7-9, first day 8:15 AM", "lun-mié 7-9 dic, 1er día 8:15 AM"),
        (
            [date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 2)],
            True,
            "Mon-Wed Nov 30-Dec 2, 8:15 AM",
            "lun-mié 30 nov-2 dic, 8:15 AM",
        ),
    ],
)
def test_a_week(on, same, english, spanish):
    assert week(on, time(8, 15), EN, same_time=same) == english
    assert week(on, time(8, 15), ES, same_time=same) == spanish


def test_what_a_message_tells_of():
    one = Visit("1", at("2026-12-07 08:15"), CENTRAL)
    other = Visit("2", at("2026-12-08 08:15"), CENTRAL)
    assert written_dates.told(Told(About.DAY, (one,)), EN) == "Monday Dec 7, 8:15 AM"
    assert written_dates.told(Told(About.WEEK, (one, other)), EN, say_zone=True) == "Mon Tue Dec 7-8, 8:15 AM Central"


@pytest.mark.parametrize(
    ("said", "english", "spanish"),
    [
        (lambda x: more(2, x), ", and 2 more that day", " y 2 más ese día"),
        (lambda x: more(0, x), "", ""),
        (lambda x: town("Evansville", x), " in Evansville", " en Evansville"),
        (lambda x: town("", x), "", ""),
        (lambda x: written_dates.initial("M", x), " for M", " de M"),
        (lambda x: deadline(at("2026-11-30 17:00"), CENTRAL, x), "Monday 5 PM", "lunes 5 PM"),
    ],
)
def test_the_small_fields(said, english, spanish):
    assert (said(EN), said(ES)) == (english, spanish)


@given(st.times())
def test_a_time_of_day_can_be_read_back(when):
    said = clock(when, EN).replace("12 noon", "12:00 PM").replace("12 midnight", "12:00 AM")
    read = datetime.strptime(said if ":" in said else said.replace(" ", ":00 "), "%I:%M %p")
    assert (read.hour, read.minute) == (when.hour, when.minute)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC)))
def test_no_day_is_written_the_european_way(when):
    said = written_dates.day(when.date(), EN)
    weekday, month, number = said.split(" ")
    assert weekday.endswith("day")
    assert len(month) == 3
    assert int(number) == when.day
    assert timedelta(0) < timedelta(days=when.day)
