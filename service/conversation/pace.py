"""The pace of recordings: as most people speak, or slower with longer pauses."""

from __future__ import annotations

from enum import StrEnum


class Pace(StrEnum):
    """A pace; the value is its name in the manifest and in file names."""

    NORMAL = "normal"
    SLOW = "slow"
