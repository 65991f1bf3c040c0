"""Pinned nodes stay where they are: the rest of a layout makes way."""

from __future__ import annotations

from collections.abc import Iterable

from graph.arrange.freeing import GAP, Places, Sizes, too_close
from graph.geometry import Point
from graph.model import Node, id_key


def around_pinned(chosen: list[Node], places: Places, size: Sizes) -> Places:
    """Pinned nodes stay; the picture is shifted to where they stand, and what would lie on one makes way."""
    pinned = [node for node in chosen if node.pinned]
    if not pinned:
        return places
    dx = sum(node.x - places[node.id][0] for node in pinned) / len(pinned)
    dy = sum(node.y - places[node.id][1] for node in pinned) / len(pinned)
    found = {key: (x + dx, y + dy) for key, (x, y) in places.items()}
    found |= {node.id: (node.x, node.y) for node in pinned}
    fixed = {node.id for node in pinned}
    waiting = {key for key in found if key not in fixed and too_close(found, size, key, found[key], fixed)}
    settled = found.keys() - waiting
    for key in sorted(waiting, key=lambda key: (found[key], id_key(key))):
        found[key] = _nearest(found, size, key, settled)
        settled = settled | {key}
    return found


def _nearest(places: Places, size: Sizes, key: str, others: Iterable[str]) -> Point:
    """The free place straight above or below that is nearest to where a node was to stand."""
    x, wanted = places[key]
    spots = []
    for step in (-1, 1):
        y = wanted
        while met := too_close(places, size, key, (x, y), others):
            if step < 0:
                y = min(places[other][1] for other in met) - size[key][1] - GAP - 1
            else:
                y = max(places[other][1] + size[other][1] for other in met) + GAP + 1
        spots.append((abs(y - wanted), -step, y))
    return x, min(spots)[2]
