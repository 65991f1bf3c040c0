"""What the inspector knows of a node: shapes in and out, cost, its formula with its own numbers."""

from __future__ import annotations

import html

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from graph.catalogue import CATALOGUE
from graph.catalogue.spec import Given
from graph.model import Node
from graph.shapes import Field, NodeShapes
from gui.widgets import WrappedLabel, clear
from gui.words import bytes_text


def tr(text: str) -> str:
    return QCoreApplication.translate("NodeFacts", text)


class FactTable(QWidget):
    """Two columns: what, and how much."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        self.rows: list[tuple[str, str]] = []

    def show_rows(self, rows: list[tuple[str, str]]) -> None:
        """Replace the rows; nothing happens when they are the same."""
        if rows == self.rows:
            return
        self.rows = rows
        clear(self._grid)
        for number, (what, value) in enumerate(rows):
            label = QLabel(what)
            label.setProperty("muted", True)
            self._grid.addWidget(label, number, 0)
            self._grid.addWidget(WrappedLabel(value), number, 1)


def shape_rows(shapes: NodeShapes | None) -> list[tuple[str, str]]:
    """A row for each port that has a tensor."""
    if shapes is None:
        return []
    rows = []
    single_in = len(shapes.inputs) == 1 and all(len(each) == 1 for each in shapes.inputs.values())
    for port, tensors in shapes.inputs.items():
        for number, tensor in enumerate(tensors, 1):
            name = port if len(tensors) == 1 else f"{port} {number}"
            rows.append((tr("in") if single_in else tr("in: {0}").format(name), tensor.text))
    for port, tensor in shapes.outputs.items():
        single = len(shapes.outputs) == 1
        rows.append((tr("out") if single else tr("out: {0}").format(port), tensor.text))
    return rows


def cost_rows(node: Node, shapes: NodeShapes | None, seen: Field | None) -> list[tuple[str, str]]:
    """Parameters, MACs, memory, receptive field (``seen``), as far as they are known."""
    if shapes is None or shapes.state != "ok":
        return []
    rows = []
    if node.shares:
        rows.append((tr("parameters"), tr("{0}, shared").format(f"{shapes.parameters:,}")))
    elif shapes.parameters:
        rows.append((tr("parameters"), f"{shapes.parameters:,}"))
    if shapes.macs:
        rows.append((tr("MACs per sample"), f"{shapes.macs:,}"))
    if shapes.activations:
        size = bytes_text(4 * shapes.activations)
        rows.append((tr("output per sample"), tr("{0} numbers, {1}").format(f"{shapes.activations:,}", size)))
    spatial = any(tensor.rank > 2 for tensor in shapes.outputs.values())
    if spatial and seen is not None and seen[0] > 1:
        field, jump = seen
        rows.append((tr("receptive field"), tr("{0} × {0} input cells, {1} apart").format(field, jump)))
    return rows


def worked(node: Node, shapes: NodeShapes | None) -> str:
    """The layer's formula with this node's numbers, or an empty text while they are not known."""
    layer = CATALOGUE.get(node.type)
    if layer is None or layer.worked is None or shapes is None or shapes.state != "ok":
        return ""
    return layer.worked(Given(shapes.values, shapes.inputs), shapes.outputs)


def formula_html(text: str) -> str:
    """A formula in a fixed font, one line each."""
    lines = html.escape(text).replace(",  ", "\n").split("\n")
    return "<br>".join(f"<code>{line}</code>" for line in lines)
