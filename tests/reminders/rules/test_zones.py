"""The zones and states that count for a person's quiet hours."""

from itertools import pairwise

import pytest
from phonenumbers import PhoneNumber, region_code_for_number

from service.reminders.rules.reason import Reason
from service.reminders.rules.tables import table
from service.reminders.rules.zones import Whereabouts, known_zones, whereabouts, zones_of, zones_of_area

EASTERN, CENTRAL, MOUNTAIN = "America/New_York", "America/Chicago", "America/Denver"


@pytest.mark.parametrize(
    ("number", "zones"),
    [
        ("+12025550134", {EASTERN}),
        ("+14235550134", {EASTERN, CENTRAL}),
        ("+14232670134", {EASTERN, CENTRAL}),
        ("+12195550134", {EASTERN, CENTRAL}),
        ("+12199320134", {EASTERN, CENTRAL}),
        ("+13645550134", {EASTERN, CENTRAL}),
        ("+14485550134", {EASTERN, CENTRAL}),
        ("+19305550134", {EASTERN, CENTRAL}),
        ("+16055550134", {CENTRAL, MOUNTAIN}),
        ("+19285550134", {"America/Phoenix", MOUNTAIN}),
        ("+15415550134", {MOUNTAIN, "America/Los_Angeles"}),
        ("+12085550134", {MOUNTAIN, "America/Los_Angeles"}),
        ("+17875550134", {"America/Puerto_Rico"}),
        ("+16715550134", {"Pacific/Guam"}),
        ("+16846330134", {"Pacific/Pago_Pago"}),
        ("+18005550134", set()),
        ("+19005550134", set()),
        ("+442071838750", set()),
    ],
)
def test_a_number_has_every_zone_of_its_area_code(number, zones):
    assert zones_of(number) == zones


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"number": "+12025550134"}, Whereabouts((CENTRAL, EASTERN))),
        ({"number": "+18125550134"}, Whereabouts((CENTRAL, EASTERN))),
        ({"number": "+12025550134", "stated_zone": EASTERN}, Whereabouts((EASTERN,))),
        ({"number": "+12025550134", "zip_code": "47708"}, Whereabouts((CENTRAL,))),
        ({"number": "+12025550134", "zip_code": "42420"}, Whereabouts((CENTRAL,), ("KY",))),
        ({"number": "+12025550134", "zip_code": "40202"}, Whereabouts((CENTRAL, EASTERN), ("KY",))),
        ({"number": "+12705550134", "zip_code": "10001"}, Whereabouts((EASTERN,), ("KY",))),
        ({"number": "+13055550134", "zip_code": "90001-1234"}, Whereabouts(("America/Los_Angeles",), ("FL",))),
        ({"number": "+18005550134", "stated_zone": MOUNTAIN}, Whereabouts((MOUNTAIN,))),
        ({"number": "+18005550134", "zip_code": "60601"}, Whereabouts((CENTRAL,))),
        ({"number": "+12025550134", "zip_code": " "}, Whereabouts((CENTRAL, EASTERN))),
        ({"number": "+12025550134", "stated_zone": MOUNTAIN, "zip_code": "35004"}, Whereabouts((MOUNTAIN,), ("AL",))),
    ],
)
def test_a_stated_zone_or_zip_counts_before_the_number(given, where):
    assert whereabouts(clinic_zone=CENTRAL, **given) == where


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"number": "+18005550134"}, "zone.unset"),
        ({"number": "+18005550134", "zip_code": "40202"}, "zone.unset"),
        ({"number": "+12025550134", "stated_zone": "Europe/Paris"}, "zone.strange"),
        ({"number": "+12025550134", "stated_zone": "EST"}, "zone.strange"),
        ({"number": "+12025550134", "zip_code": "4770"}, "zone.zip"),
        ({"number": "+12025550134", "zip_code": "４７７０８"}, "zone.zip"),
    ],
)
def test_staff_must_say_where_nobody_else_can(given, code):
    found = whereabouts(clinic_zone=CENTRAL, **given)
    assert isinstance(found, Reason)
    assert found.code == code
    assert "{" not in str(found)


def test_a_key_gives_the_whereabouts_back():
    for where in (Whereabouts((CENTRAL, EASTERN), ("FL", "KY")), Whereabouts((EASTERN,))):
        assert Whereabouts.from_key(where.key) == where


def test_every_area_code_of_the_united_states_has_a_known_zone():
    placeless = {*range(500, 600), *range(800, 900), 900}
    for code in set(range(201, 990)) - placeless:
        region = region_code_for_number(PhoneNumber(1, int(f"{code}5550100")))
        if region in ("US", "PR", "GU", "VI", "MP", "AS"):
            assert zones_of_area(str(code)), code
            assert zones_of_area(str(code)) <= set(known_zones())


def test_zip_prefixes_do_not_overlap_and_name_known_zones():
    rows = table("zones")["zips"]
    for row, following in pairwise(rows):
        assert row["first"] <= row["last"] < following["first"]
    assert {row["zone"] for row in rows if "zone" in row} <= set(known_zones())
