"""What the chosen data and the loss ask of the first network, in the graph's own terms. No torch here."""

from __future__ import annotations

from graph.facts import DataFacts
from graph.model import Project
from runtime.data import DataError, get_source, prepared_schema
from runtime.data.steps.plan import loss_problem
from runtime.data.targets import TITLES, form_of, output_shape
from runtime.recipes import SUPERVISED


def facts_for(project: Project) -> DataFacts | None:
    """Shapes that input and output have to agree with, or ``None`` while no data is chosen and for recipes
    that do not simply feed the data to one network.

    Raises :class:`runtime.data.DataError` when the choice itself cannot be used (an unknown source, a wrong
    option, a loss that does not go with these targets).
    """
    if not project.data.source:
        return None
    source = get_source(project.data.source)
    schema = prepared_schema(project.data)
    if project.training.recipe != SUPERVISED:
        return None
    loss = project.training.loss
    problem = loss_problem(project.data.steps, loss)
    if problem is not None:
        raise DataError(problem)
    goal = f"{schema.class_count} classes" if schema.task != "regression" else "the numbers to predict"
    return DataFacts(
        name=source.title,
        input_shape=schema.input_shape,
        input_dtype=schema.input_dtype,
        output=output_shape(schema, loss),
        output_reason=f"for {TITLES.get(loss, loss)} with {goal}",
        wider=form_of(loss) == "index",
    )
