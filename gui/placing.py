"""Putting a new layer behind the selected one, wired when it fits."""

from __future__ import annotations

from graph.edits import AddNodes, Connect, Edit, EditError, Move
from graph.geometry import WIDTH, node_size
from graph.model import Edge, Graph, Node
from graph.operations import insert_on_edge, new_node
from graph.order import reachable
from graph.palette import Entry, fits
from graph.ports import in_ports, out_ports
from gui.blocks.shelf import bring
from gui.workspace import Workspace

GAP = 50.0
STEP = WIDTH + GAP


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
            node.x, node.y = anchor.x + STEP, anchor.y
            edits = [*insert_on_edge(project, graph, wires[0].id, node), *_make_room(graph, wires[0], node)]
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


def _make_room(graph: Graph, wire: Edge, node: Node) -> list[Edit]:
    """Move what lies behind a wire to the right, as far as the new node needs."""
    target = graph.nodes[wire.target]
    missing = node.x + STEP - target.x
    if missing <= 0 or target.x < graph.nodes[wire.source].x:
        return []
    behind = reachable(graph, {wire.target})
    places = {
        key: (graph.nodes[key].x + missing, graph.nodes[key].y)
        for key in behind
        if graph.nodes[key].x >= target.x
    }
    return [Move(graph.id, places)]


def _free_place(workspace: Workspace, anchor: Node | None) -> tuple[float, float]:
    """To the right of the anchor (or of everything), below what stands there already."""
    graph = workspace.graph
    nodes = list(graph.nodes.values())
    if anchor is not None:
        x, y = anchor.x + STEP, anchor.y
    elif nodes:
        x, y = max(node.x for node in nodes) + STEP, min(node.y for node in nodes)
    else:
        return (0.0, 0.0)

    def taken(y: float) -> bool:
        for node in nodes:
            width, height = node_size(
                len(in_ports(workspace.project, node)), len(out_ports(workspace.project, node))
            )
            if abs(node.x - x) < width and node.y - height < y < node.y + height + 10:
                return True
        return False

    while taken(y):
        y += 20.0
    return x, y
