"""Files of older formats become files of the current one, step by step.

Each step is a pure function from the data of one format to that of the next. A step is never changed
once it is released; ``tests/graph/fixtures`` keeps one frozen file per format.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from graph.files.errors import FileError
from graph.files.write import FORMAT

Step = Callable[[dict[str, Any]], dict[str, Any]]


def _with_code_and_weights(data: dict[str, Any]) -> dict[str, Any]:
    """Format 2 added blocks written in Python, weights to start from, and nodes that are switched off,
    collapsed or pinned; older files have none of these."""
    return data


def _with_preparation(data: dict[str, Any]) -> dict[str, Any]:
    """Format 3 added the steps that prepare the data, and nodes that are frozen or learn at a rate of their own; older
    files prepare nothing beyond their source's options, and train all alike."""
    return data


STEPS: dict[int, Step] = {1: _with_code_and_weights, 2: _with_preparation}
"""From format ``n`` to ``n + 1``."""


def migrate(
    data: Mapping[str, Any], steps: Mapping[int, Step] = STEPS, current: int = FORMAT
) -> dict[str, Any]:
    """The data in the current format; what is passed in stays as it is."""
    version = data.get("format")
    if type(version) is not int or version < 1:
        raise FileError("It is JSON, but not a TorchLoom project: it says no format.")
    if version > current:
        raise FileError(
            f"It was made by a newer TorchLoom (format {version}; this one reads up to {current}). "
            "Update TorchLoom to open it."
        )
    if version == current:
        return dict(data)
    try:
        migrated = copy.deepcopy(dict(data))
        for number in range(version, current):
            migrated = {**steps[number](migrated), "format": number + 1}
    except RecursionError:
        raise FileError("It is nested too deeply to be a project.") from None
    except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
        text = f"It is damaged: it could not be brought from format {version} to {current}."
        raise FileError(text) from error
    return migrated
