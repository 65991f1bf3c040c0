"""Where the boxes and arrows of a recipe's drawing go: data at the left, then networks, losses, optimisers. No Qt.

Columns follow from the links (Sugiyama, Tagawa and Toda, 1981): an arrow over several columns gets a place of its own
in each of them, so that it passes between the boxes. What leads back (an optimiser that moves a network's weights) runs
in lanes below.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from runtime.recipes import Link, Recipe

Kind = Literal["data", "role", "loss", "group"]

HEIGHT, GAP, THIN = 40.0, 12.0, 12.0
"""Height of a box, the gap below it, and the height of an arrow's place between boxes."""
COLUMN_GAP = 30.0
LANE = 17.0
SWEEPS = 4


@dataclass(slots=True)
class Thing:
    """A box: its name as links name it, its kind, and where it is drawn."""

    key: str
    kind: Kind
    name: str
    column: int = 0
    x: float = 0.0
    y: float = 0.0
    width: float = 0.0
    height: float = HEIGHT


@dataclass(slots=True)
class Arrow:
    """A link with the points it passes, from the first box's edge to the second's. ``back`` ones run below."""

    link: Link
    points: list[tuple[float, float]] = field(default_factory=list)
    back: bool = False


@dataclass(slots=True)
class Drawing:
    """Boxes and arrows, and the size of it all."""

    things: dict[str, Thing]
    arrows: list[Arrow]
    width: float = 0.0
    height: float = 0.0


def kind_of(key: str) -> tuple[Kind, str]:
    """What a link's end stands for, and its name."""
    kind, _, name = key.partition(":")
    if name and kind in ("data", "loss", "group"):
        return kind, name  # type: ignore[return-value]
    return "role", key


def arranged(
    recipe: Recipe, width_of: Callable[[Thing], float], label_width: Callable[[str], float]
) -> Drawing:
    """The drawing of a recipe. ``width_of`` measures a box, ``label_width`` the text at an arrow."""
    things: dict[str, Thing] = {}
    for role in recipe.roles:
        things[role.name] = Thing(role.name, "role", role.name)
    for link in recipe.arrows:
        for key in (link.source, link.target):
            if key not in things:
                things[key] = Thing(key, *kind_of(key))
    _columns(things, recipe)
    arrows = [Arrow(link) for link in recipe.arrows]
    for arrow in arrows:
        arrow.back = things[arrow.link.target].column <= things[arrow.link.source].column
    for thing in things.values():
        thing.width = width_of(thing)
    return _placed(Drawing(things, arrows), label_width)


def _columns(things: dict[str, Thing], recipe: Recipe) -> None:
    """Data stands first; each network after those that feed it, in the order of the roles; then losses; then
    optimisers."""
    order = {role.name: number for number, role in enumerate(recipe.roles)}

    def settle(kind: Kind, base: int, forward: Callable[[str, str], bool]) -> int:
        members = [key for key, thing in things.items() if thing.kind == kind]
        depth = dict.fromkeys(members, 0)
        for _ in members:
            for link in recipe.arrows:
                both = link.source in depth and link.target in depth and link.source != link.target
                if both and forward(link.source, link.target):
                    depth[link.target] = max(depth[link.target], depth[link.source] + 1)
        for key, deep in depth.items():
            things[key].column = base + min(deep, len(members) - 1)
        return base + max(depth.values(), default=-1) + 1

    column = settle("data", 0, lambda _source, _target: False)
    column = settle("role", column, lambda source, target: order.get(source, 0) < order.get(target, 0))
    pairs = {(link.source, link.target) for link in recipe.arrows}
    column = settle("loss", column, lambda source, target: (target, source) not in pairs)
    settle("group", column, lambda _source, _target: False)


def _placed(drawing: Drawing, label_width: Callable[[str], float]) -> Drawing:
    things, arrows = drawing.things, drawing.arrows
    count = 1 + max((thing.column for thing in things.values()), default=0)
    slots: list[list[str]] = [[] for _ in range(count)]
    heights = {key: thing.height for key, thing in things.items()}
    for key, thing in things.items():
        slots[thing.column].append(key)
    chains: dict[int, list[str]] = {}
    before: dict[str, list[str]] = {}
    after: dict[str, list[str]] = {}
    for number, arrow in enumerate(arrows):
        if arrow.back:
            continue
        chain = [arrow.link.source]
        for column in range(things[arrow.link.source].column + 1, things[arrow.link.target].column):
            key = f"{number}@{column}"
            slots[column].append(key)
            heights[key] = THIN
            chain.append(key)
        chain.append(arrow.link.target)
        chains[number] = chain
        for first, second in pairwise(chain):
            after.setdefault(first, []).append(second)
            before.setdefault(second, []).append(first)
    _untangle(slots, before, after)
    middles = _heights(slots, heights, before)
    _widths(drawing, slots, chains, label_width)
    top = min((middles[key] - heights[key] / 2 for key in middles), default=0.0)
    for key, thing in things.items():
        thing.y = middles[key] - heights[key] / 2 - top
    bottom = max((thing.y + thing.height for thing in things.values()), default=0.0)
    bottom = max([bottom, *(middles[key] - top for key in middles)])
    _arrows(drawing, chains, {key: middle - top for key, middle in middles.items()}, bottom)
    return drawing


def _untangle(slots: list[list[str]], before: dict[str, list[str]], after: dict[str, list[str]]) -> None:
    """Order each column by where its neighbours stand, to and fro."""

    def place(names: Sequence[str], column: Sequence[str], neighbours: dict[str, list[str]]) -> None:
        at = {key: (number + 0.5) / max(1, len(column)) for number, key in enumerate(column)}
        own = {key: (number + 0.5) / max(1, len(names)) for number, key in enumerate(names)}

        def middle(key: str) -> float:
            found = [at[other] for other in neighbours.get(key, ()) if other in at]
            return sum(found) / len(found) if found else own[key]

        names[:] = sorted(names, key=middle)  # type: ignore[index]

    for _ in range(SWEEPS):
        for number in range(1, len(slots)):
            place(slots[number], slots[number - 1], before)
        for number in range(len(slots) - 2, -1, -1):
            place(slots[number], slots[number + 1], after)


def _heights(
    slots: list[list[str]], heights: dict[str, float], before: dict[str, list[str]]
) -> dict[str, float]:
    """The middle of every box and passing arrow: near what leads to it, one below the other."""
    middles: dict[str, float] = {}
    for names in slots:
        low = 0.0
        for key in names:
            found = [middles[other] for other in before.get(key, ()) if other in middles]
            wanted = sum(found) / len(found) if found else low + heights[key] / 2
            middles[key] = max(low + heights[key] / 2, wanted)
            low = middles[key] + heights[key] / 2 + GAP
        # what was pushed down pushes the others up in turn, so that the column stays in the middle
        wishes = [
            sum(middles[other] for other in before[key] if other in middles) / len(before[key]) - middles[key]
            for key in names
            if before.get(key)
        ]
        if wishes:
            shift = sum(wishes) / len(wishes)
            for key in names:
                middles[key] += shift
    return middles


def _widths(
    drawing: Drawing,
    slots: list[list[str]],
    chains: dict[int, list[str]],
    label_width: Callable[[str], float],
) -> None:
    """Columns as wide as their widest box, with room between them for what is written at the arrows."""
    things = drawing.things
    left = 0.0
    for number, names in enumerate(slots):
        wide = max((things[key].width for key in names if key in things), default=20.0)
        for key in names:
            if key in things:
                things[key].x, things[key].width = left, wide
        labels = [
            label_width(drawing.arrows[place].link.label)
            for place, chain in chains.items()
            if things[chain[0]].column == number and drawing.arrows[place].link.label
        ]
        left += wide + max([COLUMN_GAP, *(label + 20 for label in labels)])
    drawing.width = max((thing.x + thing.width for thing in things.values()), default=0.0)


def _arrows(drawing: Drawing, chains: dict[int, list[str]], middles: dict[str, float], bottom: float) -> None:
    """The points of every arrow; several at one side of a box stand apart from each other."""
    things = drawing.things
    leaving: dict[str, list[int]] = {}
    arriving: dict[str, list[int]] = {}
    for number, chain in chains.items():
        leaving.setdefault(chain[0], []).append(number)
        arriving.setdefault(chain[-1], []).append(number)
    for ends, place in ((leaving, 1), (arriving, -2)):
        for numbers in ends.values():
            numbers.sort(key=lambda number, place=place: middles[chains[number][place]])

    def spread(numbers: list[int], number: int, thing: Thing) -> float:
        return thing.y + thing.height * (numbers.index(number) + 1) / (len(numbers) + 1)

    lanes: dict[str, float] = {}
    feet: dict[str, int] = {}
    for number, arrow in enumerate(drawing.arrows):
        source, target = things[arrow.link.source], things[arrow.link.target]
        if arrow.back:
            if source.key not in lanes:
                lanes[source.key] = bottom + GAP + LANE * len(lanes)
            low = lanes[source.key]
            feet[target.key] = feet.get(target.key, 0) + 1
            start = source.x + source.width * (0.5 if source.key != target.key else 0.7)
            end = target.x + min(0.8, 0.18 * feet[target.key]) * target.width
            arrow.points = [
                (start, source.y + source.height), (start, low), (end, low), (end, target.y + target.height),
            ]  # fmt: skip
            continue
        points = [(source.x + source.width, spread(leaving[source.key], number, source))]
        for key in chains[number][1:-1]:
            column = int(key.partition("@")[2])
            boxes = [thing for thing in things.values() if thing.column == column]
            points += [(boxes[0].x, middles[key]), (boxes[0].x + boxes[0].width, middles[key])]
        points.append((target.x, spread(arriving[target.key], number, target)))
        arrow.points = points
    drawing.height = max([bottom, *lanes.values()]) + GAP
