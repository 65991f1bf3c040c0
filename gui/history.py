"""The steps that were done, as a list one can jump in."""

from __future__ import annotations

from PySide6.QtWidgets import QUndoView, QVBoxLayout, QWidget

from gui.workspace import Workspace


class HistoryPanel(QWidget):
    """A click goes back, or forward again, to the state behind that step."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.view = QUndoView(workspace.undo)
        self.view.setEmptyLabel(self.tr("Opened"))
        self.view.setAccessibleName(self.tr("Steps done"))
        self.view.setToolTip(self.tr("Click a step to go back or forward to it"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.view)
