"""The colours of the two themes, by what they are for.

Categories and dtypes follow Okabe and Ito's palette ("Color Universal Design", 2008), darkened for the
light theme so that an icon keeps 3:1 against a panel, and then moved apart in lightness until the layers
that stand side by side in most networks differ for dichromats too. Colour never stands alone: categories have icons,
problems have icons and sentences.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from PySide6.QtGui import QColor


@dataclass(frozen=True)
class Colors:
    """One theme. ``on_accent`` is text on ``accent``; ``muted`` is text of the second rank."""

    window: QColor
    panel: QColor
    field: QColor
    raised: QColor
    hover: QColor
    border: QColor
    text: QColor
    muted: QColor
    disabled: QColor
    accent: QColor
    on_accent: QColor
    selection: QColor
    """Behind selected rows and text; ``text`` is readable on it."""
    error: QColor
    error_soft: QColor
    warning: QColor
    warning_soft: QColor
    ok: QColor
    ok_soft: QColor
    canvas: QColor
    grid: QColor
    grid_strong: QColor
    node: QColor
    node_border: QColor
    node_text: QColor
    node_muted: QColor
    shadow: QColor
    wire: QColor
    wire_unknown: QColor
    wire_label: QColor
    port: QColor
    frame: QColor
    code_keyword: QColor
    code_name: QColor
    code_number: QColor
    code_string: QColor
    code_comment: QColor
    code_line: QColor


def _colors(**texts: str) -> Colors:
    return Colors(**{name: QColor(text) for name, text in texts.items()})


DARK = _colors(
    window="#1a1d23",
    panel="#21252c",
    field="#181b20",
    raised="#2b303a",
    hover="#343a46",
    border="#3a414d",
    text="#e7eaf0",
    muted="#a6afbe",
    disabled="#717b8c",
    accent="#5aa9ff",
    on_accent="#08131f",
    selection="#27496d",
    error="#ff8278",
    error_soft="#3a2426",
    warning="#f0b94e",
    warning_soft="#372e1d",
    ok="#55c890",
    ok_soft="#1c3229",
    canvas="#15181d",
    grid="#1f232a",
    grid_strong="#282d36",
    node="#282d36",
    node_border="#4a5362",
    node_text="#eef1f6",
    node_muted="#aab3c2",
    shadow="#60000000",
    wire="#8b96a8",
    wire_unknown="#5a6373",
    wire_label="#b4bdcb",
    port="#c3cbd8",
    frame="#2a313c",
    code_keyword="#82b4ff",
    code_name="#e6cf84",
    code_number="#f0a07a",
    code_string="#8fd19e",
    code_comment="#96a1b2",
    code_line="#2a3444",
)

LIGHT = _colors(
    window="#eef0f4",
    panel="#ffffff",
    field="#ffffff",
    raised="#e9ecf2",
    hover="#dfe4ec",
    border="#cdd3dd",
    text="#1b2230",
    muted="#525c6d",
    disabled="#868f9e",
    accent="#0b62cc",
    on_accent="#ffffff",
    selection="#cfe2fb",
    error="#b9241a",
    error_soft="#fcebe9",
    warning="#835600",
    warning_soft="#fbf2dc",
    ok="#126b3b",
    ok_soft="#e3f4ea",
    canvas="#f6f7fa",
    grid="#e8ebf0",
    grid_strong="#dce0e8",
    node="#ffffff",
    node_border="#aab3c1",
    node_text="#1b2230",
    node_muted="#566072",
    shadow="#26000000",
    wire="#5f6a7b",
    wire_unknown="#a8b0bd",
    wire_label="#465063",
    port="#465063",
    frame="#e6ebf3",
    code_keyword="#0b4fa8",
    code_name="#7a4d00",
    code_number="#a03c00",
    code_string="#17693b",
    code_comment="#5c6676",
    code_line="#e4eefb",
)

CATEGORIES: dict[str, tuple[str, str]] = {
    "Inputs and outputs": ("#4c5e6b", "#d9dadd"),
    "Linear": ("#025ba1", "#4591e9"),
    "Convolution": ("#b83e04", "#ff7d34"),
    "Pooling": ("#006942", "#25b97b"),
    "Activation": ("#6f3b03", "#f2b632"),
    "Normalisation": ("#a72667", "#ec7dbc"),
    "Dropout": ("#85776c", "#c4b8b2"),
    "Recurrent": ("#0575a1", "#92def9"),
    "Embedding": ("#31687c", "#92cdd4"),
    "Attention": ("#929709", "#efea4c"),
    "Shape": ("#737daa", "#a5bbed"),
    "Combine": ("#4c43b0", "#b8acff"),
    "Arithmetic": ("#773fa2", "#c391f9"),
    "Reduce": ("#76352f", "#f09b88"),
    "Padding and resizing": ("#4a7622", "#aad274"),
    "Losses": ("#a03d16", "#fdba8c"),
    "Blocks": ("#6a1f4d", "#db688d"),
    "Own code": ("#618a2b", "#c3e07f"),
}
"""Category -> (colour in the light theme, colour in the dark theme)."""

DTYPES: dict[str, tuple[str, str]] = {
    "float": ("#0068a4", "#5fb3ee"),
    "int": ("#bb4f00", "#ff9355"),
    "bool": ("#a53d79", "#e79ac6"),
    "any": ("#5d6877", "#b4bfcd"),
}
"""Tensor kind -> (light, dark)."""

SERIES: dict[str, tuple[str, str]] = {
    "training": ("#0068a4", "#5fb3ee"),
    "validation": ("#bb4f00", "#ff9355"),
    "third": ("#007556", "#35c7a0"),
    "fourth": ("#a53d79", "#e79ac6"),
    "fifth": ("#746700", "#f0e442"),
}
"""Lines of a chart -> (light, dark)."""

NAMES = tuple(field.name for field in fields(Colors))


def luminance(color: QColor) -> float:
    """Relative luminance (WCAG 2.2, "relative luminance")."""

    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) + 0.0722 * linear(color.blueF())


def contrast(one: QColor, other: QColor) -> float:
    """Contrast ratio from 1 to 21 (WCAG 2.2)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def mixed(one: QColor, other: QColor, share: float) -> QColor:
    """``one`` with ``share`` (0…1) of ``other`` mixed in."""
    return QColor.fromRgbF(
        one.redF() + (other.redF() - one.redF()) * share,
        one.greenF() + (other.greenF() - one.greenF()) * share,
        one.blueF() + (other.blueF() - one.blueF()) * share,
    )
