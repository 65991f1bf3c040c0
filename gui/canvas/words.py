"""Text of the canvas: translated, and short enough for a menu, an undo step or a label."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QCoreApplication

from graph.model import Graph


def tr(text: str) -> str:
    """The text in the person's language."""
    return QCoreApplication.translate("Canvas", text)


def several(graph: Graph, ids: Collection[str], one: str, many: str) -> str:
    """``Move conv1`` for a single node, ``Move 3 nodes`` for more: ``one`` and ``many`` hold a ``{}``."""
    names = [graph.nodes[key].name for key in ids if key in graph.nodes]
    return one.format(names[0]) if len(names) == 1 else many.format(len(names))
