"""Export: all that the clinic has about its people in one zip, asked for with a fresh code and written down."""

from __future__ import annotations

from tempfile import TemporaryFile

from flask import send_file
from flask.typing import ResponseReturnValue

from service.reminders import why
from service.reminders.export import Words, export
from service.web.console.console import Console
from service.web.console.permissions import Permission
from service.web.console.seat import Seat


def add(console: Console) -> None:
    """The page that says what is in it, and the file."""

    @console.page("/settings/export", Permission.EXPORT, fresh=True)
    def export_page(seat: Seat) -> ResponseReturnValue:
        return seat.show("export.html")

    @console.page("/settings/export.zip", Permission.EXPORT, methods=("POST",), fresh=True)
    def export_file(seat: Seat) -> ResponseReturnValue:
        words = Words(
            head=lambda name: seat.say(f"export.{name}"),
            told=lambda reason: why.told(reason, seat.language),
            zone=seat.dates.zone,
        )
        # Deleted by the system as soon as it was sent: what it holds is open to whoever reads it.
        file = TemporaryFile()  # noqa: SIM115 - closed by the answer, after its last byte
        with seat.read() as connection:
            rows = export(connection, seat.privacy, seat.clinic_id, words, file)
        with seat.write() as connection:
            counts = ", ".join(f"{name} {count}" for name, count in rows.items())
            seat.note(connection, "clinic exported", f"clinic {seat.clinic_id}: {counts}")
        file.seek(0)
        name = f"clearline-{seat.dates.today.isoformat()}.zip"
        return send_file(file, mimetype="application/zip", as_attachment=True, download_name=name)
