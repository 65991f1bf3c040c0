"""The personal library: blocks kept as files in a folder, each a fragment like the clipboard's.

A file of the library may come from anywhere, so it is read and checked like any foreign file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from graph.edits import Edit, EditError
from graph.files import FileError
from graph.files.store import SUFFIX, write_atomically
from graph.files.text import MAX_BYTES
from graph.fragment import bring, copy, read
from graph.model import BLOCK, Graph, Node, Project
from graph.names import fresh_among, is_usable
from graph.values import BadValue

PLACE = re.compile(r"[^A-Za-z0-9_-]")


@dataclass(frozen=True, slots=True)
class Definition:
    """A block with all definitions it uses; ``root`` is its id among ``blocks``."""

    root: str
    blocks: dict[str, Graph]

    @property
    def block(self) -> Graph:
        return self.blocks[self.root]


@dataclass(frozen=True, slots=True)
class Saved:
    """A file of the library. ``trouble`` says why one cannot be used; then ``definition`` is ``None``."""

    path: Path
    name: str
    summary: str = ""
    trouble: str = ""
    definition: Definition | None = None


def definition_of(project: Project, block_id: str) -> Definition:
    """A block of a project, apart from the project."""
    return parse(text_of(project, block_id))


def text_of(project: Project, block_id: str) -> str:
    """The text of a library file: a fragment that holds one use of the block."""
    if block_id not in project.blocks:
        raise EditError("There is no such block in this project.")
    block = project.blocks[block_id]
    use = Node("n1", BLOCK, fresh_among((), block.name), block=block_id)
    return copy(Graph("g1", "Library" if block.name != "Library" else "Shelf", {"n1": use}), ["n1"], project)


def parse(text: str) -> Definition:
    """The block in a text; :class:`graph.files.FileError` with a sentence."""
    piece, _, _ = read(text)
    uses = [node for node in piece.main.nodes.values() if node.block]
    if len(uses) != 1 or len(piece.main.nodes) != 1:
        raise FileError("It holds a piece of a network, but not one block.")
    root = uses[0].block
    assert root is not None
    return Definition(root, piece.blocks)


def insert(project: Project, definition: Definition, into: str = "") -> tuple[list[Edit], str]:
    """The edits that bring a block and all it uses into a project, and its id there.

    ``into`` is the graph that will use it. What is there already in equal form is used.
    """
    try:
        edits, ids = bring(project, definition.blocks, into)
    except BadValue as error:
        raise EditError(str(error)) from None
    return edits, ids[definition.root]


def _reason(error: OSError) -> str:
    reason = error.strerror or type(error).__name__
    return reason[0].lower() + reason[1:]


class Library:
    """The blocks in one folder. Every method looks at the disk; the folder is made when it is needed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def saved(self) -> list[Saved]:
        """All blocks by name; damaged files are among them, with what is wrong."""
        if not self.folder.is_dir():
            return []
        try:
            paths = [path for path in self.folder.iterdir() if path.suffix == SUFFIX and path.is_file()]
        except OSError as error:
            raise FileError(f"The folder of your blocks cannot be read: {_reason(error)}.") from None
        return sorted(map(self._one, paths), key=lambda item: (item.name.lower(), item.path.name))

    def _one(self, path: Path) -> Saved:
        try:
            definition = parse(self.read(path))
        except FileError as error:
            return Saved(path, path.stem, trouble=str(error))
        block = definition.block
        return Saved(path, block.name, block.help.partition("\n")[0], definition=definition)

    def read(self, path: Path) -> str:
        """The text of a file of the library."""
        try:
            with open(path, "rb") as file:
                return file.read(MAX_BYTES + 1).decode("utf-8-sig")
        except OSError as error:
            raise FileError(f"“{path.name}” cannot be opened: {_reason(error)}.") from None
        except UnicodeDecodeError:
            raise FileError(f"“{path.name}” cannot be opened. It is not a text file.") from None

    def find(self, name: str) -> Saved | None:
        """The block with this name."""
        return next((item for item in self.saved() if item.name == name), None)

    def save(self, text: str, replace: Path | None = None) -> Path:
        """Keep the block in a text; ``replace`` is the file whose place it takes."""
        definition = parse(text)
        path = replace or self._free(definition.block.name)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise FileError(f"The folder of your blocks cannot be made: {_reason(error)}.") from None
        write_atomically(path, text)
        return path

    def rename(self, saved: Saved, name: str) -> Path:
        """Give a block of the library another name; the file is renamed too."""
        if not is_usable(name):
            raise FileError(
                f"“{name}” cannot be the name of a block: use letters, digits and _, a letter first."
            )
        if name == saved.name:
            return saved.path
        if saved.definition is None:
            raise FileError(f"“{saved.path.name}” cannot be renamed. {saved.trouble}")
        clash = self.find(name)
        if clash is not None and clash.path != saved.path:
            raise FileError(f"There is a block “{name}” among yours already.")
        blocks = dict(saved.definition.blocks)
        if any(block.name == name for key, block in blocks.items() if key != saved.definition.root):
            raise FileError(f"“{saved.name}” uses a block called “{name}” inside: choose another name.")
        scratch = Project(networks={}, blocks=blocks).copy()
        scratch.blocks[saved.definition.root].name = name
        path = self.save(text_of(scratch, saved.definition.root))
        if path != saved.path:
            self.delete(saved.path)
        return path

    def delete(self, path: Path) -> str:
        """Take a file away; its text, with which :meth:`save` puts it back."""
        text = self.read(path)
        try:
            path.unlink()
        except OSError as error:
            raise FileError(f"“{path.name}” cannot be deleted: {_reason(error)}.") from None
        return text

    def _free(self, name: str) -> Path:
        stem = PLACE.sub("_", name)[:60] or "block"
        path = self.folder / f"{stem}{SUFFIX}"
        number = 2
        while path.exists():
            path, number = self.folder / f"{stem}-{number}{SUFFIX}", number + 1
        return path
