"""``main.py check``: problems with their fixes, and what flows through every node."""

from __future__ import annotations

from collections.abc import Iterator

from graph.fixes import Fix, fixes_for
from graph.model import Graph, Node, Project
from graph.problems import Place, Problem
from graph.shapes import GraphShapes, NodeShapes
from runtime.commands.output import Output
from runtime.commands.projects import TRUST_HINT, Given
from runtime.data import DataError
from runtime.facts import facts_for


def check(project: Project, out: Output, given: Given | None = None) -> int:
    """Print everything known of the project; 1 when something keeps it from being built, else 0."""
    inference = (given or Given()).inference()
    try:
        facts, data_problem = facts_for(project), None
    except DataError as error:
        facts, data_problem = None, str(error)
    shapes = inference.run(project, facts)
    for network_id, found in shapes.networks.items():
        _network(project, project.networks[network_id], found, out)
    for problem in shapes.problems:
        _problem(project, problem, fixes_for(inference, project, problem, facts), out)
    if data_problem is not None:
        out.item({"event": "problem", "severity": "error", "text": data_problem, "node": None, "fixes": []})
        out.text()
        out.text(f"error: {data_problem}")
    waiting = [problem for problem in shapes.problems if problem.kind == "trust"]
    errors = len(shapes.errors) + (data_problem is not None) + len(waiting)
    out.item(
        {
            "event": "summary",
            "ok": errors == 0,
            "problems": errors,
            "warnings": sum(problem.severity == "warning" for problem in shapes.problems),
            "parameters": sum(found.parameters for found in shapes.networks.values()),
            "macs": sum(found.macs for found in shapes.networks.values()),
        }
    )
    out.text()
    if waiting:
        out.note(TRUST_HINT)
    out.text("No problems." if errors == 0 else f"{errors} {'problem' if errors == 1 else 'problems'}.")
    return 1 if errors else 0


def _inside(
    project: Project, graph: Graph, found: GraphShapes, place: Place
) -> Iterator[tuple[Place, Node, NodeShapes]]:
    for node_id, shapes in found.nodes.items():
        node = graph.nodes[node_id]
        yield place, node, shapes
        if node.block is not None and node.block in project.blocks:
            several = len(shapes.inner) > 1
            for number, inner in enumerate(shapes.inner):
                step = f"{node_id}[{number}]" if several else node_id
                yield from _inside(project, project.blocks[node.block], inner, (*place, step))


def _network(project: Project, network: Graph, found: GraphShapes, out: Output) -> None:
    rows = []
    for place, node, shapes in _inside(project, network, found, (network.id,)):
        outputs = {port: tensor.text for port, tensor in shapes.outputs.items()}
        kind = project.blocks[node.block].name if node.block in project.blocks else node.type
        out.item(
            {
                "event": "node",
                "network": network.name,
                "place": place,
                "id": node.id,
                "name": node.name,
                "type": kind,
                "state": shapes.state,
                "inputs": {port: [tensor.text for tensor in got] for port, got in shapes.inputs.items()},
                "outputs": outputs,
                "parameters": shapes.parameters,
                "macs": shapes.macs,
                "activations": shapes.activations,
            }
        )
        flows = ", ".join(outputs.values()) if shapes.state == "ok" else shapes.state
        rows.append(
            ("  " * (len(place) - 1) + node.name, kind, flows, f"{shapes.parameters:,}", f"{shapes.macs:,}")
        )
    out.item(
        {
            "event": "network",
            "name": network.name,
            "parameters": found.parameters,
            "macs": found.macs,
            "activations": found.activations,
            "outputs": {port: tensor.text for port, tensor in found.outputs.items()},
        }
    )
    out.text(f"{network.name}: {found.parameters:,} parameters, {found.macs:,} MACs for one sample")
    out.text()
    out.table(("node", "type", "output", "parameters", "MACs"), rows)


def _problem(project: Project, problem: Problem, fixes: list[Fix], out: Output) -> None:
    nodes = project.graph(problem.graph).nodes if project.has_graph(problem.graph) else {}

    def name(node_id: str | None) -> str | None:
        return nodes[node_id].name if node_id in nodes else None

    out.item(
        {
            "event": "problem",
            "severity": problem.severity,
            "text": problem.text,
            "graph": project.graph(problem.graph).name if project.has_graph(problem.graph) else "",
            "place": problem.place,
            "id": problem.node,
            "node": name(problem.node),
            "port": problem.port,
            "parameter": problem.param,
            "expected": problem.expected,
            "got": problem.got,
            "source": name(problem.source),
            "fixes": [{"label": fix.label, "repairs": fix.repairs} for fix in fixes],
        }
    )
    out.text()
    out.text(f"{problem.severity}: {problem.text}")
    for fix in fixes:
        out.text(f"    {fix.label}  (repairs the {fix.repairs})")
