"""File ▸ Load weights: a file is compared with the network, what fits becomes the project's start weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QBrush
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMessageBox,
    QProgressDialog,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from graph.code import CodeError, generate
from graph.edits import SetProject
from graph.files import to_data
from gui.custom.asker import CodeAsker
from gui.icons import icon
from gui.settings import settings
from gui.theme import theme
from gui.widgets import Picker, WrappedLabel
from gui.workspace import Workspace
from runtime.protocol import Message
from runtime.weights import ENDINGS, WeightsError, bring_along

LIMIT = 600.0
"""Seconds that reading a file and writing what fits may take."""
ORDER = ("wrong", "missing", "unexpected", "matched")
SIGNS = {"wrong": "not-equal-variant", "missing": "help-circle-outline", "unexpected": "minus-circle-outline",
         "matched": "check"}  # fmt: skip


class WeightsLoader(QObject):
    """Asks for a file, shows what of it fits, and puts it into the project."""

    def __init__(self, workspace: Workspace, asker: CodeAsker, window: QWidget) -> None:
        super().__init__(window)
        self.workspace = workspace
        self.asker = asker
        self.window = window
        self.dialog: WeightsDialog | None = None
        self._progress: QProgressDialog | None = None

    def ask(self) -> bool:
        """Ask which file, and compare it."""
        self.workspace.settling.emit()
        obstacle = self._obstacle()
        if obstacle:
            self._refuse(obstacle)
            return False
        folder = str(settings().value("weights_folder", str(Path.home())))
        kinds = " ".join(f"*{ending}" for ending in ENDINGS)
        name, _ = QFileDialog.getOpenFileName(
            self.window,
            self.tr("Load weights"),
            folder,
            self.tr("Weights ({0});;All files (*)").format(kinds),
        )
        if not name:
            return False
        settings().setValue("weights_folder", str(Path(name).parent))
        self.compare(Path(name))
        return True

    def _obstacle(self) -> str:
        workspace = self.workspace
        if not workspace.ready or workspace.behind:
            return self.tr("torch is still loading. Try again in a moment.")
        try:
            generate(workspace.project, workspace.shapes, workspace.project.main.id)
        except CodeError as error:
            return self.tr("{0}\n\nThe Problems panel shows what can be done.").format(error)
        return ""

    def compare(self, path: Path) -> None:
        """Let a process of its own read the file, then show the report."""
        self._put(path, False, lambda answer: self._show(path, answer))

    def _put(self, path: Path, kept: bool, then: Any, by_shape: bool = True) -> None:
        question = {
            "do": "weights",
            "project": to_data(self.workspace.project),
            "path": str(path),
            "trusted": sorted(self.asker.trusted),
            "kept": kept,
            "by_shape": by_shape,
            "limit": LIMIT,
        }
        text = self.tr("Keeping what fits…") if kept else self.tr("Reading {0}…").format(path.name)
        progress = QProgressDialog(text, self.tr("Cancel"), 0, 0, self.window)
        progress.setWindowModality(Qt.WindowModality.WindowModal)
        progress.setMinimumDuration(300)
        self._progress = progress

        def done(answer: Message) -> None:
            self._end_progress()
            if "error" in answer:
                sentence = str(answer["error"])
                self._refuse(self.tr("The file {0}.").format(sentence) if answer.get("hangs") else sentence)
            else:
                then(answer)

        number = self.asker.put(question, done)
        progress.canceled.connect(lambda: (self.asker.forget(number), self._end_progress()))

    def _end_progress(self) -> None:
        progress, self._progress = self._progress, None
        if progress is not None:
            progress.blockSignals(True)
            progress.close()
            progress.deleteLater()

    def _show(self, path: Path, answer: Message) -> None:
        dialog = self.dialog = WeightsDialog(path.name, answer, self.window)

        def accepted() -> None:
            self._put(path, True, lambda kept: self._use(path, kept), dialog.by_shape.isChecked())

        dialog.accepted.connect(accepted)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _use(self, path: Path, answer: Message) -> None:
        edit = SetProject("project", {"weights": answer["name"]})
        if self.workspace.perform(self.tr("Load the weights of {0}").format(path.name), [edit]):
            sentence = self.tr("Training starts from {0} now. {1}").format(path.name, answer["sentence"])
            self.workspace.message.emit("info", sentence)

    def bring_along(self, to: Path, origin: Path | None) -> None:
        """Put the project's weights beside its file; what keeps that from happening is said."""
        name = self.workspace.project.weights
        if not name:
            return
        try:
            bring_along(name, to, origin)
        except WeightsError as error:
            QMessageBox.warning(
                self.window, self.tr("The weights do not stand beside the project"), str(error)
            )

    def _refuse(self, sentence: str) -> None:
        box = QMessageBox(
            QMessageBox.Icon.Warning, self.tr("No weights were loaded"), sentence, parent=self.window
        )
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()


class WeightsDialog(QDialog):
    """Every tensor of the network and of the file: what matches, what does not, and what to do about it.

    Where tensors were brought together by shape and order since their names differ, that can be refused.
    """

    def __init__(self, name: str, answer: Message, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.answer = answer
        self.setWindowTitle(self.tr("Load weights"))
        self.setMinimumWidth(640)
        self.resize(900, 600)
        self.heading = QLabel(name)
        self.heading.setProperty("title", True)
        self.sentence = WrappedLabel()
        self.words = {
            "matched": self.tr("matches"),
            "wrong": self.tr("other shape"),
            "missing": self.tr("not in the file"),
            "unexpected": self.tr("no place here"),
        }
        self.by_shape = QCheckBox(self.tr("Bring tensors of other names together by shape and order"))
        self.by_shape.setToolTip(
            self.tr("Only where it is certain which is which. The table shows every pair: look it over.")
        )
        self.by_shape.setChecked(True)
        self.by_shape.setVisible("by_name" in answer)
        self.filter = Picker()
        self.filter.setAccessibleName(self.tr("Which tensors are shown"))
        self.filter.setMinimumContentsLength(18)
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search a name"))
        self.search.setClearButtonEnabled(True)
        tools = QHBoxLayout()
        tools.addWidget(self.filter)
        tools.addWidget(self.search, 1)
        self.table = QTreeWidget()
        self.table.setRootIsDecorated(False)
        self.table.setUniformRowHeights(True)
        self.table.setAlternatingRowColors(True)
        self.table.setAccessibleName(self.tr("Tensors"))
        self.table.setHeaderLabels(
            ["", self.tr("in the network"), self.tr("shape"), self.tr("in the file"), self.tr("shape there")]
        )
        self.note = WrappedLabel(muted=True)
        self.buttons = QDialogButtonBox()
        self.use = self.buttons.addButton("", QDialogButtonBox.ButtonRole.AcceptRole)
        self.buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(9)
        for widget in (self.heading, self.sentence, self.by_shape):
            column.addWidget(widget)
        column.addLayout(tools)
        column.addWidget(self.table, 1)
        column.addWidget(self.note)
        column.addWidget(self.buttons)
        for label in (self.sentence, self.note):
            label.setMinimumHeight(1)  # or what it needs at its narrowest would make the dialog grow
        self._show()
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.by_shape.toggled.connect(self._show)
        self.filter.activated.connect(self._sift)
        self.search.textChanged.connect(self._sift)

    @property
    def report(self) -> Message:
        """What is shown: with what shape and order have brought together, or by names alone."""
        return self.answer if self.by_shape.isChecked() else self.answer["by_name"]  # type: ignore[no-any-return]

    def _show(self, *_: object) -> None:
        report = self.report
        self.sentence.setText(report["sentence"])
        chosen = self.filter.currentData()
        self.filter.clear()
        self.filter.addItem(self.tr("All tensors ({0})").format(len(report["rows"])), "")
        for state in ORDER:
            count = sum(row["state"] == state for row in report["rows"])
            if count:
                self.filter.addItem(f"{self.words[state]} ({count})", state)
        self.filter.setCurrentIndex(max(0, self.filter.findData(chosen)))
        self._offer()
        self._fill()
        self._sift()

    def _offer(self) -> None:
        """The button and the sentence about what it does."""
        states = [row["state"] for row in self.report["rows"]]
        matched, rest = states.count("matched"), states.count("wrong") + states.count("missing")
        self.use.setText(
            self.tr("Use the {0} that match").format(matched)
            if rest
            else self.tr("Use all {0}").format(matched)
        )
        self.use.setEnabled(matched > 0)
        self.use.setDefault(matched > 0)
        if not matched:
            note = self.tr(
                "Nothing fits by its name, nor by shapes that could not be mistaken, and nothing is changed. If the "
                "weights are of this very network under other names, try its .pt file: that keeps the order of the "
                "tensors, by which they can be told."
            )
        elif rest:
            note = self.tr(
                "What does not match starts fresh, as a new head on a trained trunk does. The file itself "
                "stays as it is: what fits is kept in a file of its own."
            )
        else:
            note = self.tr("The file itself stays as it is: the project gets a copy of its own.")
        self.note.setText(note)

    def _fill(self) -> None:
        self.table.clear()
        colors = {"matched": theme().ok, "wrong": theme().error, "missing": theme().warning}
        rows = sorted(self.report["rows"], key=lambda row: ORDER.index(row["state"]))
        for row in rows:
            alike = row["alike"] and row["state"] == "matched"
            texts = [
                self.tr("matches by shape") if alike else self.words[row["state"]],
                row["key"] or "–",
                _shape(row["shape"]),
                row["file_key"] or "–",
                _shape(row["file_shape"]),
            ]
            item = QTreeWidgetItem(texts)
            item.setData(0, Qt.ItemDataRole.UserRole, row["state"])
            color = colors.get(row["state"], theme().muted)
            item.setIcon(0, icon("approximately-equal" if alike else SIGNS[row["state"]], color))
            item.setForeground(0, QBrush(color))
            if row["state"] == "wrong":
                item.setForeground(4, QBrush(color))
            self.table.addTopLevelItem(item)
        header = self.table.header()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(True)
        for column, most in ((0, 150), (1, 250), (2, 130), (3, 250)):
            self.table.resizeColumnToContents(column)
            self.table.setColumnWidth(column, min(most, self.table.columnWidth(column) + 12))

    def _sift(self, *_: object) -> None:
        state, text = self.filter.currentData(), self.search.text().strip().lower()
        for number in range(self.table.topLevelItemCount()):
            item = self.table.topLevelItem(number)
            if item is not None:
                named = text in item.text(1).lower() or text in item.text(3).lower()
                right = not state or item.data(0, Qt.ItemDataRole.UserRole) == state
                item.setHidden(not (named and right))


def _shape(shape: list[int] | None) -> str:
    return "–" if shape is None else " × ".join(map(str, shape)) or "1"
