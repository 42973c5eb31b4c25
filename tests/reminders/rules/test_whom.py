"""A phone number is read as a clerk typed it, or refused in words that a clerk understands."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.phone_number import is_e164
from service.reminders.rules.reason import Reason
from service.reminders.rules.whom import Kind, Phone, read, read_cell


@pytest.mark.parametrize(
    "cell",
    [
        "2025550134",
        "12025550134",
        "+12025550134",
        "+1 202 555 0134",
        "1-202-555-0134",
        "(202) 555-0134",
        "(202)555-0134",
        "202.555.0134",
        "202/555-0134",
        "202–555–0134",
        "202 555 0134",
        "\u202a+12025550134\u202c",
        " 202-555-0134\t",
        "'2025550134",
        "2025550134.0",
        "Cell: 202-555-0134",
        "202-555-0134 (c)",
        "(H) 202-555-0134",
        "home 202-555-0134",
        "Celular 202-555-0134",
        "tel. 202-555-0134",
        "phone no. 202-555-0134",
        "daughter 202-555-0134",
    ],
)
def test_a_number_is_read_as_people_write_it(cell):
    assert read(cell) == Phone("+12025550134", Kind.EITHER)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("", "phone.empty"),
        ("  ", "phone.empty"),
        ("home:", "phone.empty"),
        ("=2025550134", "phone.formula"),
        ("=+12025550134", "phone.formula"),
        ("＝2025550134", "phone.formula"),
        ("5.55E+09", "phone.exponent"),
        ("5.55e+09", "phone.exponent"),
        ("2,02E+09", "phone.exponent"),
        ("2E9", "phone.exponent"),
        ("２０２５５５０１３４", "phone.odd_digits"),
        ("٢٠٢٥٥٥٠١٣٤", "phone.odd_digits"),
        ("202-555-013½", "phone.odd_digits"),
        ("202_555_0134", "phone.odd_digits"),
        ("1-800-FLOWERS", "phone.letters"),
        ("202-555-O134", "phone.letters"),
        ("none", "phone.letters"),
        ("no phone", "phone.letters"),
        ("202-555-0134 ext 5", "phone.extension"),
        ("202-555-0134 x23", "phone.extension"),
        ("202-555-0134 #23", "phone.extension"),
        ("555-0134", "phone.no_area_code"),
        ("12345", "phone.too_short"),
        ("202555013", "phone.too_short"),
        ("+1202555013", "phone.too_short"),
        ("22025550134", "phone.too_long"),
        ("202555013499", "phone.too_long"),
        ("911", "phone.service"),
        ("411", "phone.service"),
        ("9115550134", "phone.service"),
        ("2029110134", "phone.service"),
        ("988", "phone.crisis"),
        ("9885550134", "phone.service"),
        ("9005551234", "phone.premium"),
        ("+19005551234", "phone.premium"),
        ("8005551234", "phone.toll_free"),
        ("833-555-1234", "phone.toll_free"),
        ("500-234-5678", "phone.not_personal"),
        ("+442071838750", "phone.other_country"),
        ("011442071838750", "phone.other_country"),
        ("+525555555555", "phone.other_country"),
        ("416-555-0134", "phone.other_country"),
        ("876-555-0134", "phone.other_country"),
        ("809-555-0134", "phone.other_country"),
        ("242-555-0134", "phone.other_country"),
        ("000-000-0000", "phone.not_in_use"),
        ("1111111111", "phone.not_in_use"),
        ("999-999-9999", "phone.not_in_use"),
        ("123-456-7890", "phone.not_in_use"),
        ("202-055-0134", "phone.not_in_use"),
        ("+15555550100", "phone.not_in_use"),
        ("+999", "phone.not_in_use"),
        ("+", "phone.not_in_use"),
    ],
)
def test_a_number_is_refused_with_its_reason(cell, code):
    refused = read(cell)
    assert isinstance(refused, Reason)
    assert refused.code == code
    assert "{" not in str(refused)


def test_an_exponent_is_explained_to_a_clerk():
    assert str(read("5.55E+09")).startswith("Excel shortened this number to 5.55E+09 and its digits are lost.")


@pytest.mark.parametrize("cell", ["787-555-0134", "671-555-0134", "340-555-0134", "684-633-0134", "670-234-0134"])
def test_the_territories_are_reached(cell):
    assert isinstance(read(cell), Phone)


def test_a_clinics_own_phone_may_be_toll_free():
    assert read("800-555-1234", toll_free=True) == Phone("+18005551234", Kind.TOLL_FREE)
    assert isinstance(read("900-555-1234", toll_free=True), Reason)


@pytest.mark.parametrize(
    "cell",
    [
        "202-555-0134 / 202-555-0135",
        "202-555-0134/202-555-0135",
        "(202) 555-0134; (202) 555-0135",
        "2025550134, 2025550135",
        "2025550134 2025550135",
        "202-555-0134 or 202-555-0135",
        "202-555-0134 y 202-555-0135",
        "202-555-0134\n202-555-0135",
        "H: 202-555-0134 C: 202-555-0135",
        "home 202-555-0134, daughter 202-555-0135",
        "+12025550134 & +12025550135",
    ],
)
def test_two_phones_in_a_cell_are_two_phones(cell):
    assert [phone.e164 for phone in read_cell(cell) if isinstance(phone, Phone)] == ["+12025550134", "+12025550135"]


def test_the_same_phone_twice_in_a_cell_is_one():
    assert len(read_cell("202-555-0134 / (202) 555-0134")) == 1


def test_one_bad_phone_does_not_hide_the_good_one():
    good, bad = read_cell("202-555-0134 / 900-555-0134")
    assert isinstance(good, Phone)
    assert isinstance(bad, Reason)


def test_a_cell_with_other_words_is_refused_whole():
    assert [one.code for one in read_cell("202-555-0134 call 202-555-0135 after 5")] == ["phone.letters"]


@given(st.text(max_size=40))
def test_any_cell_gives_a_phone_or_a_reason(cell):
    for one in read_cell(cell):
        assert is_e164(one.e164) if isinstance(one, Phone) else str(one)


@given(st.integers(2_000_000_000, 9_999_999_999))
def test_what_is_read_is_a_valid_number_of_the_united_states(number):
    phone = read(str(number))
    if isinstance(phone, Phone):
        parsed = phonenumbers.parse(phone.e164)
        assert phonenumbers.is_valid_number(parsed)
        assert phonenumbers.region_code_for_number(parsed) in ("US", "PR", "GU", "VI", "AS", "MP")
        assert phone.e164[5:8] not in ("911", "411", "611")
