"""Everything that can have the keyboard says what it is, for those who hear the window instead of seeing it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QKeySequenceEdit,
    QLineEdit,
    QSlider,
    QTabBar,
    QTabWidget,
    QWidget,
)

from gui.shortcuts import ShortcutsDialog
from gui.window import MainWindow
from tests.gui.window_hand import named, settle

SPEAKING = (
    QAbstractButton, QAbstractScrollArea, QAbstractSpinBox, QComboBox, QKeySequenceEdit, QLineEdit, QSlider, QTabBar,
)  # fmt: skip


def silent(window: QWidget) -> list[str]:
    """Widgets of the window that can be reached and have neither a name nor a text. A tip is not enough: it is told
    after the name, if at all."""
    found = []
    for widget in window.findChildren(QWidget):
        inside = isinstance(
            widget.parent(),
            (
                QLineEdit,
                QComboBox,
                QAbstractSpinBox,
                QAbstractItemView,
                QTabWidget,
                QTabBar,
                QKeySequenceEdit,
            ),
        )
        own = widget.objectName().startswith("qt_")  # Qt's parts of a menu bar or table
        if not isinstance(widget, SPEAKING) or inside or own or not widget.isVisibleTo(window):
            continue
        if widget.focusPolicy() == Qt.FocusPolicy.NoFocus and not isinstance(widget, QAbstractButton):
            continue
        text = widget.text() if isinstance(widget, QAbstractButton) else ""
        if not (widget.accessibleName() or text):
            found.append(f"{type(widget).__name__} in {type(widget.parent()).__name__}")
    return found


@pytest.fixture
def window(qapp: QApplication) -> MainWindow:
    made = MainWindow()
    made.resize(1400, 900)
    made.show()
    settle()
    return made


def test_everything_says_what_it_is(window: MainWindow) -> None:
    window.files.open_preset("digits-cnn")
    for dock in window.docks.all:
        window.docks.show(dock)
        settle()
    assert silent(window) == []
    window.workspace.select([named(window.workspace, "conv1").id])
    settle()
    assert silent(window) == []
    window.show_start()
    settle()
    assert silent(window) == []
    sheet = ShortcutsDialog(window.actions_table, window)
    assert silent(sheet) == []
    window.close()
