"""Rendering: what is new or changed is spoken, finished and filed; everything else is left as it is."""

from __future__ import annotations

import fcntl
import hashlib
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from service.audio import manifest
from service.audio.finish import Format, finish
from service.audio.manifest import Entry, Manifest, file_name, key_of, write_in_one_move
from service.audio.script import Line, is_committed
from service.audio.voices.voice import CannotSpeak, Voice

WORKERS = 2
SAVE_EVERY_S = 5.0


@dataclass
class Counts:
    """What a run did. `failed` holds one sentence for each line that could not be rendered."""

    rendered: int = 0
    kept: int = 0
    removed: int = 0
    failed: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Shelf:
    """A folder of clips with its manifest."""

    folder: Path
    manifest: Manifest

    @classmethod
    def open(cls, folder: Path) -> Shelf:
        return cls(folder, manifest.load(folder))


def render(
    lines: Iterable[Line],
    voice: Voice,
    committed: Path,
    local: Path,
    form: Format = Format.MULAW,
    progress: Callable[[int, int], None] = lambda done, total: None,
    workers: int = WORKERS,
) -> Counts:
    """Bring the clips of `lines` up to date, those to commit under `committed` and the others under `local`.

    `lines` must be whole sets (all lines of a language and pace), because clips of these sets that no line asks
    for are removed. A line that fails keeps its last good clip. Interrupted, it goes on where it stopped."""
    with _alone(local):
        return _render(list(lines), voice, Shelf.open(committed), Shelf.open(local), form, progress, workers)


def render_names(
    lines: list[Line], voice: Voice, folder: Path, form: Format = Format.MULAW, workers: int = WORKERS
) -> Counts:
    """The same for the names of clinics, in a folder of their own; `lines` are those of all clinics."""
    with _alone(folder):
        shelf = Shelf.open(folder)
        counts = Counts()
        todo = [line for line in lines if not _is_current(line, voice, form, shelf, shelf)]
        counts.kept = len(lines) - len(todo)
        try:
            _render_all(todo, voice, form, (shelf, shelf), counts, lambda done, total: None, workers)
            counts.removed = _forget(lines, (shelf, shelf))
        finally:
            manifest.save(shelf.manifest, folder)
        counts.removed += _sweep(shelf, {entry.file for _, entry in shelf.manifest})
    return counts


@contextmanager
def _alone(local: Path) -> Iterator[None]:
    """Wait for another run to end: each would sweep away the files that the other has not listed yet."""
    local.mkdir(parents=True, exist_ok=True)
    with (local / ".rendering").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _render(
    lines: list[Line],
    voice: Voice,
    committed: Shelf,
    local: Shelf,
    form: Format,
    progress: Callable[[int, int], None],
    workers: int,
) -> Counts:
    shelves = committed, local
    counts = Counts()
    todo = [line for line in lines if not _is_current(line, voice, form, *shelves)]
    counts.kept = len(lines) - len(todo)
    try:
        _render_all(todo, voice, form, shelves, counts, progress, workers)
        counts.removed = _forget(lines, shelves)
    finally:
        for shelf in shelves:
            manifest.save(shelf.manifest, shelf.folder)
    counts.removed += _sweep(committed, {entry.file for place, entry in committed.manifest if is_committed(place)})
    counts.removed += _sweep(local, {entry.file for _, entry in local.manifest})
    return counts


def key(line: Line, voice: Voice, form: Format) -> str:
    """The key that the clip of `line` has when it is current."""
    return key_of(line.language, line.pace, voice.notation(line), voice.name, voice.setting(line), form.profile)


def _is_current(line: Line, voice: Voice, form: Format, committed: Shelf, local: Shelf) -> bool:
    shelf = committed if line.committed else local
    entry = shelf.manifest.get(line.place)
    if entry is None or entry.key != key(line, voice, form) or entry.text != line.words:
        return False
    path = shelf.folder / entry.file
    if not path.is_file() or path.stat().st_size != entry.bytes:
        return False
    listed = committed.manifest.get(line.place)
    return line.local or (listed is not None and listed.key == entry.key and listed.text == line.words)


def _render_all(
    todo: list[Line],
    voice: Voice,
    form: Format,
    shelves: tuple[Shelf, Shelf],
    counts: Counts,
    progress: Callable[[int, int], None],
    workers: int,
) -> None:
    """Several lines at a time; the manifests are saved every few seconds, so that new clips are heard at once."""
    committed, local = shelves
    saved = time.monotonic()
    progress(0, len(todo))
    with ThreadPoolExecutor(workers) as pool:
        jobs: dict[Future[Entry], Line] = {
            pool.submit(_make, line, voice, form, (committed if line.committed else local).folder): line
            for line in todo
        }
        try:
            for done, job in enumerate(as_completed(jobs), 1):
                line = jobs[job]
                try:
                    _file(line, job.result(), committed, local)
                    counts.rendered += 1
                except CannotSpeak as error:
                    counts.failed.append(f"{line.language} {line.pace} {line.clip}: {error}")
                progress(done, len(todo))
                if time.monotonic() - saved > SAVE_EVERY_S:
                    saved = time.monotonic()
                    for shelf in shelves:
                        manifest.save(shelf.manifest, shelf.folder)
        except BaseException:
            # Ctrl-C: lines not begun are dropped; what is done is saved by our caller.
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _make(line: Line, voice: Voice, form: Format, folder: Path) -> Entry:
    """Speak, finish and write one clip."""
    clip = finish(voice.speak(line), form)
    name = file_name(line.language, line.clip, key(line, voice, form))
    write_in_one_move(folder / name, clip.wav)
    return Entry(
        file=name,
        key=key(line, voice, form),
        sha256=hashlib.sha256(clip.wav).hexdigest(),
        bytes=len(clip.wav),
        seconds=round(clip.seconds, 2),
        engine=voice.name,
        voice=voice.setting(line),
        text=line.words,
    )


def _file(line: Line, entry: Entry, committed: Shelf, local: Shelf) -> None:
    """List a clip. One that is made locally is listed in the committed manifest too, as what it must be."""
    if not line.committed:
        local.manifest.entries[line.place] = entry
    if line.local:
        return
    listed = committed.manifest.get(line.place)
    # Another machine may round another way: then the committed hash stays, and `audio check` compares lengths.
    if line.committed or listed is None or (listed.key, listed.text) != (entry.key, entry.text):
        committed.manifest.entries[line.place] = entry


def _forget(lines: list[Line], shelves: tuple[Shelf, Shelf]) -> int:
    """Drop entries that no line asks for any more, within the languages and paces at hand."""
    sets = {(line.language, line.pace) for line in lines}
    committed, local = shelves
    wanted = {
        id(committed): {line.place for line in lines if not line.local},
        id(local): {line.place for line in lines if not line.committed},
    }
    dropped = 0
    for shelf in shelves:
        for place in [p for p in shelf.manifest.entries if p[:2] in sets and p not in wanted[id(shelf)]]:
            del shelf.manifest.entries[place]
            dropped += 1
    return dropped


def _sweep(shelf: Shelf, known: Collection[str]) -> int:
    """Remove files that are not known, such as what an interrupted run left behind."""
    orphans = [path for path in shelf.folder.glob("*/*") if f"{path.parent.name}/{path.name}" not in known]
    for path in orphans:
        path.unlink()
    return len(orphans)
