"""Hits, misses and false alarms of every class, at the score that boxes must have."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSlider, QWidget

from gui.results.tables import TableView
from gui.shows.legend import control_row

USUAL = 0.5


class ThresholdView(TableView):
    """A table of the classes and a slider."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setFixedWidth(120)
        self.slider.setAccessibleName(self.tr("Lowest score"))
        self.slider.setToolTip(self.tr("Boxes with a lower score do not count"))
        self.slider.valueChanged.connect(lambda _value: self._fill())
        self.least = QLabel()
        self.least.setProperty("muted", True)
        self.column.insertWidget(1, control_row(self.least, self.slider))
        self._found: dict[str, Any] = {}

    def take(self, view: dict[str, Any]) -> None:
        self._found = view
        self.slider.blockSignals(True)
        self.slider.setRange(0, len(view["levels"]) - 1)
        nearest = min(range(len(view["levels"])), key=lambda number: abs(view["levels"][number] - USUAL))
        self.slider.setValue(nearest)
        self.slider.blockSignals(False)
        self._fill()

    def _fill(self) -> None:
        view, at = self._found, self.slider.value()
        rows: list[list[Any]] = []
        sums = [0, 0, 0]
        for number, name in enumerate(view["classes"]):
            three = [view[key][number][at] for key in ("hits", "misses", "alarms")]
            sums = [total + one for total, one in zip(sums, three, strict=True)]
            rows.append([name, view["ap"][number], *three, *_shares(*three)])
        rows.append([self.tr("all"), _mean(view["ap"]), *sums, *_shares(*sums)])
        heads = [
            (self.tr("class"), "text"), (self.tr("AP"), "share"), (self.tr("found"), "number"),
            (self.tr("missed"), "number"), (self.tr("false alarms"), "number"), (self.tr("precision"), "share"),
            (self.tr("recall"), "share"),
        ]  # fmt: skip
        self.least.setText(self.tr("score ≥ {0:.2f}").format(view["levels"][at]))
        super().take(
            {
                "title": view["title"],
                "columns": [{"title": title, "kind": kind} for title, kind in heads],
                "rows": rows,
                "bold": [len(rows) - 1],
            }
        )


def _shares(hits: int, misses: int, alarms: int) -> list[float | None]:
    """Precision and recall."""
    return [
        hits / (hits + alarms) if hits + alarms else None,
        hits / (hits + misses) if hits + misses else None,
    ]


def _mean(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
