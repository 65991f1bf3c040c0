"""What the padlocks and rates of the drawing mean for the modules of the generated code. No torch here."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from graph.model import BLOCK, Graph, Node, Project
from runtime.choice import ChoiceError
from runtime.practices import practices_of

if TYPE_CHECKING:
    from graph.code import Source


class Plan(NamedTuple):
    """The arguments of :class:`runtime.training.freezing.Freezing`, after the network."""

    frozen: tuple[str, ...]
    rates: dict[str, float]
    epochs: int
    every: int = 0


def is_even(project: Project) -> bool:
    """Whether all layers of the project learn alike."""
    return not any(
        node.frozen or node.rate != 1 for graph in project.graphs() for node in graph.nodes.values()
    )


def freezing_plan(project: Project, source: Source) -> Plan | None:
    """Which sub-modules of a network are frozen and at which rates they learn; ``None`` when all learn alike.

    A padlock on a block's use holds everything inside, and rates multiply inwards. What is frozen learns, once it is
    let go, at the rate of its own times the project's ``unfreeze_rate``. A block that is let go in stages lets go of
    what it consists of, the last part first. Nodes that share weights do as their owner.
    """
    if is_even(project):
        return None
    asked = practices_of(project.training)
    frozen: list[str] = []
    rates: dict[str, float] = {}
    for place, path in source.modules.items():
        nodes = _nodes(project, source.network, place)
        if any(node.shares for node in nodes):
            continue
        still = any(node.frozen for node in nodes)
        factor = 1.0
        for node in nodes:
            factor *= node.rate
        if still:
            frozen.append(path)
            factor *= asked.unfreeze_rate if asked.unfreeze_after else 1.0
        rates[path] = float(f"{factor:.9g}")  # 0.1 × 0.12 is 0.012
    rates = _told(rates)
    if not frozen and not rates:
        return None
    if rates and project.training.schedule == "one_cycle":
        raise ChoiceError(
            "One cycle plans the learning rate of all layers, so it does not go with rates of their own. Choose "
            "another schedule, such as cosine."
        )
    outermost = _outermost(frozen)
    if asked.unfreeze_after and asked.unfreeze_every:
        paths = set(source.modules.values())
        outermost = {inner for outer in outermost for inner in _directly_within(outer, paths) or {outer}}
        return Plan(tuple(sorted(outermost)), rates, asked.unfreeze_after, asked.unfreeze_every)
    return Plan(tuple(sorted(outermost)), rates, asked.unfreeze_after)


def _nodes(project: Project, network: str, place: tuple[str, ...]) -> list[Node]:
    """The nodes on the way to a place, from the network inwards."""
    graph: Graph = project.graph(network)
    found = []
    for step in place:
        node = graph.nodes[step.partition("[")[0]]
        found.append(node)
        if node.type == BLOCK and node.block:
            graph = project.blocks[node.block]
    return found


def title_of(project: Project, source: Source, path: str) -> str:
    """A sub-module by the names of its nodes: "backbone / layer4"."""
    place = next(place for place, found in source.modules.items() if found == path)
    return " / ".join(node.name for node in _nodes(project, source.network, place))


def _outermost(paths: list[str]) -> set[str]:
    """Without those that lie inside of another."""
    return {path for path in paths if not any(path.startswith(f"{outer}.") for outer in paths)}


def _directly_within(outer: str, paths: set[str]) -> set[str]:
    """What a block consists of; nothing for a layer."""
    depth = outer.count(".") + 1
    return {path for path in paths if path.startswith(f"{outer}.") and path.count(".") == depth}


def _told(rates: dict[str, float]) -> dict[str, float]:
    """Without those that only repeat what the module around them says."""
    found: dict[str, float] = {}
    for path in sorted(rates, key=lambda path: (path.count("."), path)):
        around = [outer for outer in found if path.startswith(f"{outer}.")]
        if rates[path] != (found[max(around, key=len)] if around else 1.0):
            found[path] = rates[path]
    return found
