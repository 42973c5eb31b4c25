"""Texts of people whom a clinic knows, and of whoever writes to a clinic's own number."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from service.conversation import places
from service.conversation.digits import MENU_MINUTES
from service.conversation.engine import advance
from service.conversation.reply import OptOut, Reply, Say, ShowMenu
from service.conversation.said import Text
from service.conversation.state import State
from service.conversation.tree import MAIN, Kind, Tree
from service.conversation.understanding.answers import read_answer
from service.conversation.understanding.reading import Reading
from service.conversation.world import World
from service.front_desk.messages import InboundText
from service.front_desk.words import Words
from service.languages import Language
from service.reminders.answers.hear import hear
from service.reminders.answers.situation import Written
from service.reminders.privacy import Privacy
from service.storage.talks import Talk

# Commands whose answer ends with the main menu.
SHOWING_MENU = frozenset({"action:start", "action:language-en", "action:language-es"})


@dataclass(frozen=True)
class ClinicTexts:
    """Answers them with the words of the day; what the clinics do not answer, the line does, in `world`."""

    words: Words
    privacy: Privacy
    world: World

    def take(
        self, connection: Connection, state: State, message: InboundText, said: Text, at: int, now: int
    ) -> tuple[State, Reply]:
        """The next state and the answer; what the text changes is done in the transaction of `connection`. `at`: when
        it was written, `now`: when it is answered, in seconds since 1970."""
        language = said.reading.language or state.language
        menu, choice = _asked_of_line(self.words.tree, state, said.minute, language or Language.ENGLISH)
        written = Written(
            sid=message.sid,
            number=message.sender,
            phone=self.privacy.phone(message.sender),
            ours=message.to,
            body=message.body,
            reading=said.reading,
            answer=read_answer(message.body),
            at=at,
            now=now,
            language=state.language,
            stopped=said.stopped,
            only=said.clinic,
            clinic_name=self.world.clinic_name,
            call=self.world.person_spoken,
            phrase=lambda name, spoken: self.words.library.phrases[name].text[spoken],
            menu=menu,
            choice=choice,
            asked_at=state.asked_at * 60,
        )
        heard = hear(connection, self.privacy, written)
        state = replace(state, language=state.language or heard.language)
        if heard.parts is None:
            if heard.digit:
                said = replace(said, reading=Reading("digit", value=heard.digit))
            own = replace(
                self.world,
                person=heard.call or self.world.person,
                clinic_name=heard.clinic_name or self.world.clinic_name,
            )
            new, reply = advance(self.words.tree, state, said, own)
            if said.clinic and said.reading.label in SHOWING_MENU:
                new, reply = _at_the_door(state, new, reply, own)
            return new, replace(reply, parts=(*reply.parts, *heard.besides))
        if any(isinstance(effect, OptOut) for effect in heard.effects):
            state = places.at(state, MAIN)
        new = replace(state, language=heard.language or state.language, seen_at=said.minute, misses=0)
        return new, Reply(heard.parts, heard.effects)


def _at_the_door(state: State, new: State, reply: Reply, world: World) -> tuple[State, Reply]:
    """On a clinic's own number nobody is shown the topics who has not asked for them."""
    door = Say("clinic_door", (("clinic", world.clinic_name), ("call", world.person_spoken)))
    parts = tuple(door if part == ShowMenu(MAIN) else part for part in reply.parts)
    return replace(new, asked=state.asked, asked_at=state.asked_at), replace(reply, parts=parts)


def concerns(talk: Talk, said: Text) -> bool:
    """May this text concern a clinic? For everybody else nothing more is looked up."""
    return talk.known or said.clinic or said.reading.label == "action:join"


def _asked_of_line(tree: Tree, state: State, minute: int, language: Language) -> tuple[dict[str, str], str]:
    """The pages that digits would open in the menu last put, by digit; and the digits of another question, such as
    whether to hear numbers about survival."""
    if minute - state.asked_at > MENU_MINUTES or state.asked == "none":
        return {}, ""
    node = tree.node(state.asked)
    if node is not None:
        codes = node.choices if node.kind is Kind.MENU else ()
        return {code[-1]: tree.nodes[code].title[language] for code in codes}, ""
    return {}, "1" if state.asked.startswith("gate.") else "12"
