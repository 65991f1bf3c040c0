"""Results: how good the trained network is on data it has not seen, and where it errs."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QCursor, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QSplitter,
    QStackedLayout,
    QTabBar,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from graph.changes import ChangeSet
from gui.icons import icon, pixmap
from gui.results.headline import folds_text, headline
from gui.results.kinds import view_for
from gui.results.pane import CasePane
from gui.results.report import pages_of_report
from gui.results.tables import TableView
from gui.results.view import ResultView
from gui.shows.saving import save_image
from gui.shows.view import rendered
from gui.theme import theme
from gui.training.scores import ScoreCards
from gui.training.session import TrainingSession
from gui.widgets import Invitation, Picker, WrappedLabel, flat_button
from gui.workspace import Workspace
from runtime.choice import ChoiceError
from runtime.data import DataError, prepared_schema
from runtime.judging import judge_of

SPLITS = ("test", "validation", "train")
HIGH = 330
"""Pixels of the page from which on a note has a line of its own."""
NARROW = 360
"""Pixels of a view; where views and samples would have less, the samples take the place of the other views."""


class ResultsPanel(QWidget):
    """The scores of the last run, and below them a page for each way to look at its mistakes. The worker computes them
    when the page is seen; a click on a point, a row or a cell shows the samples behind it."""

    def __init__(self, workspace: Workspace, session: TrainingSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.session = session
        self.result: dict[str, Any] | None = None
        self.parts: list[dict[str, Any]] = []
        """What there is to see, one output or column each (:mod:`runtime.judging.views`)."""
        self.views: list[ResultView] = []
        """The widgets of the page that is shown."""
        self.shared = False
        self.figures: list[dict[str, Any]] = []
        """What the recipe measures, for the titles of its scores."""
        self.split = "test"
        self._wanted = ""
        """The split whose results were asked for and have not come."""
        self._due = False
        """Whether the results must be asked for when the page is seen."""
        self._front: ResultView | None = None
        """The view that was clicked on."""
        self._case: dict[str, Any] | None = None
        """The samples that were asked for last, while they are shown or on their way."""
        self._travels = False
        """Whether samples are on their way; the next ones wait until they are here."""
        self._build()
        session.message.connect(self._message)
        session.state_changed.connect(lambda _state: self._ask())
        session.cleared.connect(self._cleared)
        workspace.changed.connect(self._project_changed)
        theme().changed.connect(self._sign)
        self._sign()
        self._invite()

    # -- how it is built ---------------------------------------------------------------------------------

    def _build(self) -> None:
        self.headline = QLabel()
        self.headline.setTextFormat(Qt.TextFormat.RichText)
        self.folds = WrappedLabel()
        self.folds.setTextFormat(Qt.TextFormat.RichText)
        self.folds.hide()
        self.cards = ScoreCards()
        self.note = WrappedLabel(muted=True)
        self.note.hide()
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setUsesScrollButtons(True)
        self.tabs.currentChanged.connect(lambda _place: self._show_page())
        self.part = Picker()
        self.part.setAccessibleName(self.tr("Output"))
        self.part.setMinimumContentsLength(10)
        self.part.setMaximumWidth(220)
        self.part.currentIndexChanged.connect(lambda _place: self._show_part())
        self.which = Picker()
        self.which.setAccessibleName(self.tr("Which samples"))
        self.which.setMinimumContentsLength(9)
        self.which.setMaximumWidth(170)
        self.which.currentIndexChanged.connect(lambda _place: self._other_split())
        self.about = flat_button(self.tr("About these results"))
        self.about.clicked.connect(lambda: QToolTip.showText(QCursor.pos(), self.about.toolTip(), self.about))
        self.picture = flat_button(self.tr("Save this page as a picture…"))
        self.picture.clicked.connect(self._save_picture)
        self.report = flat_button(self.tr("Save this page as a table (CSV)…"))
        self.report.clicked.connect(self._save_csv)
        bar = QHBoxLayout()
        bar.setSpacing(6)
        bar.addWidget(self.tabs)
        bar.addStretch(1)
        for widget in (self.about, self.part, self.which, self.picture, self.report):
            bar.addWidget(widget)
        self.split_views = QSplitter(Qt.Orientation.Horizontal)
        self.split_views.setChildrenCollapsible(False)
        self.pane = CasePane()
        self.pane.closed.connect(self._closed)
        self.body = QSplitter(Qt.Orientation.Horizontal)
        self.body.setChildrenCollapsible(False)
        self.body.addWidget(self.split_views)
        self.body.addWidget(self.pane)
        self.body.setStretchFactor(0, 2)
        self.body.setStretchFactor(1, 1)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self.headline)
        head.addWidget(self.cards, 1)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(10, 6, 10, 6)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.folds)
        column.addWidget(self.note)
        column.addLayout(bar)
        column.addWidget(self.body, 1)
        self.stack = QStackedLayout(self)
        self.empty = Invitation()
        self.stack.addWidget(self.empty)
        self.stack.addWidget(page)

    def _sign(self) -> None:
        self.empty.picture.setPixmap(pixmap("clipboard-check-outline", theme().muted, 28))
        self.picture.setIcon(icon("image-outline"))
        self.report.setIcon(icon("file-delimited-outline"))
        self.about.setIcon(icon("information-outline"))

    def minimumSizeHint(self) -> QSize:
        return QSize(300, 110)

    def _invite(self) -> None:
        """What will stand here, as long as nothing does."""
        training = self.workspace.project.training
        try:
            schema = prepared_schema(self.workspace.project.data)
            coming = judge_of(training.recipe, schema.task, schema.kind).coming
        except (DataError, ChoiceError):
            self.empty.text.setText(self.tr("After training, the scores on the test split stand here."))
            return
        self.empty.text.setText(
            self.tr(
                "After training, the scores on the test split stand here, and where the network errs: {0}."
            ).format(coming)
        )

    def _project_changed(self, changes: ChangeSet) -> None:
        if self.result is None and (changes.everything or changes.project & {"data", "training"}):
            self._invite()

    # -- what the worker says ----------------------------------------------------------------------------

    def _message(self, message: dict[str, Any]) -> None:
        event = message["event"]
        if event == "started":
            self.shared = bool(message.get("shared"))
            self.figures = list(message.get("figures") or [])
            self._wanted, self._due, self._travels = "", False, False
        elif event in ("finished", "stopped", "evaluation") and "test_loss" in message:
            self.show_result(message)
        elif event == "results" and self._wanted and message["split"] == self._wanted:
            self._wanted = ""
            self._take(message)
        elif event == "cases":
            self._cases(message)
        elif event == "died":
            self._wanted, self._travels = "", False

    def _cleared(self) -> None:
        self.result, self.parts, self._wanted, self._due = None, [], "", False
        self._travels = False
        self._clear_views()
        self._invite()
        self.stack.setCurrentIndex(0)

    def show_result(self, result: dict[str, Any]) -> None:
        """Show the scores of a finished (or stopped) run; its mistakes are asked for."""
        self.result = result
        self.headline.setText(headline(result, self.shared))
        self.folds.setText(folds_text(result, self.figures))
        self.folds.setVisible(bool(self.folds.text()))
        plain = {name: result[name] for name in ("mae", "mse", "rmse", "r2") if result.get(name) is not None}
        self._splits()
        first = {"name": "all", "title": "", "pages": pages_of_report(result), "note": ""}
        self._show_parts([{**first, "scores": plain | (result.get("scores") or {})}])
        self.stack.setCurrentIndex(1)
        self._due = True
        self._ask()

    # -- which samples -----------------------------------------------------------------------------------

    def _splits(self) -> None:
        """The splits that have samples; the first of them is judged."""
        started = self.session.started or {}
        titles = {
            "test": self.tr("test"),
            "validation": self.tr("validation"),
            "train": self.tr("training"),
        }
        known = [name for name in SPLITS if started.get(name)] or ["test"]
        self.which.blockSignals(True)
        self.which.clear()
        for name in known:
            count = started.get(name)
            text = self.tr("{0} ({1:,})").format(titles[name], count) if count else titles[name]
            self.which.addItem(text, name)
        self.which.blockSignals(False)
        self.which.setVisible(len(known) > 1 and not self.shared)
        self.split = known[0]

    def _other_split(self) -> None:
        self.split = str(self.which.currentData() or "test")
        self._due = True
        self._ask()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ask()

    def _ask(self) -> None:
        """Ask the worker for the results, when they are seen and it has time for them."""
        if not self._due or self.session.busy or not self.isVisible():
            return
        if self.session.send({"do": "results", "split": self.split}):
            self._due, self._wanted = False, self.split
            self._say(self.tr("Looking for mistakes …"))

    def _take(self, message: dict[str, Any]) -> None:
        """The results of a split have come."""
        if message.get("problem"):
            self._say(str(message["problem"]))
            return
        seen, total = int(message["looked_at"]), int(message["total"])
        parts = list(message["parts"])
        if seen < total:
            told = self.tr("{0:,} of {1:,} samples were looked at, evenly spread.").format(seen, total)
            parts = [{**part, "note": f"{part['note']} {told}".strip()} for part in parts]
        self._show_parts(parts)

    # -- parts and pages ---------------------------------------------------------------------------------

    def _show_parts(self, parts: list[dict[str, Any]]) -> None:
        chosen = self.part.currentData()
        self.parts = parts
        self.part.blockSignals(True)
        self.part.clear()
        for part in parts:
            self.part.addItem(part["title"] or part["name"], part["name"])
        self.part.setCurrentIndex(max(0, self.part.findData(chosen)))
        self.part.blockSignals(False)
        self.part.setVisible(len(parts) > 1)
        self._show_part()

    def _say(self, note: str) -> None:
        """A sentence about the results: in a line of its own where there is room, else behind a sign."""
        self.note.setText(note)
        self.about.setToolTip(note)
        self._place_note()

    def _place_note(self) -> None:
        room = self.height() >= HIGH or not self.views
        self.note.setVisible(bool(self.note.text()) and room)
        self.about.setVisible(bool(self.note.text()) and not room)

    @property
    def current(self) -> dict[str, Any]:
        """The part that is shown."""
        place = self.part.currentIndex()
        return self.parts[place] if 0 <= place < len(self.parts) else {}

    def _show_part(self) -> None:
        part = self.current
        pages = part.get("pages") or []
        before = self.tabs.tabText(self.tabs.currentIndex()) if self.tabs.count() else ""
        titles = [page["title"] for page in pages]
        self.tabs.blockSignals(True)
        while self.tabs.count():
            self.tabs.removeTab(0)
        for title in titles:
            self.tabs.addTab(title)
        self.tabs.setCurrentIndex(titles.index(before) if before in titles else 0)
        self.tabs.blockSignals(False)
        self.tabs.setVisible(len(titles) > 1)
        self._say(str(part.get("note") or ""))
        scores = dict(part.get("scores") or {})
        if self.split == "test" and part.get("name") == "all" and (self.result or {}).get("test_accuracy"):
            scores.pop("accuracy", None)  # the headline says it
        self.cards.show_scores(scores, self.figures)
        self._show_page()

    def _show_page(self) -> None:
        """Make the widgets of the page anew: two pages rarely have a kind of view in common."""
        self._clear_views()
        pages = self.current.get("pages") or []
        place = self.tabs.currentIndex()
        if 0 <= place < len(pages):
            for view in pages[place]["views"]:
                made = view_for(view)
                made.asked.connect(self._asked)
                self.views.append(made)
                self.split_views.addWidget(made)
                made.take(view)
            self.split_views.setSizes([100] * len(self.views))
            if len(self.views) == 1 and self.views[0].view.get("title") == pages[place]["title"]:
                self.views[0].heading.hide()
        for button in (self.picture, self.report):
            button.setVisible(bool(self.views))
        self._place_note()
        self._arrange()

    def _clear_views(self) -> None:
        self._front = None
        for view in self.views:
            view.hide()
            view.setParent(None)
            view.deleteLater()
        self.views = []
        self._case = None
        if not self.pane.isHidden():
            self.pane.close_pane()

    def _asked(self, samples: list[int]) -> None:
        """A person wants to see samples."""
        sender = self.sender()
        self._front = sender if isinstance(sender, ResultView) else None
        if self.session.busy:
            self._open_pane()
            self.pane.say(self.tr("A run is in progress. The samples can be looked at when it has ended."))
            self._arrange()
            return
        part = self.current.get("name", "")
        case = {"do": "cases", "split": self.split, "samples": samples, "part": part}
        if case == self._case:
            return
        self._case = case
        if not self._travels:
            self._travels = self.session.send(case)

    def _cases(self, message: dict[str, Any]) -> None:
        """Samples have come; those that were asked for meanwhile are sent for."""
        self._travels = False
        if self._case is None:
            return  # the page they belong to is gone
        if "samples" in message and message["samples"] != self._case["samples"][: len(message["samples"])]:
            self._travels = self.session.send(self._case)
            return
        self._open_pane()
        self.pane.take(message)
        self._arrange()

    def _open_pane(self) -> None:
        """Give the samples their share of the room when they come."""
        if self.pane.isHidden():
            self.pane.show()
            self.body.setSizes([round(0.58 * self.body.width()), round(0.42 * self.body.width())])

    def _closed(self) -> None:
        self._case = None
        self._arrange()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes the samples."""
        if event.key() == Qt.Key.Key_Escape and not self.pane.isHidden():
            self.pane.close_pane()
            return
        super().keyPressEvent(event)

    def _arrange(self) -> None:
        """In a narrow place the samples take the room of the views that were not clicked on."""
        room = self.width() / (len(self.views) + 1)
        crowded = not self.pane.isHidden() and room < NARROW and self._front in self.views
        for view in self.views:
            view.setVisible(not crowded or view is self._front)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_note()
        self._arrange()

    # -- away with it ------------------------------------------------------------------------------------

    def _save_picture(self) -> None:
        path, _ = QFileDialog.getSaveFileName(
            self, self.tr("Save this page as a picture"), "results.png", self.tr("Pictures (*.png)")
        )
        if path:
            problem = save_image(rendered(self.body), Path(path))
            if problem:
                self._not_written(path)

    def _save_csv(self) -> None:
        path, _ = QFileDialog.getSaveFileName(
            self, self.tr("Save this page as a table"), "results.csv", self.tr("Tables (*.csv)")
        )
        if path:
            try:
                self.write_csv(Path(path))
            except OSError:
                self._not_written(path)

    def _not_written(self, path: str) -> None:
        self.workspace.message.emit(
            "error", self.tr("{0} could not be written. Choose another folder.").format(path)
        )

    def write_csv(self, path: Path) -> None:
        """What the views of the page show as tables below each other, those that are tables first."""
        ordered = sorted(self.views, key=lambda view: not isinstance(view, TableView))
        tables = [rows for rows in (view.table() for view in ordered) if rows]
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            for number, rows in enumerate(tables):
                if number:
                    writer.writerow([])
                writer.writerows(rows)
