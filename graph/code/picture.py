"""A graph as a picture, without a window: SVG text, or PNG drawn by Pillow (which torchvision brings).

Light colours, the places of the document, the same geometry as the canvas. A network's blocks are boxes;
the inside of a block is a picture of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from graph.catalogue import CATALOGUE
from graph.checks import RESERVED
from graph.code.structure import CodeError
from graph.geometry import (
    NAMES,
    Cubic,
    Flow,
    Point,
    fanned,
    flow_of,
    form_of,
    input_place,
    node_size,
    output_place,
    wire,
    wire_points,
)  # fmt: skip
from graph.model import BLOCK, INPUT, REROUTE, Edge, Graph, Node, Project
from graph.overtime import OVER, runs_over_time
from graph.ports import in_ports, out_ports
from graph.shapes import GraphShapes, ProjectShapes

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont, ImageFont

MARGIN = 32.0
BAND = 8.0
TEXT = 18.0
RADIUS = 8.0
MAX_SIDE, MAX_AREA = 8_000, 16_000_000
"""Of a PNG, in pixels; bigger graphs are drawn at a smaller scale."""
FINER = 2
"""Pillow's lines are jagged: a PNG is drawn finer than it is written."""
WIDE_FONTS = ("NotoSansCJK-Regular.ttc", "malgun.ttf", "AppleSDGothicNeo.ttc", "DejaVuSans.ttf", "arial.ttf")
"""Tried for letters that Pillow's own font does not have."""

CANVAS, NODE, BORDER, INK, MUTED, WIRE, FRAME = (
    "#f6f7fa", "#ffffff", "#aab3c1", "#1b2230", "#566072", "#5f6a7b", "#e6ebf3",
)  # fmt: skip
CATEGORY_COLORS = {
    "Inputs and outputs": "#5d6877",
    "Linear": "#0068a4",
    "Convolution": "#bb4f00",
    "Pooling": "#007556",
    "Activation": "#946200",
    "Normalisation": "#a53d79",
    "Dropout": "#75665a",
    "Recurrent": "#007796",
    "Embedding": "#36686f",
    "Attention": "#746700",
    "Shape": "#51639a",
    "Combine": "#5747b0",
    "Arithmetic": "#7c479f",
    "Reduce": "#8f4838",
    "Padding and resizing": "#4b7222",
    "Blocks": "#8d2f5b",
}
"""As on the canvas in its light theme."""
FONTS = "system-ui, 'Segoe UI', 'Noto Sans', 'Noto Sans KR', Helvetica, Arial, sans-serif"


@dataclass(frozen=True, slots=True)
class Box:
    """A rounded rectangle."""

    x: float
    y: float
    width: float
    height: float
    fill: str
    stroke: str = ""
    radius: float = 0.0


@dataclass(frozen=True, slots=True)
class Curve:
    """A wire."""

    start: Point
    end: Point
    flow: Flow = "right"

    @property
    def parts(self) -> list[Cubic]:
        return wire(self.start, self.end, self.flow)


@dataclass(frozen=True, slots=True)
class Dot:
    """A port."""

    x: float
    y: float
    color: str
    radius: float = 4.0


@dataclass(frozen=True, slots=True)
class Label:
    """A line of text; ``x``, ``y`` is its baseline's left end."""

    x: float
    y: float
    text: str
    size: float
    color: str
    bold: bool = False
    width: float = 1e9
    """More than this is cut and ends in …"""


Shape = Box | Curve | Dot | Label


def svg(project: Project, shapes: ProjectShapes, graph_id: str) -> str:
    """The picture as SVG text. Every name is escaped: the file holds no links and no scripts."""
    left, top, width, height = _bounds(project, _graph(project, graph_id))
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{_n(left)} {_n(top)} {_n(width)} {_n(height)}" '
        f'width="{_n(width)}" height="{_n(height)}" font-family={quoteattr(FONTS)}>',
        f"<title>{_clean(_graph(project, graph_id).name)}</title>",
        f'<rect x="{_n(left)}" y="{_n(top)}" width="{_n(width)}" height="{_n(height)}" fill="{CANVAS}"/>',
        *(_svg_shape(shape) for shape in _draw(project, shapes, graph_id)),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def write_picture(
    project: Project, shapes: ProjectShapes, graph_id: str, path: Path, kind: str | None = None
) -> None:
    """Write a network or block as ``"svg"`` or ``"png"`` (else the path's ending decides)."""
    kind = kind or path.suffix.lower().removeprefix(".")
    if kind not in ("svg", "png"):
        raise CodeError(f"A picture can be written as .svg or .png, not as {path.name}.")
    if kind == "svg":
        path.write_text(svg(project, shapes, graph_id), encoding="utf-8")
    else:
        _write_png(project, shapes, graph_id, path)


def _graph(project: Project, graph_id: str) -> Graph:
    if not project.has_graph(graph_id):
        raise CodeError(f"There is no network or block “{graph_id}” in this project.")
    return project.graph(graph_id)


def _known(project: Project, shapes: ProjectShapes, graph_id: str) -> GraphShapes | None:
    """Shapes of a network, or of a block where it is used first."""
    if graph_id in shapes.networks:
        return shapes.networks[graph_id]
    todo = list(shapes.networks.values())
    while todo:
        here = todo.pop(0)
        if here.graph == graph_id:
            return here
        todo += [inner for node in here.nodes.values() for inner in node.inner[:1]]
    return None


def _counts(project: Project, node: Node) -> tuple[int, int]:
    return len(in_ports(project, node)), len(out_ports(project, node))


def _bounds(project: Project, graph: Graph) -> tuple[float, float, float, float]:
    flow = flow_of(project, graph.id)
    boxes = [
        (node.x, node.y, *node_size(*_counts(project, node), form_of(node), flow))
        for node in graph.nodes.values()
    ]
    boxes += [(frame.x, frame.y, frame.width, frame.height) for frame in graph.frames.values()]
    for edge in graph.edges.values():
        points = wire_points(*_ends(project, graph, edge), steps=6, flow=flow)
        boxes += [(x, y, 0.0, 0.0) for x, y in points]
    if not boxes:
        boxes = [(0.0, 0.0, 200.0, 100.0)]
    left, top = min(box[0] for box in boxes) - MARGIN, min(box[1] for box in boxes) - MARGIN
    right = max(box[0] + box[2] for box in boxes) + MARGIN
    return left, top, right - left, max(box[1] + box[3] for box in boxes) + MARGIN - top


def _ends(project: Project, graph: Graph, edge: Edge) -> tuple[Point, Point]:
    source, target = graph.nodes[edge.source], graph.nodes[edge.target]
    flow = flow_of(project, graph.id)
    outs = [port.name for port in out_ports(project, source)]
    ins = in_ports(project, target)
    at = next((number for number, port in enumerate(ins) if port.name == edge.target_port), 0)
    end = input_place(at, *_counts(project, target), form_of(target), flow)
    if ins and ins[at].variadic:
        fellows = graph.edges_into(target.id, edge.target_port)
        end = fanned(end, [fellow.id for fellow in fellows].index(edge.id), len(fellows), flow)
    out = outs.index(edge.source_port) if edge.source_port in outs else 0
    start = output_place(out, *_counts(project, source), form_of(source), flow)
    return (source.x + start[0], source.y + start[1]), (target.x + end[0], target.y + end[1])


def _draw(project: Project, shapes: ProjectShapes, graph_id: str) -> Iterator[Shape]:
    """Everything there is to see, from back to front."""
    graph = _graph(project, graph_id)
    known = _known(project, shapes, graph_id)
    for frame in graph.frames.values():
        yield Box(frame.x, frame.y, frame.width, frame.height, FRAME, BORDER, RADIUS)
        yield Label(frame.x + 12, frame.y + 20, frame.title, 13, MUTED, True, frame.width - 24)
    for edge in graph.edges.values():
        yield Curve(*_ends(project, graph, edge), flow_of(project, graph_id))
    for node in graph.nodes.values():
        yield from _draw_node(project, node, known, flow_of(project, graph_id))


def _draw_node(project: Project, node: Node, known: GraphShapes | None, flow: Flow) -> Iterator[Shape]:
    counts = _counts(project, node)
    width, height = node_size(*counts, form_of(node), flow)
    x, y = node.x, node.y
    if node.type == REROUTE:
        yield Dot(x + width / 2, y + height / 2, WIRE)
        return
    color = CATEGORY_COLORS.get(_category(node), MUTED)
    repeat = node.params.get("repeat", 1) if node.type == BLOCK else 1
    if node.type == BLOCK:
        for offset in (6.0, 3.0):
            yield Box(x + offset, y - offset, width, height, NODE, BORDER, RADIUS)
    yield Box(x, y, width, height, NODE, BORDER, RADIUS)
    yield Box(x + 4, y + 6, BAND - 3, height - 12, color, "", 2.5)
    if node.collapsed:
        yield Label(x + 10, y + 58, node.name, 10, INK, True, width - 12)
        return
    yield from _draw_ports(project, node, flow)
    if flow == "down" and counts[0] > 1:
        y += NAMES  # the names of the ports stand above
    room = width - TEXT - 10
    yield Label(x + TEXT, y + 20, node.name, 13, INK, True, room)
    kind = node.type
    if node.type == BLOCK:
        kind = project.blocks[node.block].name if node.block in project.blocks else "Block"
    # an Input of a block takes what its use is given; the shape set on it counts for networks only
    own_port = node.type == INPUT and known is not None and known.graph in project.blocks
    facts = "" if own_port else _facts(node, known)
    yield Label(x + TEXT, y + 37, f"{kind} · {facts}" if facts else kind, 11, MUTED, False, room)
    here = known.nodes.get(node.id) if known else None
    tensors = [*here.outputs.values(), *here.inputs.get("input", ())] if here else []
    if tensors:
        yield Label(x + TEXT, y + 54, tensors[0].text, 11, color, False, room)
    if runs_over_time(node):
        text = "over time" if node.params["over"] == OVER[0] else "backwards over time"
        yield Label(x + width - 12 - 6.5 * len(text), node.y - 12, text, 12, INK, True)
    elif repeat != 1:
        yield Label(x + width - 12, node.y - 12, f"×{repeat}", 12, INK, True)


def _draw_ports(project: Project, node: Node, flow: Flow) -> Iterator[Shape]:
    """The ports with their names; where wires lead to the right, the first needs none."""
    counts = _counts(project, node)
    width, _ = node_size(*counts, "full", flow)
    sides = ((in_ports(project, node), input_place, True), (out_ports(project, node), output_place, False))
    for ports, place, entering in sides:
        for number, port in enumerate(ports):
            dx, dy = place(number, *counts, "full", flow)
            x, y = node.x + dx, node.y + dy
            yield Dot(x, y, WIRE)
            if flow == "down":
                if len(ports) > 1:
                    room = width / len(ports) - 6
                    wide = min(len(port.name) * 5.5, room)
                    yield Label(x - wide / 2, y + (15 if entering else -8), port.name, 10, MUTED, False, room)
            elif number:
                wide = min(len(port.name) * 5.5, width / 2 - 14)
                left, room = (x + 14, width / 2 - 14) if entering else (x - 10 - wide, wide + 8)
                yield Label(left, y + 4, port.name, 10, MUTED, False, room)


def _category(node: Node) -> str:
    if node.type == BLOCK:
        return "Blocks"
    return CATALOGUE[node.type].category if node.type in CATALOGUE else ""


def _facts(node: Node, known: GraphShapes | None) -> str:
    """The one or two parameters worth a glance."""
    if node.type == BLOCK:
        found = [(name, value) for name, value in node.params.items() if name not in RESERVED][:2]
        return ", ".join(f"{name}={value}" for name, value in found)
    if node.type not in CATALOGUE:
        return ""
    layer = CATALOGUE[node.type]
    here = known.nodes.get(node.id) if known else None
    values = {**layer.settled(node.params), **(here.values if here else {})}
    shown = []
    for name in layer.headline:
        if values.get(name) is not None:
            plain = layer.param(name).required or name == "shape"
            shown.append(_fact(values[name]) if plain else f"{name}={_fact(values[name])}")
    return ", ".join(shown)


def _fact(value: object) -> str:
    if isinstance(value, tuple):
        return "×".join("T" if item == -1 else str(item) for item in value)
    return str(value)


# SVG


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _clean(text: str) -> str:
    """Text that XML can hold."""
    return escape("".join(letter if letter.isprintable() else " " for letter in text))


def _cut(text: str, size: float, width: float) -> str:
    """Shortened to about a width; a letter is taken for 0.56 of the font's size."""
    room = max(1, int(width / (0.56 * size)))
    return text if len(text) <= room else text[: room - 1] + "…"


def _svg_shape(shape: Shape) -> str:
    if isinstance(shape, Box):
        stroke = f' stroke="{shape.stroke}"' if shape.stroke else ""
        return (
            f'<rect x="{_n(shape.x)}" y="{_n(shape.y)}" width="{_n(shape.width)}" height="{_n(shape.height)}" '
            f'rx="{_n(shape.radius)}" fill="{shape.fill}"{stroke}/>'
        )
    if isinstance(shape, Curve):
        parts = " ".join("C" + " ".join(f"{_n(x)},{_n(y)}" for x, y in cubic) for cubic in shape.parts)
        start = f"M{_n(shape.start[0])},{_n(shape.start[1])}"
        return f'<path d="{start} {parts}" fill="none" stroke="{WIRE}" stroke-width="2"/>'
    if isinstance(shape, Dot):
        return f'<circle cx="{_n(shape.x)}" cy="{_n(shape.y)}" r="{_n(shape.radius)}" fill="{shape.color}"/>'
    weight = ' font-weight="600"' if shape.bold else ""
    text = _clean(_cut(shape.text, shape.size, shape.width))
    return (
        f'<text x="{_n(shape.x)}" y="{_n(shape.y)}" font-size="{_n(shape.size)}"{weight} '
        f'fill="{shape.color}">{text}</text>'
    )


# PNG


def _write_png(project: Project, shapes: ProjectShapes, graph_id: str, path: Path) -> None:
    try:
        from PIL import Image, ImageDraw
    except ModuleNotFoundError as error:
        raise CodeError(
            "Writing PNG needs Pillow, which is not installed here. SVG needs nothing."
        ) from error
    left, top, width, height = _bounds(project, _graph(project, graph_id))
    scale = min(2.0, MAX_SIDE / max(width, height), (MAX_AREA / (width * height)) ** 0.5) * FINER
    size = (max(FINER, round(width * scale)), max(FINER, round(height * scale)))
    image = Image.new("RGB", size, CANVAS)
    pen = ImageDraw.Draw(image)

    def at(x: float, y: float) -> tuple[float, float]:
        return (x - left) * scale, (y - top) * scale

    for shape in _draw(project, shapes, graph_id):
        if isinstance(shape, Box):
            corners = (*at(shape.x, shape.y), *at(shape.x + shape.width, shape.y + shape.height))
            pen.rounded_rectangle(
                corners, shape.radius * scale, shape.fill, shape.stroke or None, max(1, round(scale))
            )
        elif isinstance(shape, Curve):
            points = [at(*point) for point in wire_points(shape.start, shape.end, flow=shape.flow)]
            pen.line(points, WIRE, max(1, round(2 * scale)), "curve")
        elif isinstance(shape, Dot):
            (x, y), radius = at(shape.x, shape.y), shape.radius * scale
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), shape.color)
        else:
            text = shape.text.replace("×", "x")
            font = _font(text, round(shape.size * scale))
            while len(text) > 1 and pen.textlength(text, font=font) > shape.width * scale:
                text = text[:-2] + "…"
            weight = 0.35 * scale if shape.bold else 0
            pen.text(at(shape.x, shape.y), text, shape.color, font, anchor="ls", stroke_width=weight)
    image.reduce(FINER).save(path, "PNG")


@lru_cache(maxsize=64)
def _font_of(name: str, size: int) -> FreeTypeFont | ImageFont | None:
    from PIL import ImageFont

    try:
        return ImageFont.truetype(name, size) if name else ImageFont.load_default(size)
    except OSError:
        return None


def _font(text: str, size: int) -> FreeTypeFont | ImageFont | None:
    """Pillow's own font, or for other scripts one of the system's if there is one."""
    names = ("",) if all(letter < "\u0180" or letter in "…" for letter in text) else (*WIDE_FONTS, "")
    return next((font for name in names if (font := _font_of(name, size)) is not None), None)
