"""Drawing a recurrent cell: a block's use is run over time and an Output carries a state, by real clicks."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox

from graph.build import GraphBuilder, project
from graph.model import Project
from gui.canvas.look import node_look
from gui.inspector import Inspector
from gui.inspector.editors import ChoiceEditor
from gui.inspector.node_page import NodePage
from gui.workspace import Workspace
from tests.gui.window_hand import named, settle, show, workspace_of


def cell_project() -> Project:
    """A block of one Linear over the input and what was before; its use is not run over time yet."""
    b = GraphBuilder("Cell")
    x, h = b.input("x"), b.input("h", shape=(5,))
    new = b.add("Tanh", b.add("Linear", b.add("Concat", x, h), out_features=5, name="mix"))
    b.output(new, name="y")
    b.output(new, name="last")
    g = GraphBuilder("Net")
    x = g.input("x", shape=(7, 3))
    g.output(g.use(b, x, name="rnn"), name="out")
    return project("Cells", g)


def box(inspector: Inspector, param: str) -> QComboBox:
    assert isinstance(inspector.page, NodePage)
    editor = inspector.page.rows[param].editor
    assert isinstance(editor, ChoiceEditor)
    return editor.box


def choose(inspector: Inspector, param: str, text: str) -> None:
    """Pick from the list with the keyboard."""
    combo = box(inspector, param)
    combo.setFocus()
    step = Qt.Key.Key_Down if combo.findText(text) > combo.currentIndex() else Qt.Key.Key_Up
    while combo.currentText() != text:
        before = combo.currentIndex()
        QTest.keyClick(combo, step)
        assert combo.currentIndex() != before, f"{text} is not among the choices"
    combo.textActivated.emit(combo.currentText())
    settle()


def select(workspace: Workspace, name: str) -> None:
    workspace.select([named(workspace, name).id])
    settle()


def test_a_cell_is_made_of_a_block(qapp: QApplication) -> None:
    workspace = workspace_of(cell_project())
    inspector = Inspector(workspace)
    show(inspector, 340, 900)
    select(workspace, "rnn")
    assert box(inspector, "over").currentText() == "once"
    choose(inspector, "over", "over time")
    use = named(workspace, "rnn")
    assert use.params == {"over": "time"}
    workspace.enter(use.id)
    select(workspace, "last")
    carries = box(inspector, "carries")
    assert [carries.itemText(at) for at in range(carries.count())] == ["—", "x", "h"]
    choose(inspector, "carries", "h")
    assert named(workspace, "last").params["carries"] == "h"
    look = node_look(workspace.project, workspace.graph, named(workspace, "last"), None, [], set())
    assert look.headline == "carries h"
    look = node_look(workspace.project, workspace.graph, named(workspace, "h"), None, [], set())
    assert look.headline == "state of 5"
    workspace.go((workspace.project.main.id,))
    look = node_look(workspace.project, workspace.graph, use, None, [], set())
    assert look.badge == "over time" and [port.name for port in look.inputs] == ["x", "h"]
    workspace.undo.undo()
    workspace.undo.undo()
    assert workspace.project == cell_project()


def test_an_output_of_the_network_carries_nothing(qapp: QApplication) -> None:
    workspace = workspace_of(cell_project())
    inspector = Inspector(workspace)
    show(inspector, 340, 900)
    select(workspace, "out")
    assert isinstance(inspector.page, NodePage) and list(inspector.page.rows) == ["index"]
