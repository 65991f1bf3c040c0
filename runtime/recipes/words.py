"""Kinds of data in words, for sentences."""

from __future__ import annotations

from runtime.data.schema import Schema

TASK_WORDS = {
    "classification": "classes",
    "binary": "two classes",
    "regression": "numbers to predict",
    "next-token": "text to continue",
    "multi-label": "several yes/no questions",
    "segmentation": "a mask for each picture",
    "detection": "boxes on each picture",
    "translation": "pairs of sequences",
    "sentence-pairs": "pairs of sentences",
    "sequence-labels": "a class for every step",
    "image-to-image": "pairs of pictures",
    "unpaired-images": "two kinds of pictures",
    "unlabelled": "no targets",
}
"""What each task (:data:`runtime.data.schema.Task`) offers: "data with …"."""


def tokens_of(schema: Schema) -> int:
    """How many different numbers the inputs hold that stand for words or letters; 0 where they are none."""
    if schema.kind != "tokens" or schema.input_dtype != "int64":
        return 0
    return len(schema.vocabulary) or (schema.class_count if schema.task == "next-token" else 0)
