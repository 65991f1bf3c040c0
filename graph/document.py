"""The open project: applies lists of edits as one transaction and tells its listeners once."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from graph.changes import ChangeSet
from graph.edits import Edit, EditError
from graph.model import Project

Listener = Callable[[ChangeSet], None]


@dataclass(slots=True)
class Applied:
    """What a transaction did: the edits that take it back (in order), and the changes."""

    inverse: list[Edit]
    changes: ChangeSet


def apply_edits(project: Project, edits: Sequence[Edit], name: str = "") -> Applied:
    """Apply all edits or none. Raises :class:`EditError`, with the project as it was."""
    changes = ChangeSet(name)
    inverse: list[Edit] = []
    try:
        for edit in edits:
            inverse.append(edit.apply(project, changes))
    except EditError:
        for edit in reversed(inverse):
            edit.apply(project, ChangeSet())
        raise
    return Applied(inverse[::-1], changes)


@contextmanager
def _no_collection() -> Iterator[None]:
    """A step that makes thousands of nodes would spend a third of its time in collections that find nothing."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


class Document:
    """Holds the project. Every change anywhere in the program comes through :meth:`apply`."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        """Call ``listener(changes)`` once after each transaction."""
        self._listeners.append(listener)

    def apply(self, name: str, edits: Sequence[Edit]) -> list[Edit]:
        """Apply a transaction and return the one that takes it back."""
        with _no_collection():
            applied = apply_edits(self.project, edits, name)
            self._tell(applied.changes)
        return applied.inverse

    def check(self, edits: Sequence[Edit]) -> None:
        """Raise :class:`EditError` if the edits would not fit; the project stays as it is."""
        applied = apply_edits(self.project, edits)
        for edit in applied.inverse:
            edit.apply(self.project, ChangeSet())

    def replace(self, project: Project) -> None:
        """Take over another project (new, open)."""
        self.project = project
        self._tell(ChangeSet("load", everything=True))

    def _tell(self, changes: ChangeSet) -> None:
        for listener in self._listeners:
            listener(changes)
