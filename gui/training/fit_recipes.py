"""Making all networks of a project agree with its data and recipe: what "Fit network to the data" does."""

from __future__ import annotations

from graph.arrange import arrange
from graph.boundary import SPARE, agrees
from graph.document import apply_edits
from graph.edits import AddNodes, Edit, EditError, Move, RemoveNodes, SetParams
from graph.facts import DataFacts
from graph.fixes import Fix, fixes_for
from graph.model import Project
from graph.problems import Problem
from graph.shapes import Inference, ProjectShapes
from gui.training.fit_ends import inserted_edits
from gui.training.fit_tokens import table_edits
from runtime.data import DataError
from runtime.facts import facts_for

ROUNDS = 12
"""Repairs tried one after the other before the network is given up."""


def fit_everything(inference: Inference, project: Project) -> list[Edit] | None:
    """Edits after which every network takes what it is fed and gives what is wanted, without taking a layer away;
    ``None`` when no such edits are found or none are needed. The project is left as it is."""
    # layers that repeat the old shape of the samples usually follow from the repairs; if not, they are told first
    return _fitted(inference, project, False) or _fitted(inference, project, True)


def _fitted(inference: Inference, project: Project, told: bool) -> list[Edit] | None:
    tried = project.copy()
    edits: list[Edit] = []
    rebuilt: set[str] = set()

    def take(found: list[Edit]) -> None:
        apply_edits(tried, found)
        edits.extend(found)

    try:
        facts = facts_for(tried)
        if facts is None:
            return None
        again = _repeated(tried, facts) if told else []
        if told and not again:
            return None
        take(inserted_edits(tried, facts))
        take([*input_edits(tried, facts), *table_edits(tried, facts), *again])
        for _ in range(ROUNDS):
            # what is asked can hang on how many Inputs and Outputs there are by now
            facts = facts_for(tried)
            assert facts is not None
            shapes = inference.run(tried, facts)
            left = _left(tried, shapes, facts)
            if not left:
                break
            found = fixes_for(inference, tried, left[0], facts)
            fix = next((fix for fix in found if _gentle(fix, left[0])), None)
            if fix is None:
                if left[0].severity == "error":
                    return None
                break  # scores to spare do no harm
            rebuilt |= {edit.graph for edit in fix.edits if isinstance(edit, (AddNodes, RemoveNodes))}
            take(list(fix.edits))
        else:
            return None
        take(_laid_out(tried, rebuilt))
    except (DataError, EditError):
        return None
    return edits or None


def _laid_out(project: Project, graphs: set[str]) -> list[Edit]:
    """Edits that lay out anew what got or lost layers at its end, unless somebody pinned a node there."""
    edits: list[Edit] = []
    for key in sorted(graphs):
        graph = project.graph(key)
        if not any(node.pinned for node in graph.nodes.values()):
            edits.append(Move(key, arrange(graph, None, None, project)))
    return edits


def _repeated(project: Project, facts: DataFacts) -> list[Edit]:
    """Edits where the shape that an Input had is written down once more, as the one it is to have."""
    edits: list[Edit] = []
    for place, network in enumerate(project.networks.values()):
        asks = facts.of(place)
        feed = asks.feeds[0] if asks is not None and asks.feeds else None
        old = network.inputs[0].params.get("shape") if network.inputs else None
        if feed is None or feed.shape is None or old == feed.shape:
            continue
        used, todo = [network], [network]
        while todo:
            ids = {node.block for node in todo.pop().nodes.values() if node.block in project.blocks}
            more = [project.blocks[key] for key in sorted(ids) if project.blocks[key] not in used]  # type: ignore[type-var, index]
            used += more
            todo += more
        for graph in used:
            for node in graph.nodes.values():
                if node.type == "Unflatten" and node.params.get("unflattened_size") == old:
                    edits.append(SetParams(graph.id, node.id, {"unflattened_size": feed.shape}))
    return edits


def _left(project: Project, shapes: ProjectShapes, facts: DataFacts) -> list[Problem]:
    """What is wrong in networks that are trained, errors first; scores to spare are only a hint, but whoever fits a
    network does not want them."""
    playing = [key for place, key in enumerate(project.networks) if facts.of(place) is not None]
    found = [one for one in shapes.problems if one.place and one.place[0] in playing]
    errors = [one for one in found if one.severity == "error"]
    return errors or [one for one in found if one.kind == "data"]


def input_edits(project: Project, facts: DataFacts) -> list[Edit]:
    """Edits that give each Input the shape of what it is fed."""
    edits: list[Edit] = []
    for place, network in enumerate(project.networks.values()):
        asks = facts.of(place)
        for node, feed in zip(network.inputs, asks.feeds if asks is not None else (), strict=False):
            if feed.shape is None:
                continue
            shape, dtype = node.params.get("shape"), node.params.get("dtype", "float32")
            same = isinstance(shape, tuple) and agrees(shape, feed.shape) and dtype == feed.dtype
            if not same or (-1 not in shape and shape != feed.shape):  # type: ignore[operator]
                edits.append(SetParams(network.id, node.id, {"shape": feed.shape, "dtype": feed.dtype}))
    return edits


def _gentle(fix: Fix, problem: Problem) -> bool:
    """Whether a repair keeps all layers (but those of an Output too many) and the inputs as the data has them."""
    return not any(
        (isinstance(edit, RemoveNodes) and problem.param != SPARE)
        or (isinstance(edit, SetParams) and "shape" in edit.values and problem.kind != "data")
        for edit in fix.edits
    )
