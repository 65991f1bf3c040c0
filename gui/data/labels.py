"""The target of a sample in a few words."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from runtime.data.schema import IGNORED, UNKNOWN, UNLABELLED, Schema

if TYPE_CHECKING:
    import numpy as np

SHOWN = 6
"""Numbers or names of one label at most."""


def label_of(schema: Schema, target: np.ndarray) -> str:
    """What a person reads under or beside a sample; empty where the target is something to be seen."""
    task, classes = schema.task, schema.classes or ()
    if task in ("classification", "binary") and target.size == 1 and classes:
        return classes[int(target.reshape(-1)[0])]
    if task == "sentence-pairs" and target.size == 1:
        follows = int(target.reshape(-1)[0])
        return classes[follows] if classes else (_tr("follows") if follows else _tr("does not follow"))
    if task == "multi-label":
        chosen = [name for name, value in zip(classes, target.reshape(-1), strict=False) if value > 0.5]
        return _listed(chosen) or _tr("none of them")
    if task == "segmentation":
        return _parts_of_mask(schema, target)
    if task == "detection":
        counts = Counter(int(row[0]) for row in target if row[0] >= 0)
        names = [
            f"{count} × {_named(classes, number)}" if count > 1 else _named(classes, number)
            for number, count in sorted(counts.items())
        ]
        return _listed(names) or _tr("nothing")
    if task == "next-token":
        return text_of(schema, target, of_target=True)
    if task == "translation":
        return text_of(schema, target, of_target=True)
    if task == "sequence-labels":
        return " ".join(_named(classes, int(number)) for number in target.reshape(-1) if number != UNLABELLED)
    if task == "regression" and target.ndim <= 1:
        return _numbers(schema, target.reshape(-1))
    return ""


def text_of(schema: Schema, numbers: np.ndarray, of_target: bool = False) -> str:
    """The words or characters that token numbers stand for; single characters stand close, unknown ones as a box."""
    words = words_of(schema, numbers, of_target)
    if all(len(word) == 1 for word in words if word != UNKNOWN):
        return "".join(word if word != UNKNOWN else "□" for word in words)
    return " ".join(words)


def words_of(schema: Schema, numbers: np.ndarray, of_target: bool = False) -> list[str]:
    """The words of one sample (T,), or of its one-hot rows (T, C), without those that fill up."""
    if numbers.ndim == 2:
        numbers = numbers.argmax(-1)
    vocabulary = schema.target_vocabulary if of_target and schema.target_vocabulary else schema.vocabulary
    if not vocabulary:
        vocabulary = schema.classes or ()
    words = [_named(vocabulary, int(number)) for number in numbers]
    return [word for word in words if word != ""]


def _named(names: tuple[str, ...], number: int) -> str:
    return names[number] if 0 <= number < len(names) else f"#{number}"


def _listed(words: list[str]) -> str:
    return ", ".join(words[:SHOWN]) + (" …" if len(words) > SHOWN else "")


def _numbers(schema: Schema, target: np.ndarray) -> str:
    names = schema.target_names
    if len(target) == 1 or len(names) != len(target):
        return _listed([f"{float(value):.4g}" for value in target])
    return _listed([f"{name} {float(value):.4g}" for name, value in zip(names, target, strict=True)])


def _parts_of_mask(schema: Schema, mask: np.ndarray) -> str:
    """The classes of a mask and how much of it each takes, without the ground they stand on."""
    import numpy as np

    counted = mask[mask != IGNORED]
    numbers, counts = np.unique(counted, return_counts=True)
    share = {int(number): count / max(1, counted.size) for number, count in zip(numbers, counts, strict=True)}
    shown = {number: part for number, part in share.items() if number != 0} or share
    classes = schema.classes or ()
    return _listed([f"{_named(classes, number)} {part:.0%}" for number, part in shown.items()])


def shown_text(text: str) -> str:
    """Spaces and line ends made visible."""
    return text.replace(" ", "␣").replace("\n", "⏎")


def _tr(text: str) -> str:
    return QCoreApplication.translate("Samples", text)
