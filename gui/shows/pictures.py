"""Pictures in a grid: samples of a generator, steps of a denoising, pictures beside what was made of them."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QWidget

from gui.shows.contents import Pictures
from gui.shows.grid import GridSheet
from gui.shows.view import SheetView, image_of, place_image


class PictureSheet(GridSheet):
    """The grid with as many columns as suit the place. Columns with titles stay together: they are repeated side by
    side where there is room. Rows with titles stay as they came."""

    def __init__(self) -> None:
        super().__init__()
        self.images: list[QImage] = []
        self._together, self._titles = 1, ()
        self.setAccessibleName(self.tr("Pictures"))

    def show_pictures(self, content: Pictures) -> None:
        self.images = [image_of(values) for values in content.images]
        self.count, self.columns = len(self.images), content.columns
        self.ratio = content.images.shape[2] / content.images.shape[3]
        self.labels = content.labels
        self._together, self._titles = content.columns, content.column_titles
        self.column_titles, self.grouped = content.column_titles, 0
        self.row_titles = content.row_titles

    def arrange(self, width: float, height: float) -> None:
        if self.row_titles:
            return
        if not self._titles:
            self.columns = self.columns_for(width, height, 32)
            return
        groups = self.groups_for(width, height - self._line(), self._together)
        self.columns, self.grouped = groups * self._together, self._together
        self.column_titles = tuple(self._titles) * groups

    def cell(self, painter: QPainter, area: QRectF, number: int) -> None:
        place_image(painter, area, self.images[number])

    def words(self, place: QPointF) -> str:
        number = self.cell_at(place)
        if number < 0:
            return ""
        row, column = divmod(number, self.columns)
        parts = [
            self.row_titles[row] if row < len(self.row_titles) else "",
            self.column_titles[column] if column < len(self.column_titles) else "",
            self.labels[number] if number < len(self.labels) else "",
        ]
        image = self.images[number]
        size = f"{image.width()} × {image.height()}"
        return " · ".join([part for part in parts if part] + [size])


class PictureView(SheetView):
    """One grid of pictures."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(PictureSheet(), parent)

    def take(self, content: Pictures) -> None:  # type: ignore[override]
        self.sheet.show_pictures(content)  # type: ignore[attr-defined]
        super().take(content)
