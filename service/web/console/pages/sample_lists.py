"""Sample lists to download in the try-out, to import before a clinic has a file of its own."""

from __future__ import annotations

from flask import Response, abort, request
from flask.typing import ResponseReturnValue

from service.reminders.clinics import clinic
from service.reminders.imports.columns import Kind
from service.reminders.sample_lists import sample_list
from service.web.console.console import Console
from service.web.console.permissions import Permission
from service.web.console.seat import Seat


def add(console: Console) -> None:
    """One list of each kind. With a real account there is none: nobody invented belongs among patients."""

    @console.page("/import/sample.csv", Permission.IMPORT_FILES)
    def sample_file(seat: Seat) -> ResponseReturnValue:
        kind = request.args.get("kind", Kind.PATIENTS.value)
        if kind not in list(Kind) or not seat.parts.settings.tryout:
            abort(404)
        with seat.read() as connection:
            name = clinic(connection, seat.clinic_id).name_in_texts
        rows = sample_list(Kind(kind), seat.dates.today, name)
        told = {"Content-Disposition": f"attachment; filename=sample-{kind}.csv"}
        return Response(rows, content_type="text/csv; charset=utf-8", headers=told)
