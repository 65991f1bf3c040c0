"""Find a node by its name, type or note, in this graph and in everything else of the project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QToolButton

from graph.model import BLOCK, Graph, Node, Project
from graph.problems import Place
from gui.canvas.words import tr
from gui.icons import icon
from gui.theme import theme

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

Found = tuple[Place, str]
"""A node and the instance path of the graph it is in."""


def places(project: Project, first: Place) -> list[Place]:
    """One way into every graph of the project that is used: ``first`` and what it holds, then the rest."""
    found: dict[str, Place] = {}

    def walk(place: Place, graph: Graph) -> None:
        if graph.id in found:
            return
        found[graph.id] = place
        for node in graph.nodes.values():
            if node.type == BLOCK and node.block in project.blocks:
                walk((*place, node.id), project.blocks[node.block])

    here = project.graph(first[0])
    for step in first[1:]:
        here = project.graph(here.nodes[step.partition("[")[0]].block or "")
    walk(first, here)
    for network in project.networks.values():
        walk((network.id,), network)
    return list(found.values())


def matches(project: Project, node: Node, text: str) -> bool:
    """Whether every word occurs in the node's name, type or note."""
    kind = project.blocks[node.block].name if node.block in project.blocks else node.type
    whole = f"{node.name} {kind} {node.note}".casefold()
    return all(word in whole for word in text.casefold().split())


def find(project: Project, first: Place, text: str) -> list[Found]:
    """All nodes that match, those of the graph that is shown first, from left to right."""
    if not text.strip():
        return []
    found: list[Found] = []
    for place in places(project, first):
        graph = project.graph(place[0])
        for step in place[1:]:
            graph = project.graph(graph.nodes[step.partition("[")[0]].block or "")
        chosen = [node for node in graph.nodes.values() if matches(project, node, text)]
        chosen.sort(key=lambda node: (node.x, node.y))
        found += [(place, node.id) for node in chosen]
    return found


class FindBar(QFrame):
    """Over the upper right corner of the canvas. Enter goes on, Shift+Enter back, Esc closes."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._over = view
        self._found: list[Found] = []
        self._at = -1
        self._start: Place = ()
        self.setObjectName("canvasFind")
        self.setAccessibleName(tr("Find a node"))
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 6, 6, 6)
        self.field = QLineEdit()
        self.field.setPlaceholderText(tr("Find a node by name or type…"))
        self.field.setAccessibleName(tr("Find a node"))
        self.field.setMinimumWidth(240)
        self.count = QLabel()
        self.count.setMinimumWidth(64)
        self.count.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.count.setProperty("muted", True)
        row.addWidget(self.field)
        row.addWidget(self.count)
        self.buttons: list[tuple[QToolButton, str]] = []
        for name, tip, do in (
            ("chevron-up", tr("Previous (Shift+Enter)"), lambda: self.step(-1)),
            ("chevron-down", tr("Next (Enter)"), lambda: self.step(1)),
            ("close", tr("Close (Esc)"), self.close_bar),
        ):
            button = QToolButton()
            button.setProperty("quiet", True)
            button.setToolTip(tip)
            button.setAccessibleName(tip)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(lambda *_, do=do: do())
            row.addWidget(button)
            self.buttons.append((button, name))
        self.field.textEdited.connect(self._typed)
        self.field.installEventFilter(self)
        view.installEventFilter(self)
        theme().changed.connect(self._recolour)
        self._recolour()
        self.hide()

    def _recolour(self) -> None:
        colors = theme()
        self.setStyleSheet(
            f"#canvasFind {{ background: {colors.panel.name()}; border: 1px solid {colors.border.name()};"
            f" border-radius: 10px; }} #canvasFind QLabel {{ background: transparent; }}"
        )
        for button, name in self.buttons:
            button.setIcon(icon(name))

    def open_bar(self) -> None:
        """Show it with the last search marked, so that typing begins a new one."""
        self._start = self._over.workspace.place
        self.adjustSize()
        self.place()
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()
        self._search()

    def close_bar(self) -> None:
        self.hide()
        self._over.setFocus(Qt.FocusReason.OtherFocusReason)

    def place(self) -> None:
        self.move(self._over.viewport().geometry().right() - self.width() - 12, 12)

    def _typed(self, _: str) -> None:
        self._search()
        if self._found:
            self.step(1)

    def _search(self) -> None:
        workspace = self._over.workspace
        self._found = find(workspace.project, workspace.place, self.field.text())
        self._at = -1
        self._say()

    def _say(self) -> None:
        if not self.field.text().strip():
            self.count.setText("")
        elif not self._found:
            self.count.setText(tr("none"))
        elif self._at < 0:
            self.count.setText(str(len(self._found)))
        else:
            self.count.setText(tr("{} of {}").format(self._at + 1, len(self._found)))

    def step(self, by: int) -> None:
        """Show the next or the previous node that was found; in another graph that graph is opened."""
        workspace = self._over.workspace
        still = {(place, key) for place, key in find(workspace.project, workspace.place, self.field.text())}
        self._found = [item for item in self._found if item in still] or list(still)
        if self._found:
            self._at = (self._at + by) % len(self._found) if self._at >= 0 or by > 0 else len(self._found) - 1
            place, node = self._found[self._at]
            workspace.go(place, node)
            self._over.reveal(node)
        self._say()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._over:
            if event.type() == QEvent.Type.Resize:
                self.place()
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape:
                self.close_bar()
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.step(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
                return True
        return False
