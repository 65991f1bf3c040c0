"""The data page: what the chosen source is, how it is divided, how its classes are balanced, some samples."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from graph.changes import ChangeSet
from gui.data.balance import BalanceBars
from gui.data.grid import SampleGrid
from gui.data.loader import Loaded, Loader
from gui.data.rows import SampleRows
from gui.data.sources import SourcePicker
from gui.theme import theme
from gui.training.fields import choose_data
from gui.widgets import Column, Heading, WrappedLabel
from gui.workspace import Workspace
from runtime.data import DataError, get_source

OFFLINE = "digits"
"""What stands in for data that cannot be downloaded."""
WAIT = 350
"""Milliseconds after the last change until samples are loaded anew."""


class DataPanel(QWidget):
    """Loads by itself while it is seen; data that may have to be downloaded only when asked."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.loader = Loader(self)
        self.loaded: Loaded | None = None
        self._shown: object = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WAIT)
        self._timer.timeout.connect(self._load_if_seen)
        self._build()
        self.loader.progress.connect(self._progress)
        self.loader.done.connect(self._done)
        self.loader.failed.connect(self._failed)
        workspace.changed.connect(self._changed)
        workspace.torch_loaded.connect(self._load_if_seen)
        self._describe()

    def _build(self) -> None:
        self.source = SourcePicker()
        self.source.chosen.connect(self._choose)
        self.help = WrappedLabel(muted=True)
        self.facts = WrappedLabel()
        self.splits = WrappedLabel()
        self.legend = QLabel()
        self.bars = BalanceBars()
        self.skipped = WrappedLabel()
        self.skipped.setProperty("sentence", "warning")
        self.left = Column(margin=10, gap=6)
        self.balance_heading = Heading(self.tr("Classes"))
        for widget in (
            self.source, self.help, self.facts, self.splits, self.balance_heading, self.legend, self.bars, self.skipped,
        ):  # fmt: skip
            self.left.layout_.addWidget(widget)
        self.left.layout_.addStretch(1)
        self.pages = QStackedWidget()
        self.pages.addWidget(self._notice_page())
        self.grid = SampleGrid()
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self.grid)
        self.grid_page = area
        self.rows = SampleRows(self)
        self.table = QTableView()
        self.table.setModel(self.rows)
        self.table.setAccessibleName(self.tr("Samples"))
        self.table.verticalHeader().setDefaultSectionSize(24)
        self.table.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.pages.addWidget(area)
        self.pages.addWidget(self.table)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.left)
        split.addWidget(self.pages)
        split.setStretchFactor(1, 1)
        split.setSizes([270, 600])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(split)

    def _notice_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(20, 8, 20, 8)
        self.notice = QLabel()
        self.notice.setWordWrap(True)
        self.notice.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(8)
        self.bar.setMaximumWidth(320)
        self.load = QPushButton(self.tr("Show samples"))
        self.load.clicked.connect(self.start)
        self.cancel = QPushButton(self.tr("Cancel"))
        self.cancel.clicked.connect(self._cancel)
        self.offline = QPushButton(self.tr("Use the digits that ship with TorchLoom"))
        self.offline.clicked.connect(lambda: self._choose(OFFLINE))
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        for button in (self.load, self.cancel, self.offline):
            buttons.addWidget(button)
        buttons.addStretch(1)
        bar = QHBoxLayout()
        bar.addStretch(1)
        bar.addWidget(self.bar, 2)
        bar.addStretch(1)
        column.addStretch(1)
        column.addWidget(self.notice)
        column.addLayout(bar)
        column.addLayout(buttons)
        column.addStretch(1)
        return page

    def minimumSizeHint(self) -> QSize:
        return QSize(300, 110)

    # -- what is chosen --------------------------------------------------------------------------------

    def _key(self) -> object:
        """What the samples shown depend on."""
        data, training = self.workspace.project.data, self.workspace.project.training
        split = (training.validation_fraction, training.test_fraction, training.seed)
        return (data.source, tuple(sorted(data.options.items(), key=str)), split)

    def _changed(self, changes: ChangeSet) -> None:
        if (changes.everything or changes.project & {"data", "training"}) and self._key() != self._shown:
            self.loader.cancel()
            self._describe()
            self._timer.start()

    def _describe(self) -> None:
        """Everything that is known without loading."""
        choice = self.workspace.project.data
        self.source.show_source(choice.source)
        self.loaded = None
        self._shown = None
        for widget in (self.balance_heading, self.legend, self.bars, self.skipped, self.splits):
            widget.hide()
        try:
            source = get_source(choice.source)
            schema = source.schema(choice.options)
        except DataError as error:
            self.help.setText("")
            self.facts.setText(str(error))
            self._notify(str(error))
            return
        self.help.setText(source.help)
        self.facts.setText(schema.summary)
        self._notify(
            self.tr("These samples are downloaded when they are not on this computer yet.")
            if schema.needs_download
            else "",
            load=True,
        )

    def _choose(self, source_id: str) -> None:
        project = self.workspace.project
        if source_id != project.data.source:
            name = self.tr("Use {0}").format(get_source(source_id).title)
            self.workspace.perform(name, choose_data(project, source_id))

    # -- loading -----------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def _load_if_seen(self) -> None:
        """Load unless it is there, is not looked at, or would be downloaded without being asked for."""
        if not self.isVisible() or self.loader.busy or self._shown == self._key():
            return
        choice = self.workspace.project.data
        try:
            needs = get_source(choice.source).schema(choice.options).needs_download
        except DataError:
            return
        if not needs and self.workspace.ready:
            self.start()

    def start(self) -> None:
        """Load samples to look at."""
        self._shown = self._key()
        self._notify(self.tr("Loading …"), busy=True)
        self.loader.load(self.workspace.project)

    def _cancel(self) -> None:
        self.loader.cancel()
        self._shown = None
        self._notify(self.tr("Cancelled."), load=True)

    def _progress(self, fraction: float, text: str) -> None:
        self.notice.setText(text)
        self.bar.setRange(0, 1000)
        self.bar.setValue(int(1000 * fraction))

    def _failed(self, sentence: str) -> None:
        self._shown = None
        self._notify(sentence, load=True, offline=self.workspace.project.data.source != OFFLINE)
        self.notice.setStyleSheet(f"color: {theme().error.name()}")

    def _notify(self, text: str, load: bool = False, busy: bool = False, offline: bool = False) -> None:
        self.notice.setStyleSheet("")
        self.notice.setText(text)
        self.bar.setRange(0, 0)
        for widget, seen in (
            (self.load, load), (self.cancel, busy), (self.bar, busy), (self.offline, offline),
        ):  # fmt: skip
            widget.setVisible(seen)
        self.pages.setCurrentIndex(0)

    # -- what came -----------------------------------------------------------------------------------------

    def _done(self, found: Loaded) -> None:
        self.loaded = found
        facts = found.schema.summary
        if found.part:
            facts = self.tr("{0:,} samples in all. Looked at here: {1}").format(found.total, facts)
        self.facts.setText(facts)
        self.splits.setText(found.splits)
        self.splits.show()
        self.bars.show_counts(found.counts)
        self.balance_heading.setVisible(bool(found.counts))
        self.legend.setVisible(bool(found.counts))
        self.legend.setText(
            "   ".join(
                f'<span style="color:{theme().series(color).name()}">■</span> {word}'
                for color, word in (
                    ("training", self.tr("training")),
                    ("validation", self.tr("validation")),
                    ("third", self.tr("test")),
                )
            )
        )
        self.skipped.setText("\n".join(found.skipped[:5]))
        self.skipped.setVisible(bool(found.skipped))
        self._show_samples(found)

    def _show_samples(self, found: Loaded) -> None:
        kind = found.schema.kind
        if kind == "image":
            self.grid.show_pictures(found)
            self.pages.setCurrentWidget(self.grid_page)
        elif kind == "series":
            self.grid.show_series(found)
            self.pages.setCurrentWidget(self.grid_page)
        elif kind == "table" and found.inputs.shape[1:] == (2,):
            self._show_points(found)
        else:
            self.rows.show_samples(found)
            self.table.resizeColumnsToContents()
            self.pages.setCurrentWidget(self.table)

    def _show_points(self, found: Loaded) -> None:
        from gui.data.points import PointsPlot

        plot = self.pages.widget(3)
        if not isinstance(plot, PointsPlot):
            plot = PointsPlot()
            self.pages.addWidget(plot)
        plot.show_points(found)
        self.pages.setCurrentWidget(plot)
