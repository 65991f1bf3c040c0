"""``main.py frechet``: how near the pictures that a run draws are to those it learned from."""

from __future__ import annotations

from pathlib import Path

from runtime.commands.output import Output, Refused
from runtime.trust import trusted


def frechet(run: Path, judge: Path | None, samples: int, trust: bool, out: Output) -> int:
    """Print the Fréchet distance; 0 when it could be measured. JSON: an object with ``event`` "frechet"."""
    from graph.code import CodeError
    from runtime.choice import ChoiceError
    from runtime.data import DataError
    from runtime.frechet import distance_of
    from runtime.training.errors import RunError

    try:
        found = distance_of(run, judge, samples, None if trust else trusted())
    except RunError as error:
        raise Refused(f"{error.sentence} {error.hint}".strip()) from error
    except (CodeError, ChoiceError, DataError) as error:
        raise Refused(str(error)) from error
    over = f"features of {judge.name}" if judge else "pixels"
    out.item(
        {"event": "frechet", "distance": found, "samples": samples, "judge": str(judge) if judge else None}
    )
    out.text(f"Fréchet distance over {over}, {samples:,} drawn pictures: {found:.4g}")
    return 0
