"""The curves of a run: losses, scores, learning rate and speed, drawn while it trains."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSlider,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.icons import icon, pixmap
from gui.settings import settings
from gui.theme import theme
from gui.training.export import save_csv, save_picture
from gui.training.progress import progress_text
from gui.training.readout import Readout
from gui.training.session import TrainingSession
from gui.widgets import IconButton

if TYPE_CHECKING:
    from gui.training.chart import Chart

GAP = 33
"""Milliseconds between two drawings at least (30 Hz)."""
SHARE = 6
"""Drawing may take one part in so many of the time."""
SLOW = 1.0
"""Seconds between two drawings of learning rate and speed, which change little."""


class ChartsPanel(QWidget):
    """Listens to the session; draws at most 30 times a second, one chart after the other, only while seen."""

    train_asked = Signal()

    def __init__(self, session: TrainingSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.charts: dict[str, Chart] = {}
        self._version = -1
        self._dirty: list[str] = []
        self._cost = 0.0
        self._slow_at = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._draw_one)
        self._build()
        session.message.connect(self._message)
        session.cleared.connect(self.refresh)
        session.state_changed.connect(self._state)
        theme().changed.connect(self._icons)
        self._icons()
        self.refresh()

    def _build(self) -> None:
        self.status = Readout()
        self.smoothing = QSlider(Qt.Orientation.Horizontal)
        self.smoothing.setRange(0, 99)
        self.smoothing.setFixedWidth(100)
        self.smoothing.setValue(int(settings().value("charts/smoothing", 85)))
        self.smoothing.setAccessibleName(self.tr("Smoothing"))
        self.smoothing.setToolTip(self.tr("Smoothing of the training curves"))
        self.smoothing.valueChanged.connect(self._smooth)
        self.log = QCheckBox(self.tr("log"))
        self.log.setToolTip(self.tr("Logarithmic axis for the loss"))
        self.log.toggled.connect(self._set_log)
        self.save = IconButton()
        self.save.setToolTip(self.tr("Save the charts as a picture or as a table"))
        self.save.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.save)
        menu.addAction(self.tr("Picture (PNG)…")).triggered.connect(self._ask_picture)
        menu.addAction(self.tr("Table (CSV)…")).triggered.connect(self._ask_table)
        self.save.setMenu(menu)
        bar = QHBoxLayout()
        bar.setContentsMargins(4, 4, 8, 2)
        bar.setSpacing(10)
        bar.addWidget(self.status, 1)
        smooth_label = QLabel(self.tr("Smoothing"))
        smooth_label.setProperty("muted", True)
        for widget in (smooth_label, self.smoothing, self.log, self.save):
            bar.addWidget(widget)
        self.pages = QStackedWidget()
        self.pages.addWidget(self._empty_page())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(self.pages, 1)

    def _empty_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        self._picture = QLabel()
        self.invitation = QLabel()
        self.invitation.setProperty("muted", True)
        self.invitation.setWordWrap(True)
        self.start = QPushButton(self.tr("Train"))
        self.start.setProperty("primary", True)
        self.start.clicked.connect(self.train_asked)
        column.addStretch(1)
        for widget in (self._picture, self.invitation, self.start):
            if isinstance(widget, QLabel):
                widget.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(
                widget, 0, Qt.AlignmentFlag.AlignHCenter if widget is self.start else Qt.AlignmentFlag(0)
            )
        column.addStretch(1)
        self._invite()
        return page

    def _invite(self) -> None:
        """What the page without curves says."""
        busy = self.session.busy
        self.start.setVisible(not busy)
        self.invitation.setText(
            self.tr("The curves begin with the first steps. A large network takes a while for each.")
            if busy
            else self.tr("Press Train (F5): loss and accuracy appear here while the network learns.")
        )

    def prepare(self) -> None:
        """Build the charts, so that the first points of a run need not wait for it. Late, because pyqtgraph
        takes a third of a second to import."""
        if self.charts:
            return
        from gui.training.chart_set import ChartSet

        self.plots = ChartSet()
        self.charts = self.plots.charts
        for name in ("loss", "small"):
            self.charts[name].set_log(self.log.isChecked())
        self.plots.smooth(self.smoothing.value() / 100)
        self.pages.addWidget(self.plots)

    def minimumSizeHint(self) -> QSize:
        return QSize(300, 110)

    # -- drawing ---------------------------------------------------------------------------------------

    def _message(self, message: dict[str, object]) -> None:
        event = message["event"]
        if event in ("steps", "starting", "started", "finished", "stopped", "failed", "died"):
            self._say_status(progress_text(self.session, message))
        if event in ("started", "steps", "epoch", "finished", "stopped"):
            self._mark("loss", "small", "accuracy", "large")
            if event != "steps" or time.monotonic() - self._slow_at > SLOW:
                self._slow_at = time.monotonic()
                self._mark("rate", "pace")

    def _state(self, state: str) -> None:
        if state in ("paused", "stopping"):
            self._say_status(progress_text(self.session, None))
        self._invite()

    def _mark(self, *names: str) -> None:
        """These charts no longer show all there is."""
        self._dirty = list(dict.fromkeys([*self._dirty, *names]))
        self._schedule()

    def _say_status(self, text: str) -> None:
        self.status.say([(text, "muted", False)] if text else [])

    def _schedule(self) -> None:
        if self._dirty and self.isVisible() and not self._timer.isActive():
            self._timer.start(max(GAP // 4, int(1000 * self._cost * SHARE)))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def refresh(self) -> None:
        """Draw everything anew, once it can be seen."""
        if self.session.history.empty:
            self._say_status("")
        self._dirty = ["loss", "small", "accuracy", "large", "rate", "pace"]
        self._schedule()

    def draw_now(self) -> None:
        """Draw what is waiting, at once."""
        while self._dirty:
            self._draw_one()

    def _draw_one(self) -> None:
        history = self.session.history
        if history.empty or not self._dirty:
            self._dirty = []
            self.pages.setCurrentIndex(0 if history.empty else self.pages.currentIndex())
            return
        since = time.perf_counter()
        self.prepare()
        self.pages.setCurrentWidget(self.plots)
        if history.version != self._version:
            self._version = history.version
            self.plots.smooth(self.smoothing.value() / 100)
        name = self._dirty.pop(0)
        self.plots.draw(name, history, exact=not self.session.busy)
        self._cost = time.perf_counter() - since + self.charts[name].plot.cost
        self._schedule()

    def _smooth(self) -> None:
        settings().setValue("charts/smoothing", self.smoothing.value())
        if self.charts:
            self.plots.smooth(self.smoothing.value() / 100)
            self._mark("loss", "small", "accuracy", "large")

    def _set_log(self, on: bool) -> None:
        if self.charts:
            for name in ("loss", "small"):
                self.charts[name].set_log(on)

    def _icons(self) -> None:
        self.save.setIcon(icon("tray-arrow-down"))
        self.start.setIcon(icon("play", theme().on_accent))
        self._picture.setPixmap(pixmap("chart-line", theme().muted, 34))

    # -- taking along ------------------------------------------------------------------------------------

    def _ask_picture(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self, self.tr("Save the charts"), "training.png", self.tr("Pictures (*.png)")
        )
        if name:
            self.export_picture(Path(name))

    def _ask_table(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self, self.tr("Save the metrics"), "training.csv", self.tr("Tables (*.csv)")
        )
        if name:
            self.export_table(Path(name))

    def export_picture(self, path: Path) -> bool:
        """The charts as they look now, with twice the pixels."""
        if self.session.history.empty:
            self._say("warning", self.tr("There is nothing to save yet. Train first."))
            return False
        self.draw_now()
        return self._saved(path, save_picture(self.plots, path))

    def export_table(self, path: Path) -> bool:
        """All metrics of the run as CSV."""
        if self.session.history.empty:
            self._say("warning", self.tr("There is nothing to save yet. Train first."))
            return False
        return self._saved(path, save_csv(self.session.history, path))

    def _saved(self, path: Path, problem: str) -> bool:
        if problem:
            self._say("error", self.tr("{0} could not be written: {1}").format(path, problem))
        else:
            self._say("info", self.tr("Saved to {0}").format(path))
        return not problem

    def _say(self, level: str, sentence: str) -> None:
        self.session.workspace.message.emit(level, sentence)
