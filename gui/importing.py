"""File ▸ Import model: a model of torchvision or timm, or a class in a Python file, becomes a drawing.

The window only lists names and shows progress; building and following a model happens in a process of its own,
which is ended when the person cancels.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from graph.blocks.library import Definition, insert
from graph.edits import AddNodes, EditError
from graph.files import from_data
from graph.model import BLOCK, INPUT, Node, Project
from graph.names import fresh_name
from gui.custom.asker import CodeAsker
from gui.files import ProjectFiles
from gui.icons import icon
from gui.settings import settings
from gui.widgets import WrappedLabel
from gui.workspace import Workspace
from runtime.client import WorkerClient
from runtime.importing.failure import ImportFailure
from runtime.importing.listing import DTYPES, classes_in, installed, library_models
from runtime.protocol import Message

SHAPE = "3x224x224"
SHAPES = {"inception_v3": "3x299x299"}


class ImportWork(QObject):
    """One import in a process of its own. Signals come in the window's thread."""

    progress = Signal(float, str)
    done = Signal(object)
    """The message ``imported``."""
    failed = Signal(str, str)
    """A sentence, and what to do."""
    _came = Signal(object)

    def __init__(self, command: Message, parent: QObject) -> None:
        super().__init__(parent)
        self._command = command
        self._over = False
        self._came.connect(self._take, Qt.ConnectionType.QueuedConnection)
        self._client = WorkerClient(self._hand_on, restart=False, warm=False)
        self._client.start()

    def _hand_on(self, message: Message) -> None:
        if not self._over:
            self._came.emit(message)

    def _take(self, message: Message) -> None:
        if self._over:
            return
        event = message["event"]
        if event == "ready":
            self._client.send(self._command)
        elif event == "importing":
            self.progress.emit(float(message["fraction"]), str(message["text"]))
        elif event == "imported":
            self.stop()
            self.done.emit(message)
        elif event == "import_failed":
            self.stop()
            self.failed.emit(str(message["sentence"]), str(message["hint"]))
        elif event == "log" and message["level"] == "error":
            self.stop()
            self.failed.emit(str(message["text"]), "")
        elif event == "died":
            self.stop()
            self.failed.emit(self.tr("The import ended: {0}").format(message["sentence"]), "")

    def stop(self) -> None:
        """End the process, whatever it is doing. Nothing comes from it any more."""
        if self._over:
            return
        self._over = True
        client = self._client
        client.terminate()
        threading.Thread(target=client.close, name="import-ending").start()


class Importer(QObject):
    """Opens the dialogue, and puts what comes of it on the screen."""

    def __init__(self, workspace: Workspace, files: ProjectFiles, asker: CodeAsker, window: QWidget) -> None:
        super().__init__(window)
        self.workspace = workspace
        self.files = files
        self.asker = asker
        self.window = window
        self.dialog: ImportDialog | None = None

    def ask(self, path: Path | None = None) -> ImportDialog:
        """Show the dialogue; with ``path`` for the classes of that file."""
        self.workspace.settling.emit()
        if self.dialog is not None:
            return self.dialog
        self.dialog = ImportDialog(self.take, self.window)
        if path is not None:
            self.dialog.choose_file(path)
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog.finished.connect(self._gone)
        self.dialog.open()
        return self.dialog

    def _gone(self) -> None:
        self.dialog = None

    def take(self, message: Message, as_block: bool) -> bool:
        """Open an imported project, or put it as a block into the one that is open; whether that was done."""
        project = from_data(message["project"])
        self.asker.trust([str(code) for code in message["codes"]])  # made from what has just run
        if as_block:
            return self._insert(project)
        if not self.files.may_leave():
            return False
        self.files.show(project)
        self.workspace.undo.resetClean()  # it is in no file yet
        sentences = " ".join(str(sentence) for sentence in message["sentences"])
        self.workspace.message.emit("info", self.tr("Imported {0}. {1}").format(project.title, sentences))
        return True

    def _insert(self, project: Project) -> bool:
        """The imported network as one block, with those it uses; its weights stay behind."""
        workspace = self.workspace
        root = copy.deepcopy(project.main)
        root.id = project.fresh_graph_id("b")
        for node in root.nodes.values():
            if node.type == INPUT:
                node.params = {key: value for key, value in node.params.items() if key == "index"}
        definition = Definition(root.id, {**project.blocks, root.id: root})
        try:
            edits, block = insert(workspace.project, definition, workspace.graph_id)
        except EditError as error:
            workspace.message.emit("warning", str(error))
            return False
        graph = workspace.graph
        right = max((node.x for node in graph.nodes.values()), default=0.0)
        top = min((node.y for node in graph.nodes.values()), default=0.0)
        use = Node(graph.fresh_ids("n")[0], BLOCK, fresh_name(graph, root.name), {}, right + 240, top, block)
        name = self.tr("Import {0} as a block").format(root.name)
        if not workspace.perform(name, [*edits, AddNodes(graph.id, [use])]):
            return False
        workspace.select({use.id})
        workspace.message.emit(
            "info", self.tr("{0} is a block of this project now. Its weights start anew.").format(root.name)
        )
        return True


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
                usual = SHAPES.get(page.name, SHAPE)
                self.shape.setText("" if page.library == "timm" else usual)
        else:
            self.shape.setPlaceholderText(SHAPE)
            if not self._shape_typed and not self.shape.text():
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
        self.list.currentRowChanged.connect(lambda row: self.changed.emit())
        self.list.itemActivated.connect(lambda item: self.wanted.emit())
        self.pretrained = QCheckBox(
            self.tr("With its pretrained weights (downloaded where they are not here yet)")
        )
        self.count = QLabel()
        self.count.setProperty("muted", True)
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
        total = len(library_models(self.library))
        self.count.setText(self.tr("{0} of {1} models").format(len(found), total))
        self.changed.emit()

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
