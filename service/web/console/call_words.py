"""Calls in words: what a place of the line is called, what was played there, and how a call ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from service.conversation.pace import Pace
from service.conversation.reply import Part, ShowMenu, ShowPage
from service.conversation.tree import MAIN, Kind
from service.front_desk.words import Words
from service.languages import Language
from service.reminders.call_log import Call
from service.reminders.contacts import Contact, read_contact
from service.storage.reminder_tables import contacts
from service.web.console.inbox_list import served
from service.web.console.one_person import readable
from service.web.console.seat import Seat
from service.web.console.words import known


@dataclass(frozen=True)
class Played:
    """One step of a call: the key that led there (empty for silence), the name of the place, and the recordings that
    were played there, each with its words. An address is empty where the phone company's voice read them."""

    key: str
    name: str
    page: int
    recordings: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Caller:
    """Who called: people whom we know by their phone, and what to mind; empty for somebody we do not know."""

    people: tuple[tuple[int, str], ...] = ()
    contact: Contact | None = None


def callers(connection: Connection, seat: Seat, calls: Sequence[Call]) -> dict[str, Caller]:
    """Who is behind these phones (blind indexes), where this clinic knows them."""
    phones = {call.phone for call in calls if call.phone}
    mine = (contacts.c.clinic_id == seat.clinic_id, contacts.c.phone.in_(phones))
    found = [read_contact(row) for row in connection.execute(select(contacts).where(*mine)).mappings()]
    people = served(connection, seat, [contact.id for contact in found])
    return {contact.phone: Caller(tuple(people.get(contact.id, ())), contact) for contact in found}


def place_name(seat: Seat, place: str) -> str:
    """A place as a menu names it; places outside the menus by words of their own."""
    node = seat.parts.almanac().tree.node(place)
    if place == MAIN:
        return seat.say("calls.place_main")
    if node is not None:
        return node.title[seat.language]
    phrase = f"calls.place_{place}"
    return seat.say(phrase) if known(phrase) else seat.say("calls.place_gone")


def played(seat: Seat, call: Call) -> Iterator[Played]:
    """The way of a call, with what was played at each step as it sounds today."""
    words = seat.parts.almanac()
    language = Language(call.language) if call.language in list(Language) else Language.ENGLISH
    for place, page, key in call.trail:
        recordings = tuple(_recordings(words, language, place, page))
        yield Played(key, place_name(seat, place), page, recordings)


def our_number(call: Call) -> str:
    """The number of ours that was called, as people write it."""
    return readable(call.ours) if call.ours.startswith("+") else call.ours


def _recordings(words: Words, language: Language, place: str, page: int) -> Iterator[tuple[str, str]]:
    node = words.tree.node(place)
    part: Part | None = None
    if node is not None and node.kind is Kind.MENU:
        part = ShowMenu(node.code)
    elif node is not None and node.kind is Kind.TOPIC and node.topic not in words.tree.replaced:
        part = ShowPage(node.topic, page)
    if part is None:
        return
    for prompt in words.voice.speaker.prompts(part, language):
        yield words.voice.recordings.url(prompt.language, Pace.NORMAL, prompt) or "", prompt.words
