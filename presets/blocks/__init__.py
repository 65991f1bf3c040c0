"""Shipped blocks: the building stones of published networks, each ready to be put into any network.

Each file here declares ``BLOCKS``; adding a block touches one file. The functions that make blocks are
used by the presets too. They remember what they made: the same call gives the same ``GraphBuilder``, so
that two blocks made of the same stone share it in a project. Nobody may add to a builder he did not make.

Importing this package imports no torch, so the window can list the blocks before torch is there.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from graph.build import GraphBuilder


@dataclass(frozen=True, slots=True)
class ShippedBlock:
    """One block a person can put into a network.

    ``id`` is short and lower-case (``basic-residual``). ``summary`` is one line, ``help`` tells when to use
    it and where it comes from, ``tags`` are words to search by. ``make`` gives the block's definition, which
    may use further blocks, and needs no torch. ``group`` is the heading in a list. ``shapes`` are inputs it
    takes as it comes, one sample each, for a picture or a try.
    """

    id: str
    title: str
    summary: str
    tags: tuple[str, ...]
    help: str
    make: Callable[[], GraphBuilder]
    group: str = "Blocks"
    shapes: tuple[tuple[int, ...], ...] = ((64, 32, 32),)


class UnknownBlock(LookupError):
    """No shipped block has this id; the text is a sentence that names the closest ones."""


@cache
def all_blocks() -> tuple[ShippedBlock, ...]:
    """Every shipped block, by group and then in the order of its file."""
    found: list[ShippedBlock] = []
    for module in pkgutil.iter_modules(__path__):
        found += getattr(importlib.import_module(f"{__name__}.{module.name}"), "BLOCKS", ())
    twice = {block.id for block in found if sum(block.id == other.id for other in found) > 1}
    if twice:
        raise ValueError(f"Two blocks share the id {', '.join(sorted(twice))}.")
    return tuple(sorted(found, key=lambda block: block.group))


def find(block_id: str) -> ShippedBlock:
    """The block with this id, or :class:`UnknownBlock`."""
    blocks = {block.id: block for block in all_blocks()}
    if block_id in blocks:
        return blocks[block_id]
    close = difflib.get_close_matches(block_id, blocks, n=3)
    hint = f" Did you mean {' or '.join(close)}?" if close else ""
    raise UnknownBlock(f"There is no shipped block “{block_id}”.{hint}")
