"""Try it: pictures dropped, pasted and drawn, texts, samples; answers of the real trainer."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QImage, QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QWidget

import presets
from graph.build import GraphBuilder, project
from graph.model import DataChoice, Training
from gui.training.session import TrainingSession
from gui.trying.pad import PicturePad
from gui.trying.panel import TextBox, TryPanel
from tests.gui.training_hand import at_rest, until, woken, workspace_of
from tests.gui.window_hand import show, write
from tests.runtime.running import digits_cnn

LEFT = Qt.MouseButton.LeftButton


def shown(session: TrainingSession) -> TryPanel:
    panel = TryPanel(session)
    panel.resize(330, 760)
    panel.show()
    return panel


def started(session: TrainingSession, **more: object) -> None:
    session._take({"event": "started", "step": 0, "epoch": 0, "epochs": 3, "device": "cpu", "learning_rate": 0.1,
                   "steps_per_epoch": 1, "samples": 20, **more})  # fmt: skip


def test_ctrl_enter_tries_the_text_and_not_the_windows_own_command(qapp: QApplication) -> None:
    pressed: list[str] = []
    window = QWidget()
    box = TextBox(lambda: pressed.append("tried"))
    box.setParent(window)
    QShortcut(QKeySequence("Ctrl+Return"), window, lambda: pressed.append("the window's"))
    show(window, 200, 100)
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert pressed == ["tried"] and box.hasFocus()


@pytest.fixture
def session(qapp: QApplication) -> TrainingSession:
    return TrainingSession(workspace_of(digits_cnn()))


def test_what_can_be_tried_follows_the_run(session: TrainingSession) -> None:
    panel = shown(session)
    assert "Train the network" in panel.hint.text()
    assert not any(part.isVisible() for part in (panel.picture_part, panel.text_part, panel.sample_part))
    started(session, takes_pictures=True, reads_text=False, figures=[])
    assert (
        panel.picture_part.isVisible() and panel.sample_part.isVisible() and not panel.text_part.isVisible()
    )
    started(session, takes_pictures=False, reads_text=True, figures=[], task="next-token")
    assert panel.text_part.isVisible() and panel.temperature.isVisible() and not panel.width_box.isVisible()
    started(session, takes_pictures=False, reads_text=False, figures=[{"name": "loss"}])
    assert "Watch it learn" in panel.hint.text() and not panel.sample_part.isVisible()
    panel.try_text()
    assert "not running" in panel.trouble.text()
    panel.text.setPlainText("for the old network")
    for preset, temperature in (("char-gpt", 0.0), ("char-gpt-tied", 0.8)):
        session.workspace.open(presets.find(preset).build())
        assert not panel.text.toPlainText()
        started(session, reads_text=True, figures=[], task="next-token")
        assert panel.temperature.value == temperature, "what is held out is written freely"


def test_a_pad_takes_what_is_dropped_pasted_and_drawn(qapp: QApplication, tmp_path: Path) -> None:
    pad = PicturePad()
    pad.resize(200, 200)
    pad.show()
    said: list[str] = []
    pad.refused.connect(said.append)
    changed: list[bool] = []
    pad.changed.connect(lambda: changed.append(True))
    image = QImage(40, 20, QImage.Format.Format_ARGB32)
    image.fill(QColor(0, 0, 0, 0))
    QApplication.clipboard().setImage(image)
    QTest.keyClick(pad, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert pad.image.size().toTuple() == (40, 20) and pad.image.pixelColor(3, 3) == QColor("white"), (
        "like paper"
    )
    red = QImage(3000, 30, QImage.Format.Format_RGB32)
    red.fill(QColor("red"))
    assert red.save(str(tmp_path / "red.png"))
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "red.png"))])
    place, actions, none = QPoint(50, 50), Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(place, actions, data, LEFT, none)
    QApplication.sendEvent(pad, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(pad, QDropEvent(QPointF(place), actions, data, LEFT, none))
    assert pad.image.width() == 1024 and pad.image.pixelColor(9, 5) == QColor("red")
    (tmp_path / "no.png").write_text("nothing")
    assert not pad.open(tmp_path / "no.png") and "no.png cannot be read" in said[-1]
    QApplication.clipboard().clear()
    assert not pad.paste() and "no picture" in said[-1]
    before = len(changed)
    QTest.mousePress(pad, LEFT, pos=QPoint(60, 100))
    QTest.mouseMove(pad, QPoint(140, 100))
    QTest.mouseRelease(pad, LEFT, pos=QPoint(140, 100))
    assert pad.drawn and len(changed) == before + 1
    assert pad.image.pixelColor(84, 140) == QColor("white") and pad.image.pixelColor(20, 20) == QColor(
        "black"
    )
    QTest.keyClick(pad, Qt.Key.Key_Delete)
    assert pad.image.isNull()


def test_the_real_trainer_answers_samples_pictures_and_texts(qapp: QApplication, tmp_path: Path) -> None:
    session = woken(digits_cnn(epochs=12))
    panel = shown(session)
    try:
        session.train()
        until(lambda: session.result is not None, "trained")
        sample_is_recognised(panel)
        picture_is_recognised(panel, tmp_path)
        text_is_continued(panel)
        row_is_judged(panel, tmp_path)
    finally:
        at_rest(session)
        session.close()


def sample_is_recognised(panel: TryPanel) -> None:
    QTest.mouseClick(panel.take, LEFT)
    until(lambda: panel.bars.rows, "an answer")
    assert panel.bars.rows[0][1] > 0.5 and len(panel.bars.rows) == 8
    assert f"<b>{panel.bars.rows[0][0]}</b>" in panel.label.text(), "what is true stands beside what it says"
    assert sum(share for _, share in panel.bars.rows) == pytest.approx(1, abs=0.2)


def picture_is_recognised(panel: TryPanel, folder: Path) -> None:
    from sklearn.datasets import load_digits

    zero = load_digits().images[0]
    picture = QImage(80, 80, QImage.Format.Format_Grayscale8)
    for row in range(80):
        for column in range(80):
            grey = int(zero[row // 10, column // 10] * 255 / 16)
            picture.setPixelColor(column, row, QColor(grey, grey, grey))
    picture.save(str(folder / "zero.png"))
    panel.bars.show_shares((), ())
    assert panel.pad.open(folder / "zero.png")
    until(lambda: panel.bars.rows, "an answer")
    assert panel.bars.rows[0][0] == "0" and not panel.seen.pixmap().isNull()
    light = picture.copy()
    light.invertPixels()
    panel.bars.show_shares((), ())
    panel.invert.setChecked(True)
    panel.pad.take(light)
    until(lambda: panel.bars.rows and not panel.asked, "an answer to the dark one")
    assert panel.bars.rows[0][0] == "0", "dark on light, turned around"


def row_is_judged(panel: TryPanel, folder: Path) -> None:
    rows = "".join(f"{size},{('Oslo', 'Rome')[size % 2]},{3 * size}\n" for size in range(40))
    (folder / "flats.csv").write_text("size,city,rent\n" + rows)
    g = GraphBuilder("Flats")
    g.output(g.add("Linear", g.input("x", shape=(2,)), out_features=1))
    data = DataChoice("own-table", {"path": str(folder / "flats.csv"), "predict": "number"})
    training = Training(loss="mse", learning_rate=0.1, epochs=60, threads=1, device="cpu")
    session = panel.session
    session.workspace.open(project("Flats", g, data=data, training=training))
    session.workspace.refresh_shapes()
    session.train()
    until(lambda: session.result is not None, "trained on the table")
    assert panel.row_part.isVisible() and panel.row_form.values() == {"size": "0", "city": "Oslo"}
    size, city = panel.row_form.fields.values()
    assert isinstance(size, QLineEdit) and isinstance(city, QComboBox)
    size.setText("twenty")
    QTest.keyClick(size, Qt.Key.Key_Return)
    until(lambda: panel.trouble.isVisible(), "what is wrong")
    assert "“size” needs a number such as 0" in panel.trouble.text()
    size.setText("20")
    QTest.mouseClick(panel.go_row, LEFT)
    until(lambda: "rent" in panel.label.text(), "an answer")
    assert float(panel.label.text().split("<b>")[1].split("<")[0]) == pytest.approx(60, abs=15)
    QTest.mouseClick(panel.take, LEFT)
    until(lambda: "truth" in panel.label.text(), "a sample's answer")
    assert panel.label.text().startswith("rent: <b>"), "in the target's own units, too"


def text_is_continued(panel: TryPanel) -> None:
    project = presets.find("char-rnn").build()
    project.training.epochs = 1
    session = panel.session
    session.workspace.open(project)
    session.workspace.refresh_shapes()
    session.train()
    until(lambda: session.result is not None, "trained")
    assert panel.text_part.isVisible() and panel.length.isVisible() and not panel.picture_part.isVisible()
    write(panel.length.lineEdit(), "12")
    started = session.started or {}
    assert "Ctrl+Enter" in panel.text.placeholderText()
    write(panel.text, started["classes"][0])
    QTest.keyClick(panel.text, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    until(lambda: panel.views or panel.trouble.isVisible(), "an answer")
    assert panel.views and len(panel.views[0].content.rows[0].output) == 12


def test_an_answer_that_cannot_be_given_is_a_sentence(session: TrainingSession) -> None:
    panel = shown(session)
    started(session, takes_pictures=True, figures=[])
    panel.asked = True
    session._take({"event": "tried", "text": "", "step": 1, "shows": [], "problem": "It takes no pictures."})
    assert panel.trouble.text() == "It takes no pictures." and not panel.asked
    panel.asked = True
    session._take({"event": "tried", "text": "", "step": 1, "shows": [{"kind": "hologram"}]})
    assert "hologram" in panel.trouble.text()
