"""New, open, save: which file the document belongs to, and never losing work without asking."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from graph.files import SUFFIX, FileError, load, save
from graph.model import Project
from gui import recent
from gui.first import empty_project
from gui.recovery import Recovery, lost_work
from gui.settings import settings
from gui.workspace import Workspace


class ProjectFiles(QObject):
    """The document's file. All questions and refusals are dialogs over ``window``."""

    changed = Signal()
    """Another project is open, or it has another file."""
    saved = Signal(object)
    """The project was written to this file; ``path`` is still the file it belonged to before."""
    opened = Signal()
    """Another project is open."""

    def __init__(self, workspace: Workspace, window: QWidget) -> None:
        super().__init__(window)
        self.workspace = workspace
        self.window = window
        self.path: Path | None = None
        self.recovery = Recovery(workspace, self)

    @property
    def title(self) -> str:
        """What the window's title calls the project."""
        return self.path.name if self.path else self.workspace.project.title

    # -- another project ---------------------------------------------------------------------------

    def show(self, project: Project, path: Path | None = None) -> None:
        """Replace the document without asking."""
        self.recovery.forget()
        self.workspace.open(project)
        self.workspace.undo.setClean()
        self._belongs_to(path)
        self.opened.emit()

    def new(self) -> bool:
        """An empty network."""
        if not self.may_leave():
            return False
        self.show(empty_project())
        return True

    def open_preset(self, preset_id: str) -> bool:
        """A fresh project from a preset."""
        from presets import find

        if not self.may_leave():
            return False
        preset = find(preset_id)
        self.show(preset.build())
        self.workspace.message.emit("info", self.tr("Opened the preset “{0}”.").format(preset.title))
        return True

    def choose_and_open(self) -> bool:
        """Ask for a file and open it."""
        if not self.may_leave():
            return False
        name, _ = QFileDialog.getOpenFileName(
            self.window, self.tr("Open a project"), self._folder(), self._filter()
        )
        return bool(name) and self._open(Path(name))

    def open(self, path: Path) -> bool:
        """Open a file; a damaged one is explained and changes nothing."""
        return self.may_leave() and self._open(path)

    def _open(self, path: Path) -> bool:
        try:
            project = load(path)
        except FileError as error:
            QMessageBox.warning(self.window, self.tr("The file cannot be opened"), str(error))
            return False
        self.show(project, path)
        self.workspace.message.emit("info", self.tr("Opened {0}.").format(path.name))
        return True

    # -- saving ------------------------------------------------------------------------------------

    def save(self) -> bool:
        """Save to the project's file, asking for one when it has none."""
        return self._save(self.path) if self.path else self.save_as()

    def save_as(self) -> bool:
        """Ask for a file and save there."""
        start = self.path or Path(self._folder()) / f"{_file_name(self.workspace.project.title)}{SUFFIX}"
        name, _ = QFileDialog.getSaveFileName(
            self.window, self.tr("Save the project"), str(start), self._filter()
        )
        if not name:
            return False
        path = Path(name)
        return self._save(path if path.suffix else path.with_suffix(SUFFIX))

    def _save(self, path: Path) -> bool:
        self.workspace.settling.emit()
        try:
            save(self.workspace.project, path)
        except FileError as error:
            QMessageBox.warning(self.window, self.tr("The project was not saved"), str(error))
            return False
        self.saved.emit(path)
        self.workspace.undo.setClean()
        self.recovery.forget()
        self._belongs_to(path)
        self.workspace.message.emit("info", self.tr("Saved {0}.").format(path.name))
        return True

    def may_leave(self) -> bool:
        """Whether the present project may go: it is saved, or the person said so."""
        self.workspace.settling.emit()
        if self.workspace.undo.isClean():
            return True
        box = QMessageBox(self.window)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(self.tr("Unsaved changes"))
        box.setText(self.tr("“{0}” has unsaved changes.").format(self.title))
        box.setInformativeText(self.tr("Without saving, they are lost."))
        buttons = QMessageBox.StandardButton
        box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
        box.setDefaultButton(buttons.Save)
        answer = box.exec()
        box.deleteLater()
        if answer == buttons.Save:
            return self.save()
        return answer == buttons.Discard

    def recover(self) -> bool:
        """Offer the work that a crashed window left behind; whether it was taken."""
        for lost in lost_work():
            what = lost.origin.name if lost.origin else lost.project.title
            when = time.strftime("%Y-%m-%d %H:%M", time.localtime(lost.when))
            box = QMessageBox(self.window)
            box.setIcon(QMessageBox.Icon.Question)
            box.setWindowTitle(self.tr("Recover unsaved work"))
            box.setText(self.tr("“{0}” has changes of {1} that were not saved.").format(what, when))
            box.setInformativeText(self.tr("TorchLoom did not close properly then. Open them now?"))
            wanted = box.addButton(self.tr("Open them"), QMessageBox.ButtonRole.AcceptRole)
            unwanted = box.addButton(self.tr("Throw them away"), QMessageBox.ButtonRole.DestructiveRole)
            box.setDefaultButton(wanted)
            box.setEscapeButton(box.addButton(self.tr("Ask again later"), QMessageBox.ButtonRole.RejectRole))
            box.exec()
            if box.clickedButton() in (wanted, unwanted):
                lost.file.unlink(missing_ok=True)
            if box.clickedButton() is wanted:
                self.show(lost.project, lost.origin)
                self.workspace.undo.resetClean()
                return True
        return False

    # -- helpers -----------------------------------------------------------------------------------

    def _belongs_to(self, path: Path | None) -> None:
        self.path = path
        self.workspace.folder = path.absolute().parent if path else None
        self.recovery.origin = path
        if path is not None:
            recent.remember(path)
            settings().setValue("folder", str(path.absolute().parent))
        self.changed.emit()

    def _filter(self) -> str:
        return self.tr("TorchLoom projects (*{0});;All files (*)").format(SUFFIX)

    def _folder(self) -> str:
        if self.path:
            return str(self.path.parent)
        return str(settings().value("folder", str(Path.home())))


def _file_name(title: str) -> str:
    kept = "".join(char if char.isalnum() or char in " -_" else "_" for char in title).strip()
    return kept.replace(" ", "-").lower() or "project"
