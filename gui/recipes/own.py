"""Writing a recipe of one's own: the text, what is wrong with it, and whether it may run."""

from __future__ import annotations

import re

from PySide6.QtCore import QSize, QTimer
from PySide6.QtGui import QKeySequence, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from graph.changes import ChangeSet
from graph.edits import SetProject
from gui.custom.asker import CodeAsker
from gui.custom.editor import CodeEditor
from gui.icons import SEVERITY_ICONS, pixmap
from gui.theme import theme
from gui.widgets import WrappedLabel, picture_label
from gui.workspace import Workspace
from runtime.choice import ChoiceError
from runtime.recipes import OWN, own_recipe

PAUSE = 250
"""Milliseconds without a key until the text is looked at."""


class OwnRecipe(QWidget):
    """The code of the project's own recipe. Applying it is one undo step; what one writes oneself may run, unless it
    grows out of something that may not."""

    def __init__(self, workspace: Workspace, asker: CodeAsker, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.asker = asker
        self._project = workspace.project.training.code
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE)
        self._pause.timeout.connect(self.look)
        self._build()
        workspace.changed.connect(self._changed)
        asker.trust_changed.connect(self.look)
        theme().changed.connect(self.look)
        self.refresh()

    def _build(self) -> None:
        self.editor = CodeEditor()
        self.editor.setAccessibleName(self.tr("The recipe's own code"))
        self.editor.edited.connect(self._pause.start)
        self.editor.apply_wanted.connect(self.apply)
        self.sign = picture_label(pixmap(SEVERITY_ICONS["info"]))
        self.sentence = WrappedLabel()
        self.trust_button = QPushButton(self.tr("Trust this code"))
        self.trust_button.clicked.connect(self.trust)
        self.revert_button = QPushButton(self.tr("Revert"))
        self.revert_button.clicked.connect(self.refresh)
        self.apply_button = QPushButton(self.tr("Apply"))
        keys = QKeySequence("Ctrl+Return").toString(QKeySequence.SequenceFormat.NativeText)
        self.apply_button.setToolTip(self.tr("Make the text the project's recipe ({0})").format(keys))
        self.apply_button.clicked.connect(self.apply)
        self.foot = QWidget()
        foot = QHBoxLayout(self.foot)
        foot.setContentsMargins(10, 5, 8, 5)
        foot.setSpacing(8)
        foot.addWidget(self.sign)
        foot.addWidget(self.sentence, 1)
        for button in (self.trust_button, self.revert_button, self.apply_button):
            foot.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.editor, 1)
        column.addWidget(self.foot)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 90)

    @property
    def written(self) -> bool:
        """Whether the text is another one than the project's."""
        return self.editor.code != self._project

    def _changed(self, changes: ChangeSet) -> None:
        code = self.workspace.project.training.code
        if changes.everything or code != self._project:
            self.refresh()

    def refresh(self) -> None:
        """Show the project's code; what was typed is given up."""
        self._project = self.workspace.project.training.code
        self.editor.set_code(self._project)
        self.look()

    def look(self) -> None:
        """Say what is wrong, or what is to be done."""
        try:
            own_recipe(self.editor.code)
            wrong = ""
        except ChoiceError as error:
            wrong = str(error)
        trusted = not self._project or self.asker.may_run(self._project)
        asks = not trusted and not self.written
        severity = "error" if wrong else "warning" if asks else "info"
        text = wrong
        if not wrong and asks:
            text = self.tr(
                "This recipe came with the project and does not run until you say so. Code that you trust can do "
                "whatever you can do on this computer."
            )
        elif not wrong and self.written:
            text = self.tr("Apply makes this the project's recipe.")
        self.sign.setPixmap(pixmap(SEVERITY_ICONS[severity]))
        self.sentence.setText(text)
        self.trust_button.setVisible(asks)
        self.revert_button.setVisible(self.written)
        self.apply_button.setVisible(self.written)
        self.apply_button.setEnabled(not wrong)
        self.foot.setVisible(bool(text))
        line = wrong.partition(" in line ")[2].partition(":")[0]
        self.editor.show_wrong((int(line), 0) if line.isdigit() else None, wrong)

    def tell_failure(self, sentence: str) -> None:
        """A run has stopped in a line of this recipe: it is marked until the text is changed."""
        found = re.search(r"recipe (?:stopped|calls it) in line (\d+)", sentence)
        if found is None or self.written:
            return
        line = int(found[1])
        self.sign.setPixmap(pixmap(SEVERITY_ICONS["error"]))
        self.sentence.setText(sentence)
        self.foot.show()
        self.editor.show_wrong((line, 0), sentence)
        self.editor.setTextCursor(QTextCursor(self.editor.document().findBlockByNumber(line - 1)))
        self.editor.centerCursor()

    def trust(self) -> None:
        """The person says that the project's recipe may run."""
        self.asker.trust([self._project])

    def apply(self) -> None:
        """Make the text the project's recipe."""
        self.look()
        code = self.editor.code
        if not self.written or not self.apply_button.isEnabled():
            return
        if not self._project or self.asker.may_run(self._project):
            self.asker.trust([code])
        self._project = code
        self.workspace.perform(
            self.tr("Change the recipe's code"), [SetProject("training", {"recipe": OWN, "code": code})]
        )
        self.look()
