"""The page of a block written in Python, in the place of the canvas: its code, its ports, what is wrong."""

from __future__ import annotations

from PySide6.QtCore import QSize, QTimer
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from graph.coded import line_in
from graph.custom import CodeFault, Reading, read
from graph.edits import EditError, SetCode
from graph.model import Graph
from graph.problems import Problem
from gui.custom.asker import CodeAsker
from gui.custom.editor import CodeEditor
from gui.icons import SEVERITY_ICONS, icon, pixmap
from gui.inspector.values import shown
from gui.theme import theme
from gui.widgets import WrappedLabel, mark, picture_label
from gui.workspace import Workspace

PAUSE = 150
"""Milliseconds after the last key until the code is looked at."""


class CodePage(QWidget):
    """Shows the block of code that the workspace is in. What is typed becomes part of the document, as one
    undo step, with Ctrl+Return, when the cursor or the person leaves, and before saving or training."""

    def __init__(self, workspace: Workspace, asker: CodeAsker, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.asker = asker
        self.block_id = ""
        self._base = ""
        """The document's code that the text began with."""
        self._build()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE)
        self._pause.timeout.connect(self.look)
        self.editor.edited.connect(self._edited)
        self.editor.apply_wanted.connect(self.apply)
        self.editor.left.connect(self.apply)
        workspace.place_changed.connect(self._moved)
        workspace.changed.connect(lambda _changes: self._moved())
        workspace.shapes_changed.connect(self.look)
        workspace.settling.connect(self.apply)
        asker.trust_changed.connect(self.look)
        theme().changed.connect(self._recolor)
        self._recolor()

    def _build(self) -> None:
        self.picture = picture_label(pixmap("language-python"))
        self.title = QLabel()
        self.title.setProperty("title", True)
        self.ports = QLabel()
        self.ports.setAccessibleName(self.tr("Inputs, outputs and parameters"))
        self.state = QLabel()
        self.state.setProperty("muted", True)
        self.apply_button = QPushButton(self.tr("Apply"))
        self.apply_button.setToolTip(
            self.tr("Make this the block's code ({0})").format(
                QKeySequence("Ctrl+Return").toString(QKeySequence.SequenceFormat.NativeText)
            )
        )
        self.apply_button.clicked.connect(self.apply)
        head = QHBoxLayout()
        head.setContentsMargins(12, 7, 10, 7)
        head.setSpacing(10)
        head.addWidget(self.picture)
        head.addWidget(self.title)
        head.addWidget(self.ports)
        head.addStretch(1)
        head.addWidget(self.state)
        head.addWidget(self.apply_button)
        self.editor = CodeEditor()
        self.editor.setAccessibleName(self.tr("Python code of the block"))
        self.sign = picture_label(pixmap(SEVERITY_ICONS["error"]))
        self.sentence = WrappedLabel()
        self.show_line = QPushButton()
        self.show_line.clicked.connect(self._go_to_line)
        self.again = QToolButton()
        self.again.setToolTip(self.tr("Run the code once more"))
        self.again.setAccessibleName(self.tr("Run the code once more"))
        self.again.clicked.connect(self.asker.retry)
        self.foot = QWidget()
        foot = QHBoxLayout(self.foot)
        foot.setContentsMargins(12, 6, 10, 6)
        foot.setSpacing(8)
        foot.addWidget(self.sign)
        foot.addWidget(self.sentence, 1)
        foot.addWidget(self.again)
        foot.addWidget(self.show_line)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.editor, 1)
        column.addWidget(self.foot)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 90)  # a wrapped sentence would make the window grow

    # -- which block ---------------------------------------------------------------------------------

    @property
    def block(self) -> Graph | None:
        """The block whose code is shown, while it exists."""
        return self.workspace.project.blocks.get(self.block_id)

    @property
    def unapplied(self) -> bool:
        """Whether something was typed that the document does not hold yet."""
        return self.block is not None and self.editor.code != self._base

    def _moved(self) -> None:
        """The person is somewhere else, or the document is another one."""
        graph = self.workspace.graph
        if graph.id != self.block_id or self.block is None:
            self.apply()
            if not graph.code:
                self.block_id = ""
                return
            self.block_id = graph.id
            self._take_over(graph.code)
        elif graph.code != self._base:
            self._take_over(graph.code)  # undone, or changed from elsewhere
        self.title.setText(graph.name)
        self.look()

    def _take_over(self, code: str) -> None:
        self._base = code
        if self.editor.code != code:
            self.editor.set_code(code)

    def _edited(self) -> None:
        self._show_state()
        self._pause.start()

    # -- into the document -----------------------------------------------------------------------------

    def apply(self) -> bool:
        """Make what is typed the block's code; whether the document holds it now."""
        block, code = self.block, self.editor.code
        if block is None or code == self._base or self.workspace.project.blocks[block.id].code == code:
            return True
        edit = SetCode(block.id, code)
        try:
            self.workspace.document.check([edit])
        except EditError as error:
            self.workspace.message.emit("warning", str(error))
            return False
        self.workspace.typed.emit(self._base, code)
        self._base = code
        done = self.workspace.perform(self.tr("Change the code of {0}").format(block.name), [edit])
        self._show_state()
        return done

    # -- what is said ----------------------------------------------------------------------------------

    def look(self) -> None:
        """Say what ports the text has as it is now, and what is wrong with it."""
        block = self.block
        if block is None or not self.workspace.graph.code:
            return
        reading: Reading | None = None
        wrong: tuple[int, int] | None = None
        sentence, failed = "", None
        try:
            reading = read(self.editor.code)
        except CodeFault as fault:
            wrong, sentence = (fault.line, fault.column), str(fault)
        if reading is not None and not self.unapplied:
            failed = self._failure()
        if failed is not None:
            sentence, line = failed.text, line_in(failed.text)
            wrong = (line, 0) if line else None
        self.editor.show_wrong(wrong, sentence)
        self.ports.setText(_ports_text(reading) if reading else "")
        self._say(sentence, wrong, failed is not None)
        self._show_state()

    def _failure(self) -> Problem | None:
        """What went wrong when the code ran, at the use one came through or at any other."""
        workspace = self.workspace
        found = [
            problem
            for problem in workspace.shapes.problems
            if problem.kind == "code" and self._is_use(problem)
        ]
        here = [problem for problem in found if (*problem.place, problem.node) == workspace.place]
        return next(iter(here or found), None)

    def _is_use(self, problem: Problem) -> bool:
        project = self.workspace.project
        nodes = project.graph(problem.graph).nodes if project.has_graph(problem.graph) else {}
        return problem.node in nodes and nodes[problem.node].block == self.block_id

    def _say(self, sentence: str, place: tuple[int, int] | None, ran: bool) -> None:
        waiting = not sentence and not self.asker.may_run(self._base)
        if waiting:
            sentence = self.tr("This code is not trusted yet, so it is not run.")
        self.sentence.setText(sentence)
        name = "lock-outline" if waiting else SEVERITY_ICONS["error"]
        self.sign.setPixmap(pixmap(name, theme().warning if waiting else theme().error))
        self.foot.setVisible(bool(sentence))
        self.again.setVisible(ran)
        self.show_line.setVisible(place is not None)
        if place is not None:
            self.show_line.setText(self.tr("Line {0}").format(place[0]))

    def _show_state(self) -> None:
        typed = self.unapplied
        self.apply_button.setEnabled(typed)
        mark(self.apply_button, "primary", typed)
        self.state.setText(self.tr("not applied yet") if typed else "")

    def _go_to_line(self) -> None:
        if self.editor.wrong is not None:
            self.editor.go_to(self.editor.wrong[0], max(1, self.editor.wrong[1]))

    def _recolor(self) -> None:
        self.picture.setPixmap(pixmap("language-python", theme().category("Own code"), 18))
        self.again.setIcon(icon("refresh"))
        self.ports.setStyleSheet(f"color: {theme().muted.name()}")
        self.look()


def _ports_text(reading: Reading) -> str:
    """``x, other → output · start = 1.5``."""
    text = f"{', '.join(reading.inputs) or '–'} → {', '.join(reading.outputs)}"
    values = ", ".join(f"{item.name} = {shown(item.default)}" for item in reading.parameters)
    return f"{text}   ·   {values}" if values else text
