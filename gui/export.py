"""File ▸ Export: asks for a file, writes it, and says where it is."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, QProcess, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QMessageBox, QProgressDialog, QWidget

from graph.code import CodeError, generate, generate_all
from graph.files import FileError, save
from graph.files.store import write_atomically
from graph.model import Graph
from gui.settings import settings
from gui.theme import RESOURCES
from gui.workspace import Workspace
from runtime.data import DataError
from runtime.weights import WeightsError, bring_along, start_of

MAIN = RESOURCES.parent / "main.py"


@dataclass(frozen=True)
class Kind:
    """One thing that can be exported. ``filters`` are of a file dialog, the first is the default."""

    title: str
    filters: str
    suffix: str
    tail: str = ""
    """Put behind the network's name."""
    slow: bool = False
    """Built in a process of its own, which can be cancelled."""


def tr(text: str) -> str:
    return QCoreApplication.translate("Exporter", text)


def kinds() -> dict[str, Kind]:
    """By the last part of the action's id."""
    return {
        "module": Kind(tr("Export the network as a Python module"), tr("Python (*.py)"), ".py"),
        "all": Kind(tr("Export all networks as one Python module"), tr("Python (*.py)"), ".py", "_all"),
        "script": Kind(tr("Export a complete training script"), tr("Python (*.py)"), ".py", "_train"),
        "notebook": Kind(tr("Export a notebook"), tr("Notebook (*.ipynb)"), ".ipynb"),
        "picture": Kind(tr("Export a picture of the graph"), tr("SVG (*.svg);;PNG (*.png)"), ".svg"),
        "weights": Kind(
            tr("Export the weights"),
            tr("safetensors (*.safetensors);;state_dict of torch (*.pt)"),
            ".safetensors",
            slow=True,
        ),
        "onnx": Kind(tr("Export an ONNX model"), tr("ONNX (*.onnx)"), ".onnx", slow=True),
        "pt2": Kind(tr("Export a program of torch.export"), tr("Program (*.pt2)"), ".pt2", slow=True),
    }


class Exporter(QObject):
    """``find_run`` gives the run whose best weights are exported; without one they are untrained."""

    def __init__(self, workspace: Workspace, window: QWidget) -> None:
        super().__init__(window)
        self.workspace = workspace
        self.window = window
        self.find_run: Callable[[], Path | None] = lambda: None
        self.run_folder: Path | None = None
        self.last_written: Path | None = None
        self._process: QProcess | None = None
        self._progress: QProgressDialog | None = None

    @property
    def network(self) -> Graph:
        """The network that is shown, also while looking inside one of its blocks."""
        return self.workspace.project.networks.get(self.workspace.place[0], self.workspace.project.main)

    def ask(self, kind_id: str) -> bool:
        """Ask where to, and write there."""
        kind = kinds()[kind_id]
        self.workspace.settling.emit()
        if kind_id != "picture":
            obstacle = self._obstacle(kind_id)
            if obstacle:
                QMessageBox.warning(self.window, kind.title, obstacle)
                return False
        folder = Path(str(settings().value("export_folder", str(Path.home()))))
        start = folder / f"{self.network.name.lower()}{kind.tail}{kind.suffix}"
        name, chosen = QFileDialog.getSaveFileName(self.window, kind.title, str(start), kind.filters)
        if not name:
            return False
        path = Path(name)
        if not path.suffix:
            path = path.with_suffix(
                ".png" if "PNG" in chosen else ".pt" if "*.pt)" in chosen else kind.suffix
            )
        settings().setValue("export_folder", str(path.parent))
        return self.write(kind_id, path)

    def _obstacle(self, kind_id: str = "module") -> str:
        workspace = self.workspace
        if not workspace.ready:
            return self.tr("torch is still loading. Try again in a moment.")
        try:
            if kind_id == "all":
                generate_all(workspace.project, workspace.shapes)
            else:
                generate(workspace.project, workspace.shapes, self.network.id)
        except CodeError as error:
            return self.tr("{0}\n\nThe Problems panel shows what can be done.").format(error)
        return ""

    def write(self, kind_id: str, path: Path) -> bool:
        """Write a file and tell where it is, or say why that did not work."""
        if kinds()[kind_id].slow:
            return self._start(kind_id, path)
        try:
            self._write_now(kind_id, path)
        except (OSError, ValueError, DataError, WeightsError) as error:
            self._failed(str(error))
            return False
        self._done(path, "")
        return True

    def _write_now(self, kind_id: str, path: Path) -> None:
        project, shapes, network = self.workspace.project, self.workspace.shapes, self.network
        if kind_id == "all":
            write_atomically(path, generate_all(project, shapes).text)
        elif kind_id == "module":
            write_atomically(path, generate(project, shapes, network.id).text)
        elif kind_id == "picture":
            from graph.code.picture import write_picture

            write_picture(project, shapes, network.id, path)
        else:
            from runtime.exports.notebook import notebook
            from runtime.script import training_script, write_files

            start = start_of(project, self.workspace.folder)
            script = training_script(project, shapes, path.stem, notebook=kind_id == "notebook", start=start)
            text = script.text if kind_id == "script" else notebook(project.title, script.text)
            write_atomically(path, text)
            write_files(script, path.parent)  # the samples that it reads

    # -- slow ones, in a process of their own ------------------------------------------------------

    def _start(self, kind_id: str, path: Path) -> bool:
        if self._process is not None:
            self.workspace.message.emit("warning", self.tr("Wait for the export in progress to end."))
            return False
        self.run_folder = self.find_run()
        folder = Path(tempfile.mkdtemp(prefix="torchloom-export-"))
        try:
            save(self.workspace.project, folder / "project.loom")
            if self.workspace.project.weights and self.run_folder is None:
                bring_along(self.workspace.project.weights, folder, self.workspace.folder)
        except (FileError, WeightsError) as error:
            shutil.rmtree(folder)
            self._failed(str(error))
            return False
        target = folder / f"made{path.suffix}"
        words = [str(MAIN), "export", str(folder / "project.loom"), "--network", self.network.name, "--json"]
        if kind_id == "weights":
            target = folder / f"made{'.pt' if path.suffix in ('.pt', '.pth') else '.safetensors'}"
            words += ["-o", str(folder / "made.py"), "--weights", str(self.run_folder or "")]
        else:
            words += ["-o", str(target), "--format", kind_id]
            if self.run_folder:
                words += ["--weights", str(self.run_folder)]
        process = QProcess(self)
        process.finished.connect(lambda code: self._finished(code, folder, target, path))
        self._process = process
        self._progress = QProgressDialog(
            self.tr("Writing {0}…").format(path.name), self.tr("Cancel"), 0, 0, self.window
        )
        self._progress.setWindowModality(Qt.WindowModality.WindowModal)
        self._progress.setMinimumDuration(300)
        self._progress.canceled.connect(process.kill)
        process.start(sys.executable, words)
        return True

    def _finished(self, code: int, folder: Path, target: Path, path: Path) -> None:
        process, progress = self._process, self._progress
        assert process is not None and progress is not None
        canceled = progress.wasCanceled()
        progress.close()
        progress.deleteLater()
        said = bytes(process.readAllStandardError().data()).decode(errors="replace").strip()
        process.deleteLater()
        self._process = self._progress = None
        try:
            if canceled:
                self.workspace.message.emit("info", self.tr("The export was cancelled."))
            elif code or not target.exists():
                self._failed(self._reason(said, code))
            else:
                shutil.move(target, path)
                untrained = self.run_folder is None and not self.workspace.project.weights
                note = self.tr("These weights are untrained: no run of this project was chosen yet.")
                best = self.tr("The weights are the best of the last run.")
                start = self.tr("The weights are those the project starts from: it was not trained yet.")
                self._done(path, note if untrained else best if self.run_folder else start)
        except OSError as error:
            self._failed(str(error))
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _reason(self, said: str, code: int) -> str:
        if self.run_folder is not None and "is not of this network" in said:
            return self.tr(
                "The network was changed since its last run. Train it again, then export its weights."
            )
        return said[-1500:] or self.tr("The export ended with the code {0}.").format(code)

    # -- what the person is told -------------------------------------------------------------------

    def _done(self, path: Path, note: str) -> None:
        self.last_written = path
        self.workspace.message.emit("info", self.tr("Wrote {0}.").format(path.name))
        box = QMessageBox(self.window)
        box.setIcon(QMessageBox.Icon.Information)
        box.setWindowTitle(self.tr("Exported"))
        box.setText(self.tr("Wrote {0}").format(path.name))
        box.setInformativeText(f"{path}\n\n{note}".strip())
        opener = box.addButton(self.tr("Open folder"), QMessageBox.ButtonRole.ActionRole)
        opener.clicked.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent))))
        fine = box.addButton(QMessageBox.StandardButton.Ok)
        box.setDefaultButton(fine)
        box.setEscapeButton(fine)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    def _failed(self, sentence: str) -> None:
        box = QMessageBox(
            QMessageBox.Icon.Warning, self.tr("Nothing was exported"), sentence, parent=self.window
        )
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()
