"""Pictures in a grid: samples of a generator, steps of a denoising, pictures beside what was made of them."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QWidget

from gui.shows.contents import Pictures
from gui.shows.grid import GridSheet
from gui.shows.view import SheetView, image_of, place_image


class PictureSheet(GridSheet):
    """The grid with the columns it came with where these have titles, else with those that suit the place."""

    def __init__(self) -> None:
        super().__init__()
        self.images: list[QImage] = []
        self.setAccessibleName(self.tr("Pictures"))

    def show_pictures(self, content: Pictures) -> None:
        self.images = [image_of(values) for values in content.images]
        self.count, self.columns = len(self.images), content.columns
        self.ratio = content.images.shape[2] / content.images.shape[3]
        self.labels, self.column_titles = content.labels, content.column_titles
        self.row_titles = content.row_titles

    def arrange(self, width: float, height: float) -> None:
        if not self.column_titles and not self.row_titles:
            self.columns = self.columns_for(width, height, 32)

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
