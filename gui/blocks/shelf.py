"""Blocks from outside the project: the person's own library and those that come with the program.

An :class:`graph.palette.Entry` with an ``origin`` stands for one. :func:`bring` makes it part of a project.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from graph.blocks.library import Definition, Library, Saved, definition_of, insert
from graph.build import GraphBuilder, project
from graph.custom import TITLE as CODE_TITLE
from graph.custom import fresh_block
from graph.edits import AddGraph, Edit, EditError
from graph.files import FileError
from graph.model import BLOCK, Graph, Project
from graph.palette import BLOCKS, OWN_CODE, Entry, entries
from gui.blocks.words import tr
from gui.folders import blocks_folder

CODE = "code:"
"""The ``origin`` of the entry for a new block that is written in Python."""
CODE_ENTRY = Entry(
    BLOCK,
    CODE_TITLE,
    OWN_CODE,
    "A class or function of your own, written in place. It runs only in a process of its own.",
    ("custom", "lambda", "function", "python", "own", "script", "module", "class", "code"),
    None,
    CODE,
)
MINE, SHIPPED = "mine:", "shipped:"
"""How the ``origin`` of an entry begins; what follows is a file's name or a block's id."""


@dataclass(frozen=True, slots=True)
class Brought:
    """A block that is (or will be) in the project: the edits that bring it, and the project as it is then."""

    edits: list[Edit]
    project: Project
    block: str | None


class Shelf(QObject):
    """The personal library as the window uses it; ``changed`` tells that the palette is out of date."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.deleted: tuple[str, str] | None = None
        """Name and text of the block that was deleted last, to put it back."""
        self._known: tuple[object, list[Saved]] | None = None

    @property
    def library(self) -> Library:
        return Library(blocks_folder())

    def saved(self) -> list[Saved]:
        """The blocks of the library; files are read again only when one of them has changed."""
        folder = blocks_folder()
        stamp = (folder, *sorted((path.name, *_stamp(path)) for path in folder.glob("*")))
        if self._known is None or self._known[0] != stamp:
            self._known = (stamp, Library(folder).saved())
        return self._known[1]

    def save(self, text: str, replace: Path | None = None) -> Path:
        path = self.library.save(text, replace)
        self.changed.emit()
        return path

    def rename(self, saved: Saved, name: str) -> None:
        self.library.rename(saved, name)
        self.changed.emit()

    def delete(self, saved: Saved) -> None:
        self.deleted = (saved.name, self.library.delete(saved.path))
        self.changed.emit()

    def put_back(self) -> None:
        """Save again what was deleted last."""
        if self.deleted is not None:
            _, text = self.deleted
            self.deleted = None
            self.save(text)


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)


@cache
def shelf() -> Shelf:
    """The shelf that all views share."""
    return Shelf()


@cache
def _shipped_entries() -> tuple[Entry, ...]:
    from presets.blocks import all_blocks

    return tuple(
        Entry(BLOCK, block.title, BLOCKS, block.summary, ("block", *block.tags), None, SHIPPED + block.id)
        for block in all_blocks()
    )


@cache
def shipped_groups() -> dict[str, str]:
    """The heading under which each shipped block is listed, by its entry's ``origin``."""
    from presets.blocks import all_blocks

    return {SHIPPED + block.id: block.group for block in all_blocks()}


def my_entries() -> list[Entry]:
    """The blocks of the library that can be used."""
    return [
        Entry(BLOCK, item.name, BLOCKS, item.summary, ("block", "mine"), None, MINE + item.path.name)
        for item in shelf().saved()
        if item.definition is not None
    ]


def damaged() -> list[Saved]:
    """Files of the library that cannot be used."""
    return [item for item in shelf().saved() if item.definition is None]


def all_entries(project: Project) -> list[Entry]:
    """Everything that can be put on the canvas: layers, the project's blocks, the person's, shipped ones."""
    return [*entries(project), CODE_ENTRY, *my_entries(), *_shipped_entries()]


@cache
def _shipped(block_id: str) -> Definition:
    from presets.blocks import find

    builder = find(block_id).make()
    scratch = GraphBuilder("Shelf" if builder.graph.name != "Shelf" else "Board")
    use = scratch.use(builder)
    made = project("Shelf", scratch)
    block = made.main.nodes[use.id].block
    assert block is not None
    return definition_of(made, block)


def definition(origin: str) -> Definition:
    """The block behind an entry's origin; :class:`graph.edits.EditError` when it is gone."""
    if origin.startswith(SHIPPED):
        return _shipped(origin.removeprefix(SHIPPED))
    for item in shelf().saved():
        if origin == MINE + item.path.name and item.definition is not None:
            return item.definition
    raise EditError(tr("This block is not in your library any more."))


def bring(project: Project, into: str, entry: Entry) -> Brought:
    """Make the block behind an entry part of a project, for use in the graph ``into``.

    Equal definitions are used, others with a taken name get a fresh one; an entry of the project itself
    needs nothing. Raises :class:`graph.edits.EditError` with a sentence.
    """
    if not entry.origin:
        return Brought([], project, entry.block)
    if entry.origin == CODE:
        block = fresh_block(project)
        return Brought([AddGraph(block, True)], _with(project, [block]), block.id)
    try:
        edits, block = insert(project, definition(entry.origin), into)
    except FileError as error:
        raise EditError(str(error)) from None
    return Brought(
        edits, _with(project, [edit.content for edit in edits if isinstance(edit, AddGraph)]), block
    )


def _with(project: Project, blocks: list[Graph]) -> Project:
    """The project as it is with these definitions."""
    return replace(project, blocks={**project.blocks, **{block.id: block for block in blocks}})
