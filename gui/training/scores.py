"""Scores of a finished run as large numbers side by side: whatever the run was measured by."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
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
MEANING = {
    "accuracy": "The share of right answers. 1 is best.",
    "macro_f1": (
        "Precision and recall in one number (their harmonic mean); each class counts the same, however rare. 1 is best."
    ),
    "roc_auc": (
        "How often a sample of a class is ranked above one of another: the area under the ROC curve, the mean over the "
        "classes. 1 is best, 0.5 is guessing."
    ),
    "average_precision": (
        "The area under precision over recall, the mean over the classes. 1 is best; guessing gives the share of the "
        "class."
    ),
    "top_5": "How often the true class is among the five likeliest. 1 is best.",
    "mae": "Mean absolute error, in the units of the data. 0 is best.",
    "mse": "Mean squared error, in the squared units of the data. 0 is best.",
    "rmse": "Root of the mean squared error, in the units of the data; large errors count more. 0 is best.",
    "r2": "The share of the spread that is explained. 1 is best; 0 is what always saying the mean gives.",
    "naive_mae": "The MAE of saying that everything stays as it is now. The network should be below it.",
    "miou": (
        "Pixels rightly of a class, as a share of those that are or are held to be of it; the mean over the classes "
        "that occur. 1 is best."
    ),
    "dice": "Twice the common pixels over the sum of both areas; the mean over the classes that occur. 1 is best.",
    "pixel_accuracy": "The share of the pixels that get their class. 1 is best.",
    "map50": (
        "Mean average precision: the area under precision over recall of the boxes that overlap by at least half, the "
        "mean over the classes. 1 is best."
    ),
    "precision": "Of the boxes found with a score of at least 0.5, the share that is right. 1 is best.",
    "recall": "Of the things that are there, the share that is found with a score of at least 0.5. 1 is best.",
    "bleu": (
        "How many runs of 1 to 4 words also stand in the wanted sentence, with a penalty for short ones. 1 is best."
    ),
    "edits": "Words to change, add or take away, for each wanted word. 0 is best.",
    "exact": "The share that is right in every place. 1 is best.",
    "perplexity": "Among how many equally likely tokens the network hesitates at each place. 1 is best.",
    "masked_accuracy": "The share of the hidden words that are guessed. 1 is best.",
    "fid": "How far the features of what is made lie from those of the data. 0 is best.",
}
"""What the scores of the results say, and which way is better."""


def score_title(name: str, figures: list[dict[str, Any]]) -> str:
    """What a score is called: as the recipe says, or by its usual name."""
    for figure in figures:
        if figure["name"] == name:
            return str(figure["title"])
    if name.lower() in KNOWN:
        return KNOWN[name.lower()]
    first, *rest = name.replace("_", " ").split()
    return " ".join((KNOWN.get(first.lower(), first[:1].upper() + first[1:]), *rest))


def score_help(name: str, figures: list[dict[str, Any]]) -> str:
    """What a score says, as plain as it can be; empty where nobody knows."""
    if name in MEANING:
        return QCoreApplication.translate("Scores", MEANING[name])
    return next((escape(str(figure.get("help", ""))) for figure in figures if figure["name"] == name), "")


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
            self._flow.addWidget(_card(title, text, score_help(name, figures)))
        self.setVisible(bool(self.shown))


def _card(title: str, text: str, tip: str) -> QWidget:
    card = QFrame()
    if tip:
        card.setToolTip(f"<p>{tip}</p>")
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
