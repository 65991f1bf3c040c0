"""Boltzmann machines: what is seen should be likelier than what is dreamt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graph.catalogue.spec import Param
from graph.facts import Asks, Feed, Want
from graph.model import Project
from runtime.choice import ChoiceError, setting
from runtime.data.schema import Schema
from runtime.recipes import _signs
from runtime.recipes.adversarial import ANYTHING
from runtime.recipes.spec import Figure, Link, Recipe, Role


def built(project: Project) -> Mapping[str, Any]:
    """There must be a machine: three tables of numbers with these names. Fine-tuning needs classes."""
    from runtime.data import prepared_schema

    if setting(project.training, "fine_tuning"):
        schema = prepared_schema(project.data)
        if schema.task != "classification" or project.training.loss not in ("cross_entropy", "nll"):
            raise ChoiceError(
                "Fine-tuning learns classes with cross-entropy. Choose data with classes and that loss, or set the "
                "epochs of fine-tuning to 0."
            )
    wanted = {"weights", "hidden_bias", "visible_bias"}
    for graph in (project.main, *project.blocks.values()):
        if wanted <= {node.name for node in graph.nodes.values() if node.type == "Parameter"}:
            return {}
    raise ChoiceError(
        "Contrastive divergence needs a Boltzmann machine: a block with Parameter nodes called weights, hidden_bias "
        "and visible_bias. The preset “Restricted Boltzmann machine” shows one."
    )


def asks(project: Project, schema: Schema) -> Sequence[Asks]:
    """Samples; with fine-tuning the first output gives the classes."""
    first = Want(None)
    if setting(project.training, "fine_tuning"):
        first = Want((schema.class_count,), reason=f"for {schema.class_count} classes", wider=True)
    return (Asks((Feed(schema.input_shape, schema.input_dtype),), (first,)),)


RECIPE = Recipe(
    id="contrastive_divergence",
    title="Contrastive divergence",
    help=(
        "Each machine learns by itself, from below to above: its weights move towards what picture and hidden units "
        "have in common, and away from what its dream (some steps down and up again) and hidden units have in common. "
        "The machines share the epochs equally. In the last epochs, if fine-tuning is wanted, the whole network learns "
        "the classes with the loss on its first output."
    ),
    roles=(Role("network", "Machines", "Blocks with weights, hidden_bias and visible_bias, from below to above."),),
    figures=(
        Figure("reconstruction_error", "Reconstruction error", help="Mean squared difference between the picture and "
               "what becomes of it up through the machines that have learned, and down again."),
        Figure("classification_loss", "Classification loss", help="Of the first output; only with fine-tuning."),
        Figure("accuracy", "Accuracy", "score", "high", "Share of right classes; only with fine-tuning."),
    ),
    tasks=ANYTHING,
    loop="ContrastiveDivergence",
    watch="",
    groups=(("network", ("network",)),),
    options=(
        Param("gibbs_steps", "int", 1, "How often a dream goes down and up again (the k of CD-k).",
              minimum=1, maximum=1000),
        Param("fine_tuning", "int", 0, "So many of the last epochs train the whole network to tell the classes.",
              minimum=0, maximum=100_000),
    ),
    links=(
        Link("data:input", "network"),
        Link("network", "network", "dreams"),
        Link("network", "loss:reconstruction_error"),
        Link("data:input", "loss:reconstruction_error"),
        Link("network", "loss:classification_loss", "fine-tuning"),
        Link("data:target", "loss:classification_loss"),
        Link("loss:classification_loss", "group:network"),
    ),
    uses_loss=True,
    built=built,
    asks=asks,
    presets=("rbm", "dbn"),
    numbers=True,
)  # fmt: skip

STAGED = True
"""The error of each machine begins anew, so the common signs mean nothing."""
advise = _signs.machines
