"""One problem: its sentence, where it is, and buttons for the repairs that were tried and work."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from graph.fixes import Fix, fixes_for
from graph.problems import Problem
from gui.flow import FlowLayout
from gui.icons import SEVERITY_ICONS, icon, pixmap
from gui.theme import theme
from gui.widgets import ElidingButton, WrappedLabel, clear, picture_label
from gui.workspace import Workspace


class ProblemCard(QFrame):
    """Emits ``chosen`` when it is clicked; its fixes are looked for by :meth:`load_fixes`."""

    chosen = Signal(object)

    def __init__(
        self, workspace: Workspace, problem: Problem, where: bool = True, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.problem = problem
        self.fixes: list[Fix] = []
        self.setProperty("card", problem.severity)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if where else Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(problem.text)
        row = QHBoxLayout(self)
        row.setContentsMargins(9, 7, 9, 7)
        row.setSpacing(8)
        color = theme().severity(problem.severity)
        row.addWidget(picture_label(pixmap(SEVERITY_ICONS[problem.severity], color, 18)))
        column = QVBoxLayout()
        column.setSpacing(5)
        sentence = WrappedLabel(problem.text)
        column.addWidget(sentence)
        place = self._place() if where else ""
        if place:
            column.addWidget(WrappedLabel(place, muted=True))
        self._buttons = QWidget()
        self._flow = FlowLayout(self._buttons, gap=6)
        self._buttons.hide()
        column.addWidget(self._buttons)
        row.addLayout(column, 1)
        if where and problem.node:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
            sentence.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
            self.setToolTip(self.tr("Click to go there"))

    def load_fixes(self) -> None:
        """Try the repairs and show a button for each that works."""
        workspace = self.workspace
        self.fixes = fixes_for(workspace.inference, workspace.project, self.problem, workspace.facts)
        clear(self._flow)
        for fix in self.fixes:
            whole = fix.repairs == "graph"
            tip = self.tr("Repairs the graph") if whole else self.tr("Repairs this node; other problems stay")
            button = ElidingButton(icon("auto-fix", theme().accent), fix.label, tip)
            button.setProperty("fix", True)
            button.setCursor(Qt.CursorShape.PointingHandCursor)
            button.clicked.connect(lambda _=False, fix=fix: workspace.perform(fix.label, fix.edits))
            self._flow.addWidget(button)
        self._buttons.setVisible(bool(self.fixes))

    def _place(self) -> str:
        """Names of the network and the blocks that lead to the problem, when that is not obvious."""
        project, place = self.workspace.project, self.problem.place
        if len(project.networks) == 1 and len(place) == 1:
            return ""
        graph = project.graph(place[0])
        names = [graph.name]
        for step in place[1:]:
            node = graph.nodes[step.partition("[")[0]]
            names.append(node.name)
            if node.block is None:
                break
            graph = project.graph(node.block)
        return self.tr("in {0}").format(" ▸ ".join(names))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.chosen.emit(self.problem)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(self.problem)
        else:
            super().keyPressEvent(event)
