"""The recordings as the phone and the web find them: the address of a clip, its length, and its file."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from service.audio import manifest
from service.audio.manifest import NAME, Entry, Manifest
from service.channels.prompts import Prompt
from service.conversation.pace import Pace
from service.languages import Language

# Committed beside the package: most of the normal pace, and the list of what the clips made at set-up must be.
COMMITTED = Path(__file__).parents[2] / "audio"


@dataclass(frozen=True)
class Found:
    """A file to send: where it lies, its hash, its size in bytes, and what it says."""

    path: Path
    sha256: str
    bytes: int
    words: str


@dataclass
class Recordings:
    """`committed` holds what everybody hears first; `local`, below `var`, the slow pace and all that is made here.

    Clips may be made while the service runs: the manifests are read again when one has changed, and `edition`
    then grows, so that whoever keeps addresses knows to ask for them again."""

    committed: Path
    local: Path
    edition: int = 0
    _here: Manifest = field(default_factory=Manifest)
    _made: Manifest = field(default_factory=Manifest)
    _files: dict[str, Found] = field(default_factory=dict)
    _seen: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        self._look_again()

    def url(self, language: Language, pace: Pace, prompt: Prompt) -> str | None:
        """The path of the clip that says exactly `prompt`; None where it is missing or says something older.

        The slow pace falls back to the normal one until it has been made."""
        entry = self._entry(language, pace, prompt.clip, prompt.words)
        return f"/audio/{entry.file}" if entry else None

    def seconds(self, language: Language, pace: Pace, clip: str) -> float | None:
        """How long the clip lasts, at the pace that `url` would give; None where it is missing."""
        entry = self._entry(language, pace, clip)
        return entry.seconds if entry else None

    def find(self, name: str) -> Found | None:
        """The file of an address below `/audio/`. Only names that a manifest lists are known, so no path is built."""
        self._look_again()
        return self._files.get(name)

    def words(self, name: str) -> str | None:
        """What the recording at an address below `/audio/` says; None where it is unknown."""
        found = self.find(name)
        return found.words if found else None

    def _entry(self, language: Language, pace: Pace, clip: str, words: str | None = None) -> Entry | None:
        self._look_again()
        for at in dict.fromkeys((pace, Pace.NORMAL)):
            place = (language, at, clip)
            for held in (self._made, self._here):
                entry = held.get(place)
                if entry and entry.file in self._files and words in (None, entry.text):
                    return entry
        return None

    def _look_again(self) -> None:
        """Read the manifests if one is new, for one look at the time each was changed."""
        changed = tuple(_changed(folder / NAME) for folder in (self.committed, self.local))
        if changed == self._seen:
            return
        self._seen = changed
        self._here = manifest.load(self.committed)
        self._made = manifest.load(self.local)
        # The committed manifest lists what is made locally too, so a clip counts where its file lies.
        self._files = {
            entry.file: Found(folder / entry.file, entry.sha256, entry.bytes, entry.text)
            for folder, held in ((self.committed, self._here), (self.local, self._made))
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
