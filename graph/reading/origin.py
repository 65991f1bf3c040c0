"""Which drawing a draft came from: for every class and node of generated code the graph and node it shows."""

from __future__ import annotations

from dataclasses import dataclass, field

from graph.code.classes import Classes
from graph.code.plans import PlacePlan, Scope
from graph.code.structure import Structures, safe_name
from graph.model import BLOCK, INPUT, OUTPUT, Project
from graph.reading.alike import in_order
from graph.reading.sketch import Draft, Sketch
from graph.shapes import ProjectShapes


@dataclass(slots=True)
class Origin:
    """Where one sketch was drawn. ``nodes`` maps its nodes to those of the graph."""

    graph: str
    nodes: dict[str, str] = field(default_factory=dict)
    loose: list[str] = field(default_factory=list)
    """Nodes of the graph that no node of the sketch stands for: sums of sums are one sum in the text."""
    rows: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Uses in the sketch that are a chain of one row in the drawing: the chain's graph and the node in it."""
    user: tuple[str, str] | None = None
    """For a chain written in place: the sketch that uses it and the node there."""


def origins(project: Project, shapes: ProjectShapes, network: str, draft: Draft) -> dict[str, Origin]:
    """For the sketches of the network's own code where they come from. What cannot be told is left out."""
    classes = Classes(Structures(project, network), shapes.networks[network])
    found: dict[str, Origin] = {}

    def follow(sketch: Sketch, scope: Scope, user: tuple[str, str] | None) -> None:
        structure = scope.structure
        origin = Origin(structure.graph.id, user=user)
        found[sketch.graph.id] = origin
        for kind in (INPUT, OUTPUT):
            mine, theirs = sketch.graph.ordered(kind), structure.graph.ordered(kind)
            if len(mine) == len(theirs):
                origin.nodes |= {one.id: other.id for one, other in zip(mine, theirs, strict=True)}
        if structure.reading is not None:
            return
        nodes = [node for node in sketch.graph.nodes.values() if node.type not in (INPUT, OUTPUT)]
        keys = [node.name if node.id in sketch.named else node.type for node in nodes]
        names = {safe_name(step.node.name) for step in structure.steps}
        others = [
            (structure.attributes.get(step.id) or step.node.name)
            if not structure.chain and (step.module or step.node.name in names & set(keys))
            else step.node.type
            for step in structure.steps
        ]
        for at, place in in_order(keys, others):
            node, step = nodes[at], structure.steps[place]
            inner = draft.sketches.get(node.block or "")
            if (node.type == BLOCK) != (step.block is not None):
                continue
            origin.nodes[node.id] = step.id
            plan = scope.plans[step.id]
            if isinstance(plan, PlacePlan) and inner is not None and not inner.in_place:
                steps = plan.scope.structure.steps
                if len(steps) == 1 and steps[0].block is not None:
                    origin.rows[node.id] = (plan.scope.structure.graph.id, steps[0].id)
            if inner is not None and inner.in_place and isinstance(plan, PlacePlan):
                follow(inner, plan.scope, (sketch.graph.id, node.id))

        origin.loose = [step.id for step in structure.steps if step.id not in origin.nodes.values()]

    for variant in classes.variants:
        sketch = draft.main if variant is classes.root.variant else draft.sketches.get(variant.name)
        if sketch is not None:
            follow(sketch, variant.scope, None)
    return found
