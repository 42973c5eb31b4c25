"""Loading a clinic's lists: a file is chosen, its columns matched once, tried without a change, then loaded."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from flask import Response, abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, select

from service.reminders import audit
from service.reminders.clinics import clinic, sites_of
from service.reminders.imports.columns import Kind, Match
from service.reminders.imports.columns import keep as keep_columns
from service.reminders.imports.error_file import write_errors
from service.reminders.imports.finding import BadFile, Finding
from service.reminders.imports.loading import load
from service.reminders.imports.reading import Sheet
from service.reminders.optouts import unlock
from service.storage.reminder_tables import files
from service.web.console import upload_columns, uploads
from service.web.console.console import Console
from service.web.console.permissions import Permission
from service.web.console.seat import Seat
from service.web.console.upload_trial import MOST_ROWS, checked_rows, read_through, said, sheet_of, trial
from service.web.console.uploads import Upload

ROWS_SHOWN = 5
FINDINGS_SHOWN = 100
EARLIER_SHOWN = 10


def add(console: Console) -> None:
    """Choosing a file, matching, trying and loading it."""

    @console.page("/import", Permission.IMPORT_FILES, methods=("GET", "POST"))
    def imports(seat: Seat) -> ResponseReturnValue:
        if request.method == "GET":
            return _first(seat)
        kind, file = request.form.get("kind", ""), request.files.get("file")
        if kind not in list(Kind) or file is None or not file.filename:
            return _first(seat, 422, seat.say("imports.choose_file"), kind)
        upload = Upload("", Kind(kind), uploads.safe_name(file.filename), file.read())
        try:
            with upload.on_disk() as path:
                read_through(sheet_of(upload.kind, path))
        except BadFile as error:
            return _first(seat, 422, said(error, seat), kind)
        return seat.back("import_columns", upload=uploads.keep(seat, upload.kind, upload.name, upload.body))

    @console.page("/import/<upload>", Permission.IMPORT_FILES, methods=("GET", "POST"))
    def import_columns(seat: Seat, upload: str) -> ResponseReturnValue:
        found = uploads.find(seat, upload)
        if found is None:
            return seat.back("imports", "imports.gone")
        with found.on_disk() as path:
            sheet = sheet_of(found.kind, path)
            if request.method == "GET":
                with seat.read() as connection:
                    match = upload_columns.proposed(connection, seat.clinic_id, found.kind, sheet)
                return _columns(seat, found, sheet, match)
            name = " ".join(request.form.get("name", "").split())[:60] or found.kind.value
            match = upload_columns.chosen(found.kind, sheet.header, request.form, name)
            if lacking := upload_columns.missing(found.kind, match):
                return _columns(seat, found, sheet, match, lacking)
            with seat.write() as connection:
                keep_columns(connection, seat.clinic_id, found.kind, match, name, seat.name, seat.now)
                seat.note(connection, "columns matched", f"{found.kind.value}: {name}")
        return seat.back("import_check", upload=upload, columns=name)

    @console.page("/import/<upload>/check", Permission.IMPORT_FILES)
    def import_check(seat: Seat, upload: str) -> ResponseReturnValue:
        found = uploads.find(seat, upload)
        if found is None:
            return seat.back("imports", "imports.gone")
        return _show_trial(seat, found)

    @console.page("/import/<upload>/rows.csv", Permission.IMPORT_FILES)
    def import_rows(seat: Seat, upload: str) -> ResponseReturnValue:
        found = uploads.find(seat, upload)
        if found is None:
            return seat.back("imports", "imports.gone")
        with trial(seat, found) as tried, tempfile.TemporaryDirectory(prefix="clearline-") as folder:
            path = Path(folder) / "rows.csv"
            write_errors(tried.checked.sheet, {one.line: one for one in tried.bad}, path, seat.language)
            rows = path.read_bytes()
        with seat.write() as connection:
            seat.note(connection, "rows to correct downloaded", found.kind.value)
        # Letters and digits only, so that the header cannot be broken out of.
        name = re.sub(r"[^A-Za-z0-9._-]", "_", f"{Path(found.name).stem}.errors.csv")
        told = {"Content-Disposition": f"attachment; filename={name}"}
        return Response(rows, content_type="text/csv; charset=utf-8", headers=told)

    @console.page("/import/<upload>/load", Permission.IMPORT_FILES, methods=("POST",))
    def import_load(seat: Seat, upload: str) -> ResponseReturnValue:
        found = uploads.find(seat, upload)
        if found is None:
            return seat.back("imports", "imports.gone")
        again, columns = "again" in request.form, request.form.get("columns", "")
        source = " ".join(request.form.get("source", "").split())[:120]
        with checked_rows(seat, found) as checked:
            if checked.tally.rows > MOST_ROWS:
                return _show_trial(seat, found, 422)
            try:
                done = load(
                    seat.parts.database, seat.privacy, checked, seat.name, seat.now, source=source, again=again
                )
            except BadFile:
                return _show_trial(seat, found, 422)
        # Rows that were left out can still be downloaded from the page of the file.
        return seat.back("import_file", "imports.loaded_told", file_id=done.file_id, upload=upload, columns=columns)

    @console.page("/import/files/<int:file_id>", Permission.IMPORT_FILES)
    def import_file(seat: Seat, file_id: int) -> ResponseReturnValue:
        mine = (files.c.clinic_id == seat.clinic_id, files.c.id == file_id)
        with seat.read() as connection:
            row = connection.execute(select(files).where(*mine)).mappings().first() or abort(404)
        token = request.args.get("upload", "")
        kept = uploads.find(seat, token) if token else None
        bad: list[Finding] = []
        if kept is not None and kept.kind.value == row["kind"]:
            with trial(seat, kept) as tried:
                bad = tried.bad if tried.checked.sheet.sha256 == row["sha256"] else []
        columns = request.args.get("columns", "")
        return seat.show(
            "import_file.html",
            loaded=row,
            counts=_counts(seat, row["counts"]),
            bad=bad,
            upload=token,
            columns=columns,
        )

    @console.page("/import/no-optouts", Permission.IMPORT_FILES, methods=("POST",))
    def no_optouts(seat: Seat) -> ResponseReturnValue:
        with seat.write() as connection:
            unlock(connection, seat.clinic_id, seat.now)
            audit.note(
                connection, seat.clinic_id, seat.name, "no opt-outs to load", f"clinic {seat.clinic_id}", seat.now
            )
        return seat.back("imports", "imports.no_optouts_told")


def _first(seat: Seat, status: int = 200, wrong: str = "", kind: str = "") -> Response:
    with seat.read() as connection:
        own = clinic(connection, seat.clinic_id)
        earlier = _earlier(connection, seat)
    return seat.show(
        "imports.html",
        status,
        kinds=list(Kind),
        kind=kind or Kind.VISITS.value,
        wrong=wrong,
        earlier=earlier,
        moving=own.moving and own.optouts_loaded_at is None,
        most=MOST_ROWS,
    )


def _columns(seat: Seat, found: Upload, sheet: Sheet, match: Match, lacking: list[str] | None = None) -> Response:
    with seat.read() as connection:
        own, sites = clinic(connection, seat.clinic_id), sites_of(connection, seat.clinic_id)
    name = match.name or re.sub(r"[\W\d_]+", " ", Path(found.name).stem).strip() or found.kind.value
    return seat.show(
        "import_columns.html",
        422 if lacking else 200,
        upload=found,
        header=sheet.header,
        header_line=sheet.header_row + 1,
        columns=upload_columns.questions(found.kind, match, sheet.first(ROWS_SHOWN)),
        known=bool(match.name) and not lacking,
        places=upload_columns.unknown_places(sheet, match, sites, own.zone),
        said=match.places,
        sites=sites,
        name=name,
        lacking=lacking or [],
    )


def _show_trial(seat: Seat, found: Upload, status: int = 200) -> Response:
    with trial(seat, found) as tried:
        tally = tried.loaded.tally if tried.loaded else tried.checked.tally
        return seat.show(
            "import_check.html",
            status,
            upload=found,
            columns=request.values.get("columns", ""),
            trial=tried,
            tally=tally,
            covered=tried.checked.covered if not tried.checked.correction else None,
            counts=_counts(seat, tally.counts),
            bad=tried.bad[:FINDINGS_SHOWN],
            notes=tally.notes[:FINDINGS_SHOWN],
            asks_source=found.kind in (Kind.OPTOUTS, Kind.CONSENTS),
            again_needed=status == 422 and tried.seen is not None,
        )


def _earlier(connection: Connection, seat: Seat) -> list[object]:
    """The files that were loaded last."""
    mine = select(files).where(files.c.clinic_id == seat.clinic_id)
    rows = connection.execute(mine.order_by(files.c.loaded_at.desc(), files.c.id.desc()).limit(EARLIER_SHOWN))
    return list(rows.mappings())


def _counts(seat: Seat, counts: dict[str, int] | None) -> list[tuple[str, int]]:
    """What was counted, in words."""
    return [(_counted(seat, name), count) for name, count in sorted((counts or {}).items()) if count]


def _counted(seat: Seat, name: str) -> str:
    return seat.say("imports.count_" + re.sub(r"\W+", "_", name))
