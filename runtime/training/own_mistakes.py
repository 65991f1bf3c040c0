"""What went wrong in a person's own recipe while it ran: the line, what is the matter, and what to do."""

from __future__ import annotations

import traceback
from collections.abc import Mapping, Sequence
from typing import Any

import torch

from runtime.loops import OWN_FILE
from runtime.training.errors import RunError


def own_line(error: BaseException) -> tuple[int, str] | None:
    """The innermost line of a person's own recipe that an error went through: its number and its text."""
    found = None
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename == OWN_FILE and frame.lineno is not None:
            found = frame.lineno, (frame.line or "").strip()
    return found


def own_mistake(error: BaseException) -> RunError | None:
    """The same in words; ``None`` for an error that came from elsewhere."""
    found = own_line(error)
    if found is None:
        return None
    number, line = found
    text = " ".join(str(error).split()).partition(". ")[0][:300] or type(error).__name__
    if isinstance(error, KeyError):
        text = f"there is no {text}"
    return RunError(f"The recipe stopped in line {number}, “{line}”: {text.rstrip('.')}.", _hint(error, line))


def _hint(error: BaseException, line: str) -> str:
    if isinstance(error, KeyError):
        if "networks[" in line or "optimizers[" in line:
            return (
                "Networks are called like the roles; optimizers like the groups or, without any, the roles."
            )
        return "A batch holds “input”, “target” and the fields of the data; the page Data lists them."
    if isinstance(error, NameError):
        return "Import it at the top of the recipe, or look whether it is written as where it was made."
    if isinstance(error, ImportError):
        return (
            "Only what is installed beside this program can be imported; a recipe usually needs torch alone."
        )
    if "backward through the graph a second time" in str(error):
        return "update goes backward by itself: leave out backward(), or detach() what was computed for another loss."
    if "does not require grad" in str(error):
        return "The loss does not depend on any weight: look for a detach(), an item() or a torch.no_grad() too many."
    if "update()" in str(error):
        return "It is called as self.update(loss, optimizer)."
    return ""


def check_figures(method: str, found: Any, needed: Sequence[str]) -> None:
    """What ``step`` or ``evaluate`` of a recipe gave must be figures, these among them; :class:`RunError` if not."""
    if not isinstance(found, Mapping):
        what = "nothing" if found is None else f"a {type(found).__name__}"
        raise RunError(
            f"The method {method} of the recipe gave {what} instead of its figures.",
            f'Let it end with return {{"{needed[0]}": {needed[0]}}}.',
        )
    missing = [name for name in needed if name not in found]
    if missing:
        raise RunError(
            f"The method {method} of the recipe gave {', '.join(found) or 'no figure'}, but its figure "
            f"“{missing[0]}” is missing.",
            f"Let {method} return a dict with a tensor for every figure.",
        )
    for name, value in found.items():
        if not torch.is_tensor(value):
            raise RunError(
                f"The figure “{name}” that {method} gives is a {type(value).__name__} instead of a tensor.",
                "Leave out item(): what is measured is read later, all at once.",
            )
        if value.numel() != 1:
            raise RunError(
                f"The figure “{name}” that {method} gives has the shape {tuple(value.shape)} instead of one number.",
                "Take its mean over the batch: .mean().",
            )
