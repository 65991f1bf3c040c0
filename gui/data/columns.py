"""The rows of a person's own table as they stand in the file, and what each of its columns is for.

A click on a header chooses the column to predict; its menu leaves it out or takes it for something else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QMenu, QTableView, QVBoxLayout, QWidget

from gui.data.column_rows import ColumnRows
from gui.icons import icon
from gui.theme import theme
from gui.widgets import WrappedLabel
from runtime.data import DataError, get_source, own

KINDS = ("as_number", "as_category", "as_date", "as_text")
"""Options that say what columns are taken for."""
WIDEST = 260


class ColumnTable(QWidget):
    """The table with its headers. What the person decides comes as ``decided``: a name for the undo step and
    the source's options as they are then."""

    decided = Signal(str, dict)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.source = ""
        self._given: dict[str, Any] = {}
        self.said = WrappedLabel()
        self.rows = ColumnRows(self)
        self.table = QTableView()
        self.table.setModel(self.rows)
        self.table.setAccessibleName(self.tr("Table"))
        self.table.verticalHeader().setDefaultSectionSize(24)
        self.table.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.table.setWordWrap(False)
        head = self.table.horizontalHeader()
        head.setSectionsClickable(True)
        head.setHighlightSections(False)
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        head.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        head.sectionClicked.connect(self.predict)
        head.customContextMenuRequested.connect(self._menu_at)
        theme().changed.connect(self.table.viewport().update)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        said = QVBoxLayout()
        said.setContentsMargins(10, 5, 8, 3)
        said.addWidget(self.said)
        column.addLayout(said)
        column.addWidget(self.table, 1)

    def show_choice(self, source: str, options: Mapping[str, Any]) -> bool:
        """Show the chosen table; ``False`` when it is none, or its files are not known yet."""
        if not own.is_own(source):
            return False
        try:
            facts = own.facts(source, options)
        except DataError:
            return False
        if not facts.get("columns"):
            return False
        new = options.get("path") != self._given.get("path")
        self.source, self._given = source, dict(options)
        self.rows.show_facts(source, options, facts)
        self.table.resizeColumnsToContents()
        for column in range(self.rows.columnCount()):
            if self.table.columnWidth(column) > WIDEST:
                self.table.setColumnWidth(column, WIDEST)
        self.said.setText(self._sentence(facts))
        roles = self.rows.roles()
        if new and self.rows.rows and "target" in roles:
            # once the table has its size
            QTimer.singleShot(0, self, self._show_target)
        return True

    def _show_target(self) -> None:
        roles = self.rows.roles()
        if self.rows.rows and "target" in roles:
            self.table.scrollTo(self.rows.index(0, roles.index("target")))

    def _sentence(self, facts: Mapping[str, Any]) -> str:
        roles = self.rows.roles()
        inputs = roles.count("")
        rows = self.tr("{0:,} rows.").format(facts["rows"])
        if facts.get("parts"):
            words = {
                "train": self.tr("{0:,} rows"), "validation": self.tr("{0:,} more to validate"),
                "test": self.tr("{0:,} more to test"),
            }  # fmt: skip
            rows = ", ".join(words[part].format(count) for part, count in facts["parts"]) + "."
        goals = [f"“{self.rows.name(place)}”" for place, role in enumerate(roles) if role == "target"]
        learned = ""
        if goals:
            goal = ", ".join(goals)
            inputs += len(goals) if self.rows.several else 0
            if "leave_out" not in self.rows.names:
                learned = self.tr("{0} is predicted.").format(goal)
            elif inputs == 1:
                learned = self.tr("{0} is predicted from one column.").format(goal)
            else:
                learned = self.tr("{0} is predicted from {1} columns.").format(goal, inputs)
        how = (
            self.tr("Click a header to predict that column; right-click it for more.")
            if self.rows.predicts
            else self.tr("Right-click a header to say what its column is for.")
        )
        return " ".join(part for part in (rows, learned, how) if part)

    # -- what the person decides -----------------------------------------------------------------------

    def predict(self, column: int) -> None:
        """Make this the column to predict."""
        name = self.rows.name(column)
        if not self.rows.predicts or self.rows.predicted() == (name,):
            return
        changes: dict[str, Any] = {"predict": (name,)} if self.rows.several else {"target": name}
        if "leave_out" in self.rows.names:
            changes["leave_out"] = self._without("leave_out", name)
        self._decide(self.tr("Predict {0}").format(name), changes)

    def predict_too(self, column: int) -> None:
        """Predict this column beside the others, or not any more."""
        name, now = self.rows.name(column), self.rows.predicted()
        if name in now:
            changes = {"predict": tuple(other for other in now if other != name)}
            self._decide(self.tr("Do not predict {0}").format(name), changes)
        else:
            changes = {"predict": (*now, name), "leave_out": self._without("leave_out", name)}
            self._decide(self.tr("Predict {0} too").format(name), changes)

    def leave_out(self, column: int) -> None:
        """Do not learn from this column, or learn from it again."""
        name = self.rows.name(column)
        if self.rows.role_of(column) == "leave_out":
            changes = {"leave_out": self._without("leave_out", name)}
            self._decide(self.tr("Learn from {0}").format(name), changes)
        else:
            changes = {"leave_out": (*(self.rows.options.get("leave_out") or ()), name)}
            self._decide(self.tr("Leave out {0}").format(name), changes)

    def take_for(self, column: int, kind: str) -> None:
        """Take a column for numbers, categories, dates or text ("as_number" …); "" for what it looks like."""
        name = self.rows.name(column)
        changes = {option: self._without(option, name) for option in KINDS if option in self.rows.names}
        if kind:
            changes[kind] = (*changes[kind], name)
        self._decide(self.tr("Change what {0} holds").format(name), changes)

    def use_as(self, column: int, part: str) -> None:
        """Make this the column that one of the source's options names. Two sides of a pair change places."""
        name, now = self.rows.name(column), self.rows.roles()
        changes = {part: name}
        other = {"first": "second", "second": "first"}.get(part, "")
        if other and now[column] == other and part in now:
            changes[other] = self.rows.name(now.index(part))
        words = {
            "text": self.tr("the text"), "first": self.tr("the first text"), "second": self.tr("the second text"),
            "time": self.tr("the time"),
        }  # fmt: skip
        self._decide(self.tr("Use {0} as {1}").format(name, words[part]), changes)

    def _without(self, option: str, name: str) -> tuple[str, ...]:
        return tuple(other for other in self.rows.options.get(option) or () if other != name)

    def _decide(self, name: str, changes: Mapping[str, Any]) -> None:
        options = {**self._given, **changes}
        defaults = {option.name: option.default for option in get_source(self.source).options}
        self.decided.emit(name, {key: value for key, value in options.items() if value != defaults[key]})

    def _menu_at(self, point: QPoint) -> None:
        column = self.table.horizontalHeader().logicalIndexAt(point)
        if column >= 0:
            menu = self.menu(column)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(self.table.horizontalHeader().mapToGlobal(point))

    def menu(self, column: int) -> QMenu:
        """What can be done with a column."""
        menu = QMenu(self)
        names, part = self.rows.names, self.rows.role_of(column)
        if self.rows.predicts:
            action = menu.addAction(icon("target"), self.tr("Predict it"), lambda: self.predict(column))
            action.setEnabled(self.rows.predicted() != (self.rows.name(column),))
        if self.rows.several and self.rows.columns[column]["kind"] == "number":
            others = set(self.rows.predicted()) - {self.rows.name(column)}
            text = self.tr("Do not predict it") if part == "target" else self.tr("Predict it too")
            menu.addAction(text, lambda: self.predict_too(column)).setEnabled(bool(others))
        words = {
            "text": self.tr("Texts to read"), "first": self.tr("First text"), "second": self.tr("Second text"),
            "time": self.tr("Time"),
        }  # fmt: skip
        for option, word in words.items():
            if option in names:
                action = menu.addAction(
                    self.tr("Use it as: {0}").format(word), lambda option=option: self.use_as(column, option)
                )
                action.setEnabled(part != option)
        if "leave_out" in names and part != "target":
            text = self.tr("Learn from it") if part == "leave_out" else self.tr("Leave it out")
            menu.addAction(icon("eye-off-outline"), text, lambda: self.leave_out(column))
        if "as_number" in names:
            kinds = menu.addMenu(self.tr("Take it for"))
            name = self.rows.name(column)
            chosen = next((kind for kind in KINDS if name in (self.rows.options.get(kind) or ())), "")
            for kind, text in (
                ("", self.tr("What it looks like")), ("as_number", self.tr("Numbers")),
                ("as_category", self.tr("Categories")), ("as_date", self.tr("Dates")),
                ("as_text", self.tr("Text")),
            ):  # fmt: skip
                if kind and kind not in names:
                    continue
                action = kinds.addAction(text, lambda kind=kind: self.take_for(column, kind))
                action.setCheckable(True)
                action.setChecked(kind == chosen)
        return menu
