"""Choosing a file or folder: a line to type into, a button that asks, and drops from elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
)

from graph.catalogue.spec import Param
from graph.values import BadValue
from gui.icons import icon
from gui.inspector.editors import Editor
from gui.theme import theme
from gui.widgets import WrappedLabel, mark


class PathLine(QLineEdit):
    """A line that takes a dropped file as its path instead of as a link."""

    dropped = Signal(str)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if local_file(event.mimeData().urls()):
            event.acceptProposedAction()
        else:
            super().dragEnterEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        name = local_file(event.mimeData().urls())
        if name:
            event.acceptProposedAction()
            self.dropped.emit(name)
        else:
            super().dropEvent(event)


class PathEditor(Editor):
    """A path is taken when it is chosen, dropped, or typed to its end. One that leads nowhere is said so."""

    def __init__(self, param: Param, names: frozenset[str] = frozenset()) -> None:
        super().__init__(param, names)
        self.value: Any = None
        self.box = PathLine()
        self.box.setAccessibleName(param.name)
        self.box.setPlaceholderText(
            {"file": self.tr("no file"), "folder": self.tr("no folder")}.get(
                param.takes, self.tr("no file or folder")
            )
        )
        self.box.editingFinished.connect(lambda: self._take(self.box.text()))
        self.box.dropped.connect(self._take)
        self.browse = QToolButton()
        self.browse.setMinimumSize(20, 20)  # squeezed while a form is laid out, its icon would have no size
        self.browse.setToolTip(self.tr("Choose it"))
        self.browse.setAccessibleName(self.tr("Choose {0}").format(param.name))
        self.browse.clicked.connect(self.ask)
        self.missing = WrappedLabel()
        self.missing.setProperty("sentence", "error")
        self.find = QPushButton(self.tr("Find it…"))
        self.find.setProperty("fix", True)
        self.find.clicked.connect(self.ask)
        line = QHBoxLayout()
        line.setSpacing(3)
        line.addWidget(self.box, 1)
        line.addWidget(self.browse)
        column = QVBoxLayout()
        column.setSpacing(4)
        column.addLayout(line)
        column.addWidget(self.missing)
        column.addWidget(self.find, 0, Qt.AlignmentFlag.AlignLeft)
        self.row.addLayout(column, 1)
        self.missing.hide()
        self.find.hide()
        self.setFocusProxy(self.box)
        theme().changed.connect(self._icon)
        self._icon()

    @property
    def line_height(self) -> int:
        """Pixels of the line itself, without what may stand below it."""
        for part in (self.box, self.browse):
            part.ensurePolished()
        return max(self.box.sizeHint().height(), self.browse.sizeHint().height())

    def show_value(self, value: Any) -> None:
        self.value = value
        text = str(value or "")
        if not self.box.hasFocus() or not self.box.isModified():
            self.box.setText(text)
        self.box.setToolTip(text)
        gone = bool(text) and not _there(text)
        mark(self.box, "wrong", gone)
        self.missing.setText(self.tr("Nothing is there any more.") if gone else "")
        self.missing.setVisible(gone)
        self.find.setVisible(gone)

    def ask(self) -> None:
        """Let the person choose; where both a file and a folder will do, which of them first."""
        if self.param.takes == "either":
            menu = QMenu(self)
            menu.addAction(self.tr("File…"), self.ask_file)
            menu.addAction(self.tr("Folder…"), self.ask_folder)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(self.browse.mapToGlobal(self.browse.rect().bottomLeft()))
        elif self.param.takes == "folder":
            self.ask_folder()
        else:
            self.ask_file()

    def ask_file(self) -> None:
        endings = " ".join(f"*{suffix}" for suffix in self.param.suffixes)
        kinds = self.tr("Data ({0});;All files (*)").format(endings) if endings else self.tr("All files (*)")
        name, _ = QFileDialog.getOpenFileName(self, self.tr("Choose a file"), self._start(), kinds)
        self._take(name)

    def ask_folder(self) -> None:
        self._take(QFileDialog.getExistingDirectory(self, self.tr("Choose a folder"), self._start()))

    def _start(self) -> str:
        """The nearest folder that is there."""
        place = Path(str(self.value)).expanduser() if self.value else Path.home()
        while not place.is_dir() and place != place.parent:
            place = place.parent
        return str(place)

    def _take(self, text: str) -> None:
        text = text.strip()
        if not text or text == str(self.value or ""):
            if not self.box.hasFocus():
                self.box.setText(str(self.value or ""))
            return
        try:
            value = self.param.check(text)
        except BadValue as error:
            self.refused.emit(str(error))
            return
        self.refused.emit("")
        self.box.setModified(False)
        self.edited.emit(value)

    def _icon(self) -> None:
        picture = "folder-open-outline" if self.param.takes != "file" else "file-search-outline"
        self.browse.setIcon(icon(picture, theme().muted))


def local_file(urls: list[Any]) -> str:
    """The first of these addresses that is a file or folder of this computer; empty when there is none."""
    return next(iter(local_files(urls)), "")


def local_files(urls: list[Any]) -> list[str]:
    """Those of these addresses that are files or folders of this computer."""
    return [url.toLocalFile() for url in urls if url.isLocalFile() and url.toLocalFile()]


def _there(text: str) -> bool:
    try:
        return Path(text).expanduser().exists()
    except (OSError, ValueError):
        return False
