"""The inspector, with real keys and clicks, judged by the document."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton

from graph.edits import UNSET, AddNodes, SetParams
from graph.model import Project
from graph.operations import new_node
from graph.values import Expr
from gui.blocks.header_page import BlockPage
from gui.inspector import Inspector
from gui.inspector.editors import ChoiceEditor, ExpressionEditor, SizesEditor, TextEditor
from gui.inspector.many_page import ManyPage
from gui.inspector.network_page import NetworkPage
from gui.inspector.node_page import NodePage
from gui.problem_card import ProblemCard
from gui.widgets import ElidingButton
from gui.workspace import Workspace
from tests.gui.window_hand import (
    block_project,
    click,
    named,
    settle,
    show,
    small_project,
    until,
    workspace_of,
    write,
)


class Bench:
    """An inspector over a project, with one node selected."""

    def __init__(self, project: Project, node: str = "") -> None:
        self.workspace: Workspace = workspace_of(project)
        self.inspector = Inspector(self.workspace)
        show(self.inspector, 340, 900)
        if node:
            self.select(node)

    def select(self, *names: str) -> None:
        self.workspace.select([named(self.workspace, name).id for name in names])
        settle()

    @property
    def page(self) -> NodePage:
        assert isinstance(self.inspector.page, NodePage)
        return self.inspector.page

    def params(self, name: str) -> dict[str, Any]:
        return named(self.workspace, name).params

    def field(self, param: str) -> QLineEdit:
        editor = self.page.rows[param].editor
        found = editor.box if isinstance(editor, TextEditor) else editor.findChildren(QLineEdit)[0]
        assert isinstance(found, QLineEdit)
        return found


@pytest.fixture
def bench(qapp: QApplication) -> Bench:
    return Bench(small_project(), "conv1")


def test_a_typed_number_is_applied_at_once_as_one_undo_step(bench: Bench) -> None:
    write(bench.field("out_channels"), "128")
    assert bench.params("conv1")["out_channels"] == 128
    assert bench.workspace.undo.count() == 1
    bench.workspace.undo.undo()
    assert bench.params("conv1")["out_channels"] == 4
    settle()
    bench.inspector.setFocus()
    assert bench.field("out_channels").text() == "4"


def test_keys_step_within_the_range(bench: Bench) -> None:
    field = bench.field("out_channels")
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_Up)
    assert bench.params("conv1")["out_channels"] == 5
    write(field, "1")
    QTest.keyClick(field, Qt.Key.Key_Down)
    assert bench.params("conv1")["out_channels"] == 1


def test_what_cannot_be_used_is_said_and_the_document_stays(bench: Bench) -> None:
    field = bench.field("groups")
    write(field, "0")
    row = bench.page.rows["groups"]
    assert row.sentence.isVisible()
    assert row.sentence.text() == "groups must be a whole number from 1 to 1,000,000, not 0."
    assert "groups" not in bench.params("conv1")
    bench.field("out_channels").setFocus()
    assert field.text() == "1" and not row.sentence.isVisible()


def test_sizes_are_one_number_while_linked_and_several_after(bench: Bench) -> None:
    editor = bench.page.rows["kernel_size"].editor
    assert isinstance(editor, SizesEditor)
    write(editor.boxes[0].lineEdit(), "5")
    assert bench.params("conv1")["kernel_size"] == 5
    assert not editor.boxes[1].isVisible()
    click(editor.link)
    assert bench.params("conv1")["kernel_size"] == (5, 5)
    settle()
    assert editor.boxes[1].isVisible()
    write(editor.boxes[1].lineEdit(), "3")
    assert bench.params("conv1")["kernel_size"] == (5, 3)
    click(editor.link)
    assert bench.params("conv1")["kernel_size"] == 5


def test_check_box_and_choice(bench: Bench) -> None:
    editor = bench.page.rows["bias"].editor
    assert editor is not None
    QTest.keyClick(editor.box, Qt.Key.Key_Space)  # type: ignore[attr-defined]
    assert bench.params("conv1")["bias"] is False
    choice = bench.page.rows["padding_mode"].editor
    assert isinstance(choice, ChoiceEditor)
    choice.box.setFocus()
    QTest.keyClick(choice.box, Qt.Key.Key_Down)
    QTest.keyClick(choice.box, Qt.Key.Key_Return)
    choice.box.textActivated.emit("reflect")
    assert bench.params("conv1")["padding_mode"] == "reflect"


def test_inferred_sizes_are_shown_and_can_be_pinned(bench: Bench) -> None:
    row = bench.page.rows["in_channels"]
    assert row.auto.text() == "auto (1)" and row.auto.isVisible()
    click(row.pin)
    assert bench.params("conv1")["in_channels"] == 1
    settle()
    assert not row.auto.isVisible()
    click(row.pin)
    assert "in_channels" not in bench.params("conv1")
    settle()
    assert row.auto.isVisible()


def test_reset_takes_a_value_back(bench: Bench) -> None:
    row = bench.page.rows["padding"]
    assert row.reset.isVisible()
    click(row.reset)
    assert "padding" not in bench.params("conv1")
    settle()
    assert not row.reset.isVisible()


def test_an_optional_value_is_set_and_cleared(qapp: QApplication) -> None:
    bench = Bench(small_project())
    workspace = bench.workspace
    node = new_node(workspace.project, workspace.graph, "MaxPool2d")
    workspace.perform("Add", [AddNodes(workspace.graph_id, [node])])
    workspace.select([node.id])
    settle()
    row = bench.page.rows["stride"]
    assert row.auto.isVisible()
    click(row.pin)
    assert node.name and workspace.graph.nodes[node.id].params["stride"] == 1
    settle()
    click(row.pin)
    assert "stride" not in workspace.graph.nodes[node.id].params


def test_shape_of_an_input(qapp: QApplication) -> None:
    bench = Bench(small_project(), "image")
    write(bench.field("shape"), "3, 16, 16")
    assert bench.params("image")["shape"] == (3, 16, 16)
    write(bench.field("shape"), "3 x 8")
    assert bench.params("image")["shape"] == (3, 8)
    write(bench.field("shape"), "3, wide")
    assert bench.params("image")["shape"] == (3,)
    assert "“wide” is no number" in bench.page.rows["shape"].sentence.text()


def test_rename_and_names_that_cannot_be(bench: Bench) -> None:
    write(bench.page.name, "class")
    assert bench.page.name_sentence.isVisible()
    QTest.keyClick(bench.page.name, Qt.Key.Key_Escape)
    write(bench.page.name, "relu1")
    assert bench.page.name_sentence.text() == "Another node is called “relu1” already."
    write(bench.page.name, "stem")
    QTest.keyClick(bench.page.name, Qt.Key.Key_Return)
    assert named(bench.workspace, "stem").type == "Conv2d"
    assert not bench.page.name_sentence.isVisible()


def test_facts_are_those_of_torch(bench: Bench) -> None:
    torch = pytest.importorskip("torch")
    conv = torch.nn.Conv2d(1, 4, 3, padding=1)
    expected = sum(weight.numel() for weight in conv.parameters())
    settle()
    assert ("parameters", f"{expected}") in bench.page.cost_table.rows
    assert bench.page.shape_table.rows == [("in", "(B, 1, 8, 8)"), ("out", "(B, 4, 8, 8)")]
    assert ("MACs per sample", f"{4 * 8 * 8 * 9:,}") in bench.page.cost_table.rows
    assert "= 40" in bench.page.worked.text()


def test_a_note_is_kept(bench: Bench) -> None:
    bench.page.note.setFocus()
    QTest.keyClicks(bench.page.note, "why")
    assert named(bench.workspace, "conv1").note == "why"
    assert bench.workspace.undo.count() == 1


def test_a_problem_stands_on_top_and_its_fix_repairs(qapp: QApplication) -> None:
    bench = Bench(small_project(), "fc1")
    workspace = bench.workspace
    workspace.perform(
        "Break", [SetParams(workspace.graph_id, named(workspace, "fc1").id, {"in_features": 99})]
    )
    until(lambda: bench.page.findChildren(ElidingButton), "a button with a repair")
    card = bench.page.findChildren(ProblemCard)[0]
    assert "expects 99 features but receives 256" in card.problem.text
    click(card.findChildren(ElidingButton)[0])
    settle()
    assert not workspace.shapes.errors
    assert "in_features" not in bench.params("fc1")


def test_a_blocks_use_shows_what_the_block_exposes(qapp: QApplication) -> None:
    bench = Bench(block_project(), "rest")
    assert list(bench.page.rows) == ["width", "repeat", "over"]
    write(bench.field("repeat"), "5")
    write(bench.field("width"), "16")
    assert bench.params("rest") == {"repeat": 5, "width": 16}
    click(bench.page.open_block)
    assert len(bench.workspace.place) == 2


def test_inside_a_block_expressions_may_be_typed(qapp: QApplication) -> None:
    bench = Bench(block_project(), "first")
    click(bench.page.open_block)
    bench.select("fc")
    assert bench.field("out_features").text() == "width"
    write(bench.field("out_features"), "width*2")
    assert bench.params("fc")["out_features"] == Expr("width * 2")
    write(bench.field("out_features"), "depth")
    assert (
        "“depth” is not a parameter of this block. It has width."
        in bench.page.rows["out_features"].sentence.text()
    )
    row = bench.page.rows["bias"]
    click(row.formula)
    assert isinstance(row.editor, ExpressionEditor)
    write(row.editor.box, "width")
    assert bench.params("fc")["bias"] == Expr("width")
    click(row.formula)
    assert "bias" not in bench.params("fc")


def test_nothing_selected_shows_the_network(qapp: QApplication) -> None:
    bench = Bench(small_project())
    page = bench.inspector.page
    assert isinstance(page, NetworkPage)
    assert ("image", "(B, 1, 8, 8)") in page.flow.rows and ("scores", "(B, 10)") in page.flow.rows
    assert ("parameters", f"{40 + 256 * 10 + 10:,}") in page.cost.rows
    write(page.name, "Reader")
    QTest.keyClick(page.name, Qt.Key.Key_Return)
    assert bench.workspace.graph.name == "Reader"
    page.notes.setFocus()
    QTest.keyClicks(page.notes, "for class")
    assert bench.workspace.project.notes == "for class"


def test_a_block_that_was_entered_shows_its_parameters_as_they_are_there(qapp: QApplication) -> None:
    bench = Bench(block_project())
    first = named(bench.workspace, "first")
    bench.workspace.perform("Wider", [SetParams(bench.workspace.graph_id, first.id, {"width": 12})])
    bench.workspace.refresh_shapes()
    bench.workspace.enter(first.id)
    settle()
    page = bench.inspector.page
    assert isinstance(page, BlockPage)
    assert [(card.name, card.note.text()) for card in page.parameters.cards] == [
        ("width", "12 here. Followed by fc.")
    ]
    bench.workspace.leave()
    bench.workspace.enter(named(bench.workspace, "rest").id)
    settle()
    page = bench.inspector.page
    assert isinstance(page, BlockPage) and page.parameters.cards[0].note.text() == "Followed by fc."


def test_several_selected_are_counted(qapp: QApplication) -> None:
    bench = Bench(small_project())
    bench.select("conv1", "fc1")
    page = bench.inspector.page
    assert isinstance(page, ManyPage)
    assert page.title.text() == "2 nodes"
    assert ("parameters", f"{40 + 2570:,}") in page.cost.rows
    asked: list[str] = []
    bench.inspector.wanted.connect(asked.append)
    click(page.findChild(QPushButton, "delete"))
    assert asked == ["delete"]


def test_the_wheel_over_a_number_changes_nothing(bench: Bench) -> None:
    from PySide6.QtCore import QPoint, QPointF
    from PySide6.QtGui import QWheelEvent

    box = bench.page.rows["out_channels"].editor.box  # type: ignore[union-attr]
    event = QWheelEvent(
        QPointF(5, 5), QPointF(5, 5), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(box, event)
    assert bench.params("conv1")["out_channels"] == 4
    assert UNSET not in bench.params("conv1").values()
