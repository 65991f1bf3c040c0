"""Where on the canvas one is: the network, then the blocks looked into. A click goes back."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from gui.icons import icon, pixmap
from gui.theme import theme
from gui.workspace import Workspace


class Breadcrumbs(QWidget):
    """``LeNet ▸ stage1 (Stage) ▸ block1 (Bottleneck)``, with a choice of network when there are several."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(8, 4, 8, 4)
        self._row.setSpacing(2)
        workspace.place_changed.connect(self.refresh)
        workspace.changed.connect(self._changed)
        theme().changed.connect(self.refresh)
        self.refresh()

    def _changed(self, changes) -> None:  # type: ignore[no-untyped-def]
        touched = any(change.header or change.changed for change in changes.graphs.values())
        if changes.everything or changes.graphs_added or changes.graphs_removed or touched:
            self.refresh()

    def refresh(self) -> None:
        """Build the row anew."""
        while (item := self._row.takeAt(0)) is not None:
            if item.widget():
                item.widget().hide()
                item.widget().deleteLater()
        workspace = self.workspace
        place = workspace.place
        if len(place) > 1:
            back = QToolButton(self)
            back.setIcon(icon("arrow-left"))
            back.setToolTip(self.tr("Back to the outside"))
            back.clicked.connect(workspace.leave)
            self._row.addWidget(back)
        self._network(place[0], last=len(place) == 1)
        graph = workspace.project.graph(place[0])
        for depth, step in enumerate(place[1:], 2):
            arrow = QLabel(self)
            arrow.setPixmap(pixmap("chevron-right", theme().muted))
            self._row.addWidget(arrow)
            node_id, _, number = step.partition("[")
            node = graph.nodes[node_id]
            assert node.block is not None
            graph = workspace.project.graph(node.block)
            times = f" [{number}" if number else ""
            self._crumb(f"{node.name}{times} ({graph.name})", place[:depth], last=depth == len(place))
        self._row.addStretch(1)
        if len(place) > 1:
            uses = sum(
                node.block == graph.id
                for other in workspace.project.graphs()
                for node in other.nodes.values()
            )
            if uses > 1:
                hint = QLabel(self.tr("A change here changes all {0} uses of {1}.").format(uses, graph.name))
                hint.setProperty("muted", True)
                self._row.addWidget(hint)

    def _network(self, graph_id: str, last: bool) -> None:
        networks = self.workspace.project.networks
        if len(networks) == 1:
            self._crumb(networks[graph_id].name, (graph_id,), last)
            return
        choice = QComboBox(self)
        choice.setToolTip(self.tr("Which network is shown"))
        for network in networks.values():
            choice.addItem(network.name, network.id)
        choice.setCurrentIndex(choice.findData(graph_id))
        choice.activated.connect(lambda: self.workspace.go((choice.currentData(),)))
        self._row.addWidget(choice)

    def _crumb(self, text: str, place: tuple[str, ...], last: bool) -> None:
        button = QPushButton(text, self)
        button.setProperty("link", True)
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.setEnabled(not last)
        if last:
            button.setStyleSheet(f"color: {theme().text.name()}; font-weight: 600")
        button.clicked.connect(lambda: self.workspace.go(place))
        self._row.addWidget(button)
