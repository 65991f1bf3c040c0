"""Blocks and networks in the whole window: keys that go through its actions, and the export of all networks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox

from gui.blocks.header_page import BlockPage
from gui.window import MainWindow
from tests.gui.window_hand import block_project, named, settle, show, until, workspace_of

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def window(qapp: QApplication) -> Iterator[MainWindow]:
    project = block_project()
    made = MainWindow(workspace_of(project))
    show(made, 1280, 800)
    made.files.show(project)
    settle()
    yield made
    made.workspace.undo.setClean()
    made.close()
    made.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_keys_group_enter_leave_and_ungroup(window: MainWindow) -> None:
    workspace, canvas = window.workspace, window.canvas
    canvas.setFocus()
    workspace.select([named(workspace, "first").id, named(workspace, "head").id])
    QTest.keyClick(canvas, Qt.Key.Key_G, CTRL)
    popup = canvas.blocks.popup
    assert popup is not None and popup.more.text() == "Take in “rest” too"
    QTest.keyClick(popup.more, Qt.Key.Key_Return)
    QTest.keyClick(popup.name, Qt.Key.Key_Return)
    settle()
    assert window.actions_table["ungroup"].isEnabled() and canvas.hasFocus()
    QTest.keyClick(canvas, Qt.Key.Key_Return, CTRL)
    settle()
    assert len(workspace.place) == 2 and isinstance(window.inspector.page, BlockPage)
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert len(workspace.place) == 1
    QTest.keyClick(canvas, Qt.Key.Key_G, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert {"first", "rest", "head"} <= workspace.graph.names()
    window.inspector.setFocus()
    QTest.keyClick(window, Qt.Key.Key_Return, CTRL)
    assert canvas.hasFocus() and len(workspace.place) == 1


def test_networks_are_added_walked_and_exported_together(window: MainWindow, tmp_path: Path) -> None:
    workspace = window.workspace
    window.actions_table["add_network"].trigger()
    assert workspace.graph.name == "Network"
    for name in ("Net", "Network"):
        QTest.keyClick(window.canvas, Qt.Key.Key_PageDown, CTRL)
        assert workspace.graph.name == name
    workspace.refresh_shapes()
    until(lambda: not workspace.behind, "the shapes are there")
    path = tmp_path / "all.py"
    assert window.exporter.write("all", path), [box.text() for box in window.findChildren(QMessageBox)]
    text = path.read_text(encoding="utf-8")
    assert "class Net(nn.Module):" in text and "class Network(nn.Module):" in text
    settle()
    for box in window.findChildren(QMessageBox):
        box.close()
