"""The clinic console at /console: a day's work in a browser, for every pair of hands.

A page, in five minutes:

1. `pages/NAME.py` with `def add(console: Console) -> None:` is found by standing there. In it:

       @console.page("/visits/<int:visit_id>", Permission.SEE_VISITS)
       def visit(seat: Seat, visit_id: int) -> ResponseReturnValue:
           with seat.read() as connection:
               row = ... where(visits.c.clinic_id == seat.clinic_id, visits.c.id == visit_id) ... or abort(404)
           return seat.show("visit.html", visit=row)

   A change takes POST, `with seat.write() as connection:`, `seat.note(connection, "what", "visit 3")` and ends with
   `seat.back("visit", "visits.moved", visit_id=3)`: the phrase is told on the next page. `fresh=True` asks for a
   second factor at most five minutes old; `polling=True` does not count as being there.
   Names come from `seat.patient_name(...)`; `seat.note_shown(ids)`, outside a transaction, notes who saw them.
2. `templates/console/NAME.html` extends base.html: `{% set section = "visits" %}`, blocks `title` and `content`;
   forms, fields, errors, tables, empty states and pages come from `ui` (macros.html), times from
   `dates.moment(seconds)`.
3. Every word stands in `service/content/console/NAME.yaml` as `key: {en: ..., es: ...}` and is said with
   `t("NAME.key", field=...)` in a template and `seat.say(...)` in Python; labels of form fields are such names too.
4. Who may open it stands in `tests/web/console/matrix/NAME.yaml`; a page without a row there fails the tests.
   Its address goes into `tests/browser/console/addresses/NAME.yaml`: axe then looks at it, light and dark.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from flask import Flask

from service.web.console import pages
from service.web.console.console import Console
from service.web.console.seat import Parts


def register(app: Flask, parts: Parts) -> Console:
    """Add the console to an application."""
    console = Console(parts)
    for module in sorted(iter_modules(pages.__path__), key=lambda one: one.name):
        import_module(f"{pages.__name__}.{module.name}").add(console)
    app.register_blueprint(console.blueprint)
    app.extensions["console"] = console
    return console
