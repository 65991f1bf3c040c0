"""Pictures before and after: one row for each sample, its masks and boxes over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from gui.data.labels import label_of
from gui.data.pictures import masks, paint_boxes, pictures_between
from gui.preparation.look import Looked
from gui.theme import theme

if TYPE_CHECKING:
    import numpy as np

GAP, HEAD, LABEL = 10, 40, 17
SMALLEST, LARGEST = 56, 168


class BeforeAfter(QWidget):
    """Columns: as the source gives it, as evaluation sees it, and as training sees it some times over. Put it into
    a scroll area; it is as wide as it gets."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Samples before and after the preparation"))
        self.looked: Looked | None = None
        self.heads: list[tuple[str, str]] = []
        """Title and range of the numbers of each column."""
        self._columns: list[list[QImage]] = []
        self._veils: list[list[QImage]] = []
        self._targets: list[np.ndarray] = []
        self.labels: list[list[str]] = []
        theme().changed.connect(self._recolored)

    def show_looked(self, looked: Looked) -> None:
        """Take over pictures (K, C, H, W)."""
        import numpy as np

        self.looked = looked
        schema = looked.schema
        arrays = [looked.before, looked.after, *looked.draws]
        shown = arrays if looked.undone is None else [looked.before, *looked.undone]
        low, high = float(looked.before.min()), float(looked.before.max())
        self._columns = []
        for values in shown:
            bounds = (low, high) if looked.undone is not None else (float(values.min()), float(values.max()))
            self._columns.append(pictures_between(np.nan_to_num(values), *bounds))
        self._targets = [looked.targets, looked.after_targets, *looked.draw_targets]
        titles = [self.tr("Before"), self.tr("After")]
        if looked.draws:
            titles += [self.tr("Training {0}").format(number) for number in range(1, len(looked.draws) + 1)]
        self.heads = [
            (title, f"{_number(float(values.min()))} … {_number(float(values.max()))}")
            for title, values in zip(titles, arrays, strict=True)
        ]
        self.labels = [[self._named(target) for target in targets] for targets in self._targets]
        self._veils = []
        if schema.task == "segmentation":
            self._veils = [masks(targets) for targets in self._targets]
        self._fit()
        self.update()

    def _named(self, target: np.ndarray) -> str:
        """A target in a few words; of mixed classes their shares."""
        assert self.looked is not None
        schema = self.looked.schema
        classes = schema.classes or ()
        if schema.task in ("classification", "binary") and target.size == len(classes) > 1:
            order = target.argsort()[::-1]
            parts = [
                f"{classes[place]} {100 * target[place]:.0f} %" for place in order if target[place] >= 0.005
            ]
            return parts[0].rsplit(" ", 2)[0] if len(parts) == 1 else " + ".join(parts)
        if schema.task in ("segmentation", "detection"):
            return ""
        return label_of(schema, target)

    def _recolored(self) -> None:
        if self.looked is not None:
            self.show_looked(self.looked)

    # -- where things are ----------------------------------------------------------------------------

    @property
    def edge(self) -> int:
        """Width of a column."""
        count = max(1, len(self._columns))
        room = (self.width() - GAP) // count - GAP
        return max(SMALLEST, min(LARGEST, room))

    def rect_of(self, row: int, column: int) -> QRect:
        """Where one picture is drawn, without its label."""
        image = self._columns[column][row]
        edge = self.edge
        scale = edge / max(image.width(), image.height(), 1)
        width, height = max(1, round(image.width() * scale)), max(1, round(image.height() * scale))
        left = GAP + column * (edge + GAP)
        return QRect(left, HEAD + row * (self._row_height + GAP), width, height)

    @property
    def _row_height(self) -> int:
        named = any(label for column in self.labels for label in column)
        ratio = max(
            (max(i.height() / max(i.width(), i.height(), 1) for i in c[:1]) for c in self._columns), default=1
        )
        return round(self.edge * ratio) + (LABEL if named else 0)

    def _fit(self) -> None:
        rows = len(self._columns[0]) if self._columns else 0
        self.setMinimumHeight(HEAD + rows * (self._row_height + GAP))
        self.setMinimumWidth(GAP + max(1, len(self._columns)) * (SMALLEST + GAP))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.looked is None:
            return
        painter = QPainter(self)
        metrics = painter.fontMetrics()
        for column, (title, bounds) in enumerate(self.heads):
            left, edge = GAP + column * (self.edge + GAP), self.edge
            for text, color, top in ((title, theme().text, 3), (bounds, theme().muted, 20)):
                painter.setPen(color)
                fit = metrics.elidedText(text, Qt.TextElideMode.ElideRight, edge)
                painter.drawText(QRect(left, top, edge, 17), Qt.AlignmentFlag.AlignLeft, fit)
            for row in range(len(self._columns[column])):
                rect = self.rect_of(row, column)
                if rect.adjusted(0, 0, 0, LABEL).intersects(event.rect()):
                    self._draw(painter, rect, row, column)

    def _draw(self, painter: QPainter, rect: QRect, row: int, column: int) -> None:
        assert self.looked is not None
        image = self._columns[column][row]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, image.width() > rect.width())
        painter.drawImage(rect, image)
        schema = self.looked.schema
        if self._veils:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
            painter.drawImage(rect, self._veils[column][row])
        elif schema.task == "detection":
            paint_boxes(
                painter, QRectF(rect), self._targets[column][row], schema.classes or (), rect.width() >= 110
            )
        painter.restore()
        painter.setPen(theme().border)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(rect.adjusted(0, 0, -1, -1))
        label = self.labels[column][row]
        if label:
            painter.setPen(theme().muted)
            shown = painter.fontMetrics().elidedText(label, Qt.TextElideMode.ElideRight, self.edge)
            below = QRect(rect.left(), rect.bottom() + 1, self.edge, LABEL)
            painter.drawText(below, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".").replace("-", "−") or "0"
