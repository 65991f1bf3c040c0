"""Where on the canvas one is: the network, then the blocks looked into. A click goes back."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from graph.blocks import detach_place, places_of
from graph.changes import ChangeSet
from graph.edits import EditError
from graph.model import Graph
from gui.blocks.networks import NetworkTabs
from gui.icons import icon, pixmap
from gui.theme import theme
from gui.workspace import Workspace


class Breadcrumbs(QWidget):
    """``LeNet ▸ stage1 (Stage) ▸ block1 (Bottleneck)``, with a tab for each network when there are several.

    Inside a block that has more uses, it says so and offers to make this one independent.
    """

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.tabs = NetworkTabs(workspace, self)
        self.back = QToolButton(self)
        self.back.setToolTip(self.tr("Back to the outside (Esc)"))
        self.back.setAccessibleName(self.tr("Back to the outside"))
        self.back.clicked.connect(workspace.leave)
        self._crumbs: list[QPushButton] = []
        """One for each step of the way; those that are not needed are hidden."""
        self._arrows: list[QLabel] = []
        self._row = QHBoxLayout()
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(2)
        self.used = QLabel(self)
        self.used.setProperty("muted", True)
        self.independent = QPushButton(self.tr("Make independent"), self)
        self.independent.setProperty("link", True)
        self.independent.setCursor(Qt.CursorShape.PointingHandCursor)
        self.independent.setToolTip(
            self.tr("Copy the definition, so that changes here change nothing elsewhere")
        )
        self.independent.clicked.connect(self.make_independent)
        self.plus = QToolButton(self)
        self.plus.setToolTip(self.tr("Add another network to the project"))
        self.plus.setAccessibleName(self.tr("Add another network"))
        self.plus.clicked.connect(self.tabs.networks.add)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(2)
        row.addWidget(self.tabs)
        row.addWidget(self.back)
        row.addLayout(self._row)
        row.addWidget(self.plus)
        row.addStretch(1)
        row.addWidget(self.used)
        row.addWidget(self.independent)
        workspace.place_changed.connect(self.refresh)
        workspace.changed.connect(self._changed)
        theme().changed.connect(self.refresh)
        self.refresh()

    def _changed(self, changes: ChangeSet) -> None:
        touched = any(
            change.header or change.changed or change.added or change.removed
            for change in changes.graphs.values()
        )
        if changes.everything or changes.graphs_added or changes.graphs_removed or touched:
            self.refresh()

    def refresh(self) -> None:
        """Show where one is."""
        workspace = self.workspace
        place = workspace.place
        several = len(workspace.project.networks) > 1
        self.tabs.refresh()
        self.tabs.setVisible(several)
        self.plus.setIcon(icon("plus", theme().muted))
        self.plus.setVisible(len(place) == 1)
        self.back.setIcon(icon("arrow-left"))
        self.back.setVisible(len(place) > 1)
        graph = workspace.project.graph(place[0])
        self._crumb(0, graph.name, not several or len(place) > 1)
        for depth, step in enumerate(place[1:], 1):
            node_id, _, number = step.partition("[")
            node = graph.nodes[node_id]
            assert node.block is not None
            graph = workspace.project.graph(node.block)
            times = f" [{number}" if number else ""
            self._crumb(depth, f"{node.name}{times} ({graph.name})", True)
        for depth in range(len(place), len(self._crumbs)):
            self._crumb(depth, "", False)
        self._say_uses(graph)

    def _say_uses(self, graph: Graph) -> None:
        inside = len(self.workspace.place) > 1
        places = places_of(self.workspace.project, graph.id) if inside else 0
        self.used.setVisible(places > 1)
        self.independent.setVisible(places > 1)
        self.used.setText(self.tr("Used {0} times: changes apply to all.").format(places))

    def make_independent(self) -> None:
        """Give the place that was entered definitions of its own, and go on inside of those."""
        workspace = self.workspace
        step = workspace.place[-1].partition("[")[0]
        name = workspace.graph_at(workspace.place[:-1]).nodes[step].name
        try:
            edits = detach_place(workspace.project, workspace.place)
        except EditError as error:
            workspace.message.emit("info", str(error))
            return
        workspace.perform(self.tr("Make {0} independent").format(name), edits)

    def _crumb(self, depth: int, text: str, shown: bool) -> None:
        """Show one step of the way. Buttons are kept: nothing is deleted while one of them is clicked."""
        if depth == len(self._crumbs):
            arrow, button = QLabel(self), QPushButton(self)
            button.setProperty("link", True)
            button.setCursor(Qt.CursorShape.PointingHandCursor)
            button.clicked.connect(lambda: self.workspace.go(self.workspace.place[: depth + 1]))
            self._arrows.append(arrow)
            self._crumbs.append(button)
            self._row.addWidget(arrow)
            self._row.addWidget(button)
        arrow, button = self._arrows[depth], self._crumbs[depth]
        last = depth + 1 == len(self.workspace.place)
        arrow.setPixmap(pixmap("chevron-right", theme().muted))
        arrow.setVisible(shown and depth > 0)
        button.setText(text)
        button.setEnabled(not last)
        button.setStyleSheet(f"color: {theme().text.name()}; font-weight: 600" if last else "")
        button.setVisible(shown)
