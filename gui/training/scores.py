"""Scores of a finished run as large numbers side by side: whatever the run was measured by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from gui.flow import FlowLayout
from gui.widgets import clear

KNOWN = {
    "accuracy": "Accuracy",
    "top5": "Top 5",
    "mae": "MAE",
    "mse": "MSE",
    "rmse": "RMSE",
    "r2": "R²",
    "miou": "mIoU",
    "dice": "Dice",
    "map": "mAP",
    "map50": "mAP@0.5",
    "bleu": "BLEU",
    "perplexity": "Perplexity",
    "fid": "Fréchet distance",
    "f1": "F1",
    "macro_f1": "F1, mean of classes",
    "auc": "AUC",
    "roc_auc": "ROC area",
    "average_precision": "Average precision",
    "top_5": "Top 5",
    "naive_mae": "Naive MAE",
    "edits": "Changes per word",
    "exact": "Exactly right",
    "precision": "Precision",
    "recall": "Recall",
    "pixel_accuracy": "Right pixels",
    "masked_accuracy": "Right hidden words",
    "median error": "Median error",
}
"""Scores by the names they travel under."""


def score_title(name: str, figures: list[dict[str, Any]]) -> str:
    """What a score is called: as the recipe says, or by its usual name."""
    for figure in figures:
        if figure["name"] == name:
            return str(figure["title"])
    if name.lower() in KNOWN:
        return KNOWN[name.lower()]
    first, *rest = name.replace("_", " ").split()
    return " ".join((KNOWN.get(first.lower(), first[:1].upper() + first[1:]), *rest))


def within(title: str) -> str:
    """A title as it stands within a sentence: "Loss" is "loss" there; "mIoU", "F1" and names stay as they are."""
    word = title[1:2].islower() and not title.startswith("Fréchet")
    return title[:1].lower() + title[1:] if word else title


def score_text(value: float) -> str:
    """A score with so many digits as mean something."""
    return f"{value:.4g}" if abs(value) < 1000 else f"{value:,.0f}"


class ScoreCards(QWidget):
    """One card per score; they flow like words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown: dict[str, str] = {}
        self._flow = FlowLayout(self, gap=8)

    def show_scores(self, scores: Mapping[str, Any], figures: list[dict[str, Any]]) -> None:
        """Cards for all scores that are numbers."""
        clear(self._flow)
        self.shown = {}
        for name, value in scores.items():
            if not isinstance(value, int | float) or isinstance(value, bool):
                continue
            text = score_text(float(value))
            title = score_title(name, figures)
            self.shown[title] = text
            self._flow.addWidget(_card(title, text))
        self.setVisible(bool(self.shown))


def _card(title: str, text: str) -> QWidget:
    card = QFrame()
    card.setProperty("card", "hint")
    name = QLabel(title)
    name.setTextFormat(Qt.TextFormat.PlainText)
    name.setProperty("muted", True)
    number = QLabel(text)
    font = number.font()
    font.setBold(True)
    number.setFont(font)
    row = QHBoxLayout(card)
    row.setContentsMargins(9, 3, 9, 3)
    row.setSpacing(7)
    row.addWidget(name)
    row.addWidget(number)
    card.setAccessibleName(QCoreApplication.translate("Scores", "{0}: {1}").format(title, text))
    return card
