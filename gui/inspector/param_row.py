"""One parameter in the inspector: its name, its editor, and what was wrong with what was typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QLineEdit, QToolButton, QWidget

from graph.catalogue.spec import Param
from graph.edits import UNSET
from graph.values import Expr
from gui.icons import icon
from gui.inspector.editors import Editor, editor_for
from gui.inspector.path_editor import PathEditor
from gui.inspector.values import shown
from gui.theme import theme
from gui.widgets import IconButton, WrappedLabel

LEAST = 20
"""Pixels along an edge of a button beside a value."""
SetValue = Callable[[str, Any], bool]
"""Called with the parameter's name and its new value (``UNSET`` takes it back); whether it was taken."""


class ParamRow(QObject):
    """Puts itself into a grid of two columns. ``names`` are the block's parameters for expressions.

    A parameter that is inferred or optional can be *pinned*: then it has a value of its own.
    """

    def __init__(
        self, param: Param, names: frozenset[str], set_value: SetValue, grid: QGridLayout, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.param = param
        self.names = names
        self.set_value = set_value
        # a path is either there or asked for: it has no state of being unset by choice
        self.pinnable = (param.inferred is not None or param.optional) and param.kind != "path"
        self.stored: Any = UNSET
        self.resolved: Any = None
        self.editor: Editor | None = None
        self.on_expose: Callable[[ParamRow], object] | None = None
        """Lets the value follow a parameter of the block, or stops that; set by whoever can."""
        self._expression = False
        self.label = QLabel(param.name)
        self.label.setToolTip(_tip(param))
        self.auto = QLineEdit()
        self.auto.setReadOnly(True)
        self.auto.setProperty("auto", True)
        self.auto.setAccessibleName(param.name)
        self.pin = self._button(self._toggle_pin)
        self.reset = self._button(lambda: self.set_value(self.param.name, UNSET))
        self.reset.setToolTip(self.tr("Back to the default, {0}").format(shown(param.default)))
        self.formula = self._button(self._toggle_formula)
        self.formula.setCheckable(True)
        self.formula.setToolTip(self.tr("Follow a parameter of the block"))
        self.expose = self._button(lambda: self.on_expose and self.on_expose(self))
        self.expose.hide()
        self.field = QWidget()
        row = QHBoxLayout(self.field)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(3)
        row.addWidget(self.auto, 1)
        self.result = QLabel()
        self.result.setProperty("muted", True)
        row.addWidget(self.result)
        self._row = row
        row.addWidget(self.formula)
        row.addWidget(self.reset)
        row.addWidget(self.pin)
        row.addWidget(self.expose)
        # only now: shown before they have a parent, they would be windows of their own for a moment
        self.formula.setVisible(bool(names) and param.kind in ("bool", "choice"))
        self.pin.setVisible(self.pinnable)
        self.sentence = WrappedLabel()
        self.sentence.setProperty("sentence", "error")
        self.sentence.hide()
        at = grid.rowCount()
        place = Qt.AlignmentFlag(0)
        if param.kind == "path":  # it may have a sentence and a button below it
            place = Qt.AlignmentFlag.AlignTop
        grid.addWidget(self.label, at, 0, place)
        grid.addWidget(self.field, at, 1)
        grid.addWidget(self.sentence, at + 1, 0, 1, 2)
        self._make_editor()

    def _button(self, do: Callable[[], object]) -> QToolButton:
        button = IconButton()
        button.setProperty("quiet", True)
        button.setMinimumSize(LEAST, LEAST)  # squeezed while a form is laid out, its icon would have no size
        button.clicked.connect(lambda *_: do())
        return button

    def _make_editor(self) -> None:
        if self.editor is not None:
            self._row.removeWidget(self.editor)
            self.editor.hide()
            self.editor.deleteLater()
        self.editor = self.new_editor()
        self.editor.edited.connect(self._edited)
        self.editor.refused.connect(self.refuse)
        self._row.insertWidget(1, self.editor, 1)
        if isinstance(self.editor, PathEditor):
            self.label.setFixedHeight(self.editor.line_height)

    def new_editor(self) -> Editor:
        """What the value is changed with."""
        return editor_for(self.param, self.names, self._expression)

    def show_values(self, stored: Any, resolved: Any) -> None:
        """``stored`` is what the document holds (or ``UNSET``), ``resolved`` the value in use, if known."""
        self.stored, self.resolved = stored, resolved
        expression = isinstance(stored, Expr)
        if self.param.kind in ("bool", "choice") and expression != self._expression:
            self._expression = expression
            self._make_editor()
        value = self.param.default if stored is UNSET else stored
        automatic = self.pinnable and value is None
        assert self.editor is not None
        self.auto.setVisible(automatic)
        self.editor.setVisible(not automatic)
        if automatic:
            self.auto.setText(self._automatic(resolved))
        else:
            self.editor.show_value(value)
        self.formula.setChecked(self._expression)
        changed = stored is not UNSET and stored != self.param.default
        self.reset.setVisible(changed and not self.pinnable and self.param.kind != "path")
        font = self.label.font()
        font.setBold(changed)
        self.label.setFont(font)
        self._icons(automatic)
        self._show_expose()
        known = expression and resolved is not None and not isinstance(resolved, Expr)
        self.result.setText(f"= {shown(resolved)}" if known else "")
        self.result.setVisible(known)

    def _automatic(self, resolved: Any) -> str:
        if self.param.inferred is not None:
            return self.tr("auto ({0})").format(shown(resolved)) if resolved is not None else self.tr("auto")
        return self.tr("not set")

    def _icons(self, automatic: bool) -> None:
        muted = theme().muted
        if self.param.inferred is not None:
            self.pin.setIcon(
                icon("pin-outline" if automatic else "pin", muted if automatic else theme().accent)
            )
            self.pin.setToolTip(
                self.tr("Follows from the input. Click to give it a value of its own.")
                if automatic
                else self.tr("Pinned. Click to let it follow from the input again.")
            )
        else:
            self.pin.setIcon(icon("pencil-outline" if automatic else "close", muted))
            self.pin.setToolTip(self.tr("Set a value") if automatic else self.tr("Not set"))
        self.reset.setIcon(icon("restore", muted))
        self.formula.setIcon(icon("function-variant", muted))

    def offer_expose(self, do: Callable[[ParamRow], object]) -> None:
        """Show the button that makes this a parameter of the block."""
        self.on_expose = do
        self._show_expose()

    @property
    def follows(self) -> bool:
        """Whether the value is worked out from parameters of the block."""
        value = self.stored
        return isinstance(value, Expr) or (isinstance(value, tuple) and any(map(_is_expression, value)))

    def _show_expose(self) -> None:
        if self.on_expose is None:
            return
        follows = self.follows
        value = self.param.default if self.stored is UNSET else self.stored
        # what follows from the input needs no value of the block; pinned, it can have one
        self.expose.setVisible(not (self.param.inferred is not None and value is None))
        picture = "arrow-up-bold-box" if follows else "arrow-up-bold-box-outline"
        self.expose.setIcon(icon(picture, theme().accent if follows else theme().muted))
        text = (
            self.tr("Stop following {0}").format(shown(self.stored))
            if follows
            else self.tr("Expose as block parameter")
        )
        self.expose.setToolTip(text)
        self.expose.setAccessibleName(f"{text}: {self.param.name}")

    def _edited(self, value: Any) -> None:
        self.refuse("")
        if value != self.stored or type(value) is not type(self.stored):
            self.set_value(self.param.name, value)

    def _toggle_pin(self) -> None:
        value = self.param.default if self.stored is UNSET else self.stored
        if value is not None:
            keeps_none = self.param.optional and self.param.default is not None
            self.set_value(self.param.name, None if keeps_none else UNSET)
            return
        start = self.resolved if self.resolved is not None else self._start()
        if self.set_value(self.param.name, start) and self.editor is not None:
            self.editor.setFocus()

    def _start(self) -> Any:
        """A first value for a parameter that has none."""
        if self.param.kind == "bool":
            return True
        if self.param.kind == "choice":
            return self.param.choices[0]
        if self.param.kind == "text":
            return self.param.default or ""
        if self.param.kind == "names":
            return ()
        low = self.param.minimum if self.param.minimum is not None else 0
        number = float(low) if self.param.kind == "float" else max(int(low), 1 if low >= 0 else int(low))
        if self.param.kind == "float":
            return max(number, 0.0) if low <= 0 else number
        return (number,) if self.param.kind == "shape" else number

    def _toggle_formula(self) -> None:
        if self._expression:
            self.set_value(self.param.name, UNSET)
            return
        self._expression = True
        self._make_editor()
        assert self.editor is not None
        self.editor.setFocus()
        self.formula.setChecked(True)

    def refuse(self, sentence: str) -> None:
        """Say under the editor why its text is not used; an empty text takes that back."""
        self.sentence.setText(sentence)
        self.sentence.setVisible(bool(sentence))


def _tip(param: Param) -> str:
    return f"<p style='white-space: normal'><b>{param.name}</b><br>{param.help}<br>{param.wanted}</p>"


def _is_expression(value: Any) -> bool:
    return isinstance(value, Expr)
