"""A text in windows of tokens; the target of each token is the one that follows it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy

from runtime.data.own.corpus import Corpus, taught
from runtime.data.schema import DataError, Schema

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

    from runtime.data.dataset import Dataset, Learnt


def next_tokens(corpus: Corpus, schema: Schema, stride: int, skipped: tuple[str, ...] = ()) -> Dataset:
    """Windows (N, T) and what follows (N, T), in the order of the text. Its words are learnt from the windows that
    train; each window begins at the same place of the text then."""
    import torch

    from runtime.data.dataset import Dataset

    window, words = schema.input_shape[0], schema.vocabulary
    parts = corpus.unit == "subwords"  # only these can become more tokens or fewer
    tokens = torch.from_numpy(corpus.numbered(words).flat)
    # Views of one long row of numbers: windows that overlap take no memory of their own.
    rows = tokens.unfold(0, window + 1, stride)
    begins, ends = _places(corpus, words, window, stride, len(rows))

    def learning(dataset: Dataset, train: torch.Tensor, kept: Learnt | None) -> Dataset:
        mine, size = train.numpy(), len(corpus.pieces) + 1
        edges = numpy.bincount(begins[mine], minlength=size) - numpy.bincount(ends[mine], minlength=size)
        held = numpy.cumsum(edges)[:-1] == 0
        found, notes = taught(corpus, "words", words, held, kept, "text")
        numbered = corpus.apart().numbered(found) if parts else corpus.numbered(found)
        tokens = torch.from_numpy(numbered.flat)
        if len(tokens) <= window:
            raise DataError(f"The text has {len(tokens):,} tokens, too few for a window of {window}.")
        if parts:
            places = numpy.minimum(numbered.starts[begins], len(tokens) - window - 1)
            windows = tokens.unfold(0, window + 1, 1)[torch.from_numpy(places)]
        else:
            windows = tokens.unfold(0, window + 1, stride)
        return replace(
            dataset,
            inputs=windows[:, :-1],
            targets=windows[:, 1:],
            schema=replace(dataset.schema, vocabulary=found, classes=found),
            skipped=(*skipped, *notes),
            learnt={"words": found},
        )

    made = replace(schema, size=len(rows))
    return Dataset(
        rows[:, :-1],
        rows[:, 1:],
        made,
        ordered=True,
        reach=(window - 1) // stride,
        skipped=skipped,
        learning=learning,
    )


def _places(
    corpus: Corpus, vocabulary: tuple[str, ...], window: int, stride: int, rows: int
) -> tuple[NDArray[numpy.int64], NDArray[numpy.int64]]:
    """The first piece of the text that each window holds, and the first behind it."""
    begins = numpy.arange(rows) * stride
    ends = begins + window + 1
    if corpus.unit != "subwords":
        return begins, ends
    tokens = corpus.apart().numbered(vocabulary).starts
    return numpy.searchsorted(tokens, begins, "right") - 1, numpy.searchsorted(tokens, ends)
