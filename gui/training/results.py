"""Results: how good the trained network is on data it has not seen."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QStackedLayout,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gui.training.confusion import ConfusionMatrix
from gui.training.scores import ScoreCards, score_text, score_title
from gui.training.session import TrainingSession
from gui.training.trade import TradeCurves
from gui.workspace import Workspace

AVERAGES = ("macro avg", "weighted avg")


class ResultsPanel(QWidget):
    """Test scores, confusion matrix and the report per class of the last run."""

    def __init__(self, workspace: Workspace, session: TrainingSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.result: dict[str, Any] | None = None
        self.shared = False
        self.figures: list[dict[str, Any]] = []
        """What the recipe measures, for the titles of its scores."""
        self._build()
        session.message.connect(self._message)

    def _build(self) -> None:
        self.hint = QLabel(self.tr("After training, the scores on the test split stand here."))
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.headline = QLabel()
        self.headline.setTextFormat(Qt.TextFormat.RichText)
        self.headline.setWordWrap(True)
        self.matrix = ConfusionMatrix()
        self.table = QTableWidget(0, 5)
        self.table.setAccessibleName(self.tr("Scores of every class"))
        self.table.setHorizontalHeaderLabels(
            [self.tr("class"), self.tr("precision"), self.tr("recall"), self.tr("F1"), self.tr("samples")]
        )
        self.table.verticalHeader().hide()
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setAlternatingRowColors(True)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.picture = QPushButton(self.tr("Save picture…"))
        self.picture.clicked.connect(self._save_picture)
        self.report = QPushButton(self.tr("Save CSV…"))
        self.report.clicked.connect(self._save_csv)
        self.curves = QPushButton(self.tr("Curves"))
        self.curves.setCheckable(True)
        self.curves.setProperty("tag", True)
        self.curves.setToolTip(self.tr("ROC and precision-recall curves instead of the table"))
        self.curves.toggled.connect(self._choose)
        head = QHBoxLayout()
        head.addWidget(self.headline, 1)
        head.addWidget(self.curves)
        head.addWidget(self.picture)
        head.addWidget(self.report)
        self.cards = ScoreCards()
        self.roc, self.pr = TradeCurves("roc"), TradeCurves("pr")
        body = QHBoxLayout()
        for widget in (self.matrix, self.table, self.roc, self.pr):
            body.addWidget(widget, 1)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(10, 6, 10, 6)
        column.addLayout(head)
        column.addWidget(self.cards)
        column.addLayout(body, 1)
        column.addStretch(0)
        self.stack = QStackedLayout(self)
        self.stack.addWidget(self.hint)
        self.stack.addWidget(page)

    def _message(self, message: dict[str, Any]) -> None:
        if message["event"] == "started":
            self.shared = bool(message.get("shared"))
            self.figures = list(message.get("figures") or [])
        elif message["event"] in ("finished", "stopped", "evaluation") and "test_loss" in message:
            self.show_result(message)

    def show_result(self, result: dict[str, Any]) -> None:
        """Show the scores of a finished (or stopped) run."""
        self.result = result
        parts = []
        if result.get("test_accuracy") is not None:
            parts.append(self.tr("Test accuracy <b>{0:.1f} %</b>").format(100 * result["test_accuracy"]))
        if result.get("test_loss") is not None:
            parts.append(self.tr("test loss <b>{0:.4g}</b>").format(result["test_loss"]))
        if result.get("best_epoch"):
            parts.append(self.tr("best epoch {0}").format(result["best_epoch"]))
        text = " &nbsp;·&nbsp; ".join(parts)
        if self.shared:
            text += "<br>" + self.tr(
                "This set is too small to hold samples back: it is tested on what it learnt."
            )
        spread = result.get("spread") or {}
        if spread:
            text += "<br>" + self._folds_text(len(result.get("folds") or ()), spread)
        self.headline.setText(text)
        plain = {name: result[name] for name in ("mae", "rmse", "r2") if result.get(name) is not None}
        self.cards.show_scores(plain | (result.get("scores") or {}), self.figures)
        curves = result.get("curves") or {}
        self.roc.show_curves(list(curves.get("roc") or []))
        self.pr.show_curves(list(curves.get("pr") or []))
        counts = result.get("confusion")
        if counts:
            self.matrix.show_counts(counts, result["classes"])
        self._fill(result.get("report") or {})
        self.picture.setVisible(bool(counts))
        self.report.setVisible(bool(result.get("report") or counts))
        self._choose()
        self.stack.setCurrentIndex(1)

    def _folds_text(self, folds: int, spread: dict[str, dict[str, float]]) -> str:
        """Mean and spread of a cross-validation, on the parts that were held back in turn."""
        names = {"val_accuracy": self.tr("validation accuracy"), "val_loss": self.tr("validation loss")}
        parts = []
        for name in ("val_accuracy", "val_loss", *(name for name in spread if name not in names)):
            if name in spread:
                title = names.get(name) or score_title(name, self.figures)
                mean, std = spread[name]["mean"], spread[name]["std"]
                number = (
                    f"{100 * mean:.1f} ± {100 * std:.1f} %"
                    if name == "val_accuracy"
                    else f"{score_text(mean)} ± {std:.2g}"
                )
                parts.append(f"{title} <b>{number}</b>")
        return self.tr("{0} folds:").format(folds) + " " + " &nbsp;·&nbsp; ".join(parts)

    def _choose(self) -> None:
        """Either the classes or the curves: there is no room for both."""
        result = self.result or {}
        some = bool(self.roc.curves or self.pr.curves)
        curves = some and self.curves.isChecked()
        self.curves.setVisible(some)
        self.matrix.setVisible(bool(result.get("confusion")) and not curves)
        self.table.setVisible(bool(result.get("report")) and not curves)
        self.roc.setVisible(curves)
        self.pr.setVisible(curves)

    def _fill(self, report: dict[str, dict[str, float]]) -> None:
        self.table.setRowCount(len(report))
        for row, (name, scores) in enumerate(report.items()):
            texts = [
                name,
                *(f"{scores[key]:.3f}" for key in ("precision", "recall", "f1")),
                str(scores["support"]),
            ]
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                if column:
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                if name in AVERAGES:
                    font = item.font()
                    font.setBold(True)
                    item.setFont(font)
                self.table.setItem(row, column, item)

    def _save_picture(self) -> None:
        path, _ = QFileDialog.getSaveFileName(
            self, self.tr("Save the confusion matrix"), "confusion.png", self.tr("Pictures (*.png)")
        )
        if path and not self.matrix.grab().save(path):
            self._not_written(path)

    def _save_csv(self) -> None:
        path, _ = QFileDialog.getSaveFileName(
            self, self.tr("Save the report"), "report.csv", self.tr("Tables (*.csv)")
        )
        if path:
            try:
                self.write_csv(Path(path))
            except OSError:
                self._not_written(path)

    def _not_written(self, path: str) -> None:
        self.workspace.message.emit(
            "error", self.tr("{0} could not be written. Choose another folder.").format(path)
        )

    def write_csv(self, path: Path) -> None:
        """The report per class, then the confusion matrix, as one table."""
        assert self.result is not None
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["class", "precision", "recall", "f1", "support"])
            for name, scores in (self.result.get("report") or {}).items():
                writer.writerow([name, *(scores[key] for key in ("precision", "recall", "f1", "support"))])
            if self.result.get("confusion"):
                writer.writerow([])
                writer.writerow(["true \\ predicted", *self.result["classes"]])
                for name, row in zip(self.result["classes"], self.result["confusion"], strict=True):
                    writer.writerow([name, *row])
