"""The languages we speak."""

from __future__ import annotations

from enum import StrEnum


class Language(StrEnum):
    """A language of the service; the value is its two-letter code, as in the content files."""

    ENGLISH = "en"
    SPANISH = "es"

    @property
    def other(self) -> Language:
        """The other of our two languages, which settings offer."""
        return Language.SPANISH if self is Language.ENGLISH else Language.ENGLISH

    @property
    def twilio(self) -> str:
        """The tag that Twilio's <Say> and <Gather> take."""
        return "es-US" if self is Language.SPANISH else "en-US"
