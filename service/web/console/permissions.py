"""Who may do what: fine permissions, and the three roles that a clinic gives them out by."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    """A preset of permissions, as kept in `staff.role`."""

    DESK = "desk"
    NURSE = "nurse"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """One thing that somebody may or may not do. Every page asks for exactly one."""

    OWN_ACCOUNT = "own account"
    SEE_TODAY = "see today"
    SEE_PEOPLE = "see people"
    CHANGE_PEOPLE = "change people"
    ERASE_PEOPLE = "erase people"
    IMPORT_FILES = "import files"
    SEE_VISITS = "see visits"
    CHANGE_VISITS = "change visits"
    SEE_TEMPLATES = "see templates"
    CHANGE_TEMPLATES = "change templates"
    APPROVE_TEMPLATES = "approve templates"
    SEE_BROADCASTS = "see broadcasts"
    PREPARE_BROADCASTS = "prepare broadcasts"
    APPROVE_BROADCASTS = "approve broadcasts"
    STOP_BROADCASTS = "stop broadcasts"
    SEE_INBOX = "see inbox"
    ANSWER_INBOX = "answer inbox"
    SEE_CONTENT = "see content"
    REVIEW_CONTENT = "review content"
    SEE_INSIGHT = "see insight"
    EXPORT = "export"
    SEE_STAFF = "see staff"
    CHANGE_STAFF = "change staff"
    SEE_AUDIT = "see audit"
    SEE_SETTINGS = "see settings"
    CHANGE_SETTINGS = "change settings"


DESK = frozenset(
    {
        Permission.OWN_ACCOUNT,
        Permission.SEE_TODAY,
        Permission.SEE_PEOPLE,
        Permission.CHANGE_PEOPLE,
        Permission.IMPORT_FILES,
        Permission.SEE_VISITS,
        Permission.CHANGE_VISITS,
        Permission.SEE_TEMPLATES,
        Permission.SEE_BROADCASTS,
        Permission.PREPARE_BROADCASTS,
        # Whoever sees that something is going wrong may stop it.
        Permission.STOP_BROADCASTS,
        Permission.SEE_INBOX,
        Permission.ANSWER_INBOX,
        Permission.SEE_CONTENT,
    }
)
NURSE = DESK | {
    Permission.CHANGE_TEMPLATES,
    Permission.APPROVE_TEMPLATES,
    Permission.APPROVE_BROADCASTS,
    Permission.REVIEW_CONTENT,
    Permission.SEE_INSIGHT,
}
PRESETS: Mapping[Role, frozenset[Permission]] = {
    Role.DESK: DESK,
    Role.NURSE: NURSE,
    Role.ADMINISTRATOR: frozenset(Permission),
}


def may(role: Role, permission: Permission) -> bool:
    """Does this role carry this permission?"""
    return permission in PRESETS[role]


def who_may(permission: Permission) -> tuple[Role, ...]:
    """The roles that carry a permission, to tell somebody whom to ask."""
    return tuple(role for role in Role if may(role, permission))
