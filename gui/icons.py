"""Icons in the theme's colours. The pictures come from Material Design Icons through qtawesome.

(qtawesome is MIT licensed, Material Design Icons are under the Apache licence 2.0.)
"""

from __future__ import annotations

import os
from functools import cache

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QPixmap

from graph.model import OUTPUT
from gui.theme import RESOURCES, theme

CATEGORY_ICONS = {
    "Inputs and outputs": "login",
    "Linear": "graph-outline",
    "Convolution": "blur",
    "Pooling": "arrow-collapse-all",
    "Activation": "sine-wave",
    "Normalisation": "chart-bell-curve",
    "Dropout": "water-off-outline",
    "Recurrent": "sync",
    "Embedding": "format-letter-case",
    "Attention": "eye-outline",
    "Shape": "cube-outline",
    "Combine": "call-merge",
    "Arithmetic": "plus-minus-variant",
    "Reduce": "sigma",
    "Padding and resizing": "border-outside",
    "Losses": "bullseye-arrow",
    "Blocks": "package-variant-closed",
    "Own code": "language-python",
}

SEVERITY_ICONS = {
    "error": "alert-circle",
    "warning": "alert",
    "hint": "lightbulb-on-outline",
    "info": "information-outline",
    "ok": "check-circle",
}


@cache
def _drawn(name: str, color: str, disabled: str) -> QIcon:
    os.environ.setdefault("QT_API", "pyside6")
    import qtawesome

    return qtawesome.icon(f"mdi6.{name}", color=color, color_disabled=disabled)


def icon(name: str, color: QColor | None = None) -> QIcon:
    """An icon of Material Design Icons, by default in the text colour. Ask again when the theme changed."""
    return _drawn(name, (color or theme().text).name(), theme().disabled.name())


def pixmap(name: str, color: QColor | None = None, size: int = 16) -> QPixmap:
    """The same as a picture, for labels."""
    return icon(name, color).pixmap(QSize(size, size))


def category_icon(category: str) -> QIcon:
    """The icon of a layer category in the category's colour."""
    return icon(CATEGORY_ICONS.get(category, "cube-outline"), theme().category(category))


def layer_icon(type: str, category: str) -> QIcon:
    """The icon of a layer: its category's, but an output's arrow leads out."""
    return icon("logout", theme().category(category)) if type == OUTPUT else category_icon(category)


def severity_icon(severity: str) -> QIcon:
    """The icon of an error, a warning, a hint, an information or of ``ok``."""
    return icon(SEVERITY_ICONS[severity], theme().severity(severity))


@cache
def app_icon() -> QIcon:
    """TorchLoom's own icon."""
    return QIcon(str(RESOURCES / "icons" / "torchloom.svg"))
