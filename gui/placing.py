"""Putting a new layer behind the selected one, wired when it fits."""

from __future__ import annotations

from graph.edits import AddNodes, Connect, Edit, EditError, Move
from graph.geometry import HEIGHT, WIDTH, Flow, flow_of, form_of, node_size
from graph.model import Edge, Graph, Node
from graph.operations import insert_on_edge, new_node
from graph.order import reachable
from graph.palette import Entry, fits
from graph.ports import in_ports, out_ports
from gui.blocks.shelf import bring
from gui.workspace import Workspace

GAP = 50.0
STEP: dict[Flow, tuple[float, float]] = {"right": (WIDTH + GAP, 0.0), "down": (0.0, HEIGHT + GAP)}
"""From a node to the next along a wire."""


def add_after_selection(workspace: Workspace, entry: Entry) -> str | None:
    """Add a layer or block in one undo step and select it; its id, or ``None`` when it was refused.

    Behind one selected node it is wired to that node's first output when it accepts what comes out; when
    that output feeds exactly one other node, the new one is put in between and the rest moves on.
    """
    graph = workspace.graph
    try:
        brought = bring(workspace.project, graph.id, entry)
    except EditError as error:
        workspace.message.emit("warning", str(error))
        return None
    project = brought.project
    selected = workspace.selected_nodes
    anchor = graph.nodes[selected[0]] if len(selected) == 1 else None
    x, y = _free_place(workspace, anchor)
    node = new_node(project, graph, entry.type, x, y, brought.block)
    edits: list[Edit] = [AddNodes(graph.id, [node])]
    if anchor is not None and _accepts(workspace, anchor, entry):
        port = out_ports(project, anchor)[0].name
        wires = graph.edges_from(anchor.id, port)
        inputs = in_ports(project, node)
        if len(wires) == 1 and len(inputs) == 1 and len(out_ports(project, node)) == 1:
            dx, dy = STEP[flow_of(project, graph.id)]
            node.x, node.y = anchor.x + dx, anchor.y + dy
            room = _make_room(graph, wires[0], node, (dx, dy))
            edits = [*insert_on_edge(project, graph, wires[0].id, node), *room]
        elif inputs:
            wire = Edge(graph.fresh_ids("e")[0], anchor.id, port, node.id, inputs[0].name)
            edits.append(Connect(graph.id, [wire]))
    if not workspace.perform(f"Add {entry.title}", [*brought.edits, *edits]):
        return None
    workspace.select([node.id])
    return node.id


def _accepts(workspace: Workspace, anchor: Node, entry: Entry) -> bool:
    outputs = out_ports(workspace.project, anchor)
    shapes = workspace.node_shapes(anchor.id)
    if not outputs or entry.type == "Input":
        return False
    tensor = shapes.outputs.get(outputs[0].name) if shapes else None
    return tensor is None or fits(workspace.inference, tensor, entry)


def _make_room(graph: Graph, wire: Edge, node: Node, step: tuple[float, float]) -> list[Edit]:
    """Move what lies behind a wire on, as far as the new node needs."""
    target, source = graph.nodes[wire.target], graph.nodes[wire.source]
    down = step[0] == 0

    def along(one: Node) -> float:
        return one.y if down else one.x

    missing = along(node) + sum(step) - along(target)
    if missing <= 0 or along(target) < along(source):
        return []
    dx, dy = (0.0, missing) if down else (missing, 0.0)
    behind = [graph.nodes[key] for key in reachable(graph, {wire.target})]
    places = {one.id: (one.x + dx, one.y + dy) for one in behind if along(one) >= along(target)}
    return [Move(graph.id, places)]


def _free_place(workspace: Workspace, anchor: Node | None) -> tuple[float, float]:
    """Behind the anchor (or everything), beside what stands there already."""
    graph, project = workspace.graph, workspace.project
    flow = flow_of(project, graph.id)
    nodes = list(graph.nodes.values())
    dx, dy = STEP[flow]
    if anchor is not None:
        x, y = anchor.x + dx, anchor.y + dy
    elif nodes and flow == "down":
        x, y = min(node.x for node in nodes), max(node.y for node in nodes) + dy
    elif nodes:
        x, y = max(node.x for node in nodes) + dx, min(node.y for node in nodes)
    else:
        return (0.0, 0.0)
    boxes = []
    for node in nodes:
        counts = len(in_ports(project, node)), len(out_ports(project, node))
        boxes.append((node.x, node.y, *node_size(*counts, form_of(node), flow)))

    def taken() -> bool:
        return any(
            left - WIDTH - 10 < x < left + width + 10 and top - HEIGHT < y < top + height + 10
            for left, top, width, height in boxes
        )

    while taken():
        x, y = (x + 20.0, y) if flow == "down" else (x, y + 20.0)
    return x, y
