"""The status bar: the last message, and what the network costs."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStatusBar, QWidget

from gui.icons import SEVERITY_ICONS, pixmap
from gui.theme import theme
from gui.words import bytes_text, count_text
from gui.workspace import Workspace

SECONDS = {"info": 6, "hint": 12, "warning": 12, "error": 20}
COPIES = {"SGD": 3, "RMSprop": 3}
"""Numbers kept for each weight while training: itself, its gradient and the optimiser's state (Adam: two)."""


class Sentence(QLabel):
    """One line that ends in dots where there is no room for it, instead of making the window wider."""

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)


class StatusBar(QStatusBar):
    """Listens to the workspace; whoever trains sets the device with :meth:`set_device`."""

    def __init__(self, workspace: Workspace, parent: QWidget) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.setSizeGripEnabled(False)
        box = QWidget()
        row = QHBoxLayout(box)
        row.setContentsMargins(8, 0, 0, 0)
        row.setSpacing(0)
        self.icon, self.text = QLabel(), Sentence()
        row.addWidget(self.icon)
        row.addWidget(self.text, 1)
        self.addWidget(box, 1)
        self.parameters, self.macs, self.memory, self.device = QLabel(), QLabel(), QLabel(), QLabel()
        for label in (self.parameters, self.macs, self.memory, self.device):
            self.addPermanentWidget(label)
        # one height whatever it says: an icon, or letters of another script, would move the whole window
        self.setFixedHeight(self.fontMetrics().height() + 10)
        self._level = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._quiet)
        workspace.message.connect(self.say)
        workspace.shapes_changed.connect(self.refresh)
        workspace.changed.connect(self.refresh)
        theme().changed.connect(self._recolor)
        self.refresh()
        self._quiet()

    def say(self, level: str, sentence: str) -> None:
        """Show a sentence for a while; ``level`` is ``info``, ``hint``, ``warning`` or ``error``."""
        self._level = level
        self.text.setText(sentence)
        self.text.setToolTip(sentence)
        self._recolor()
        self._timer.start(1000 * SECONDS.get(level, 6))

    def set_device(self, text: str) -> None:
        """Where training runs, for instance ``"CPU, 1 thread"``."""
        self.device.setText(text)
        self.device.setToolTip(self.tr("Where the network trains"))

    def _quiet(self) -> None:
        self._level = ""
        self.text.setText("" if self.workspace.ready else self.tr("torch is loading…"))
        self._recolor()

    def _recolor(self) -> None:
        level = self._level
        if level in SEVERITY_ICONS:
            self.icon.setPixmap(pixmap(SEVERITY_ICONS[level], theme().severity(level)))
        self.icon.setVisible(level in SEVERITY_ICONS)
        color = theme().severity(level) if level in ("error", "warning") else theme().text
        self.text.setStyleSheet(f"color: {color.name()}")

    def refresh(self) -> None:
        """Count anew."""
        networks = self.workspace.shapes.networks.values()
        for label in (self.parameters, self.macs, self.memory):
            label.setVisible(bool(networks))
        if not networks:
            return
        if not self._level:
            self.text.setText("")
        training = self.workspace.project.training
        parameters = sum(network.parameters for network in networks)
        macs = sum(network.macs for network in networks)
        activations = sum(network.activations for network in networks)
        copies = COPIES.get(training.optimizer, 4)
        size = 4 * (parameters * copies + 2 * activations * training.batch_size)
        self.parameters.setText(self.tr("{0} parameters").format(count_text(parameters)))
        self.parameters.setToolTip(f"{parameters:,}")
        self.macs.setText(self.tr("{0} MACs").format(count_text(macs)))
        self.macs.setToolTip(self.tr("{0} multiply-accumulate operations for one sample").format(f"{macs:,}"))
        self.memory.setText(self.tr("≈ {0} to train").format(bytes_text(size)))
        self.memory.setToolTip(
            self.tr(
                "Estimate for a batch of {0}: 4 bytes × ({1} numbers for each parameter + activations and "
                "their gradients, {2} for each sample)"
            ).format(training.batch_size, copies, f"{2 * activations:,}")
        )
