"""Views that the program has elsewhere, among the results: confusion matrix, trade-off curves, and all the shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtWidgets import QWidget

from gui.results.view import Cell, ResultView
from gui.shows.contents import Masks, ShowError, read
from gui.shows.kinds import view_for
from gui.shows.masks import MaskView
from gui.shows.view import View
from gui.training.confusion import ConfusionMatrix
from gui.training.trade import TradeCurves
from gui.widgets import WrappedLabel


class MatrixView(ResultView):
    """A confusion matrix whose cells show their samples."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.matrix = ConfusionMatrix()
        self.matrix.chosen.connect(self._cell)
        self.column.addWidget(self.matrix, 1)

    def take(self, view: dict[str, Any]) -> None:
        super().take(view)
        self.matrix.clickable = bool(view.get("cells"))
        self.matrix.unit = str(view.get("unit") or "samples")
        self.matrix.show_counts(view["counts"], view["classes"])

    def _cell(self, row: int, column: int) -> None:
        self.ask(list((self.view.get("cells") or {}).get(f"{row},{column}") or []))

    def table(self) -> list[Sequence[Cell]]:
        names = self.view["classes"]
        rows = ([name, *counts] for name, counts in zip(names, self.view["counts"], strict=True))
        return [["true \\ predicted", *names], *rows]


class TradeView(ResultView):
    """ROC or precision-recall curves."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.curves: TradeCurves | None = None

    def take(self, view: dict[str, Any]) -> None:
        super().take(view)
        if self.curves is None or self.curves.kind != view["curve"]:
            if self.curves is not None:
                self.curves.hide()
                self.curves.deleteLater()
            self.curves = TradeCurves(str(view["curve"]))
            self.column.addWidget(self.curves, 1)
        self.curves.show_curves(list(view["curves"]))

    def table(self) -> list[Sequence[Cell]]:
        rows: list[Sequence[Cell]] = [("class", "x", "y")]
        for curve in self.view["curves"]:
            rows += [(curve["class"], x, y) for x, y in zip(curve["x"], curve["y"], strict=True)]
        return rows


class ShowView(ResultView):
    """Pictures, masks, boxes or text, as “Watch it learn” shows them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.inner: View | None = None
        self._kind: type | None = None
        self.trouble = WrappedLabel(muted=True)
        self.trouble.hide()
        self.column.addWidget(self.trouble)

    def take(self, view: dict[str, Any]) -> None:
        super().take(view)
        try:
            content = read(view)
        except ShowError as error:
            self.trouble.setText(str(error))
            self.trouble.show()
            return
        self.trouble.hide()
        if self.inner is None or self._kind is not type(content):
            if self.inner is not None:
                self.inner.hide()
                self.inner.deleteLater()
            self.inner, self._kind = view_for(content), type(content)
            if isinstance(content, Masks) and isinstance(self.inner, MaskView):
                self.inner.show_difference()
            self.column.addWidget(self.inner, 1)
        self.inner.take(content)
