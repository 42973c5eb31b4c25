"""The door of the console: every page goes through it, and none opens without saying who may come in."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from functools import wraps
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, g, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from service.languages import Language
from service.storage.console_tables import logins
from service.storage.database import StorageDown
from service.web.console import here, sessions
from service.web.console.look import looks
from service.web.console.permissions import Permission, may, who_may
from service.web.console.seat import Parts, Seat
from service.web.console.sessions import SEEN_EVERY, Sitting, Stage
from service.web.console.sign_in_form import SignInForm
from service.web.console.wrong import page_for

HERE = Path(__file__).parent
LANGUAGE_COOKIE = "clearline_language"
A_YEAR = 365 * 86400

View = Callable[..., ResponseReturnValue]


class Open(Enum):
    """Pages that somebody sees who is not signed in."""

    ANYONE = "anyone"


@dataclass(frozen=True)
class Entry:
    """Who may open a page: `stage` is how far they must have signed in, `fresh` asks for a factor at most five
    minutes old, `polling` does not count as being there."""

    permission: Permission | Open
    stage: Stage = Stage.FULL
    fresh: bool = False
    polling: bool = False


class Console:
    """The blueprint at /console, and the rule of entry of each of its pages."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.entries: dict[str, Entry] = {}
        self.encrypted = parts.settings.public_url.startswith("https:")
        # The prefix makes browsers refuse the cookie from anywhere but this host, over https.
        prefix = "__Host-" if self.encrypted else ""
        self.session_cookie = f"{prefix}clearline_session"
        self.visitor_cookie = f"{prefix}clearline_visitor"
        self.browser_cookie = f"{prefix}clearline_browser"
        self.blueprint = Blueprint(
            "console",
            __name__,
            url_prefix="/console",
            static_folder=str(HERE / "static"),
            static_url_path="/static",
            template_folder=str(HERE / "templates"),
        )
        self.blueprint.get_send_file_max_age = lambda filename: A_YEAR  # type: ignore[method-assign]
        self.blueprint.after_request(self._with_headers)
        self.blueprint.register_error_handler(Exception, self._wrong)
        self.blueprint.context_processor(looks)

    def page(
        self,
        rule: str,
        permission: Permission | Open,
        *,
        methods: Iterable[str] = ("GET",),
        stage: Stage = Stage.FULL,
        fresh: bool = False,
        polling: bool = False,
    ) -> Callable[[View], View]:
        """Open `rule` (below /console) to whoever has `permission`. The function gets a Seat and the parts of the
        address, and its name is the name of the page."""

        def add(view: View) -> View:
            entry = Entry(permission, stage, fresh, polling)

            @wraps(view)
            def entered(**where: Any) -> ResponseReturnValue:
                seat = self._seat(entry)
                return self._refusal(seat, entry) or view(seat, **where)

            self.entries[view.__name__] = entry
            self.blueprint.add_url_rule(rule, view.__name__, entered, methods=list(methods))
            return view

        return add

    def with_session(self, response: Response, session_id: str) -> Response:
        """Give the browser the id of a session, for as long as it stays open."""
        response.set_cookie(
            self.session_cookie, session_id, secure=self.encrypted, httponly=True, samesite="Lax", path="/"
        )
        return response

    def without_session(self, response: Response) -> Response:
        """Take the id away, and what the browser may have kept of our pages.

        The cookies are named one by one: the one by which this browser is known to its owner stays."""
        response.delete_cookie(self.session_cookie, secure=self.encrypted, httponly=True, samesite="Lax", path="/")
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response

    def known_as(self) -> str:
        """The token of a browser from which somebody has signed in; empty for a strange one."""
        return request.cookies.get(self.browser_cookie, "")

    def with_browser(self, response: Response, token: str) -> Response:
        """Let this browser be known again."""
        response.set_cookie(
            self.browser_cookie,
            token,
            max_age=90 * 86400,
            secure=self.encrypted,
            httponly=True,
            samesite="Strict",
            path="/",
        )
        return response

    def _seat(self, entry: Entry) -> Seat:
        now = int(self.parts.clock())
        session_id = request.cookies.get(self.session_cookie, "")
        sitting = self._sitting(session_id, entry, now) if session_id else None
        visitor = session_id if sitting else request.cookies.get(self.visitor_cookie, "")
        if not visitor:
            visitor = g.console_visitor = secrets.token_urlsafe(32)
        seat = Seat(self.parts, sitting, visitor, _language(sitting), now)
        g.console_seat = seat
        return seat

    def _sitting(self, session_id: str, entry: Entry, now: int) -> Sitting | None:
        with self.parts.database.read() as connection:
            sitting = sessions.find(connection, session_id, now)
        if sitting and not entry.polling and now - sitting.seen_at >= SEEN_EVERY:
            with self.parts.database.write(durable=False) as connection:
                sessions.seen(connection, sitting, now)
        return sitting

    def _refusal(self, seat: Seat, entry: Entry) -> ResponseReturnValue | None:
        """What is answered in place of the page; None where it may be opened."""
        changes = request.method not in ("GET", "HEAD", "OPTIONS")
        if changes and not self._is_ours(seat):
            return seat.show("refused.html", 403, reason="errors.not_ours")
        if entry.permission is Open.ANYONE:
            return None
        if seat.sitting is None:
            return self._to_the_door(seat)
        if seat.sitting.stage is not entry.stage and entry.stage is Stage.FULL:
            return seat.back("second_factor" if seat.sitting.stage is Stage.PASSWORD else "factor_setup")
        if seat.sitting.stage is not entry.stage:
            return seat.back("today")
        assert isinstance(entry.permission, Permission)
        if not may(seat.sitting.role, entry.permission):
            roles = who_may(entry.permission)
            return seat.show("refused.html", 403, reason="errors.not_allowed", roles=roles)
        if entry.fresh and not seat.sitting.is_fresh(seat.now):
            return self._ask_for_factor(seat, changes)
        return None

    def _to_the_door(self, seat: Seat) -> ResponseReturnValue:
        with seat.read() as connection:
            nobody = connection.execute(select(logins.c.staff_id).limit(1)).first() is None
        if nobody:
            return seat.back("first_run")
        return seat.show("sign_in.html", 401, back=_asked_for(), form=SignInForm())

    def _ask_for_factor(self, seat: Seat, changes: bool) -> ResponseReturnValue:
        if changes:
            return seat.show("refused.html", 403, reason="errors.not_fresh", confirm=True)
        return seat.to(url_for("console.confirm", back=_asked_for()))

    def _is_ours(self, seat: Seat) -> bool:
        settings = self.parts.settings
        given = request.form.get("proof", "") or request.headers.get("X-Proof", "")
        return here.is_our_own_page(request, settings.public_url) and here.is_proof(
            settings.secret_key, seat.visitor, given
        )

    def _with_headers(self, response: Response) -> Response:
        nonce = g.get("console_nonce", "")
        allowed = f"'nonce-{nonce}'" if nonce else "'none'"
        response.headers["Content-Security-Policy"] = (
            f"default-src 'none'; script-src {allowed}; style-src {allowed}; img-src 'self' data:; "
            "media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
        if request.endpoint == "console.static":
            response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
        else:
            response.headers["Cache-Control"] = "no-store"
        self._leave_notice()
        if visitor := g.get("console_visitor"):
            response.set_cookie(
                self.visitor_cookie, visitor, secure=self.encrypted, httponly=True, samesite="Lax", path="/"
            )
        return response

    def _leave_notice(self) -> None:
        # Kept here, after the page, so that a page may say where to go from within its transaction.
        seat: Seat | None = g.get("console_seat")
        if "console_notice" in g and seat is not None and seat.sitting is not None:
            with suppress(StorageDown), self.parts.database.write(durable=False) as connection:
                sessions.leave_notice(connection, seat.sitting.id_hash, g.console_notice)

    def _wrong(self, error: Exception) -> ResponseReturnValue:
        if "console_seat" not in g:
            # A file that we do not have, or a fault before anybody sat down: the page is made for nobody.
            g.console_seat = Seat(self.parts, None, "", _language(None), int(self.parts.clock()))
        return page_for(error, g.console_seat)


def _asked_for() -> str:
    """The page to come back to: what was asked for, or where the form that was sent stands."""
    if request.method == "GET":
        return here.safe_return(request.full_path.rstrip("?"))
    return "/console/"


def _language(sitting: Sitting | None) -> Language:
    wanted = (sitting.language if sitting else "") or request.cookies.get(LANGUAGE_COOKIE, "")
    wanted = wanted or request.accept_languages.best_match(list(Language)) or ""
    return Language(wanted) if wanted in list(Language) else Language.ENGLISH
