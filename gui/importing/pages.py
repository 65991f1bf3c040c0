"""The pages of the import's dialogue: the models of a library, and the classes of a Python file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QFileDialog,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gui.icons import icon
from gui.settings import settings
from gui.widgets import WrappedLabel
from runtime.importing.failure import ImportFailure
from runtime.importing.listing import classes_in, installed, kind_of, library_models
from runtime.protocol import Message


class LibraryPage(QWidget):
    """The models of one library, found by a part of their name."""

    changed = Signal()
    wanted = Signal()

    def __init__(self, library: str) -> None:
        super().__init__()
        self.library = library
        self._filled = False
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        self.list = QListWidget()
        self.list.setUniformItemSizes(True)
        self.list.currentRowChanged.connect(lambda row: (self._tell(), self.changed.emit()))
        self.list.itemActivated.connect(lambda item: self.wanted.emit())
        self.pretrained = QCheckBox(
            self.tr("With its pretrained weights (downloaded where they are not here yet)")
        )
        self.count = WrappedLabel(muted=True)
        column = QVBoxLayout(self)
        column.addWidget(self.search)
        column.addWidget(self.list, 1)
        column.addWidget(self.count)
        column.addWidget(self.pretrained)

    def fill(self) -> None:
        """List the models, once the page is looked at."""
        if self._filled:
            return
        self._filled = True
        if not installed(self.library):
            self.count.setText(
                self.tr("{0} is not installed. Install it with: pip install {0}").format(self.library)
            )
            self.search.setEnabled(False)
            self.pretrained.setEnabled(False)
            return
        self._filter("")

    def _filter(self, text: str) -> None:
        words = text.lower().split()
        chosen = self.name
        found = [name for name in library_models(self.library) if all(word in name for word in words)]
        if words:  # what begins like it first, and there the shorter one
            found.sort(key=lambda name: (not name.startswith(words[0]), len(name), name))
        self.list.blockSignals(True)
        self.list.clear()
        self.list.addItems(found)
        row = found.index(chosen) if chosen in found else 0 if found and words else -1
        self.list.setCurrentRow(row)
        self.list.blockSignals(False)
        self._tell()
        self.changed.emit()

    def _tell(self) -> None:
        """How many there are, or what is to be known of the chosen one."""
        found, total = self.list.count(), len(library_models(self.library))
        if self.library == "torchvision" and kind_of(self.name) == "detection":
            text = self.tr(
                "It finds boxes, sorted out by rules that no drawing holds: its backbone is imported."
            )
        elif found or not total:
            text = self.tr("{0} of {1} models").format(found, total)
        else:
            text = self.tr("No model of {0} is called “{1}”. Clear the search to see all {2}.").format(
                self.library, self.search.text().strip(), total
            )
        self.count.setText(text)

    @property
    def name(self) -> str:
        item = self.list.currentItem()
        return item.text() if item is not None else ""

    @property
    def complete(self) -> bool:
        return bool(self.name)

    def command(self) -> Message:
        return {"source": f"{self.library}:{self.name}", "weights": self.pretrained.isChecked()}


class FilePage(QWidget):
    """A Python file, the class in it, its arguments, and whether the file may run."""

    changed = Signal()
    wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.path: Path | None = None
        self.file = QLineEdit()
        self.file.setReadOnly(True)
        self.file.setPlaceholderText(self.tr("No file chosen"))
        choose = QPushButton(icon("folder-open-outline"), self.tr("Choose…"))
        choose.setAutoDefault(False)
        choose.clicked.connect(self.ask)
        row = QHBoxLayout()
        row.addWidget(self.file, 1)
        row.addWidget(choose)
        self.list = QListWidget()
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        hint = QListWidgetItem(
            self.tr("Choose a file: its classes stand here then.\nNothing of it runs before you agree.")
        )
        hint.setFlags(Qt.ItemFlag.NoItemFlags)
        self.list.addItem(hint)
        self.list.currentRowChanged.connect(lambda number: self.changed.emit())
        self.arguments = QLineEdit()
        self.arguments.setPlaceholderText("64, depth=3")
        self.arguments.setToolTip(self.tr("What the class is built with, as in a call."))
        self.problem = WrappedLabel()
        self.problem.setProperty("sentence", "error")
        self.problem.hide()
        self.warning = WrappedLabel()
        self.trust = QCheckBox(self.tr("I trust this file"))
        self.trust.toggled.connect(lambda on: self.changed.emit())
        box = QFrame()
        box.setProperty("card", "warning")
        inside = QVBoxLayout(box)
        inside.addWidget(self.warning)
        inside.addWidget(self.trust)
        self.box = box
        form = QFormLayout()
        form.addRow(self.tr("Class"), self.list)
        form.addRow(self.tr("Arguments"), self.arguments)
        column = QVBoxLayout(self)
        column.addLayout(row)
        column.addLayout(form, 1)
        column.addWidget(self.problem)
        column.addWidget(box)
        self.box.hide()

    def fill(self) -> None:
        """Nothing to fetch: a file is chosen first."""

    def ask(self) -> None:
        """Ask for a file."""
        folder = str(settings().value("import_folder", str(Path.home())))
        name, _ = QFileDialog.getOpenFileName(
            self, self.tr("A Python file with a model"), folder, self.tr("Python (*.py)")
        )
        if name:
            settings().setValue("import_folder", str(Path(name).parent))
            self.read(Path(name))

    def read(self, path: Path) -> None:
        """Show a file's classes. Nothing of it runs."""
        self.path = path
        self.file.setText(str(path))
        self.trust.setChecked(False)
        self.list.clear()
        try:
            names = classes_in(path)
            problem = "" if names else self.tr("There is no class in {0}.").format(path.name)
        except ImportFailure as error:
            names, problem = [], str(error)
        self.list.addItems(names)
        if names:
            self.list.setCurrentRow(0)
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.warning.setText(
            self.tr(
                "Importing runs this file: {0}\nIt can do whatever you can on this computer, such as read and "
                "delete your files. Import only what you or people you trust have written."
            ).format(path)
        )
        self.box.setVisible(bool(names))
        self.changed.emit()

    @property
    def name(self) -> str:
        item = self.list.currentItem()
        return item.text() if item is not None else ""

    @property
    def complete(self) -> bool:
        return self.path is not None and bool(self.name) and self.trust.isChecked()

    def command(self) -> Message:
        return {
            "source": f"{self.path}:{self.name}",
            "arguments": self.arguments.text().strip(),
            "weights": True,
        }
