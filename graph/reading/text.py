"""Reading a text: the draft of what it says, or why it cannot be drawn."""

from __future__ import annotations

from graph import custom
from graph.model import Project
from graph.reading.reader import Reader
from graph.reading.sketch import CannotRead, Draft
from graph.reading.source import parse


def read_text(text: str, known: Project | None = None, flat: bool = False) -> Draft:
    """What a module says; :class:`CannotRead` with the place of what cannot be drawn.

    The text is only looked at, never run. ``known`` is the project it was written from: its blocks of own
    code are recognised by their names. ``flat`` is for a network that was one chain: it stays one when a block
    comes into it.
    """
    try:
        imports = {
            item.text
            for block in (known.blocks.values() if known else ())
            if block.code
            for item in (custom.read(block.code).imports if custom.fault_of(block.code) is None else ())
        }
        return Reader(parse(text, imports), known, flat).read()
    except RecursionError:
        raise CannotRead("the text is nested too deeply to be drawn.", (1, 1)) from None
