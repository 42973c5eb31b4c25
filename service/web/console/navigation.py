"""The sections of the console, in the order of the day; a section shows once its page exists and one may see it."""

from __future__ import annotations

from dataclasses import dataclass

from service.web.console.permissions import Permission


@dataclass(frozen=True)
class Section:
    """`page` is the name of its first page, which is also its phrase: `navigation.today`."""

    page: str
    permission: Permission


SECTIONS = (
    Section("today", Permission.SEE_TODAY),
    Section("inbox", Permission.SEE_INBOX),
    Section("calls", Permission.SEE_INBOX),
    Section("people", Permission.SEE_PEOPLE),
    Section("visits", Permission.SEE_VISITS),
    Section("templates", Permission.SEE_TEMPLATES),
    Section("plans", Permission.SEE_TEMPLATES),
    Section("broadcasts", Permission.SEE_BROADCASTS),
    Section("content", Permission.SEE_CONTENT),
    Section("insight", Permission.SEE_INSIGHT),
    Section("staff", Permission.SEE_STAFF),
    Section("audit", Permission.SEE_AUDIT),
    Section("settings", Permission.SEE_SETTINGS),
)
