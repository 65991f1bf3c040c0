"""Names for what grouping makes: the block, its ports."""

from __future__ import annotations

import re
from collections.abc import Iterable

from graph.catalogue import CATALOGUE
from graph.model import BLOCK, INPUT, Graph, Node, Project
from graph.names import unique_name

GENERIC = frozenset({"input", "inputs", "output", "other", "a", "b", "x", "y", "left", "right", "tensor"})
"""Port names that say nothing about what arrives there."""

_SHORT = (
    (r"(Lazy)?Conv(Transpose)?\dd", "Conv"),
    (r"\w*Norm(\dd)?", "Norm"),
    (r"(Adaptive|Fractional)?(Avg|Max|LP)Pool\dd", "Pool"),
    (r"(Alpha|FeatureAlpha)?Dropout(\dd)?", "Dropout"),
    (r"MultiheadAttention|ScaledDotProductAttention", "Attention"),
)


def block_name(project: Project, graph: Graph, nodes: Iterable[Node], title: str = "") -> str:
    """A class name for a group: its frame's title, else what it is made of, such as ``ConvNormRelu``."""
    taken = {other.name for other in project.graphs()}
    words = re.findall(r"[A-Za-z][A-Za-z0-9]*", title)
    if words:
        return unique_name("".join(word[0].upper() + word[1:] for word in words)[:40], taken)
    parts: list[str] = []
    for node in nodes:
        kind = project.blocks[node.block].name if node.block in project.blocks else node.type
        short = next((text for pattern, text in _SHORT if re.fullmatch(pattern, kind)), kind)
        if kind in CATALOGUE and CATALOGUE[kind].category == "Activation":
            short = kind.capitalize()  # ConvNormRelu, so that a use is called conv_norm_relu1
        if short not in parts and node.type != BLOCK:
            parts.append(short)
    if "Add" in parts and len(parts) > 1:
        return unique_name("Residual", taken)
    name = "".join(parts) if 0 < len(parts) <= 3 else "Block"
    # a class of torch may have the same name as a block of one layer, which would only confuse
    name = name if name not in CATALOGUE and len(name) <= 24 else "Block"
    return unique_name(name, taken)


def input_names(project: Project, graph: Graph, sources: list[tuple[str, str]],
                targets: list[list[tuple[Node, str]]], taken: set[str]) -> list[str]:  # fmt: skip
    """One name for each input port: ``x`` for the way in, else what it is wired to or where it comes from."""
    names = []
    for number, (source, port) in enumerate(sources):
        node = graph.nodes[source]
        telling = {name for _, name in targets[number]} - GENERIC
        merged = all(
            target.type in CATALOGUE and CATALOGUE[target.type].category in ("Combine", "Arithmetic")
            for target, _ in targets[number]
        )
        if len(sources) == 1:
            wanted = "x"
        elif len(telling) == 1 and len(targets[number]) == 1:
            wanted = next(iter(telling))
        elif node.type == INPUT:
            wanted = node.name
        elif number == 0:
            wanted = "x"
        elif merged:
            wanted = "skip"
        else:
            wanted = port if port not in GENERIC else node.name
        name = unique_name(wanted, taken)
        taken.add(name)
        names.append(name)
    return names


def output_names(graph: Graph, sources: list[tuple[str, str]], taken: set[str]) -> list[str]:
    """One name for each output port: ``y`` for the only one, else after what gives it."""
    names = []
    for source, port in sources:
        telling = port if port not in GENERIC else f"{graph.nodes[source].name}_out"
        name = unique_name("y" if len(sources) == 1 else telling, taken)
        taken.add(name)
        names.append(name)
    return names
