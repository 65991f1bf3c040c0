"""A spin box for Python's numbers: any size, decimals, and expressions inside blocks."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QFocusEvent, QValidator, QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QWidget

from graph.catalogue.spec import Param
from graph.values import BadValue
from gui.inspector.values import read_number, shown, step
from gui.widgets import mark


class NumberBox(QAbstractSpinBox):
    """One number. Emits ``edited`` for each valid text while it is typed, else ``refused`` with a sentence."""

    edited = Signal(object)
    refused = Signal(str)

    def __init__(
        self, param: Param, names: frozenset[str] = frozenset(), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.param = param
        self.names = names
        """Parameters of the block that expressions may use."""
        self.value: Any = None
        self.setAccessibleName(param.name)
        self.setMinimumWidth(54)
        self.setKeyboardTracking(True)
        self.setCorrectionMode(QAbstractSpinBox.CorrectionMode.CorrectToPreviousValue)
        self.lineEdit().setTextMargins(4, 0, 0, 0)
        self.lineEdit().textEdited.connect(self._typed)

    def show_value(self, value: Any) -> None:
        """Show a value of the document; text that is being typed and means the same stays."""
        self.value = value
        typing = self.lineEdit().hasFocus() and (self.property("wrong") or self._means(value))
        if not typing:
            self.lineEdit().setText(shown(value))
            mark(self, "wrong", False)

    def _means(self, value: Any) -> bool:
        try:
            return bool(read_number(self.lineEdit().text(), self.param, self.names) == value)
        except BadValue:
            return False

    def _typed(self, text: str) -> None:
        try:
            value = read_number(text, self.param, self.names)
        except BadValue as error:
            mark(self, "wrong", True)
            self.refused.emit(str(error))
            return
        mark(self, "wrong", False)
        self.value = value
        self.edited.emit(value)

    def stepBy(self, steps: int) -> None:
        """An arrow, the wheel or the Up and Down keys."""
        if isinstance(self.value, (int, float)) and not isinstance(self.value, bool):
            value = step(self.value, steps, self.param)
        else:
            start = self.param.default if isinstance(self.param.default, (int, float)) else self.param.minimum
            value = step(start or 0, 0, self.param)
        self.lineEdit().setText(shown(value))
        self._typed(shown(value))
        self.selectAll()

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        flags = QAbstractSpinBox.StepEnabledFlag
        if self.isReadOnly():
            return flags.StepNone
        value, param = self.value, self.param
        result = flags.StepNone
        number = isinstance(value, (int, float))
        if not number or param.maximum is None or value < param.maximum:
            result |= flags.StepUpEnabled
        if not number or param.minimum is None or value > param.minimum:
            result |= flags.StepDownEnabled
        return result

    def validate(self, text: str, position: int) -> object:
        """Anything may be typed; what it means is checked in our own way."""
        return (QValidator.State.Acceptable, text, position)

    def fixup(self, text: str) -> str:
        return text

    def wheelEvent(self, event: QWheelEvent) -> None:
        # scrolling the inspector must not change numbers under the mouse
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self.property("wrong"):
            mark(self, "wrong", False)
            self.refused.emit("")
        self.lineEdit().setText(shown(self.value))
