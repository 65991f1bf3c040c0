"""A person's own file or folder: chosen or dropped, recognised, looked at, and then used in one undo step."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from graph.edits import Edit
from graph.model import DataChoice, Project
from gui.data.background import Background
from gui.data.preview import PreviewDialog, Reading
from gui.recipes.fitting import choose_recipe, schema_of
from gui.settings import settings
from gui.training.fields import choose_data
from gui.workspace import Workspace
from runtime.data import SOURCES, own
from runtime.recipes import RECIPES, SUPERVISED, known_recipe

FOLDER_KEY = "data/folder"


class OwnData(QObject):
    """What the two buttons of the data page and a drop on the window do."""

    used = Signal()
    """The person has taken data of their own."""

    def __init__(self, workspace: Workspace, window: QWidget) -> None:
        super().__init__(window)
        self.workspace = workspace
        self.window = window
        self.dialog: PreviewDialog | None = None
        self._path = Path()
        self._source = ""
        self._work = Background(self)
        self._work.done.connect(self._recognised)
        self._work.failed.connect(self._refused)

    def choose_file(self, source: str = "") -> None:
        """Ask for a file, and open it, to be read by this source if it can."""
        name, _ = QFileDialog.getOpenFileName(self.window, self.tr("Choose your data"), self._folder())
        if name:
            self.open(Path(name), source)

    def choose_folder(self, source: str = "") -> None:
        """Ask for a folder, and open it, to be read by this source if it can."""
        name = QFileDialog.getExistingDirectory(self.window, self.tr("Choose your data"), self._folder())
        if name:
            self.open(Path(name), source)

    def open(self, path: Path, source: str = "", beside: Sequence[Path] = ()) -> None:
        """Find out what a file or folder is, perhaps with files ``beside`` it, and show it to the person; ``source`` is
        how they want it read."""
        self._path, self._source = path, source
        settings().setValue(FOLDER_KEY, str(path.absolute().parent))
        self.workspace.message.emit("info", self.tr("Looking at {0} …").format(path.name))
        self._work.start(lambda _cancelled, _progress: own.recognise(path, *beside))

    def open_together(self, paths: Sequence[Path]) -> None:
        """The same for what was dropped at once: the files of a table in parts, or else the first of them."""
        self.open(paths[0], beside=paths[1:])

    def _refused(self, sentence: str) -> None:
        box = QMessageBox(self.window)
        box.setIcon(QMessageBox.Icon.Information)
        box.setWindowTitle(self.tr("This data cannot be used"))
        box.setText(sentence)
        box.setInformativeText(
            self.tr(
                "What can be read: folders of pictures (a folder for each class; with masks or boxes), tables "
                "(CSV, Parquet), texts and folders of texts, sentences with labels or translations, series, and "
                "arrays (.npy, .npz, .safetensors)."
            )
        )
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    def _recognised(self, found: own.Recognised) -> None:
        if self.dialog is not None:
            self.dialog.reject()
        if self._path.is_file():
            self._path = Path(found.options["path"])  # of several files, the one to train with
        self.dialog = PreviewDialog(
            self._path, found.sentence, readings(self._path, found, self._source), self.workspace, self.window
        )
        self.dialog.accepted.connect(self._use)
        self.dialog.finished.connect(self._gone)
        self.dialog.open()

    def _use(self) -> None:
        assert self.dialog is not None
        self.use(self.dialog.choice)

    def use(self, choice: DataChoice) -> None:
        """Make it the project's data: one undo step."""
        name = self._path.name + ("/" if self._path.is_dir() else "")
        project = self.workspace.project
        edits = [
            *choose_data(project, choice.source, choice.options),
            *recipe_edits(project, choice),
        ]
        if self.workspace.perform(self.tr("Use {0}").format(name), edits):
            self.workspace.message.emit("info", self.tr("{0} is the project's data now.").format(name))
            self.used.emit()

    def _gone(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None

    def _folder(self) -> str:
        return str(settings().value(FOLDER_KEY, str(Path.home())))


def recipe_edits(project: Project, choice: DataChoice) -> list[Edit]:
    """Edits that choose a recipe which such data is for, where the present one cannot use it: supervised learning if
    it can, else the recipe that is made for this task alone."""
    tried = project.copy()
    tried.data.source, tried.data.options = choice.source, dict(choice.options)
    tried.data.steps = []
    schema, present = schema_of(tried), known_recipe(project.training)
    if schema is None or present is None or present.refusal(schema) is None:
        return []
    fit = [recipe for recipe in RECIPES.values() if recipe.tasks and recipe.refusal(schema) is None]
    best = min(fit, key=lambda recipe: (recipe.id != SUPERVISED, len(recipe.tasks)), default=None)
    if best is None or (best.id != SUPERVISED and len(best.tasks) > 1):
        return []  # several would do: the person says which
    return choose_recipe(tried, best.id)


def readings(path: Path, found: own.Recognised, wanted: str = "") -> list[Reading]:
    """The ways a file or folder can be read: as the person wants it, as it was recognised, then all others that
    take such a thing; a table that comes in parts with all of them."""
    result = [Reading(found.source, dict(found.options))]
    parts = {name: found.options[name] for name in own.PART_OPTIONS.values() if found.options.get(name)}
    inside = Path(found.options.get("path", path))
    path = inside if inside.is_file() else path
    for source in SOURCES.values():
        place = next((option for option in source.options if option.kind == "path"), None)
        if place is None or source.id == found.source or not own.is_own(source.id):
            continue
        if path.is_dir():
            fits = place.takes in ("folder", "either")
        else:
            fits = place.takes in ("file", "either") and (
                not place.suffixes or path.suffix.lower() in place.suffixes
            )
        if fits:
            names = {option.name for option in source.options}
            beside = {name: file for name, file in parts.items() if name in names}
            result.append(Reading(source.id, {place.name: str(path.absolute()), **beside}))
    return sorted(result, key=lambda reading: reading.source != wanted)
