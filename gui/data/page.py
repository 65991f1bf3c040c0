"""The data page: what is chosen, what its samples look like, how they are divided, what may be wrong with them."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QTableView,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from graph.changes import ChangeSet
from graph.edits import SetProject
from graph.model import Project
from gui.data.banner import Button, DataBanner
from gui.data.checks import ChecksPage
from gui.data.classes import ClassesPage
from gui.data.columns import ColumnTable
from gui.data.loader import Loaded, Loader
from gui.data.notice import Notice
from gui.data.scanning import scanner_of
from gui.data.sources import SourcePicker
from gui.data.splits import SplitPage
from gui.data.statistics import BarsDelegate, StatisticsRows
from gui.data.view import SamplesView
from gui.icons import icon
from gui.theme import theme
from gui.training.fields import choose_data, data_fields, practice_fields
from gui.training.settings import Section
from gui.widgets import Column, WrappedLabel
from gui.workspace import Workspace
from runtime.data import DataError, get_source
from runtime.data.own import NotScanned, is_own
from runtime.data.own.wording import STANDARDISE

OFFLINE = "digits"
"""What stands in for data that cannot be downloaded."""
WAIT = 350
"""Milliseconds after the last change until samples are loaded anew."""
LEFT = 285
NARROWEST = 240
OFFERED = 3
"""Buttons beside one warning."""


def practice_names(project: Project) -> set[str]:
    """What the project's recipe may be told beyond loss, optimiser and schedule."""
    return {field.param.name for _, fields in practice_fields(project) for field in fields}


class LeftColumn(Column):
    """Never narrower than what stands in it, so that nothing runs under the splitter."""

    def __init__(self) -> None:
        super().__init__(margin=10, gap=6)
        self.inside.installEventFilter(self)

    def minimumSizeHint(self) -> QSize:
        bar = self.verticalScrollBar().sizeHint().width()
        return QSize(max(NARROWEST, self.inside.minimumSizeHint().width() + bar), 60)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)


class DataPanel(QWidget):
    """Loads by itself while it is seen; data that may have to be downloaded only when asked."""

    file_asked = Signal(str)
    """The person wants to choose a file of their own, to be read by this source ("" by whichever can)."""
    folder_asked = Signal(str)
    problems_asked = Signal()
    counted = Signal()
    """Samples were loaded, and how many there are is known for certain."""

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
        self.loader.progress.connect(self.notice.progress)
        self.loader.done.connect(self._done)
        self.loader.failed.connect(self._failed)
        self.scanner = scanner_of(workspace)
        self.scanner.progress.connect(self.notice.progress)
        workspace.changed.connect(self._changed)
        workspace.torch_loaded.connect(self._load_if_seen)
        theme().changed.connect(self._icons)
        self._icons()
        self._describe()

    def _build(self) -> None:
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(self._choice())
        split.addWidget(self._tabs())
        split.setStretchFactor(1, 1)
        split.setSizes([LEFT, 700])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(split)

    def _choice(self) -> QWidget:
        """What is chosen, and everything that is known of it at once."""
        self.left = LeftColumn()
        self.file = QPushButton(self.tr("My file…"))
        self.file.setToolTip(self.tr("Choose a table, a text or arrays of your own"))
        self.file.clicked.connect(lambda: self.file_asked.emit(""))
        self.folder = QPushButton(self.tr("My folder…"))
        self.folder.setToolTip(self.tr("Choose a folder of pictures or texts of your own"))
        self.folder.clicked.connect(lambda: self.folder_asked.emit(""))
        buttons = QWidget()
        row = QHBoxLayout(buttons)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for button in (self.file, self.folder):
            button.setMinimumHeight(34)
            row.addWidget(button, 1)
        self.source = SourcePicker()
        self.source.chosen.connect(self._choose)
        self.facts = WrappedLabel()
        self.banner = DataBanner(self.workspace)
        self.banner.problems_asked.connect(self.problems_asked)
        self.caution = QPushButton()
        self.caution.setProperty("link", True)
        self.caution.clicked.connect(lambda: self.tabs.setCurrentWidget(self.checks))
        self.options = Section(self.workspace)
        self.help = WrappedLabel(muted=True)
        drop = WrappedLabel(self.tr("… or drop it anywhere on the window."), muted=True)
        for widget in (
            self.source, self.facts, self.caution, self.banner, buttons, drop, self.options, self.help,
        ):  # fmt: skip
            self.left.layout_.addWidget(widget)
        self.left.layout_.setAlignment(self.caution, Qt.AlignmentFlag.AlignLeft)
        self.left.layout_.addStretch(1)
        return self.left

    def _tabs(self) -> QWidget:
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setStyleSheet(
            "QTabBar::tab { padding: 6px 8px; }"
        )  # there are many, in little room
        self.pages = QStackedWidget()
        self.notice = Notice()
        self.notice.load_asked.connect(self.start)
        self.notice.cancel_asked.connect(self._cancel)
        self.notice.offline_asked.connect(lambda: self._choose(OFFLINE))
        self.view = SamplesView()
        self.pages.addWidget(self.notice)
        self.pages.addWidget(self.view)
        self.columns = ColumnTable()
        self.columns.decided.connect(self._decide)
        self.classes = ClassesPage()
        self.bars, self.balance = self.classes.bars, self.classes.sentence
        self.statistics = StatisticsRows(self)
        self.numbers = QTableView()
        self.numbers.setModel(self.statistics)
        self.numbers.setItemDelegate(BarsDelegate(self.numbers))
        self.numbers.setAccessibleName(self.tr("Statistics"))
        self.numbers.verticalHeader().hide()
        self.numbers.verticalHeader().setDefaultSectionSize(28)
        self.numbers.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.numbers.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.numbers.setShowGrid(False)
        self.splits = SplitPage(self.workspace)
        self.checks = ChecksPage()
        self.checks.helps = self._helps
        self.tabs.addTab(self.columns, self.tr("Table"))
        self.tabs.addTab(self.pages, self.tr("Samples"))
        self.tabs.addTab(self.classes, self.tr("Classes"))
        self.tabs.addTab(self.numbers, self.tr("Statistics"))
        self.tabs.addTab(self.splits, self.tr("Splits"))
        self.tabs.addTab(self.checks, self.tr("Checks"))
        return self.tabs

    def minimumSizeHint(self) -> QSize:
        return QSize(300, 110)

    def add_tab(self, widget: QWidget, title: str) -> None:
        """A page about the data that is made elsewhere."""
        self.tabs.addTab(widget, title)

    def _icons(self) -> None:
        self.file.setIcon(icon("file-plus-outline", theme().text))
        self.folder.setIcon(icon("folder-open-outline", theme().text))
        self.caution.setIcon(icon("alert", theme().warning))

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
        self.options.show_fields(data_fields(self.workspace.project))
        self._show_rest(None)
        self._show_columns()
        try:
            source = get_source(choice.source)
            self.help.setText(source.help)
            schema = source.schema(choice.options)
        except NotScanned as error:
            self._wait_for_scan(str(error))
            return
        except DataError as error:
            if choice.source == "":
                self.help.setText("")
            self.facts.setText(str(error))
            self._notify(str(error))
            return
        self.facts.setText(schema.summary)
        self._notify(
            self.tr("These samples are downloaded when they are not on this computer yet.")
            if schema.needs_download
            else "",
            load=True,
        )

    def _show_columns(self) -> None:
        """The table as it stands in the file, where there is one. A new one is brought to the front."""
        choice = self.workspace.project.data
        shown = self.columns.show_choice(choice.source, choice.options)
        place = self.tabs.indexOf(self.columns)
        if shown != self.tabs.isTabVisible(place):
            self.tabs.setTabVisible(place, shown)
            self.tabs.setCurrentWidget(self.columns if shown else self.pages)

    def _decide(self, name: str, options: dict[str, Any]) -> None:
        """A column was given another part: one undo step, with the loss that goes with it."""
        project = self.workspace.project
        self.workspace.perform(name, choose_data(project, project.data.source, options))

    def _helps(self, sentence: str) -> list[Button]:
        """What can be done at once against what a warning says."""
        buttons: list[Button] = []
        rows = self.columns.rows
        if self.tabs.isTabVisible(self.tabs.indexOf(self.columns)) and "leave_out" in rows.names:
            roles = rows.roles()
            for place, part in enumerate(roles):
                if part == "" and f"“{rows.name(place)}”" in sentence and roles.count("") > 1:
                    text = self.tr("Leave out {0}").format(rows.name(place))
                    buttons.append((text, lambda place=place: self.columns.leave_out(place)))  # type: ignore[misc]
        if "weight the classes" in sentence and "class_weights" in practice_names(self.workspace.project):
            buttons.append((self.tr("Weight the classes"), self._weight_classes))
        if STANDARDISE in sentence and self._standardised():
            buttons.append((self.tr("Standardise"), self._standardise))
        return buttons[:OFFERED]

    def _standardised(self) -> dict[str, Any]:
        """The option of the source that standardises, and its value; empty where it has none."""
        for option in get_source(self.workspace.project.data.source).options:
            if option.name == "standardise":
                return {"standardise": True}
            wanted = next((one for one in option.choices or () if str(one).startswith("standardise")), None)
            if option.name == "scaling" and wanted is not None:
                return {"scaling": wanted}
        return {}

    def _standardise(self) -> None:
        project = self.workspace.project
        options = {**project.data.options, **self._standardised()}
        self.workspace.perform(self.tr("Standardise"), choose_data(project, project.data.source, options))

    def _weight_classes(self) -> None:
        options = {**self.workspace.project.training.options, "class_weights": "balanced"}
        self.workspace.perform(self.tr("Weight the classes"), [SetProject("training", {"options": options})])

    def _wait_for_scan(self, sentence: str) -> None:
        """The files are being looked through for the first time, or cannot be used."""
        self.facts.setText(self.scanner.sentence or sentence)
        if self.scanner.sentence:
            self._notify(self.scanner.sentence, load=True, wrong=True)
        else:
            self.scanner.look(self.workspace.project.data)
            self._notify(self.tr("Looking through the files …"), busy=True)

    def _choose(self, source_id: str) -> None:
        project = self.workspace.project
        if is_own(source_id):
            # it says nothing without a file or folder: ask for that first
            self.source.show_source(project.data.source)
            takes = next(option.takes for option in get_source(source_id).options if option.kind == "path")
            (self.folder_asked if takes == "folder" else self.file_asked).emit(source_id)
        elif source_id != project.data.source:
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
        self.scanner.again()
        self._shown = self._key()
        self._notify(self.tr("Loading …"), busy=True)
        self.loader.load(self.workspace.project)

    def _cancel(self) -> None:
        self.loader.cancel()
        self.scanner.cancel()
        self._shown = None
        self._notify(self.tr("Cancelled."), load=True)

    def _failed(self, sentence: str) -> None:
        self._shown = None
        offline = self.workspace.project.data.source != OFFLINE
        self._notify(sentence, load=True, offline=offline, wrong=True)

    def _notify(
        self, text: str, load: bool = False, busy: bool = False, offline: bool = False, wrong: bool = False
    ) -> None:
        self.notice.tell(text, load, busy, offline, wrong)
        self.pages.setCurrentWidget(self.notice)

    # -- what came -----------------------------------------------------------------------------------------

    def _done(self, found: Loaded) -> None:
        self.loaded = found
        self.counted.emit()
        facts = found.schema.summary
        if found.part:
            facts = self.tr("{0:,} samples in all. Looked at here: {1}").format(found.total, facts)
        self.facts.setText(facts)
        self._show_rest(found)
        self.view.show_loaded(found)
        self.pages.setCurrentWidget(self.view)

    def _show_rest(self, found: Loaded | None) -> None:
        """The tabs beside the samples; those with nothing to say are hidden."""
        self.splits.show_loaded(found)
        warnings = found.warnings if found is not None else ()
        skipped = found.skipped if found is not None else ()
        self.checks.show_found(warnings, skipped, found is not None and found.checked)
        self.caution.setVisible(bool(warnings or skipped))
        if warnings:
            count = len(warnings)
            self.caution.setText(
                self.tr("1 thing may spoil the training") if count == 1
                else self.tr("{0} things may spoil the training").format(count)
            )  # fmt: skip
        elif skipped:
            self.caution.setText(
                self.tr("1 note on the reading") if len(skipped) == 1
                else self.tr("{0:,} notes on the reading").format(len(skipped))
            )  # fmt: skip
        tabs = self.tabs
        count = len(warnings)
        tabs.setTabText(tabs.indexOf(self.checks), self.tr("Checks") + (f" ({count})" if count else ""))
        known = found is not None
        tabs.setTabVisible(tabs.indexOf(self.checks), known and bool(warnings or skipped or found.checked))  # type: ignore[union-attr]
        tabs.setTabVisible(tabs.indexOf(self.classes), known and bool(found.counts))  # type: ignore[union-attr]
        measured = known and bool(found.statistics or found.vocabulary)  # type: ignore[union-attr]
        tabs.setTabVisible(tabs.indexOf(self.numbers), measured)
        if found is not None:
            self.classes.show_loaded(found)
            self.statistics.show_loaded(found)
            self.numbers.resizeColumnsToContents()
            words = bool(found.vocabulary)
            tabs.setTabText(
                tabs.indexOf(self.numbers), self.tr("Vocabulary") if words else self.tr("Statistics")
            )
