"""Joining with a card from the desk: JOIN and four digits, then a 1, and the consent record writes itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from service.content.library import HERE, read
from service.content.phrase import fill
from service.languages import Language
from service.reminders import audit
from service.reminders.clinics import clinic
from service.reminders.consent import Channel, Consent, record_consent
from service.reminders.contacts import NewContact, change_contact, link, save_contact
from service.reminders.optouts import lift
from service.reminders.people import patient
from service.reminders.privacy import Privacy
from service.reminders.refused import Refused
from service.reminders.rules.reason import Reason
from service.reminders.rules.zones import whereabouts
from service.storage.reminder_tables import join_cards, join_tries

CODES = 10_000
CARD_LASTS = 3 * 86400
# A phone's question is open this long; wrong codes are counted over a day.
QUESTION_LASTS = 86400
MOST_TRIES = 5
# On a call 9 leads to the settings, 9 twice stops, and 911 must be heard whatever is being keyed in.
NEVER_FIRST = "9"
SEALED = "join_cards.asked_number_sealed"


@dataclass(frozen=True)
class Card:
    """What the desk prepares. `number` (E.164) where it was typed in: then only that phone may use the card."""

    patient_id: int
    whose: str = "self"
    language: Language = Language.ENGLISH
    needs: tuple[str, ...] = ()
    number: str = ""


@dataclass(frozen=True)
class Asked:
    """A phone was shown `words` of a clinic and may agree with a 1. Without a card (`card_id` 0) they say so."""

    clinic_id: int
    card_id: int
    words: str
    language: Language
    clinic_name: str = ""


@dataclass(frozen=True)
class Joined:
    """Somebody agreed: the phone is a contact with a consent for `channel`, and `words` thank and ask for needs."""

    clinic_id: int
    contact_id: int
    patient_id: int
    consent_id: int
    channel: Channel
    words: str
    language: Language


def prepare_card(
    connection: Connection,
    privacy: Privacy,
    clinic_id: int,
    card: Card,
    who: str,
    now: int,
    chance: Callable[[int], int],
) -> str:
    """Prepare a card; returns its four digits, good for three days. `chance(n)` draws from 0 to n - 1. An earlier
    open card of the patient for the same person is replaced. Raises Refused where the patient is not active."""
    if patient(connection, clinic_id, card.patient_id).state != "active":
        raise Refused("patient.ended")
    connection.execute(
        update(join_cards)
        .where(join_cards.c.closed_at.is_(None), join_cards.c.valid_until < now)
        .values(closed_at=now, closed_why="expired")
    )
    same = (join_cards.c.patient_id == card.patient_id, join_cards.c.whose == card.whose)
    mine = (join_cards.c.clinic_id == clinic_id, *same, join_cards.c.closed_at.is_(None))
    connection.execute(update(join_cards).where(*mine).values(closed_at=now, closed_why="replaced"))
    taken = set(connection.execute(select(join_cards.c.code).where(join_cards.c.closed_at.is_(None))).scalars())
    if len(taken) >= CODES // 2:
        raise Refused("join.full")
    drawn = iter(lambda: f"{chance(CODES):04}", None)
    code = next(code for code in drawn if code not in taken and not code.startswith(NEVER_FIRST))
    values = {
        "clinic_id": clinic_id,
        "code": code,
        "patient_id": card.patient_id,
        "whose": card.whose,
        "language": card.language.value,
        "needs": ",".join(card.needs),
        "phone": privacy.phone(card.number) if card.number else "",
        "prepared_by": who,
        "prepared_at": now,
        "valid_until": now + CARD_LASTS,
    }
    card_id = connection.execute(insert(join_cards).values(values).returning(join_cards.c.id)).scalar_one()
    audit.note(connection, clinic_id, who, "card prepared", f"card {card_id} for patient {card.patient_id}", now)
    return code


def ask(
    connection: Connection, privacy: Privacy, code: str, number: str, channel: Channel, language: Language, now: int
) -> Asked:
    """A phone sent JOIN and `code`: the words to show it, kept until it answers. `language` is used where no card is
    found; a card has its own. After five wrong codes in a day a phone is asked to go to the desk."""
    phone = privacy.phone(number)
    if _tries(connection, phone, now) >= MOST_TRIES:
        return Asked(0, 0, _words()["too_often"][language.value], language)
    row = connection.execute(select(join_cards).where(*_usable(now), join_cards.c.code == code)).mappings().first()
    if row is None or row["phone"] not in ("", phone):
        _count_try(connection, phone, now)
        return Asked(0, 0, _words()["no_card"][language.value], language)
    spoken = Language(row["language"])
    name = clinic(connection, row["clinic_id"]).name_in_texts
    shown = fill(_words()[channel.value][spoken.value], {"clinic": name})
    # One open question for a phone: a newer card replaces an older one.
    connection.execute(update(join_cards).where(join_cards.c.asked_phone == phone).values(asked_phone=""))
    values = {
        "asked_phone": phone,
        "asked_number_sealed": privacy.seal(number, SEALED, row["id"]),
        "asked_channel": channel.value,
        "asked_wording": shown,
        "asked_at": now,
    }
    connection.execute(update(join_cards).where(join_cards.c.id == row["id"]).values(values))
    return Asked(row["clinic_id"], row["id"], shown, spoken, name)


def is_asked(connection: Connection, phone: str, now: int) -> bool:
    """Does this phone (its blind index) have the question open that a 1 answers?"""
    return _open_question(connection, phone, now) is not None


def open_question(connection: Connection, phone: str, now: int) -> Asked | None:
    """The words that this phone (its blind index) was shown and has not answered yet."""
    card = _open_question(connection, phone, now)
    if card is None:
        return None
    name = clinic(connection, card["clinic_id"]).name_in_texts
    return Asked(card["clinic_id"], card["id"], card["asked_wording"], Language(card["language"]), name)


def leave(connection: Connection, phone: str) -> None:
    """The owner of this phone (its blind index) does not want to join: nothing of it stays with a card."""
    kept_not = {"asked_phone": "", "asked_number_sealed": None}
    connection.execute(update(join_cards).where(join_cards.c.asked_phone == phone).values(kept_not))


def join(
    connection: Connection, privacy: Privacy, number: str, now: int, channel: Channel | None = None
) -> Joined | None:
    """The phone answered 1: its consent is recorded with the words it was shown, an older opt-out of it is lifted,
    and the card is used up. None where nothing was asked (over `channel`, if one is named: a 1 on a call never agrees
    to the words of a text), or the patient's reminders have ended meanwhile."""
    phone = privacy.phone(number)
    card = _open_question(connection, phone, now)
    if card is None or (channel and card["asked_channel"] != channel.value):
        return None
    if patient(connection, card["clinic_id"], card["patient_id"]).state != "active":
        return None
    clinic_id, language, agreed = card["clinic_id"], Language(card["language"]), Channel(card["asked_channel"])
    own = clinic(connection, clinic_id)
    where = whereabouts(number, own.zone)
    new = NewContact(
        number=number,
        whose=card["whose"],
        language=language,
        needs=tuple(filter(None, card["needs"].split(","))),
        zones="" if isinstance(where, Reason) else where.key,
        line_kind="mobile" if agreed is Channel.TEXT else "unknown",
    )
    contact_id = save_contact(connection, privacy, clinic_id, new, now)
    change_contact(connection, clinic_id, contact_id, language=language)
    initial = patient(connection, clinic_id, card["patient_id"]).first_initial
    link(connection, clinic_id, card["patient_id"], contact_id, initial)
    lift(connection, clinic_id, phone, now)
    consent = Consent(
        channel=agreed,
        wording=card["asked_wording"],
        version=_words()["version"],
        medium=agreed.value,
        given_at=now,
        recorded_by="the person's own answer 1",
        given_by="patient" if card["whose"] == "self" else "representative",
        source=f"card {card['id']}, prepared by {card['prepared_by']}",
    )
    consent_id = record_consent(connection, clinic_id, contact_id, consent, now)
    used = {"closed_at": now, "closed_why": "joined", "asked_number_sealed": None}
    connection.execute(update(join_cards).where(join_cards.c.id == card["id"]).values(used))
    audit.note(connection, clinic_id, "the person", "joined", f"contact {contact_id} by card {card['id']}", now)
    thanks = fill(_words()["joined"][language.value], {"clinic": own.name_in_texts})
    return Joined(clinic_id, contact_id, card["patient_id"], consent_id, agreed, thanks, language)


def needs_of(digits: str) -> tuple[str, ...]:
    """The needs that a person named with digits such as `13`; 0 and strange ones name none."""
    known = _words()["needs"]
    return tuple(dict.fromkeys(known[digit] for digit in digits if digit in known))


def card_words(name_in_texts: str, code: str, number: str, until: str, language: Language) -> str:
    """What is printed on the card: `number` as people write it, `until` a day in the reader's words."""
    fields = {"clinic": name_in_texts, "code": code, "number": number, "until": until}
    return fill(_words()["card"][language.value], fields)


def _usable(now: int) -> Sequence[Any]:
    return join_cards.c.closed_at.is_(None), join_cards.c.valid_until >= now


def _open_question(connection: Connection, phone: str, now: int) -> Any:
    open_one = (*_usable(now), join_cards.c.asked_phone == phone, join_cards.c.asked_at > now - QUESTION_LASTS)
    return connection.execute(select(join_cards).where(*open_one)).mappings().first()


def _tries(connection: Connection, phone: str, now: int) -> int:
    lately = (join_tries.c.phone == phone, join_tries.c.since > now - 86400)
    return connection.execute(select(join_tries.c.tries).where(*lately)).scalar_one_or_none() or 0


def _count_try(connection: Connection, phone: str, now: int) -> None:
    connection.execute(delete(join_tries).where(join_tries.c.since <= now - 86400))
    more = update(join_tries).where(join_tries.c.phone == phone).values(tries=join_tries.c.tries + 1)
    if not connection.execute(more).rowcount:
        connection.execute(insert(join_tries).values(phone=phone, since=now, tries=1))


@cache
def _words() -> Any:
    return read(HERE / "reminders" / "consent_words.yaml")
