"""One import from end to end, as the worker and the terminal do it: build, draw, keep the weights."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graph.model import Project
from runtime.importing.failure import ImportFailure
from runtime.importing.listing import is_file
from runtime.importing.result import Imported, Progress, import_model
from runtime.importing.sources import Loaded, entries_of, load
from runtime.protocol import Message
from runtime.weights import WeightsError, keep


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asked for. ``weights`` takes the model's numbers along: the pretrained ones of a library,
    those a class of one's own starts with."""

    source: str
    arguments: str = ""
    shapes: str = ""
    weights: bool = False
    title: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """The project (its weights are named in it), what there is to say, and the Python in it."""

    project: Project
    sentences: tuple[str, ...]
    codes: tuple[str, ...]
    equal: str


def do_import(
    wish: Wish,
    folder: Path | None = None,
    progress: Progress = lambda fraction, text: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Done:
    """Import what was asked for; the weights go into ``folder`` (without one, the user's data folder).

    Runs the code of a file that the wish names: ask first. Raises :class:`ImportFailure`.
    """
    progress(0.0, f"Building {wish.source.rpartition(':')[2]}…")
    try:
        loaded = load(wish.source, wish.arguments, wish.weights)
        entries = entries_of(wish.shapes) or loaded.entries
        made = import_model(
            loaded.model, entries, wish.title or loaded.title, progress=progress, cancelled=cancelled
        )
    except MemoryError:
        raise ImportFailure("There is not enough memory for this model.", "Close other programs.") from None
    if made.equal == "no":
        raise ImportFailure(
            f"The drawing of the model computes something else: its outputs differ by {made.difference:.2g}.",
            "It does something that the import does not see. Please report it.",
        )
    sentences = [*loaded.sentences, *made.sentences, *_keep(made, loaded, wish, folder)]
    made.project.notes = _notes(wish, loaded, made)
    codes = tuple(dict.fromkeys(block.code for block in made.project.blocks.values() if block.code))
    gc.collect()
    return Done(made.project, tuple(sentences), codes, made.equal)


def _keep(made: Imported, loaded: Loaded, wish: Wish, folder: Path | None) -> list[str]:
    """Write the weights the project starts from: all, or the fixed numbers alone when none are wanted."""
    wanted = made.weights
    whole = wish.weights or is_file(wish.source)
    if not whole:
        wanted = {key: value for key, value in made.weights.items() if key in made.fixed}
    if not wanted:
        return []
    try:
        made.project.weights = keep(wanted, loaded.title, folder)
    except WeightsError as error:
        raise ImportFailure(str(error)) from error
    count = sum(tensor.numel() for tensor in wanted.values())
    what = "weights" if whole else "fixed numbers (tables and masks, no weights)"
    return [f"Its {what} came along: {count:,} numbers, where training starts from."]


def _notes(wish: Wish, loaded: Loaded, made: Imported) -> str:
    where = (
        Path(wish.source.rpartition(":")[0]).name if is_file(wish.source) else wish.source.partition(":")[0]
    )
    lines = [f"Imported from {where}: {wish.source.rpartition(':')[2]}.", *loaded.sentences, *made.sentences]
    return "\n".join(lines)


# -- for the worker --------------------------------------------------------------------------------


def answer(command: Message, send: Callable[[Message], None], cancelled: Callable[[], bool]) -> None:
    """The command ``import`` of :mod:`runtime.protocol`."""
    from graph.files import to_data

    wish = Wish(
        str(command["source"]),
        str(command.get("arguments", "")),
        str(command.get("shapes", "")),
        bool(command.get("weights", False)),
        str(command.get("title", "")),
    )

    def progress(fraction: float, text: str) -> None:
        send({"event": "importing", "fraction": fraction, "text": text})

    try:
        done = do_import(wish, None, progress, cancelled)
    except ImportFailure as error:
        send({"event": "import_failed", "sentence": str(error), "hint": error.hint})
        return
    except KeyboardInterrupt:
        send({"event": "import_failed", "sentence": "The import was cancelled.", "hint": ""})
        return
    project: Any = to_data(done.project)
    send(
        {
            "event": "imported",
            "project": project,
            "sentences": list(done.sentences),
            "codes": list(done.codes),
        }
    )
