"""How a layer's weights begin, chosen in the inspector with real keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gui.inspector import Inspector
from gui.inspector.start_row import StartRow
from tests.gui.window_hand import named, settle, show, small_project, until, workspace_of, write


@pytest.fixture
def inspector(qapp: QApplication) -> Inspector:
    made = Inspector(workspace_of(small_project()))
    show(made, 340, 900)
    select(made, "fc1")
    until(lambda: row(made).isVisible(), "the shapes are known")
    return made


def select(inspector: Inspector, *names: str) -> None:
    inspector.workspace.select([named(inspector.workspace, name).id for name in names])
    settle()


def row(inspector: Inspector) -> StartRow:
    return inspector.page.start  # type: ignore[union-attr]


def choose(inspector: Inspector, title: str) -> None:
    """The list opened, gone down to the entry, Enter."""
    box = row(inspector).way
    box.setFocus()
    box.showPopup()
    settle()
    QTest.keyClick(box.view(), Qt.Key.Key_Home)
    for _ in range(box.findText(title)):
        QTest.keyClick(box.view(), Qt.Key.Key_Down)
    QTest.keyClick(box.view(), Qt.Key.Key_Return)
    settle()


def test_a_way_is_chosen_and_undone(inspector: Inspector) -> None:
    workspace = inspector.workspace
    assert row(inspector).way.currentText() == "as the rest of the network"
    choose(inspector, "He, normal")
    assert named(workspace, "fc1").start == "he_normal"
    assert workspace.undo.undoText() == "Set how fc1 starts" and not row(inspector).number.isVisible()
    workspace.undo.undo()
    settle()
    assert named(workspace, "fc1").start == "" and row(inspector).way.currentData() == ""


def test_a_way_with_a_number_brings_a_box_and_typing_is_one_step(inspector: Inspector) -> None:
    workspace = inspector.workspace
    choose(inspector, "Constant")
    assert named(workspace, "fc1").start == "constant 0.5" and row(inspector).number.isVisible()
    steps = workspace.undo.count()
    write(row(inspector).number.lineEdit(), "-0.25")
    settle()
    assert named(workspace, "fc1").start == "constant -0.25" and workspace.undo.count() == steps + 1
    choose(inspector, "Uniform")
    write(row(inspector).number.lineEdit(), "-1")
    settle()
    assert row(inspector).sentence.isVisible() and named(workspace, "fc1").start == "uniform 0.1"
    write(row(inspector).number.lineEdit(), "0.00001")
    settle()
    assert named(workspace, "fc1").start == "uniform 1e-5" and not row(inspector).sentence.isVisible()


def test_several_layers_at_once_but_only_those_with_weights(inspector: Inspector) -> None:
    workspace = inspector.workspace
    choose(inspector, "Zeros")
    select(inspector, "fc1", "conv1", "relu1")
    assert row(inspector).way.currentText() == "in different ways"
    choose(inspector, "Orthogonal")
    starts = [named(workspace, name).start for name in ("fc1", "conv1", "relu1")]
    assert starts == ["orthogonal", "orthogonal", ""]
    assert workspace.undo.undoText() == "Set how 2 nodes start"
    select(inspector, "relu1", "flatten1")
    assert not row(inspector).isVisible()
    select(inspector, "relu1")
    assert not row(inspector).isVisible()
