"""Blocks written in Python in the window: put on the canvas, written, asked about, trusted, trained."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from graph.build import GraphBuilder, project
from graph.custom import TEMPLATE, code_block, fingerprint
from graph.files import load, save
from graph.fragment import copy
from graph.model import DataChoice, Project, Training
from graph.palette import search
from gui.blocks.shelf import all_entries
from gui.custom.editor import CodeEditor
from gui.custom.trust import TrustDialog
from gui.window import MainWindow
from runtime.trust import trust, trusted
from tests.gui.window_hand import named, settle, small_project, until

GATE = """\
class Gate(nn.Module):
    def __init__(self, start=1.5):
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(start))

    def forward(self, x):
        return x * self.scale
"""
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def window(qapp: QApplication) -> Iterator[MainWindow]:
    made = MainWindow()
    made.resize(1300, 850)
    made.show()
    made.workspace.load_torch()
    until(lambda: made.workspace.ready, "torch is there")
    yield made
    made.workspace.settling.emit()
    made.workspace.undo.setClean()
    made.close()


def gated(code: str = GATE) -> Project:
    g, block = GraphBuilder("Net"), GraphBuilder("Stand_in")
    block.graph = code_block("", code)
    x = g.use(block, g.input("x", shape=(4,)), name="gate")
    g.output(g.add("Linear", x, out_features=3, name="head"))
    training = Training(epochs=1, batch_size=50, device="cpu", threads=1)
    return project("Gated", g, data=DataChoice("iris"), training=training)


def shape_of(window: MainWindow, name: str) -> str:
    shapes = window.workspace.node_shapes(named(window.workspace, name).id)
    return next(iter(shapes.outputs.values())).text if shapes and shapes.outputs else ""


def waits(window: MainWindow, name: str) -> str:
    shapes = window.workspace.node_shapes(named(window.workspace, name).id)
    return shapes.waits if shapes else ""


def button(window: MainWindow, text: str) -> QPushButton:
    return next(found for found in window.trust_bar.findChildren(QPushButton) if found.text() == text)


def test_nothing_of_a_project_runs_before_it_is_trusted(window: MainWindow, tmp_path: Path) -> None:
    ran = tmp_path / "it-ran"
    code = f"open({str(ran)!r}, 'w')\n"
    path = tmp_path / "own.loom"
    save(gated(GATE.replace("        super()", f"        {code}        super()")), path)
    assert window.files.open(path)
    settle()
    assert window.trust_bar.isVisible()
    assert "the block Gate" in window.trust_bar.sentence.text()
    assert "not a sandbox" in window.trust_bar.hint.text()
    assert waits(window, "gate").startswith("waits: its code is not trusted yet")
    window.actions_table["train"].trigger()
    assert window.training.session.state in ("cold", "idle")
    assert "not trusted yet" in window.status.text.text()
    assert not ran.exists()
    assert window.asker.prober.pid is None
    button(window, "Trust this code").click()
    until(lambda: shape_of(window, "gate") == "(B, 4)", "the shape of what the code gives")
    assert ran.exists()
    assert not window.trust_bar.isVisible()
    assert trusted() == {fingerprint(block.code) for block in window.workspace.project.blocks.values()}
    assert window.files.open(path)
    settle()
    assert not window.trust_bar.isVisible()
    window.training.wake()
    session = window.training.session
    window.actions_table["train"].trigger()
    until(lambda: session.result is not None or session.failure is not None, "the run has ended")
    assert session.failure is None, session.failure


def test_not_now_is_kept_until_training_is_wanted(window: MainWindow) -> None:
    window.files.show(gated())
    settle()
    button(window, "Not now").click()
    assert not window.trust_bar.isVisible()
    window.workspace.select([])
    window.workspace.refresh_shapes()
    assert not window.trust_bar.isVisible()
    window.actions_table["train"].trigger()
    assert window.trust_bar.isVisible()


def test_the_code_can_be_read_before_it_is_trusted(window: MainWindow) -> None:
    window.files.show(gated("import json\n\n\n" + GATE))
    settle()
    button(window, "Show code").click()
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, TrustDialog)
    assert dialog.view.toPlainText() == "import json\n\n\n" + GATE
    assert dialog.says.text() == "Imports json."
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not trusted()
    button(window, "Show code").click()
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, TrustDialog)
    QTest.mouseClick(dialog.trust, Qt.MouseButton.LeftButton)
    assert trusted() == {fingerprint("import json\n\n\n" + GATE)}


def test_a_new_block_comes_from_the_palette_and_may_run_at_once(window: MainWindow) -> None:
    window.files.show(small_project())
    for query in ("python", "lambda", "custom", "function"):
        assert any(
            entry.title == "Python code" for entry in search(query, all_entries(window.workspace.project))[:4]
        )
    window.workspace.select([named(window.workspace, "relu1").id])
    entry = next(entry for entry in all_entries(window.workspace.project) if entry.title == "Python code")
    count = window.workspace.undo.count()
    window.palette_panel.add(entry)
    assert window.workspace.undo.count() == count + 1
    (node,) = window.workspace.selected_nodes
    block = window.workspace.project.blocks[window.workspace.graph.nodes[node].block or ""]
    assert block.code == TEMPLATE.format(name="PythonBlock")
    assert not window.trust_bar.isVisible()
    until(lambda: shape_of(window, "fc1") == "(B, 10)", "what lies behind is known")
    window.workspace.undo.undo()
    assert not window.workspace.project.blocks


def enter(window: MainWindow) -> None:
    window.workspace.enter(named(window.workspace, "gate").id)
    settle()
    assert window.pages.currentWidget() is window.code_page
    window.code_page.editor.setFocus()


def test_code_is_written_in_place_as_one_undo_step(window: MainWindow) -> None:
    trust([GATE])
    window.files.show(gated())
    enter(window)
    page, editor = window.code_page, window.code_page.editor
    assert editor.code == GATE
    assert "x → output" in page.ports.text() and "start = 1.5" in page.ports.text()
    editor.go_to(6, 24)
    QTest.keyClicks(editor, ", other")
    page.look()
    assert "x, other → output" in page.ports.text()
    assert page.state.text() == "not applied yet"
    assert window.workspace.project.blocks["b1"].code == GATE
    count = window.workspace.undo.count()
    QTest.keyClick(editor, Qt.Key.Key_Return, CTRL)
    assert window.workspace.undo.count() == count + 1
    assert window.workspace.undo.undoText() == "Change the code of Gate"
    block = window.workspace.project.blocks["b1"]
    assert [node.name for node in block.inputs] == ["x", "other"]
    assert page.state.text() == ""
    assert fingerprint(block.code) in trusted()  # what one types oneself is trusted
    window.workspace.undo.undo()
    settle()
    assert editor.code == GATE
    window.workspace.undo.redo()
    settle()
    assert "other" in editor.code
    window.workspace.leave()
    settle()
    assert window.pages.currentWidget() is window.canvas


def test_errors_stand_at_their_line(window: MainWindow) -> None:
    trust([GATE])
    window.files.show(gated())
    enter(window)
    page, editor = window.code_page, window.code_page.editor
    editor.set_code(GATE.replace("self.scale\n", "(self.scale\n"))
    page.look()
    assert page.sentence.text() == "Python cannot read this line: '(' was never closed."
    assert editor.wrong == (7, 20)
    assert editor.sign.isVisible() and editor.sign.toolTip() == page.sentence.text()
    QTest.keyClick(editor, Qt.Key.Key_Return, CTRL)  # kept all the same: nothing that was typed is lost
    assert window.workspace.project.blocks["b1"].code == editor.code
    settle()
    window.workspace.refresh_shapes()
    assert any("cannot be read in line 7" in problem.text for problem in window.workspace.shapes.errors)
    editor.selectAll()
    QTest.keyClicks(editor, "def gate(x):")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    QTest.keyClicks(editor, "return x.nope")
    assert editor.code == "def gate(x):\n    return x.nope"
    QTest.keyClick(editor, Qt.Key.Key_Return, CTRL)
    until(lambda: editor.wrong == (2, 0), "the line where it failed")
    assert "AttributeError" in page.sentence.text()
    editor.go_to(1)
    QTest.mouseClick(page.show_line, Qt.MouseButton.LeftButton)
    assert editor.textCursor().blockNumber() == 1


def test_leaving_saving_and_training_apply_what_was_typed(window: MainWindow, tmp_path: Path) -> None:
    trust([GATE])
    window.files.show(gated(), tmp_path / "own.loom")
    enter(window)
    editor = window.code_page.editor
    editor.go_to(1)
    QTest.keyClicks(editor, "# one")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert window.files.save()
    assert load(tmp_path / "own.loom").blocks["b1"].code == "# one\n" + GATE
    editor.go_to(1)
    QTest.keyClicks(editor, "# two ")
    window.workspace.leave()
    assert window.workspace.project.blocks["b1"].code == "# two # one\n" + GATE
    assert not window.workspace.undo.isClean()


def test_what_grows_out_of_untrusted_code_is_not_trusted_by_itself(window: MainWindow) -> None:
    window.files.show(gated())
    enter(window)
    assert "not trusted yet" in window.code_page.sentence.text()
    editor = window.code_page.editor
    editor.go_to(1)
    QTest.keyClicks(editor, "# mine")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    window.code_page.apply()
    settle()
    assert not trusted()
    assert window.trust_bar.isVisible()


def test_keys_of_the_editor(window: MainWindow) -> None:
    trust([GATE])
    window.files.show(gated())
    enter(window)
    editor = window.code_page.editor
    editor.selectAll()
    QTest.keyClicks(editor, "def f(x):")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    QTest.keyClicks(editor, "a")
    QTest.keyClick(editor, Qt.Key.Key_Tab)
    QTest.keyClicks(editor, "b")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert editor.code == "def f(x):\n    a   b\n    "
    QTest.keyClick(editor, Qt.Key.Key_Backspace)
    assert editor.code == "def f(x):\n    a   b\n"
    editor.selectAll()
    QTest.keyClick(editor, Qt.Key.Key_Tab)
    assert editor.code == "    def f(x):\n        a   b\n"
    editor.selectAll()
    QTest.keyClick(editor, Qt.Key.Key_Backtab)
    assert editor.code == "def f(x):\n    a   b\n"


def test_colours_follow_what_is_typed(qapp: QApplication) -> None:
    """Only lines that look different are coloured anew; the result is that of colouring everything."""
    dice = random.Random(4)
    editor = CodeEditor()
    editor.set_code(GATE)

    def colours() -> list[list[tuple[int, int, str]]]:
        found = []
        block = editor.document().begin()
        while block.isValid():
            formats = block.layout().formats()
            found.append([(one.start, one.length, one.format.foreground().color().name()) for one in formats])
            block = block.next()
        return found

    for _ in range(60):
        editor.go_to(dice.randint(1, editor.blockCount()), dice.randint(1, 20))
        QTest.keyClicks(editor, dice.choice(('"', "'''", "#", "def ", "x", "(", "1")))
        if dice.random() < 0.3:
            QTest.keyClick(editor, dice.choice((Qt.Key.Key_Return, Qt.Key.Key_Delete, Qt.Key.Key_Backspace)))
        now = colours()
        editor.highlighter.rehighlight()
        assert colours() == now
    editor.deleteLater()


def test_nothing_else_can_be_put_into_a_block_of_code(window: MainWindow) -> None:
    trust([GATE])
    window.files.show(gated())
    enter(window)
    before = dict(window.workspace.graph.nodes)
    entry = next(entry for entry in all_entries(window.workspace.project) if entry.title == "ReLU")
    window.palette_panel.add(entry)
    assert window.workspace.graph.nodes == before
    assert "is written in Python: change its code instead" in window.status.text.text()


def test_pasted_code_is_asked_about(window: MainWindow) -> None:
    window.files.show(small_project())
    other = gated()
    text = copy(other.main, [node.id for node in other.main.nodes.values() if node.name == "gate"], other)
    QApplication.clipboard().setText(text)
    window.canvas.setFocus()
    window.actions_table["paste"].trigger()
    settle()
    assert window.trust_bar.isVisible()
