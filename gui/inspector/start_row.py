"""How the weights of the selected layers begin: as the rest of the network, or in a way of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from graph.catalogue import CATALOGUE
from graph.catalogue.spec import Param
from graph.edits import SetState
from graph.model import Node
from gui.inspector.number_box import NumberBox
from gui.inspector.values import shown
from gui.widgets import Picker, WrappedLabel
from gui.workspace import Workspace
from runtime.starts import ANY_SHAPE, STARTS, THIN

MIXED = "?"
"""Several layers that begin in different ways."""
NUMBERS = {"normal": (0.0, 0.02), "uniform": (0.0, 0.1), "constant": (-1e6, 0.5)}
"""Way -> the smallest number it takes, and the one it is first given."""


class _Choice(Picker):
    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class StartRow(QWidget):
    """For one node or several; hidden where none of them has weights of its own."""

    def __init__(self, workspace: Workspace, graph_id: str) -> None:
        super().__init__()
        self.workspace, self.graph_id = workspace, graph_id
        self.nodes: list[str] = []
        """Those of the selected nodes that have weights."""
        tip = self.tr("How the weights begin before the first step. Biases begin at 0 then.")
        self.way = _Choice()
        self.way.setAccessibleName(self.tr("start"))
        self.way.setToolTip(tip)
        self.way.textActivated.connect(self._choose)
        self.number = NumberBox(Param("start", "float", 0.0, minimum=-1e6, maximum=1e6))
        self.number.setFixedWidth(84)
        self.number.edited.connect(self._set_number)
        self.number.refused.connect(self._refuse)
        label = QLabel(self.tr("start"))
        label.setToolTip(tip)
        self.sentence = WrappedLabel()
        self.sentence.setProperty("sentence", "error")
        self.sentence.hide()
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(label)
        row.addWidget(self.way, 1)
        row.addWidget(self.number)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        column.addWidget(self.sentence)

    def refresh(self, nodes: Sequence[str]) -> None:
        """Show how these nodes of the graph begin."""
        graph = self.workspace.project.graph(self.graph_id)
        self.nodes = [key for key in nodes if self._holds_weights(graph.nodes[key])]
        chosen = [graph.nodes[key] for key in self.nodes]
        self.setVisible(bool(chosen))
        if not chosen:
            return
        texts = {node.start for node in chosen}
        text = texts.pop() if len(texts) == 1 else MIXED
        name, _, number = text.partition(" ")
        offered = [way for way in STARTS if way in ANY_SHAPE or not any(map(thin, chosen)) or way == name]
        entries = [(self.tr("as the rest of the network"), ""), *((STARTS[way][0], way) for way in offered)]
        if name and name not in STARTS:
            entries.append((self.tr("in different ways") if name == MIXED else text, name))
        if [(self.way.itemText(i), self.way.itemData(i)) for i in range(self.way.count())] != entries:
            self.way.clear()
            for title, way in entries:
                self.way.addItem(title, way)
        self.way.setCurrentIndex(self.way.findData(name))
        for place, (_, way) in enumerate(entries):
            if way in STARTS:
                self.way.setItemData(place, STARTS[way][1], Qt.ItemDataRole.ToolTipRole)
        takes = STARTS[name][3] if name in STARTS else ""
        self.number.setVisible(bool(takes))
        if takes:
            means = {"std": self.tr("The spread"), "b": self.tr("The reach"), "val": self.tr("The constant")}[
                takes
            ]
            low = NUMBERS[name][0]
            self.number.param = Param(means, "float", NUMBERS[name][1], minimum=low, maximum=1e6)
            self.number.setAccessibleName(means)
            self.number.setToolTip(means)
            self.number.show_value(float(number) if number else None)
        if not takes or not self.number.property("wrong"):
            self.sentence.hide()

    def _holds_weights(self, node: Node) -> bool:
        shapes = self.workspace.node_shapes(node.id)
        return (bool(shapes and shapes.parameters) and not node.shares) or bool(node.start)

    def _choose(self, _: str) -> None:
        way = self.way.currentData()
        if way != MIXED:
            self._perform(f"{way} {shown(NUMBERS[way][1])}" if way in NUMBERS else way)

    def _set_number(self, value: Any) -> None:
        self.sentence.hide()
        # few digits: the file keeps what a person would write
        self._perform(
            f"{self.way.currentData()} {value:.6g}".replace("e+0", "e").replace("e-0", "e-"), "start"
        )

    def _perform(self, text: str, merge: str = "") -> None:
        graph = self.workspace.project.graph(self.graph_id)
        if all(graph.nodes[key].start == text for key in self.nodes):
            return
        one, many = self.tr("Set how {0} starts"), self.tr("Set how {0} nodes start")
        single = len(self.nodes) == 1
        name = one.format(graph.nodes[self.nodes[0]].name) if single else many.format(len(self.nodes))
        edit = SetState(self.graph_id, {key: {"start": text} for key in self.nodes})
        self.workspace.perform(
            name, [edit], merge=f"{merge}/{self.graph_id}/{'/'.join(self.nodes)}" if merge else ""
        )

    def _refuse(self, sentence: str) -> None:
        self.sentence.setText(sentence)
        self.sentence.setVisible(bool(sentence))


def thin(node: Node) -> bool:
    """Whether its weights have one axis only, so that most ways cannot fill them."""
    layer = CATALOGUE.get(node.type)
    return layer is not None and layer.category in THIN
