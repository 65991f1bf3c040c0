"""One editor for each kind of parameter. All have the same small interface, :class:`Editor`."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QWheelEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QLineEdit, QToolButton, QWidget

from graph.catalogue.spec import Param
from graph.values import BadValue, Expr
from gui.icons import icon
from gui.inspector.number_box import NumberBox
from gui.inspector.values import read_expression, read_shape, shown
from gui.theme import theme
from gui.widgets import Picker, mark


class Editor(QWidget):
    """Shows one value and says when the person changed it."""

    edited = Signal(object)
    """A valid new value."""
    refused = Signal(str)
    """What was typed cannot be used, as a sentence; empty when that is over."""

    def __init__(self, param: Param, names: frozenset[str] = frozenset()) -> None:
        super().__init__()
        self.param = param
        self.names = names
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(4)

    def show_value(self, value: Any) -> None:
        """Show a value of the document."""
        raise NotImplementedError


class NumberEditor(Editor):
    """A whole number or a decimal."""

    def __init__(self, param: Param, names: frozenset[str] = frozenset()) -> None:
        super().__init__(param, names)
        self.box = NumberBox(param, names)
        self.box.edited.connect(self.edited)
        self.box.refused.connect(self.refused)
        self.row.addWidget(self.box)
        self.setFocusProxy(self.box)

    def show_value(self, value: Any) -> None:
        self.box.show_value(value)


class SizesEditor(Editor):
    """Two or more whole numbers, ``3 × 3``. While linked they are one number."""

    def __init__(self, param: Param, names: frozenset[str] = frozenset()) -> None:
        super().__init__(param, names)
        self.boxes = []
        self._signs: list[QLabel] = []
        for number in range(param.length):
            if number:
                sign = QLabel("×")
                sign.setProperty("muted", True)
                self._signs.append(sign)
                self.row.addWidget(sign)
            box = NumberBox(param, names)
            box.setMinimumWidth(46)
            box.edited.connect(self._changed)
            box.refused.connect(self.refused)
            self.boxes.append(box)
            self.row.addWidget(box, 1)
        self.link = QToolButton()
        self.link.setCheckable(True)
        self.link.setChecked(True)
        self.link.setProperty("quiet", True)
        self.link.setAccessibleName(self.tr("Same for every axis"))
        self.link.toggled.connect(self._linked)
        self.row.addWidget(self.link)
        self.setFocusProxy(self.boxes[0])
        self._restyle()

    def show_value(self, value: Any) -> None:
        several = isinstance(value, (tuple, list))
        self.link.blockSignals(True)
        if several:
            self.link.setChecked(False)
        elif value is not None:
            self.link.setChecked(True)
        self.link.blockSignals(False)
        for box, item in zip(self.boxes, value if several else [value] * len(self.boxes), strict=False):
            box.show_value(item)
        self._restyle()

    def _changed(self, value: Any) -> None:
        if self.link.isChecked():
            self.edited.emit(value)
        else:
            values = tuple(box.value for box in self.boxes)
            if None not in values:
                self.edited.emit(values)

    def _linked(self, linked: bool) -> None:
        self._restyle()
        first = self.boxes[0].value
        if first is not None:
            self.edited.emit(first if linked else (first,) * len(self.boxes))

    def _restyle(self) -> None:
        linked = self.link.isChecked()
        self.link.setIcon(icon("link-variant" if linked else "link-variant-off", theme().muted))
        self.link.setToolTip(
            self.tr("Linked: one number for every axis")
            if linked
            else self.tr("Each axis has its own number")
        )
        # linked, three boxes would only repeat the one number
        for box in self.boxes[1:]:
            box.setVisible(not linked)
        for sign in self._signs:
            sign.setVisible(not linked)


class CheckEditor(Editor):
    """True or false."""

    def __init__(self, param: Param, names: frozenset[str] = frozenset()) -> None:
        super().__init__(param, names)
        self.box = QCheckBox()
        self.box.setAccessibleName(param.name)
        self.box.clicked.connect(lambda checked: self.edited.emit(checked))
        self.row.addWidget(self.box)
        self.row.addStretch(1)
        self.setFocusProxy(self.box)

    def show_value(self, value: Any) -> None:
        self.box.setChecked(bool(value))


class _Choice(Picker):
    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class ChoiceEditor(Editor):
    """One of a few words."""

    def __init__(self, param: Param, names: frozenset[str] = frozenset()) -> None:
        super().__init__(param, names)
        self.box = _Choice()
        self.box.setAccessibleName(param.name)
        self.box.addItems(list(param.choices))
        self.box.textActivated.connect(lambda text: self.edited.emit(text))
        self.row.addWidget(self.box, 1)
        self.setFocusProxy(self.box)

    def show_value(self, value: Any) -> None:
        self.box.setCurrentIndex(self.box.findText(str(value)))


class TextEditor(Editor):
    """A line of text that is read by :meth:`read`: shapes, expressions, plain text."""

    def __init__(self, param: Param, names: frozenset[str] = frozenset()) -> None:
        super().__init__(param, names)
        self.box = _Line()
        self.box.setAccessibleName(param.name)
        self.box.textEdited.connect(self._typed)
        self.box.left.connect(self._left)
        self.value: Any = None
        self.row.addWidget(self.box, 1)
        self.setFocusProxy(self.box)

    def read(self, text: str) -> Any:
        return self.param.check(text) if self.param.kind == "text" else text

    def written(self, value: Any) -> str:
        """A value as it is typed."""
        return shown(value)

    def show_value(self, value: Any) -> None:
        self.value = value
        if not (self.box.hasFocus() and (self.box.property("wrong") or self._means(value))):
            self.box.setText(self.written(value))
            mark(self.box, "wrong", False)

    def _means(self, value: Any) -> bool:
        try:
            return bool(self.read(self.box.text()) == value)
        except BadValue:
            return False

    def _typed(self, text: str) -> None:
        try:
            value = self.read(text)
        except BadValue as error:
            mark(self.box, "wrong", True)
            self.refused.emit(str(error))
            return
        mark(self.box, "wrong", False)
        self.value = value
        self.edited.emit(value)

    def _left(self) -> None:
        if self.box.property("wrong"):
            mark(self.box, "wrong", False)
            self.refused.emit("")
        self.box.setText(self.written(self.value))


class ShapeEditor(TextEditor):
    """Any number of whole numbers."""

    def __init__(self, param: Param, names: frozenset[str] = frozenset()) -> None:
        super().__init__(param, names)
        self.box.setPlaceholderText(self.tr("such as 1, 28, 28"))

    def read(self, text: str) -> Any:
        try:
            return read_shape(text, self.param)
        except BadValue:
            if self.names and any(char.isalpha() for char in text):
                items = [part.strip() for part in text.strip("()[] ").split(",") if part.strip()]
                return tuple(
                    int(item)
                    if item.lstrip("+-").isdigit()
                    else read_expression(item, self.param, self.names)
                    for item in items
                )
            raise


class NamesEditor(TextEditor):
    """Names with commas between them."""

    def read(self, text: str) -> Any:
        return self.param.check(tuple(name.strip() for name in text.split(",") if name.strip()))


class ExpressionEditor(TextEditor):
    """Arithmetic over the block's parameters, for kinds whose own editor cannot show it."""

    def read(self, text: str) -> Expr:
        return read_expression(text, self.param, self.names)


class _Line(QLineEdit):
    left = Signal()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.left.emit()


EDITORS: dict[str, type[Editor]] = {
    "int": NumberEditor,
    "float": NumberEditor,
    "bool": CheckEditor,
    "choice": ChoiceEditor,
    "ints": SizesEditor,
    "shape": ShapeEditor,
    "text": TextEditor,
    "names": NamesEditor,
}
"""Editor by the kind of the parameter."""


def editor_for(param: Param, names: frozenset[str] = frozenset(), expression: bool = False) -> Editor:
    """A fresh editor. ``names`` are the block's parameters that may be used."""
    if expression and param.kind in ("bool", "choice"):
        return ExpressionEditor(param, names)
    if param.kind == "path":
        from gui.inspector.path_editor import PathEditor  # it is made of what stands here

        return PathEditor(param, names)
    return EDITORS[param.kind](param, names)
