"""The training panel in the real window: buttons, settings, data that fits, and deaths told in a banner."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox

from graph.edits import SetParams
from graph.model import Project
from gui.inspector.param_row import ParamRow
from gui.training.panel import TrainingPanel
from gui.training.session import TrainingSession
from gui.window import MainWindow
from gui.workspace import Workspace
from presets import find
from tests.gui.training_hand import at_rest, awake_window, until, workspace_of
from tests.runtime.running import exploding


@pytest.fixture(scope="module")
def hall(_application: QApplication) -> Iterator[MainWindow]:
    """The one window of these tests, with its worker."""
    yield from awake_window()


@pytest.fixture
def window(hall: MainWindow) -> Iterator[MainWindow]:
    """The window with the digits; what is still running at the end is stopped."""
    hall.workspace.open(find("digits-cnn").build())
    hall.docks.show("training")
    yield hall
    at_rest(hall.training.session)


def row(panel: TrainingPanel, name: str) -> ParamRow:
    """The row of a setting, whichever section it stands in."""
    return next(
        found
        for section in panel.form.sections.values()
        for field, found in section.rows
        if field.param.name == name
    )


def type_into(panel: TrainingPanel, name: str, text: str) -> None:
    editor = row(panel, name).editor
    assert editor is not None
    line = editor.box.lineEdit()  # type: ignore[attr-defined]
    line.selectAll()
    QTest.keyClicks(line, text)
    QTest.keyClick(line, Qt.Key.Key_Return)


def test_a_run_by_buttons_and_keys(window: MainWindow) -> None:
    """Train, watch, change the rate, pause, resume, stop: with mouse and keys."""
    training, session, panel = window.training, window.training.session, window.training.panel
    assert panel.train.isEnabled() and not panel.pause.isEnabled() and not panel.stop.isEnabled()
    type_into(panel, "epochs", "400")
    QTest.mouseClick(panel.train, Qt.MouseButton.LeftButton)
    until(lambda: len(session.history.epochs) >= 2, "two epochs")
    window.docks.show("charts")
    until(lambda: training.charts.charts and len(training.charts.charts["loss"].lines["raw"].x) > 5, "curves")
    assert not panel.train.isEnabled() and panel.stop.isEnabled() and panel.bar.isVisible()
    assert "of 400" in panel.status.text()
    window.docks.show("training")
    until(lambda: panel.rate.isVisible(), "the field for the rate")
    line = panel.rate.lineEdit()
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, "2e-4")
    QTest.keyClick(line, Qt.Key.Key_Return)
    until(lambda: session.learning_rate == 2e-4, "the rate acts")
    window.activateWindow()
    window.setFocus()
    window.actions_table["pause"].trigger()
    until(lambda: session.state == "paused", "paused")
    assert panel.pause.text() == "Resume" and "Paused" in panel.status.text()
    QTest.mouseClick(panel.pause, Qt.MouseButton.LeftButton)
    until(lambda: session.state == "running", "resumed")
    QTest.mouseClick(panel.stop, Qt.MouseButton.LeftButton)
    until(lambda: session.state == "idle", "stopped")
    assert "Stopped after" in panel.status.text() and panel.again.isVisible()
    assert "CPU" in window.status.device.text()


def test_other_data_is_fitted_with_one_click_and_trains(window: MainWindow) -> None:
    """Coloured shapes of 3 × 32 × 32 with four classes instead of digits: one button, one undo step."""
    session, panel, workspace = window.training.session, window.training.panel, window.workspace
    panel.form.source.chosen.emit("pictures")
    assert workspace.project.data.source == "pictures"
    until(lambda: panel.fit.isVisible(), "the offer")
    assert "Coloured shapes" in panel.fit.sentence.text()
    before = workspace.undo.count()
    QTest.mouseClick(panel.fit.press(), Qt.MouseButton.LeftButton)
    until(lambda: not panel.fit.isVisible(), "it fits")
    assert workspace.undo.count() == before + 1 and not workspace.shapes.errors
    assert workspace.project.main.inputs[0].params["shape"] == (3, 32, 32)
    last = next(node for node in workspace.graph.nodes.values() if node.type == "Linear")
    assert last.params["out_features"] == 4, "no scores to spare"
    type_into(panel, "epochs", "2")
    window.actions_table["train"].trigger()
    until(lambda: not session.busy, "the run ends")
    assert session.result is not None, session.failure
    assert session.result["event"] == "finished"
    workspace.undo.undo()
    workspace.undo.undo()
    until(lambda: panel.fit.isVisible(), "undone, it is offered again")


def test_a_loss_that_is_no_number_leads_to_its_node(window: MainWindow) -> None:
    session, panel, workspace = window.training.session, window.training.panel, window.workspace
    workspace.open(exploding())
    window.actions_table["train"].trigger()
    until(lambda: panel.banner.isVisible(), "the banner")
    assert session.failure is not None
    place = session.failure["node"]
    name = workspace.graph.nodes[place[-1]].name
    assert name in panel.banner.sentence.text() + panel.banner.hint.text()
    assert panel.banner.press().text() == "Show node"
    QTest.mouseClick(panel.banner.press(), Qt.MouseButton.LeftButton)
    assert workspace.selection == {place[-1]}
    workspace.open(find("digits-cnn").build())
    assert not panel.banner.isVisible() and not panel.status.text()


def test_f5_with_a_problem_shows_it_instead(window: MainWindow) -> None:
    workspace = window.workspace
    last = next(node for node in workspace.graph.nodes.values() if node.type == "Linear")
    workspace.perform("pin", [SetParams(workspace.graph_id, last.id, {"in_features": 3})])
    told: list[str] = []
    workspace.message.connect(lambda level, text: told.append(text))
    window.docks.show("charts")
    window.actions_table["train"].trigger()
    until(lambda: window.docks.visible("problems"), "the list of problems")
    assert window.training.session.state == "idle" and "expects 3 features" in told[-1]
    workspace.undo.undo()


def test_closing_asks_while_a_run_is_in_progress(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    session = window.training.session
    asked: list[str] = []

    def cancel(box: QMessageBox) -> int:
        asked.append(box.text())
        return 0

    monkeypatch.setattr(QMessageBox, "exec", cancel)
    type_into(window.training.panel, "epochs", "400")
    window.actions_table["train"].trigger()
    until(lambda: session.state == "running", "running")
    assert not window.close() and len(asked) == 1
    assert session.state == "running" and window.isVisible()


# -- the form alone ------------------------------------------------------------------------------------


@pytest.fixture
def application(_application: QApplication) -> QApplication:
    """Without the cleaning up of ``qapp``, which would take the shared window with it."""
    return _application


def form_of(project: Project) -> tuple[Workspace, TrainingPanel]:
    workspace = workspace_of(project)
    panel = TrainingPanel(workspace, TrainingSession(workspace))
    panel.resize(330, 900)
    panel.show()
    return workspace, panel


def choose(panel: TrainingPanel, kind: str, name: str) -> None:
    box = panel.form.choices[kind]
    box.setCurrentIndex(box.findData(name))
    box.activated.emit(box.currentIndex())


def names(panel: TrainingPanel, section: str) -> list[str]:
    return [field.param.name for field, _ in panel.form.sections[section].rows]


def test_options_are_shown_for_what_is_chosen_only(application: QApplication) -> None:
    workspace, panel = form_of(find("digits-cnn").build())
    training = workspace.project.training
    assert names(panel, "optimizer") == ["beta1", "beta2"] and names(panel, "schedule") == []
    choose(panel, "optimizer", "SGD")
    assert names(panel, "optimizer") == ["momentum", "nesterov"]
    assert training.optimizer == "SGD" and training.learning_rate == 1e-2, "its usual rate comes with it"
    choose(panel, "optimizer", "RMSprop")
    assert training.momentum == 0.0, "RMSprop has no momentum by default"
    choose(panel, "schedule", "step")
    assert names(panel, "schedule") == ["step_size", "gamma"]
    type_into(panel, "step_size", "7")
    assert training.schedule_options == {"step_size": 7}
    choose(panel, "schedule", "cosine")
    assert training.schedule_options == {}
    workspace.undo.undo()
    assert training.schedule == "step" and training.schedule_options == {"step_size": 7}
    assert names(panel, "schedule") == ["step_size", "gamma"]
    for _ in range(20):
        workspace.undo.undo()
    assert training.optimizer == "Adam" and training.learning_rate == 1e-3
    assert panel.form.choices["optimizer"].currentData() == "Adam"


def test_a_rate_of_ones_own_survives_another_optimiser(application: QApplication) -> None:
    workspace, panel = form_of(find("digits-cnn").build())
    type_into(panel, "learning_rate", "0.003")
    choose(panel, "optimizer", "SGD")
    assert workspace.project.training.learning_rate == 0.003


def test_the_loss_follows_the_kind_of_data(application: QApplication) -> None:
    workspace, panel = form_of(find("digits-cnn").build())
    steps = workspace.undo.count()
    panel.form.source.chosen.emit("diabetes")
    assert workspace.project.training.loss == "mse" and workspace.undo.count() == steps + 1
    panel.form.source.chosen.emit("iris")
    assert workspace.project.training.loss == "cross_entropy"
    workspace.undo.undo()
    workspace.undo.undo()
    assert (workspace.project.data.source, workspace.project.training.loss) == ("digits", "cross_entropy")


def test_wrong_numbers_are_told_and_not_taken(application: QApplication) -> None:
    workspace, panel = form_of(find("digits-cnn").build())
    before = workspace.project.training.batch_size
    type_into(panel, "batch_size", "-3")
    assert workspace.project.training.batch_size == before
    assert "batch_size" in row(panel, "batch_size").sentence.text()


def test_a_network_for_pictures_cannot_be_fitted_to_points(application: QApplication) -> None:
    workspace, panel = form_of(find("digits-cnn").build())
    panel.form.source.chosen.emit("moons")
    workspace.refresh_shapes()
    assert panel.fit.isVisible()
    assert panel.fit.press().text().startswith("Open "), "no button to fit, but networks made for such data"
    assert "this data gives rows of numbers" in panel.fit.hint.text()


def test_pictures_are_resized_to_the_network(application: QApplication) -> None:
    workspace, panel = form_of(find("cifar-lenet").build())
    panel.form.source.chosen.emit("mnist")
    workspace.refresh_shapes()
    assert panel.fit.press(1).text() == "Resize the pictures"
    QTest.mouseClick(panel.fit.press(1), Qt.MouseButton.LeftButton)
    workspace.refresh_shapes()
    options = workspace.project.data.options
    assert options == {"image_size": 32, "rgb": True, "scaling": "-1 to 1"}, (
        "the range it was made for is kept"
    )
    assert not workspace.shapes.errors and not panel.fit.isVisible()


def test_a_rate_of_many_digits_is_shown_short_and_stays_as_it_is(window: MainWindow) -> None:
    session, panel = window.training.session, window.training.panel
    session.learning_rate = 0.00218098575  # as a schedule makes it
    panel._show_rate()
    assert panel.rate.value == 0.002181
    panel.rate.editingFinished.emit()  # the focus went by
    assert session.learning_rate == 0.00218098575
