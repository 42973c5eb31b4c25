"""Speech on a call: only the words of the menu on offer and `a person`; what is unsure is asked back."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import fuzz

from service.conversation.understanding.normalise import Normaliser
from service.conversation.understanding.reading import Reading

SURE = 0.6  # the recogniser's own confidence (0 to 1) below which it is asked back
ALIKE = 80  # of 100: how near the words must be to a title on offer
URGENT_BRANCH = "1"
PERSON = ("person", "a person", "persona", "una persona", "talk to a person", "hablar con una persona", "operator")


def read_speech(
    normaliser: Normaliser, words: str, confidence: float | None, offered: Sequence[tuple[str, str]]
) -> Reading:
    """The choice a caller said, as `code`, an action, or `action:unknown`.

    A television, a relay operator and a breath are heard too, so nothing urgent and no stop is ever decided by
    speech: those readings have `confident` false, as do all that the recogniser or we are unsure of.
    """
    said = normaliser.words(words).text.strip()
    sure = confidence is None or confidence >= SURE
    if said in PERSON:
        return Reading("action:person", confident=sure)
    ranked = sorted(
        ((fuzz.token_set_ratio(said, normaliser.words(title).text.strip()), key) for key, title in offered),
        reverse=True,
    )
    if not said or not ranked or ranked[0][0] < ALIKE:
        return Reading("action:unknown", confident=False)
    (score, key), others = ranked[0], ranked[1:]
    alone = not others or others[0][0] < score
    return _chosen(key, sure and alone)


def _chosen(key: str, sure: bool) -> Reading:
    if key.isdigit():
        return Reading("code", value=key, confident=sure and not key.startswith(URGENT_BRANCH))
    label = key if ":" in key else f"action:{key}"
    return Reading(label, confident=sure and label not in ("action:stop", "action:crisis", "action:emergency"))
