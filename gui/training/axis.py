"""An axis whose picture is kept: pyqtgraph lays out texts and grid anew with every paint."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPicture, QPixmap


class QuickAxis(pg.AxisItem):
    """Paints its ticks, texts and grid once for each range and size, then copies them."""

    def __init__(self, orientation: str) -> None:
        super().__init__(orientation)
        self._pixmap = QPixmap()
        self._of: tuple[Any, ...] = ()

    def paint(self, p: QPainter, opt: Any, widget: Any) -> None:
        rect = self.boundingRect()
        scale = max(1.0, p.deviceTransform().m11())  # of the screen, or of a picture that is being made
        key = (rect.width(), rect.height(), scale)
        if self.picture is None or key != self._of:
            self._of = key
            self._pixmap = QPixmap((rect.size() * scale).toSize())
            self._pixmap.setDevicePixelRatio(scale)
            self._pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(self._pixmap)
            painter.translate(-rect.topLeft())
            if self.style["tickFont"]:
                painter.setFont(self.style["tickFont"])
            specs = self.generateDrawSpecs(painter)
            if specs is not None:
                self.drawPicture(painter, *specs)
            painter.end()
            self.picture = QPicture()  # whoever wants the axis drawn anew sets this to None
        p.drawPixmap(QPointF(rect.topLeft()), self._pixmap)
