"""A network as a Python module."""

from __future__ import annotations

import ast
import sys

from graph import support
from graph.catalogue import CATALOGUE
from graph.code.classes import Classes
from graph.code.emit import Emitter, places
from graph.code.modules import module_paths
from graph.code.source import Entry, Source
from graph.code.structure import CodeError, Structures
from graph.custom import Import, clashing_imports
from graph.model import INPUT, Project
from graph.shapes import ProjectShapes

_IMPORTS = (
    ("math", "import math\n"),
    ("torch", "import torch"),
    ("F", "import torch.nn.functional as F"),
    ("torchvision", "import torchvision"),
    ("nn", "from torch import nn"),
)


def generate(project: Project, shapes: ProjectShapes, network_id: str) -> Source:
    """The code of a network. ``shapes`` must be those of the project as it is, without errors in the
    network; otherwise :class:`CodeError` says what stands in the way."""
    for problem in shapes.errors:
        if problem.place[:1] == (network_id,):
            raise CodeError(f"The network has a problem: {problem.text}")
    structures = Structures(project, network_id)
    if network_id not in shapes.networks:
        raise CodeError(f"Nothing is known of the shapes in “{structures.network.graph.name}”.")
    classes = Classes(structures, shapes.networks[network_id])
    written = Emitter(classes).write()
    name = classes.variants[-1].name
    parts = _support(structures)
    body = "\n\n\n".join([*parts, "\n".join(written.lines)]) + "\n"
    used = {node.id for node in ast.walk(ast.parse(body)) if isinstance(node, ast.Name)}
    own = _own_imports(classes)
    head = [f'"""{name}, drawn with TorchLoom. Needs {_needs(own)}."""', "", *_imports(used, own), "", ""]
    top = "\n".join(head) + "\n"
    above = top.count("\n") + sum(part.count("\n") + 3 for part in parts)
    lines, owners = places(classes, written, above)
    entries = []
    for node in structures.network.inputs:
        values = CATALOGUE[INPUT].validated(node.params)
        entries.append(Entry(node.name, values["shape"], values["dtype"]))
    return Source(
        top + body,
        name,
        network_id,
        tuple(entries),
        lines,
        module_paths(classes.root),
        tuple(owners),
        tuple((block, above + first + 1, numbers) for block, first, numbers in written.pasted),
    )


def _own_imports(classes: Classes) -> list[Import]:
    """What blocks written in Python import. Names are a module's: two meanings of one name cannot both be."""
    readings = {
        structure.graph.name: structure.reading
        for structure in classes.structures.all.values()
        if structure.reading is not None
    }
    clash = clashing_imports(readings)
    if clash:
        raise CodeError(clash)
    found = {item.text: item for reading in readings.values() for item in reading.imports}
    taken = {variant.name for variant in classes.variants} | support.names()
    for item in found.values():
        if item.name in taken:
            raise CodeError(
                f"“{item.name}” is imported by a block, and is what another class is called: rename it."
            )
    return list(found.values())


def _imports(used: set[str], own: list[Import]) -> list[str]:
    """All import statements, the standard library's first and apart."""
    lines = [line.strip() for word, line in _IMPORTS if word in used]
    standard = {line for line in lines if line == "import math"}
    standard |= {item.text for item in own if item.package in sys.stdlib_module_names}
    others = {line: None for line in lines if line not in standard}
    others |= {
        item.text: None for item in sorted(own, key=lambda item: item.text) if item.text not in standard
    }
    plain = [line for line in others if line.startswith("import ")]
    named = [line for line in others if not line.startswith("import ")]
    return [*sorted(standard), *([""] if standard and others else []), *plain, *named]


def _needs(own: list[Import]) -> str:
    """``torch alone``, or what a person's own code needs besides."""
    known = {"torch", *sys.stdlib_module_names}
    more = sorted({item.package for item in own} - known)
    return "torch alone" if not more else f"{', '.join(['torch', *more[:-1]])} and {more[-1]}"


def _support(structures: Structures) -> list[str]:
    """The texts of the support files that live layers use, each once."""
    steps = [step for structure in structures.all.values() for step in structure.steps]
    names = dict.fromkeys(name for step in steps if step.layer for name in step.layer.brings(step.sources))
    if any(step.fans for step in steps):
        names["repeated"] = None
    if any(step.over for step in steps):
        names["over_time"] = None
    return [support.text(name) for name in names]
