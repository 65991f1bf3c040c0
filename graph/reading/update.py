"""From an edited text to edits of the project: only what the text says differently is changed.

Two drafts are compared, that of the project's own code and that of the edited text, read by the same
reader. What is the same in both is left alone, with its place, its notes and everything the text does not
show; what differs becomes ordinary edits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from graph.arrange import arrange
from graph.code import CodeError, Source
from graph.document import apply_edits
from graph.edits import (
    AddGraph,
    AddNodes,
    Edit,
    EditError,
    RemoveGraph,
    RemoveNodes,
    SetCode,
    SetHeader,
    SetParams,
)
from graph.model import BLOCK, Exposed, Graph, Project
from graph.names import unique_name
from graph.reading import alike
from graph.reading.changing import Changing
from graph.reading.origin import Origin, origins
from graph.reading.settle import Comparison, default_of, graph_of, kept_arguments
from graph.reading.sketch import CannotRead, Draft, Sketch
from graph.reading.solving import solved
from graph.reading.text import read_text
from graph.shapes import Inference, ProjectShapes
from graph.values import Value, expressions

NAME = "Edit code"


@dataclass(slots=True)
class Update:
    """What an edited text means for the project."""

    edits: list[Edit] = field(default_factory=list)
    added: int = 0
    removed: int = 0
    changed: int = 0
    wires: int = 0
    classes: int = 0
    """Classes that are new, or whose head or code is another."""
    problem: str = ""
    """What will not fit together after the edit, in a sentence."""
    line: int = 0
    """Where that is in the text."""


def update(
    project: Project, shapes: ProjectShapes, source: Source, text: str, inference: Inference | None = None
) -> Update:
    """The edits that make the project say what ``text`` says. ``source`` is the project's own code.

    :class:`CannotRead` says why, and where, when the text cannot be drawn; the project is never changed.
    """
    if text == source.text:
        return Update()
    old = read_text(source.text, project)
    new = read_text(text, project, old.flat)
    try:
        origin = origins(project, shapes, source.network, old)
    except CodeError as error:
        raise CannotRead(str(error), (1, 1)) from None
    updater = _Updater(project, old, new, origin, source.network)
    try:
        return updater.run(inference or Inference())
    except EditError as error:
        raise CannotRead(f"this cannot be drawn: {error}", (updater.line, 1)) from None


class _Updater:
    """Applies every edit to a copy at once, so that each is worked out from how things are by then."""

    def __init__(
        self, project: Project, old: Draft, new: Draft, origin: Mapping[str, Origin], network: str
    ) -> None:
        self.work = project.copy()
        self.old, self.new = old, new
        self.origin = origin
        self.network = network
        self.pairs = alike.classes(old, new)
        self.twins = {
            key: alike.nodes(old.sketches[other], new.sketches[key], self.pairs)
            for key, other in self.pairs.items()
        }
        self.kept = kept_arguments(new, set())
        self.kept_before = kept_arguments(old, set())
        self.done = Update()
        self.line = 1
        self.graphs: dict[str, str] = {}
        """Sketches of the new draft -> graphs of the project."""
        self.nodes: dict[str, dict[str, str]] = {}
        """Sketches of the new draft -> their nodes -> nodes of the graph."""
        self.touched: set[tuple[str, str, str]] = set()
        """Sizes that follow from the inputs and that the text says differently now."""

    def run(self, inference: Inference) -> Update:
        known = [key for key in self.new.sketches if self._find(key)]
        changes = {key: Changing(self, key) for key in known}
        changed = [key for key in known if changes[key].differs()]
        structural = [key for key in changed if not self._solve(key, changes[key])]
        moved = [key for key in structural if self._shared(key, structural)]
        for key in moved:
            self._own_graph(key)
        for key, sketch in self.new.sketches.items():
            if key not in known and not self._unchanged(key):
                self.line = sketch.line
                self._add_class(sketch)
        for key in known:
            self._header(key)
        for key in structural:
            changes[key].apply()
        self._arguments(known)
        self._remove_classes()
        self._check(inference)
        return self.done

    def do(self, *edits: Edit) -> None:
        apply_edits(self.work, edits)
        self.done.edits += edits

    def attempt(self, edit: Edit) -> bool:
        """Do an edit if it fits."""
        try:
            self.do(edit)
        except EditError:
            return False
        return True

    def graph(self, key: str) -> Graph:
        return self.work.graph(self.graphs[key])

    # -- where things are ---------------------------------------------------------------------------

    def _find(self, key: str) -> bool:
        """Whether a sketch shows a graph that is there; keep which nodes are which."""
        origin = self.origin.get(self.pairs.get(key, ""))
        if origin is None:
            return False
        self.graphs[key] = origin.graph
        self.nodes[key] = {
            mine: origin.nodes[theirs] for mine, theirs in self.twins[key].items() if theirs in origin.nodes
        }
        return True

    def _unchanged(self, key: str) -> bool:
        """Whether a class reads as it did before, though it is not known what it shows."""
        old = self.old.sketches.get(self.pairs.get(key, ""))
        new = self.new.sketches[key]
        return old is not None and (old.graph.nodes, old.graph.edges, old.uses) == (
            new.graph.nodes,
            new.graph.edges,
            new.uses,
        )

    def _user(self, key: str) -> tuple[str, str] | None:
        """For a chain written in place: the sketch that uses it and the node there, in the new draft."""
        for other, sketch in self.new.sketches.items():
            for node in sketch.graph.nodes.values():
                if node.block == key:
                    return other, node.id
        return None

    def _solve(self, key: str, change: Changing) -> bool:
        """Whether other arguments at the use of a chain written in place are all it takes."""
        sketch = self.new.sketches[key]
        user = self._user(key) if sketch.in_place else None
        wanted = change.numbers()
        if user is None or wanted is None or user[1] not in self.nodes.get(user[0], {}):
            return False
        node = self.graph(user[0]).nodes[self.nodes[user[0]][user[1]]]
        values = solved(self.graph(key), node, wanted)
        if values is None:
            return False
        self.line = sketch.line
        self.do(SetParams(self.graphs[user[0]], node.id, dict(values)))
        self.done.changed += change.count_numbers()
        return True

    def _shared(self, key: str, changed: list[str]) -> bool:
        """Whether another part of the text shows the same graph and says something else."""
        others = [other for other, graph in self.graphs.items() if graph == self.graphs[key] and other != key]
        if not others:
            return False
        return any(other not in changed for other in others) or changed.index(key) > min(
            changed.index(other) for other in others
        )

    def _own_graph(self, key: str) -> None:
        """A copy of the block for one of several things it stood for, and every use of that turned to it."""
        self.line = self.new.sketches[key].line
        before = self.graph(key)
        wanted = self.new.sketches[key].name if not self.new.sketches[key].in_place else before.name
        name = unique_name(wanted, {graph.name for graph in self.work.graphs()})
        made = replace(before, id=self.work.fresh_graph_id("b"), name=name)
        self.do(AddGraph(made, True))
        self.graphs[key] = made.id
        self.done.classes += 1
        for other, sketch in self.new.sketches.items():
            for node in sketch.graph.nodes.values():
                if node.block == key and node.id in self.nodes.get(other, {}):
                    self._turn(other, node.id, made.id)

    def _turn(self, user: str, node_id: str, block: str) -> None:
        """Let a use have another block, with the same ports."""
        graph = self.graph(user)
        old = graph.nodes[self.nodes[user][node_id]]
        if old.shares or any(other.shares == old.id for other in graph.nodes.values()):
            raise CannotRead(
                f"“{old.name}” shares its weights, so it cannot be changed by itself.", (self.line, 1)
            )
        made = replace(old, id=graph.fresh_ids("n")[0], block=block, params=dict(old.params))
        wires = graph.edges_of([old.id])
        ids = graph.fresh_ids("e", len(wires))
        edges = [
            replace(
                edge,
                id=new,
                source=made.id if edge.source == old.id else edge.source,
                target=made.id if edge.target == old.id else edge.target,
            )
            for new, edge in zip(ids, wires, strict=True)
        ]
        self.do(RemoveNodes(graph.id, [old.id]), AddNodes(graph.id, [made], edges))
        self.nodes[user][node_id] = made.id

    # -- classes ------------------------------------------------------------------------------------

    def _add_class(self, sketch: Sketch) -> None:
        key = sketch.graph.id
        if sketch.code:
            raise CannotRead(
                "a block of your own code is added from the palette, not here.", (sketch.line, 1)
            )
        self.graphs[key] = self.work.fresh_graph_id("b")
        words = {  # a size in words of arguments that are there anyway stays as it is written
            (key, node.id, name)
            for node in sketch.graph.nodes.values()
            for name, value in node.params.items()
            if expressions(value) and expressions(value) <= self.kept[key]
        }
        made = graph_of(self.new, sketch, self.graphs, self.kept, words, self.work)
        made.name = unique_name(sketch.name, {graph.name for graph in self.work.graphs()})
        for node_id, (x, y) in arrange(made, project=self.work).items():
            made.nodes[node_id].x, made.nodes[node_id].y = x, y
        self.do(AddGraph(made, True))
        self.nodes[key] = {node: node for node in sketch.graph.nodes}
        self.touched |= {
            (key, node.id, name)
            for node in sketch.graph.nodes.values()
            if node.type != BLOCK
            for name in node.params
        }
        self.done.classes += 1

    def _header(self, key: str) -> None:
        """The name, the code and the arguments of a class that is there."""
        sketch, before = self.new.sketches[key], self.old.sketches[self.pairs[key]]
        graph = self.graph(key)
        self.line = sketch.line
        if sketch.code:
            if sketch.graph.code != before.graph.code:
                self.do(SetCode(graph.id, sketch.graph.code))
                self.done.classes += 1
            return
        if sketch.in_place:
            return
        name = graph.name
        if sketch.name != before.name:
            name = unique_name(
                sketch.name, {other.name for other in self.work.graphs() if other is not graph}
            )
        parameters = self._exposed(key, sketch, before, graph) if sketch.block else graph.parameters
        if name != graph.name or parameters != graph.parameters:
            self.do(SetHeader(graph.id, name, graph.help, parameters))
            self.done.classes += 1

    def _exposed(self, key: str, sketch: Sketch, before: Sketch, graph: Graph) -> list[Exposed]:
        now = {item.name: item for item in sketch.graph.parameters}
        old = {item.name: item for item in before.graph.parameters}
        found = []
        for item in graph.parameters:
            if item.name in old and item.name not in now:
                continue
            if item.name in now and item.name not in sketch.required:
                told = item.name in old and item.name not in before.required
                if not told or now[item.name].default != old[item.name].default:
                    item = replace(item, default=now[item.name].default)
            found.append(item)
        names = {item.name for item in found}
        for name in self.kept[key] - self.kept_before[self.pairs[key]] - names:
            found.append(replace(now[name], default=default_of(self.new, sketch, now[name])))
        if [name for name in old if name in now] == [name for name in now if name in old]:
            return found
        return sorted(found, key=lambda item: list(now).index(item.name) if item.name in now else -1)

    def exposed(self, block: str) -> set[str]:
        """The parameters of the block that a sketch shows."""
        return {item.name for item in self.graph(block).parameters}

    def fresh(self, block: str) -> set[str]:
        """Arguments of a class that are exposed now and were not before."""
        if block not in self.pairs or block not in self.graphs:
            return set()
        new = self.kept[block] - self.kept_before.get(self.pairs[block], set())
        return new & self.exposed(block)

    def _arguments(self, known: list[str]) -> None:
        """What a class exposes from now on is set wherever it is used."""
        for key in known:
            sketch = self.new.sketches[key]
            for node_id, rows in sketch.uses.items():
                block = sketch.graph.nodes[node_id].block or ""
                values: dict[str, Value] = {
                    name: rows[0].arguments[name] for name in self.fresh(block) if name in rows[0].arguments
                }
                if values and node_id in self.nodes[key]:
                    place = self.nodes[key][node_id]
                    actual = self.graph(key).nodes[place]
                    present = actual.params
                    if actual.block == self.graphs[block] and any(
                        present.get(name) != value for name, value in values.items()
                    ):
                        self.do(SetParams(self.graphs[key], place, dict(values)))

    def _remove_classes(self) -> None:
        """Blocks whose class the text no longer has, where nothing else uses them."""
        gone = [
            self.origin[key].graph
            for key in self.old.sketches
            if key in self.origin and key not in self.pairs.values()
        ]
        for graph_id in reversed(gone):
            used = any(
                node.block == graph_id for graph in self.work.graphs() for node in graph.nodes.values()
            )
            if graph_id in self.work.blocks and graph_id not in self.graphs.values() and not used:
                self.do(RemoveGraph(graph_id))

    # -- sizes --------------------------------------------------------------------------------------

    def _check(self, inference: Inference) -> None:
        """Sizes that the text says and that do not follow are pinned; what does not fit is told."""
        if not self.done.edits and not self.touched:
            return
        for _ in range(3):
            shapes = inference.run(self.work)
            comparison = Comparison(self.new, set(), self.nodes)
            wrong = comparison.of(shapes.networks[self.network], self.work) & self.touched
            for key, node_id, name in sorted(wrong):
                self.touched.discard((key, node_id, name))
                value = self.new.sketches[key].graph.nodes[node_id].params[name]
                place = self.nodes[key].get(node_id)
                if place is not None:
                    self.do(SetParams(self.graphs[key], place, {name: value}))
                    self.done.changed += 1
            if not wrong:
                break
        here = {self.network, *self.graphs.values()}  # a mistake in a block is told once, in any network
        errors = [problem for problem in shapes.errors if here & {problem.place[0], problem.graph}]
        if errors:
            self.done.problem = errors[0].text
            for key, places in self.nodes.items():
                for mine, theirs in places.items():
                    if (self.graphs[key], theirs) == (errors[0].graph, errors[0].node):
                        self.done.line = self.new.sketches[key].lines.get(mine, 0)
