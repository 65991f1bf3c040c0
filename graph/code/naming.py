"""What the values of ``forward`` are called.

``x`` is used again as soon as its old value is dead; a second value beside it is ``out`` while it is being
worked on; what lives longer (the skips of a U-Net) is called like its node. The names of several inputs stay
theirs, masks and lengths are called what they are, and several results are called like the ports they leave.
"""

from __future__ import annotations

import builtins
from bisect import bisect_right
from collections.abc import Container, Sequence

from graph.code.structure import CodeError, Ref, Structure, safe_name
from graph.model import Node
from graph.names import stem

WORKING = ("x", "out")
"""Names for a value on its way from line to line."""
PLAIN = frozenset({"x", "y", "z", "h", "out", "output", "result"})
"""Names of ports that say nothing about what leaves there."""

Statement = tuple[Sequence[Ref], Sequence[Ref]]
"""The values a line of ``forward`` makes, and those it reads from left to right."""


def name_values(
    structure: Structure,
    arguments: Sequence[str],
    statements: Sequence[Statement],
    marks: Container[Ref] = (),
) -> dict[Ref, str]:
    """A name for every value that is made or given; the last statement is the ``return``. ``marks`` are values
    that tell about others: masks, lengths, indices."""
    return _Naming(structure, arguments, statements, marks).given


def local_name(name: str) -> str:
    """A node's name as a local variable."""
    name = safe_name(name)
    return name + "_" if hasattr(builtins, name) and name != "input" else name


class _Naming:
    def __init__(
        self,
        structure: Structure,
        arguments: Sequence[str],
        statements: Sequence[Statement],
        marks: Container[Ref],
    ) -> None:
        self.structure = structure
        self.marks = marks
        self.statements = statements
        self.given: dict[Ref, str] = {
            (node.id, "output"): argument for node, argument in zip(structure.inputs, arguments, strict=True)
        }
        self.inputs = frozenset(arguments if len(arguments) > 1 else ())
        """The names of several inputs, which say what each of them is."""
        self.uses: dict[Ref, list[int]] = {}
        for at, (_, reads) in enumerate(statements):
            for ref in dict.fromkeys(reads):
                self.uses.setdefault(ref, []).append(at)
        written = {ref: at for at, (writes, _) in enumerate(statements) for ref in writes}
        for ref in self.uses:
            if ref not in written and ref not in self.given:
                node = structure.graph.nodes[ref[0]].name
                raise CodeError(
                    f"A wire leaves “{node}” at “{ref[1][:60]}”, which is not one of its outputs."
                )
        self.forks: set[str] = set()
        """Names that belong to one value and are not passed on to the next."""
        starts = sorted(at for ref, at in written.items() if len(self.uses[ref]) > 1)
        alive = {ref: name for ref, name in self.given.items() if ref in self.uses}
        for at, (writes, reads) in enumerate(statements):
            alive = {ref: name for ref, name in alive.items() if self.uses[ref][-1] > at}
            taken = set(alive.values())
            dying = [self.given[ref] for ref in dict.fromkeys(reads) if self.given[ref] not in taken]
            for number, ref in enumerate(writes):
                # another value with several readers is made while this one waits for its last
                later = bisect_right(starts, at)
                lasting = (
                    len(self.uses[ref]) > 1 and later < len(starts) and starts[later] < self.uses[ref][-1]
                )
                by_port = number > 0 or self._named_by_port(writes)
                if by_port:
                    wanted = local_name(ref[1])
                else:
                    wanted = self._wanted(at, ref, taken, list(dict.fromkeys(dying)), lasting)
                name, count = wanted, 2
                while name in taken:
                    name, count = f"{wanted}_{count}", count + 1
                self.given[ref] = alive[ref] = name
                taken.add(name)
                if lasting or by_port or ref in self.marks:
                    self.forks.add(name)

    def _by_hand(self, node: Node) -> bool:
        """Whether a person has named a node: it is not called ``conv3`` or ``relu``."""
        step = self.structure.by_id[node.id]
        kind = step.block.graph.name if step.block is not None else node.type
        return node.name.rstrip("0123456789").rstrip("_") != stem(kind)

    def _named_by_port(self, writes: Sequence[Ref]) -> bool:
        """Whether all results of a line are called like their ports: those of a block, and equal parts."""
        step = self.structure.by_id[writes[0][0]]
        telling = writes[0][1] not in PLAIN and (step.block is not None or not step.module)
        return telling and len(writes) > 1

    def _wanted(self, at: int, ref: Ref, taken: set[str], dying: list[str], lasting: bool) -> str:
        node = self.structure.by_id[ref[0]].node
        own = local_name(node.name)
        if lasting or ref in self.marks:
            return own
        dying = [name for name in dying if name == "x" or name not in self.inputs]
        free = [name for name in dying if name not in self.forks]
        if len(dying) == 1 and free and (dying[0] in WORKING or not self._by_hand(node)):
            return dying[0]
        if len(dying) > 1 and free:
            return "x" if "x" not in taken else free[0]
        if "x" not in taken:
            return "x"
        forked = len(self.uses[ref]) == 1 and all(
            len(self.uses[read]) <= 2 for read in self.statements[at][1]
        )
        goes_on = at + 1 < len(self.statements) and ref in self.statements[at + 1][1]
        return "out" if forked and goes_on and "out" not in taken else own
