"""Shared weights in the inspector: with whom a node shares, a button to begin and one to stop."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QToolButton, QVBoxLayout, QWidget

from graph.blocks import can_share, partners, share, stop_sharing
from graph.edits import Edit, EditError
from graph.model import Graph
from gui.blocks.words import tr
from gui.icons import icon
from gui.theme import theme
from gui.widgets import Heading, WrappedLabel
from gui.workspace import Workspace


class SharingRow(QWidget):
    """Hidden for nodes that have no weights, or nobody to share them with."""

    def __init__(self, workspace: Workspace, graph_id: str, node_id: str) -> None:
        super().__init__()
        self.workspace, self.graph_id, self.node_id = workspace, graph_id, node_id
        self.text = WrappedLabel()
        self.stop = QToolButton()
        self.stop.setIcon(icon("link-variant-off", theme().muted))
        self.stop.setProperty("quiet", True)
        self.stop.setToolTip(tr("Stop sharing: give this node weights of its own"))
        self.stop.setAccessibleName(tr("Stop sharing weights"))
        self.stop.clicked.connect(self.stop_sharing)
        self.begin = QPushButton(icon("link-variant"), tr("Share weights with…"))
        self.begin.setToolTip(tr("Use another node's weights: one module that is called at two places"))
        self.menu = QMenu(self.begin)
        self.menu.aboutToShow.connect(self._fill)
        self.begin.setMenu(self.menu)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.text, 1)
        row.addWidget(self.stop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(Heading(tr("Shared weights")))
        column.addLayout(row)
        column.addWidget(self.begin)

    @property
    def graph(self) -> Graph:
        return self.workspace.project.graph(self.graph_id)

    def refresh(self) -> None:
        """Show with whom the node shares, and whether it could."""
        node = self.graph.nodes[self.node_id]
        others = partners(self.graph, self.node_id)
        names = ", ".join(other.name for other in others[:6]) + (" …" if len(others) > 6 else "")
        if node.shares:
            owner = self.graph.nodes[node.shares].name
            also = [other.name for other in others if other.id != node.shares]
            text = tr("Uses the weights of {0}.").format(owner)
            if also:
                text = tr("Uses the weights of {0}, as {1} does.").format(owner, ", ".join(also[:5]))
        else:
            text = tr("Its weights are used by {0} too.").format(names)
        self.text.setText(text)
        self.text.setVisible(bool(others))
        self.stop.setVisible(bool(others))
        possible = bool(can_share(self.graph, self.node_id))
        self.begin.setVisible(possible and not others)
        self.setVisible(bool(others) or possible)

    def _fill(self) -> None:
        self.menu.clear()
        node = self.graph.nodes[self.node_id]
        for other in can_share(self.graph, self.node_id):
            text = other.name
            if other.params != node.params:
                text = tr("{0} (takes over its parameters)").format(other.name)
            action = self.menu.addAction(text)
            action.triggered.connect(lambda *_, key=other.id: self.choose(key))

    def choose(self, with_id: str) -> None:
        """Use the weights of another node."""
        name = tr("Share weights of {0}").format(self.graph.nodes[with_id].name)
        self._perform(name, with_id)

    def stop_sharing(self) -> None:
        """Give the node weights of its own."""
        self._perform(tr("Stop sharing weights"), "")

    def _perform(self, name: str, with_id: str) -> None:
        edits: list[Edit]
        try:
            if with_id:
                edits = share(self.graph, self.node_id, with_id)
            else:
                edits = stop_sharing(self.graph, self.node_id)
        except EditError as error:
            self.workspace.message.emit("warning", str(error))
            return
        self.workspace.perform(name, edits)
