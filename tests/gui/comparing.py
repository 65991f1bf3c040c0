"""Comparing two pictures of a widget, so that a test that fails says where they differ."""

from __future__ import annotations

from PySide6.QtGui import QImage


def apart(one: QImage, two: QImage) -> str:
    """Where two pictures differ, as a sentence; empty when they are the same, pixel for pixel."""
    if one == two:
        return ""
    if one.size() != two.size():
        return f"one is {one.width()}×{one.height()} pixels, the other {two.width()}×{two.height()}"
    places = [
        (x, y) for y in range(one.height()) for x in range(one.width()) if one.pixel(x, y) != two.pixel(x, y)
    ]
    if not places:
        return f"the same pixels, but {one.format()} and {two.format()}"
    (left, right), (top, bottom) = ((min(part), max(part)) for part in zip(*places, strict=True))
    x, y = places[0]
    return (
        f"{len(places)} pixels of {one.width()}×{one.height()} differ, within x {left} to {right} and y {top} to "
        f"{bottom}; the first at ({x}, {y}): {one.pixelColor(x, y).name()} and {two.pixelColor(x, y).name()}"
    )
