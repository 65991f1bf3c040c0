"""Colours of classes: the series of the charts first, then as many more as there are classes."""

from __future__ import annotations

from PySide6.QtGui import QColor

from gui.theme import theme

FIRST = ("training", "validation", "third", "fourth", "fifth")
GOLDEN = 0.618033988749895
"""Steps of this share of the circle keep any number of hues apart."""


def class_color(number: int) -> QColor:
    """The colour of a class; the same in every view."""
    if 0 <= number < len(FIRST):
        return theme().series(FIRST[number])
    hue = (0.08 + GOLDEN * number) % 1.0
    return QColor.fromHsvF(hue, 0.75 if theme().dark else 0.9, 0.95 if theme().dark else 0.62)


def class_name(classes: tuple[str, ...], number: int) -> str:
    """A class by name, or by number where it has none."""
    return classes[number] if 0 <= number < len(classes) else str(number)
