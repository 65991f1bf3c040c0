"""The page of the preparation with real clicks and keys: one undo step each, real samples before and after."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from graph.build import GraphBuilder, project
from graph.edits import SetProject, SetSteps
from graph.model import DataChoice, Project, Step
from gui.data.labels import text_of
from gui.preparation.page import PreparationPage, PreparationWindow
from gui.preparation.steps import FAULT
from runtime.data import SOURCES
from runtime.data.schema import UNKNOWN
from tests.gui.training_hand import until, workspace_of
from tests.gui.window_hand import click, show

STEPS = [Step("resize", {"size": 12}), Step("rotate", {"degrees": 20.0}, "train"), Step("standardise")]


def digits(steps: list[Step], source: str = "digits", shape: tuple[int, ...] = (1, 8, 8)) -> Project:
    g = GraphBuilder("Net")
    x: Any = g.add("Flatten", g.input("x", shape=shape))
    g.output(g.add("Linear", x, out_features=10))
    return project("Prepared", g, data=DataChoice(source, {}, steps))


@pytest.fixture
def page(qapp: object) -> Iterator[PreparationPage]:
    found = PreparationPage(workspace_of(digits(list(STEPS))))
    show(found, 1100, 700)
    yield found
    found.loader.cancel()
    found.close()


def looked(page: PreparationPage) -> Any:
    """What is shown once it is that of the document."""
    until(lambda: page.looked is not None and page._shown == page._key(), "samples are prepared")
    return page.looked


def kinds(page: PreparationPage) -> list[str]:
    return [step.kind for step in page.workspace.project.data.steps]


def choose(page: PreparationPage, title: str) -> None:
    """Open the menu, go to an entry with the keys, and take it."""
    page.menu.popup(page.mapToGlobal(QPoint(20, 40)))
    action = next(action for action in page.menu.actions() if action.text() == title)
    page.menu.setActiveAction(action)
    QTest.keyClick(page.menu, Qt.Key.Key_Return)


def test_steps_are_added_from_the_menu_and_undone(page: PreparationPage) -> None:
    page.list.setCurrentRow(1)
    choose(page, "Shift")
    assert kinds(page) == ["resize", "rotate", "shift", "standardise"]
    assert page.workspace.project.data.steps[2] == Step("shift", {}, "train")
    assert page.workspace.undo.undoText() == "Add Shift" and page.list.currentRow() == 2
    page.workspace.undo.undo()
    assert page.workspace.project.data.steps == STEPS and page.list.count() == 3
    page.menu.aboutToShow.emit()
    texts = {action.text(): action.isEnabled() for action in page.menu.actions() if not action.isSeparator()}
    assert texts["Grey to 3 channels"] and not texts["To grey"] and "One-hot" not in texts
    choose(page, "Random crop")
    assert page.workspace.project.data.steps[3].options == {"size": 12, "padding": 1}, (
        "it begins with what fits"
    )


def test_steps_move_with_keys_and_buttons_and_are_removed(page: PreparationPage) -> None:
    page.list.setFocus()
    page.list.setCurrentRow(2)
    QTest.keyClick(page.list, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert kinds(page) == ["resize", "standardise", "rotate"] and page.list.currentRow() == 1
    assert page.workspace.undo.undoText() == "Move Standardise"
    QTest.keyClick(page.list, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    QTest.keyClick(page.list, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert kinds(page) == ["standardise", "resize", "rotate"] and page.list.currentRow() == 0
    assert not page.up.isEnabled()
    click(page.down)
    assert kinds(page) == ["resize", "standardise", "rotate"]
    QTest.keyClick(page.list, Qt.Key.Key_Delete)
    assert kinds(page) == ["resize", "rotate"] and page.workspace.undo.undoText() == "Remove Standardise"
    for _ in range(4):
        page.workspace.undo.undo()
    assert page.workspace.project.data.steps == STEPS


def test_a_step_that_is_dragged_to_another_place_is_one_undo_step(page: PreparationPage) -> None:
    def drop(row: int, at: QPoint) -> None:
        page.list.setCurrentRow(row)
        data = page.list.mimeData([page.list.item(row)])
        buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        event = QDropEvent(QPointF(at), Qt.DropAction.MoveAction, data, buttons, keys)
        page.list.dropEvent(event)

    def rect(row: int) -> QRect:
        return page.list.visualItemRect(page.list.item(row))

    drop(0, rect(0).center() + QPoint(0, 5))
    assert page.workspace.undo.count() == 0, "dropped where it was"
    drop(0, rect(2).center() + QPoint(0, 5))
    assert kinds(page) == ["rotate", "standardise", "resize"]
    assert page.workspace.undo.undoText() == "Move Resize" and page.workspace.undo.count() == 1
    drop(2, rect(1).topLeft() + QPoint(30, 3))
    assert kinds(page) == ["rotate", "resize", "standardise"] and page.list.currentRow() == 1


def test_a_tick_switches_a_step_off(page: PreparationPage) -> None:
    item = page.list.item(1)
    option = QStyleOptionViewItem()
    page.list.initViewItemOption(option)
    option.rect = page.list.visualItemRect(item)
    option.features |= QStyleOptionViewItem.ViewItemFeature.HasCheckIndicator
    tick = page.list.style().subElementRect(
        QStyle.SubElement.SE_ItemViewItemCheckIndicator, option, page.list
    )
    QTest.mouseClick(
        page.list.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, tick.center()
    )
    assert [step.off for step in page.workspace.project.data.steps] == [False, True, False]
    assert page.workspace.undo.undoText() == "Switch off Rotate"
    assert looked(page).draws == ()
    page.workspace.undo.undo()
    assert page.list.item(1).checkState() == Qt.CheckState.Checked
    assert len(looked(page).draws) == 4


def test_options_are_changed_with_the_editors_of_the_inspector(page: PreparationPage) -> None:
    page.list.setCurrentRow(0)
    (size,) = page.form.rows
    assert page.form.heading.text() == "Resize" and not page.form.training.isChecked()
    box = size.editor.boxes[0]  # type: ignore[union-attr]
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(box, "16")
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert page.workspace.project.data.steps[0].options == {"size": 16}
    assert page.workspace.undo.undoText() == "Change size of Resize" and page.workspace.undo.count() == 1
    facts = page.workspace.facts
    assert facts is not None and facts.input_shape == (1, 16, 16)
    assert "1 × 16 × 16" in page.result.text()
    page.list.setCurrentRow(1)
    assert page.form.training.isChecked() and not page.form.training.isEnabled(), (
        "what is random is for training"
    )
    page.list.setCurrentRow(2)
    page.form.training.click()
    assert page.workspace.project.data.steps[2] == Step("standardise", {}, "train")


def test_real_samples_before_and_after(page: PreparationPage) -> None:
    from runtime.data import load_prepared

    found = looked(page)
    raw, splits = load_prepared("digits")
    train = raw.inputs[splits.train].numpy()
    assert found.before.shape == (12, 1, 8, 8) and found.after.shape == (12, 1, 12, 12)
    assert all((train == sample).all(axis=(1, 2, 3)).any() for sample in found.before), (
        "samples of the training split"
    )
    assert [draw.shape for draw in found.draws] == [found.after.shape] * 4
    assert not np.allclose(found.draws[0], found.draws[1])
    assert page.pages.currentWidget() is page.picture_area
    assert [title for title, _ in page.pictures.heads] == [
        "Before", "After", "Training 1", "Training 2", "Training 3", "Training 4",
    ]  # fmt: skip
    assert page.pictures.heads[0][1] == "0 … 1" and page.pictures.heads[1][1].startswith("−")
    again = found.before
    click(page.again)
    until(lambda: page.looked is not None and not np.array_equal(page.looked.before, again), "other samples")
    page.workspace.perform("mix", [SetSteps([Step("mixup", {"alpha": 5.0}, "train")])])
    assert looked(page).soft
    assert any(" + " in label for column in page.pictures.labels[2:] for label in column)


def test_a_step_that_cannot_be_done_is_marked_and_says_why(page: PreparationPage) -> None:
    page.workspace.perform("wrong", [SetSteps([*STEPS, Step("colour_to_grey"), Step("clip")])])
    assert page.list.item(3).data(FAULT).startswith("To grey: it needs red, green and blue")
    assert not page.list.item(4).data(FAULT), "what stands behind it is judged by itself"
    until(lambda: "Step 4: To grey" in page.notice.text.text(), "it is said where the samples were")
    page.list.setCurrentRow(3)
    assert not page.form.sentence.isHidden()
    QTest.keyClick(page.list, Qt.Key.Key_Delete)
    assert looked(page).after.shape == (12, 1, 12, 12)
    page.workspace.perform("late", [SetSteps([Step("normalise"), Step("colour_jitter", {}, "train")])])
    page.list.setCurrentRow(1)
    assert "move it before the step" in page.form.sentence.text()


def test_tables_and_texts_have_pages_of_their_own(qapp: object) -> None:
    page = PreparationPage(
        workspace_of(digits([Step("min_max"), Step("one_hot", {"columns": (0,), "count": 2})], "iris"))
    )
    show(page, 900, 600)
    found = looked(page)
    assert page.pages.currentWidget() is page.histogram_area and found.before.shape[1] == 4
    names = [name for name, before, after in page.histograms.rows if after is not None]
    assert len(names) == 5 and names[0].endswith("= 0")
    before = {name: bars for name, _, bars in page.histograms.rows if bars is not None}
    assert (before[names[2]].low, before[names[2]].high) == (0.0, 1.0)
    dropped = SetSteps([Step("drop_tokens", {"chance": 0.5}, "train")])
    page.workspace.perform("text", [SetProject("data", {"source": "sentences", "options": {}}), dropped])
    found = looked(page)
    assert page.pages.currentWidget() is page.texts
    before_text, after_text = page.texts.item(0, 0).text().split(), page.texts.item(0, 1).text().split()
    assert before_text and set(after_text) <= set(before_text)
    page.list.setCurrentRow(0)
    page.add_step("truncate")
    (length,) = page.schema().input_shape  # type: ignore[union-attr]
    assert page.workspace.project.data.steps[1].options == {"length": length} and not page._faults
    assert page.result.text() == f"The network is given {length} tokens."
    page.loader.cancel()
    page.close()


def test_downloads_wait_until_they_are_asked_for(qapp: object) -> None:
    page = PreparationPage(workspace_of(digits([], "mnist", (1, 28, 28))))
    show(page, 800, 500)
    until(lambda: page.notice.load.isVisible(), "a button offers to load")
    assert not page.loader.busy and "downloaded" in page.notice.text.text()
    page.close()


def test_the_page_opens_in_a_window_of_its_own_over_the_same_document(page: PreparationPage) -> None:
    click(page.larger)
    (window,) = page.findChildren(PreparationWindow)
    until(window.isVisible, "the window is there")
    looked(window.page)
    window.page.list.setCurrentRow(0)
    QTest.keyClick(window.page.list, Qt.Key.Key_Delete)
    assert page.list.count() == 2
    QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert page.list.count() == 3
    window.close()


def test_other_data_takes_steps_away_that_cannot_be_done(page: PreparationPage) -> None:
    from gui.training.fields import choose_data

    workspace = page.workspace
    workspace.perform("pictures", choose_data(workspace.project, "pictures"))
    assert workspace.project.data.steps == STEPS, "they can be done with other pictures too"
    workspace.perform("iris", choose_data(workspace.project, "iris"))
    assert workspace.project.data.steps == []
    workspace.undo.undo()
    assert workspace.project.data.steps == STEPS


def test_columns_are_named_or_ticked_and_an_empty_one_hot_is_said(qapp: object) -> None:
    page = PreparationPage(workspace_of(digits([Step("one_hot", {"columns": (0,), "count": 2})], "iris")))
    show(page, 900, 600)
    assert not looked(page).draws and "One-hot found nothing in “sepal length (cm)”" in page.caption.text()
    page.list.setCurrentRow(0)
    row = page.form.rows[0]
    box = row.editor.box  # type: ignore[union-attr]
    assert box.text() == "sepal length (cm)"
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, "Petal Width (cm), 1")
    steps = page.workspace.project.data.steps
    assert steps[0].options["columns"] == (3, 1) and row.sentence.isHidden()
    QTest.keyClicks(box, "7")
    assert "“17” is no column. There are 4: sepal length (cm)" in row.sentence.text()
    assert page.workspace.project.data.steps == steps, "what is wrong is not taken"
    menu = row.editor.menu  # type: ignore[union-attr]
    menu.aboutToShow.emit()
    assert [action.isChecked() for action in menu.actions()] == [False, True, False, True]
    menu.actions()[2].trigger()
    assert page.workspace.project.data.steps[0].options["columns"] == (1, 2, 3)
    page.loader.cancel()
    page.close()


def test_characters_of_a_small_vocabulary_stand_close() -> None:
    schema = replace(SOURCES["sentences"].schema({}), vocabulary=("", UNKNOWN, "a", "b"))
    assert text_of(schema, np.array([2, 1, 3, 0])) == "a□b"


def test_numbers_that_would_ruin_the_inputs_are_refused(page: PreparationPage) -> None:
    for options, sentence in (
        ({"mean": "1e30"}, "mean must lie between"),
        ({"deviation": "1e-30"}, "a deviation must be larger than 0"),
        ({"mean": "1, 2", "deviation": "1, 2"}, "but there are 1 channels: give one"),
    ):
        page.workspace.perform("wrong", [SetSteps([Step("normalise", options)])])
        page.list.setCurrentRow(0)
        assert sentence in page.form.sentence.text()
