"""The panels about shows, recipes and trying in the window: which tabs there are, and when they come forward."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gui.window import MainWindow
from tests.gui import show_pages as make
from tests.gui.training_hand import until


@pytest.fixture
def window(qapp: QApplication) -> Iterator[MainWindow]:
    window = MainWindow()
    window.resize(1280, 800)
    window.show()
    window.training.furnish()
    QApplication.processEvents()
    yield window
    window.training.session.close()


def begin(window: MainWindow) -> None:
    window.training.session._take(
        {"event": "started", "steps_per_epoch": 10, "step": 0, "epochs": 9, "epoch": 0, "device": "cpu",
         "learning_rate": 0.1, "folder": ""}
    )  # fmt: skip


def test_watching_comes_forward_with_the_first_show(window: MainWindow) -> None:
    docks = window.docks
    docks.show("charts")
    begin(window)
    assert not docks.visible("shows")
    window.training.session._take(make.page(0, make.pictures(9)))
    until(lambda: docks.visible("shows"), "the panel in front")
    docks.show("charts")
    begin(window)
    window.training.session._take(make.page(0, make.pictures(9)))
    QTest.qWait(30)
    assert docks.visible("charts") and not docks.visible("shows"), (
        "the next run leaves the panels as they are"
    )


def test_a_low_window_leaves_the_canvas_most_of_the_room(window: MainWindow) -> None:
    window.docks.reset()
    charts = window.docks.all["charts"]
    until(lambda: window.canvas.height() > 1.4 * charts.height(), "the canvas is much higher than the charts")


def test_the_boundary_has_a_tab_only_for_two_features(window: MainWindow) -> None:
    boundary = window.docks.all["boundary"]
    assert boundary.isHidden()
    window.files.open_preset("spiral-mlp")
    until(lambda: not boundary.isHidden(), "the tab")
    window.files.open_preset("digits-cnn")
    until(boundary.isHidden, "no tab")


def test_the_settings_lead_to_the_recipe_and_the_recipe_to_its_networks(window: MainWindow) -> None:
    window.files.open_preset("gan")
    window.docks.show("training")
    form = window.training.panel.form
    QTest.mouseClick(form.recipe_link, Qt.MouseButton.LeftButton)
    until(lambda: window.docks.visible("recipe"), "the recipe")
    page = window.training.recipe
    assert page is not None and page.title.text().startswith("Adversarial")
    QApplication.processEvents()
    place = page.drawing.box("discriminator").center().toPoint()
    QTest.mouseDClick(page.drawing, Qt.MouseButton.LeftButton, pos=place)
    assert window.workspace.graph.name == "Discriminator"
