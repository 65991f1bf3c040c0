"""A network that reads one sequence and writes another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graph.catalogue.spec import Param
from graph.facts import Asks, Feed, Want
from graph.model import Project
from runtime.data.schema import END, START, DataError, Schema
from runtime.recipes.spec import Figure, Link, Recipe, Role


def known(schema: Schema) -> Mapping[str, Any]:
    """The numbers of the start and end tokens, and how long the longest target is without its start."""
    words = schema.target_vocabulary or schema.vocabulary
    for mark in (START, END):
        if mark not in words:
            raise DataError(
                f"The words of the targets have no token {mark}, so nobody knows where they {_ends(mark)}."
            )
    return {
        "start": words.index(START),
        "end": words.index(END),
        "longest": max(1, schema.target_shape[0] - 1),
    }


def _ends(mark: str) -> str:
    return "begin" if mark == START else "end"


def share(name: str, default: float, help: str) -> Param:
    return Param(name, "float", default, help, minimum=0.0, maximum=1.0)


def asks(project: Project, schema: Schema) -> Sequence[Asks]:
    """The source, and the target without its last place; a score of every token for every place comes out."""
    length, words = schema.target_shape[0], len(schema.target_vocabulary or schema.vocabulary)
    source = Feed(schema.input_shape, schema.input_dtype, "the source", len(schema.vocabulary))
    written = Feed((length if length < 0 else length - 1,), schema.target_dtype, "the target so far", words)
    scores = Want((-1, words), "scores", f"for {words} tokens at every place")
    return (Asks((source, written), (scores,)),)


RECIPE = Recipe(
    id="sequence_to_sequence",
    title="Sequence to sequence",
    help=(
        "The network has two inputs: the source, and the target as far as it is written. It says for every place "
        "which token comes next. While it learns it is given the right words so far (teacher forcing) and pays "
        "cross-entropy for every token that is not filling; afterwards it writes by itself, token by token, until "
        "the end token."
    ),
    roles=(Role("network", "Translator", "Reads the source and what is written; says what comes next."),),
    figures=(
        Figure("loss", "Loss per token"),
        Figure("accuracy", "Right tokens", "score", "high", "Share of the tokens, given the right ones in front."),
        Figure(
            "exact", "Exactly right", "score", "high",
            "Share of the sequences that are written without a mistake, starting from nothing.", per_epoch=True,
        ),
        Figure(
            "bleu", "BLEU", "score", "high",
            "How many runs of one to four tokens the written sequences share with the wanted ones, 0 to 1.",
            per_epoch=True,
        ),
    ),
    tasks=("translation",),
    kinds=("tokens",),
    loop="SequenceToSequence",
    watch="loss",
    groups=(("network", ("network",)),),
    options=(
        share("teacher_forcing", 1.0,
              "Share of the words in front that are the right ones in the first epoch; the others are its own."),
        share("teacher_forcing_end", 1.0, "The same in the last epoch; between them it goes in a straight line."),
        Param("label_smoothing", "float", 0.0, "Share of the certainty spread over the other tokens.",
              minimum=0.0, maximum=0.99),
        Param("beam_width", "int", 4, "How many beginnings a beam search follows at once.", minimum=1, maximum=64),
        Param("decoded_rows", "int", 256, "How many sequences are written freely after each epoch, to see whether "
              "they are exactly right.", minimum=0, maximum=100_000),
    ),
    links=(
        Link("data:input", "network", "source"),
        Link("data:target", "network", "written so far"),
        Link("network", "loss:loss", "next token"),
        Link("data:target", "loss:loss", "one further on"),
        Link("loss:loss", "group:network"),
    ),
    known=known,
    asks=asks,
    presets=("seq2seq", "transformer"),
)  # fmt: skip
