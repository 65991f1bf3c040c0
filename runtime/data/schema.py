"""What a data source promises about its samples, known before anything is loaded. No torch in here."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Task = Literal[
    "classification", "binary", "regression", "next-token", "multi-label", "segmentation", "detection",
    "translation", "sentence-pairs", "sequence-labels", "image-to-image", "unpaired-images", "unlabelled",
]  # fmt: skip
"""What there is to learn; the targets of each:

- "classification" () int64, "binary" (1,) float32 of 0 and 1, "regression" the numbers, "next-token" (T,) int64;
- "multi-label" (K,) float32 of 0 and 1, one per question; ``classes`` are the questions;
- "segmentation" (H, W) int64, a class per pixel (255: does not count);
- "detection" (M, 5) float32, rows of class, centre x, centre y, width, height, from 0 to 1 of the picture; class −1
  fills up;
- "translation" (T,) int64: start, the words, end, then 0 (inputs: the words, end, then 0);
- "sentence-pairs" () int64, 1 where the second sentence follows the first; the field ``segments`` tells them apart;
- "sequence-labels" (T,) int64, a class for every step (−100: only fills up);
- "image-to-image" the wanted picture (C, H, W) of the same row; "unpaired-images" any picture of the other kind;
- "unlabelled": nothing but the inputs; targets are an empty tensor (N, 0).
"""
Kind = Literal["table", "image", "series", "tokens"]
START, END, CLASS, SEPARATOR, MASK, UNKNOWN = (
    "<start>",
    "<end>",
    "<class>",
    "<separator>",
    "<mask>",
    "<unknown>",
)
"""Words of a vocabulary that are not words; the empty word, number 0, fills up."""
IGNORED = 255
"""Number of the pixels of a mask that do not count."""

UNLABELLED = -100
"""Label of the steps of a sequence that do not count, as torch's cross-entropy takes it."""


class DataError(Exception):
    """Data that cannot be used. The text is a sentence for the person."""


class Cancelled(Exception):
    """The person stopped the loading."""


@dataclass(frozen=True, slots=True)
class Field:
    """One more tensor that every sample has beside input and target (``Dataset.fields[name]``): the second
    sentence's segments, a second picture, a weight."""

    name: str
    shape: tuple[int, ...]
    dtype: str = "float32"
    kind: Kind = "table"
    help: str = ""


@dataclass(frozen=True, slots=True)
class Schema:
    """What one sample looks like. Shapes leave out the batch axis; -1 is a length that changes.

    ``target_shape`` and ``target_dtype`` describe the targets as they are stored: ``()`` of int64 for
    "classification", ``(1,)`` of float32 for "binary" (class 0 or 1), the numbers themselves for
    "regression", ``(T,)`` of int64 for "next-token". :mod:`runtime.data.targets` adapts them to a loss.
    ``kind`` tells how to show a sample; ``size`` is the number of samples where it is known beforehand,
    ``test_size`` how many of them are a test set of the source's own.
    Without ``hold_out`` there is nothing to hold out (a truth table): every split holds all the rows.
    """

    input_shape: tuple[int, ...]
    task: Task
    kind: Kind
    input_dtype: str = "float32"
    classes: tuple[str, ...] | None = None
    target_shape: tuple[int, ...] = ()
    target_dtype: str = "int64"
    size: int | None = None
    test_size: int | None = None
    needs_download: bool = False
    features: tuple[str, ...] = ()
    """Names of the last axis of a table or series, of the channels of an image."""
    target_names: tuple[str, ...] = ()
    hold_out: bool = True
    vocabulary: tuple[str, ...] = ()
    """What the token numbers of the inputs stand for; an empty word fills up short samples."""
    target_vocabulary: tuple[str, ...] = ()
    """What the token numbers of the targets stand for, where these are another language."""
    fields: tuple[Field, ...] = ()

    @property
    def class_count(self) -> int:
        """How many classes there are; 0 for a regression."""
        return len(self.classes) if self.classes else 0

    @property
    def summary(self) -> str:
        """One line: "1,797 samples of 1 × 8 × 8, 10 classes"."""
        axes = " × ".join("T" if axis == -1 else str(axis) for axis in self.input_shape) or "one number"
        if len(self.input_shape) == 1 and self.input_shape[0] != -1:
            what = "token" if self.kind == "tokens" else "number"
            axes = f"one {what}" if self.input_shape[0] == 1 else f"{axes} {what}s"
        count = f"{self.size:,} " if self.size is not None else ""
        noun = "sample" if self.size == 1 else "samples"
        if self.task == "regression":
            width = math.prod(self.target_shape)
            goal = "one number to predict" if width == 1 else f"{width} numbers to predict"
            if len(self.target_shape) == 3:
                goal = f"as a target a picture of {' × '.join(map(str, self.target_shape))}"
        elif self.task == "next-token":
            goal = f"{self.class_count} different {'tokens' if self.vocabulary else 'characters'}"
        elif self.task == "translation":
            goal = f"sequences of {len(self.target_vocabulary or self.vocabulary)} different tokens to write"
        elif self.task == "multi-label":
            goal = f"{self.class_count} questions"
        elif self.task in ("image-to-image", "unpaired-images"):
            which = "as a target a picture of" if self.task == "image-to-image" else "and other pictures of"
            goal = f"{which} {' × '.join(map(str, self.target_shape))}"
        elif self.task == "unlabelled":
            goal = "nothing to predict"
        elif self.task == "sentence-pairs":
            goal = "each two sentences that follow each other or not"
        else:
            goal = f"{self.class_count} classes"
        return f"{count}{noun} of {axes}, {goal}"


def classification(
    input_shape: Sequence[int],
    classes: Sequence[str],
    kind: Kind,
    *,
    size: int | None = None,
    test_size: int | None = None,
    needs_download: bool = False,
    features: Sequence[str] = (),
    hold_out: bool = True,
) -> Schema:
    """A schema with one class per sample: two classes make the task "binary", more "classification"."""
    two = len(classes) == 2
    return Schema(
        input_shape=tuple(input_shape),
        task="binary" if two else "classification",
        kind=kind,
        classes=tuple(classes),
        target_shape=(1,) if two else (),
        target_dtype="float32" if two else "int64",
        size=size,
        test_size=test_size,
        needs_download=needs_download,
        features=tuple(features),
        hold_out=hold_out,
    )


def regression(
    input_shape: Sequence[int],
    kind: Kind,
    *,
    size: int | None = None,
    features: Sequence[str] = (),
    target_names: Sequence[str] = ("target",),
    hold_out: bool = True,
) -> Schema:
    """A schema with one number to predict per name in ``target_names``."""
    return Schema(
        input_shape=tuple(input_shape),
        task="regression",
        kind=kind,
        target_shape=(len(target_names),),
        target_dtype="float32",
        size=size,
        features=tuple(features),
        target_names=tuple(target_names),
        hold_out=hold_out,
    )
