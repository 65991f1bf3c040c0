"""Looking at samples: a page at a time, of one split or class, as pictures, rows, points or curves."""

from __future__ import annotations

import html

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent, QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QSlider,
    QSplitter,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from gui.data.grid import LARGEST, SMALLEST, SampleGrid
from gui.data.loader import Loaded
from gui.data.pictures import class_color
from gui.data.rows import SampleRows
from gui.data.samples import TEST, TRAIN, VALIDATION, Page
from gui.data.tokens import TokenDelegate
from gui.icons import icon
from gui.theme import theme
from gui.widgets import IconButton, Picker

PER_PAGE, POINTS = 200, 2000
NARROW = 440
LEGEND = 12
"""Classes named beside the masks."""


class _Choice(Picker):
    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class SamplesView(QWidget):
    """Call :meth:`show_loaded`. What a sample looks like is the schema's kind; pyqtgraph comes in only when
    points or curves are to be drawn."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.found: Loaded | None = None
        self.page: Page | None = None
        self.first = 0
        """Place of the first sample shown among those chosen."""
        self._positions = None
        self._build()
        theme().changed.connect(self._icons)
        self._icons()

    def _build(self) -> None:
        self.part = _Choice()
        self.part.setAccessibleName(self.tr("Split"))
        for text, part in (
            (self.tr("All splits"), None), (self.tr("Training"), TRAIN), (self.tr("Validation"), VALIDATION),
            (self.tr("Test"), TEST),
        ):  # fmt: skip
            self.part.addItem(text, part)
        self.of_class = _Choice()
        self.of_class.setAccessibleName(self.tr("Class"))
        self.overlay = QCheckBox()
        self.overlay.setChecked(True)
        self.size_ = QSlider(Qt.Orientation.Horizontal)
        self.size_.setRange(SMALLEST, LARGEST)
        self.size_.setFixedWidth(90)
        self.size_.setAccessibleName(self.tr("Size of the samples"))
        self.size_.setToolTip(self.tr("Size of the samples"))
        self.legend = QLabel()
        self.legend.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.where = QLabel()
        self.where.setProperty("muted", True)
        self.back, self.forth = IconButton(), IconButton()
        self.back.setToolTip(self.tr("The samples before"))
        self.forth.setToolTip(self.tr("The samples behind"))
        bar = QHBoxLayout()
        bar.setContentsMargins(8, 4, 8, 4)
        bar.setSpacing(8)
        for widget in (self.part, self.of_class, self.overlay, self.size_):
            bar.addWidget(widget)
        bar.addWidget(self.legend, 1)
        for widget in (self.where, self.back, self.forth):
            bar.addWidget(widget)
        self.grid = SampleGrid()
        area = QScrollArea()
        area.setAccessibleName(self.tr("Sample in full"))
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self.grid)
        self.beside = QSplitter(Qt.Orientation.Horizontal)
        self.beside.addWidget(area)
        self.area = area
        self.rows = SampleRows(self)
        self.table = QTableView()
        self.table.setModel(self.rows)
        self.table.setItemDelegate(TokenDelegate(self.table))
        self.table.setAccessibleName(self.tr("Samples"))
        self.table.verticalHeader().setDefaultSectionSize(26)
        self.table.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.table.setWordWrap(False)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.beside)
        self.pages.addWidget(self.table)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(self.pages, 1)
        self.part.activated.connect(self._choose)
        self.of_class.activated.connect(self._choose)
        self.overlay.toggled.connect(self.grid.set_overlay)
        self.size_.valueChanged.connect(self.grid.set_edge)
        self.back.clicked.connect(lambda: self.turn(-1))
        self.forth.clicked.connect(lambda: self.turn(1))
        self.grid.chosen.connect(self._chosen)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, 60)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_slider()
        if event.size().width() != event.oldSize().width() and not self.rows.numbers:
            self._fit_columns()

    def _show_slider(self) -> None:
        """Where there is no room for everything, the size is what is wanted least."""
        sized = self.found is not None and self.found.schema.kind in ("image", "series")
        self.size_.setVisible(sized and self.width() >= NARROW)

    # -- what is shown -----------------------------------------------------------------------------------

    def show_loaded(self, found: Loaded) -> None:
        """The first samples of a set."""
        self.found = found
        schema, samples = found.schema, found.samples
        self.part.setCurrentIndex(0)
        self.part.setVisible(not samples.shared)
        self.of_class.clear()
        self.of_class.addItem(self.tr("All classes"), None)
        for number, name in enumerate(schema.classes or ()):
            self.of_class.addItem(name, number)
        self.of_class.setVisible(samples.classes is not None and self.of_class.count() > 2)
        words = {"segmentation": self.tr("Masks"), "detection": self.tr("Boxes")}
        self.overlay.setText(words.get(schema.task, ""))
        self.overlay.setVisible(schema.task in words)
        self._show_slider()
        self._show_legend()
        self.grid.edge = 0
        self._choose()
        self.size_.blockSignals(True)
        self.size_.setValue(max(self.grid.cell) if not self.grid.in_pairs else self.grid.cell[1])
        self.size_.blockSignals(False)

    def _show_legend(self) -> None:
        """Which colour of a mask is which class."""
        found = self.found
        if found is None or found.schema.task != "segmentation":
            self.legend.setText("")
            return
        names = list(enumerate(found.schema.classes or ()))[1:LEGEND]
        words = [
            f'<span style="color:{class_color(number - 1).name()}">■</span>&nbsp;{html.escape(name)}'
            for number, name in names
        ]
        self.legend.setText(" &nbsp;".join(words))
        self.legend.setToolTip(f"<p>{' &nbsp;'.join(words)}</p>")

    @property
    def points(self) -> bool:
        """Whether the samples are points in the plane."""
        return (
            self.found is not None and self.found.schema.kind == "table"
            and tuple(self.found.schema.input_shape) == (2,)
        )  # fmt: skip

    @property
    def per_page(self) -> int:
        return POINTS if self.points else PER_PAGE

    def _choose(self) -> None:
        if self.found is None:
            return
        self._positions = self.found.samples.chosen(self.part.currentData(), self.of_class.currentData())
        self.first = 0
        self._show()

    def turn(self, pages: int) -> None:
        """Go on to samples further behind, or back."""
        count = 0 if self._positions is None else len(self._positions)
        first = self.first + pages * self.per_page
        if 0 <= first < count:
            self.first = first
            self._show()

    def _show(self) -> None:
        found = self.found
        if found is None or self._positions is None:
            return
        positions = self._positions[self.first : self.first + self.per_page]
        page = found.samples.page(positions)
        self.page = page
        count, last = len(self._positions), self.first + len(positions)
        self.where.setText(
            self.tr("{0:,}–{1:,} of {2:,}").format(self.first + 1, last, count) if count else self.tr("none")
        )
        several = count > self.per_page
        for button, possible in ((self.back, self.first > 0), (self.forth, last < count)):
            button.setVisible(several)
            button.setEnabled(possible)
        if found.schema.kind in ("image", "series") and page.inputs.ndim >= 2:
            self._show_grid(page)
        elif self.points:
            self._show_points(page)
        else:
            self.rows.show_page(page)
            self._fit_columns()
            self.pages.setCurrentWidget(self.table)

    def _fit_columns(self) -> None:
        """As wide as what is in them; of several texts none takes all the room."""
        self.table.resizeColumnsToContents()
        if self.rows.numbers or self.rows.columnCount() < 2:
            return
        most = max(160, self.width() * 11 // 20)
        for column in range(self.rows.columnCount()):
            self.table.setColumnWidth(column, min(self.table.columnWidth(column), most))

    def _show_grid(self, page: Page) -> None:
        self.grid.show_page(page)
        self.area.verticalScrollBar().setValue(0)
        self.pages.setCurrentWidget(self.beside)
        series = page.schema.kind == "series"
        if self.beside.count() > 1:
            self.beside.widget(1).setVisible(series and len(page) > 0)
        if series and len(page):
            self.grid.choose(0)

    def _chosen(self, place: int) -> None:
        """Show one series large."""
        if self.page is None or self.page.schema.kind != "series":
            return
        from gui.data.curves import SeriesPlot

        if self.beside.count() < 2:
            self.beside.addWidget(SeriesPlot())
            self.beside.setSizes([self.width() // 3, self.width() * 2 // 3])
        plot = self.beside.widget(1)
        assert isinstance(plot, SeriesPlot)
        plot.show()
        plot.show_sample(self.page, place)

    def _show_points(self, page: Page) -> None:
        from gui.data.points import PointsPlot

        plot = self.pages.widget(2)
        if not isinstance(plot, PointsPlot):
            plot = PointsPlot()
            self.pages.addWidget(plot)
        plot.show_page(page)
        self.pages.setCurrentWidget(plot)

    def _icons(self) -> None:
        self._show_legend()
        self.back.setIcon(icon("chevron-left", theme().muted))
        self.forth.setIcon(icon("chevron-right", theme().muted))
