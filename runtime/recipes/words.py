"""Kinds of data in words, for sentences."""

from __future__ import annotations

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
