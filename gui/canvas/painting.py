"""How a node looks. Two levels: everything, or (``scale`` below ``DETAIL``) body and title only."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen

from graph.model import OUTPUT
from gui.canvas.geometry import HEIGHT, NAMES, PORT_RADIUS, ROW, port_y
from gui.canvas.lettering import glyph, text_width, write
from gui.canvas.look import PortLook
from gui.colors import mixed
from gui.icons import CATEGORY_ICONS
from gui.theme import theme

if TYPE_CHECKING:
    from gui.canvas.node_item import NodeItem

OVERVIEW = 0.4
DETAIL = 0.7
RADIUS = 9.0
TILE = 31.0
TEXT = TILE + 8.0


def mark_radius(scale: float) -> float:
    """Radius of a problem's mark in scene units: 8 pixels on the screen, within the item's margin."""
    return min(8.0 / scale if scale < 1 else 8.0, 17.0)


def paint_node(painter: QPainter, item: NodeItem, scale: float) -> None:
    """Draw a node at the painter's origin."""
    colors, look = theme(), item.look
    box = QRectF(0, 0, item.width, item.height)
    category = colors.category(look.category)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if look.form == "dot":
        _dot(painter, item, box)
        return
    if look.off:
        category = mixed(category, colors.node, 0.7)
    if look.stack:
        _stack(painter, box)
    _body(painter, item, box, category, scale)
    if look.form == "tile":
        _tile(painter, item, category, scale)
        _ports(painter, item)
    else:
        # clear of the port above; several have a line for their names there
        head = 0.0 if look.flow == "right" else NAMES if len(look.inputs) > 1 else 3.0
        painter.translate(0, head)
        if scale < DETAIL:
            _short_texts(painter, item, scale)
            if look.frozen:
                _padlock(painter, item, scale)
        else:
            _texts(painter, item, category, scale)
        painter.translate(0, -head)
        if scale >= DETAIL:
            _names_above_and_below(painter, item) if look.flow == "down" else _names_at_sides(painter, item)
        if scale >= DETAIL or (scale >= OVERVIEW and item.in_small_graph):
            _ports(painter, item)
    if look.badge:
        _badge(painter, item, look.badge, category, scale)
    if look.bar is not None:
        _bar(painter, item, category, scale)
    if look.off:
        _switched_off(painter, item, scale)
    if look.mark:
        paint_mark(painter, QPointF(item.width - 4, 4), mark_radius(scale), look.mark)


def _dot(painter: QPainter, item: NodeItem, box: QRectF) -> None:
    """A reroute: a disc in the colour of its numbers."""
    colors = theme()
    kind = item.look.outputs[0].kind if item.look.outputs else "any"
    chosen = item.selected or item.flashing or item.hovered
    painter.setPen(QPen(colors.accent if chosen else colors.canvas, 2.5 if chosen else 1.5))
    painter.setBrush(colors.error if item.look.mark == "error" else colors.dtype(kind))
    painter.drawEllipse(box.center(), 6.5, 6.5)


def _tile(painter: QPainter, item: NodeItem, category: QColor, scale: float) -> None:
    """A collapsed node: its icon, and its name below."""
    size = 24.0
    pixels = max(8, round(size * scale * painter.device().devicePixelRatioF()))
    picture = glyph(_picture(item), category.name(), pixels)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    spot = QRectF((item.width - size) / 2 + 2, 10, size, size)
    painter.drawPixmap(spot, picture, QRectF(picture.rect()))
    width = item.width - 14
    wide = min(text_width(item.look.title, 11, True), width)
    at = QPointF((item.width - wide) / 2 + 2, 42)
    write(painter, at, item.look.title, 11, theme().node_text, width, True)


def _bar(painter: QPainter, item: NodeItem, category: QColor, scale: float) -> None:
    """What the node costs, below its body (beside it, where ports are below), where nothing else is drawn."""
    assert item.look.bar is not None
    share, text = item.look.bar
    thick = 5.0 if scale >= DETAIL else 8.0
    down = item.look.flow == "down"
    length = (item.height if down else item.width) - 12
    track = QRectF(item.width + 3, 6, thick, length) if down else QRectF(6, item.height + 3, length, thick)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_faded(theme().node_muted, 50))
    painter.drawRoundedRect(track, thick / 2, thick / 2)
    painter.setBrush(category)
    filled = max(thick, length * share)
    if down:
        track.setTop(track.bottom() - filled)
    else:
        track.setWidth(filled)
    painter.drawRoundedRect(track, thick / 2, thick / 2)
    if scale >= DETAIL:
        wide = text_width(text, 10)
        lift = NAMES if down and len(item.look.outputs) > 1 else 0.0
        at = QPointF(item.width - wide - 6, item.height - 14 - lift)
        write(painter, at, text, 10, theme().node_muted, wide + 4)


def _switched_off(painter: QPainter, item: NodeItem, scale: float) -> None:
    """Bypassed: an arrow straight through. Muted: crossed out."""
    colors = theme()
    pen = QPen(colors.warning if item.look.off == "bypass" else colors.error, 3.0 if scale >= DETAIL else 5.0)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    if item.look.off == "bypass":
        pen.setColor(_faded(pen.color(), 130))
        painter.setPen(pen)
        if item.look.flow == "down":
            tip, back = QPointF(item.width / 2, item.height - 6), (QPointF(-7, -9), QPointF(7, -9))
            painter.drawLine(QPointF(tip.x(), 6), tip)
        else:
            tip, back = QPointF(item.width - 6, port_y(0, item.look.form)), (QPointF(-9, -7), QPointF(-9, 7))
            painter.drawLine(QPointF(6, tip.y()), tip)
        for side in back:
            painter.drawLine(tip, tip + side)
    else:
        pen.setColor(_faded(pen.color(), 160))
        painter.setPen(pen)
        painter.drawLine(QPointF(8, 8), QPointF(item.width - 8, item.height - 8))
        painter.drawLine(QPointF(8, item.height - 8), QPointF(item.width - 8, 8))


def _picture(item: NodeItem) -> str:
    """The name of a node's icon."""
    return "logout" if item.look.kind == OUTPUT else CATEGORY_ICONS.get(item.look.category, "cube-outline")


def _stack(painter: QPainter, box: QRectF) -> None:
    """The cards behind a block's use."""
    colors = theme()
    painter.setPen(QPen(colors.node_border, 1))
    for offset, share in ((7.0, 0.55), (3.5, 0.3)):
        painter.setBrush(mixed(colors.node, colors.canvas, share))
        painter.drawRoundedRect(box.translated(offset, -offset), RADIUS, RADIUS)


def _body(painter: QPainter, item: NodeItem, box: QRectF, category: QColor, scale: float) -> None:
    colors, look = theme(), item.look
    if item.selected or item.flashing:
        halo = QColor(colors.accent)
        halo.setAlpha(150 if item.flashing else 70)
        painter.setPen(QPen(halo, 12 if item.flashing else 7))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, RADIUS + 1, RADIUS + 1)
    else:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colors.shadow)
        painter.drawRoundedRect(box.adjusted(-1, 1, 1, 3.5), RADIUS + 1, RADIUS + 1)
    fill = colors.node
    if look.mark == "error":
        fill = mixed(fill, colors.error_soft, 0.75)
    elif look.unknown:
        fill = mixed(fill, colors.canvas, 0.6)
    elif item.hovered:
        fill = mixed(fill, colors.hover, 0.5)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(fill)
    painter.drawRoundedRect(box, RADIUS, RADIUS)
    if scale >= DETAIL:
        painter.setBrush(_faded(category, 34 if colors.dark else 26))
        painter.drawPath(_left(item.height, TILE))
    painter.setBrush(category)
    painter.drawPath(_left(item.height, 5.0 if scale >= DETAIL else 10.0))
    if look.unknown:
        painter.setBrush(QBrush(_faded(colors.node_muted, 46), Qt.BrushStyle.BDiagPattern))
        painter.drawRoundedRect(box, RADIUS, RADIUS)
    painter.setPen(_outline(item))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box, RADIUS, RADIUS)


def _outline(item: NodeItem) -> QPen:
    colors, look = theme(), item.look
    if item.selected:
        return QPen(colors.accent, 2.0)
    if item.partner:
        return QPen(colors.accent, 2.0, Qt.PenStyle.DashLine)
    if look.mark == "error":
        return QPen(colors.error, 2.0)
    if look.mark == "warning":
        return QPen(colors.warning, 1.6)
    if look.unknown:
        return QPen(colors.node_border, 1.2, Qt.PenStyle.DashLine)
    if item.hovered:
        return QPen(colors.accent, 1.4)
    return QPen(colors.node_border, 1.0)


@lru_cache(maxsize=128)
def _left(height: float, width: float) -> QPainterPath:
    """The left part of the body, with its rounded corners."""
    whole, cut = QPainterPath(), QPainterPath()
    whole.addRoundedRect(QRectF(0, 0, 3 * TILE, height), RADIUS, RADIUS)
    cut.addRect(QRectF(0, 0, width, height))
    return whole.intersected(cut)


def _texts(painter: QPainter, item: NodeItem, category: QColor, scale: float) -> None:
    colors, look = theme(), item.look
    middle = min(item.height, HEIGHT) / 2
    size = 19.0
    pixels = max(8, round(size * scale * painter.device().devicePixelRatioF()))
    spot = QRectF((TILE + 4 - size) / 2, middle - size / 2, size, size)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    picture = glyph(_picture(item), category.name(), pixels)
    painter.drawPixmap(spot, picture, QRectF(picture.rect()))
    width = item.width - TEXT - 8
    strong = colors.node_muted if look.unknown or look.off else colors.node_text
    write(painter, QPointF(TEXT, 6), look.title, 13, strong, width - (10 if look.mark else 0), True)
    line = f"{look.kind} · {look.headline}" if look.headline else look.kind
    if text_width(line, 11) > width:
        line = line.replace(" ch · ", " · ")
    while line.count(" · ") > 1 and text_width(line, 10) > width:
        line = line.rpartition(" · ")[0]
    fits = text_width(line, 11) <= width
    write(painter, QPointF(TEXT, 24 if fits else 25), line, 11 if fits else 10, colors.node_muted, width)
    if look.trouble:
        write(painter, QPointF(TEXT, 41), look.trouble, 11, colors.error, width)
    elif look.shape:
        write(painter, QPointF(TEXT, 41), look.shape, 11, mixed(colors.node_text, category, 0.35), width)
    elif look.unknown:
        write(painter, QPointF(TEXT, 41), "?", 11, colors.node_muted, width)
    signs = [
        name
        for name, on in (
            ("lock-outline", look.locked),
            ("lock", look.frozen),
            ("speedometer", look.rate != 1),
            ("link-variant", look.shared),
            ("note-text-outline", look.note),
            ("pin", look.pinned),
        )
        if on
    ]
    for number, name in enumerate(signs):
        sign = QRectF(item.width - 22 - 16 * number, middle + 9, 14, 14)
        picture = glyph(name, colors.node_muted.name(), max(8, round(14 * pixels / size)))
        painter.drawPixmap(sign, picture, QRectF(picture.rect()))


def _names_at_sides(painter: QPainter, item: NodeItem) -> None:
    """The names of all ports but the first, each in its row."""
    colors, look = theme(), item.look
    half = item.width / 2 - 14
    for number, port in enumerate(look.inputs[1:], 1):
        top = port_y(number) - ROW / 2 + 1
        room = half if number < len(look.outputs) else item.width - 24
        write(painter, QPointF(11, top), port.name, 10, colors.node_muted, room)
    for number, port in enumerate(look.outputs[1:], 1):
        top = port_y(number) - ROW / 2 + 1
        wide = min(text_width(port.name, 10), half)
        write(painter, QPointF(item.width - 11 - wide, top), port.name, 10, colors.node_muted, half)


def _names_above_and_below(painter: QPainter, item: NodeItem) -> None:
    """The names of several ports beside each other, under or over them."""
    muted = theme().node_muted
    for ports, place, top in (
        (item.look.inputs, item.input_at, 5.0),
        (item.look.outputs, item.output_at, item.height - 19.0),
    ):
        if len(ports) > 1:
            room = item.width / len(ports) - 5
            for number, port in enumerate(ports):
                wide = min(text_width(port.name, 10), room)
                write(painter, QPointF(place(number)[0] - wide / 2, top), port.name, 10, muted, room)


def _short_texts(painter: QPainter, item: NodeItem, scale: float) -> None:
    """The title, as large as it can be, and the type while that can be read."""
    colors, look = theme(), item.look
    strong = colors.node_muted if look.unknown else colors.node_text
    width = item.width - 26
    if scale >= 0.55:
        write(painter, QPointF(18, 3), look.title, 16, strong, width, True)
        write(painter, QPointF(18, 23), look.kind, 13, colors.node_muted, width)
        color = colors.error if look.trouble else colors.node_muted
        write(painter, QPointF(18, 41), look.trouble or look.shape or "?" * look.unknown, 13, color, width)
        return
    if scale >= 0.45:
        write(painter, QPointF(18, 8), look.title, 18, strong, width, True)
        write(painter, QPointF(18, 34), look.kind, 15, colors.node_muted, width)
        return
    tall = 20.0 if scale > 0.4 else 25.0 if scale > 0.3 else 31.0
    # a long name is written smaller, and what is left out is its middle: inception3a and 3b are told apart
    sizes = [round(share * tall) for share in (1.0, 0.88, 0.76)]
    tall = next((size for size in sizes if text_width(look.title, size, True) <= width), sizes[-1])
    at = QPointF(17, min(item.height, HEIGHT) / 2 - tall * 0.62)
    write(painter, at, look.title, tall, strong, width, True, True)


def _padlock(painter: QPainter, item: NodeItem, scale: float) -> None:
    """That a node stays as it is has to be seen from afar, too: which part of a network learns?"""
    side = 22.0
    pixels = max(8, round(side * scale * painter.device().devicePixelRatioF()))
    picture = glyph("lock", theme().node_text.name(), pixels)
    spot = QRectF(item.width - side - 7, min(item.height, HEIGHT) - side - 7, side, side)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawPixmap(spot, picture, QRectF(picture.rect()))


def _ports(painter: QPainter, item: NodeItem) -> None:
    down = item.look.flow == "down"
    for number, port in enumerate(item.look.inputs):
        paint_port(painter, QPointF(*item.input_at(number)), port, down)
    for number, port in enumerate(item.look.outputs):
        paint_port(painter, QPointF(*item.output_at(number)), port, down)


def paint_port(painter: QPainter, at: QPointF, port: PortLook, down: bool = False) -> None:
    """A circle, filled when something is wired to it; a longer pill when it takes many wires."""
    colors = theme()
    color = colors.dtype(port.kind)
    painter.setPen(QPen(color, 1.6))
    painter.setBrush(color if port.wired else colors.canvas)
    if port.variadic:
        thick, long = PORT_RADIUS - 0.5, 11.0
        wide, high = (long, thick) if down else (thick, long)
        pill = QRectF(at.x() - wide, at.y() - high, 2 * wide, 2 * high)
        painter.drawRoundedRect(pill, PORT_RADIUS, PORT_RADIUS)
    else:
        painter.drawEllipse(at, PORT_RADIUS - 0.5, PORT_RADIUS - 0.5)


def _badge(painter: QPainter, item: NodeItem, text: str, color: QColor, scale: float) -> None:
    """How many times a block stands in a row, where no port is: above, else below, else beside the title."""
    tall = 12.0 if scale >= DETAIL else 17.0
    wide = text_width(text, tall, True) + 12
    right = item.width - (16 if item.look.mark else 4)
    inputs, outputs, _, flow = item.look.outline
    top = -9.0
    if flow == "down" and inputs > 1:
        top = item.height - tall + 3 if outputs < 2 else NAMES + 2
    rect = QRectF(right - wide, top, wide, tall + 6)
    painter.setPen(QPen(theme().canvas, 1.5))
    painter.setBrush(color)
    painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2)
    ink = QColor("#10151c") if theme().dark else QColor("#ffffff")
    write(painter, QPointF(rect.x() + 6, rect.y() + 1.5), text, tall, ink, wide, True)


def paint_mark(painter: QPainter, centre: QPointF, radius: float, severity: str) -> None:
    """The mark of a problem: a circle for errors and hints, a triangle for warnings, with its sign."""
    colors = theme()
    color = colors.severity(severity)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colors.canvas, radius * 0.2))
    painter.setBrush(color)
    if severity == "warning":
        shape = QPainterPath()
        shape.moveTo(centre.x(), centre.y() - radius * 1.1)
        shape.lineTo(centre.x() + radius * 1.15, centre.y() + radius * 0.9)
        shape.lineTo(centre.x() - radius * 1.15, centre.y() + radius * 0.9)
        shape.closeSubpath()
        painter.drawPath(shape)
    else:
        painter.drawEllipse(centre, radius, radius)
    ink = QPen(QColor("#10151c") if colors.dark else QColor("#ffffff"), radius * 0.26)
    ink.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(ink)
    sign = -1.0 if severity == "hint" else 1.0
    x, y = centre.x(), centre.y() + (radius * 0.12 if severity == "warning" else 0)
    painter.drawLine(QPointF(x, y - sign * radius * 0.5), QPointF(x, y + sign * radius * 0.1))
    painter.drawPoint(QPointF(x, y + sign * radius * 0.5))


def _faded(color: QColor, alpha: int) -> QColor:
    result = QColor(color)
    result.setAlpha(alpha)
    return result
