"""Sample lists to try the import with: a dozen invented people, their visits tomorrow, consents and an opt-out."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from service.content.phrase import fill
from service.languages import Language
from service.reminders.imports.columns import Kind
from service.reminders.rules.tables import table

LANGUAGES = {"English": Language.ENGLISH, "Spanish": Language.SPANISH}
AGREED_BEFORE = timedelta(days=30)
SOURCE = "sample paper form"


def sample_list(kind: Kind, today: date, clinic: str) -> str:
    """A CSV of `kind`, as a clinic's own system might write it: visits on the day after `today`, consents given a
    month before it to the words that name `clinic`."""
    sample = table("sample_lists")
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(sample["headings"][kind.value])
    writer.writerows(_rows(kind, sample, today, clinic))
    return written.getvalue()


def _rows(kind: Kind, sample: Any, today: date, clinic: str) -> Iterator[tuple[str, ...]]:
    tomorrow = today + timedelta(days=1)
    for number, (ref, name, phone, language, needs, hour) in enumerate(sample["people"]):
        if kind is Kind.PATIENTS:
            yield ref, name, phone, language, needs
        elif kind is Kind.VISITS:
            clock = f"{(hour - 1) % 12 + 1}:{(number % 2) * 30:02} {'AM' if hour < 12 else 'PM'}"
            yield f"V{9000 + number}", ref, f"{tomorrow:%m/%d/%Y}", clock, "Scheduled"
        elif kind is Kind.CONSENTS and ref not in sample["refuses"]:
            words = fill(table("consent_words")["text"][LANGUAGES[language].value], {"clinic": clinic})
            yield phone, "text and call", f"{today - AGREED_BEFORE:%m/%d/%Y}", words, SOURCE
        elif kind is Kind.OPTOUTS and ref in sample["stopped"]:
            yield phone, f"{today - timedelta(days=1):%m/%d/%Y}", "STOP"
