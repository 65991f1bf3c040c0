"""Watch it learn: what is drawn, scrubbing through epochs, old runs, damaged files, pictures saved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gui.colors import DARK, LIGHT
from gui.shows.book import Book, kept_epochs
from gui.shows.contents import READERS, ShowError, read
from gui.shows.kinds import VIEWS
from gui.shows.palette import class_color
from gui.shows.panel import WatchPanel
from gui.shows.words import mistakes
from gui.theme import theme
from gui.training.session import TrainingSession
from tests.gui import show_pages as make
from tests.gui.training_hand import until, workspace_of
from tests.runtime.running import digits_cnn

ALL = (
    make.pictures,
    make.text,
    make.attention,
    make.masks,
    make.boxes,
    make.series,
    make.answers,
    make.against,
    make.points,
)


@pytest.fixture
def session(qapp: QApplication) -> TrainingSession:
    return TrainingSession(workspace_of(digits_cnn()))


def started(session: TrainingSession, folder: Path | None = None, epoch: int = 0) -> None:
    session.folder = folder
    session._take(
        {"event": "started", "steps_per_epoch": 10, "step": 10 * epoch, "epochs": 9, "epoch": epoch, "device": "cpu",
         "learning_rate": 0.1, "folder": str(folder) if folder else ""}
    )  # fmt: skip


def shown(session: TrainingSession) -> WatchPanel:
    panel = WatchPanel(session)
    panel.resize(700, 320)
    panel.show()
    return panel


def grey(panel: WatchPanel) -> int:
    """The brightness of the middle of the first picture, as it is on the screen."""
    sheet: Any = panel.view("samples").sheet  # type: ignore[attr-defined]
    return QColor(sheet.grab().toImage().pixel(sheet.cell_area(0).center().toPoint())).red()


def test_before_a_run_it_says_what_will_be_seen(session: TrainingSession) -> None:
    panel = shown(session)
    assert panel.pages.currentIndex() == 0 and "the class the network" in panel.empty.text.text()
    session.workspace.project.training.recipe = "adversarial"
    panel._invite()
    assert "the generator draws" in panel.empty.text.text()


def test_it_follows_the_run_and_can_be_scrubbed_by_hand(session: TrainingSession) -> None:
    panel = shown(session)
    came: list[bool] = []
    panel.arrived.connect(lambda: came.append(True))
    started(session)
    for epoch in range(4):
        session._take(make.page(epoch, make.pictures(60 * epoch)))
    assert came == [True], "it opens once"
    assert panel.shown == 3 and panel.scrubber.label.text() == "epoch 3 of 9"
    assert grey(panel) == 180
    panel.scrubber.slider.setFocus()
    QTest.keyClick(panel.scrubber.slider, Qt.Key.Key_Home)
    assert panel.shown == 0 and grey(panel) == 0 and panel.scrubber.label.text() == "before training"
    assert not panel.scrubber.live.isChecked()
    session._take(make.page(4, make.pictures(200)))
    assert panel.shown == 0, "who looks back is left alone"
    QTest.mouseClick(panel.scrubber.live, Qt.MouseButton.LeftButton)
    assert panel.shown == 4 and grey(panel) == 200
    QTest.mouseClick(panel.scrubber.play, Qt.MouseButton.LeftButton)
    assert panel.shown == 0 or panel.scrubber.play.isChecked()
    until(lambda: panel.shown == 4 and not panel.scrubber.play.isChecked(), "played to the end")
    QTest.keyClick(panel, Qt.Key.Key_Space)
    assert panel.scrubber.play.isChecked()
    QTest.keyClick(panel, Qt.Key.Key_Space)


def test_answers_tell_right_from_wrong(session: TrainingSession) -> None:
    panel = shown(session)
    started(session)
    came: list[bool] = []
    panel.arrived.connect(lambda: came.append(True))
    session._take(make.page(1, {**make.answers(), "quiet": True}))
    assert not came, "it does not come forward by itself"
    view: Any = panel.view("answers")
    QApplication.processEvents()
    assert view.tally.text() == "1 of 2 are right"
    sheet = view.sheet
    image = sheet.grab().toImage()
    edges = [sheet.cell_area(number).topLeft().toPoint() - QPoint(1, -5) for number in range(2)]
    assert [QColor(image.pixel(edge)) for edge in edges] == [theme().ok, theme().error]
    assert sheet.words(sheet.cell_area(1).center()) == "✗ dog 60% · is cat"
    assert sheet.least(sheet.width()).width() <= sheet.width(), "nothing to scroll sideways"
    four = make.answers()
    four["rows"] = [[{"text": f"question {number}", "right": True} for number in range(4)]] * 3
    session._take(make.page(2, four))
    assert came == [True] and sheet.beside
    areas = [sheet.cell_area(number) for number in range(3)]
    assert areas[1].left() > areas[0].right() + 40 or areas[1].top() > areas[0].bottom(), "room for the lines"


def test_every_kind_is_drawn_in_both_themes(session: TrainingSession) -> None:
    assert set(READERS) == {
        "pictures",
        "text",
        "attention",
        "masks",
        "boxes",
        "series",
        "answers",
        "against",
        "points",
    }
    panel = shown(session)
    started(session)
    contents = [
        make.text(("el gato", "the cat", "the cat", True), ("<b>", "&", "", False))
        if one is make.text
        else one()
        for one in ALL
    ]
    session._take(make.page(1, *contents))
    assert panel.tabs.count() == len(VIEWS) == 9
    before = theme().colors
    for colors in (LIGHT, DARK):
        theme().colors = (
            colors  # without the style sheet, which every window of the tests before would get anew
        )
        theme().changed.emit()
        for place in range(panel.tabs.count()):
            panel.tabs.setCurrentIndex(place)
            QApplication.processEvents()
            name = str(panel.tabs.tabData(place))
            image = panel.view(name).picture()
            assert image.width() > 200
            seen = {
                image.pixel(x, y) for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)
            }
            assert len(seen) > 1, f"{name} is empty"
    theme().colors = before
    theme().changed.emit()
    panel.beside.setChecked(True)
    assert all(slot.isVisible() for slot in panel.slots.values()) and not panel.tabs.isVisible()
    panel.beside.setChecked(False)
    assert [name for name, slot in panel.slots.items() if slot.isVisible()] == ["points"]


def test_text_is_shown_as_text(session: TrainingSession) -> None:
    panel = shown(session)
    started(session)
    session._take(make.page(1, make.text(("<b>in</b>", "a  &\nb", "w", False))))
    written = panel.view("text").browser.toPlainText()  # type: ignore[attr-defined]
    assert "<b>in</b>" in written and "a" in written and "&" in written and "✗" in written


def test_mistakes_are_marked_one_by_one(session: TrainingSession) -> None:
    assert mistakes("noun verb noun", "noun verb verb") == (
        " ", [("noun", True), ("verb", True), ("noun", False)]
    )  # fmt: skip
    assert mistakes("1203", "1230") == ("", [("1", True), ("2", True), ("0", False), ("3", False)])
    assert mistakes("12", "132") == ("", [("1", True), ("_", False), ("2", True)]), "one is missing"
    assert mistakes("", "12") == ("", [("_", False)])
    assert mistakes("is / has", "has") == (" ", [("is", False), ("/", False), ("has", True)])
    panel = shown(session)
    started(session)
    rows = make.text(("greedy", "a <b", "a c", False))
    session._take(make.page(1, {**rows, "compare": True, "heads": ["decoded by", "said", "wanted"]}))
    browser = panel.view("text").browser  # type: ignore[attr-defined]
    assert "decoded by" in browser.toPlainText() and "a <b" in browser.toPlainText()
    assert browser.toHtml().count("underline") == 1, "the first word is right"


def test_attention_tells_who_looked_where(session: TrainingSession) -> None:
    panel = shown(session)
    started(session)
    session._take(make.page(1, make.attention()))
    view: Any = panel.view("attention")
    left, top, wide, high = view.sheet._frame(QRectF(view.sheet.rect()))
    said = view.sheet.words(QPointF(left + 2.5 * wide, top + 1.5 * high))
    assert said == "“y” looked at “c”: 75.0%"
    view.choice.setFocus()
    QTest.keyClick(view.choice, Qt.Key.Key_Down)
    assert view.sheet.sentence.source == ("d",)
    session._take(make.page(2, make.attention()))
    assert view.choice.currentIndex() == 1, "the chosen sentence stays from epoch to epoch"


def test_masks_cover_and_show_what_is_wrong(session: TrainingSession) -> None:
    panel = shown(session)
    started(session)
    session._take(make.page(1, make.masks()))
    view: Any = panel.view("masks")
    view.opacity.setValue(100)
    QApplication.processEvents()

    def pixel(part: int, column: int, row: int) -> QColor:
        box = view.sheet.cell_area(part)
        at = QPointF(
            box.left() + (column + 0.5) * box.width() / 4, box.top() + (row + 0.5) * box.height() / 4
        )
        return QColor(view.sheet.grab().toImage().pixel(at.toPoint()))

    assert pixel(1, 3, 0) == class_color(1) and pixel(2, 3, 0) == QColor(0, 0, 0)
    assert pixel(1, 0, 2) == QColor(0, 0, 0), "the background has no tint"
    QTest.mouseClick(view.wrong, Qt.MouseButton.LeftButton, pos=QPoint(6, view.wrong.height() // 2))
    assert view.wrong.isChecked()
    assert pixel(2, 3, 0) == theme().error and pixel(2, 0, 0) == QColor(0, 0, 0)
    assert pixel(2, 3, 3) == QColor(0, 0, 0), "a pixel that does not count is not wrong"
    box = view.sheet.cell_area(2)
    said = view.sheet.words(QPointF(box.right() - 2, box.top() + 2))
    assert said == "pixel 3, 0: truth square, network background"
    assert [name for _, name in view.legend.classes] == ["square"]


def test_boxes_appear_from_a_score_on(session: TrainingSession) -> None:
    panel = shown(session)
    started(session)
    session._take(make.page(1, make.boxes()))
    view: Any = panel.view("boxes")
    assert [box[5] for box in view.sheet.shown(0)] == [0.9]
    view.threshold.setFocus()
    QTest.keyClick(view.threshold, Qt.Key.Key_Home)
    assert [box[5] for box in view.sheet.shown(0)] == [0.3, 0.9]
    assert view.least.text() == "score ≥ 0.00"
    said = view.sheet.words(view.sheet.cell_area(0).center())
    assert said == "square (truth)\nsquare, score 0.90\ncircle, score 0.30"


def test_a_prediction_stands_over_the_steps_it_is_for(session: TrainingSession) -> None:
    panel = shown(session)
    started(session)
    session._take(make.page(1, make.series(), make.points()))
    curves = panel.view("series").plot.getPlotItem().listDataItems()  # type: ignore[attr-defined]
    assert [list(curve.getData()[0]) for curve in curves] == [[0, 1, 2, 3, 4]] * 2
    assert list(curves[1].getData()[1]) == [0.5, 1.5, 2.5, 3.5, 4.5]
    spots = panel.view("points").plot.getPlotItem().items  # type: ignore[attr-defined]
    assert [len(item.getData()[0]) for item in spots] == [1, 2]


def test_old_runs_are_read_again(session: TrainingSession, tmp_path: Path) -> None:
    old = make.kept(tmp_path / "old", *(make.page(epoch, make.pictures(20 * epoch)) for epoch in range(1, 6)))
    panel = shown(session)
    assert panel.open_run(old) and panel.shown == 5 and grey(panel) == 100
    assert panel.run.text() == "old" and not panel.scrubber.live.isVisible()
    QTest.keyClick(panel.scrubber.slider, Qt.Key.Key_Left)
    assert panel.shown == 4 and grey(panel) == 80
    told: list[str] = []
    session.workspace.message.connect(lambda _level, text: told.append(text))
    assert not panel.open_run(tmp_path) and "holds no shows" in told[-1]
    assert panel.shown == 4
    started(session)
    session._take(make.page(1, make.pictures(250)))
    assert grey(panel) == 250 and panel.run.text() == "", "a new run is followed again"


def test_a_resumed_run_forgets_the_epochs_it_repeats(session: TrainingSession, tmp_path: Path) -> None:
    folder = make.kept(tmp_path / "run", *(make.page(epoch, make.pictures(epoch)) for epoch in range(4)))
    panel = shown(session)
    started(session, folder, epoch=2)
    assert panel.book.epochs == [0, 1, 2] and panel.shown == 2
    session._take(make.page(3, make.pictures(99)))
    assert panel.shown == 3 and grey(panel) == 99


def test_damaged_files_are_told_and_passed_over(session: TrainingSession, tmp_path: Path) -> None:
    folder = make.kept(tmp_path / "run", *(make.page(epoch, make.pictures(50)) for epoch in range(4)))
    shows = folder / "shows"
    whole = (shows / "00001.show").read_bytes()
    (shows / "00001.show").write_bytes(whole[: len(whole) // 2])
    (shows / "00002.show").write_bytes(b"\xff\xff\xff\xff{}")
    (shows / "notes.txt").write_text("not a show")
    (shows / "x.show").write_text("nor this")
    assert kept_epochs(folder) == [0, 1, 2, 3]
    panel = shown(session)
    panel.open_run(folder)
    assert panel.shown == 3 and not panel.trouble.isVisible()
    panel.scrubber.slider.setValue(2)
    assert "00002.show" in panel.trouble.text() and "damaged" in panel.trouble.text()
    panel.scrubber.slider.setValue(1)
    assert panel.trouble.isVisible()
    panel.scrubber.slider.setValue(0)
    assert not panel.trouble.isVisible() and grey(panel) == 50
    assert panel.save_sequence(tmp_path) == 2


@pytest.mark.parametrize(
    "damage",
    [
        {"kind": "hologram"},
        {"images": None},
        {"images": make.packed([[1]])},
        {"images": {**make.packed([[[[1]]]]), "shape": [9, 1, 1, 1]}},
        {"images": {**make.packed([[[[1]]]]), "dtype": "object"}},
        {"images": {**make.packed([[[[1]]]]), "shape": [-1, 1, 1, 1]}},
        {"labels": 7},
        {"columns": "many"},
    ],
)
def test_damaged_shows_are_sentences(damage: dict[str, Any]) -> None:
    with pytest.raises(ShowError) as caught:
        read({**make.pictures(), **damage})
    assert str(caught.value).endswith(".")


def test_other_damage_is_a_sentence_too() -> None:
    for show in (
        {
            **make.attention(),
            "rows": [{"source": ["a"], "target": ["b"], "weights": make.packed([[1, 2]], "float32")}],
        },
        {**make.masks(), "truth": make.packed([[[1]]])},
        {**make.boxes(), "predicted": [[]]},
        {**make.boxes(), "truth": [[[1, 2]], []]},
        {**make.points(), "labels": [1]},
        {**make.series(), "from": "x"},
        {**make.text(), "rows": [3]},
        [],
    ):
        with pytest.raises(ShowError):
            read(show)


def test_pages_beyond_the_memory_come_from_the_folder(tmp_path: Path) -> None:
    folder = make.kept(tmp_path / "run", *(make.page(epoch, make.pictures(epoch)) for epoch in range(60)))
    book = Book(folder)
    for epoch in range(60):
        book.take(make.page(epoch, make.pictures(epoch)))
    assert len(book._pages) == 48 and book.step(0) == 0
    (first,) = book.page(0)
    assert not isinstance(first, ShowError) and first.images.max() == 0  # type: ignore[attr-defined]


def test_pictures_are_copied_and_saved(session: TrainingSession, tmp_path: Path) -> None:
    panel = shown(session)
    started(session)
    for epoch in range(3):
        session._take(make.page(epoch, make.pictures(100 * epoch)))
    QTest.mouseClick(panel.copy, Qt.MouseButton.LeftButton)
    assert QApplication.clipboard().image().size() == panel.view("samples").picture().size()
    assert panel.save_picture(tmp_path / "one.png") and QImage(str(tmp_path / "one.png")).width() > 300
    told: list[str] = []
    session.workspace.message.connect(lambda _level, text: told.append(text))
    assert not panel.save_picture(tmp_path / "nowhere" / "one.png") and "No such file" in told[-1]
    assert panel.save_sequence(tmp_path / "nowhere") == 0 and "could not be written" in told[-1]
    assert panel.save_sequence(tmp_path) == 3
    names = sorted(path.name for path in tmp_path.glob("samples-*.png"))
    assert names == ["samples-0000.png", "samples-0001.png", "samples-0002.png"]
    sizes = {QImage(str(tmp_path / name)).size().toTuple() for name in names}
    assert len(sizes) == 1, "a film needs pictures of one size"
    assert panel.shown == 2 and grey(panel) == 200


def test_the_wheel_makes_pictures_larger(session: TrainingSession) -> None:
    panel = shown(session)
    started(session)
    session._take(make.page(1, make.pictures(10)))
    view: Any = panel.view("samples")
    before = view.sheet.size()
    from PySide6.QtGui import QWheelEvent

    place = QPointF(view.area.viewport().rect().center())
    event = QWheelEvent(
        place, view.area.viewport().mapToGlobal(place), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.ControlModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view.area.viewport(), event)
    assert view.sheet.width() == pytest.approx(before.width() * 1.15**2, abs=1)


def test_a_new_project_empties_it(session: TrainingSession) -> None:
    panel = shown(session)
    started(session)
    session._take(make.page(1, make.pictures(10)))
    session.workspace.open(digits_cnn())
    assert panel.pages.currentIndex() == 0 and not panel.slots


def test_a_picture_without_a_known_mask_shows_none(session: TrainingSession) -> None:
    panel = shown(session)
    started(session)
    unknown = make.packed([[[255] * 4] * 4])
    session._take(make.page(1, {**make.masks(), "truth": unknown}))
    sheet = panel.view("masks").sheet  # type: ignore[attr-defined]
    assert sheet.count == 2 and sheet.column_titles == ("picture", "network")
