"""The training panel: the run on top (buttons, progress, learning rate, trouble), its settings below."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QDateTime, QLocale, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from graph.changes import ChangeSet
from gui.data.banner import DataBanner
from gui.icons import icon
from gui.inspector.number_box import NumberBox
from gui.theme import theme
from gui.training.advice import AdviceList
from gui.training.banner import Banner
from gui.training.progress import device_text, progress_text
from gui.training.session import TrainingSession
from gui.training.settings import SettingsForm
from gui.widgets import Column, Line, WrappedLabel
from gui.words import plural
from gui.workspace import Workspace
from runtime.optimizers import LEARNING_RATE

if TYPE_CHECKING:
    from gui.training.finder import RateFinder

STEPS = 1000
"""Steps of the progress bar."""
TELL_EVERY = 0.15
"""Seconds between two lines about the progress."""
RATE_DELAY = 900
"""Milliseconds after the last key until a learning rate is used, unless Enter is pressed."""


class TrainingPanel(QWidget):
    """What the buttons do is the session's business; this shows where it stands."""

    node_asked = Signal(tuple)
    """The person wants to see a node, given by its instance path."""
    problems_asked = Signal()

    def __init__(self, workspace: Workspace, session: TrainingSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.session = session
        self._told_at = 0.0
        self.finder: RateFinder | None = None
        self._build()
        session.message.connect(self._message)
        session.state_changed.connect(self._state)
        session.cleared.connect(self._cleared)
        workspace.changed.connect(self._show_again)
        theme().changed.connect(self._icons)
        self._icons()
        self._state(session.state)

    def _build(self) -> None:
        self.train = QPushButton(self.tr("Train"))
        self.train.setProperty("primary", True)
        self.train.setMinimumHeight(32)
        self.train.clicked.connect(lambda: self.session.train())
        self.pause = QPushButton(self.tr("Pause"))
        self.pause.clicked.connect(self.pause_or_resume)
        self.stop = QPushButton(self.tr("Stop"))
        self.stop.clicked.connect(self.session.stop)
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        for widget, share in ((self.train, 3), (self.pause, 2), (self.stop, 2)):
            widget.setMinimumHeight(32)
            buttons.addWidget(widget, share)
        self.bar = QProgressBar()
        self.bar.setRange(0, STEPS)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(8)
        self.status = WrappedLabel()
        self.where = WrappedLabel(muted=True)
        self.rate = NumberBox(LEARNING_RATE)
        # "1e-3" is typed by way of "1": wait until the number is whole
        self._rate_shown = 0.0
        self._rate_timer = QTimer(self)
        self._rate_timer.setSingleShot(True)
        self._rate_timer.setInterval(RATE_DELAY)
        self._rate_timer.timeout.connect(self._apply_rate)
        self.rate.edited.connect(lambda _value: self._rate_timer.start())
        self.rate.editingFinished.connect(self._apply_rate)
        tip = self.tr("The learning rate of this run. A change acts from the next step on.")
        self.rate.setToolTip(tip)
        self.rate_box = QWidget()
        row = QHBoxLayout(self.rate_box)
        row.setContentsMargins(0, 0, 0, 0)
        label = QLabel(self.tr("learning rate now"))
        label.setToolTip(tip)
        row.addWidget(label)
        row.addWidget(self.rate, 1)
        self.again = QPushButton(self.tr("Continue the last run"))
        self.again.setProperty("link", True)
        self.again.setToolTip(self.tr("Go on from the last checkpoint, for instance with more epochs"))
        self.again.clicked.connect(lambda: self.session.train(resume=True))
        self.banner = Banner()
        self.advice = AdviceList(self.session)
        self.fit = DataBanner(self.workspace, self.session)
        self.fit.problems_asked.connect(self.problems_asked)
        self.form = SettingsForm(self.workspace, self.session)
        self.form.finder_asked.connect(self.find_rate)
        head = QVBoxLayout()
        head.setContentsMargins(12, 10, 12, 8)
        head.setSpacing(7)
        head.addLayout(buttons)
        for widget in (self.bar, self.status, self.where, self.rate_box):
            head.addWidget(widget)
        head.addWidget(self.again, 0, Qt.AlignmentFlag.AlignLeft)
        scroll = self._scroll = Column(margin=12)
        scroll.layout_.setContentsMargins(12, 2, 12, 12)
        for widget in (self.banner, self.fit, self.advice, self.form):
            scroll.layout_.addWidget(widget)
        scroll.layout_.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(Line())
        column.addWidget(scroll, 1)

    def minimumSizeHint(self) -> QSize:
        return QSize(250, 160)  # the wrapped labels would ask for more and make the window grow

    def pause_or_resume(self) -> None:
        """What the one button does, and F6."""
        if self.session.state == "paused":
            self.session.resume()
        else:
            self.session.pause()

    def find_rate(self) -> None:
        """Open the search for a learning rate and begin it."""
        if self.finder is None:
            from gui.training.finder import RateFinder  # it needs pyqtgraph, which is slow to import

            self.finder = RateFinder(self.session, self)
        self.finder.show()
        self.finder.raise_()
        self.finder.start()

    # -- the run -----------------------------------------------------------------------------------------

    def _state(self, state: str) -> None:
        busy = self.session.busy
        self.train.setEnabled(not busy)
        self.pause.setEnabled(state in ("running", "paused"))
        self.pause.setText(self.tr("Resume") if state == "paused" else self.tr("Pause"))
        self.stop.setEnabled(busy)
        self.stop.setText(self.tr("Stop") if state != "stopping" else self.tr("End now"))
        self.stop.setToolTip(
            self.tr("Ends the trainer by force if it does not answer")
            if state == "stopping"
            else self.tr("Stop and keep the best state")
        )
        self.bar.setVisible(busy)
        self.rate_box.setVisible(state in ("running", "paused"))
        self._show_again()
        if state in ("starting", "stopping", "paused"):
            self._say(progress_text(self.session, None))
        if state == "starting":
            self.banner.hide()
            self.bar.setRange(0, 0)
        if state == "cold" and not self.status.text():
            self._say("")
        self.where.setText(device_text(self.session))
        self.where.setVisible(bool(self.where.text()))
        self._icons()

    def _show_again(self, changes: ChangeSet | None = None) -> None:
        if changes is not None and "data" in changes.project and not self.session.checkpoint:
            self.banner.hide()  # it spoke of other data
        if changes is None or "training" in changes.project:
            self.again.setVisible(self.session.unfinished and self.banner.isHidden())
            earlier = None if self.session.checkpoint else self.session.earlier
            if earlier is None:
                self.again.setText(self.tr("Continue the last run"))
                self.again.setToolTip(
                    self.tr("Go on from the last checkpoint, for instance with more epochs")
                )
            else:
                ended = QLocale().toString(
                    QDateTime.fromSecsSinceEpoch(earlier.ended), QLocale.FormatType.ShortFormat
                )
                done = plural(earlier.epochs, self.tr("epoch"), self.tr("epochs"))
                self.again.setText(self.tr("Continue the run of {0}, after {1}").format(ended, done))
                self.again.setToolTip(str(earlier.folder))

    def _message(self, message: dict[str, Any]) -> None:
        event = message["event"]
        if event in ("failed", "died") and self.session.failure is message:
            self._trouble(message)
            self._say("")
        elif event == "steps" and self._due():
            self._say(progress_text(self.session, message))
            self.bar.setValue(int(STEPS * message["progress"]))
        elif event in ("starting", "started", "finished", "stopped"):
            self._say(progress_text(self.session, message))
        if event == "starting" and message.get("fraction") is not None:
            self.bar.setRange(0, STEPS)
            self.bar.setValue(int(STEPS * message["fraction"]))
        elif event == "started":
            self.bar.setRange(0, STEPS)
            done = message["epoch"] / max(1, message["epochs"])
            self.bar.setValue(int(STEPS * done))
            self.where.setText(device_text(self.session))
        if event in ("started", "steps", "epoch", "learning_rate"):
            self._show_rate()

    def _due(self) -> bool:
        """Whether it is time for another line about the steps: people read no faster than that."""
        now = time.monotonic()
        if now - self._told_at < TELL_EVERY:
            return False
        self._told_at = now
        return True

    def _show_rate(self) -> None:
        if self.rate.lineEdit().hasFocus() or self._rate_timer.isActive():
            return  # being typed
        self._rate_shown = float(f"{self.session.learning_rate:.4g}")  # a schedule makes rates of many digits
        if self.rate.value != self._rate_shown:
            self.rate.show_value(self._rate_shown)

    def _apply_rate(self) -> None:
        self._rate_timer.stop()
        value = self.rate.value
        if isinstance(value, float | int) and value not in (self.session.learning_rate, self._rate_shown):
            self._rate_shown = float(value)
            self.session.set_learning_rate(self._rate_shown)

    def _say(self, text: str) -> None:
        self.status.setText(text)
        self.status.setVisible(bool(text))

    def _trouble(self, message: dict[str, Any]) -> None:
        """A failure: what happened, what to do, and the way to the node or back into the run."""
        buttons: list[tuple[str, Any]] = []
        node = tuple(message.get("node") or ())
        if len(node) > 1:
            buttons.append((self.tr("Show node"), lambda: self.node_asked.emit(node)))
        if self.session.folder is not None and self.session.checkpoint:
            buttons.append((self.tr("Continue the run"), lambda: self.session.train(resume=True)))
        self.banner.tell("error", message["sentence"], message.get("hint") or "", buttons)
        self._scroll.verticalScrollBar().setValue(0)  # where the banner is

    def _cleared(self) -> None:
        self.banner.hide()
        self._say("")
        self._state(self.session.state)

    def _icons(self) -> None:
        self.train.setIcon(icon("play", theme().on_accent if self.train.isEnabled() else theme().muted))
        paused = self.session.state == "paused"
        self.pause.setIcon(icon("play" if paused else "pause"))
        self.stop.setIcon(icon("stop", theme().error if self.stop.isEnabled() else theme().muted))
