"""Looking for a learning rate: the loss over rates from tiny to huge, a suggested one, and a button that takes it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from graph.edits import UNSET
from gui.theme import theme
from gui.training.fields import Field
from gui.training.session import TrainingSession
from gui.widgets import WrappedLabel
from runtime.optimizers import LEARNING_RATE
from runtime.schedules import SCHEDULES


class RateFinder(QDialog):
    """Not modal. The dashed line can be dragged to another rate."""

    def __init__(self, session: TrainingSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.searching = False
        self.rate: float | None = None
        """The rate under the line; ``None`` before there is one."""
        self.setWindowTitle(self.tr("Find a learning rate"))
        self.resize(560, 380)
        self._build()
        session.message.connect(self._message)
        session.cleared.connect(self._forget)
        theme().changed.connect(self._paint)
        self._paint()
        self._buttons()

    def _build(self) -> None:
        self.words = WrappedLabel(
            self.tr(
                "A copy of the network is trained for some steps while the learning rate rises. Where the loss falls "
                "fastest is a good rate; where it rises again the rate is too high. Nothing of it is kept."
            ),
            muted=True,
        )
        self.plot = pg.PlotWidget(enableMenu=False)
        self.plot.setAccessibleName(self.tr("Loss over the learning rate"))
        self.plot.getPlotItem().hideButtons()
        self.plot.getPlotItem().setLogMode(x=True, y=False)
        self.plot.getPlotItem().showGrid(x=True, y=True, alpha=0.12)
        self.plot.setMinimumHeight(140)
        self.curve = pg.PlotDataItem(connect="finite")
        self.plot.addItem(self.curve)
        self.line = pg.InfiniteLine(angle=90, movable=True)
        self.line.sigPositionChanged.connect(self._dragged)
        self.line.hide()
        self.plot.addItem(self.line, ignoreBounds=True)
        self.verdict = QLabel()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 1000)
        self.bar.setFixedHeight(8)
        self.search = QPushButton(self.tr("Search"))
        self.search.clicked.connect(self._search)
        self.use = QPushButton(self.tr("Use it"))
        self.use.setProperty("primary", True)
        self.use.clicked.connect(self.take)
        shut = QPushButton(self.tr("Close"))
        shut.clicked.connect(self.close)
        row = QHBoxLayout()
        row.addWidget(self.verdict, 1)
        for button in (self.search, self.use, shut):
            button.setAutoDefault(False)
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.addWidget(self.words)
        column.addWidget(self.plot, 1)
        column.addWidget(self.bar)
        column.addLayout(row)

    def start(self) -> None:
        """Search, unless that is being done or a run is in progress."""
        if self.searching:
            return
        if self.session.busy:
            self.verdict.setText(self.tr("Stop the run first: both would want the processor."))
            return
        if self.session.find_rate():
            self.searching = True
            self.bar.setValue(0)
            self.verdict.setText(self.tr("Searching …"))
        else:
            self.verdict.setText(self.tr("This project cannot be trained yet; see Problems."))
        self._buttons()

    def _search(self) -> None:
        if self.searching:
            self.session.send({"do": "stop"})
            self._ended(self.tr("Stopped."))
        else:
            self.start()

    def _ended(self, text: str) -> None:
        self.searching = False
        self.verdict.setText(text)
        self._buttons()

    def _message(self, message: dict[str, Any]) -> None:
        event = message["event"]
        if event == "finding":
            self.bar.setValue(round(1000 * message["fraction"]))
        elif event == "rates":
            self.show_rates(message)
        elif event == "starting" and self.searching and message.get("text"):
            self.verdict.setText(f"{message['text']} …")
        elif self.searching and event in ("failed", "died"):
            self._ended(str(message["sentence"]))
        elif self.searching and event == "log" and message["level"] == "error":
            self._ended(str(message["text"]))

    def show_rates(self, message: dict[str, Any]) -> None:
        """The answer to a search."""
        rates, losses = np.asarray(message["rates"], float), np.asarray(message["losses"], float)
        self.curve.setData(rates, losses)
        self.plot.getPlotItem().autoRange()
        suggested = message.get("suggested")
        self.line.setVisible(len(rates) > 0)
        if suggested is None:
            self.rate = None
            self._ended(self.tr("The loss fell at no rate. Drag the line to choose one."))
            if len(rates):
                self.line.blockSignals(True)
                self.line.setPos(math.log10(float(rates[len(rates) // 2])))
                self.line.blockSignals(False)
            return
        self.line.setPos(math.log10(suggested))
        self._at(float(suggested))
        self._ended(self.verdict.text())

    def _dragged(self) -> None:
        self._at(float(f"{10 ** float(self.line.value()):.2g}"))

    def _at(self, rate: float) -> None:
        self.rate = rate
        now = self._field().stored(self.session.workspace.project)
        now = self._field().param.default if now is UNSET else now
        self.verdict.setText(self.tr("<b>{0:g}</b> (now {1:g})").format(rate, now))
        self._buttons()

    def take(self) -> None:
        """Make the rate under the line the project's, in one undo step."""
        if self.rate is not None:
            edit = self._field().edit(self.session.workspace.project, self.rate)
            self.session.workspace.perform(self.tr("Use the learning rate {0:g}").format(self.rate), [edit])
            self.close()

    def _field(self) -> Field:
        """The setting it is about: with one cycle that is the highest rate, for the other one is not used then."""
        training = self.session.workspace.project.training
        if training.schedule == "one_cycle":
            param = next(option for option in SCHEDULES["one_cycle"].options if option.name == "max_lr")
            return Field(param, "training", "schedule_options")
        return Field(LEARNING_RATE, "training")

    def _forget(self) -> None:
        """Another project was opened."""
        self.rate = None
        self.curve.setData([], [])
        self.line.hide()
        self._ended("")

    def _buttons(self) -> None:
        self.search.setText(self.tr("Stop") if self.searching else self.tr("Search again"))
        self.use.setEnabled(self.rate is not None and not self.searching)
        self.bar.setVisible(self.searching)

    def _paint(self) -> None:
        self.plot.setBackground(theme().panel)
        self.curve.setPen(pg.mkPen(theme().series("training"), width=1.8))
        self.line.setPen(pg.mkPen(theme().series("validation"), width=2, style=Qt.PenStyle.DashLine))
        self.line.setHoverPen(pg.mkPen(theme().accent, width=2.5))
        for side, text in (("bottom", self.tr("learning rate")), ("left", self.tr("loss"))):
            axis = self.plot.getPlotItem().getAxis(side)
            axis.setPen(theme().border)
            axis.setTextPen(theme().muted)
            axis.setLabel(text, color=theme().muted.name())
            axis.enableAutoSIPrefix(False)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.searching:
            self.session.send({"do": "stop"})
            self._ended("")
        super().closeEvent(event)
