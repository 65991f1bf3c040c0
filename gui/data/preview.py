"""A look at a person's own data before it is used: what it was taken for, how else it could be read, samples."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from graph.model import DataChoice
from gui.data.checks import ChecksPage
from gui.data.columns import ColumnTable
from gui.data.loader import Loaded, Loader
from gui.data.notice import Notice
from gui.data.reading_options import ReadingOptions
from gui.data.sources import source_icon
from gui.data.view import SamplesView
from gui.widgets import Heading, WrappedLabel
from gui.workspace import Workspace
from runtime.data import DataError, get_source

SIZE = QSize(900, 620)
LEFT = 200


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a file or folder: a source and the options to begin with."""

    source: str
    options: dict[str, Any] = field(default_factory=dict)


class PreviewDialog(QDialog):
    """``choice`` is what the person took when the dialog was accepted."""

    def __init__(
        self, path: Path, sentence: str, readings: list[Reading], workspace: Workspace, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.readings = readings
        self.loaded: Loaded | None = None
        self.loader = Loader(self)
        self.setWindowTitle(self.tr("Your data: {0}").format(path.name))
        self._build(path, sentence)
        self.loader.progress.connect(self.notice.progress)
        self.loader.done.connect(self._done)
        self.loader.failed.connect(self._failed)
        self.resize(SIZE.boundedTo(parent.size() - QSize(40, 40)))
        self.list.setCurrentRow(0)

    def _build(self, path: Path, sentence: str) -> None:
        title = QLabel(path.name)
        title.setProperty("title", True)
        self.sentence = WrappedLabel(sentence)
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Read it as"))
        self.list.setFixedWidth(LEFT)
        self.list.setHorizontalScrollBarPolicy(
            Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        )  # long titles are elided
        for reading in self.readings:
            source = get_source(reading.source)
            item = QListWidgetItem(source_icon(source), source.title)
            item.setToolTip(f"<p>{source.help}</p>")
            self.list.addItem(item)
        self.list.currentRowChanged.connect(self._look)
        self.facts = WrappedLabel()
        for label in (self.sentence, self.facts):
            label.setMinimumHeight(1)  # as high as they are at the dialog's width, not at the least one
        self.notice = Notice()
        self.notice.load_asked.connect(self._look)
        self.notice.cancel_asked.connect(self._cancel)
        self.view = SamplesView()
        self.checks = ChecksPage()
        self.checks.setMaximumHeight(150)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.notice)
        self.pages.addWidget(self.view)
        self.columns = ColumnTable()
        self.columns.decided.connect(self._decide)
        self.pages.addWidget(self.columns)
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.addTab(self.tr("Table"))
        self.tabs.addTab(self.tr("Samples"))
        self.tabs.currentChanged.connect(self._turn)
        self.tabs.hide()
        self.options = ReadingOptions()
        self.options.setFixedWidth(LEFT)
        self.options.changed.connect(lambda options: self._decide("", options))
        left = QVBoxLayout()
        if len(self.readings) > 1:
            left.addWidget(Heading(self.tr("Read it as")))
            left.addWidget(self.list, 1)
        else:
            self.list.hide()
        left.addWidget(self.options)
        left.addStretch(0)
        right = QVBoxLayout()
        right.addWidget(self.facts)
        right.addWidget(self.tabs)
        right.addWidget(self.pages, 1)
        right.addWidget(self.checks)
        middle = QHBoxLayout()
        middle.setSpacing(14)
        middle.addLayout(left)
        middle.addLayout(right, 1)
        name = path.name + ("/" if path.is_dir() else "")
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.use = self.buttons.addButton(
            self.tr("Use {0}").format(name), QDialogButtonBox.ButtonRole.AcceptRole
        )
        self.use.setDefault(True)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(8)
        column.addWidget(title)
        column.addWidget(self.sentence)
        column.addLayout(middle, 1)
        column.addWidget(self.buttons)

    @property
    def choice(self) -> DataChoice:
        """The reading that is chosen."""
        reading = self.readings[max(0, self.list.currentRow())]
        return DataChoice(reading.source, dict(reading.options))

    def _turn(self) -> None:
        """Show the table as it stands in the file, or the samples that are made of it."""
        if self.loaded is not None:
            table = self.tabs.isVisibleTo(self) and self.tabs.currentIndex() == 0
            self.pages.setCurrentWidget(self.columns if table else self.view)

    def _decide(self, _name: str, options: dict[str, Any]) -> None:
        """A column was given another part: read it like that."""
        row = self.list.currentRow()
        self.readings[row] = Reading(self.readings[row].source, options)
        self._look()

    def _look(self) -> None:
        """Load samples as they are read now."""
        self.loaded = None
        self.use.setEnabled(False)
        self.checks.hide()
        self.tabs.hide()
        self.facts.setText(get_source(self.choice.source).help)
        self.options.show_choice(self.choice.source, self.choice.options)
        self._tell(self.tr("Loading …"), busy=True)
        project = self.workspace.project.copy()
        project.data = self.choice
        self.loader.load(project)

    def _cancel(self) -> None:
        self.loader.cancel()
        self._tell(self.tr("Cancelled."), load=True)
        self.use.setEnabled(self._known())

    def _known(self) -> bool:
        """Whether it can be used without having been loaded."""
        try:
            get_source(self.choice.source).schema(self.choice.options)
        except DataError:
            return False
        return True

    def _tell(self, text: str, **how: bool) -> None:
        self.notice.tell(text, **how)
        self.pages.setCurrentWidget(self.notice)

    def _failed(self, sentence: str) -> None:
        self._tell(sentence, wrong=True)
        if self.columns.show_choice(self.choice.source, self.choice.options):
            # another column to predict may be all that is needed
            self.facts.setText(sentence)
            self.pages.setCurrentWidget(self.columns)

    def _done(self, found: Loaded) -> None:
        self.loaded = found
        own = {
            (True, False): self.tr("The test set came with the data."),
            (False, True): self.tr("The validation set came with the data."),
            (True, True): self.tr("The validation and the test set came with the data."),
        }.get((found.own_test, found.own_validation), "")
        self.facts.setText(f"{found.schema.summary}. {found.splits.rstrip('.')}. {own}".rstrip())
        choice = self.choice
        table = self.columns.show_choice(choice.source, choice.options)
        self.view.show_loaded(found)
        self.tabs.setVisible(table)
        if not table or found.schema.kind != "table":
            self.tabs.setCurrentIndex(1)
        self._turn()
        self.checks.show_found(found.warnings, found.skipped, found.checked)
        self.checks.setVisible(bool(found.warnings or found.skipped))
        self.use.setEnabled(True)
        if not self.options.typed_in():
            self.use.setFocus(Qt.FocusReason.OtherFocusReason)

    def accept(self) -> None:
        """Take the data, unless the Enter key ends a number that was typed: then it is read like that first."""
        if not self.options.hurry():
            super().accept()

    def done(self, result: int) -> None:
        self.loader.cancel()
        super().done(result)
