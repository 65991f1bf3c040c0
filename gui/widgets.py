"""Small pieces that several panels are made of."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)


class WrappedLabel(QLabel):
    """Text that wraps, and says how high it is at the width it gets. It can be selected with the mouse."""

    def __init__(self, text: str = "", muted: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setWordWrap(True)
        self.setProperty("muted", muted)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setMinimumWidth(40)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, super().minimumSizeHint().height())


class Heading(QLabel):
    """The title of a section."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setProperty("heading", True)
        self.setContentsMargins(0, 8, 0, 0)


class ElidingButton(QPushButton):
    """A button whose text ends in … where there is no room for it; then the tool tip says it all."""

    def __init__(self, picture: QIcon, text: str, tip: str = "") -> None:
        super().__init__(picture, text)
        self.full = text
        self.tip = tip
        self._hint = QSize()

    def sizeHint(self) -> QSize:
        """What the whole text needs, also while only its beginning is shown."""
        if self.text() == self.full or not self._hint.isValid():
            self._hint = super().sizeHint()
        return self._hint

    def minimumSizeHint(self) -> QSize:
        return QSize(40, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.text() != self.full:
            self.setText(self.full)
        metrics = self.fontMetrics()
        missing = self.sizeHint().width() - self.width()
        if missing > 0:
            room = metrics.horizontalAdvance(self.full) - missing
            self.setText(metrics.elidedText(self.full, Qt.TextElideMode.ElideRight, room))
        self.setToolTip(self.tip if missing <= 0 else f"{self.full}\n{self.tip}".strip())


class Picker(QComboBox):
    """A choice whose text ends in … where there is no room for it; the list is as wide as its longest."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)

    def shown_text(self) -> str:
        """What can be read of the chosen text."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        room = self._room(option)
        return self.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideRight, room)

    def _room(self, option: QStyleOptionComboBox) -> int:
        field = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, self
        )
        picture = 0 if option.currentIcon.isNull() else option.iconSize.width() + 6
        return field.width() - picture - 2

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QStylePainter(self)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        option.currentText = self.shown_text()
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)

    def showPopup(self) -> None:
        self.view().setMinimumWidth(self.view().sizeHintForColumn(0) + 24)
        super().showPopup()


class Line(QFrame):
    """A thin separating line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("line", True)


class Column(QScrollArea):
    """A column of widgets that scrolls vertically only. Add to ``layout_``."""

    def __init__(self, parent: QWidget | None = None, margin: int = 12, gap: int = 8) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.inside = QWidget()
        self.layout_ = QVBoxLayout(self.inside)
        self.layout_.setContentsMargins(margin, margin, margin, margin)
        self.layout_.setSpacing(gap)
        self.setWidget(self.inside)


class IconButton(QToolButton):
    """A button without text; to those who hear the window it is called as its tip says."""

    def setToolTip(self, text: str) -> None:
        super().setToolTip(text)
        self.setAccessibleName(text)


def flat_button(tip: str) -> IconButton:
    """One without a frame, as they stand in the bars of panels."""
    button = IconButton()
    button.setAutoRaise(True)
    button.setToolTip(tip)
    return button


class Invitation(QWidget):
    """What stands in a panel that is still empty: a ``picture`` over a ``text`` that says what will be here."""

    def __init__(self) -> None:
        super().__init__()
        self.picture, self.text = QLabel(), QLabel()
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.text.setProperty("muted", True)
        self.text.setWordWrap(True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.text.setContentsMargins(24, 0, 24, 0)
        column = QVBoxLayout(self)
        column.addStretch(1)
        column.addWidget(self.picture)
        column.addWidget(self.text)
        column.addStretch(1)


def clear(layout: QLayout) -> None:
    """Take everything out of a layout; the widgets go when the event loop is back."""
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        inner = item.layout()
        if inner is not None:
            clear(inner)


def picture_label(picture: QPixmap) -> QLabel:
    """A label that shows an icon, at the top of its cell."""
    label = QLabel()
    label.setPixmap(picture)
    label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter)
    label.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
    return label


def mark(widget: QWidget, name: str, value: object) -> None:
    """Set a property that the style sheet asks for, and restyle."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
