"""Pictures with masks laid over them: as it is, and as the network sees it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QCheckBox, QLabel, QSlider, QWidget

from gui.shows.contents import Masks
from gui.shows.grid import GridSheet
from gui.shows.legend import ClassLegend, control_row
from gui.shows.palette import class_color, class_name
from gui.shows.view import SheetView, image_of, place_image
from gui.theme import theme

IGNORED = 255
GROUND = frozenset({"background", "ground", "none", "void", "nothing"})
"""Names of a class 0 that is left without a tint."""


class MaskSheet(GridSheet):
    """Three columns: picture, truth (where it is known), prediction. Many pictures stand in several such groups side
    by side."""

    def __init__(self) -> None:
        super().__init__()
        self.opacity = 0.55
        self.wrong = False
        self.difference = False
        """Whether a further column marks where the network differs from the truth."""
        self.groups = 1
        self.parts: tuple[str, ...] = ("picture", "truth", "predicted")
        self.content: Masks | None = None
        self._images: list[QImage] = []
        self._tints: dict[str, list[QImage]] = {}
        self.setAccessibleName(self.tr("Pictures with masks"))
        theme().changed.connect(self._tint)

    def show_masks(self, content: Masks) -> None:
        self.content = content
        self._images = [image_of(values) for values in content.images]
        self.ratio = content.images.shape[2] / content.images.shape[3]
        known = bool((content.truth != IGNORED).any())
        self.parts = ("picture", "truth", "predicted") if known else ("picture", "predicted")
        if known and self.difference:
            self.parts = (*self.parts, "wrong")
        self.count = len(self.parts) * len(self._images)
        self._tint()

    def arrange(self, width: float, height: float) -> None:
        """As many groups side by side as make the pictures largest."""
        self.groups = self.groups_for(width, height - self._line(), len(self.parts))
        self.columns, self.grouped = len(self.parts) * self.groups, len(self.parts)
        words = {
            "picture": self.tr("picture"),
            "truth": self.tr("truth"),
            "predicted": self.tr("network"),
            "wrong": self.tr("difference"),
        }
        self.column_titles = tuple(words[part] for part in self.parts) * self.groups

    def _tint(self) -> None:
        """Masks as half-transparent pictures: one for the truth, one for the prediction, one for where they differ."""
        if self.content is None:
            return
        truth, predicted = self.content.truth, self.content.predicted
        counts = truth != IGNORED
        differ = (truth != predicted) & counts
        clear = clear_class(self.content.classes)
        colors = np.array([class_color(number).getRgb() for number in range(256)], dtype=np.uint8)
        if clear >= 0:
            colors[clear, 3] = 0
        colors[IGNORED] = (128, 128, 128, 90)
        wrong = np.zeros((256, 4), dtype=np.uint8)
        wrong[1] = theme().error.getRgb()
        self._tints = {
            "truth": [_rgba(colors[mask]) for mask in truth],
            "predicted": [_rgba(colors[mask]) for mask in predicted],
            "wrong": [_rgba(wrong[mask.astype(np.uint8)]) for mask in differ],
        }
        self.update()

    def cell(self, painter: QPainter, area: QRectF, number: int) -> None:
        picture, part = divmod(number, len(self.parts))
        place_image(painter, area, self._images[picture])
        name = self.parts[part]
        if name != "picture":
            name = "wrong" if name == "predicted" and self.wrong and "truth" in self.parts else name
            painter.save()
            painter.setOpacity(self.opacity)
            place_image(painter, area, self._tints[name][picture])
            painter.restore()

    def words(self, place: QPointF) -> str:
        number = self.cell_at(place)
        if number < 0 or self.content is None:
            return ""
        picture = number // len(self.parts)
        box = self.cell_area(number)
        height, width = self.content.truth.shape[1:]
        column = min(width - 1, int((place.x() - box.left()) / box.width() * width))
        row = min(height - 1, int((place.y() - box.top()) / box.height() * height))
        truth = int(self.content.truth[picture, row, column])
        predicted = int(self.content.predicted[picture, row, column])
        return self.tr("pixel {0}, {1}: truth {2}, network {3}").format(
            column,
            row,
            self.tr("does not count") if truth == IGNORED else class_name(self.content.classes, truth),
            class_name(self.content.classes, predicted),
        )


class MaskView(SheetView):
    """Masks with a legend, a slider for how much they cover, and a switch for what is wrong."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(MaskSheet(), parent)
        self.legend = ClassLegend()
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.opacity.setRange(0, 100)
        self.opacity.setValue(55)
        self.opacity.setFixedWidth(90)
        self.opacity.setAccessibleName(self.tr("Opacity of the masks"))
        self.opacity.setToolTip(self.tr("How much the masks cover the pictures"))
        self.opacity.valueChanged.connect(self._cover)
        self.wrong = QCheckBox(self.tr("only what is wrong"))
        self.wrong.setToolTip(self.tr("Mark the pixels where the network differs from the truth"))
        self.wrong.toggled.connect(self._mark)
        label = QLabel(self.tr("masks"))
        label.setProperty("muted", True)
        self.column.insertWidget(0, control_row(self.legend, label, self.opacity, self.wrong))

    def take(self, content: Masks) -> None:  # type: ignore[override]
        sheet: MaskSheet = self.sheet  # type: ignore[assignment]
        sheet.show_masks(content)
        seen = sorted(
            {int(number) for number in np.unique(content.truth)} | set(np.unique(content.predicted))
        )
        shown = [int(number) for number in seen if number not in (IGNORED, clear_class(content.classes))]
        self.legend.show_classes([(number, class_name(content.classes, number)) for number in shown])
        super().take(content)

    def show_difference(self) -> None:
        """Mark what is wrong in a column of its own, instead of over what the network says."""
        self.sheet.difference = True  # type: ignore[attr-defined]
        self.wrong.hide()

    def _cover(self, percent: int) -> None:
        self.sheet.opacity = percent / 100  # type: ignore[attr-defined]
        self.sheet.update()

    def _mark(self, on: bool) -> None:
        self.sheet.wrong = on  # type: ignore[attr-defined]
        self.sheet.update()


def clear_class(classes: tuple[str, ...]) -> int:
    """The class that is the ground and gets no tint; -1 when there is none."""
    return 0 if classes and classes[0].lower() in GROUND else -1


def _rgba(values: NDArray[np.uint8]) -> QImage:
    """(H, W, 4) of red, green, blue and opacity."""
    flat = np.ascontiguousarray(values)
    height, width = flat.shape[:2]
    return QImage(flat.data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()
