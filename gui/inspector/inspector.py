"""Chooses the page for what is selected and keeps it up to date."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.inspector.many_page import ManyPage
from gui.inspector.network_page import NetworkPage
from gui.inspector.node_page import NodePage
from gui.theme import theme
from gui.workspace import Workspace

Page = NodePage | NetworkPage | ManyPage


class Inspector(QWidget):
    """A page for one node, for several things, or for the network."""

    chosen = Signal(str)
    """The person wants to see this node (of the graph that is shown by now)."""
    wanted = Signal(str)
    """An action of the main window, by id, for all that is selected."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.page: Page | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        # one rebuild however many signals a transaction sends
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self.refresh)
        for signal in (
            workspace.changed,
            workspace.selection_changed,
            workspace.place_changed,
            workspace.shapes_changed,
        ):
            signal.connect(self._later)
        theme().changed.connect(self._rebuild)
        self.refresh()

    def _later(self) -> None:
        self._timer.start()

    def refresh(self) -> None:
        """Show the page that is due, building another one only if needed."""
        self._timer.stop()
        from gui.blocks.header_page import BlockPage  # late: it is made of the inspector's own parts

        selection, nodes = self.workspace.selection, self.workspace.selected_nodes
        if len(selection) > 1:
            kind: type[Page] = ManyPage
        elif len(nodes) == 1:
            kind = NodePage
        else:
            kind = BlockPage if self.workspace.graph_id in self.workspace.project.blocks else NetworkPage
        page = self.page
        same = type(page) is kind and page is not None and page.fits()
        if same and isinstance(page, NodePage):
            same = page.node_id == nodes[0]
        if same and page is not None:
            page.refresh()
        else:
            page = self._make(kind, nodes)
            page.setAccessibleName(self.tr("Inspector"))
            self._show(page)

    def _make(self, kind: type[Page], nodes: list[str]) -> Page:
        if kind is NodePage:
            page = NodePage(self.workspace, nodes[0])
            page.chosen.connect(self.chosen)
            return page
        if kind is ManyPage:
            many = ManyPage(self.workspace)
            many.wanted.connect(self.wanted)
            return many
        return kind(self.workspace)  # type: ignore[call-arg]

    def _show(self, page: Page) -> None:
        if self.page is not None:
            self._column.removeWidget(self.page)
            self.page.hide()
            self.page.deleteLater()
        self.page = page
        self._column.addWidget(page)
        page.show()  # at once, so that a field can be given the keyboard

    def _rebuild(self) -> None:
        if self.page is not None:
            self.page.hide()
            self.page.deleteLater()
            self.page = None
        self.refresh()

    def edit_name(self) -> None:
        """Put the cursor into the name of the selected node."""
        self.refresh()
        if isinstance(self.page, NodePage):
            self.page.name.setFocus()
            self.page.name.selectAll()

    def edit_params(self) -> None:
        """Put the cursor into the first parameter of the selected node, or into its name if it has none."""
        self.refresh()
        if isinstance(self.page, NodePage):
            for row in self.page.rows.values():
                if row.editor is not None and row.editor.isVisibleTo(self):
                    row.editor.setFocus()
                    return
            self.page.name.setFocus()
