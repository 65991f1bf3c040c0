"""Generated code, and how its lines and sub-modules map to the drawing."""

from __future__ import annotations

import importlib.util
import itertools
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graph.code.structure import CodeError
from graph.problems import Place


@dataclass(frozen=True, slots=True)
class Entry:
    """An input of the network: one sample's shape (-1 for a changing length) and torch's dtype name."""

    name: str
    shape: tuple[int, ...]
    dtype: str


@dataclass(frozen=True, slots=True)
class Source:
    """A Python module that needs torch only, whose last class is the network and needs no arguments.

    ``lines`` maps (network id, block use ids …, node id) to 1-based line numbers; all uses of a class map
    to the lines of that class. ``modules`` maps node ids from the network inwards to the dotted path of
    the sub-module: ``("n7", "n2")`` -> ``"layer3.0.conv1"``. A repetition is numbered, ``"n7[2]"``;
    without a number the inside of the first is meant, and the row itself (in a chain, its last item).
    """

    text: str
    class_name: str
    network: str
    inputs: tuple[Entry, ...] = ()
    lines: dict[Place, tuple[int, ...]] = field(default_factory=dict)
    modules: dict[Place, str] = field(default_factory=dict)
    owners: tuple[Place | None, ...] = ()
    """For every line the node it is about, at the first place where its class is used."""
    pasted: tuple[tuple[str, int, tuple[int, ...]], ...] = ()
    """Blocks written in Python: id, first line (1-based) of their text, and for each line its number in the
    block's own code."""

    def node_at(self, line: int) -> Place | None:
        """The place of the node that a line (1-based) is about."""
        return self.owners[line - 1] if 0 < line <= len(self.owners) else None

    def code_line(self, line: int) -> tuple[str, int] | None:
        """For a line (1-based) that was written by a person: the block's id and the line in its code."""
        for block, first, numbers in self.pasted:
            if first <= line < first + len(numbers):
                return block, numbers[line - first]
        return None

    def lines_of(self, place: Place, node: str) -> tuple[int, ...]:
        """The lines of a node at a place; repetitions of a block share the lines of its class."""
        return self.lines.get((*(step.partition("[")[0] for step in place), node), ())


_serial = itertools.count(1)


def load_module(path: str | Path, class_name: str) -> Any:
    """The class from a generated file. The module is registered, so that its classes can be pickled by
    data-loading processes and its source be found by ``inspect``."""
    path = Path(path)
    name = f"torchloom_model_{next(_serial)}_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None or not path.is_file():
        raise CodeError(f"There is no Python file at {path}.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    found = getattr(module, class_name, None)
    if found is None:
        raise CodeError(f"{path.name} holds no class “{class_name}”.")
    return found
