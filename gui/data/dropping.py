"""Files dragged over the window: a hint what would become of them, and the drop itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QRectF, Qt
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QMainWindow, QWidget

from graph.files import SUFFIX
from gui.icons import pixmap
from gui.inspector.path_editor import local_files
from gui.theme import theme

MARGIN, PICTURE = 14, 48
TOLD = 3
"""So many files dropped together are named: a table in its parts."""


class DropHint(QWidget):
    """Lies over the whole window while a file is dragged over it, and lets everything through."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.text = ""
        self.picture = ""
        self.hide()

    def tell(self, text: str, picture: str) -> None:
        """Show what would become of the file."""
        self.text, self.picture = text, picture
        parent = self.parentWidget()
        assert parent is not None
        self.setGeometry(parent.rect())
        self.raise_()
        self.show()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor(theme().window)
        veil.setAlpha(215)
        painter.fillRect(self.rect(), veil)
        painter.setPen(QPen(theme().accent, 3, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(self.rect().adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN), 14, 14)
        middle = QRectF(self.rect())
        image = pixmap(self.picture, theme().accent, PICTURE)
        painter.drawPixmap(int(middle.center().x() - PICTURE / 2), int(middle.center().y() - PICTURE), image)
        font = painter.font()
        font.setPointSizeF(font.pointSizeF() * 1.4)
        painter.setFont(font)
        painter.setPen(theme().text)
        below = middle.adjusted(40, PICTURE + 24, -40, 0)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.text)


class FileDrops(QObject):
    """Gives a dropped file to whoever can use it: projects are opened, Python is imported, the rest is data."""

    def __init__(
        self,
        window: QMainWindow,
        open_project: Callable[[Path], object],
        import_code: Callable[[Path], object],
        use_data: Callable[[Sequence[Path]], object],
    ) -> None:
        super().__init__(window)
        self.open_project, self.import_code, self.use_data = open_project, import_code, use_data
        self.hint = DropHint(window)
        window.setAcceptDrops(True)

    def enter(self, event: QDragEnterEvent) -> None:
        """Something is dragged over the window: a file is welcome."""
        names = local_files(event.mimeData().urls())
        if not names:
            return
        path = Path(names[0])
        ending = path.suffix.lower()
        if ending == SUFFIX:
            self.hint.tell(self.tr("Open the project {0}").format(path.name), "folder-open-outline")
        elif ending == ".py":
            self.hint.tell(self.tr("Import a model from {0}").format(path.name), "import")
        else:
            told = ", ".join(Path(name).name for name in names) if len(names) <= TOLD else path.name
            self.hint.tell(self.tr("Use {0} as data").format(told), "database-plus-outline")
        event.acceptProposedAction()

    def leave(self) -> None:
        """It was dragged away again."""
        self.hint.hide()

    def drop(self, event: QDropEvent) -> None:
        """It was let go."""
        self.hint.hide()
        paths = [Path(name) for name in local_files(event.mimeData().urls())]
        if not paths:
            return
        event.acceptProposedAction()
        do = {SUFFIX: self.open_project, ".py": self.import_code}.get(paths[0].suffix.lower())
        if do is not None:
            do(paths[0])
        else:
            self.use_data(paths)
