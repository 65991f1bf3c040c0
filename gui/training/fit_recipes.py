"""What recipes other than the plain one ask of their networks' shapes, and making several networks agree with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from graph.document import apply_edits
from graph.edits import Edit, SetParams
from graph.facts import DataFacts
from graph.model import Graph, Project
from graph.problems import Problem
from graph.shapes import Inference
from gui.training.fit import data_problem, fit_network
from gui.training.fit_embedding import embedding_edits
from gui.training.fit_tokens import token_edits, token_misfit
from runtime.choice import ChoiceError
from runtime.data import DataError, Schema, get_source, prepared_schema
from runtime.recipes import SUPERVISED

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """What one of a recipe's networks has to take and to give; ``None`` where anything goes."""

    role: int
    takes: Shape | None
    gives: Shape | None
    reason: str = ""


def _classes(schema: Schema) -> Shape:
    return (schema.class_count,)


WISHES: dict[str, Callable[[Schema], Sequence[Wish]]] = {
    "segmentation": lambda schema: (
        Wish(0, schema.input_shape, (*_classes(schema), *schema.target_shape), "for scores of every pixel"),
    ),
    "detection": lambda schema: (Wish(0, schema.input_shape, None),),
    "autoencoding": lambda schema: (
        Wish(0, schema.input_shape, schema.input_shape, "to draw the sample again"),
    ),
    "variational": lambda schema: (
        Wish(0, schema.input_shape, schema.input_shape, "to draw the sample again"),
    ),
    "cycle": lambda schema: (
        Wish(0, schema.input_shape, schema.target_shape, "to be like the other pictures"),
        Wish(1, schema.target_shape, schema.input_shape, "to be like the first pictures"),
        Wish(2, schema.input_shape, None),
        Wish(3, schema.target_shape, None),
    ),
    "image_to_image": lambda schema: (
        Wish(0, schema.input_shape, schema.target_shape, "to be like the wanted picture"),
    ),
    "adversarial": lambda schema: (
        Wish(0, None, schema.input_shape, "to be like the samples"),
        Wish(1, schema.input_shape, None),
    ),
}
"""Recipe -> what its networks have to take and give. Only networks with one input are compared."""


def wishes(project: Project) -> list[tuple[Graph, DataFacts]]:
    """The networks that have to agree with the data under the project's recipe, and with what."""
    recipe = project.training.recipe
    if recipe == SUPERVISED or recipe not in WISHES:
        return []
    try:
        schema = prepared_schema(project.data)
        title = get_source(project.data.source).title
    except DataError:
        return []
    networks, found = list(project.networks.values()), []
    for wish in WISHES[recipe](schema):
        if wish.role >= len(networks) or len(networks[wish.role].inputs) != 1:
            continue
        network = networks[wish.role]
        values = network.inputs[0].params
        own, dtype = values.get("shape"), values.get("dtype", "float32")
        takes = wish.takes or (
            own if isinstance(own, tuple) and all(isinstance(size, int) for size in own) else None
        )
        if takes is None:
            continue
        facts = DataFacts(
            title, takes, schema.input_dtype if wish.takes else str(dtype), wish.gives, wish.reason  # type: ignore[arg-type]
        )  # fmt: skip
        found.append((network, facts))
    return found


def _alone(project: Project, network: Graph) -> Project:
    """The project with this network only, for it is the first that facts are compared with. Nothing is copied."""
    return Project(
        networks={network.id: network}, blocks=project.blocks, data=project.data, training=project.training
    )


def recipe_misfit(inference: Inference, project: Project) -> Problem | None:
    """The first thing in which a network and the data do not agree."""
    for network, facts in wishes(project):
        problem = data_problem(inference.run(_alone(project, network), facts).problems)
        if problem is not None:
            return problem
    return input_misfit(project) or token_misfit(project)


def fit_everything(inference: Inference, project: Project, facts: DataFacts | None) -> list[Edit] | None:
    """Edits after which all networks agree with the data: ``facts`` is what the plain recipe asks of the first.
    ``None`` when no such edits are found."""
    tried = project.copy()
    edits = embedding_edits(tried)
    apply_edits(tried, edits)
    sizes: list[Edit] = [*input_edits(tried), *token_edits(tried)]
    apply_edits(tried, sizes)
    edits += sizes
    asked = [(tried.main, facts)] if facts is not None else wishes(tried)
    for network, wanted in asked:
        alone = _alone(tried, network)
        if not any(problem.kind == "data" for problem in inference.run(alone, wanted).problems):
            continue
        found = fit_network(inference, alone, wanted)
        if found is None:
            return None
        apply_edits(tried, found)
        edits.extend(found)
    return edits or None


# -- several inputs, each fed by a column of the data ------------------------------------------------------


def _columns(schema: Schema) -> dict[str, tuple[Shape, str]]:
    """Column of a batch -> shape and dtype of one row."""
    return {
        "input": (schema.input_shape, schema.input_dtype),
        "target": (schema.target_shape, schema.target_dtype),
        **{field.name: (field.shape, field.dtype) for field in schema.fields},
    }


def input_edits(project: Project) -> list[SetParams]:
    """Edits that give each Input of a network with several inputs and outputs the shape of its column."""
    if project.training.recipe != "several":
        return []
    from runtime.recipes.several import read_feeds

    network = project.main
    try:
        columns = _columns(prepared_schema(project.data))
        feeds = read_feeds([node.name for node in network.inputs], list(columns), network.name)
    except (DataError, ChoiceError):
        return []
    edits = []
    for node, feed in zip(network.inputs, feeds, strict=True):
        shape, dtype = columns[feed]
        if node.params.get("shape") != shape or node.params.get("dtype", "float32") != dtype:
            edits.append(SetParams(network.id, node.id, {"shape": shape, "dtype": dtype}))
    return edits


def input_misfit(project: Project) -> Problem | None:
    """The first Input that has another shape than its column."""
    edits = input_edits(project)
    if not edits:
        return None
    node = project.main.nodes[edits[0].node]
    title = get_source(project.data.source).title
    shape = " × ".join(map(str, edits[0].values["shape"])) or "one number"  # type: ignore[arg-type]
    text = f"Input “{node.name}” expects another shape than {title} gives, which is {shape} {edits[0].values['dtype']}."
    return Problem((project.main.id,), project.main.id, node.id, text, kind="data")
