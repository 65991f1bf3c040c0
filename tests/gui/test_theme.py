"""Both themes are readable, follow the person's choice and remember it."""

from __future__ import annotations

from itertools import combinations
from math import dist
from pathlib import Path

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


SIGHT = {
    "usual": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "without red": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "without green": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "without blue": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
"""On linear RGB: Machado, Oliveira and Fernandes, "A physiologically-based model for simulation of color
vision deficiency", 2009, severity 1."""
COMMON = (
    "Inputs and outputs", "Linear", "Convolution", "Pooling", "Activation", "Normalisation", "Dropout", "Blocks",
    "Combine", "Shape", "Attention",
)  # fmt: skip


def seen(color: str, sight: str) -> tuple[float, float, float]:
    """The colour in CIE L*a*b* (D65), as this sight has it."""
    parts = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    r, g, b = (
        min(1.0, max(0.0, sum(a * b for a, b in zip(row, linear, strict=True)))) for row in SIGHT[sight]
    )
    x = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089
    x, y, z = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("side", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("sight", SIGHT)
def test_categories_differ_for_every_sight(sight: str, side: int) -> None:
    """Those met in most networks by 10 (CIE 1976), where 2.3 can just be told apart; all by 5."""
    places = {name: seen(pair[side], sight) for name, pair in CATEGORIES.items()}
    for one, two in combinations(places, 2):
        least = 10 if one in COMMON and two in COMMON else 5
        assert dist(places[one], places[two]) >= least, (one, two)


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
    assert second.text == LIGHT.text and second.category("Linear") == QColor(CATEGORIES["Linear"][0])
    qapp.setStyleSheet("")


def test_an_unknown_colour_is_an_error(qapp) -> None:
    with pytest.raises(AttributeError, match="no colour"):
        _ = Theme().puce


def test_no_lambda_waits_for_another_theme() -> None:
    """A method of a widget is let go with the widget; a lambda would be called when its widget is gone."""
    here = Path(__file__).resolve().parent.parent.parent / "gui"
    found = [
        path.name
        for path in here.rglob("*.py")
        if "theme().changed.connect(lambda" in path.read_text("utf-8")
    ]
    assert not found
