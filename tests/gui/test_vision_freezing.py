"""The padlock of a node in the inspector, with real clicks and keys."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from gui.inspector import Inspector
from gui.inspector.learning_row import LearningRow
from tests.gui.window_hand import click, named, settle, show, small_project, until, workspace_of, write


@pytest.fixture
def inspector(qapp: QApplication) -> Inspector:
    made = Inspector(workspace_of(small_project()))
    show(made, 340, 900)
    made.workspace.select([named(made.workspace, "fc1").id])
    settle()
    until(lambda: row(made).isVisible(), "the shapes are known")
    return made


def row(inspector: Inspector) -> LearningRow:
    return inspector.page.learning  # type: ignore[union-attr, no-any-return]


def test_a_click_on_the_padlock_freezes_and_lets_go(inspector: Inspector) -> None:
    workspace = inspector.workspace
    click(row(inspector).padlock)
    settle()
    assert named(workspace, "fc1").frozen and row(inspector).padlock.text() == "Frozen"
    assert workspace.undo.undoText() == "Freeze fc1"
    click(row(inspector).padlock)
    settle()
    assert not named(workspace, "fc1").frozen and row(inspector).padlock.text() == "Learns"
    workspace.undo.undo()
    settle()
    assert named(workspace, "fc1").frozen and row(inspector).padlock.isChecked()


def test_a_rate_is_typed_and_a_wrong_one_is_refused_in_a_sentence(inspector: Inspector) -> None:
    workspace = inspector.workspace
    write(row(inspector).rate.lineEdit(), "0.1")
    assert named(workspace, "fc1").rate == 0.1
    assert workspace.undo.undoText() == "Set the learning rate of fc1"
    write(row(inspector).rate.lineEdit(), "-3")
    settle()
    assert "must be a number" in row(inspector).sentence.text() and row(inspector).sentence.isVisible()
    assert named(workspace, "fc1").rate == 0.1
    workspace.undo.undo()
    assert named(workspace, "fc1").rate == 1.0


def test_layers_without_weights_have_none(inspector: Inspector) -> None:
    workspace = inspector.workspace
    other = next(node for node in workspace.graph.nodes.values() if node.type in ("ReLU", "Tanh", "Flatten"))
    workspace.select([other.id])
    settle()
    assert not row(inspector).isVisible()
