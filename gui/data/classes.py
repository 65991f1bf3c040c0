"""How many samples (boxes, pixels, answers) each class has, and how even that is."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget

from gui.data.balance import BalanceBars
from gui.data.loader import Loaded
from gui.theme import theme
from gui.widgets import Column, WrappedLabel

EVEN = 1.5
"""Up to so many times as many in the largest class as in the smallest they are called balanced."""


class ClassesPage(Column):
    """Bars with what they count, and a sentence about them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, margin=12, gap=6)
        self._found: Loaded | None = None
        self.sentence = WrappedLabel()
        self.legend = QLabel()
        self.bars = BalanceBars()
        for widget in (self.sentence, self.legend, self.bars):
            self.layout_.addWidget(widget)
        self.layout_.addStretch(1)
        theme().changed.connect(self._show_legend)

    def show_loaded(self, found: Loaded) -> None:
        """The classes of what was loaded; nothing where there are none."""
        self._found = found
        self.bars.show_counts(found.counts)
        self.sentence.setText(self._balance(found))
        self._show_legend()

    def _show_legend(self) -> None:
        self.legend.setVisible(self._found is not None and self._found.rule != "shared")
        self.legend.setText(
            "   ".join(
                f'<span style="color:{theme().series(color).name()}">■</span> {word}'
                for color, word in (
                    ("training", self.tr("training")),
                    ("validation", self.tr("validation")),
                    ("third", self.tr("test")),
                )
            )
        )

    def _balance(self, found: Loaded) -> str:
        """How even the classes are, in a sentence."""
        if not found.counts:
            return ""
        what = {
            "samples": self.tr("Samples of each class."),
            "boxes": self.tr("Boxes of each class."),
            "yes": self.tr("How often the answer is yes."),
            "pixels": self.tr("Pixels of each class."),
        }[found.counted]
        sums = {name: sum(parts) for name, parts in found.counts.items()}
        most, least = max(sums, key=sums.__getitem__), min(sums, key=sums.__getitem__)
        if sums[least] == 0:
            return what + " " + self.tr("“{0}” has none.").format(least)
        if sums[most] < EVEN * sums[least]:
            return what + " " + self.tr("They are balanced.")
        return (
            what
            + " "
            + self.tr("“{0}” has {1:.3g} times as many as “{2}”.").format(
                most, sums[most] / sums[least], least
            )
        )
