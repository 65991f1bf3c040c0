"""Writing in the code panel: keys begin it, Ctrl+Return draws it, Esc gives it up; nothing typed is lost."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph.edits import SetParams
from gui.code import CodePanel
from gui.workspace import Workspace
from presets import find
from tests.gui.window_hand import click, named, show, small_project, until, workspace_of

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def workspace(qapp: QApplication) -> Workspace:
    return workspace_of(small_project())


@pytest.fixture
def panel(workspace: Workspace) -> CodePanel:
    made = CodePanel(workspace)
    show(made, 760, 520)
    until(lambda: made.source, "the code is there")
    return made


def put_cursor(panel: CodePanel, before: str) -> None:
    """Put the text cursor in front of these words."""
    editor = panel.editing.editor if panel.editing.active else panel.view
    cursor = QTextCursor(editor.document())
    cursor.setPosition(editor.toPlainText().index(before))
    editor.setTextCursor(cursor)
    editor.setFocus()


def change(panel: CodePanel, old: str, new: str) -> None:
    """Select some words in the editor and type others."""
    editor = panel.editing.editor
    at = editor.toPlainText().index(old)
    cursor = QTextCursor(editor.document())
    cursor.setPosition(at)
    cursor.setPosition(at + len(old), QTextCursor.MoveMode.KeepAnchor)
    editor.setTextCursor(cursor)
    editor.setFocus()
    QTest.keyClicks(editor, new)


def test_the_pencil_opens_the_editor_and_ctrl_return_draws_the_text(panel: CodePanel) -> None:
    workspace = panel.workspace
    before = {node.name: (node.x, node.y) for node in workspace.graph.nodes.values()}
    click(panel.edit)
    assert panel.editing.isVisible() and not panel.view.isVisible()
    assert panel.editing.sentence.text() == "Nothing changes in the drawing."
    assert not panel.editing.apply_button.isEnabled()
    change(panel, "nn.Conv2d(1, 4,", "nn.Conv2d(1, 6,")
    until(lambda: "1 changed" in panel.editing.sentence.text(), "the change is said")
    QTest.keyClick(panel.editing.editor, Qt.Key.Key_Return, CTRL)
    assert named(workspace, "conv1").params["out_channels"] == 6
    assert {node.name: (node.x, node.y) for node in workspace.graph.nodes.values()} == before
    assert workspace.undo.undoText() == "Edit code" and workspace.undo.count() == 1
    until(lambda: "nn.Linear(384, 10)" in panel.view.toPlainText(), "the code is that of the drawing again")
    assert panel.view.isVisible() and not panel.editing.isVisible()
    workspace.undo.undo()
    assert named(workspace, "conv1").params["out_channels"] == 4


def test_typing_begins_where_the_cursor_is(panel: CodePanel) -> None:
    put_cursor(panel, "nn.Flatten()")
    QTest.keyClicks(panel.view, "n")
    assert panel.editing.active
    QTest.keyClicks(panel.editing.editor, "n.Dropout(p=0.25),")
    QTest.keyClick(panel.editing.editor, Qt.Key.Key_Return)
    until(lambda: "1 added" in panel.editing.sentence.text(), "the new layer is said")
    click(panel.editing.apply_button)
    assert "Dropout" in {node.type for node in panel.workspace.graph.nodes.values()}


def test_a_double_click_begins_there(panel: CodePanel) -> None:
    QTest.mouseDClick(
        panel.view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(60, 40)
    )
    assert panel.editing.active and panel.editing.editor.hasFocus()


def test_what_cannot_be_drawn_is_marked_at_its_line_and_changes_nothing(panel: CodePanel) -> None:
    workspace = panel.workspace
    kept = workspace.project.copy()
    panel.write()
    change(panel, "return self.layers(x)", "assert x is not None")
    until(lambda: panel.editing.editor.wrong, "the line is marked")
    line = (
        panel.editing.editor.toPlainText()[: panel.editing.editor.toPlainText().index("assert")].count("\n")
        + 1
    )
    assert panel.editing.editor.wrong and panel.editing.editor.wrong[0] == line
    assert (
        panel.editing.sentence.text()
        == f"Line {line}: `assert` statements cannot be drawn; use a code block for them."
    )
    assert not panel.editing.apply_button.isEnabled()
    QTest.keyClick(panel.editing.editor, Qt.Key.Key_Return, CTRL)
    assert panel.editing.active and workspace.project == kept and workspace.undo.count() == 0


def test_sizes_that_do_not_fit_are_told_at_their_line(panel: CodePanel) -> None:
    panel.write()
    change(panel, "nn.Linear(256, 10)", "nn.Linear(99, 10)")
    until(lambda: panel.editing.trouble, "the problem is said")
    assert "expects 99 features but receives 256" in panel.editing.sentence.text()
    assert panel.editing.editor.wrong is not None and not panel.editing.apply()


def test_escape_gives_the_text_up_and_it_can_be_brought_back(panel: CodePanel) -> None:
    panel.write()
    change(panel, "nn.ReLU()", "nn.GELU()")
    written = panel.editing.editor.toPlainText()
    QTest.keyClick(panel.editing.editor, Qt.Key.Key_Escape)
    assert not panel.editing.active and "nn.ReLU()" in panel.view.toPlainText()
    click(panel.back)
    assert panel.editing.editor.toPlainText() == written
    assert panel.editing.apply()
    assert named(panel.workspace, "relu1").type == "GELU"
    assert not panel.back.isVisible()


def test_a_drawing_that_changes_meanwhile_keeps_the_text_and_says_so(panel: CodePanel) -> None:
    workspace = panel.workspace
    panel.write()
    change(panel, "nn.ReLU()", "nn.Tanh()")
    workspace.perform(
        "Set", [SetParams(workspace.graph_id, named(workspace, "fc1").id, {"out_features": 12})]
    )
    until(lambda: "has changed since you began" in panel.editing.sentence.text(), "the change is told")
    assert "nn.Tanh()" in panel.editing.editor.toPlainText()
    assert panel.editing.apply()
    assert named(workspace, "relu1").type == "Tanh"
    assert named(workspace, "fc1").params.get("out_features", 10) == 10  # as the text says


def test_without_anything_written_a_change_of_the_drawing_is_shown(panel: CodePanel) -> None:
    workspace = panel.workspace
    panel.write()
    workspace.perform(
        "Set", [SetParams(workspace.graph_id, named(workspace, "fc1").id, {"out_features": 12})]
    )
    until(lambda: "12)" in panel.view.toPlainText() and panel.view.isVisible(), "the code is the new one")


def test_the_text_of_another_project_is_kept_for_copying(panel: CodePanel) -> None:
    panel.write()
    change(panel, "nn.ReLU()", "nn.Tanh()")
    panel.workspace.open(find("digits-cnn").build())
    until(lambda: "of the project before" in panel.editing.sentence.text(), "it is told")
    assert "nn.Tanh()" in panel.editing.editor.toPlainText() and not panel.editing.apply()
    QTest.keyClick(panel.editing.editor, Qt.Key.Key_Escape)
    until(lambda: "class DigitsCNN" in panel.view.toPlainText(), "the code of the new project")


def test_saving_takes_the_text_along(panel: CodePanel) -> None:
    panel.write()
    change(panel, "nn.ReLU()", "nn.Tanh()")
    panel.workspace.settling.emit()
    assert named(panel.workspace, "relu1").type == "Tanh" and not panel.editing.active
    assert "nn.Tanh()" in panel.view.toPlainText()
    until(lambda: panel.writable, "the code is that of the drawing again")
    panel.write()
    change(panel, "nn.Tanh()", "nn.Tan()")
    said: list[str] = []
    panel.workspace.message.connect(lambda level, text: said.append(text))
    panel.workspace.settling.emit()
    assert panel.editing.active and "cannot be drawn yet" in said[-1]


def test_code_that_is_out_of_date_cannot_be_written_in(panel: CodePanel) -> None:
    workspace = panel.workspace
    workspace.perform(
        "Break", [SetParams(workspace.graph_id, named(workspace, "fc1").id, {"in_features": 99})]
    )
    until(lambda: panel.failed, "the problem is said")
    assert not panel.edit.isEnabled()
    QTest.keyClicks(panel.view, "x")
    assert not panel.editing.active
