"""Embeddings: whole numbers (words, tokens, categories) become learned vectors."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

from graph.catalogue.rules import Outputs, Rule, first, rank_is
from graph.catalogue.spec import Call, Complaint, Example, Given, LayerType, Param, Patch, Port
from graph.tensors import Tensor

TOKENS = Port("input", "int", help="Token numbers, from 0 to num_embeddings − 1.")

_TABLE = (
    Param("num_embeddings", "int", 1000, "How many different tokens there are.", minimum=1, maximum=100_000_000,
          required=True),
    Param("embedding_dim", "int", 64, "Length of each token's vector.", minimum=1, maximum=1_000_000, required=True),
    Param("padding_idx", "int", None, "A token whose vector stays zero: the one that fills up short sequences.",
          minimum=-100_000_000, maximum=100_000_000, optional=True),
)  # fmt: skip


def _padding_exists(given: Given) -> Complaint | None:
    index, count = given["padding_idx"], given["num_embeddings"]
    if index is None or -count <= index < count:
        return None
    return Complaint(
        f"has padding_idx = {index}, but its tokens go from 0 to {count - 1}, for {given.one().text}",
        expected=f"0 to {count - 1}", got=str(index), param="padding_idx",
        patches=(Patch("Set padding_idx to 0", {"padding_idx": 0}),),
    )  # fmt: skip


def _worked(given: Given, outputs: Outputs) -> str:
    count, size = given["num_embeddings"], given["embedding_dim"]
    return f"parameters = {count} · {size} = {prod((count, size)):,}"


def _outputs(values: Mapping[str, Any]) -> tuple[Port, ...]:
    table = Port("weight", help="The whole table, (num_embeddings, embedding_dim): for a TiedLinear.")
    return (Port("output"), *((table,) if values["weight_output"] else ()))


def _call(c: Call) -> str:
    looked_up = f"{c.module}({c.one()})"
    return f"({looked_up}, {c.module}.weight)" if c.values["weight_output"] else looked_up


def _bag_call(c: Call) -> str:
    weights = f", per_sample_weights={c.one('per_sample_weights')}" if c.has("per_sample_weights") else ""
    return f"{c.module}({c.one()}{weights})"


def _bag_weights(given: Given) -> Complaint | None:
    if not given.has("per_sample_weights"):
        return None
    weights, tokens = given.one("per_sample_weights"), given.one()
    if given["mode"] != "sum":
        return Complaint(
            f"can weigh its tokens only when it sums them, not as {given['mode']}, but receives {weights.text}",
            expected="mode sum", got=given["mode"], param="mode",
            patches=(Patch("Set mode to sum", {"mode": "sum"}),),
        )  # fmt: skip
    if weights.shapes == tokens.shapes:
        return None
    wanted = Tensor(tokens.shapes).text
    return Complaint(
        f"expects a weight for every token, {wanted}, but receives {weights.text}",
        expected=wanted, got=weights.text, port="per_sample_weights",
    )  # fmt: skip


_bag: Rule = first(_padding_exists, rank_is(2, what="a batch of token lists (B, N)"), _bag_weights)

LAYERS = (
    LayerType(
        name="Embedding",
        category="Embedding",
        summary="Look up a learned vector for every token.",
        help=(
            "A table with one learned vector per token. Every whole number of the input is replaced by its "
            "vector, so (B, T) becomes (B, T, embedding_dim). It is the first layer of nearly every text "
            "network; its input must be whole numbers, not decimal ones."
        ),
        formula="y = W[x],  parameters = num_embeddings · embedding_dim",
        words=("word vectors", "lookup", "token", "vocabulary", "word2vec", "text"),
        params=(
            *_TABLE,
            Param("weight_output", "bool", False, "Also give the table itself, for an output tied to it.",
                  code=False),
        ),
        inputs=(TOKENS,),
        outputs=_outputs,
        module="nn.Embedding",
        call=_call,
        sequential=True,
        unpack=lambda values: "{output}, {weight}" if values["weight_output"] else None,
        check=_padding_exists,
        worked=_worked,
        headline=("num_embeddings", "embedding_dim"),
        examples=(
            Example({"num_embeddings": 20, "embedding_dim": 6}, {"input": (2, 5)}, {"input": "int64"}),
            Example({"num_embeddings": 20, "embedding_dim": 3, "padding_idx": 0}, {"input": (2,)}, {"input": "int64"}),
            Example({"num_embeddings": 20, "embedding_dim": 6, "weight_output": True}, {"input": (2, 5)},
                    {"input": "int64"}),
        ),
    ),
    LayerType(
        name="EmbeddingBag",
        category="Embedding",
        summary="The mean, sum or maximum of the vectors of a list of tokens.",
        help=(
            "Looks up the vectors of all tokens of a sample and joins them to one, without keeping them all "
            "in memory. The order of the tokens does not matter: a bag of words. (B, N) becomes (B, "
            "embedding_dim). Lists of different length are filled up with padding_idx, which does not count."
        ),
        formula="y = mean (or sum, or max) of W[x] over the tokens,  parameters = num_embeddings · embedding_dim",
        words=("bag of words", "text", "token", "average embedding"),
        params=(
            *_TABLE,
            Param("mode", "choice", "mean", "How the vectors are joined.", choices=("mean", "sum", "max")),
        ),
        inputs=(
            TOKENS,
            Port("per_sample_weights", optional=True, help="(B, N): how much each token counts in the sum."),
        ),
        module="nn.EmbeddingBag",
        call=_bag_call,
        sequential=True,
        check=_bag,
        worked=_worked,
        headline=("num_embeddings", "embedding_dim"),
        examples=(
            Example({"num_embeddings": 20, "embedding_dim": 6}, {"input": (2, 5)}, {"input": "int64"}),
            Example({"num_embeddings": 20, "embedding_dim": 3, "mode": "sum", "padding_idx": 0}, {"input": (2, 4)},
                    {"input": "int64"}),
            Example({"num_embeddings": 20, "embedding_dim": 3, "mode": "sum"},
                    {"input": (2, 4), "per_sample_weights": (2, 4)}, {"input": "int64"}),
        ),
    ),
)  # fmt: skip
