"""Whatever somebody types into any form of the console: no fault, nothing comes back as markup, and soon."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import pytest
from clinic_rows import rows_of
from console_staff import NOW, Browser, Hire, Person
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from test_who_may_open_what import ROWS, visits_to
from what_a_page_offers import Form, Offers

from service.app import Parts

SitDown = Callable[[Person], Browser]

# If this ever stands so in a page, a browser would run it.
MARKUP = "<svg onload=zx>'\"&"
SECONDS = 1.0
STRANGE = [
    *("", " ", MARKUP, "\0", "\r\n", "{when}", "{{7*7}}", "%s", "=1+1", "../../etc/passwd", "ñ" * 3000),
    *("-1", "0", "1", "999999999999999999999", "1e9", "+12025550134", "911", "STOP"),
    *("2026-02-31", "2026-12-03", "0000-00-00", "9999-12-31", "25:00", "14:30"),
]
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=40) | st.sampled_from(STRANGE)
# Fields of forms that are sent by scripts, or that stand on a page which a sample clinic does not reach.
OTHERS = ("name", "text", "q", "who", "day", "number", "place.0", "column.0", "outcome", "version")


def forms_of(app: Flask, browser: Browser, ids: dict[str, int]) -> list[Form]:
    """Every form that stands on a page of the console, and every address that takes one."""
    found: dict[str, Form] = {}
    for page in ROWS:
        for method, path in visits_to(app, page, ids):
            if method == "POST":
                found.setdefault(path, Form(path, "post"))
                continue
            answer = browser.client.get(path, environ_base={"REMOTE_ADDR": browser.address})
            if answer.status_code == 200 and "text/html" in answer.content_type:
                for form in Offers(path, answer.text).forms:
                    found.setdefault(form.action, form).fields.update(form.fields)
    return sorted(found.values(), key=lambda form: form.action)


@st.composite
def filled(draw: st.DrawFn, forms: Sequence[Form]) -> tuple[Form, dict[str, str]]:
    """One of the forms, each of its fields with anything in it, or with something that may be chosen."""
    form = draw(st.sampled_from(forms))
    names = sorted({*form.fields, *draw(st.lists(st.sampled_from(OTHERS), max_size=2))} - {"proof"})
    values = {}
    for name in names:
        choices = form.fields.get(name)
        values[name] = draw(st.sampled_from(choices) | TEXTS if choices else TEXTS)
    return form, values


def fill_in(browser: Browser, form: Form, values: dict[str, str]) -> None:
    """Send a form and look at what comes back. Raises AssertionError for a fault, for markup, or for slowness."""
    began = time.process_time()
    if form.method == "get":
        answer = browser.client.get(form.action, query_string=values, environ_base={"REMOTE_ADDR": browser.address})
    else:
        answer = browser.send(form.action, values)
    took = time.process_time() - began
    assert answer.status_code < 500, (form.action, values)
    assert "<svg onload=zx" not in answer.text, (form.action, values)
    assert took < SECONDS, (form.action, values, took)


@pytest.mark.parametrize("role", ["administrator", "desk"])
def test_no_form_breaks_whatever_is_typed(
    app: Flask, parts: Parts, hire: Hire, clinic_id: int, sit_down: SitDown, role: str
) -> None:
    with parts.database.write() as connection:
        ids = rows_of(connection, parts, clinic_id, NOW)
    person = hire("Some One", role)
    forms = forms_of(app, sit_down(person), ids)
    assert len(forms) > 30

    @settings(max_examples=settings().max_examples * 2 // 5)
    @given(filled(forms))
    def any_form(sent: tuple[Form, dict[str, str]]) -> None:
        fill_in(sit_down(person), *sent)

    any_form()
