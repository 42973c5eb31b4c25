"""GET /audio/NAME: a recording, kept by caches for a year because its name changes whenever its sound does."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, Response, abort, send_file

from service.audio.recordings import Recordings

A_YEAR_S = 31_536_000


def recordings_blueprint(recordings: Recordings) -> Blueprint:
    """The route for every clip that `recordings` knows. An unknown name, or a file that has gone, answers 404."""
    blueprint = Blueprint("recordings", __name__)

    @blueprint.get("/audio/<path:name>")
    def recording(name: str) -> Response:
        found = recordings.find(name)
        if found is None:
            abort(404)
        try:
            file = BytesIO(found.content) if found.content else found.path.absolute()
            # The manifest's hash as ETag: Flask's own is made from the file's date, which differs from host to host.
            response = send_file(file, mimetype="audio/wav", conditional=True, etag=found.sha256, max_age=A_YEAR_S)
        except FileNotFoundError:
            abort(404)
        response.cache_control.immutable = True
        if found.content:
            # It may name somebody's visit: the phone company keeps it, nobody between us does.
            response.cache_control.public = False
            response.cache_control.private = True
        return response

    return blueprint
