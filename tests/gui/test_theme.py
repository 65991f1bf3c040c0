"""Both themes are readable, follow the person's choice and remember it."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QPalette

from graph.catalogue import CATEGORIES as LAYER_CATEGORIES
from gui.colors import CATEGORIES, DARK, DTYPES, LIGHT, SERIES, Colors, contrast
from gui.theme import Theme, style_sheet

BOTH = pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
ON_PANELS = ("text", "muted", "error", "warning", "ok", "accent")
CODE = ("code_keyword", "code_name", "code_number", "code_string", "code_comment")


def test_contrast_of_black_on_white_is_21() -> None:
    assert contrast(QColor("#000000"), QColor("#ffffff")) == pytest.approx(21)
    assert contrast(QColor("#777777"), QColor("#777777")) == pytest.approx(1)


@BOTH
def test_text_has_enough_contrast_everywhere(colors: Colors) -> None:
    pairs = [(name, ground) for name in ON_PANELS for ground in ("window", "panel", "field")]
    pairs += [("text", ground) for ground in ("raised", "hover", "selection", "error_soft", "warning_soft")]
    pairs += [(name, f"{name}_soft") for name in ("error", "warning", "ok")]
    pairs += [
        ("on_accent", "accent"),
        ("node_text", "node"),
        ("node_muted", "node"),
        ("wire_label", "canvas"),
    ]
    pairs += [(name, ground) for name in CODE for ground in ("field", "code_line")]
    weak = {
        pair: round(contrast(getattr(colors, pair[0]), getattr(colors, pair[1])), 2)
        for pair in pairs
        if contrast(getattr(colors, pair[0]), getattr(colors, pair[1])) < 4.5
    }
    assert not weak


@BOTH
def test_what_is_disabled_can_still_be_read(colors: Colors) -> None:
    assert contrast(colors.disabled, colors.panel) >= 3
    assert contrast(colors.disabled, colors.panel) < contrast(colors.muted, colors.panel)


@BOTH
def test_marks_stand_out_from_their_ground(colors: Colors) -> None:
    side = 1 if colors is DARK else 0
    for table in (CATEGORIES, DTYPES, SERIES):
        for name, pair in table.items():
            for ground in (colors.panel, colors.node):
                assert contrast(QColor(pair[side]), ground) >= 3, name


def test_every_category_of_layers_has_a_colour() -> None:
    assert set(LAYER_CATEGORIES) <= set(CATEGORIES)


@BOTH
def test_the_style_sheet_is_filled_in(colors: Colors) -> None:
    text = style_sheet(colors)
    assert "@" not in text
    assert colors.panel.name() in text


def test_the_choice_applies_and_is_remembered(qapp) -> None:
    first, seen = Theme(), []
    first.changed.connect(lambda: seen.append(first.mode))
    first.choose("dark")
    assert first.dark and seen == ["dark"]
    assert qapp.palette().color(QPalette.ColorRole.Window) == DARK.window
    second = Theme()
    second.start()
    assert second.mode == "dark"
    assert second.text == DARK.text
    second.choose("light")
    assert second.text == LIGHT.text and second.category("Linear") == QColor("#0068a4")
    qapp.setStyleSheet("")


def test_an_unknown_colour_is_an_error(qapp) -> None:
    with pytest.raises(AttributeError, match="no colour"):
        _ = Theme().puce
