"""Steps for columns of tables and series, and for texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from graph.catalogue.spec import Param
from runtime.data.schema import DataError, Schema
from runtime.data.steps.rules import SINGLE, chosen_columns, names_of, numeric
from runtime.data.steps.spec import StepType

if TYPE_CHECKING:
    import torch

COLUMNS = Param(
    "columns", "shape", (), "Which columns, counted from 0; empty: all of them.", minimum=0, maximum=100_000
)


def _binned(schema: Schema, values: Mapping[str, Any]) -> Schema:
    chosen_columns(schema, values)
    return numeric(schema, values)


def _borders(inputs: torch.Tensor, schema: Schema, values: Mapping[str, Any]) -> dict[str, Any]:
    """Inner borders of the bins of each column: equally wide, or equally full."""
    import torch

    columns = chosen_columns(schema, values)
    inner = torch.arange(1, values["count"]) / values["count"]
    borders = []
    for column in columns:
        known = inputs[..., column].reshape(-1)
        if values["bins"] == "equally wide":
            low, high = known.min(), known.max()
            found = low + (high - low) * inner
        else:
            found = known.sort().values[(inner * len(known)).long()]  # torch.quantile refuses large columns
        borders.append(tuple(found.tolist()))
    return {"columns": columns, "borders": tuple(borders)}


def _one_hot(schema: Schema, values: Mapping[str, Any]) -> Schema:
    numeric(schema, values)
    chosen, count = chosen_columns(schema, values), values["count"]
    names: list[str] = []
    for column, name in enumerate(names_of(schema)):
        names += [f"{name} = {number}" for number in range(count)] if column in chosen else [name]
    return replace(schema, input_shape=(*schema.input_shape[:-1], len(names)), features=tuple(names))


def _numbers_of_words(schema: Schema) -> None:
    if schema.input_dtype != "int64" or len(schema.input_shape) != 1:
        raise DataError("it is for texts whose words are whole numbers, but these are written out as 0 and 1")


def _dropped(schema: Schema, values: Mapping[str, Any]) -> Schema:
    _numbers_of_words(schema)
    if schema.task not in SINGLE:
        raise DataError(f"the targets of the task “{schema.task}” belong to the words one by one")
    if schema.vocabulary and schema.vocabulary[0]:
        raise DataError("it fills up with number 0, which is a word of this vocabulary")
    return schema


def _word_for_word(schema: Schema) -> tuple[str, ...]:
    """The entries of a batch that have one number for each word of the input."""
    names = ["input"]
    if schema.task == "next-token":
        names.append("target")
    length = schema.input_shape[0]
    return (*names, *(entry.name for entry in schema.fields if entry.shape[:1] == (length,)))


def _truncated(schema: Schema, values: Mapping[str, Any]) -> Schema:
    _numbers_of_words(schema)
    before, length = schema.input_shape[0], values["length"]
    if 0 <= before < length:
        raise DataError(f"the texts have only {before} words, so {length} are no limit")
    names = _word_for_word(schema)
    return replace(
        schema,
        input_shape=(length,),
        target_shape=(length,) if "target" in names else schema.target_shape,
        fields=tuple(
            replace(entry, shape=(length, *entry.shape[1:])) if entry.name in names else entry
            for entry in schema.fields
        ),
    )


def _truncate(schema: Schema, values: Mapping[str, Any]) -> dict[str, Any]:
    names = _word_for_word(schema)
    return {"length": values["length"], **({"names": names} if len(names) > 1 else {})}


STEPS = (
    StepType(
        id="bins",
        title="Bins",
        help=(
            "Replaces numbers by the number of the bin they fall into, counted from 0. The borders are measured on "
            "the training split."
        ),
        group="Columns",
        kinds=("table", "series"),
        code=("columns", "Bins"),
        params=(
            COLUMNS,
            Param("count", "int", 5, "How many bins.", minimum=2, maximum=1000),
            Param(
                "bins", "choice", "equally full", "As many samples in each, or as wide.",
                choices=("equally full", "equally wide"),
            ),
        ),
        after=_binned,
        measured=_borders,
        words=("quantiles", "histogram", "discretise"),
    ),
    StepType(
        id="one_hot",
        title="One-hot",
        help="Replaces a column of whole numbers by one column for each number: 1 where it is, else 0.",
        group="Columns",
        kinds=("table", "series"),
        code=("columns", "OneHot"),
        params=(
            COLUMNS,
            Param("count", "int", 5, "Numbers from 0 to below this get a column.", minimum=2, maximum=1000),
        ),
        arguments=lambda schema, values: {"columns": chosen_columns(schema, values), "count": values["count"]},
        after=_one_hot,
        words=("dummy", "categories"),
    ),
    StepType(
        id="drop_tokens",
        title="Drop words",
        help="Leaves out words of each text with a chance; the words behind move up.",
        group="Text",
        kinds=("tokens",),
        code=("tokens", "DropTokens"),
        params=(
            Param("chance", "float", 0.1, "How likely it is for each word.", minimum=0, maximum=0.95),
        ),
        random=True,
        after=_dropped,
        words=("token", "dropout", "augment"),
    ),
    StepType(
        id="truncate",
        title="Truncate",
        help="Keeps the first words of each text.",
        group="Text",
        kinds=("tokens",),
        code=("tokens", "Truncate"),
        params=(
            Param("length", "int", 32, "So many words are kept.", minimum=1, maximum=1_000_000),
        ),
        arguments=_truncate,
        after=_truncated,
        words=("cut", "length", "token"),
    ),
)  # fmt: skip
