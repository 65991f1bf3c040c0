"""Boxes over pictures: where things are, and where the network sees them, with class and score."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen
from PySide6.QtWidgets import QCheckBox, QLabel, QSlider, QWidget

from gui.colors import contrast
from gui.shows.contents import Box, Boxes
from gui.shows.grid import GridSheet
from gui.shows.legend import ClassLegend, control_row
from gui.shows.palette import class_color, class_name
from gui.shows.view import SheetView, image_of, place_image, small

THRESHOLD = 0.5


class BoxSheet(GridSheet):
    """A picture per cell; what is true is dashed, what the network says is drawn through."""

    def __init__(self) -> None:
        super().__init__()
        self.content: Boxes | None = None
        self.threshold = THRESHOLD
        self.truth = True
        self._images: list[QImage] = []
        self.setAccessibleName(self.tr("Pictures with boxes"))

    def show_boxes(self, content: Boxes) -> None:
        self.content = content
        self._images = [image_of(values) for values in content.images]
        self.count = len(self._images)
        self.ratio = content.images.shape[2] / content.images.shape[3]

    def arrange(self, width: float, height: float) -> None:
        self.columns = self.columns_for(width, height, 12)

    def shown(self, picture: int) -> list[Box]:
        """The predicted boxes of a picture that are sure enough, the surest last."""
        assert self.content is not None
        found = [box for box in self.content.predicted[picture] if box[5] >= self.threshold]
        return sorted(found, key=lambda box: box[5])

    def cell(self, painter: QPainter, area: QRectF, number: int) -> None:
        assert self.content is not None
        place_image(painter, area, self._images[number])
        painter.save()
        painter.setClipRect(area)
        if self.truth:
            for box in self.content.truth[number]:
                pen = QPen(class_color(box[4]), 1.4, Qt.PenStyle.DashLine)
                painter.setPen(pen)
                painter.drawRect(self._on(area, number, box))
        for box in self.shown(number):
            self._predicted(painter, area, number, box)
        painter.restore()

    def _on(self, area: QRectF, picture: int, box: Box) -> QRectF:
        image = self._images[picture]
        across, down = area.width() / image.width(), area.height() / image.height()
        return QRectF(
            QPointF(area.left() + box[0] * across, area.top() + box[1] * down),
            QPointF(area.left() + box[2] * across, area.top() + box[3] * down),
        ).normalized()

    def _predicted(self, painter: QPainter, area: QRectF, picture: int, box: Box) -> None:
        assert self.content is not None
        color = class_color(box[4])
        place = self._on(area, picture, box)
        painter.setPen(QPen(color, 2.0))
        painter.drawRect(place)
        if area.width() < 70:
            return
        painter.setFont(small(small(self.font())))
        metrics = QFontMetricsF(painter.font())
        text = f"{class_name(self.content.classes, box[4])} {box[5]:.2f}"
        width = metrics.horizontalAdvance(text) + 6
        flag = QRectF(place.left() - 1, place.top() - metrics.height(), width, metrics.height())
        flag.moveTop(max(area.top(), flag.top()))
        flag.moveLeft(max(area.left(), min(flag.left(), area.right() - width)))
        painter.fillRect(flag, color)
        white, black = QColor("#ffffff"), QColor("#10141a")
        painter.setPen(white if contrast(white, color) >= contrast(black, color) else black)
        painter.drawText(flag, Qt.AlignmentFlag.AlignCenter, text)

    def words(self, place: QPointF) -> str:
        number = self.cell_at(place)
        if number < 0 or self.content is None:
            return ""
        lines = [
            self.tr("{0} (truth)").format(class_name(self.content.classes, box[4]))
            for box in self.content.truth[number]
        ]
        lines += [
            self.tr("{0}, score {1:.2f}").format(class_name(self.content.classes, box[4]), box[5])
            for box in reversed(self.shown(number))
        ]
        return "\n".join(lines[:16])


class BoxView(SheetView):
    """Boxes with a legend, and a slider for how sure the network must be."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(BoxSheet(), parent)
        self.legend = ClassLegend()
        self.threshold = QSlider(Qt.Orientation.Horizontal)
        self.threshold.setRange(0, 100)
        self.threshold.setValue(round(100 * THRESHOLD))
        self.threshold.setFixedWidth(90)
        self.threshold.setAccessibleName(self.tr("Lowest score"))
        self.threshold.setToolTip(self.tr("Boxes with a lower score are left out"))
        self.threshold.valueChanged.connect(self._least)
        self.least = QLabel()
        self.least.setProperty("muted", True)
        self.truth = QCheckBox(self.tr("truth (dashed)"))
        self.truth.setChecked(True)
        self.truth.toggled.connect(self._truth)
        self.column.insertWidget(0, control_row(self.legend, self.least, self.threshold, self.truth))
        self._least(self.threshold.value())

    def take(self, content: Boxes) -> None:  # type: ignore[override]
        sheet: BoxSheet = self.sheet  # type: ignore[assignment]
        sheet.show_boxes(content)
        seen = {box[4] for rows in (*content.truth, *content.predicted) for box in rows}
        self.legend.show_classes([(number, class_name(content.classes, number)) for number in sorted(seen)])
        super().take(content)

    def _least(self, percent: int) -> None:
        self.sheet.threshold = percent / 100  # type: ignore[attr-defined]
        self.least.setText(self.tr("score ≥ {0:.2f}").format(percent / 100))
        self.sheet.update()

    def _truth(self, on: bool) -> None:
        self.sheet.truth = on  # type: ignore[attr-defined]
        self.sheet.update()
