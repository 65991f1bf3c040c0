"""Writing a recipe of one's own in the window, and being asked before somebody else's runs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph.edits import SetProject
from gui.window import MainWindow
from presets import find
from runtime.recipes import OWN
from runtime.recipes.own import TEMPLATE
from tests.gui.training_hand import at_rest, awake_window, until


@pytest.fixture(scope="module")
def hall(_application: QApplication) -> Iterator[MainWindow]:
    """The one window of these tests, with its worker."""
    yield from awake_window()


@pytest.fixture
def window(hall: MainWindow) -> Iterator[MainWindow]:
    """The window with the digits."""
    hall.workspace.open(find("digits-cnn").build())
    yield hall
    at_rest(hall.training.session)


def page(window: MainWindow):
    window.docks.show("recipe")
    window.training.furnish()
    assert window.training.recipe is not None
    return window.training.recipe


def test_a_recipe_begins_with_the_one_that_is_there(window: MainWindow) -> None:
    shown = page(window)
    QTest.mouseClick(shown.begin_button, Qt.MouseButton.LeftButton)
    training = window.workspace.project.training
    assert training.recipe == OWN and "class Supervised:" in training.code and "roles = " in training.code
    assert shown.texts.currentWidget() is shown.own and shown.own.foot.isHidden()
    assert [option.text() for option in [shown.title]] == ["Supervised"]
    window.workspace.undo.undo()
    assert window.workspace.project.training.recipe == "supervised"
    assert shown.texts.currentWidget() is not shown.own


def test_what_is_typed_is_judged_and_applied_as_one_step(window: MainWindow) -> None:
    shown = page(window)
    window.workspace.perform("own", [SetProject("training", {"recipe": OWN, "code": TEMPLATE})])
    window.asker.trust([TEMPLATE])
    own = shown.own
    own.editor.setPlainText(TEMPLATE.replace("def step(self, batch):", "def step(self, batch)"))
    own.look()
    assert "mistake in line" in own.sentence.text() and not own.apply_button.isEnabled()
    better = TEMPLATE.replace("noise: float = 0.1", "noise: float = 0.1, often: int = 3")
    own.editor.setPlainText(better)
    own.apply()
    assert window.workspace.project.training.code == better
    assert window.asker.may_run(better)
    assert [field.param.name for field, _ in window.training.panel.form.sections["recipe"].rows] == [
        "noise",
        "often",
    ]
    window.workspace.undo.undo()
    assert own.editor.code == TEMPLATE


def test_a_recipe_that_came_along_asks_first_and_then_trains(window: MainWindow) -> None:
    foreign = TEMPLATE + "\n# from somebody else\n"
    edits = [SetProject("training", {"recipe": OWN, "code": foreign, "epochs": 1})]
    window.workspace.perform("came along", edits)
    shown, session = page(window), window.training.session
    assert not session.train() and session.state == "idle"
    assert not shown.own.trust_button.isHidden() and "came with the project" in shown.own.sentence.text()
    QTest.mouseClick(shown.own.trust_button, Qt.MouseButton.LeftButton)
    assert shown.own.trust_button.isHidden()
    assert session.train()
    until(lambda: session.result is not None, "the run is over")
    assert session.result is not None and session.result["event"] == "finished"


def test_the_line_that_stopped_a_run_is_marked(window: MainWindow) -> None:
    wrong = TEMPLATE.replace("self.update(loss, self", "self.update(los, self")
    shown = page(window)
    window.workspace.perform("own", [SetProject("training", {"recipe": OWN, "code": wrong, "epochs": 1})])
    window.asker.trust([wrong])
    session, own = window.training.session, shown.own
    assert session.train()
    until(lambda: session.failure is not None, "the run has stopped")
    assert own.editor.wrong == (30, 0) and "stopped in line 30" in own.sentence.text()
    assert own.editor.textCursor().blockNumber() == 29 and not own.foot.isHidden()
    own.editor.setPlainText(TEMPLATE)
    own.look()
    assert own.editor.wrong is None and own.apply_button.isEnabled()


def test_a_recipe_for_two_networks_can_be_gone_on_from(window: MainWindow) -> None:
    window.workspace.open(find("gan").build())
    shown = page(window)
    assert not shown.begin_button.isHidden()
    QTest.mouseClick(shown.begin_button, Qt.MouseButton.LeftButton)
    code = window.workspace.project.training.code
    assert "noise: tuple[int, ...] = (100,)" in code and "def show(self, batch)" in code
    assert not window.workspace.shapes.problems and shown.trouble.isHidden()
