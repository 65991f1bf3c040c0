"""What is wrong with a graph, said so that a person can act on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from graph.catalogue.spec import Patch

Place = tuple[str, ...]
"""Where a graph stands: the network's id, then the ids of the block uses that lead to it. A repeated
block's first round is meant unless the id carries a number: ``("g1", "n4", "n2[3]")``."""

Severity = Literal["error", "warning", "hint"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding. An ``error`` keeps the network from being built; a ``warning`` does not.

    ``text`` is a whole sentence naming who, what was expected, what came and from where. ``node`` is empty
    when the finding is about the network as a whole. ``patches`` are ideas for repairs, not yet tried.
    """

    place: Place
    graph: str
    node: str
    text: str
    severity: Severity = "error"
    expected: str = ""
    got: str = ""
    port: str | None = None
    param: str | None = None
    source: str | None = None
    kind: str = "shape"
    """``shape``, ``parameter``, ``missing``, ``unused``, ``boundary``, ``data``, ``caution``,
    ``code`` (a block written in Python fails) or ``trust`` (nobody has said yet that it may run)."""
    patches: tuple[Patch, ...] = field(default=(), compare=False)

    @property
    def key(self) -> str:
        """Stays the same while the same thing is wrong at the same node."""
        return "/".join((*self.place, self.node, self.kind, self.port or "", self.param or ""))
