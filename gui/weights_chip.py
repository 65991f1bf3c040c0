"""The line of the network's page that names the start weights: “Starts from vgg16”, with a button to remove them."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QWidget

from graph.edits import SetProject
from gui.icons import icon, pixmap
from gui.theme import theme
from gui.widgets import Heading, WrappedLabel, mark, picture_label
from gui.workspace import Workspace
from runtime.weights import WeightsError, find


def shown_name(name: str) -> str:
    """``vgg16`` for ``vgg16-3fa91c0d.safetensors``: the mark of the content is for the computer."""
    stem, _, sign = name.removesuffix(".safetensors").rpartition("-")
    return stem if stem and len(sign) == 8 else name.removesuffix(".safetensors")


class WeightsChip(QFrame):
    """Hidden while training starts from fresh weights. ``heading`` stands above it, and hides with it."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.heading = Heading(self.tr("Start weights"))
        self.picture = picture_label(pixmap("tray-arrow-down"))
        self.sentence = WrappedLabel()
        self.remove = QToolButton()
        self.remove.setToolTip(self.tr("Remove: start from fresh weights"))
        self.remove.setAccessibleName(self.tr("Remove the start weights"))
        self.remove.clicked.connect(self._remove)
        row = QHBoxLayout(self)
        row.setContentsMargins(9, 5, 5, 5)
        row.setSpacing(8)
        row.addWidget(self.picture)
        row.addWidget(self.sentence, 1)
        row.addWidget(self.remove)
        self.refresh()

    def refresh(self) -> None:
        """Show what the project says, and whether the file is there."""
        name = self.workspace.project.weights
        self.setVisible(bool(name))
        self.heading.setVisible(bool(name))
        if not name:
            return
        try:
            path = find(name, self.workspace.folder)
        except WeightsError as error:
            severity, text, tip = "error", str(error), name
        else:
            severity, text, tip = "info", self.tr("Starts from {0}").format(shown_name(name)), str(path)
        mark(self, "card", "error" if severity == "error" else "hint")
        self.sentence.setText(text)
        self.sentence.setToolTip(tip)
        color = theme().error if severity == "error" else theme().accent
        self.picture.setPixmap(pixmap("tray-arrow-down" if severity == "info" else "alert-circle", color, 16))
        self.remove.setIcon(icon("close", theme().muted))

    def _remove(self) -> None:
        edit = SetProject("project", {"weights": ""})
        self.workspace.perform(self.tr("Remove the start weights"), [edit])
