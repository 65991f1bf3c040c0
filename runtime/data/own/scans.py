"""What a person's own files hold, found out once and remembered, so that the window can ask at any time.

``describe`` of a source of a person's own is two steps: *facts* of the files (their columns, classes, vocabulary:
plain JSON values, which may take a minute to find out) and the schema that follows from facts and options at once.
Facts are kept in memory and in the user's cache folder, under the files' sizes and times of change and those
options they depend on; choosing another target or another picture size never opens a file again.

Who may wait (the worker, the command line, a thread that loads) just asks, and the files are read. The window
calls :func:`answer_at_once` in its own thread, where from then on what would take longer than :data:`PATIENCE`
raises :class:`NotScanned`; it then runs :func:`scan` in a thread, with progress and cancel, and asks again.
No torch in here.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from graph.catalogue.spec import Param
from runtime.data.own.parted import files_of
from runtime.data.schema import Cancelled, DataError, Schema
from runtime.data.source import Loading, Source, data_folder

Facts = dict[str, Any]
"""JSON values only."""

VERSION = 6
"""Counts up when facts of old would be read wrongly."""
PATIENCE = 0.02
"""Seconds the window's thread waits for facts that are not known yet."""
TRUSTED_FOR = 1.0
"""Seconds for which a path's stamp is not asked for again."""
KEPT, KEPT_FILES = 64, 500
"""So many facts stay in memory and on the disk."""
TELLING = (".csv", ".tsv", ".npy", ".json", ".yaml", ".yml")
"""Endings of files that tell of the others in their folder: when one is written anew, the folder itself is not."""
MOST_FOLDERS = 500
"""So many folders' times of change make up the stamp of a folder."""


class NotScanned(DataError):
    """These files have not been looked at yet, and that may take a while: call :func:`scan` in a thread."""


@dataclass(frozen=True, slots=True)
class Survey:
    """How the facts of one source come about. ``look`` reads the files (it reports by ``loading.step`` often,
    so that it can be given up), ``schema`` answers from facts and options. ``depends`` names the options
    that ``look`` uses, ``needs`` the modules whose import alone takes longer than the window may wait."""

    look: Callable[[Path, Mapping[str, Any], Loading], Facts]
    schema: Callable[[Facts, Mapping[str, Any]], Schema]
    depends: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


SURVEYS: dict[str, Survey] = {}

_hurried: set[int] = set()
_lock = threading.Lock()
_facts: OrderedDict[str, Facts] = OrderedDict()
_stamps: dict[str, tuple[float, str]] = {}


def path_option(
    help: str, takes: Literal["file", "folder", "either"] = "either", suffixes: Sequence[str] = ()
) -> Param:
    """The option every source of this kind begins with."""
    return Param("path", "path", None, help, optional=True, takes=takes, suffixes=tuple(suffixes))


def own_source(
    id: str,
    title: str,
    help: str,
    survey: Survey,
    read: Callable[[Mapping[str, Any], Loading], Any],
    options: tuple[Param, ...],
    words: tuple[str, ...] = (),
) -> Source:
    """Declare a source of a person's own files."""
    SURVEYS[id] = survey

    def describe(options: Mapping[str, Any]) -> Schema:
        return survey.schema(facts(id, options), options)

    def read_and_count(options: Mapping[str, Any], loading: Loading) -> Any:
        dataset = read(options, loading)
        _count(id, options, dataset)
        return dataset

    return Source(
        id=id, title=title, category="Own data", help=help, describe=describe, read=read_and_count, options=options,
        words=("own", "my", "file", "folder", *words),
    )  # fmt: skip


def answer_at_once() -> None:
    """From now on, whoever asks in this thread gets :class:`NotScanned` instead of a long wait."""
    _hurried.add(threading.get_ident())


def place_of(options: Mapping[str, Any]) -> Path:
    """The chosen path; :class:`DataError` when none is chosen or nothing is there."""
    chosen = options.get("path")
    if not chosen:
        raise DataError("No file or folder is chosen. Choose one, or drop it on the window.")
    path = Path(str(chosen)).expanduser()
    try:
        path.stat()
    except (OSError, ValueError):
        raise DataError(
            f"There is nothing at {path}. Was it moved? Choose the file or folder again."
        ) from None
    return path


def facts(source: str, options: Mapping[str, Any], loading: Loading | None = None) -> Facts:
    """What is known of the files; they are read when nothing is.

    Raises :class:`DataError` when they cannot be used, :class:`NotScanned` in a thread that must not wait.
    """
    from runtime.data.registry import get_source

    options = get_source(source).settled(options)
    path = place_of(options)
    survey = SURVEYS[source]
    key = _key(source, path, {name: options[name] for name in survey.depends})
    known = _remembered(key)
    if known is not None:
        return known
    hurried = threading.get_ident() in _hurried
    given = loading or Loading()
    if hurried:
        if any(module not in sys.modules for module in survey.needs):
            raise NotScanned(f"{path.name} has not been looked through yet.")
        end = time.monotonic() + PATIENCE
        given = replace(given, cancelled=lambda: time.monotonic() > end)
    try:
        found = survey.look(path, options, given)
    except Cancelled:
        if hurried:
            raise NotScanned(f"{path.name} has not been looked through yet.") from None
        raise
    _remember(key, found)
    return found


def _count(source: str, options: Mapping[str, Any], dataset: Any) -> None:
    """Correct the number of samples among the facts: a look at a folder counts files, and some of them turn out to
    be damaged only when they are read."""
    options = dict(options)
    known = facts(source, options)
    counts = {"size": len(dataset), "test": 0 if dataset.test is None else len(dataset.test)}
    found = {**known, **{name: count for name, count in counts.items() if name in known}}
    if found != known:
        depends = {name: options[name] for name in SURVEYS[source].depends}
        _remember(_key(source, place_of(options), depends), found)


def scan(
    source: str,
    options: Mapping[str, Any],
    cancelled: Callable[[], bool] | None = None,
    progress: Callable[[float, str], None] | None = None,
) -> Facts:
    """Find out the facts, so that ``describe`` answers at once afterwards. For a thread of its own.

    Raises :class:`DataError` or :class:`Cancelled`.
    """
    loading = Loading()
    if cancelled is not None:
        loading = replace(loading, cancelled=cancelled)
    if progress is not None:
        loading = replace(loading, progress=progress)
    return facts(source, options, loading)


def is_own(source: str) -> bool:
    """Whether a source reads a person's own files."""
    return source in SURVEYS


def state_of(source: str, options: Mapping[str, Any]) -> str:
    """Something that changes with a person's own files; empty for every other source, and where nothing is there."""
    if not is_own(source):
        return ""
    try:
        return stamp_of(place_of(options), options)
    except (DataError, OSError):
        return ""


def stamp_of(path: Path, options: Mapping[str, Any], stamped: Callable[[Path], str] | None = None) -> str:
    """Something that changes with any of the files that are read under these options."""
    places = [place for part in files_of(path, options).values() for place in part]
    return "|".join(map(stamped or stamp, places))


def stamp(path: Path) -> str:
    """Size and time of change of a file; of a folder those of the folders in it, two levels deep, and of the files
    in itself that say something of the others."""
    about = path.stat()
    parts = [f"{about.st_size}:{about.st_mtime_ns}"]
    parts += _telling(path) if path.is_dir() else []
    level = [path] if path.is_dir() else []
    for _ in range(2):
        deeper: list[Path] = []
        for folder in level:
            try:
                with os.scandir(folder) as entries:
                    inside = sorted(entry.path for entry in entries if entry.is_dir(follow_symlinks=False))
            except OSError:
                continue
            deeper += [Path(name) for name in inside[: MOST_FOLDERS - len(parts)]]
        for folder in deeper:
            about = folder.stat()
            parts.append(f"{folder.name}:{about.st_mtime_ns}")
        level = deeper
    return hashlib.sha256("|".join(parts).encode(errors="surrogateescape")).hexdigest()


def _telling(folder: Path) -> list[str]:
    """Sizes and times of change of the tables, arrays, lists of boxes and names of classes in a folder."""
    found: list[str] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if os.path.splitext(entry.name)[1].lower() in TELLING and entry.is_file():
                    about = entry.stat()
                    found.append(f"{entry.name}:{about.st_size}:{about.st_mtime_ns}")
                    if len(found) == MOST_FOLDERS:
                        break
    except OSError:
        return []
    return sorted(found)


def _stamp(path: Path) -> str:
    now = time.monotonic()
    with _lock:
        when, known = _stamps.get(str(path), (-1e9, ""))
    if now - when < TRUSTED_FOR and threading.get_ident() in _hurried:
        return known
    found = stamp(path)
    with _lock:
        _stamps[str(path)] = (now, found)
    return found


def _key(source: str, path: Path, options: Mapping[str, Any]) -> str:
    told = json.dumps(
        [VERSION, source, str(path.absolute()), stamp_of(path, options, _stamp), options], sort_keys=True
    )
    return hashlib.sha256(told.encode(errors="surrogateescape")).hexdigest()


def _file(key: str) -> Path:
    return data_folder() / "scans" / f"{key[:40]}.json"


def _remembered(key: str) -> Facts | None:
    with _lock:
        if key in _facts:
            _facts.move_to_end(key)
            return _facts[key]
    try:
        found = json.loads(_file(key).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(found, dict):
        return None
    _keep(key, found)
    return found


def _remember(key: str, found: Facts) -> None:
    _keep(key, found)
    file = _file(key)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(f".{os.getpid()}.{threading.get_ident()}")
        part.write_text(json.dumps(found), encoding="utf-8")
        part.replace(file)
        old = sorted(file.parent.glob("*.json"), key=lambda each: each.stat().st_mtime)
        for each in old[: max(0, len(old) - KEPT_FILES)]:
            each.unlink(missing_ok=True)
    except OSError:
        return  # a cache that cannot be written costs time, nothing else


def _keep(key: str, found: Facts) -> None:
    with _lock:
        _facts[key] = found
        while len(_facts) > KEPT:
            _facts.popitem(last=False)
