"""A problem said where it is, with the repairs that were tried and work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout

from graph.fixes import Fix, fixes_for
from graph.problems import Problem
from gui.canvas.look import SEVERITIES
from gui.canvas.words import tr
from gui.icons import icon, severity_icon
from gui.theme import theme

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

WIDTH = 360
TEXT = WIDTH - 24 - 18 - 8 - 30
SHOWN = 3
"""Problems shown at most; the problems panel lists all."""


class Bubble(QFrame):
    """A small panel over the canvas, closed by a click elsewhere or Esc."""

    def __init__(self, view: CanvasView, problems: list[Problem], beside: QRect) -> None:
        super().__init__(view)
        self.view = view
        self.problems = sorted(problems, key=lambda problem: SEVERITIES.index(problem.severity))[:SHOWN]
        self.beside = beside
        self.buttons: list[QPushButton] = []
        self.setObjectName("canvasBubble")
        self.setAccessibleName(tr("Problem"))
        self.setAccessibleDescription(self.problems[0].text)
        colors = theme()
        edge = colors.severity(self.problems[0].severity)
        self.setStyleSheet(
            f"#canvasBubble {{ background: {colors.panel.name()}; border: 1px solid {edge.name()};"
            f" border-radius: 10px; }} #canvasBubble QLabel {{ background: transparent; }}"
        )
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(12, 10, 12, 12)
        self.body.setSpacing(8)
        for number, problem in enumerate(self.problems):
            self._say(problem, number == 0)
        self.wait = QLabel(tr("Trying repairs…"), self)
        self.wait.setStyleSheet(f"color: {colors.muted.name()};")
        self.body.addWidget(self.wait)
        self.setFixedWidth(WIDTH)
        self._place()
        self.show()
        self.raise_()
        QTimer.singleShot(0, self, self._offer)

    def _say(self, problem: Problem, first: bool) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        picture = QLabel(self)
        picture.setPixmap(severity_icon(problem.severity).pixmap(18, 18))
        picture.setAlignment(Qt.AlignmentFlag.AlignTop)
        text = QLabel(problem.text, self)
        text.setTextFormat(Qt.TextFormat.PlainText)
        text.setWordWrap(True)
        text.setFixedWidth(TEXT if first else TEXT + 30)
        text.setFixedHeight(text.heightForWidth(text.width()))
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(text, 1)
        if first:
            close = QToolButton(self)
            close.setIcon(icon("close"))
            close.setAutoRaise(True)
            close.setFixedSize(22, 22)
            close.setAccessibleName(tr("Close"))
            close.clicked.connect(self.view.close_bubble)
            row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(row)

    def _offer(self) -> None:
        """Ask for repairs of the first problem and show a button for each."""
        workspace, problem = self.view.workspace, self.problems[0]
        fixes = fixes_for(workspace.inference, workspace.project, problem, workspace.facts)
        if problem.place != workspace.place and problem.graph != workspace.graph_id:
            self._button(tr("Go there"), "arrow-right", lambda: workspace.go(problem.place, problem.node))
        for fix in fixes:
            self._button(fix.label, "auto-fix", lambda fix=fix: self._apply(fix))
        if fixes:
            best = self.buttons[-len(fixes)]
            best.setDefault(True)
            best.setIcon(icon("auto-fix", theme().on_accent))
            self.wait.hide()
        else:
            self.wait.setText(tr("No single change would repair this."))
        self._place()

    def _button(self, text: str, picture: str, do) -> None:  # type: ignore[no-untyped-def]
        button = QPushButton(icon(picture), text, self)
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.clicked.connect(lambda *_: do())
        self.buttons.append(button)
        self.body.addWidget(button)
        button.show()

    def _apply(self, fix: Fix) -> None:
        self.view.workspace.perform(fix.label, fix.edits)
        self.view.close_bubble()

    def _place(self) -> None:
        """Below what it is about if there is room, else above; never outside of the view."""
        self.body.invalidate()
        self.setFixedHeight(self.body.sizeHint().height())
        parent = self.view
        x = max(6, min(self.beside.left(), parent.width() - WIDTH - 6))
        y = self.beside.bottom() + 10
        if y + self.height() > parent.height() - 6:
            y = max(6, self.beside.top() - self.height() - 10)
        self.move(x, y)
