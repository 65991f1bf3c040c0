"""The start page's gallery: a picture and a sentence for every preset, found by words and tags."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gui.start import StartPage
from gui.start.tags import common_tags
from gui.workspace import Workspace
from presets import Preset, all_presets, find
from tests.gui.training_hand import until, workspace_of
from tests.gui.window_hand import click, small_project


@pytest.fixture
def workspace(qapp: QApplication) -> Workspace:
    return workspace_of(small_project())


@pytest.fixture
def page(workspace: Workspace) -> Iterator[StartPage]:
    page = StartPage(workspace)
    page.resize(1300, 800)
    page.refresh()
    page.show()
    page.activateWindow()
    until(page.isActiveWindow, "the page has the keyboard")
    page.search.setFocus()
    yield page
    page.close()
    page.deleteLater()


def shown(page: StartPage) -> list[str]:
    return [card.preset.id for card in page.cards if card.isVisible()]


def with_tag(*tags: str) -> list[str]:
    return [preset.id for preset in all_presets() if set(tags) <= set(preset.tags)]


def test_nothing_is_made_before_the_page_is_seen(workspace: Workspace) -> None:
    page = StartPage(workspace)
    assert page.cards == []
    page.refresh()
    assert len(page.cards) == len(all_presets())
    page.refresh()
    assert len(page.cards) == len(all_presets())


def test_cards_in_view_get_their_pictures_and_numbers(page: StartPage) -> None:
    first, last = page.cards[0], page.cards[-1]
    until(lambda: first.counted, "the first card is ready")
    assert first.preset.id == "digits-cnn" and first.size_label.text() == "6,090"
    assert first.drawn and not last.drawn, "what is out of view waits"
    page.column.ensureWidgetVisible(last)
    until(lambda: last.drawn, "the last card is drawn")


def test_every_preset_says_what_it_teaches() -> None:
    for preset in all_presets():
        assert preset.summary.endswith((".", "!")) and 20 <= len(preset.summary) <= 120, preset.id
        assert 2 <= len(preset.tags) <= 12 and len(set(preset.tags)) == len(preset.tags), preset.id


def test_all_networks_of_a_preset_are_in_its_picture(page: StartPage) -> None:
    page.search.setText("cyclegan")
    (card,) = (card for card in page.cards if card.isVisible())
    until(lambda: card.drawn, "the card is drawn")
    names = [graph.name for graph in card.picture.graphs]
    assert names == [network.name for network in find("cyclegan").build().networks.values()]
    assert len(names) == 4
    cells = card.picture._cells()
    assert len({(cell.x(), cell.y()) for cell in cells}) == 4
    assert not any(a.intersects(b) for number, a in enumerate(cells) for b in cells[number + 1 :]), (
        "no network is drawn over another"
    )


def test_words_and_tags_narrow_together(page: StartPage) -> None:
    assert shown(page) == [preset.id for preset in all_presets()]
    tags = page.gallery.tags
    assert tags is not None
    click(tags.buttons["Transformer"])
    assert shown(page) == with_tag("Transformer")
    click(tags.buttons["image"])
    assert shown(page) == with_tag("Transformer", "image") and "vit-b16" in shown(page)
    assert page.gallery.count.text().startswith(f"{len(shown(page))} of ")
    page.search.setText("digits")
    assert shown(page) == ["digits-vit"]
    page.search.setText("recurrent")
    assert shown(page) == [] and page.gallery.nothing.isVisible()
    assert page.gallery.nothing.text().startswith(
        "No network with the tags Transformer, image matches “recurrent”."
    )
    page.search.clear()
    tags.clear()
    assert shown(page) == [preset.id for preset in all_presets()] and not page.gallery.nothing.isVisible()


@pytest.mark.parametrize(
    ("query", "wanted"),
    [("skip connection", "unet"), ("yolo", "detector"), ("szegedy", ""), ("pixels boxes", "multi-task"),
     ("swish", "efficientnet-b0"), ("pre-norm", "transformer-pre-norm"), ("transfomer", "transformer"),
     ("resent", "resnet50")],
)  # fmt: skip
def test_a_search_looks_at_title_sentence_group_and_tags(page: StartPage, query: str, wanted: str) -> None:
    page.search.setText(query)
    assert wanted in shown(page) if wanted else shown(page) == []


def test_the_most_frequent_tags_are_offered() -> None:
    def preset(name: str, *tags: str) -> Preset:
        return Preset(name, name, "", "", tags, find("linear-regression").build)

    presets = [preset("one", "b", "a"), preset("two", "b", "c"), preset("three", "b", "a", "D")]
    assert common_tags(presets) == ["b", "a", "c", "D"]
    assert common_tags(presets, 2) == ["b", "a"]


def test_the_keyboard_goes_from_the_search_to_a_card_and_opens_it(page: StartPage) -> None:
    opened: list[str] = []
    page.preset_chosen.connect(opened.append)
    assert page.gallery.tags is not None
    page.search.setFocus()
    QTest.keyClick(page.search, Qt.Key.Key_Tab)
    assert next(iter(page.gallery.tags.buttons.values())).hasFocus(), "the tags stand before the cards"
    page.search.setFocus()
    QTest.keyClicks(page.search, "vgg")
    QTest.keyClick(page.search, Qt.Key.Key_Down)
    cards = [card for card in page.cards if card.isVisible()]
    assert cards[0].hasFocus()
    QTest.keyClick(cards[0], Qt.Key.Key_Right)
    assert cards[1].hasFocus()
    QTest.keyClick(cards[1], Qt.Key.Key_Down)
    below = page.focusWidget()
    assert below in cards and cards.index(below) > 1
    here, there = (card.mapTo(page, QPoint()) for card in (cards[1], below))
    assert there.y() > here.y()
    QTest.keyClick(below, Qt.Key.Key_Return)
    assert opened == [below.preset.id]
    QTest.keyClick(below, Qt.Key.Key_Up)
    QTest.keyClick(page.focusWidget(), Qt.Key.Key_Up)
    assert page.search.hasFocus()
