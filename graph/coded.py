"""What flows through a block written in Python: checks without running it, then whoever may run it is asked.

This room never runs such code. :attr:`graph.shapes.Inference.custom` is given by those who may: in the
window a questioner that sends it to a process of its own, in the trainer one that runs it there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from graph.asking import Answer
from graph.catalogue.spec import Complaint
from graph.custom import CodeFault, mismatch, read
from graph.model import Graph
from graph.tensors import Tensor


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nothing is known of the code yet, and that is no mistake. ``reason`` completes "“gate1” …"."""

    reason: str
    untrusted: bool = False


NOT_ASKED = Waiting("waits: nothing that may run its code has been asked")
UNTRUSTED = Waiting("waits: its code is not trusted yet, so nothing runs it", untrusted=True)

Custom: TypeAlias = Callable[[str, str, Mapping[str, Any], Mapping[str, Tensor]], "Answer | Waiting"]
"""Asks (code, name of the block, parameters, inputs by port) and gives the outputs by port, or a complaint
that names the line, or why nothing is known yet."""


def ask_code(
    custom: Custom | None, block: Graph, params: Mapping[str, Any], inputs: Mapping[str, Tensor]
) -> Answer | Waiting:
    """Outputs and parameters of a block of code, or what is wrong with it."""
    try:
        reading = read(block.code)
    except CodeFault as fault:
        return _complaint(params, f"cannot be read in line {fault.line}: {str(fault).removesuffix('.')}")
    different = mismatch(block, reading)
    if different:
        return _complaint(params, f"does not fit its code: {different}. Apply its code again")
    return custom(block.code, block.name, params, inputs) if custom is not None else NOT_ASKED


def _complaint(params: Mapping[str, Any], text: str) -> Answer:
    return Answer(dict(params), {}, complaint=Complaint(text))


def line_in(text: str) -> int | None:
    """The line of the code that a problem of the kind ``code`` names."""
    found = re.search(r"\bin line (\d+)", text)
    return int(found[1]) if found else None
