"""The inspector's page for one selected node."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
)

from graph.catalogue import CATALOGUE
from graph.catalogue.spec import LayerType, Param
from graph.edits import UNSET, EditError, SetNote, SetParams
from graph.model import BLOCK, INPUT, OUTPUT, Graph, Node
from graph.operations import rename
from graph.palette import OWN_CODE
from graph.problems import Problem
from gui.blocks.sharing_row import SharingRow
from gui.icons import icon, layer_icon
from gui.inspector.block_params import OF_THE_DRAWING, RUN, block_params, chosen, end_params, stored
from gui.inspector.facts import FactTable, cost_rows, formula_html, shape_rows, worked
from gui.inspector.learning_row import LearningRow
from gui.inspector.name_field import NameField
from gui.inspector.param_row import ParamRow
from gui.inspector.start_row import StartRow
from gui.problem_card import ProblemCard
from gui.summary_model import category_of
from gui.widgets import Column, Heading, WrappedLabel, clear, picture_label
from gui.workspace import Workspace

NEVER_EXPOSED = OF_THE_DRAWING | {"index"}
"""Parameters that belong to the drawing alone."""


class NodePage(Column):
    """Built once for a node; :meth:`refresh` brings it up to date without disturbing what is being typed."""

    chosen = Signal(str)

    def __init__(self, workspace: Workspace, node_id: str) -> None:
        super().__init__()
        self.workspace = workspace
        self.node_id = node_id
        self.graph_id = workspace.graph_id
        self.type = self.node.type
        self.rows: dict[str, ParamRow] = {}
        self._shown: list[Problem] | None = None
        self._head()
        self.problems = QVBoxLayout()
        self.problems.setSpacing(6)
        self.layout_.addLayout(self.problems)
        self._params()
        self._facts()
        self._texts()
        self.layout_.addStretch(1)
        self._fix_timer = QTimer(self)
        self._fix_timer.setSingleShot(True)
        self._fix_timer.setInterval(60)
        self._fix_timer.timeout.connect(self._load_fixes)
        self.refresh()

    @property
    def graph(self) -> Graph:
        return self.workspace.project.graph(self.graph_id)

    @property
    def node(self) -> Node:
        return self.graph.nodes[self.node_id]

    @property
    def layer(self) -> LayerType | None:
        return CATALOGUE.get(self.type)

    @property
    def block(self) -> Graph | None:
        return self.workspace.project.blocks.get(self.node.block or "")

    def fits(self) -> bool:
        """Whether this page still describes the selected node."""
        workspace = self.workspace
        if workspace.graph_id != self.graph_id or self.node_id not in workspace.graph.nodes:
            return False
        if self.node.type != self.type:
            return False
        wanted = [(param.name, param.choices) for param in self.params()]
        return wanted == [(row.param.name, row.param.choices) for row in self.rows.values()]

    # -- building ------------------------------------------------------------------------------------

    def _head(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        own = self.block is not None and bool(self.block.code)
        category = OWN_CODE if own else category_of(self.node)
        row.addWidget(picture_label(layer_icon(self.node.type, category).pixmap(20, 20)))
        self.title = QLabel()
        self.title.setProperty("title", True)
        row.addWidget(self.title, 1)
        self.layout_.addLayout(row)
        self.summary = WrappedLabel(muted=True)
        self.layout_.addWidget(self.summary)
        self.name = NameField(self._name_problem)
        self.name.renamed.connect(self._rename)
        self.name_sentence = WrappedLabel()
        self.name_sentence.setProperty("sentence", "error")
        self.name_sentence.hide()
        self.name.refused.connect(self._show_name_problem)
        line = QHBoxLayout()
        label = QLabel(self.tr("name"))
        label.setMinimumWidth(96)
        line.addWidget(label)
        line.addWidget(self.name, 1)
        self.layout_.addLayout(line)
        self.layout_.addWidget(self.name_sentence)
        if self.node.type == BLOCK:
            own = self.block is not None and bool(self.block.code)
            self.open_block = QPushButton(self.tr("Edit the code") if own else self.tr("Open block"))
            self.open_block.setIcon(icon("language-python" if own else "package-variant"))
            self.open_block.clicked.connect(lambda: self.workspace.enter(self.node_id))
            self.layout_.addWidget(self.open_block)

    def params(self) -> list[Param]:
        """The node's parameters: the layer's, or those its block exposes."""
        if self.type in (INPUT, OUTPUT):
            return end_params(self.node, self.graph, self.graph_id in self.workspace.project.blocks)
        if self.layer is not None:
            return list(self.layer.params)
        return block_params(self.block) if self.block is not None else []

    def _params(self) -> None:
        params = self.params()
        if not params:
            return
        self.layout_.addWidget(Heading(self.tr("Parameters")))
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(5)
        grid.setColumnMinimumWidth(0, 96)
        grid.setColumnStretch(1, 1)
        names = frozenset(item.name for item in self.graph.parameters)
        for param in params:
            may_follow = frozenset() if param.name in OF_THE_DRAWING else names
            row = self.rows[param.name] = ParamRow(param, may_follow, self._set, grid, self.inside)
            if self.graph_id in self.workspace.project.blocks and param.name not in NEVER_EXPOSED:
                row.offer_expose(self._expose)
        if RUN.name in self.rows:
            self.rows[RUN.name].label.setText(self.tr("run"))
        self.layout_.addLayout(grid)

    def _expose(self, row: ParamRow) -> None:
        """Make a parameter one of the block, or give it back a value of its own."""
        from gui.blocks.expose import ask_to_expose, stop_to_follow  # late: made of the editors here

        if row.follows:
            stop_to_follow(self.workspace, self.graph_id, self.node_id, row.param.name)
        else:
            present = self.node.params.get(row.param.name, row.param.default)
            ask_to_expose(self.workspace, self.graph_id, self.node_id, row.param, present, self.window())

    def _facts(self) -> None:
        self.shapes_heading = Heading(self.tr("Shapes"))
        self.layout_.addWidget(self.shapes_heading)
        self.shape_table = FactTable()
        self.layout_.addWidget(self.shape_table)
        self.cost_heading = Heading(self.tr("Cost"))
        self.layout_.addWidget(self.cost_heading)
        self.cost_table = FactTable()
        self.layout_.addWidget(self.cost_table)
        self.sharing = SharingRow(self.workspace, self.graph_id, self.node_id)
        self.layout_.addWidget(self.sharing)
        self.learning = LearningRow(self.workspace, self.graph_id, self.node_id)
        self.layout_.addWidget(self.learning)
        self.start = StartRow(self.workspace, self.graph_id)
        self.layout_.addWidget(self.start)

    def _texts(self) -> None:
        layer = self.layer
        self.formula_heading = Heading(self.tr("Formula"))
        self.formula = WrappedLabel(formula_html(layer.formula) if layer else "")
        self.worked_heading = Heading(self.tr("With this layer's numbers"))
        self.worked = WrappedLabel()
        for widget in (self.formula_heading, self.formula, self.worked_heading, self.worked):
            self.layout_.addWidget(widget)
        self.formula_heading.setVisible(bool(layer and layer.formula))
        self.formula.setVisible(bool(layer and layer.formula))
        text = layer.help if layer else (self.block.help if self.block else "")
        if text:
            self.layout_.addWidget(Heading(self.tr("What it does")))
            self.layout_.addWidget(WrappedLabel(text))
        self.layout_.addWidget(Heading(self.tr("Note")))
        self.note = QPlainTextEdit(self.node.note)
        self.note.setPlaceholderText(self.tr("Anything worth remembering"))
        self.note.setAccessibleName(self.tr("Note"))
        self.note.setTabChangesFocus(True)
        self.note.setMaximumHeight(74)
        self.note.textChanged.connect(self._note_changed)
        self.layout_.addWidget(self.note)

    # -- what changes --------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the document's present values and the present shapes."""
        workspace, node = self.workspace, self.node
        kind = self.block.name if self.block is not None else node.type
        self.title.setText(kind)
        summary = self.layer.summary if self.layer else self.tr("A block of this project.")
        if self.block is not None and self.block.code:
            summary = self.tr("A block of this project, written in Python.")
        self.summary.setText(summary)
        self.name.show_name(node.name)
        shapes = workspace.node_shapes(self.node_id)
        values = shapes.values if shapes else {}
        for name, row in self.rows.items():
            row.show_values(chosen(name, node.params.get(name, UNSET)), values.get(name))
        if self.note.toPlainText() != node.note:
            self.note.blockSignals(True)
            self.note.setPlainText(node.note)
            self.note.blockSignals(False)
        self.sharing.refresh()
        self.learning.refresh(shapes.parameters if shapes else 0)
        self.start.refresh([self.node_id])
        self.shape_table.show_rows(shape_rows(shapes))
        self.shapes_heading.setVisible(bool(self.shape_table.rows))
        seen = self.workspace.shapes.receptive(self.workspace.place, node.id)
        self.cost_table.show_rows(cost_rows(node, shapes, seen))
        self.cost_heading.setVisible(bool(self.cost_table.rows))
        text = worked(node, shapes)
        self.worked.setText(formula_html(text))
        self.worked.setVisible(bool(text))
        self.worked_heading.setVisible(bool(text))
        self._show_problems(workspace.problems_here().get(self.node_id, []))

    def _show_problems(self, problems: list[Problem]) -> None:
        if problems != self._shown:
            self._shown = problems
            clear(self.problems)
            for problem in problems[:5]:
                card = ProblemCard(self.workspace, problem, where=problem.graph != self.graph_id)
                card.chosen.connect(self._go_to)
                self.problems.addWidget(card)
        if problems:
            self._fix_timer.start()

    def _go_to(self, problem: Problem) -> None:
        self.workspace.go(problem.place, problem.node)
        self.chosen.emit(problem.node)

    def _load_fixes(self) -> None:
        for number in range(self.problems.count()):
            item = self.problems.itemAt(number)
            card = item.widget() if item else None
            if isinstance(card, ProblemCard):
                card.load_fixes()

    def _set(self, name: str, value: Any) -> bool:
        edit = SetParams(self.graph_id, self.node_id, {name: stored(name, value)})
        step = self.tr("Set {0} of {1}").format(name, self.node.name)
        return self.workspace.perform(step, [edit], merge=f"param/{self.graph_id}/{self.node_id}/{name}")

    def _rename(self, name: str) -> None:
        edits = rename(self.workspace.project, self.graph, self.node_id, name)
        if not self.workspace.perform(self.tr("Rename {0}").format(self.node.name), edits):
            self.name.show_name(self.node.name)

    def _name_problem(self, name: str) -> str:
        try:
            self.workspace.document.check(rename(self.workspace.project, self.graph, self.node_id, name))
        except EditError as error:
            return str(error)
        return ""

    def _show_name_problem(self, sentence: str) -> None:
        self.name_sentence.setText(sentence)
        self.name_sentence.setVisible(bool(sentence))

    def _note_changed(self) -> None:
        edit = SetNote(self.graph_id, self.node_id, self.note.toPlainText())
        name = self.tr("Change the note of {0}").format(self.node.name)
        self.workspace.perform(name, [edit], merge=f"note/{self.graph_id}/{self.node_id}")
