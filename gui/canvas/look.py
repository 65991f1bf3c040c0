"""What a node shows, as plain values: equal looks need no repaint."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from graph.catalogue import CATALOGUE
from graph.checks import RESERVED
from graph.coded import UNTRUSTED
from graph.geometry import Flow, Form, flow_of, form_of
from graph.model import BLOCK, INPUT, OUTPUT, Graph, Node, Project
from graph.overtime import OVER, carried, runs_over_time
from graph.palette import BLOCKS, OWN_CODE
from graph.ports import in_ports, out_ports
from graph.problems import Problem
from graph.shapes import NodeShapes
from graph.values import Expr
from gui.canvas.words import tr

SEVERITIES = ("error", "warning", "hint")
_UNITS = {
    "out_channels": "{} ch",
    "out_features": "{}",
    "hidden_size": "{}",
    "num_heads": "{} heads",
    "nhead": "{} heads",
    "num_layers": "{} layers",
    "num_encoder_layers": "{} layers",
    "num_groups": "{} groups",
    "shape": "{}",
    "output_size": "{}",
    "dims": "{}",
    "unflattened_size": "{}",
    "sizes": "{}",
    "num_embeddings": "{}",
    "embedding_dim": "→ {}",
    "chunks": "{} parts",
    "p": "p = {}",
    "padding_idx": "index {}",
}


@dataclass(frozen=True, slots=True)
class PortLook:
    """A port: its name, the kind of numbers that decides its colour, whether it takes many wires."""

    name: str
    kind: str
    variadic: bool = False
    wired: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """Everything that is drawn of a node, except whether it is selected or under the mouse."""

    title: str
    kind: str
    headline: str
    shape: str
    category: str
    inputs: tuple[PortLook, ...]
    outputs: tuple[PortLook, ...]
    mark: str = ""
    """The worst severity of its problems, or nothing."""
    trouble: str = ""
    """What its worst problem comes down to, where a shape would stand: ``expects 7, gets 16``."""
    unknown: bool = False
    stack: int = 0
    """0 for a layer; for a block's use how many times it stands in a row."""
    badge: str = ""
    """How a block's use runs, unless it is once: ``×3``, or over time."""
    note: bool = False
    shared: bool = False
    off: str = ""
    """``"bypass"`` or ``"mute"``."""
    form: Form = "full"
    flow: Flow = "right"
    pinned: bool = False
    frozen: bool = False
    rate: float = 1.0
    """How fast it learns beside the rest."""
    bar: tuple[float, str] | None = None
    """What the node costs: its share of the dearest node's, and the number as text."""
    locked: bool = False
    """Its code, or code inside of it, is not trusted yet."""

    @property
    def outline(self) -> tuple[int, int, Form, Flow]:
        """What decides how large the node is and where its ports are."""
        return len(self.inputs), len(self.outputs), self.form, self.flow


def node_look(
    project: Project, graph: Graph, node: Node, shapes: NodeShapes | None, problems: list[Problem],
    wired: frozenset[str] | set[str],
) -> Look:  # fmt: skip
    """``shapes`` is ``None`` while nothing is known yet; ``wired`` holds ``"in:name"`` and ``"out:name"``."""
    found = {problem.severity for problem in problems}
    mark = next((severity for severity in SEVERITIES if severity in found), "")
    values: dict[str, Any] = {**node.params, **(shapes.values if shapes else {})}
    kind, category, stack, badge = node.type, "", 0, ""
    if node.type == BLOCK:
        block = project.blocks.get(node.block or "")
        kind, category = block.name if block else node.type, BLOCKS
        repeat = values.get("repeat", 1)
        stack = repeat if isinstance(repeat, int) else 1
        if block is not None and block.code:
            category, stack = OWN_CODE, stack if stack > 1 else 0
        badge = f"×{stack}" if stack > 1 else ""
        if runs_over_time(node):
            badge = tr("over time") if node.params["over"] == OVER[0] else tr("backwards over time")
    elif node.type in CATALOGUE:
        category = CATALOGUE[node.type].category
    shape = _shape_text(node, shapes)
    if graph.id in project.blocks and node.type in (INPUT, OUTPUT):
        said = port_headline(graph, node)
    else:
        said = headline(project, node, values)
        if node.type == INPUT and said in shape:
            said = ""  # the shape below says it
    return Look(
        title=node.name,
        kind=kind,
        headline=said,
        shape=shape,
        category=category,
        inputs=tuple(
            _port(port.name, _arriving(shapes, port.name) or port.accepts, port.variadic,
                     f"in:{port.name}" in wired)
            for port in in_ports(project, node)
        ),
        outputs=tuple(
            _port(port.name, _leaving(shapes, port.name) or "any", False, f"out:{port.name}" in wired)
            for port in out_ports(project, node)
        ),
        mark=mark,
        trouble=_trouble(problems) if mark == "error" else "",
        unknown=shapes is not None and shapes.state == "unknown",
        stack=stack,
        badge=badge,
        note=bool(node.note),
        shared=node.shares is not None,
        locked=shapes is not None and shapes.waits == UNTRUSTED.reason,
        off=node.off,
        form=form_of(node),
        flow=flow_of(project, graph.id),
        pinned=node.pinned,
        frozen=node.frozen,
        rate=node.rate,
    )  # fmt: skip


@lru_cache(maxsize=4096)
def _port(name: str, kind: str, variadic: bool, wired: bool) -> PortLook:
    return PortLook(name, kind, variadic, wired)


def port_headline(graph: Graph, node: Node) -> str:
    """What a block's own Input or Output has to do with time: it is a state of some shape, or carries it on."""
    states = carried(graph)
    if node.name in states:
        return tr("carries {}").format(states[node.name])
    if node.name not in states.values():
        return ""
    shape = node.params.get("shape")
    return tr("state of {}").format(_plain(shape)) if isinstance(shape, tuple) else tr("state")


def headline(project: Project, node: Node, values: dict[str, Any]) -> str:
    """The one or two parameters worth a glance: ``32 ch · 3×3``."""
    parts = []
    if node.type == BLOCK:
        own = [(name, value) for name, value in node.params.items() if name not in RESERVED]
        parts = [_given(name, value) for name, value in own if value is not None][:2]
    elif node.type in CATALOGUE:
        layer = CATALOGUE[node.type]
        for name in layer.headline:
            param = layer.param(name)
            value = values.get(name, param.default)
            if value is None:
                continue
            if not param.required and name in ("num_layers", "dim") and value == param.default:
                continue
            if layer.category == "Activation" and value == param.default:
                continue
            parts.append(_part(name, value, layer.name, values))
    return " · ".join(part for part in parts if part)


def _given(name: str, value: Any) -> str:
    """What a block is used with. Numbers and names speak for themselves; a flag only with its own name."""
    if isinstance(value, bool):
        return name if value else ""
    return _plain(value)


def _part(name: str, value: Any, layer: str, values: dict[str, Any]) -> str:
    if name in ("kernel_size", "output_size") and isinstance(value, int) and layer[-2:] in ("2d", "3d"):
        value = (value,) * int(layer[-2])
    if name == "stride":
        return ""
    if name == "kernel_size" or (name == "output_size" and isinstance(value, tuple)):
        text = "×".join(_plain(item) for item in value) if isinstance(value, tuple) else _plain(value)
        stride = values.get("stride")
        usual = values.get("kernel_size") if "Pool" in layer else 1
        return text if stride in (None, usual) else f"{text} /{_plain(stride)}"
    if name == "shape" and layer == INPUT and isinstance(value, tuple):
        value = tuple("T" if item == -1 else item for item in value)
    return _UNITS.get(name, f"{name} = {{}}").format(_plain(value))


def _plain(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(_plain(item) for item in value)
    if isinstance(value, float):
        return f"{value:g}"
    return value.text if isinstance(value, Expr) else str(value)


def _shape_text(node: Node, shapes: NodeShapes | None) -> str:
    if shapes is None:
        return ""
    if node.type == OUTPUT:
        arriving = shapes.inputs.get("input", ())
        return arriving[0].text if arriving else ""
    if shapes.waits:
        return tr("not trusted yet") if shapes.waits == UNTRUSTED.reason else tr("asking …")
    return next(iter(shapes.outputs.values())).text if shapes.outputs else ""


def _trouble(problems: list[Problem]) -> str:
    worst = next(problem for problem in problems if problem.severity == "error")
    if not worst.expected:
        return ""
    if not worst.got or worst.got == "nothing":
        return tr("expects {}").format(worst.expected)
    return tr("expects {}, gets {}").format(worst.expected, worst.got)


def _arriving(shapes: NodeShapes | None, port: str) -> str:
    tensors = shapes.inputs.get(port, ()) if shapes else ()
    return tensors[0].kind if tensors else ""


def _leaving(shapes: NodeShapes | None, port: str) -> str:
    tensor = shapes.outputs.get(port) if shapes else None
    return tensor.kind if tensor else ""
