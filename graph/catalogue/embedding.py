"""Embeddings: whole numbers (words, tokens, categories) become learned vectors."""

from __future__ import annotations

from math import prod

from graph.catalogue.rules import Outputs, Rule, first, rank_is
from graph.catalogue.spec import Complaint, Example, Given, LayerType, Param, Patch, Port

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


_bag: Rule = first(_padding_exists, rank_is(2, what="a batch of token lists (B, N)"))

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
        params=_TABLE,
        inputs=(TOKENS,),
        module="nn.Embedding",
        check=_padding_exists,
        worked=_worked,
        headline=("num_embeddings", "embedding_dim"),
        examples=(
            Example({"num_embeddings": 20, "embedding_dim": 6}, {"input": (2, 5)}, {"input": "int64"}),
            Example({"num_embeddings": 20, "embedding_dim": 3, "padding_idx": 0}, {"input": (2,)}, {"input": "int64"}),
        ),
    ),
    LayerType(
        name="EmbeddingBag",
        category="Embedding",
        summary="The mean, sum or maximum of the vectors of a list of tokens.",
        help=(
            "Looks up the vectors of all tokens of a sample and joins them to one, without keeping them all "
            "in memory. The order of the tokens does not matter: a bag of words. (B, N) becomes (B, "
            "embedding_dim)."
        ),
        formula="y = mean (or sum, or max) of W[x] over the tokens,  parameters = num_embeddings · embedding_dim",
        words=("bag of words", "text", "token", "average embedding"),
        params=(
            *_TABLE,
            Param("mode", "choice", "mean", "How the vectors are joined.", choices=("mean", "sum", "max")),
        ),
        inputs=(TOKENS,),
        module="nn.EmbeddingBag",
        check=_bag,
        worked=_worked,
        headline=("num_embeddings", "embedding_dim"),
        examples=(
            Example({"num_embeddings": 20, "embedding_dim": 6}, {"input": (2, 5)}, {"input": "int64"}),
            Example({"num_embeddings": 20, "embedding_dim": 3, "mode": "sum", "padding_idx": 0}, {"input": (2, 4)},
                    {"input": "int64"}),
        ),
    ),
)  # fmt: skip
