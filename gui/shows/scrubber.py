"""The row under the shows: play, the slider over the epochs, and whether it follows the run."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QToolButton, QWidget

from gui.icons import icon
from gui.theme import theme

FRAME, FASTEST = 250, 60
"""Milliseconds an epoch is shown while it plays: as many as this, less when there are many epochs."""
WHOLE = 8000
"""Milliseconds that playing all epochs takes at most, as far as :data:`FASTEST` allows."""


class Scrubber(QWidget):
    """Knows the epochs there are and which is shown; ``moved`` tells when a person or the player moves on."""

    moved = Signal(int)
    """The epoch to show."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.epochs: list[int] = []
        self.total = 0
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._next)
        self.play = QToolButton()
        self.play.setCheckable(True)
        self.play.setAutoRaise(True)
        self.play.setToolTip(self.tr("Play all epochs one after the other (Space)"))
        self.play.setAccessibleName(self.tr("Play"))
        self.play.toggled.connect(self._play)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName(self.tr("Epoch"))
        self.slider.setToolTip(self.tr("The epoch that is shown. Left and Right go one on."))
        self.slider.setPageStep(5)
        self.slider.valueChanged.connect(self._moved)
        self.label = QLabel()
        self.label.setMinimumWidth(110)
        self.live = QToolButton()
        self.live.setCheckable(True)
        self.live.setChecked(True)
        self.live.setText(self.tr("live"))
        self.live.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.live.setToolTip(self.tr("Always show the newest epoch"))
        self.live.toggled.connect(self._follow)
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 0, 6, 2)
        row.setSpacing(6)
        row.addWidget(self.play)
        row.addWidget(self.slider, 1)
        row.addWidget(self.label)
        row.addWidget(self.live)
        theme().changed.connect(self._icons)
        self._icons()
        self._say()

    @property
    def epoch(self) -> int | None:
        """The epoch that is shown; ``None`` while there is none."""
        return self.epochs[self.slider.value()] if self.epochs else None

    def show_epochs(self, epochs: Sequence[int], total: int = 0) -> None:
        """These epochs are there now, of ``total``. The shown one stays, or is the newest while it follows."""
        before = self.epoch
        self.epochs, self.total = list(epochs), total
        if self.live.isChecked() or before is None:
            place = len(self.epochs) - 1
        else:
            place = min(bisect_left(self.epochs, before), len(self.epochs) - 1)
        self.slider.blockSignals(True)
        self.slider.setRange(0, max(0, len(self.epochs) - 1))
        self.slider.setValue(max(0, place))
        self.slider.blockSignals(False)
        for widget in (self.play, self.slider):
            widget.setEnabled(len(self.epochs) > 1)
        self._say()

    def _say(self) -> None:
        epoch = self.epoch
        if epoch is None:
            self.label.setText("")
        elif epoch == 0:
            self.label.setText(self.tr("before training"))
        elif self.total:
            self.label.setText(self.tr("epoch {0} of {1}").format(epoch, self.total))
        else:
            self.label.setText(self.tr("epoch {0}").format(epoch))

    def _moved(self, place: int) -> None:
        if not self.play.isChecked() and place < len(self.epochs) - 1:
            self.live.setChecked(False)
        self._say()
        if self.epoch is not None:
            self.moved.emit(self.epoch)

    def _follow(self, on: bool) -> None:
        if on:
            self.play.setChecked(False)
            self.slider.setValue(self.slider.maximum())
        self._icons()

    def _play(self, on: bool) -> None:
        if on:
            self.live.setChecked(False)
            if self.slider.value() == self.slider.maximum():
                self.slider.setValue(0)
            self._timer.start(max(FASTEST, min(FRAME, WHOLE // max(1, len(self.epochs)))))
        else:
            self._timer.stop()
        self._icons()

    def _next(self) -> None:
        if self.slider.value() >= self.slider.maximum():
            self.play.setChecked(False)
        else:
            self.slider.setValue(self.slider.value() + 1)

    def _icons(self) -> None:
        self.play.setIcon(icon("pause" if self.play.isChecked() else "play"))
        on = self.live.isChecked()
        self.live.setIcon(icon("record-circle-outline", theme().ok if on else theme().muted))
