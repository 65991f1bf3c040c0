"""``main.py weights``: what a file of weights has to do with a network."""

from __future__ import annotations

from pathlib import Path

from graph.code import CodeError
from graph.model import Project
from runtime.commands.output import Output, Refused
from runtime.commands.projects import Given
from runtime.training.errors import RunError
from runtime.weights import Shape, WeightsError, compared

WORDS = {
    "matched": "matches",
    "wrong": "other shape",
    "missing": "not in the file",
    "unexpected": "no place here",
}


def weights(project: Project, path: Path, given: Given, out: Output) -> int:
    """Print every tensor and the sum of it; 0 when something fits, 1 when nothing does.

    JSON: an object per tensor, then one with ``event`` "report".
    """
    try:
        report, _ = compared(project, path, given.trusted)
    except WeightsError as error:
        raise Refused(str(error)) from error
    except (CodeError, RunError) as error:
        out.note(str(error))
        out.note(
            error.hint
            if isinstance(error, RunError)
            else "`main.py check` shows what is wrong, and the fixes."
        )
        return 1
    rows = []
    for row in report.rows:
        out.item(
            {
                "event": "tensor",
                "state": row.state,
                "key": row.key or None,
                "file_key": row.file_key or None,
                "shape": row.shape,
                "file_shape": row.file_shape,
                "alike": row.alike,
            }
        )
        word = "matches by shape" if row.alike and row.state == "matched" else WORDS[row.state]
        rows.append((row.key or "–", _text(row.shape), row.file_key or "–", _text(row.file_shape), word))
    out.table(("network", "shape", "file", "shape there", ""), rows)
    counts = {state: len(report.of(state)) for state in ("matched", "missing", "unexpected", "wrong")}
    out.item({"event": "report", "sentence": report.sentence, "how": report.how, **counts})
    out.text()
    out.text(report.sentence)
    return 0 if report.of("matched") else 1


def _text(shape: Shape | None) -> str:
    return "–" if shape is None else "×".join(map(str, shape)) or "one number"
