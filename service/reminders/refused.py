"""What cannot be done as asked, in a sentence for the person who asked."""

from __future__ import annotations


class Refused(Exception):
    """A clinic's wish that we cannot follow; the message is a sentence saying why and what to do."""
