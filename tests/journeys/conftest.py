"""Talks named `reminder_...` happen at a sample clinic, whose people were reminded of a visit before they write."""

from __future__ import annotations

from pathlib import Path

import pytest
from clinic import Clinic
from clock import Clock

from service.app import Parts
from service.languages import Language
from service.reminders.join import Card, prepare_card
from service.reminders.people import save_patient

# Their phones, and whose visit each was reminded of: Thursday, December 3, at 2:30 PM in New York.
ANA, LUZ = "+15555550301", "+15555550302"
SHARED = "+15555550303"
# Cards from the desk, and their languages.
CARDS = {4821: Language.ENGLISH, 1357: Language.SPANISH}


@pytest.fixture(autouse=True)
def reminded(request: pytest.FixtureRequest) -> None:
    """Remind the people of the clinic, for talks that begin so."""
    talk = request.node.callspec.params.get("talk") if hasattr(request.node, "callspec") else None
    if not isinstance(talk, Path) or not talk.stem.startswith("reminder_"):
        return
    parts: Parts = request.getfixturevalue("parts")
    clock: Clock = request.getfixturevalue("clock")
    clinic = Clinic.of(parts.database, parts.settings, clock)
    clinic.reminded("A", ANA)
    clinic.reminded("L", LUZ, language=Language.SPANISH)
    clinic.reminded("M", SHARED, local="2026-12-04 09:00")
    clinic.reminded("J", SHARED)
    with clinic.database.write() as connection:
        for code, language in CARDS.items():
            patient = save_patient(connection, clinic.privacy, clinic.id, f"card {code}", "", "C", int(clock()))
            card = Card(patient, language=language)
            prepare_card(connection, clinic.privacy, clinic.id, card, "Ana", int(clock()), {10_000: code}.__getitem__)
