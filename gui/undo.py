"""Undo for everything: one command class that wraps a list of edits.

There are no child commands on purpose: built with a parent and no Python reference kept, they crash
PySide6. Edits are checked before they are pushed, because a ``redo`` that raises stays on the stack.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtGui import QUndoCommand

from graph.document import Document
from graph.edits import Edit

MERGE_SECONDS = 1.5


class EditCommand(QUndoCommand):
    """A named transaction. Commands with the same ``merge`` key in quick succession become one step."""

    def __init__(self, document: Document, name: str, edits: Sequence[Edit], merge: str = "") -> None:
        super().__init__(name)
        self.document = document
        self.name = name
        self.forward = list(edits)
        self.backward: list[Edit] = []
        self.merge = merge
        self.when = time.monotonic()

    def redo(self) -> None:
        self.backward = self.document.apply(self.name, self.forward)

    def undo(self) -> None:
        self.document.apply(f"Undo {self.name}", self.backward)

    def id(self) -> int:
        return 1 if self.merge else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, EditCommand) or other.merge != self.merge:
            return False
        if other.when - self.when > MERGE_SECONDS:
            return False
        self.forward = [*self.forward, *other.forward]
        self.backward = [*other.backward, *self.backward]
        self.when = other.when
        return True
