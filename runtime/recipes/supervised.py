"""One network learns to give the target."""

from __future__ import annotations

from collections.abc import Sequence

from graph.facts import Asks, Feed, Want
from graph.model import Project
from runtime.data.schema import DataError, Schema
from runtime.losses import LOSSES
from runtime.recipes.spec import Figure, Link, Recipe, Role
from runtime.recipes.words import tokens_of


def asks(project: Project, schema: Schema) -> Sequence[Asks]:
    """Samples, and what the loss compares; :class:`DataError` for a loss that does not go with the targets."""
    from runtime.data.steps.plan import loss_problem
    from runtime.data.targets import form_of, output_shape

    loss = project.training.loss
    shape, problem = output_shape(schema, loss), loss_problem(project.data.steps, loss)
    if problem is not None:
        raise DataError(problem)
    goal = f"{schema.class_count} classes" if schema.task != "regression" else "the numbers to predict"
    reason = f"for {LOSSES[loss].title} with {goal}"
    feed = Feed(schema.input_shape, schema.input_dtype, count=tokens_of(schema))
    return (Asks((feed,), (Want(shape, reason=reason, wider=form_of(loss) == "index"),)),)


RECIPE = Recipe(
    id="supervised",
    title="Supervised",
    help=(
        "The network is given the input; its first output is compared with the target by the loss. For classes, "
        "numbers to predict and sequences of them."
    ),
    roles=(Role("network", "Network", "Gives the output that is compared with the target."),),
    figures=(Figure("loss", "Loss"),),
    tasks=("classification", "binary", "regression", "next-token", "multi-label"),
    loop="Supervised",
    watch="loss",
    groups=(("network", ("network",)),),
    links=(
        Link("data:input", "network"),
        Link("network", "loss:loss"),
        Link("data:target", "loss:loss"),
        Link("loss:loss", "group:network"),
    ),
    uses_loss=True,
    asks=asks,
    presets=(
        "digits-cnn",
        "iris-mlp",
        "diabetes-mlp",
        "lstm",
        "time-series",
        "variable-length",
        "char-rnn",
        "char-gpt",
        "mnist-cnn",
        "small-resnet",
    ),
)
