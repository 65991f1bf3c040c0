"""The inspector's page for several selected things."""

from __future__ import annotations

from collections import Counter

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QPushButton

from gui.icons import icon
from gui.inspector.facts import FactTable
from gui.inspector.start_row import StartRow
from gui.widgets import Column, Heading
from gui.words import plural
from gui.workspace import Workspace


class ManyPage(Column):
    """How many of what, what they cost together, and what can be done with all of them."""

    wanted = Signal(str)
    """An action's id."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.workspace = workspace
        self.title = QLabel()
        self.title.setProperty("title", True)
        self.layout_.addWidget(self.title)
        self.kinds = FactTable()
        self.layout_.addWidget(self.kinds)
        self.layout_.addWidget(Heading(self.tr("Together")))
        self.cost = FactTable()
        self.layout_.addWidget(self.cost)
        self.start = StartRow(workspace, workspace.graph_id)
        self.layout_.addWidget(self.start)
        self.layout_.addWidget(Heading(self.tr("Do with all of them")))
        for action, text, picture in (
            ("group", self.tr("Group into a block…"), "package-variant-closed"),
            ("duplicate", self.tr("Duplicate"), "content-duplicate"),
            ("copy", self.tr("Copy"), "content-copy"),
            ("cut", self.tr("Cut"), "content-cut"),
            ("delete", self.tr("Delete"), "delete-outline"),
        ):
            button = QPushButton(icon(picture), text)
            button.setObjectName(action)
            button.clicked.connect(lambda _=False, action=action: self.wanted.emit(action))
            self.layout_.addWidget(button)
        self.layout_.addStretch(1)
        self.refresh()

    def fits(self) -> bool:
        return self.start.graph_id == self.workspace.graph_id

    def refresh(self) -> None:
        """Count anew."""
        workspace, graph = self.workspace, self.workspace.graph
        nodes = [graph.nodes[key] for key in workspace.selected_nodes]
        wires = sum(key in graph.edges for key in workspace.selection)
        frames = sum(key in graph.frames for key in workspace.selection)
        parts = [
            plural(count, one, many)
            for count, one, many in (
                (len(nodes), self.tr("node"), self.tr("nodes")),
                (wires, self.tr("wire"), self.tr("wires")),
                (frames, self.tr("frame"), self.tr("frames")),
            )
            if count
        ]
        self.title.setText(", ".join(parts))
        names = Counter(
            workspace.project.blocks[node.block].name if node.block in workspace.project.blocks else node.type
            for node in nodes
        )
        self.kinds.show_rows([(name, str(count)) for name, count in names.most_common(12)])
        found = [workspace.node_shapes(node.id) for node in nodes]
        parameters = sum(each.parameters for each in found if each)
        macs = sum(each.macs for each in found if each)
        self.cost.show_rows(
            [(self.tr("parameters"), f"{parameters:,}"), (self.tr("MACs per sample"), f"{macs:,}")]
        )
        self.start.refresh([node.id for node in nodes])
