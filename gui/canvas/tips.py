"""What the tool tip says: the whole problem, or what a thing is and carries."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from graph.catalogue import CATALOGUE
from graph.model import BLOCK
from gui.canvas.hits import Hit
from gui.canvas.words import tr

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView


def text(view: CanvasView, found: Hit) -> str:
    """Rich text for what is under the mouse; empty over nothing."""
    if found.wire:
        return _wire(view, found.wire)
    if found.kind in ("input", "output"):
        return _port(view, found)
    return _node(view, found.node) if found.node in view.workspace.graph.nodes else ""


def _lines(*lines: str) -> str:
    return "<qt>" + "<br>".join(line for line in lines if line) + "</qt>"


def _problems(view: CanvasView, node_id: str) -> list[str]:
    return [escape(problem.text) for problem in view.workspace.problems_here().get(node_id, ())]


def _node(view: CanvasView, node_id: str) -> str:
    workspace = view.workspace
    node, shapes = workspace.graph.nodes[node_id], workspace.node_shapes(node_id)
    kind, summary = node.type, ""
    if node.type == BLOCK:
        block = workspace.project.blocks.get(node.block or "")
        kind, summary = (block.name, block.help.partition("\n")[0]) if block else (node.type, "")
    elif node.type in CATALOGUE:
        summary = CATALOGUE[node.type].summary
    size = ""
    if shapes is not None and shapes.parameters:
        size = tr("{} parameters").format(f"{shapes.parameters:,}")
    head = f"<b>{escape(node.name)}</b> · {escape(kind)}"
    return _lines(*_problems(view, node_id), head, escape(summary), size, escape(node.note))


def _port(view: CanvasView, found: Hit) -> str:
    node, shapes = view.workspace.graph.nodes[found.node], view.workspace.node_shapes(found.node)
    head = f"<b>{escape(node.name)}.{escape(found.port)}</b>"
    if found.kind == "output":
        tensor = shapes.outputs.get(found.port) if shapes else None
        return _lines(head, tensor.text if tensor else "")
    tensors = shapes.inputs.get(found.port, ()) if shapes else ()
    about = ""
    if node.type in CATALOGUE:
        about = next((port.help for port in CATALOGUE[node.type].inputs if port.name == found.port), "")
    return _lines(head, ", ".join(tensor.text for tensor in tensors), escape(about))


def _wire(view: CanvasView, edge_id: str) -> str:
    graph = view.workspace.graph
    edge = graph.edges[edge_id]
    source, target = graph.nodes[edge.source], graph.nodes[edge.target]
    head = f"{escape(source.name)} → {escape(target.name)}"
    item = view.canvas.wires[edge_id]
    if item.tone == "error":
        return _lines(*_problems(view, edge.target), head, escape(item.text))
    return _lines(head, escape(item.text))
