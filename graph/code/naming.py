"""What the values of ``forward`` are called.

``x`` is used again as soon as its old value is dead; a second value beside it is ``out`` while it is being
worked on; what lives longer (the skips of a U-Net) is called like its node.
"""

from __future__ import annotations

import builtins
from bisect import bisect_right
from collections.abc import Sequence

from graph.code.structure import CodeError, Ref, Structure, safe_name

Statement = tuple[Sequence[Ref], Sequence[Ref]]
"""The values a line of ``forward`` makes, and those it reads from left to right."""


def name_values(
    structure: Structure, arguments: Sequence[str], statements: Sequence[Statement]
) -> dict[Ref, str]:
    """A name for every value that is made or given; the last statement is the ``return``."""
    return _Naming(structure, arguments, statements).given


def local_name(name: str) -> str:
    """A node's name as a local variable."""
    name = safe_name(name)
    return name + "_" if hasattr(builtins, name) and name != "input" else name


class _Naming:
    def __init__(
        self, structure: Structure, arguments: Sequence[str], statements: Sequence[Statement]
    ) -> None:
        self.structure = structure
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
                if number:
                    wanted = local_name(ref[1])
                else:
                    wanted = self._wanted(at, ref, taken, list(dict.fromkeys(dying)), lasting)
                name, count = wanted, 2
                while name in taken:
                    name, count = f"{wanted}_{count}", count + 1
                self.given[ref] = alive[ref] = name
                taken.add(name)
                if lasting or number:
                    self.forks.add(name)

    def _beside(self, at: int, name: str) -> bool:
        """Whether a name is that of an input which is not what the line is mainly about: the result of an
        attention is not called ``mask``."""
        reads = self.statements[at][1]
        return name in self.inputs and name != self.given[reads[0]]

    def _wanted(self, at: int, ref: Ref, taken: set[str], dying: list[str], lasting: bool) -> str:
        own = local_name(self.structure.by_id[ref[0]].node.name)
        if lasting:
            return own
        if len(dying) == 1 and dying[0] not in self.forks and not self._beside(at, dying[0]):
            return dying[0]
        if len(dying) > 1:
            return "x" if "x" not in taken else dying[0]
        if "x" not in taken:
            return "x"
        forked = all(len(self.uses[read]) <= 2 for read in self.statements[at][1])
        goes_on = at + 1 < len(self.statements) and ref in self.statements[at + 1][1]
        return "out" if forked and goes_on and "out" not in taken else own
