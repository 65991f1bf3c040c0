"""Text and icons of the canvas, laid out once and kept."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QGuiApplication, QPainter, QPixmap, QStaticText

from gui.icons import icon


@lru_cache(maxsize=64)
def font(pixels: float, bold: bool = False) -> QFont:
    """The application's font at a size in scene units."""
    result = QFont(QGuiApplication.font())
    result.setPixelSize(round(pixels))
    result.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    result.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return result


@lru_cache(maxsize=8192)
def static_text(text: str, pixels: float, bold: bool, width: float, middle: bool = False) -> QStaticText:
    """Text laid out once, shortened to a width in scene units: at its end, or in its middle."""
    metrics = QFontMetricsF(font(pixels, bold))
    mode = Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideRight
    result = QStaticText(metrics.elidedText(text, mode, width))
    result.setTextFormat(Qt.TextFormat.PlainText)
    result.prepare(font=font(pixels, bold))
    return result


@lru_cache(maxsize=512)
def text_width(text: str, pixels: float, bold: bool = False) -> float:
    """How wide a text is, in scene units."""
    return QFontMetricsF(font(pixels, bold)).horizontalAdvance(text)


@lru_cache(maxsize=256)
def glyph(name: str, color: str, pixels: int) -> QPixmap:
    """An icon at a size in device pixels."""
    return icon(name, QColor(color)).pixmap(pixels, pixels)


def forget() -> None:
    """Drop what was drawn in the colours or font of before."""
    for cached in (font, static_text, text_width, glyph):
        cached.cache_clear()


def write(painter: QPainter, at: QPointF, text: str, pixels: float, color: QColor, width: float,
          bold: bool = False, middle: bool = False) -> None:  # fmt: skip
    """One line of text whose top-left corner is ``at``, shortened at its end or in its middle."""
    painter.setFont(font(pixels, bold))
    painter.setPen(color)
    painter.drawStaticText(at, static_text(text, pixels, bold, width, middle))
