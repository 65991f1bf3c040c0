"""How a node learns: a padlock that keeps its weights as they are, and a factor of the learning rate."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from graph.catalogue.spec import Param
from graph.checks import MAX_RATE
from graph.edits import SetState
from graph.model import BLOCK, Node
from gui.icons import icon
from gui.inspector.number_box import NumberBox
from gui.theme import theme
from gui.widgets import Heading, WrappedLabel
from gui.workspace import Workspace

RATE = Param("learning rate ×", "float", 1.0, minimum=1e-6, maximum=MAX_RATE)


class LearningRow(QWidget):
    """Hidden for nodes without weights."""

    def __init__(self, workspace: Workspace, graph_id: str, node_id: str) -> None:
        super().__init__()
        self.workspace, self.graph_id, self.node_id = workspace, graph_id, node_id
        self.padlock = QPushButton()
        self.padlock.setCheckable(True)
        self.padlock.setToolTip(
            self.tr(
                "Training leaves frozen weights as they are. The settings say after how many epochs they learn too."
            )
        )
        self.padlock.clicked.connect(self._freeze)
        self.rate = NumberBox(RATE)
        self.rate.setToolTip(self.tr("The weights learn with the project's learning rate times this"))
        self.rate.edited.connect(self._set_rate)
        self.rate.refused.connect(self._refuse)
        label = QLabel(self.tr("rate ×"))
        label.setToolTip(self.rate.toolTip())
        self.sentence = WrappedLabel()
        self.sentence.setProperty("sentence", "error")
        self.sentence.hide()
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.padlock, 1)
        row.addWidget(label)
        row.addWidget(self.rate)
        self.rate.setFixedWidth(84)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(Heading(self.tr("Learning")))
        column.addLayout(row)
        column.addWidget(self.sentence)

    @property
    def node(self) -> Node:
        return self.workspace.project.graph(self.graph_id).nodes[self.node_id]

    def refresh(self, parameters: int) -> None:
        """Show the node's state; ``parameters`` is how many weights it has."""
        node = self.node
        self.setVisible((bool(parameters) and not node.shares) or node.frozen or node.rate != 1)
        self.padlock.setChecked(node.frozen)
        self.padlock.setIcon(icon("lock" if node.frozen else "lock-open-variant-outline", theme().text))
        inside = node.type == BLOCK
        free = self.tr("Everything inside learns") if inside else self.tr("Learns")
        self.padlock.setText(self.tr("Frozen") if node.frozen else free)
        self.rate.show_value(node.rate)
        if not self.rate.property("wrong"):
            self.sentence.hide()

    def _freeze(self) -> None:
        node = self.node
        name = self.tr("Let {0} learn") if node.frozen else self.tr("Freeze {0}")
        self.workspace.perform(
            name.format(node.name), [SetState(self.graph_id, {self.node_id: {"frozen": not node.frozen}})]
        )

    def _set_rate(self, value: Any) -> None:
        name = self.tr("Set the learning rate of {0}").format(self.node.name)
        edit = SetState(self.graph_id, {self.node_id: {"rate": float(value)}})
        self.sentence.hide()
        self.workspace.perform(name, [edit], merge=f"rate/{self.graph_id}/{self.node_id}")

    def _refuse(self, sentence: str) -> None:
        self.sentence.setText(sentence)
        self.sentence.show()
