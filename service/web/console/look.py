"""What every template of the console may call: phrases, permissions, times, the proof of a form, the sections."""

from __future__ import annotations

import secrets
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import current_app, g, request, url_for
from markupsafe import Markup

from service.languages import Language
from service.web.console.here import proof
from service.web.console.navigation import SECTIONS, Section
from service.web.console.permissions import Permission
from service.web.console.seat import Seat
from service.web.console.words import known, say

STATIC = Path(__file__).parent / "static"
NAMES = {Language.ENGLISH: "English", Language.SPANISH: "Español"}


def looks() -> dict[str, Any]:
    """The names for templates, made for the seat of this request."""
    seat: Seat | None = g.get("console_seat")
    if seat is None:
        return {}
    if "console_nonce" not in g:
        g.console_nonce = secrets.token_urlsafe(16)
    settings = seat.parts.settings
    return {
        "t": seat.say,
        "known": known,
        "in_language": lambda language, name, **fields: say(language, name, **fields),
        "languages": [(language, NAMES[language]) for language in Language],
        "language": seat.language,
        "may": lambda permission: seat.may(Permission(permission)),
        "dates": seat.dates,
        "nonce": g.console_nonce,
        "proof": lambda: Markup('<input type="hidden" name="proof" value="{}">').format(
            proof(settings.secret_key, seat.visitor)
        ),
        "proof_value": lambda: proof(settings.secret_key, seat.visitor),
        "sections": [section for section in SECTIONS if _shows(seat, section)],
        "here": request.full_path.rstrip("?"),
        "file": _file,
        "tryout": settings.tryout,
        "safety_waiting": len(seat.parts.noticeboard.posted.unread) if settings.content_review == "required" else 0,
        "pages_closed": len(seat.parts.noticeboard.posted.withdrawn),
    }


def _shows(seat: Seat, section: Section) -> bool:
    return seat.may(section.permission) and f"console.{section.page}" in current_app.view_functions


def _file(name: str) -> str:
    """The address of a file of ours, which changes with its bytes, so that browsers may keep it for ever."""
    return url_for("console.static", filename=name, v=_mark(name))


@cache
def _mark(name: str) -> str:
    return sha256((STATIC / name).read_bytes()).hexdigest()[:12]
