"""Order and reachability inside one graph."""

from __future__ import annotations

import heapq
from collections import deque

from graph.model import Graph, id_key


def topological(graph: Graph) -> list[str]:
    """Node ids, sources first; among equals the older first. Nodes on a cycle are left out."""
    waiting = dict.fromkeys(graph.nodes, 0)
    following: dict[str, list[str]] = {node: [] for node in graph.nodes}
    for edge in graph.edges.values():
        waiting[edge.target] += 1
        following[edge.source].append(edge.target)
    ready = [(id_key(node), node) for node, count in waiting.items() if count == 0]
    heapq.heapify(ready)
    order = []
    while ready:
        _, node = heapq.heappop(ready)
        order.append(node)
        for after in following[node]:
            waiting[after] -= 1
            if waiting[after] == 0:
                heapq.heappush(ready, (id_key(after), after))
    return order


def reaching(graph: Graph, targets: set[str]) -> set[str]:
    """All nodes from which a target can be reached, the targets included."""
    before: dict[str, list[str]] = {}
    for edge in graph.edges.values():
        before.setdefault(edge.target, []).append(edge.source)
    return _spread(before, targets)


def reachable(graph: Graph, starts: set[str]) -> set[str]:
    """All nodes that can be reached from a start, the starts included."""
    after: dict[str, list[str]] = {}
    for edge in graph.edges.values():
        after.setdefault(edge.source, []).append(edge.target)
    return _spread(after, starts)


def live(graph: Graph) -> set[str]:
    """Nodes that matter: they reach an output."""
    return reaching(graph, {node.id for node in graph.outputs})


def _spread(neighbours: dict[str, list[str]], starts: set[str]) -> set[str]:
    seen = set(starts)
    todo = deque(starts)
    while todo:
        for other in neighbours.get(todo.popleft(), ()):
            if other not in seen:
                seen.add(other)
                todo.append(other)
    return seen
