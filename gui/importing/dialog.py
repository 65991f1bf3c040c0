"""The dialogue of an import: which model, with what inputs, where to, and how far it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from gui.icons import icon
from gui.importing.pages import FilePage, LibraryPage
from gui.importing.work import ImportWork
from gui.widgets import WrappedLabel
from runtime.importing.listing import DTYPES, usual_shapes
from runtime.protocol import Message

SHAPE = "3x224x224"


class ImportDialog(QDialog):
    """Which model, its inputs, and where to. ``take`` gets the answer and says whether it was used."""

    def __init__(self, take: Callable[[Message, bool], bool], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Import a model"))
        self.resize(600, 640)
        self._take = take
        self.work: ImportWork | None = None
        self.tabs = QTabWidget()
        self.torchvision = LibraryPage("torchvision")
        self.timm = LibraryPage("timm")
        self.own = FilePage()
        self.tabs.addTab(self.torchvision, "torchvision")
        self.tabs.addTab(self.timm, "timm")
        self.tabs.addTab(self.own, self.tr("Python file"))
        for page in (self.torchvision, self.timm, self.own):
            page.changed.connect(self._chosen)
            page.wanted.connect(self.start)
        self.tabs.currentChanged.connect(self._chosen)
        self.shape = QLineEdit(SHAPE)
        self.shape.setToolTip(
            self.tr("One sample's sizes, without the batch. Several inputs are separated by “;”.")
        )
        self.shape.textEdited.connect(self._chosen)
        self.dtype = QComboBox()
        self.dtype.addItems(DTYPES)
        self.as_project = QRadioButton(self.tr("A project of its own"))
        self.as_block = QRadioButton(self.tr("A block in this project"))
        self.as_project.setChecked(True)
        where = QButtonGroup(self)
        where.addButton(self.as_project)
        where.addButton(self.as_block)
        self.sentence = WrappedLabel()
        self.bar = QProgressBar()
        self.bar.setRange(0, 100)
        self.bar.setTextVisible(False)
        self.step = QLabel()
        self.step.setProperty("muted", True)
        self.buttons = QDialogButtonBox()
        self.go = QPushButton(icon("import"), self.tr("Import"))
        self.go.setDefault(True)
        self.go.setMinimumWidth(112)  # its text is bold while it is the default
        self.go.clicked.connect(self.start)
        self.buttons.addButton(self.go, QDialogButtonBox.ButtonRole.ActionRole)
        self.buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        self.buttons.rejected.connect(self.reject)
        self._lay_out()
        self._shape_typed = False
        self.shape.textEdited.connect(self._typed)
        self._show_busy(False)
        self._chosen()
        QTimer.singleShot(0, self.torchvision.search.setFocus)

    def _lay_out(self) -> None:
        sizes = QHBoxLayout()
        sizes.addWidget(self.shape, 1)
        sizes.addWidget(self.dtype)
        where = QHBoxLayout()
        where.addWidget(self.as_project)
        where.addWidget(self.as_block)
        where.addStretch()
        form = QFormLayout()
        form.addRow(self.tr("Input"), sizes)
        form.addRow(self.tr("As"), where)
        column = QVBoxLayout(self)
        column.setSpacing(10)
        column.addWidget(self.tabs, 1)
        column.addLayout(form)
        column.addWidget(self.sentence)
        column.addWidget(self.step)
        column.addWidget(self.bar)
        column.addWidget(self.buttons)

    # -- what is chosen --------------------------------------------------------------------------

    @property
    def page(self) -> LibraryPage | FilePage:
        return [self.torchvision, self.timm, self.own][self.tabs.currentIndex()]

    def choose_file(self, path: Path) -> None:
        """Show the classes of a Python file."""
        self.tabs.setCurrentWidget(self.own)
        self.own.read(path)

    def _typed(self) -> None:
        self._shape_typed = True

    def _chosen(self) -> None:
        """Another model or file: its usual input, and whether there is something to import."""
        page = self.page
        page.fill()
        if isinstance(page, LibraryPage):
            self.shape.setPlaceholderText(self.tr("as the model says"))
            if not self._shape_typed:
                usual = usual_shapes(page.name)
                self.shape.setText("" if page.library == "timm" else usual)
        else:
            self.shape.setPlaceholderText(SHAPE)
            if not self._shape_typed:
                self.shape.setText(SHAPE)
        self.dtype.setEnabled(isinstance(page, FilePage))
        if self.work is None:
            self._say("")
            self.go.setEnabled(page.complete)

    def command(self) -> Message:
        """What the worker is told."""
        page = self.page
        text = self.shape.text().strip()
        if text and isinstance(page, FilePage) and self.dtype.currentText() != "float32" and ":" not in text:
            text = ";".join(f"{self.dtype.currentText()}:{part.strip()}" for part in text.split(";"))
        return {"do": "import", "shapes": text, **page.command()}

    # -- the import ------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin, if there is something to import."""
        if self.work is not None or not self.page.complete:
            return
        self._say("")
        self._show_busy(True)
        self.step.setText(self.tr("Starting a process for it…"))
        self.bar.setValue(0)
        self.work = ImportWork(self.command(), self)
        self.work.progress.connect(self._progress)
        self.work.done.connect(self._done)
        self.work.failed.connect(self._failed)

    def _progress(self, fraction: float, text: str) -> None:
        self.bar.setValue(round(fraction * 100))
        self.step.setText(text)

    def _done(self, message: Message) -> None:
        self._end()
        if self._take(message, self.as_block.isChecked()):
            self.accept()

    def _failed(self, sentence: str, hint: str) -> None:
        self._end()
        self._say(f"{sentence} {hint}".strip())

    def _end(self) -> None:
        work, self.work = self.work, None
        if work is not None:
            work.stop()
            work.deleteLater()
        self._show_busy(False)
        self.go.setEnabled(self.page.complete)

    def _show_busy(self, busy: bool) -> None:
        self.bar.setVisible(busy)
        self.step.setVisible(busy)
        for widget in (self.tabs, self.shape, self.dtype, self.as_project, self.as_block, self.go):
            widget.setEnabled(not busy)

    def _say(self, text: str) -> None:
        self.sentence.setText(text)
        self.sentence.setProperty("sentence", "error")
        self.sentence.style().polish(self.sentence)
        self.sentence.setVisible(bool(text))

    def reject(self) -> None:
        """Cancel: first the import that is going on, then the dialogue."""
        if self.work is not None:
            self._end()
            self._say(self.tr("The import was cancelled."))
            return
        super().reject()

    def done(self, result: int) -> None:
        """However the dialogue goes, the process goes with it."""
        self._end()
        super().done(result)
