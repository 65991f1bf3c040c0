"""The first lines of the results: what the run came to on its test split, and over its folds."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QCoreApplication

from gui.training.scores import score_text, score_title

DOT = " &nbsp;·&nbsp; "


def tr(text: str) -> str:
    return QCoreApplication.translate("Results", text)


def headline(result: dict[str, Any], shared: bool) -> str:
    """HTML for a "finished" message. ``shared``: the set is tested on what it learnt."""
    parts = []
    if result.get("test_accuracy") is not None:
        parts.append(tr("Test accuracy <b>{0:.1f} %</b>").format(100 * result["test_accuracy"]))
    if result.get("test_loss") is not None:
        parts.append(tr("test loss <b>{0:.4g}</b>").format(result["test_loss"]))
    if result.get("best_epoch"):
        parts.append(tr("best epoch {0}").format(result["best_epoch"]))
    lines = [DOT.join(part.replace(" ", "&nbsp;") for part in parts)]
    if shared:
        lines.append(tr("This set is too small to hold samples back: it is tested on what it learnt."))
    return "<br>".join(lines)


def folds_text(result: dict[str, Any], figures: list[dict[str, Any]]) -> str:
    """Mean and spread of a cross-validation, on the parts that were held back in turn; "" for a single run."""
    folds, spread = len(result.get("folds") or ()), result.get("spread") or {}
    if not spread:
        return ""
    names = {"val_accuracy": tr("validation accuracy"), "val_loss": tr("validation loss")}
    parts = []
    for name in ("val_accuracy", "val_loss", *(name for name in spread if name not in names)):
        if name in spread:
            title = names.get(name) or score_title(name, figures)
            mean, std = spread[name]["mean"], spread[name]["std"]
            number = (
                f"{100 * mean:.1f} ± {100 * std:.1f} %"
                if name == "val_accuracy"
                else f"{score_text(mean)} ± {std:.2g}"
            )
            parts.append(f"{title} <b>{number}</b>".replace(" ", "&nbsp;"))
    return tr("{0} folds:").format(folds) + " " + DOT.join(parts)
