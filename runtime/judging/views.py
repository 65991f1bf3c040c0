"""The views that say where a network errs, as plain dicts that can travel. The window has a widget for each ``kind``.

A **part** is ``name``, ``title``, ``scores`` (name -> number), ``pages`` and ``note``: one output of the network, one
column, one question; most tasks have a single one. A **page** is ``title`` and ``views``, which stand side by side.

Views have ``kind``, ``name`` and ``title``. ``samples`` are places within the split; a click on what has one shows it.

- ``table``: ``columns`` (``title`` and ``kind``: "text", "number", "share", which is drawn as a bar too, or "runs":
  text cut into ``[text, mark]``, mark 1 where it is wrong), ``rows``, ``samples`` (for each row one, a list or
  ``None``), ``bold`` (rows), ``empty`` (what to say when there is no row).
- ``scatter``: ``x``, ``y`` (arrays (N,)), ``x_title``, ``y_title``, ``line`` ("identity", "zero"), ``samples``,
  ``total`` (how many points there are before they were thinned).
- ``histogram``: ``edges`` (K + 1), ``counts`` (K), ``x_title``, ``marks`` (``[value, text]``), ``samples`` (K lists).
- ``bars``: ``labels``, ``values``, ``counts`` (or ``None``), ``x_title``, ``y_title``, ``share`` (values from 0 to 1),
  ``samples`` (a list for each bar, or ``None``).
- ``lines``: ``lines`` (``name``, ``x`` and ``y`` lists, ``dashed``), ``x_title``, ``y_title``.
- ``timeline``: ``goals``, ``steps``, ``truth`` and ``predicted`` (arrays (goals, steps, N)), ``samples``.
- ``confusion``: ``counts`` (rows are the truth), ``classes``, ``cells`` ("row,column" -> samples), ``unit``.
- ``trade``: ``curve`` ("roc" or "pr"), ``curves`` (:mod:`runtime.curves`).
- ``threshold``: ``classes``, ``levels``, ``hits``, ``misses``, ``alarms`` (per class a list along ``levels``), ``ap``.
- and the kinds of :mod:`runtime.showing`: pictures, masks, boxes, text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from runtime.protocol import Message
from runtime.showing import floats_of

MOST_POINTS = 3000
"""Points of a scatter plot."""
WORST = 200
"""Rows of a table of the worst."""
BINS = 40
FEW = 24
"""Samples behind a bar or a cell."""
MOST_CLASSES = 60
"""A larger confusion matrix cannot be read; then the table of pairs stands alone."""


def part(
    name: str, title: str, pages: Sequence[Message], scores: Mapping[str, float | None], note: str = ""
) -> Message:
    """One output, column or question with its pages."""
    known = {key: float(value) for key, value in scores.items() if value is not None}
    return {
        "name": name,
        "title": title,
        "pages": [one for one in pages if one["views"]],
        "scores": known,
        "note": note,
    }


def page(title: str, *views: Message | None) -> Message:
    """Views side by side; those that are ``None`` are left out."""
    return {"title": title, "views": [view for view in views if view is not None]}


def table(
    name: str,
    title: str,
    columns: Sequence[tuple[str, str]],
    rows: Sequence[Sequence[Any]],
    samples: Sequence[Any] | None = None,
    bold: Sequence[int] = (),
    empty: str = "",
) -> Message:
    """A table; ``columns`` are titles and kinds."""
    return {
        "kind": "table",
        "name": name,
        "title": title,
        "columns": [{"title": head, "kind": kind} for head, kind in columns],
        "rows": [list(row) for row in rows],
        "samples": list(samples) if samples is not None else None,
        "bold": list(bold),
        "empty": empty,
    }


def thinned(count: int, keep: torch.Tensor, most: int = MOST_POINTS) -> torch.Tensor:
    """Numbers of the points to draw: all, or ``most`` evenly spread ones, those in ``keep`` always among them."""
    if count <= most:
        return torch.arange(count)
    even = torch.linspace(0, count - 1, most - len(keep)).round().long()
    return torch.cat([even, keep.cpu()]).unique()


def scatter(
    name: str,
    title: str,
    x: torch.Tensor,
    y: torch.Tensor,
    samples: torch.Tensor,
    titles: tuple[str, str],
    line: str,
) -> Message:
    """Points (N,) over (N,), thinned; the farthest from the line are always among them."""
    away = (y - x).abs() if line == "identity" else y.abs()
    chosen = thinned(len(x), away.argsort(descending=True)[:WORST])
    return {
        "kind": "scatter",
        "name": name,
        "title": title,
        "x": floats_of(x[chosen]),
        "y": floats_of(y[chosen]),
        "x_title": titles[0],
        "y_title": titles[1],
        "line": line,
        "samples": samples[chosen].tolist(),
        "total": len(x),
    }


def histogram(
    name: str,
    title: str,
    values: torch.Tensor,
    samples: torch.Tensor,
    x_title: str,
    marks: Sequence[tuple[float, str]] = (),
    around_zero: bool = False,
) -> Message:
    """How often values (N,) fall where; each bar knows some of its samples. ``around_zero`` makes an edge of 0's
    neighbourhood, so that the middle bar stands over 0."""
    values = values.double()
    low, high = float(values.min()), float(values.max())
    if around_zero:
        high = max(abs(low), abs(high))
        low = -high
    if high - low < 1e-12:
        low, high = low - 0.5, high + 0.5
    bins = BINS + 1 if around_zero else BINS
    edges = torch.linspace(low, high, bins + 1, dtype=torch.float64)
    which = ((values - low) / (high - low) * bins).long().clamp(0, bins - 1)
    behind = [samples[which == number][:FEW].tolist() for number in range(bins)]
    return {
        "kind": "histogram",
        "name": name,
        "title": title,
        "edges": edges.tolist(),
        "counts": torch.bincount(which, minlength=bins).tolist(),
        "x_title": x_title,
        "marks": [[value, text] for value, text in marks],
        "samples": behind,
    }


def bars(
    name: str,
    title: str,
    labels: Sequence[str],
    values: Sequence[float],
    titles: tuple[str, str],
    counts: Sequence[int] | None = None,
    share: bool = False,
    samples: Sequence[Sequence[int]] | None = None,
) -> Message:
    """A bar for each label."""
    return {
        "kind": "bars",
        "name": name,
        "title": title,
        "labels": list(labels),
        "values": [float(value) for value in values],
        "counts": list(counts) if counts is not None else None,
        "x_title": titles[0],
        "y_title": titles[1],
        "share": share,
        "samples": [list(one) for one in samples] if samples is not None else None,
    }


def lines(name: str, title: str, found: Sequence[Message], titles: tuple[str, str]) -> Message:
    """Lines over a common axis; each is ``name``, ``x``, ``y``, and ``dashed`` if it is."""
    return {
        "kind": "lines",
        "name": name,
        "title": title,
        "lines": list(found),
        "x_title": titles[0],
        "y_title": titles[1],
    }


def line(name: str, x: Sequence[float], y: Sequence[float], dashed: bool = False) -> Message:
    """One of the lines."""
    return {"name": name, "x": [float(one) for one in x], "y": [float(one) for one in y], "dashed": dashed}


def confusion(
    name: str,
    title: str,
    counts: torch.Tensor,
    classes: Sequence[str],
    cells: Mapping[tuple[int, int], Sequence[int]],
    unit: str = "samples",
) -> Message | None:
    """A confusion matrix (C, C); ``None`` when it is too large to be read."""
    if len(classes) > MOST_CLASSES:
        return None
    return {
        "kind": "confusion",
        "name": name,
        "title": title,
        "counts": counts.tolist(),
        "classes": list(classes),
        "cells": {f"{row},{column}": list(some) for (row, column), some in cells.items()},
        "unit": unit,
    }


def members(
    truth: torch.Tensor, given: torch.Tensor, samples: torch.Tensor
) -> dict[tuple[int, int], list[int]]:
    """Some samples of every cell of a confusion matrix, each once: classes (N,) as they are and as they were given."""
    found: dict[tuple[int, int], list[int]] = {}
    for wanted, got, sample in zip(truth.tolist(), given.tolist(), samples.tolist(), strict=True):
        kept = found.setdefault((wanted, got), [])
        if len(kept) < FEW and (not kept or kept[-1] != sample):
            kept.append(sample)
    return found


def pairs_table(
    truth: torch.Tensor,
    given: torch.Tensor,
    classes: Sequence[str],
    cells: Mapping[tuple[int, int], Sequence[int]],
    what: str,
) -> Message:
    """The confusions that happen most often, each with some of its samples: classes (N,) as they are and as they were
    given. Only pairs that occur are counted, for there may be thousands of words."""
    truth, given = truth.flatten(), given.flatten()
    totals = torch.bincount(truth, minlength=len(classes))
    wrong = truth != given
    pairs, times = (truth[wrong] * len(classes) + given[wrong]).unique(return_counts=True)
    rows, samples = [], []
    for place in times.argsort(descending=True, stable=True)[:WORST].tolist():
        wanted, got = divmod(int(pairs[place]), len(classes))
        number = int(times[place])
        rows.append([classes[wanted], classes[got], number, number / int(totals[wanted])])
        samples.append(list(cells.get((wanted, got), ())))
    heads = (("true", "text"), ("taken for", "text"), (what, "number"), (f"of its {what}", "share"))
    return table(
        "pairs", "Taken for each other", heads, rows, samples, empty="Nothing is taken for anything else."
    )
