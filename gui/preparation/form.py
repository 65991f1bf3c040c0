"""The options of the selected step, with the editors of the inspector."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QVBoxLayout, QWidget

from graph.edits import UNSET
from graph.model import Step
from gui.inspector.param_row import ParamRow
from gui.preparation.columns import ColumnsRow
from gui.preparation.words import title_of
from gui.widgets import Heading, WrappedLabel, clear
from runtime.data.steps.registry import STEPS
from runtime.data.steps.spec import StepType


class StepForm(QWidget):
    """Shows one step. ``set_option(name, value)`` is asked to change it (``UNSET``: back to the default)."""

    where_asked = Signal(str)

    def __init__(self, set_option: Callable[[str, Any], bool], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.set_option = set_option
        self.rows: list[ParamRow] = []
        self._kind: StepType | None = None
        self._columns: tuple[str, ...] = ()
        self.heading = Heading("")
        self.help = WrappedLabel(muted=True)
        self.sentence = WrappedLabel()
        self.training = QCheckBox(self.tr("In training only"))
        self.training.clicked.connect(lambda on: self.where_asked.emit("train" if on else "all"))
        self._column = QVBoxLayout()
        self._column.setContentsMargins(0, 0, 0, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for widget in (self.heading, self.help, self.sentence):
            column.addWidget(widget)
        column.addLayout(self._column)
        column.addWidget(self.training)
        self.show_step(None, "", "")

    def show_step(self, step: Step | None, fault: str, caution: str, columns: tuple[str, ...] = ()) -> None:
        """A step of the document, what is wrong with it, and the names of the columns it is given."""
        kind = STEPS.get(step.kind) if step is not None else None
        self.setVisible(step is not None)
        if step is None:
            return
        self.heading.setText(title_of(step))
        self.help.setText(kind.help if kind else "")
        self.sentence.setText(fault or caution)
        self.sentence.setVisible(bool(fault or caution))
        self.sentence.setProperty("sentence", "error" if fault else "warning")
        self.sentence.style().polish(self.sentence)
        if kind is not self._kind or columns != self._columns:
            self._columns = columns
            self._build(kind)
        for row in self.rows:
            row.show_values(step.options.get(row.param.name, UNSET), None)
        self.training.setChecked(step.where == "train")
        self.training.setEnabled(kind is not None and not kind.random)
        self.training.setToolTip(
            self.tr("What is random is done in training only, anew each time.")
            if kind is not None and kind.random
            else self.tr("Not done with what is validated, tested or predicted.")
        )

    def _build(self, kind: StepType | None) -> None:
        clear(self._column)
        self._kind, self.rows = kind, []
        if kind is None or not kind.params:
            return
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(5)
        grid.setColumnMinimumWidth(0, 90)
        grid.setColumnStretch(1, 1)
        for param in kind.params:
            row = (
                ColumnsRow(param, self._columns, self.set_option, grid, inside)
                if param.name == "columns"
                else ParamRow(param, frozenset(), self.set_option, grid, inside)
            )
            row.label.setText(param.name.replace("_", " "))
            self.rows.append(row)
        self._column.addWidget(inside)
