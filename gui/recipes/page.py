"""The recipe page: the drawing of the chosen recipe, and its loop as it will run, word for word."""

from __future__ import annotations

import re

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from graph.changes import ChangeSet
from graph.edits import SetProject
from gui.code_view import CodeView
from gui.custom.asker import CodeAsker
from gui.icons import icon
from gui.recipes.drawing import RecipeDrawing
from gui.recipes.fitting import refusal, schema_of
from gui.recipes.own import OwnRecipe
from gui.shows.view import SheetArea
from gui.theme import theme
from gui.training.readout import Readout
from gui.widgets import WrappedLabel
from gui.workspace import Workspace
from runtime.choice import ChoiceError
from runtime.data import DataError
from runtime.recipes import OWN, Recipe, known_recipe, recipe_problem
from runtime.recipes.own import TEMPLATE
from runtime.recipes.own_text import own_text

NARROW = 900
"""A page below this width shows the drawing or the code, not both."""


class Sentence(WrappedLabel):
    """Wraps at the width it gets, but does not ask for the height of its narrowest form."""

    def __init__(self) -> None:
        super().__init__()
        policy = self.sizePolicy()
        policy.setVerticalPolicy(QSizePolicy.Policy.Preferred)
        self.setSizePolicy(policy)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, self.fontMetrics().height())


class RecipePage(QWidget):
    """Follows the project's recipe. Pointing at a box of the drawing marks its lines in the code."""

    network_asked = Signal(str)
    """The id of a network to show on the canvas."""

    def __init__(self, workspace: Workspace, asker: CodeAsker, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.asker = asker
        self._shown: object = None
        self._by_hand = False
        self._build()
        workspace.changed.connect(self._changed)
        self.refresh()

    def _build(self) -> None:
        self.title = QLabel()
        self.title.setProperty("heading", True)
        self.title.setContentsMargins(6, 0, 0, 0)
        self.help = Readout()
        self.trouble = Sentence()
        self.trouble.setProperty("sentence", "warning")
        self.trouble.setContentsMargins(6, 0, 0, 0)
        self.swap = QToolButton()
        self.swap.setCheckable(True)
        self.swap.setText(self.tr("Code"))
        self.swap.setIcon(icon("code-braces"))
        self.swap.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.swap.setToolTip(self.tr("Show the loop of the recipe instead of the drawing"))
        self.swap.toggled.connect(lambda _on: self._share())
        theme().changed.connect(self._icons)
        words = QVBoxLayout()
        words.setSpacing(1)
        for widget in (self.title, self.help):
            words.addWidget(widget)
        top = QHBoxLayout()
        top.addLayout(words, 1)
        top.addWidget(self.swap)
        head = QVBoxLayout()
        head.setContentsMargins(6, 4, 6, 2)
        head.setSpacing(1)
        head.addLayout(top)
        head.addWidget(self.trouble)
        self.drawing = RecipeDrawing()
        self.area = SheetArea(self.drawing)
        self.area.setAccessibleName(self.tr("Drawing of the recipe"))
        self.drawing.pointed.connect(lambda key: self._mark(key, scroll=False))
        self.drawing.chosen.connect(lambda key: self._mark(key, scroll=True))
        self.drawing.opened.connect(self._open)
        self.code = CodeView()
        self.code.setAccessibleName(self.tr("The recipe's loop as Python"))
        self.own = OwnRecipe(self.workspace, self.asker)
        self.begin_button = QPushButton(self.tr("Change this code…"))
        self.begin_button.setToolTip(self.tr("Make a recipe of your own that begins with this one"))
        self.begin_button.clicked.connect(self.begin_own)
        reading = QWidget()
        lines = QVBoxLayout(reading)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(0)
        lines.addWidget(self.code, 1)
        lines.addWidget(self.begin_button, 0, Qt.AlignmentFlag.AlignRight)
        self.texts = QStackedWidget()
        self.texts.addWidget(reading)
        self.texts.addWidget(self.own)
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.addWidget(self.area)
        self.split.addWidget(self.texts)
        self.split.setStretchFactor(0, 3)
        self.split.setStretchFactor(1, 2)
        self.split.splitterMoved.connect(self._settled)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.split, 1)

    def minimumSizeHint(self) -> QSize:
        return QSize(300, 110)

    def _settled(self) -> None:
        self._by_hand = True  # the person has chosen the shares

    def _icons(self) -> None:
        self.swap.setIcon(icon("code-braces"))

    def _share(self) -> None:
        """The drawing gets the room that it needs, the code what is left, but not less than a third; where there is
        too little for both, one of them is seen."""
        narrow = 0 < self.width() < NARROW
        self.swap.setVisible(narrow)
        self.area.setVisible(not narrow or not self.swap.isChecked())
        self.texts.setVisible(not narrow or self.swap.isChecked())
        if narrow:
            return
        if not self._by_hand and self.width() > 0:
            writing = self.workspace.project.training.recipe == OWN
            left = min(self.drawing.natural + 40, self.width() * (0.4 if writing else 0.67))
            self.split.setSizes([round(left), round(self.width() - left)])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share()

    @property
    def recipe(self) -> Recipe | None:
        """The project's recipe, if it is known."""
        return known_recipe(self.workspace.project.training)

    def begin_own(self) -> None:
        """A recipe of one's own that begins as the present one: one undo step."""
        code = self._own_text() or TEMPLATE
        self.asker.trust([code])  # the program's own words
        values = {"recipe": OWN, "code": code}
        self.workspace.perform(self.tr("Begin a recipe of my own"), [SetProject("training", values)])

    def _own_text(self) -> str | None:
        """The present recipe as the beginning of one's own."""
        project, recipe = self.workspace.project, self.recipe
        schema = schema_of(project)
        if recipe is None or schema is None:
            return None
        try:
            keywords = recipe.keywords(project, schema)
        except (ChoiceError, DataError):
            return None
        return own_text(recipe, keywords, schema.kind == "image")

    def _changed(self, changes: ChangeSet) -> None:
        if changes.everything or changes.project & {"data", "training"} or self._key() != self._shown:
            self.refresh()

    def _key(self) -> object:
        """What the drawing depends on besides data and training."""
        project = self.workspace.project
        return (
            project.training.recipe,
            project.training.code,
            tuple(network.name for network in project.networks.values()),
        )

    def refresh(self) -> None:
        """Show the project's recipe."""
        project, recipe = self.workspace.project, self.recipe
        self._shown = self._key()
        self.drawing.show_recipe(recipe, project)
        self._share()
        self.area.fit()
        own = project.training.recipe == OWN
        self.texts.setCurrentIndex(int(own))
        self.begin_button.setVisible(self._own_text() is not None)
        if recipe is None:
            self.title.setText(self.tr("Your own recipe") if own else project.training.recipe)
            self.help.say([])
            self.trouble.setText(recipe_problem(project.training) or "")
            self.trouble.show()
            self.code.show_text("")
            return
        self.title.setText(recipe.title)
        self.help.say([(recipe.help, "muted", False)])
        sentence = refusal(recipe, project, schema_of(project)) or ""
        self.trouble.setText(sentence)
        self.trouble.setVisible(bool(sentence))
        self.code.show_text(recipe.whole)

    def _mark(self, key: str, scroll: bool) -> None:
        self.code.mark_lines(self.lines_of(key), scroll=scroll)

    def lines_of(self, key: str) -> list[int]:
        """The lines of the loop that speak of a thing."""
        if not key or self.recipe is None:
            return []
        kind, _, name = key.rpartition(":")
        name = (
            {"input": 'batch["input"]', "target": 'batch["target"]'}.get(name, name)
            if kind == "data"
            else name
        )
        pattern = re.escape(name) if "[" in name else rf"(?<![a-z]){re.escape(name)}(?![a-z])"
        if kind == "group":
            pattern = (
                rf"optimizers?\[.?{re.escape(name)}|{re.escape(name)}_optimizer|\.update\(|self\.optimizer\b"
            )
        found = re.compile(pattern)
        return [number for number, line in enumerate(self.recipe.whole.splitlines(), 1) if found.search(line)]

    def _open(self, role: str) -> None:
        networks = list(self.workspace.project.networks)
        if self.recipe is None:
            return
        for place, found in enumerate(self.recipe.roles):
            if found.name == role and place < len(networks):
                self.network_asked.emit(networks[place])
