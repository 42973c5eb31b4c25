"""The manifest: which file holds which clip, with its key, its hash, its length and its words."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from service.conversation.pace import Pace
from service.languages import Language

NAME = "manifest.json"
Place = tuple[Language, Pace, str]


class BadManifest(Exception):
    """A manifest that cannot be read; the message names the file and says what to do."""


@dataclass(frozen=True)
class Entry:
    """One clip. `file` is relative to the folder of its manifest; `text` is what was written, before spoken form."""

    file: str
    key: str
    sha256: str
    bytes: int
    seconds: float
    engine: str
    voice: str
    text: str


@dataclass
class Manifest:
    """Entries by language, pace and clip."""

    entries: dict[Place, Entry] = field(default_factory=dict)

    def __iter__(self) -> Iterator[tuple[Place, Entry]]:
        return iter(self.entries.items())

    def get(self, place: Place) -> Entry | None:
        return self.entries.get(place)


def load(folder: Path) -> Manifest:
    """The manifest in `folder`, an empty one where there is none yet. Raises BadManifest."""
    path = folder / NAME
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Manifest()
    except (OSError, ValueError) as error:
        raise BadManifest(f"{path} cannot be read ({error}): remove it and run `clearline audio render`.") from error
    try:
        return Manifest(
            {
                (Language(language), Pace(pace), clip): Entry(**entry)
                for language, paces in data.items()
                for pace, clips in paces.items()
                for clip, entry in clips.items()
            }
        )
    except (AttributeError, TypeError, ValueError) as error:
        raise BadManifest(f"{path} is malformed ({error}): remove it and run `clearline audio render`.") from error


def save(manifest: Manifest, folder: Path) -> bool:
    """Write the manifest in one move, so that nobody ever reads half of one; False where nothing had changed."""
    data: dict[str, Any] = {}
    for (language, pace, clip), entry in sorted(manifest.entries.items()):
        data.setdefault(language.value, {}).setdefault(pace.value, {})[clip] = asdict(entry)
    text = json.dumps(data, ensure_ascii=False, indent=1) + "\n"
    path = folder / NAME
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    write_in_one_move(path, text.encode())
    return True


def write_in_one_move(path: Path, content: bytes) -> None:
    """`content` under another name first, then renamed: a reader sees the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def key_of(language: Language, pace: Pace, notation: str, engine: str, setting: str, profile: str) -> str:
    """16 hex digits that change exactly when the sound would: words as handed to the engine, voice, pace, format."""
    parts = json.dumps([language.value, pace.value, notation, engine, setting, profile], ensure_ascii=False)
    return hashlib.sha256(parts.encode()).hexdigest()[:16]


def file_name(language: Language, clip: str, key: str) -> str:
    """Where a clip lies below its folder, and in the address that serves it."""
    return f"{language.value}/{clip}.{key}.wav"
