"""The recordings as the phone and the web find them: the address of a clip, its length, and its file."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from service.audio import manifest
from service.audio.joining import PREFIX, Addresses, Join, joined
from service.audio.manifest import NAME, Entry, Manifest
from service.channels.pieces import Piece, sentence
from service.channels.prompts import Prompt
from service.conversation.pace import Pace
from service.languages import Language

# Committed beside the package: most of the normal pace, and the list of what the clips made at set-up must be.
COMMITTED = Path(__file__).parents[2] / "audio"
# Below `var`: the names and towns of clinics, beside the other clips so that neither run sweeps away the other's.
NAMES = "names"
Sound = bytes


@dataclass(frozen=True)
class Found:
    """A recording to send: where it lies, its hash, its size in bytes, and what it says. One that was joined lies
    nowhere: `content` is all of it."""

    path: Path
    sha256: str
    bytes: int
    words: str
    content: Sound = b""


@dataclass
class Recordings:
    """`committed` holds what everybody hears first; `local`, below `var`, the slow pace and all that is made here,
    and `names` the names of clinics. `secret` keeps the addresses of joined recordings from being guessed.

    Clips may be made while the service runs: the manifests are read again when one has changed, and `edition`
    then grows, so that whoever keeps addresses knows to ask for them again."""

    committed: Path
    local: Path
    edition: int = 0
    names: Path = Path("no-names")
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    clock: Callable[[], float] = time.time
    _here: Manifest = field(default_factory=Manifest)
    _made: Manifest = field(default_factory=Manifest)
    _named: Manifest = field(default_factory=Manifest)
    _files: dict[str, Found] = field(default_factory=dict)
    _seen: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        self._addresses = Addresses(self.secret)
        self._look_again()

    def url(self, language: Language, pace: Pace, prompt: Prompt) -> str | None:
        """The path of the clip that says exactly `prompt`; None where it is missing or says something older.

        The slow pace falls back to the normal one until it has been made."""
        if prompt.pieces:
            return self._joined_url(language, pace, prompt)
        entry = self._entry(language, pace, prompt.clip, prompt.words)
        return f"/audio/{entry.file}" if entry else None

    def seconds(self, language: Language, pace: Pace, clip: str) -> float | None:
        """How long the clip lasts, at the pace that `url` would give; None where it is missing."""
        entry = self._entry(language, pace, clip)
        return entry.seconds if entry else None

    def without_name(self, language: Language, pieces: Iterable[Piece]) -> list[Piece]:
        """Those of clinics' own names that are not recorded."""
        self._look_again()
        return [piece for piece in pieces if self._at(language, Pace.NORMAL, piece.clip, piece.words) is None]

    def find(self, name: str) -> Found | None:
        """The file of an address below `/audio/`. Only names that a manifest lists are known, so no path is built."""
        self._look_again()
        if name.startswith(PREFIX):
            return self._join(name)
        return self._files.get(name)

    def words(self, name: str) -> str | None:
        """What the recording at an address below `/audio/` says; None where it is unknown."""
        found = self.find(name)
        return found.words if found else None

    def _joined_url(self, language: Language, pace: Pace, prompt: Prompt) -> str | None:
        """All pieces at one pace, or none."""
        self._look_again()
        for at in dict.fromkeys((pace, Pace.NORMAL)):
            found = [self._at(language, at, piece.clip, piece.words) for piece in prompt.pieces]
            entries = [entry for entry in found if entry]
            if len(entries) == len(found):
                keys = hashlib.sha256("".join(entry.sha256 for entry in entries).encode()).hexdigest()[:8]
                pieces = tuple((piece.clip, piece.pause) for piece in prompt.pieces)
                return f"/audio/{self._addresses.name(Join(language, at, prompt.until, pieces, keys))}"
        return None

    def _join(self, name: str) -> Found | None:
        join = self._addresses.open(name, self.clock())
        if join is None:
            return None
        entries = [self._at(join.language, join.pace, clip) for clip, _ in join.pieces]
        files = [self._files[entry.file].path for entry in entries if entry]
        if len(files) < len(entries):
            return None
        try:
            content = joined([file.read_bytes() for file in files], [pause for _, pause in join.pieces], join.pace)
        except (OSError, ValueError):
            return None
        signs = {"sentence": ".", "phrase": ",", "word": ""}
        said = sentence(
            Piece(clip, entry.text, signs[pause])
            for (clip, pause), entry in zip(join.pieces, entries, strict=True)
            if entry
        )
        return Found(Path(), hashlib.sha256(content).hexdigest(), len(content), said, content)

    def _at(self, language: Language, pace: Pace, clip: str, words: str | None = None) -> Entry | None:
        """The clip at exactly this pace, where its file lies here and, if they are given, it says these words."""
        place = (language, pace, clip)
        for held in (self._named, self._made, self._here):
            entry = held.get(place)
            if entry and entry.file in self._files and words in (None, entry.text):
                return entry
        return None

    def _entry(self, language: Language, pace: Pace, clip: str, words: str | None = None) -> Entry | None:
        self._look_again()
        for at in dict.fromkeys((pace, Pace.NORMAL)):
            if entry := self._at(language, at, clip, words):
                return entry
        return None

    def _look_again(self) -> None:
        """Read the manifests if one is new, for one look at the time each was changed."""
        changed = tuple(_changed(folder / NAME) for folder in (self.committed, self.local, self.names))
        if changed == self._seen:
            return
        self._seen = changed
        self._here = manifest.load(self.committed)
        self._made = manifest.load(self.local)
        self._named = manifest.load(self.names)
        # The committed manifest lists what is made locally too, so a clip counts where its file lies.
        self._files = {
            entry.file: Found(folder / entry.file, entry.sha256, entry.bytes, entry.text)
            for folder, held in ((self.committed, self._here), (self.local, self._made), (self.names, self._named))
            for present in [{f"{path.parent.name}/{path.name}" for path in folder.glob("*/*.wav")}]
            for _, entry in held
            if entry.file in present
        }
        self.edition += 1


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0
