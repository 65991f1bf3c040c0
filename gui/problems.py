"""The problems panel: what keeps the network from being trained, and how to repair it."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLabel, QWidget

from graph.problems import Problem
from gui.icons import pixmap
from gui.problem_card import ProblemCard
from gui.theme import theme
from gui.widgets import Column, clear, picture_label
from gui.workspace import Workspace

MOST = 60
"""Cards shown at once; a graph with more problems has one cause for most of them."""


class ProblemsPanel(Column):
    """A card for each problem. Fixes are looked for one card at a time, only while the panel is seen."""

    chosen = Signal(str)
    """The person wants to see this node (of the graph that is shown by now)."""
    count_changed = Signal(int)

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent, margin=10, gap=7)
        self.workspace = workspace
        self.cards: list[ProblemCard] = []
        self._shown: list[Problem] | None = None
        self._ready = False
        self._next = -1
        self._waiting: list[ProblemCard] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(30)
        self._timer.timeout.connect(self._load_one)
        workspace.shapes_changed.connect(self.refresh)
        theme().changed.connect(self._rebuild)
        self.refresh()

    @property
    def found(self) -> list[Problem]:
        """Errors first, then warnings, then hints."""
        rank = {"error": 0, "warning": 1, "hint": 2}
        return sorted(self.workspace.shapes.problems, key=lambda problem: rank[problem.severity])

    def refresh(self, anew: bool = False) -> None:
        """Show the problems of the fresh shapes."""
        problems = self.found
        if anew or problems != self._shown or self._ready != self.workspace.ready:
            self._ready = self.workspace.ready
            self._shown = problems
            self._build(problems)
            self.count_changed.emit(len(problems))
        self._waiting = list(self.cards)
        self._schedule()

    def _rebuild(self) -> None:
        self.refresh(anew=True)

    def _build(self, problems: list[Problem]) -> None:
        clear(self.layout_)
        self.cards = []
        for problem in problems[:MOST]:
            card = ProblemCard(self.workspace, problem)
            card.chosen.connect(self.go_to)
            self.cards.append(card)
            self.layout_.addWidget(card)
        if len(problems) > MOST:
            self.layout_.addWidget(QLabel(self.tr("… and {0} more").format(len(problems) - MOST)))
        if not problems:
            self._empty()
        self.layout_.addStretch(1)

    def _empty(self) -> None:
        self.layout_.addStretch(1)
        if self._ready:
            self.layout_.addWidget(
                picture_label(pixmap("check-circle", theme().ok, 30)), 0, Qt.AlignmentFlag.AlignHCenter
            )
            text = self.tr("No problems. The network can be trained.")
        else:
            text = self.tr("torch is loading; then the network is checked.")
        label = QLabel(text)
        label.setProperty("muted", True)
        label.setWordWrap(True)
        label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.layout_.addWidget(label)

    def go_to(self, problem: Problem) -> None:
        """Show the place of a problem and select its node."""
        self.workspace.go(problem.place, problem.node)
        if problem.node:
            self.chosen.emit(problem.node)

    def go_to_next(self) -> None:
        """Walk through the problems, from the first on."""
        problems = self.found
        if not problems:
            self.workspace.message.emit("info", self.tr("No problems. The network can be trained."))
            return
        self._next = (self._next + 1) % len(problems)
        self.go_to(problems[self._next])
        self.workspace.message.emit(problems[self._next].severity, problems[self._next].text)

    # -- fixes ---------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._schedule()

    def _schedule(self) -> None:
        if self._waiting and self.isVisible() and not self._timer.isActive():
            self._timer.start()

    def _load_one(self) -> None:
        if self._waiting and self.isVisible():
            self._waiting.pop(0).load_fixes()
            self._schedule()
