"""Writing in the code: an editor, what the text would change, and the two ways out of it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from graph.changes import ChangeSet
from graph.code import CodeError, Source, generate
from graph.edits import Edit, SetCode
from graph.reading.sketch import CannotRead
from graph.reading.update import NAME, Update, update
from gui.custom.editor import CodeEditor
from gui.icons import SEVERITY_ICONS, pixmap
from gui.theme import theme
from gui.widgets import WrappedLabel, picture_label
from gui.workspace import Workspace

PAUSE = 250
"""Milliseconds without a key until the text is looked at."""


class CodeEditing(QWidget):
    """The text of one network while it is being written. It is lost in one way only: by Revert."""

    done = Signal()
    """The text has become part of the drawing, or was given up."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.source: Source | None = None
        """The code that the text began with; ``None`` while nothing is written."""
        self.found: Update | None = None
        """What the text means for the drawing, where it can be drawn."""
        self.trouble = ""
        self.dropped = ""
        """What was given up last."""
        self.applied = ""
        """What became part of the drawing last."""
        self._mine = False
        self._moved = False
        self._foreign = False
        self._build()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE)
        self._pause.timeout.connect(self.look)
        self.editor.edited.connect(self._edited)
        self.editor.apply_wanted.connect(self.apply)
        self.editor.installEventFilter(self)
        workspace.changed.connect(self._changed)
        workspace.settling.connect(self._settle)
        theme().changed.connect(self._show)

    def _build(self) -> None:
        self.editor = CodeEditor()
        self.editor.setAccessibleName(self.tr("Code of the network"))
        self.sign = picture_label(pixmap(SEVERITY_ICONS["info"]))
        self.sentence = WrappedLabel()
        self.revert_button = QPushButton(self.tr("Revert"))
        self.revert_button.setToolTip(self.tr("Show the code of the drawing again (Esc)"))
        self.revert_button.clicked.connect(self.revert)
        self.apply_button = QPushButton(self.tr("Apply"))
        self.apply_button.setToolTip(
            self.tr("Draw what the text says ({0})").format(
                QKeySequence("Ctrl+Return").toString(QKeySequence.SequenceFormat.NativeText)
            )
        )
        self.apply_button.clicked.connect(self.apply)
        self.foot = QWidget()
        foot = QHBoxLayout(self.foot)
        foot.setContentsMargins(10, 5, 8, 5)
        foot.setSpacing(8)
        foot.addWidget(self.sign, 0, Qt.AlignmentFlag.AlignVCenter)
        foot.addWidget(self.sentence, 1)
        foot.addWidget(self.revert_button)
        foot.addWidget(self.apply_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.editor, 1)
        column.addWidget(self.foot)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 90)

    # -- beginning and ending ------------------------------------------------------------------------

    @property
    def active(self) -> bool:
        return self.source is not None

    @property
    def written(self) -> bool:
        """Whether the text is another one than that it began with."""
        return self.source is not None and self.editor.code != self.source.text

    def begin(self, source: Source, text: str = "") -> None:
        """Write in this code. ``text`` is one that was given up before."""
        self.source = source
        self._moved = self._foreign = False
        self.editor.set_code(source.text)
        if text:
            self.editor.selectAll()
            self.editor.insertPlainText(text)
        self.look()

    def revert(self) -> None:
        """Give the text up. It can be brought back until something else is written."""
        if not self.active:
            return
        if self.written:
            self.dropped = self.editor.code
        self.applied = ""
        self._end()

    def _end(self) -> None:
        self._pause.stop()
        self.source = self.found = None
        self.done.emit()

    def apply(self) -> bool:
        """Draw what the text says, in one undo step. What cannot be drawn stays as it is written."""
        if not self.active:
            return False
        self.look()
        if self.found is None:
            if self.editor.wrong is not None:
                self.editor.go_to(*self.editor.wrong)
            return False
        if self.found.edits:
            self._mine = True
            try:
                self._tell_code(self.found.edits)
                if not self.workspace.perform(NAME, self.found.edits):
                    return False
            finally:
                self._mine = False
        self.dropped, self.applied = "", self.editor.code
        self._end()
        return True

    def _tell_code(self, edits: Sequence[Edit]) -> None:
        """Blocks of Python whose own text was changed here: what one types oneself may run."""
        blocks = self.workspace.project.blocks
        for edit in edits:
            if isinstance(edit, SetCode) and edit.graph in blocks:
                self.workspace.typed.emit(blocks[edit.graph].code, edit.code)

    def _settle(self) -> None:
        """Somebody is about to save or to train."""
        if self.written and not self._foreign and not self.apply():
            self.workspace.message.emit(
                "warning",
                self.tr("The code that is being written cannot be drawn yet, so it is not part of this."),
            )

    # -- looking at the text -------------------------------------------------------------------------

    def _edited(self) -> None:
        if self.active:
            self._pause.start()

    def _changed(self, changes: ChangeSet) -> None:
        if not self.active or self._mine:
            return
        if changes.everything:
            if self.written:
                self._foreign = True
            else:
                self._end()
        elif changes.affects_shapes:
            if self.written:
                self._moved = True
            else:
                self._end()  # nothing was written yet: the panel shows the code as it is now
                return
        if self.active:
            self._pause.start()

    def look(self) -> None:
        """Find out what the text means, and say so."""
        self._pause.stop()
        self.found = None
        if self.source is None:
            return
        place: tuple[int, int] | None = None
        self.trouble = ""
        workspace = self.workspace
        if self._foreign:
            self.trouble = self.tr("This text is of the project before. Copy what you need of it.")
        else:
            try:
                now = self._now()
                found = update(
                    workspace.project, workspace.shapes, now, self.editor.code, workspace.inference
                )
            except CannotRead as error:
                place = (error.trouble.line, error.trouble.column)
                self.trouble = self._line(error.trouble.line, error.trouble.text)
            except CodeError as error:
                self.trouble = self.tr(
                    "The drawing has a problem of its own by now, mend it first. {0}"
                ).format(error)
            else:
                if found.problem:
                    place = (found.line or 1, 0)
                    self.trouble = self._line(found.line, found.problem) if found.line else found.problem
                else:
                    self.found = found
        self.editor.show_wrong(place, self.trouble)
        self._show()

    def _now(self) -> Source:
        """The code of the drawing as it is."""
        assert self.source is not None
        if not self._moved:
            return self.source
        workspace = self.workspace
        if workspace.behind:
            workspace.refresh_shapes()
        if self.source.network not in workspace.project.networks:
            raise CodeError(self.tr("The network is gone."))
        return generate(workspace.project, workspace.shapes, self.source.network)

    def _line(self, line: int, sentence: str) -> str:
        return self.tr("Line {0}: {1}").format(line, sentence)

    def summary(self) -> str:
        """What applying would do, in words."""
        found = self.found
        if found is None:
            return self.trouble
        parts = [
            text.format(count)
            for count, text in (
                (found.added, self.tr("{0} added")),
                (found.removed, self.tr("{0} removed")),
                (found.changed, self.tr("{0} changed")),
            )
            if count
        ]
        said = [self.tr("Layers: {0}.").format(", ".join(parts))] if parts else []
        if found.wires:
            said.append(self.tr("Wires: {0}.").format(found.wires))
        if found.classes:
            said.append(self.tr("Classes: {0}.").format(found.classes))
        if not said and found.edits:
            said.append(self.tr("Names or places change."))
        text = " ".join(said) if said else self.tr("Nothing changes in the drawing.")
        if self._moved and found.edits:
            text += " " + self.tr(
                "The drawing has changed since you began; applying puts this text in its place."
            )
        return text

    def _show(self) -> None:
        if self.source is None:
            return
        kind = "error" if self.trouble else "ok" if self.found and self.found.edits else "info"
        color = {"error": theme().error, "ok": theme().ok, "info": theme().muted}[kind]
        self.sign.setPixmap(pixmap(SEVERITY_ICONS[kind], color))
        self.sentence.setText(self.summary())
        self.apply_button.setEnabled(self.found is not None and self.written)

    # -- keys ----------------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        escape = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
        if watched is self.editor and escape:
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                self.revert()
                return True
        return super().eventFilter(watched, event)
