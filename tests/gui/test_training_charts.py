"""Curves: what they hold, how they are thinned and smoothed, what is saved."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gui.theme import theme
from gui.training.charts import ChartsPanel
from gui.training.progress import score_text
from gui.training.session import TrainingSession
from gui.training.smooth import Smoother
from gui.training.thin import bounds, means, peaks, visible
from tests.gui.training_hand import until, workspace_of
from tests.runtime.running import digits_cnn


@pytest.fixture
def session(qapp: QApplication) -> TrainingSession:
    return TrainingSession(workspace_of(digits_cnn()))


def feed(session: TrainingSession, epochs: int = 3, per_epoch: int = 10, accuracy: bool = True) -> None:
    """Messages of a run as the worker sends them."""
    take: Any = session._take
    take({"event": "started", "steps_per_epoch": per_epoch, "accuracy": accuracy, "step": 0, "epochs": epochs,
          "learning_rate": 0.1, "device": "cpu"})  # fmt: skip
    for epoch in range(epochs):
        steps = [epoch * per_epoch + number + 1 for number in range(per_epoch)]
        more = {"learning_rate": 0.1, "samples_per_second": 500.0}
        take({"event": "steps", "step": steps, "loss": [1 / step for step in steps], "epoch": epoch + 1,
              "accuracy": [0.5] * per_epoch if accuracy else None, "seconds_left": 1.0, **more})  # fmt: skip
        take({"event": "epoch", "epoch": epoch + 1, "step": steps[-1], "val_loss": 1.0 - 0.1 * epoch,
              "val_accuracy": 0.6 + 0.1 * epoch if accuracy else None, "train_loss": 0.5, "best": epoch == 1,
              "train_accuracy": 0.5 if accuracy else None, "seconds": 1.0, **more})  # fmt: skip


def shown(session: TrainingSession) -> ChartsPanel:
    panel = ChartsPanel(session)
    panel.resize(800, 260)
    panel.show()
    return panel


def test_before_the_first_run_it_says_what_to_do(session: TrainingSession) -> None:
    panel = shown(session)
    asked: list[bool] = []
    panel.train_asked.connect(lambda: asked.append(True))
    assert panel.pages.currentIndex() == 0 and not panel.charts
    QTest.mouseClick(panel.start, Qt.MouseButton.LeftButton)
    assert asked
    session._set_state("running")
    assert not panel.start.isVisible() and "first steps" in panel.invitation.text()
    session._set_state("idle")
    assert panel.start.isVisible() and "Press Train" in panel.invitation.text()


def test_curves_hold_the_metrics(session: TrainingSession) -> None:
    panel = shown(session)
    feed(session)
    until(lambda: panel.charts and not panel._dirty, "drawn")
    loss, accuracy = panel.charts["loss"], panel.charts["accuracy"]
    assert loss.lines["raw"].x[:3] == pytest.approx([0.1, 0.2, 0.3])
    assert loss.lines["raw"].y[-1] == pytest.approx(1 / 30)
    assert list(loss.lines["validation"].x) == [1, 2, 3]
    assert list(accuracy.lines["validation"].y) == pytest.approx([60, 70, 80])
    assert list(accuracy.lines["training"].y) == pytest.approx([50] * 30)
    assert list(loss.lines["best"].x) == [2]
    drawn = loss.lines["validation"].item.getData()
    assert list(drawn[0]) == [1, 2, 3]
    assert panel.charts["pace"].value("value") == 500
    assert "validation" in panel.charts["rate"].title or panel.charts["rate"].value("value") == 0.1
    panel.log.setChecked(True)
    assert loss.lines["validation"].item.getData()[1][0] == pytest.approx(0.0), "log10 of 1"
    panel.log.setChecked(False)


def test_the_crosshair_reads_all_charts(session: TrainingSession) -> None:
    panel = shown(session)
    feed(session)
    panel.draw_now()
    chart = panel.charts["loss"]
    view = chart.plot.getPlotItem().getViewBox()
    place = chart.plot.mapFromScene(view.mapViewToScene(view.viewRect().center()))
    middle = view.viewRect().center().x()
    QTest.mouseMove(chart.plot.viewport(), place + QPoint(1, 0))
    QTest.mouseMove(chart.plot.viewport(), place)
    until(lambda: chart.cross.isVisible(), "the crosshair")
    assert chart.cross.value() == pytest.approx(middle, abs=0.05)
    assert panel.charts["accuracy"].cross.isVisible()
    assert panel.charts["accuracy"].value("validation") == pytest.approx(60 if middle < 1.5 else 70)
    panel.plots.hover(math.nan)
    assert not chart.cross.isVisible() and chart.value("validation") == pytest.approx(0.8)


def test_accuracy_is_hidden_for_a_regression(session: TrainingSession) -> None:
    panel = shown(session)
    feed(session, accuracy=False)
    panel.draw_now()
    assert not panel.charts["accuracy"].isVisible() and panel.charts["loss"].isVisible()


def test_a_new_project_clears_the_curves(session: TrainingSession) -> None:
    panel = shown(session)
    feed(session)
    panel.draw_now()
    session.workspace.open(digits_cnn())
    until(lambda: panel.pages.currentIndex() == 0, "the empty page")


def test_colours_follow_the_theme(session: TrainingSession) -> None:
    panel = shown(session)
    feed(session)
    panel.draw_now()
    before = theme().mode
    try:
        for mode in ("dark", "light"):
            theme().choose(mode, remember=False)  # type: ignore[arg-type]
            assert panel.charts["loss"].plot.backgroundBrush().color() == theme().panel
    finally:
        theme().choose(before, remember=False)


def test_png_and_csv(session: TrainingSession, tmp_path: Path) -> None:
    panel = shown(session)
    told: list[tuple[str, str]] = []
    session.workspace.message.connect(lambda level, text: told.append((level, text)))
    assert not panel.export_picture(tmp_path / "none.png") and told[-1][0] == "warning"
    feed(session)
    assert panel.export_picture(tmp_path / "run.png") and panel.export_table(tmp_path / "run.csv")
    image = QImage(str(tmp_path / "run.png"))
    assert image.width() == 2 * panel.plots.width() and image.height() == 2 * panel.plots.height()
    colors = {image.pixelColor(x, y).name() for x in range(0, image.width(), 3) for y in range(60, 200, 3)}
    assert theme().series("training").name() in colors
    with (tmp_path / "run.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["event"] for row in rows].count("step") == 30
    epochs = [row for row in rows if row["event"] == "epoch"]
    assert [float(row["val_loss"]) for row in epochs] == pytest.approx([1.0, 0.9, 0.8])
    assert rows[10]["event"] == "epoch" and float(rows[9]["train_loss"]) == pytest.approx(0.1)
    assert not panel.export_table(tmp_path / "no" / "where.csv") and told[-1][0] == "error"


def test_smoothing_takes_out_the_start() -> None:
    smoother = Smoother(0.5)
    smoother.extend([2.0, 4.0])
    assert list(smoother.values) == pytest.approx([2.0, (0.5 * 0.5 * 2 + 0.5 * 4) / 0.75])
    smoother.extend([math.inf])
    assert smoother.values[2] == smoother.values[1]
    plain = Smoother(0.0)
    plain.extend([1.0, 5.0])
    assert list(plain.values) == [1.0, 5.0]


def test_thinning_keeps_extremes_and_the_newest() -> None:
    x = np.arange(100_000, dtype=float)
    y = np.zeros(100_000)
    y[54_321] = 7.0
    px, py = peaks(x, y, 300)
    assert len(px) <= 600 and py.max() == 7.0 and np.all(np.diff(px) >= 0)
    mx, my = means(x, np.ones_like(x), 300)
    assert len(mx) <= 301 and mx[-1] == 99_999 and np.all(my == 1.0)
    assert visible(x, 10.0, 20.0) == slice(9, 22)
    assert bounds([np.array([math.nan])]) is None
    assert bounds([np.array([1.0, 3.0]), np.array([2.0, math.inf])]) == (1.0, 3.0)


GAN = [
    {"name": "generator", "title": "Generator", "kind": "loss", "better": ""},
    {"name": "discriminator", "title": "Discriminator", "kind": "loss", "better": ""},
    {"name": "fid", "title": "Distance", "kind": "score", "better": "low"},
]


def feed_figures(session: TrainingSession, figures: list[dict[str, Any]] = GAN, watch: str = "fid") -> None:
    """Two epochs of a recipe with figures of its own; the score is measured once per epoch only."""
    take: Any = session._take
    session._watch = watch
    take({"event": "started", "steps_per_epoch": 10, "accuracy": False, "step": 0, "epochs": 2, "epoch": 0,
          "learning_rate": 0.1, "device": "cpu", "figures": figures})  # fmt: skip
    for epoch in range(2):
        steps = [epoch * 10 + number + 1 for number in range(10)]
        values = {"generator": [2.0] * 10, "discriminator": [0.5 + epoch] * 10}
        more = {"learning_rate": 0.1, "samples_per_second": 500.0}
        take({"event": "steps", "step": steps, "loss": [2.0] * 10, "accuracy": None, "epoch": epoch + 1,
              "seconds_left": 1.0, "figures": values, **more})  # fmt: skip
        told = {"generator": 2.0, "discriminator": 0.5 + epoch}
        take({"event": "epoch", "epoch": epoch + 1, "step": steps[-1], "val_loss": 2.5, "val_accuracy": None,
              "train_loss": 2.0, "train_accuracy": None, "best": epoch == 0, "seconds": 1.0,
              "figures": {"train": told, "validation": {"generator": 2.5, "discriminator": 0.75, "fid": 9.0 - epoch}},
              **more})  # fmt: skip


def test_losses_of_a_recipe_share_a_chart(session: TrainingSession) -> None:
    panel = shown(session)
    feed_figures(session)
    until(lambda: panel.charts and not panel._dirty, "drawn")
    loss, scores = panel.charts["loss"], panel.charts["accuracy"]
    assert (loss.title, scores.title) == ("Losses", "Distance")
    assert list(loss.lines["discriminator/training"].x[:2]) == pytest.approx([0.1, 0.2])
    assert loss.lines["discriminator/raw"].y[-1] == 1.5
    assert list(loss.lines["generator/validation"].y) == [2.5, 2.5]
    assert list(scores.lines["fid/validation"].y) == [9.0, 8.0] and not len(scores.lines["fid/training"].x)
    assert list(scores.lines["fid/best"].x) == [1.0], "the star stands where the watched figure was best"
    assert not len(loss.lines["generator/best"].x)
    assert [entry.name for entry in loss.legend.entries] == ["Generator", "Discriminator"]
    assert loss.legend.entries[0].values == ("━ 2", "● 2.5")
    assert score_text(session) == "best epoch 1: distance 9"
    loss.set_log(True)
    assert loss.lines["generator/validation"].item.getData()[1][0] == pytest.approx(math.log10(2.5))


def test_a_click_on_the_legend_hides_a_figure(session: TrainingSession) -> None:
    panel = shown(session)
    feed_figures(session)
    until(lambda: panel.charts and not panel._dirty, "drawn")
    loss = panel.charts["loss"]

    def top() -> float:
        return float(loss.plot.getPlotItem().viewRange()[1][1])

    assert top() > 2.4
    QTest.mouseClick(
        loss.legend, Qt.MouseButton.LeftButton, pos=loss.legend.box("generator").center().toPoint()
    )
    assert not loss.lines["generator/training"].item.isVisible() and top() < 2.0
    assert loss.legend.entries[0].hidden
    QTest.mouseClick(
        loss.legend, Qt.MouseButton.LeftButton, pos=loss.legend.box("discriminator").center().toPoint()
    )
    assert loss.lines["discriminator/training"].item.isVisible(), "one figure always stays"
    loss.legend.setFocus()
    QTest.keyClick(loss.legend, Qt.Key.Key_Right)
    QTest.keyClick(loss.legend, Qt.Key.Key_Space)
    assert loss.lines["generator/training"].item.isVisible() and top() > 2.4


def test_a_legend_says_less_where_there_is_little_room(session: TrainingSession) -> None:
    panel = shown(session)
    names = ["one", "two", "three", "four", "five", "six"]
    feed_figures(
        session, [{"name": name, "title": f"Loss {name}", "kind": "loss", "better": "low"} for name in names]
    )
    until(lambda: panel.charts and not panel._dirty, "drawn")
    legend = panel.charts["loss"].legend
    legend.resize(900, legend.height())
    assert legend.detail == 0
    legend.resize(420, legend.height())
    assert legend.detail == 1 and legend.said(legend.entries[0]) == ""
    legend.resize(330, legend.height())
    assert legend.detail == 2 and legend.said(legend.entries[0]) == "━"


def test_charts_change_with_the_recipe(session: TrainingSession) -> None:
    panel = shown(session)
    feed(session)
    panel.draw_now()
    assert "best" in panel.charts["loss"].lines
    session.history.clear()
    feed_figures(session, GAN[:1])
    panel.draw_now()
    assert set(panel.charts["loss"].lines) == {
        f"generator/{part}" for part in ("raw", "training", "validation", "best")
    }
    assert panel.charts["loss"].title == "Generator" and not panel.charts["accuracy"].isVisible()
    session.history.clear()
    feed(session)
    panel.draw_now()
    assert panel.charts["loss"].title == "Loss" and panel.charts["accuracy"].isVisible()
    assert list(panel.charts["accuracy"].lines["validation"].y) == pytest.approx([60, 70, 80])


def test_a_resumed_recipe_keeps_its_figures_up_to_there(session: TrainingSession) -> None:
    feed_figures(session)
    session._take({"event": "started", "steps_per_epoch": 10, "accuracy": False, "step": 10, "epochs": 4, "epoch": 1,
                   "learning_rate": 0.1, "device": "cpu", "figures": GAN})  # fmt: skip
    history = session.history
    assert list(history.values["discriminator"]) == [0.5] * 10 and len(history.steps) == 10
    assert history.of_epochs("fid", "validation") == [(10.0, 9.0)]


def test_figures_are_columns_of_the_table(session: TrainingSession, tmp_path: Path) -> None:
    panel = shown(session)
    feed_figures(session)
    assert panel.export_table(tmp_path / "t.csv")
    with (tmp_path / "t.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 22 and rows[0]["train_discriminator"] == "0.5" and rows[0]["train_fid"] == ""
    assert [row["val_fid"] for row in rows if row["event"] == "epoch"] == ["9.0", "8.0"]


def test_losses_that_others_press_flat_have_a_chart_of_their_own(session: TrainingSession) -> None:
    panel = shown(session)
    feed_figures(session)
    until(lambda: panel.charts and not panel._dirty, "drawn")
    assert panel.charts["small"].isHidden(), "of about one size"
    session.history.peaks |= {"generator": 30.0, "discriminator": 0.7}
    panel.refresh()
    until(lambda: not panel._dirty, "drawn")
    assert set(panel.charts["loss"].figures) == {"generator"}
    assert set(panel.charts["small"].figures) == {"discriminator"} and panel.charts["small"].isVisible()
    assert len(panel.charts["small"].lines["discriminator/training"].y) == 20


def test_scores_of_other_sizes_have_a_chart_of_their_own(session: TrainingSession) -> None:
    panel = shown(session)
    share = {"name": "generator", "title": "Judged real", "kind": "score", "better": ""}
    feed_figures(session, [GAN[1], {**share, "name": "variety"}, GAN[2]])
    for epoch in session.history.epochs:
        epoch["figures"]["validation"]["variety"] = 0.5
    session.history.peaks["variety"] = 0.5
    panel.refresh()
    until(lambda: panel.charts and not panel._dirty, "drawn")
    assert set(panel.charts["large"].figures) == {"fid"} and panel.charts["large"].isVisible()
    assert set(panel.charts["accuracy"].figures) == {"variety"}
    assert list(panel.charts["large"].lines["fid/validation"].y) == [9.0, 8.0]
    session.history.clear()
    feed(session)
    panel.draw_now()
    assert not panel.charts["large"].isVisible()
