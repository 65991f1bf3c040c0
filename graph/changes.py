"""What one transaction changed, so that views redraw only that."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class GraphChange:
    """Ids touched in one graph. ``changed`` are nodes whose parameters, name or type changed."""

    added: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)
    moved: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    dressed: set[str] = field(default_factory=set)
    """Nodes that only look different: collapsed, pinned, frozen or with a rate of their own."""
    edges_added: set[str] = field(default_factory=set)
    edges_removed: set[str] = field(default_factory=set)
    frames: set[str] = field(default_factory=set)
    header: bool = False
    """The graph's own name, help or exposed parameters changed."""


@dataclass(slots=True)
class ChangeSet:
    """All changes of one transaction. An id that was added and removed again is in both sets."""

    name: str = ""
    graphs: dict[str, GraphChange] = field(default_factory=dict)
    graphs_added: set[str] = field(default_factory=set)
    graphs_removed: set[str] = field(default_factory=set)
    project: set[str] = field(default_factory=set)
    """Changed fields of the project: ``title``, ``data``, ``training``, ``view``, ``notes``."""
    everything: bool = False
    """Another project was loaded."""

    def graph(self, graph_id: str) -> GraphChange:
        return self.graphs.setdefault(graph_id, GraphChange())

    @property
    def affects_shapes(self) -> bool:
        """Whether shapes can differ afterwards (moving a node or editing a frame cannot)."""
        if self.everything or self.graphs_added or self.graphs_removed:
            return True
        return any(
            change.added or change.removed or change.changed or change.edges_added
            or change.edges_removed or change.header
            for change in self.graphs.values()
        )  # fmt: skip
