"""Inspection: is every sentence recorded, current, whole, fit for the phone, and nothing there that nobody plays?"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from service.audio import listening, manifest, soundness
from service.audio.finish import Format
from service.audio.listening import Heard, words_of
from service.audio.manifest import Entry, Manifest, Place, write_in_one_move
from service.audio.render import key
from service.audio.script import PART, Line, is_committed
from service.audio.soundness import faults, read
from service.audio.spoken_form import unknown_abbreviations
from service.audio.voices.voice import Voice
from service.conversation.pace import Pace
from service.languages import Language

MOST_BYTES = 64_000_000
# How far a clip made here may differ in length from the committed list, where bytes are not compared.
LENGTH_TOLERANCE = 0.02
# What is played one after the other to a number that we do not know yet.
LANGUAGE_STEP = (
    (Language.ENGLISH, "phrase.greet_emergency"),
    (Language.ENGLISH, "phrase.language_english"),
    (Language.SPANISH, "phrase.language_spanish"),
)
# Listening takes minutes: what has been heard is kept every so many clips, should the run be ended.
SAVE_EVERY = 20
# A recogniser cannot place a piece of so few words by itself: tests hear them in the sentences that they are part of.
FEW_WORDS = 3
RENDER = "run `clearline audio render`"


@dataclass(frozen=True)
class Limits:
    """Seconds of sound at the normal pace: a page, a menu's choices, the language step."""

    page: float
    choices: float
    language: float

    def of(self, clip: str) -> float | None:
        """The limit for this kind of clip."""
        return {"topic": self.page, "menu": self.choices}.get(clip.partition(".")[0])


@dataclass
class Inspection:
    """The clips of `lines`, in the folder of committed clips and the one of clips made here.

    `exact`: compare every byte with the manifests (in CI); else key, length and level decide."""

    lines: Sequence[Line]
    voice: Voice
    form: Format
    committed: Path
    local: Path
    limits: Limits
    exact: bool = False
    _here: Manifest = field(init=False)
    _made: Manifest = field(init=False)

    def __post_init__(self) -> None:
        self._here = manifest.load(self.committed)
        self._made = manifest.load(self.local)

    def problems(self, progress: Callable[[int, int], None] = lambda done, total: None) -> Iterator[str]:
        """One sentence for each problem, saying which clip and what to do."""
        yield from self._unknown_words()
        with Remembered(self.local / "checked.json", soundness) as remembered:
            for done, line in enumerate(self.lines, 1):
                yield from self._problems_of(line, remembered)
                progress(done, len(self.lines))
        yield from self._too_long_together()
        yield from self._left_over()

    def misheard(self, progress: Callable[[int, int], None] = lambda done, total: None) -> Iterator[str]:
        """One sentence for each English clip that does not fit its own words, or fits its neighbour's better."""
        with Remembered(self.local / "listened.json", listening) as remembered:
            questions = {self._question(clip): (name, clip) for name, clip in self._to_hear()}
            fresh = [clip for question, (_, clip) in questions.items() if question not in remembered]
            for clip, fault in listening.listen(fresh, progress=progress) if fresh else ():
                remembered[self._question(clip)] = fault
                if len(remembered) % SAVE_EVERY == 0:
                    remembered.save()
            for question, (name, _) in questions.items():
                if fault := remembered[question]:
                    yield f"{name}: {fault}"

    def _unknown_words(self) -> Iterator[str]:
        for line in {(line.language, line.clip): line for line in self.lines}.values():
            for word in unknown_abbreviations(line.words, line.language):
                yield (
                    f"{line.language} {line.clip}: how is {word} said? Add it to"
                    f" service/content/pronunciation/{line.language}.yaml"
                )

    def _problems_of(self, line: Line, remembered: Remembered) -> Iterator[str]:
        name = f"{line.language} {line.pace} {line.clip}"
        entry, path = self._entry(line)
        if entry is None:
            yield f"{name}: not recorded; {RENDER}"
            return
        if entry.text != line.words or entry.key != key(line, self.voice, self.form):
            yield f"{name}: recorded with other words or another voice; {RENDER}"
            return
        if not path.is_file() or path.stat().st_size != entry.bytes:
            yield f"{name}: its file is missing or cut; {RENDER}"
            return
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if digest != entry.sha256:
            yield f"{name}: its file is not the one that was rendered; remove {path} and {RENDER}"
            return
        yield from self._against_the_list(name, line, entry)
        question = hashlib.sha256(f"{digest} {line.spoken}".encode()).hexdigest()
        if question not in remembered:
            remembered[question] = "; ".join(_faults(path, line))
        if remembered[question]:
            yield f"{name}: {remembered[question]}"
        limit = self.limits.of(line.clip) if line.pace is Pace.NORMAL else None
        if limit and entry.seconds > limit:
            yield f"{name}: lasts {entry.seconds:.1f} s, at most {limit:g} s is allowed; shorten its words"

    def _against_the_list(self, name: str, line: Line, entry: Entry) -> Iterator[str]:
        """A clip made here against what the committed manifest says it must be."""
        if line.local or line.committed:
            return
        listed = self._here.get(line.place)
        if listed is None or listed.key != entry.key:
            yield f"{name}: the committed manifest does not list it; {RENDER} and commit audio/manifest.json"
        elif self.exact and listed.sha256 != entry.sha256:
            yield f"{name}: its bytes differ from those that the committed manifest lists"
        elif abs(listed.seconds - entry.seconds) > LENGTH_TOLERANCE * listed.seconds:
            yield f"{name}: lasts {entry.seconds:.2f} s, and {listed.seconds:.2f} s by the committed manifest"

    def _too_long_together(self) -> Iterator[str]:
        seconds = [self._seconds((language, Pace.NORMAL, clip)) for language, clip in LANGUAGE_STEP]
        if sum(seconds) > self.limits.language:
            yield f"the language step lasts {sum(seconds):.1f} s, at most {self.limits.language:g} s is allowed"

    def _left_over(self) -> Iterator[str]:
        sets = {(line.language, line.pace) for line in self.lines}
        wanted = {line.place for line in self.lines}
        total = 0
        for folder, held in ((self.committed, self._here), (self.local, self._made)):
            for place, entry in held:
                if place[:2] in sets and place not in wanted:
                    yield f"{entry.file}: nothing plays it any more; {RENDER}"
            known = {folder / entry.file for place, entry in held if held is self._made or is_committed(place)}
            for path in sorted(folder.glob("*/*")):
                if path not in known:
                    yield f"{path}: no manifest lists it; {RENDER}"
                if folder == self.committed:
                    total += path.stat().st_size
        if total > MOST_BYTES:
            yield f"committed clips take {total / 1e6:.1f} MB, at most {MOST_BYTES / 1e6:g} MB is allowed"

    def _entry(self, line: Line) -> tuple[Entry | None, Path]:
        folder, held = (self.committed, self._here) if line.committed else (self.local, self._made)
        entry = held.get(line.place)
        return entry, folder / (entry.file if entry else "")

    def _seconds(self, place: Place) -> float:
        entry = self._made.get(place) or self._here.get(place)
        return entry.seconds if entry else 0.0

    def _to_hear(self) -> Iterator[tuple[str, Heard]]:
        """English clips that lie on the disk, each with the next one of its kind that says something else."""
        lines = [line for line in self.lines if line.language is Language.ENGLISH]
        neighbours = _neighbours(lines)
        for line in lines:
            entry, path = self._entry(line)
            if PART.fullmatch(line.clip) and len(words_of(line.spoken)) <= FEW_WORDS:
                continue
            if entry and entry.text == line.words and path.is_file():
                heard = Heard(entry.sha256, path, line.spoken, neighbours[line.place])
                yield f"{line.language} {line.pace} {line.clip}", heard

    @staticmethod
    def _question(clip: Heard) -> str:
        return hashlib.sha256(json.dumps([clip.sha256, clip.spoken, clip.neighbour]).encode()).hexdigest()


def limits(seconds: Mapping[str, float]) -> Limits:
    """From the budgets of the content files."""
    return Limits(page=seconds["page"], choices=seconds["choices"], language=seconds["language"])


def _faults(path: Path, line: Line) -> list[str]:
    try:
        return faults(read(path), line.spoken, line.language)
    except ValueError as error:
        return [str(error)]


def _neighbours(lines: Sequence[Line]) -> Mapping[Place, str]:
    """For each line the words of the next one of its pace that says something quite different, its own kind first.

    "You pressed seven" and "you pressed eight" are too much alike for the recogniser to tell them apart."""
    said = {line.place: set(words_of(line.spoken)) for line in lines}
    found = {}
    for at, line in enumerate(lines):
        different = (
            other.spoken
            for same_kind in (True, False)
            for other in (*lines[at + 1 :], *lines[:at])
            if other.pace is line.pace
            if (other.clip.partition(".")[0] == line.clip.partition(".")[0]) is same_kind
            if 2 * len(said[line.place] & said[other.place]) <= len(said[line.place])
        )
        found[line.place] = next(different, "")
    return found


class Remembered(dict[str, str]):
    """Answers kept in a file, by the hash of their question, so that only what changed is measured again.

    They are forgotten when the module that gave them changes, because then the rules may have."""

    def __init__(self, path: Path, rules: ModuleType) -> None:
        self._path = path
        self._rules = hashlib.sha256(Path(str(rules.__file__)).read_bytes()).hexdigest()
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            kept = {}
        super().__init__(kept.get("answers", {}) if kept.get("rules") == self._rules else {})

    def __enter__(self) -> Remembered:
        return self

    def __exit__(self, *_error: object) -> None:
        self.save()

    def save(self) -> None:
        write_in_one_move(self._path, json.dumps({"rules": self._rules, "answers": self}, indent=0).encode())
