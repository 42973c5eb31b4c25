"""The seat at the console: who sits there now, what may be reached from it, and how an answer is given."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from flask import Response, g, make_response, redirect, render_template, request, url_for
from sqlalchemy import Connection

from service.audio.recordings import Recordings
from service.content.library import Library
from service.conversation.world import World
from service.front_desk.almanac import Almanac
from service.front_desk.noticeboard import Noticeboard
from service.gateway.base import Gateway
from service.languages import Language
from service.reminders import audit
from service.reminders.people import NAME_SEALED
from service.reminders.privacy import Privacy
from service.settings import Settings
from service.storage.database import Database
from service.storage.vault import Sealed, Vault
from service.web.console.dates import Dates
from service.web.console.permissions import Permission, may
from service.web.console.sessions import Sitting
from service.web.console.words import say


class Parts(Protocol):
    """What the console needs of an installation."""

    @property
    def settings(self) -> Settings: ...
    @property
    def database(self) -> Database: ...
    @property
    def vault(self) -> Vault: ...
    @property
    def recordings(self) -> Recordings: ...
    @property
    def almanac(self) -> Almanac: ...
    @property
    def library(self) -> Library: ...
    @property
    def noticeboard(self) -> Noticeboard: ...
    @property
    def gateway(self) -> Gateway: ...
    @property
    def world(self) -> Callable[[], World]: ...
    @property
    def clock(self) -> Callable[[], float]: ...
    def look_now(self) -> None: ...


@dataclass(frozen=True)
class Seat:
    """One request to the console. `sitting` is None for whoever is not signed in; `visitor` is the id in the cookie;
    `now` is in seconds since 1970."""

    parts: Parts
    sitting: Sitting | None
    visitor: str
    language: Language
    now: int

    @property
    def me(self) -> Sitting:
        """Who is signed in. Only pages that ask for a permission may use it."""
        assert self.sitting is not None
        return self.sitting

    @property
    def clinic_id(self) -> int:
        """The clinic that every question to the database must name."""
        return self.me.clinic_id

    @property
    def name(self) -> str:
        """How deeds of this person are signed."""
        return self.me.name

    @cached_property
    def privacy(self) -> Privacy:
        """Opens names and numbers."""
        return Privacy(self.parts.vault, self.parts.settings.phone_key)

    @property
    def dates(self) -> Dates:
        """Writes times on the clinic's clock."""
        zone = self.sitting.zone if self.sitting else self.parts.settings.clinic_zone
        return Dates(zone, self.language, self.now)

    def may(self, permission: Permission) -> bool:
        """May this person do that?"""
        return self.sitting is not None and may(self.sitting.role, permission)

    def read(self) -> AbstractContextManager[Connection]:
        """A connection to read with."""
        return self.parts.database.read()

    def write(self) -> AbstractContextManager[Connection]:
        """One transaction, committed at the end of the block."""
        return self.parts.database.write()

    def note(self, connection: Connection, what: str, about: str) -> None:
        """Write into the audit what this person did; `about` names rows by their id."""
        audit.note(connection, self.clinic_id, self.name, what, about, self.now)

    def note_shown(self, patient_ids: Iterable[int | None]) -> None:
        """Write down whose names this person now sees; pages that show names call it."""
        shown = ", ".join(f"patient {one}" for one in sorted({one for one in patient_ids if one is not None}))
        if shown:
            with self.write() as connection:
                self.note(connection, "patients listed", shown)

    def patient_name(self, patient_id: int | None, sealed: bytes | None) -> str:
        """The name in `patients.name_sealed`; empty where it was erased or our keys do not open it."""
        if patient_id is None or sealed is None:
            return ""
        try:
            return self.privacy.open(sealed, NAME_SEALED, patient_id)
        except Sealed:
            return ""

    def say(self, phrase: str, /, **fields: object) -> str:
        """A phrase in the language of this person."""
        return say(self.language, phrase, **fields)

    def show(self, template: str, status: int = 200, **values: object) -> Response:
        """A page made from `templates/console/TEMPLATE`, with what an earlier page left to be told."""
        told = self._told()
        return make_response(render_template(f"console/{template}", seat=self, told=told, **values), status)

    def back(self, page: str, phrase: str = "", fields: Mapping[str, str] | None = None, **where: Any) -> Response:
        """Go on to another page (the name of its function), and tell `phrase` there."""
        if phrase:
            g.console_notice = json.dumps([phrase, dict(fields or {})])
        return self.to(url_for(f"console.{page}", **where))

    def to(self, address: str) -> Response:
        """Go on to an address of ours with GET."""
        answer = redirect(address, 303)
        assert isinstance(answer, Response)
        return answer

    @property
    def browser(self) -> str:
        """The browser as it names itself, to be recognised in a list of sessions."""
        return request.headers.get("User-Agent", "")[:200]

    def _told(self) -> str:
        if self.sitting is None or not self.sitting.notice:
            return ""
        g.console_notice = ""
        phrase, fields = json.loads(self.sitting.notice)
        return self.say(phrase, **fields)
