"""The drawing of a recipe: data, networks, losses and optimisers as boxes, and arrows for who is fed by what."""

from __future__ import annotations

from html import escape
from itertools import pairwise
from math import ceil

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QMouseEvent, QPainter, QPainterPath, QPen, QPolygonF

from graph.model import Project
from gui.colors import mixed
from gui.icons import icon
from gui.recipes.fitting import schema_of
from gui.recipes.layout import Arrow, Drawing, Thing, arranged
from gui.shows.view import Sheet, small
from gui.theme import theme
from runtime.losses import LOSSES
from runtime.optimizers import OPTIMIZERS
from runtime.recipes import Recipe

MARGIN = 12.0
LEAST_SCALE, MOST_SCALE = 0.62, 1.25
CLOSE = 0.85
"""Where all would be smaller than this, boxes move together; words then stand only at the arrows of the box that is
pointed at."""
ICON = 16.0
ICONS = {
    "data": "database-outline",
    "role": "graph-outline",
    "loss": "bullseye-arrow",
    "group": "tune-variant",
}
CATEGORY = {"data": "Inputs and outputs", "role": "Linear", "loss": "Losses", "group": "Pooling"}


class RecipeDrawing(Sheet):
    """Hover a box to see its arrows alone; a click marks its lines in the code, a double click opens a network."""

    pointed = Signal(str)
    """The thing under the mouse, as links name it; "" for none."""
    chosen = Signal(str)
    opened = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.recipe: Recipe | None = None
        self.project: Project | None = None
        self.plan = Drawing({}, [])
        self.here = ""
        self.close_together = False
        self.natural = 0.0
        """Width of the drawing with all its words."""
        self._place = (0.0, 0.0)
        self.setAccessibleName(self.tr("Drawing of the recipe"))

    def show_recipe(self, recipe: Recipe | None, project: Project) -> None:
        """Draw a recipe with the names of the project's networks."""
        self.recipe, self.project = recipe, project
        self.here = ""
        self._arrange()
        self.update()

    def arrange(self, width: float, height: float) -> None:
        """Boxes move together where the place is too small for all the words."""
        if self._place != (width, height):
            self._place = (width, height)
            self._arrange()

    def _arrange(self) -> None:
        self.close_together = False
        if self.recipe is None:
            self.plan = Drawing({}, [])
            return
        self.plan = arranged(self.recipe, self._width, self._label_width)
        self.natural = self.plan.width
        wide, high = self._place
        across, down = wide / (self.plan.width + 2 * MARGIN), high / (self.plan.height + 2 * MARGIN)
        if 0 < across < min(CLOSE, down):  # a place that is too low is not helped by it
            self.close_together = True
            self.plan = arranged(self.recipe, self._width, lambda _text: 0.0)

    # -- words -------------------------------------------------------------------------------------------

    def _bold(self) -> QFont:
        font = QFont(self.font())
        font.setBold(True)
        return font

    def _width(self, thing: Thing) -> float:
        title, under = self.texts(thing)
        wide = QFontMetricsF(self._bold()).horizontalAdvance(title)
        below = QFontMetricsF(small(self.font())).horizontalAdvance(under)
        if self.close_together:
            return max(60.0, wide, min(below, wide + 30)) + (26 if thing.kind == "loss" else 18)
        return max(84.0, wide, below) + ICON + 26

    def _label_width(self, text: str) -> float:
        return QFontMetricsF(small(self.font())).horizontalAdvance(text)

    def texts(self, thing: Thing) -> tuple[str, str]:
        """Title and second line of a box."""
        assert self.recipe is not None and self.project is not None
        recipe, training = self.recipe, self.project.training
        if thing.kind == "role":
            places = [number for number, role in enumerate(recipe.roles) if role.name == thing.name]
            networks = list(self.project.networks.values())
            known = places and places[0] < len(networks)
            title = recipe.roles[places[0]].title if places else thing.name
            return title, networks[places[0]].name if known else self.tr("no network yet")
        if thing.kind == "loss":
            figure = next((figure for figure in recipe.figures if figure.name == thing.name), None)
            chosen = (
                LOSSES.get(training.loss) if recipe.uses_loss and thing.name == recipe.main.name else None
            )
            return figure.title if figure else _spoken(thing.name), chosen.title if chosen else self.tr(
                "loss"
            )
        if thing.kind == "group":
            optimizer = OPTIMIZERS.get(training.optimizer)
            return optimizer.title if optimizer else training.optimizer, f"lr {training.learning_rate:g}"
        return _spoken(thing.name), self._shape(thing.name)

    def _shape(self, name: str) -> str:
        """What a column of the data looks like; made by the recipe when the data has no such column."""
        assert self.project is not None
        schema = schema_of(self.project)
        if schema is None:
            return self.tr("data")
        shapes = {"input": schema.input_shape, "target": schema.target_shape}
        shapes |= {field.name: field.shape for field in schema.fields}
        if name not in shapes:
            return self.tr("made by the recipe")
        axes = " × ".join("T" if axis == -1 else str(axis) for axis in shapes[name])
        return axes or self.tr("one number")

    def words(self, place: QPointF) -> str:
        thing = self.thing_at(place)
        if thing is None or self.recipe is None:
            return ""
        title, under = self.texts(thing)
        helps = {role.name: role.help for role in self.recipe.roles}
        helps |= {f"loss:{figure.name}": figure.help for figure in self.recipe.figures}
        more = {
            "group": self.tr("An optimiser: it moves the weights so that the loss that leads to it falls."),
            "role": self.tr("Double click to see the network."),
        }.get(thing.kind, "")
        parts = [f"<b>{escape(title)}</b>", escape(under), escape(helps.get(thing.key, "")), more]
        return "<br>".join(part for part in parts if part)

    # -- the mouse ---------------------------------------------------------------------------------------

    def _frame(self) -> tuple[float, QPointF]:
        """Scale and upper left corner of the drawing in this widget."""
        wide, high = self.plan.width + 2 * MARGIN, self.plan.height + 2 * MARGIN
        scale = min(self.width() / max(wide, 1.0), self.height() / max(high, 1.0))
        scale = max(0.1, min(scale, MOST_SCALE * self.zoom))
        left = (self.width() - wide * scale) / 2 + MARGIN * scale
        top = (self.height() - high * scale) / 2 + MARGIN * scale
        return scale, QPointF(left, top)

    def least(self, width: float) -> QSize:
        return QSize(
            ceil((self.plan.width + 2 * MARGIN) * LEAST_SCALE),
            ceil((self.plan.height + 2 * MARGIN) * LEAST_SCALE),
        )

    def box(self, key: str) -> QRectF:
        """Where a thing is drawn, in the widget."""
        scale, corner = self._frame()
        thing = self.plan.things[key]
        size = QRectF(thing.x * scale, thing.y * scale, thing.width * scale, thing.height * scale)
        return size.translated(corner)

    def thing_at(self, place: QPointF) -> Thing | None:
        """The box under a point."""
        for key, thing in self.plan.things.items():
            if self.box(key).contains(place):
                return thing
        return None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        thing = self.thing_at(event.position())
        self._point(thing.key if thing else "")

    def leaveEvent(self, event: object) -> None:
        super().leaveEvent(event)  # type: ignore[arg-type]
        self._point("")

    def _point(self, key: str) -> None:
        if key != self.here:
            self.here = key
            self.pointed.emit(key)
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        thing = self.thing_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(thing.key if thing else "")

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        thing = self.thing_at(event.position())
        if thing is not None and thing.kind == "role":
            self.opened.emit(thing.key)

    # -- painting ----------------------------------------------------------------------------------------

    def draw(self, painter: QPainter, area: QRectF) -> None:
        if self.recipe is None:
            return
        scale, corner = self._frame()
        painter.translate(corner)
        painter.scale(scale, scale)
        near = {self.here} | {
            end
            for arrow in self.plan.arrows
            if self.here in (arrow.link.source, arrow.link.target)
            for end in (arrow.link.source, arrow.link.target)
        }
        for arrow in self.plan.arrows:
            self._arrow(painter, arrow, faded=bool(self.here) and self.here not in _ends(arrow))
        for thing in self.plan.things.values():
            self._box(painter, thing, faded=bool(self.here) and thing.key not in near)
        self._labels(painter)

    def _color(self, kind: str) -> QColor:
        return theme().accent if kind == "role" else theme().category(CATEGORY[kind])

    def _box(self, painter: QPainter, thing: Thing, faded: bool) -> None:
        painter.save()
        painter.setOpacity(0.35 if faded else 1.0)
        body = QRectF(thing.x, thing.y, thing.width, thing.height)
        color = self._color(thing.kind)
        painter.setPen(QPen(color, 2.0 if thing.key == self.here else 1.3))
        painter.setBrush(mixed(theme().panel, color, 0.1))
        radius = {"role": 6.0, "data": 6.0, "loss": thing.height / 2, "group": 6.0}[thing.kind]
        painter.drawRoundedRect(body, radius, radius)
        title, under = self.texts(thing)
        left = thing.x + (13.0 if thing.kind == "loss" else 9.0)
        if not self.close_together:
            picture = icon(ICONS[thing.kind], color).pixmap(QSize(32, 32))
            side = 9.0 if thing.kind != "loss" else 13.0
            target = QRectF(thing.x + side, thing.y + (thing.height - ICON) / 2, ICON, ICON)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(target, picture, QRectF(picture.rect()))
            left = target.right() + 7
        text = QRectF(left, thing.y + 4, thing.x + thing.width - left - 4, thing.height - 8)
        under = QFontMetricsF(small(self.font())).elidedText(
            under, Qt.TextElideMode.ElideRight, text.width() + 1
        )
        painter.setFont(self._bold())
        painter.setPen(theme().text)
        painter.drawText(text, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft, title)
        painter.setFont(small(self.font()))
        painter.setPen(theme().muted)
        painter.drawText(text, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft, under)
        painter.restore()

    def _arrow(self, painter: QPainter, arrow: Arrow, faded: bool) -> None:
        color = (
            theme().wire if not arrow.back else self._color("group" if ":" in arrow.link.source else "role")
        )
        if faded:
            color = mixed(color, theme().panel, 0.72)
        line = Qt.PenStyle.DashLine if arrow.back else Qt.PenStyle.SolidLine
        painter.setPen(QPen(color, 1.5, line, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(_path(arrow))
        (x, y), up = arrow.points[-1], arrow.back
        size = 4.5
        tip = (
            [QPointF(x, y), QPointF(x - size, y + 2 * size), QPointF(x + size, y + 2 * size)]
            if up
            else [QPointF(x, y), QPointF(x - 2 * size, y - size), QPointF(x - 2 * size, y + size)]
        )
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawPolygon(QPolygonF(tip))

    def label_boxes(self) -> list[tuple[QRectF, Arrow]]:
        """Where the words at the arrows stand, none over another; close together only those of the box pointed at."""
        metrics = QFontMetricsF(small(self.font()))
        found: list[tuple[QRectF, Arrow]] = []
        for arrow in self.plan.arrows:
            if not arrow.link.label or (self.close_together and self.here not in _ends(arrow)):
                continue
            wide, high = metrics.horizontalAdvance(arrow.link.label) + 6, metrics.height()
            if arrow.back:
                (left, low), (right, _) = arrow.points[1], arrow.points[2]
                middle = QPointF((left + right) / 2, low)
            else:
                (left, up), (right, down) = arrow.points[0], arrow.points[1]
                middle = QPointF((left + right) / 2, (up + down) / 2)
            box = QRectF(middle.x() - wide / 2, middle.y() - high / 2, wide, high)
            step = 1
            while any(box.intersects(other) for other, _ in found) and step < 12:
                box.moveTop(middle.y() - high / 2 + (high * 0.6) * (step // 2 + 1) * (1 if step % 2 else -1))
                step += 1
            found.append((box, arrow))
        return found

    def _labels(self, painter: QPainter) -> None:
        painter.setFont(small(self.font()))
        for box, arrow in self.label_boxes():
            faded = bool(self.here) and self.here not in _ends(arrow)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().panel)
            painter.drawRoundedRect(box, 3, 3)
            painter.setPen(theme().disabled if faded else theme().muted)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, arrow.link.label)


def _ends(arrow: Arrow) -> tuple[str, str]:
    return arrow.link.source, arrow.link.target


def _spoken(name: str) -> str:
    return name.replace("_", " ")


def _path(arrow: Arrow) -> QPainterPath:
    """Curves between the columns, straight lines through them; what leads back has round corners."""
    points = [QPointF(x, y) for x, y in arrow.points]
    path = QPainterPath(points[0])
    if arrow.back:
        radius = 7.0
        for before, corner, after in zip(points, points[1:], points[2:], strict=False):
            path.lineTo(_towards(corner, before, radius))
            path.quadTo(corner, _towards(corner, after, radius))
        path.lineTo(points[-1])
        return path
    for number, (first, second) in enumerate(pairwise(points)):
        if number % 2:
            path.lineTo(second)
            continue
        middle = (first.x() + second.x()) / 2
        path.cubicTo(QPointF(middle, first.y()), QPointF(middle, second.y()), second)
    return path


def _towards(corner: QPointF, other: QPointF, distance: float) -> QPointF:
    """A point on the way from a corner to another point."""
    way = other - corner
    length = (way.x() ** 2 + way.y() ** 2) ** 0.5
    return corner + way * (min(distance, length / 2) / length) if length else corner
