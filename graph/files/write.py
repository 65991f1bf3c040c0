"""From the document to plain JSON data. What is at its default is left out."""

from __future__ import annotations

import dataclasses
from typing import Any

from graph.model import DataChoice, Edge, Exposed, Frame, Graph, Node, Project, Step
from graph.values import Expr, Value

FORMAT = 3


def project_data(project: Project) -> dict[str, Any]:
    """A whole project as JSON data of the current format."""
    data = {
        "format": FORMAT,
        "kind": "project",
        "title": project.title,
        "notes": project.notes,
        "networks": [graph_data(graph) for graph in project.networks.values()],
        "blocks": [graph_data(graph) for graph in project.blocks.values()],
        "data": _data_choice(project.data),
        "training": {
            item.name: _setting(getattr(project.training, item.name))
            for item in dataclasses.fields(project.training)
            if item.name != "code" or project.training.code
        },
        "view": table_data(project.view),
    }
    if project.weights:
        data["weights"] = project.weights
    return data


def graph_data(graph: Graph) -> dict[str, Any]:
    """One network or block. Places stand apart from nodes, so that moving does not hide what changed."""
    data = {
        "id": graph.id,
        "name": graph.name,
        "help": graph.help,
        "parameters": [_exposed_data(item) for item in graph.parameters],
        "nodes": {node.id: _node_data(node) for node in graph.nodes.values()},
        "edges": {edge.id: edge_data(edge) for edge in graph.edges.values()},
        "frames": {frame.id: _frame_data(frame) for frame in graph.frames.values()},
        "layout": {node.id: [node.x, node.y] for node in graph.nodes.values()},
    }
    if graph.code:
        data["code"] = graph.code.split("\n")
    return data


def value_data(value: Value) -> Any:
    """A value as JSON: a tuple as a list, an expression as ``{"expr": "planes * 4"}``."""
    if isinstance(value, Expr):
        return {"expr": value.text}
    if isinstance(value, tuple):
        return [value_data(item) for item in value]
    return value


def table_data(table: dict[str, Value]) -> dict[str, Any]:
    return {key: value_data(value) for key, value in table.items()}


def _data_choice(choice: DataChoice) -> dict[str, Any]:
    data: dict[str, Any] = {"source": choice.source, "options": table_data(choice.options)}
    if choice.steps:
        data["steps"] = [_step_data(step) for step in choice.steps]
    return data


def _step_data(step: Step) -> dict[str, Any]:
    data: dict[str, Any] = {"kind": step.kind, "where": step.where}
    if step.options:
        data["options"] = table_data(step.options)
    if step.off:
        data["off"] = True
    return data


def _setting(value: Any) -> Any:
    return table_data(value) if isinstance(value, dict) else value_data(value)


def _node_data(node: Node) -> dict[str, Any]:
    data: dict[str, Any] = {"type": node.type, "name": node.name}
    if node.params:
        data["params"] = table_data(node.params)
    for key, value in (("block", node.block), ("shares", node.shares), ("note", node.note or None),
                       ("off", node.off or None), ("collapsed", node.collapsed or None),
                       ("pinned", node.pinned or None), ("frozen", node.frozen or None),
                       ("rate", node.rate if node.rate != 1 else None), ("start", node.start or None)):  # fmt: skip
        if value is not None:
            data[key] = value
    return data


def edge_data(edge: Edge) -> dict[str, Any]:
    data: dict[str, Any] = {
        "from": [edge.source, edge.source_port],
        "to": [edge.target, edge.target_port],
    }
    if edge.order:
        data["order"] = edge.order
    return data


def _frame_data(frame: Frame) -> dict[str, Any]:
    return {
        "title": frame.title,
        "color": frame.color,
        "place": [frame.x, frame.y, frame.width, frame.height],
    }


def _exposed_data(item: Exposed) -> dict[str, Any]:
    return {"name": item.name, "default": value_data(item.default), "help": item.help}
