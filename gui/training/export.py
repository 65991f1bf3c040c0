"""Charts as a picture, metrics as a table."""

from __future__ import annotations

import csv
from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtGui import QPixmap, QRegion
from PySide6.QtWidgets import QWidget

from gui.theme import theme
from gui.training.history import History

COLUMNS = (
    "event", "epoch", "step", "train_loss", "train_accuracy", "val_loss", "val_accuracy", "learning_rate",
    "samples_per_second", "seconds",
)  # fmt: skip
SPLITS = (("train", "train"), ("val", "validation"))


def save_picture(widget: QWidget, path: Path, scale: float = 2.0) -> str:
    """A widget as PNG with ``scale`` times its pixels; what went wrong, or ""."""
    picture = QPixmap(widget.size() * scale)
    picture.setDevicePixelRatio(scale)
    picture.fill(theme().panel)
    # without the window's background: the picture has its own, and between plots it would show as grey
    widget.render(picture, QPoint(), QRegion(), QWidget.RenderFlag.DrawChildren)
    try:
        with path.open("wb"):  # Qt says only whether it worked, the system says why not
            pass
    except OSError as error:
        return error.strerror or str(error)
    return "" if picture.save(str(path), "PNG") else "the picture could not be written"


def save_csv(history: History, path: Path) -> str:
    """One row per reported step and one per epoch, in order; what went wrong, or "". A recipe's figures have two
    columns each."""
    per_epoch = history.steps_per_epoch
    names = [figure["name"] for figure in history.figures]
    more = [f"{short}_{name}" for name in names for short, _ in SPLITS]
    columns = list(dict.fromkeys([*COLUMNS, *more]))
    rows: list[dict[str, object]] = []
    for number, step in enumerate(history.steps):
        share = history.accuracy[number] if number < len(history.accuracy) else ""
        rows.append(
            {
                "event": "step",
                "epoch": f"{step / per_epoch:.6g}",
                "step": int(step),
                "train_loss": history.loss[number],
                "train_accuracy": share,
                **{f"train_{name}": _told(history.values[name][number]) for name in names},
            }
        )
    for epoch in history.epochs:
        told = epoch.get("figures") or {}
        rows.append(
            {
                f"{short}_{name}": value
                for short, split in SPLITS
                for name, value in (told.get(split) or {}).items()
            }
            | {name: epoch.get(name) for name in COLUMNS if epoch.get(name) is not None}
            | {"event": "epoch"}
        )
    rows.sort(key=lambda row: (row["step"], row["event"] == "epoch"))
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="", extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)
    except OSError as error:
        return error.strerror or str(error)
    return ""


def _told(value: float) -> float | str:
    return value if value == value else ""
