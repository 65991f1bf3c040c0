"""A network as a Python module."""

from __future__ import annotations

import ast

from graph import support
from graph.catalogue import CATALOGUE
from graph.code.classes import Classes
from graph.code.emit import Emitter, places
from graph.code.modules import module_paths
from graph.code.source import Entry, Source
from graph.code.structure import CodeError, Structures
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
    imports = [line for word, line in _IMPORTS if word in used]
    head = [f'"""{name}, drawn with TorchLoom. Needs torch alone."""', "", *imports, "", ""]
    above = sum(part.count("\n") + 3 for part in parts)
    lines, owners = places(classes, written, len(head) + above)
    entries = []
    for node in structures.network.inputs:
        values = CATALOGUE[INPUT].validated(node.params)
        entries.append(Entry(node.name, values["shape"], values["dtype"]))
    return Source(
        "\n".join(head) + "\n" + body,
        name,
        network_id,
        tuple(entries),
        lines,
        module_paths(classes.root),
        tuple(owners),
    )


def _support(structures: Structures) -> list[str]:
    """The texts of the support files that live layers use, each once."""
    steps = [step for structure in structures.all.values() for step in structure.steps]
    names = dict.fromkeys(name for step in steps if step.layer for name in step.layer.brings(step.sources))
    if any(step.fans for step in steps):
        names["repeated"] = None
    return [support.text(name) for name in names]
