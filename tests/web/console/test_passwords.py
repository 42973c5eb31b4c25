"""No password that anybody would try first, however it is dressed up, and none that is little more than a name."""

from __future__ import annotations

import pytest

from service.web.console.passwords import weakness


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "Password2026!!",
        "P@ssw0rd2026",
        "p4$$w0rd!!!!",
        "Welcome-2026!",
        "welcome welcome",
        "qwertyuiop123",
        "1234567890123",
        "Summer2026!!",
        "contraseña2026",
        "Clinic-Clinic-1",
        "oncology20262026",
    ],
)
def test_what_anybody_would_try_first_is_refused(password: str) -> None:
    assert weakness(password) == "password.common"


@pytest.mark.parametrize(
    "password",
    [
        "violin harvest copper nine",
        "dragon 7391 4820 1155",
        "correct battery lamp 9",
        "tres gatos negros bailan",
        "x7Kq-92pL-mm4Z",
    ],
)
def test_what_nobody_would_guess_is_taken(password: str) -> None:
    assert weakness(password, "Ana Ruiz") == ""


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short lamp", "password.short"),
        ("lamp " * 26, "password.long"),
        ("ababababababab", "password.repeats"),
        ("ana.ruiz.ana.ruiz", "password.personal"),
    ],
)
def test_what_is_wrong_is_named(password: str, why: str) -> None:
    assert weakness(password, "Ana Ruiz") == why
