"""Would this wire fit? Asked before it is drawn, so that a wrong one can be said at the mouse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graph.changes import ChangeSet
from graph.document import apply_edits
from graph.edits import Edit, EditError
from graph.model import Graph
from graph.order import reachable, reaching
from graph.palette import takes
from graph.ports import in_ports, out_ports
from graph.tensors import Tensor
from gui.canvas.words import tr
from gui.workspace import Workspace

LOOP = "loop"


def kind_words(kind: str) -> str:
    """A kind of numbers, in words."""
    return {
        "float": tr("decimal numbers"),
        "int": tr("whole numbers"),
        "bool": tr("true/false values"),
        "number": tr("numbers"),
    }.get(kind, tr("anything"))


@dataclass(frozen=True, slots=True)
class Verdict:
    """``reason`` says why not; empty when it fits."""

    reason: str = ""
    possible: bool = True
    """Whether the wire may be drawn at all; a wrong shape may, and turns red."""


class Trial:
    """Judges the ends that a loose wire could be dropped on. ``fixed`` is the end that stays.

    ``detached`` is the id of the wire that was picked up; it counts as gone.
    """

    def __init__(
        self, workspace: Workspace, node: str, port: str, backwards: bool, detached: str = ""
    ) -> None:
        self.workspace = workspace
        self.node = node
        self.port = port
        self.backwards = backwards
        self.detached = detached
        graph = self._without(workspace.graph)
        self._loops = reachable(graph, {node}) if backwards else reaching(graph, {node})

    def _without(self, graph: Graph) -> Graph:
        if not self.detached:
            return graph
        edges = {key: edge for key, edge in graph.edges.items() if key != self.detached}
        return Graph(graph.id, graph.name, graph.nodes, edges)

    def _tensor(self, node: str, port: str) -> Tensor | None:
        shapes = self.workspace.node_shapes(node)
        return shapes.outputs.get(port) if shapes else None

    def quick(self, node: str, port: str) -> Verdict:
        """Without inference: loops and kinds of numbers."""
        if node in self._loops:
            return Verdict(tr("would close a loop"), False)
        source = (node, port) if self.backwards else (self.node, self.port)
        target = (self.node, self.port) if self.backwards else (node, port)
        tensor = self._tensor(*source)
        ports = in_ports(self.workspace.project, self.workspace.graph.nodes[target[0]])
        wanted = next((item for item in ports if item.name == target[1]), None)
        if tensor is not None and wanted is not None and not takes(wanted, tensor.kind):
            text = tr("expects {} but receives {}")
            return Verdict(text.format(kind_words(wanted.accepts), kind_words(tensor.kind)))
        return Verdict()

    def ends(self) -> list[tuple[str, str]]:
        """All ports (node, port) the wire could be dropped on without a quick objection."""
        project, graph = self.workspace.project, self.workspace.graph
        found = []
        for node in graph.nodes.values():
            if node.id in self._loops:
                continue
            ports = out_ports(project, node) if self.backwards else in_ports(project, node)
            found += [(node.id, port.name) for port in ports if not self.quick(node.id, port.name).reason]
        return found

    def first_free(self, node: str) -> str:
        """The port of a node a wire dropped on its body goes to: free and fitting, else fitting, else any."""
        project, graph = self.workspace.project, self.workspace.graph
        if self.backwards:
            ports = out_ports(project, graph.nodes[node])
            return ports[0].name if ports else ""
        ports = in_ports(project, graph.nodes[node])
        taken = {edge.target_port for edge in graph.edges_into(node) if edge.id != self.detached}

        def rank(number: int) -> tuple[bool, bool, int]:
            port = ports[number]
            full = port.name in taken and not port.variadic
            return (bool(self.quick(node, port.name).reason), full, number)

        return ports[min(range(len(ports)), key=rank)].name if ports else ""

    def full(self, node: str, edits: Sequence[Edit]) -> Verdict:
        """With inference: the first problem that would be new, the one at the wire's own target first."""
        return foreseen(self.workspace, edits, self.node if self.backwards else node)


def foreseen(workspace: Workspace, edits: Sequence[Edit], target: str = "") -> Verdict:
    """The first problem that edits would bring, asked of inference without making them.

    That a node has no wire at an input yet is none: it is the next thing to be done. Of the ``target`` warnings about
    shapes count too.
    """
    if not workspace.ready:
        return Verdict()
    before = {problem.key for problem in workspace.shapes.problems}
    try:
        applied = apply_edits(workspace.project, edits)
    except EditError as error:
        return Verdict(str(error), False)
    try:
        after = workspace.inference.run(workspace.project, workspace.facts)
    finally:
        for edit in applied.inverse:
            edit.apply(workspace.project, ChangeSet())
    place = (workspace.graph_id, target)
    new = [
        problem
        for problem in after.problems
        if problem.key not in before
        and (
            (problem.severity == "error" and (target or problem.kind != "missing"))
            or (problem.kind == "shape" and (problem.graph, problem.node) == place)
        )
    ]
    new.sort(key=lambda problem: (problem.graph, problem.node) != place)
    return Verdict(new[0].text if new else "")
