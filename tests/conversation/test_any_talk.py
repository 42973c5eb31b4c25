"""Whatever a person sends or a state says, there is an answer that Twilio can play and that leads on."""

from __future__ import annotations

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from service.channels.voice import fill_in
from service.conversation.engine import advance
from service.conversation.keys import KEYS
from service.conversation.pace import Pace
from service.conversation.places import OUTSIDE
from service.conversation.reply import Reply
from service.conversation.said import Arrived, Keys, Said, Silence, Speech, Text, Unanswered
from service.conversation.state import BadState, State, decode, encode
from service.conversation.tree import Tree
from service.conversation.understanding.reading import Reading
from service.conversation.world import World
from service.front_desk.steps import Came
from service.front_desk.words import Words
from service.languages import Language
from service.segments import cut

VERBS = {"Response", "Say", "Play", "Pause", "Gather", "Hangup", "Redirect", "Dial", "Number"}
WORLDS = st.sampled_from([World(), World(person="+12025550199", line_number="+15555550100"), World(can_text=False)])
CODES = st.sampled_from(["", "1", "12", "15", "22", "221", "4", "44", "441", "444", "512", "99999", *OUTSIDE])
READINGS = st.sampled_from(
    [
        Reading("code", value="4"),
        Reading("code", value="4", confident=False),
        Reading("action:person"),
        Reading("action:unknown", confident=False),
    ]
)
STATES = st.builds(
    State,
    language=st.sampled_from([None, *Language]),
    pace=st.sampled_from(list(Pace)),
    place=CODES,
    page=st.integers(0, 5),
    asked=st.one_of(
        st.sampled_from(["none", "", "pick.441.442", "pick.stop.511", "pick", "gate.221"]),
        CODES.map("heard.{}".format),
    ),
    misses=st.integers(0, 5),
    silences=st.integers(0, 5),
    offered=st.integers(0, 7),
    last_key=st.sampled_from(["", "1", "4"]),
    held=st.sampled_from(["", "1", "4"]),
    told=st.booleans(),
    texting=st.booleans(),
    texted=st.sampled_from(["", "441p1", "mp1.441p2"]),
)
STEPS = st.one_of(
    st.builds(
        Keys, st.text(alphabet="".join(sorted(KEYS)), min_size=1, max_size=5), st.sampled_from([0.5, 1.5, 60.0])
    ),
    st.just(Silence()),
    st.just(Arrived()),
    st.just(Unanswered()),
    st.builds(Speech, READINGS),
)


def assert_playable(words: Words, state: State, reply: Reply) -> None:
    language = state.language or Language.ENGLISH
    step = f"https://x/twilio/voice/step?s={encode(state)}&t=1"
    document = fill_in(words.voice.document(reply, language, state.pace), step, step, "+12025550199")
    assert len(document.encode()) < 64 * 1024
    root = ElementTree.fromstring(document.encode())
    assert {element.tag for element in root.iter()} <= VERBS
    assert "@" not in document
    assert len(root) > 0


@given(state=STATES, said=STEPS, world=WORLDS)
def test_every_step_of_a_call_can_be_played_and_followed(
    words: Words, state: State, said: Said, world: World
) -> None:
    new, reply = advance(words.tree, state, said, world)
    assert decode(encode(new)) == new
    assert_playable(words, new, reply)


@given(steps=st.lists(STEPS, max_size=30), world=WORLDS)
@hypothesis(max_examples=60)
def test_any_sequence_of_keys_stays_on_the_line(words: Words, steps: list[Said], world: World) -> None:
    state = State()
    for said in [Arrived(), *steps]:
        state, reply = advance(words.tree, state, said, world)
        assert_playable(words, state, reply)


@given(st.one_of(st.text(max_size=120), STATES.map(encode), STATES.map(encode).map(lambda text: text[:-2] + "zz")))
def test_any_state_in_an_address_leads_somewhere(words: Words, travelled: str) -> None:
    step = words.steps.take(Came(travelled, digits="4"), World())
    assert "<Gather" in step.document or "<Hangup" in step.document
    decode(step.state)


@given(STATES)
def test_a_state_survives_its_journey(state: State) -> None:
    travelled = encode(state)
    assert decode(travelled) == state
    assert len(travelled) < 120
    assert set(travelled) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")


@given(st.text(max_size=200))
def test_what_no_release_wrote_is_no_state(text: str) -> None:
    try:
        state = decode(text)
    except BadState:
        return
    assert isinstance(state, State)


@given(state=STATES, body=st.text(max_size=80), minute=st.integers(0, 10_000), flags=st.tuples(*[st.booleans()] * 4))
def test_every_text_has_an_answer_that_fits_a_message(
    words: Words, state: State, body: str, minute: int, flags: tuple[bool, bool, bool, bool]
) -> None:
    first, stopped, clinic, blind = flags
    said = Text(words.read(body), minute, first, stopped, clinic, blind, not body.strip())
    new, reply = advance(words.tree, state, said, World(clinic_name="Lakeside Clinic"))
    assert decode(encode(new)) == new
    answer = words.writer.text(reply, new.language or Language.ENGLISH)
    assert len(answer) <= 1600
    assert cut(answer).segments <= 8


@given(labels=st.lists(st.sampled_from(["digit", "code", "choice", "action:more", "action:back"]), max_size=8))
def test_digits_and_moves_never_leave_the_tree(tree: Tree, labels: list[str]) -> None:
    state = State()
    values = {"digit": "4", "code": "221"}
    for minute, label in enumerate(labels):
        reading = Reading(label, value=values.get(label, ""), choices=("action:stop", "topic:emotional"))
        state, reply = advance(tree, state, Text(reading, minute), World())
        assert tree.node(state.place)
        assert reply.parts
