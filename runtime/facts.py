"""What the chosen data, loss and recipe ask of the networks, in the graph's own terms. No torch here."""

from __future__ import annotations

from graph.facts import DataFacts
from graph.model import Project
from runtime.choice import ChoiceError
from runtime.data import DataError, get_source, prepared_schema
from runtime.recipes import known_recipe


def facts_for(project: Project) -> DataFacts | None:
    """Shapes that Inputs and Outputs have to agree with; ``None`` while no data or an unknown recipe is chosen.

    Looks at no data, so it may be asked after every edit. Raises :class:`runtime.data.DataError` when the choice itself
    cannot be used (an unknown source, a wrong option, data, a loss or a number of networks the recipe cannot use).
    """
    if not project.data.source:
        return None
    source = get_source(project.data.source)
    schema = prepared_schema(project.data)
    recipe = known_recipe(project.training)
    if recipe is None:
        return None
    refusal = recipe.refusal(schema) or recipe.networks_refusal(project)
    if refusal is not None:
        raise DataError(refusal)
    try:
        recipe.keywords(project, schema)
        asks = tuple(recipe.asks(project, schema))
    except ChoiceError as error:
        raise DataError(str(error)) from error
    return DataFacts(source.title, asks, recipe.title)
