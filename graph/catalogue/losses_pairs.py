"""Losses that compare samples with each other: pairs, triples and rankings."""

from __future__ import annotations

from graph.catalogue.losses import INPUT_TARGET, loss, mean_of, same_shape
from graph.catalogue.rules import first, rank_at_least, rank_is
from graph.catalogue.spec import Call, Complaint, Example, Given, Param, Port

_VECTORS = "a batch of vectors (B, …, features)"
_SIGN = Port("target", "number", help="1 for a pair that belongs together, −1 for one that does not.")


def _margin(default: float, help: str, low: float = 0, high: float = 1e6) -> Param:
    return Param("margin", "float", default, help, minimum=low, maximum=high)


def _one_each(given: Given) -> Complaint | None:
    vectors, target = given.one("input1"), given.one("target")
    if [shape[:1] for shape in vectors.shapes] == list(target.shapes):
        return None
    return Complaint(
        f"expects one target for each pair of {vectors.text}, but target is {target.text}",
        expected="(B,)", got=target.text, port="target",
    )  # fmt: skip


def _pair_call(c: Call) -> str:
    return f"{c.module}({c.one('input1')}, {c.one('input2')}, {c.one('target')})"


def _triple_call(c: Call) -> str:
    return f"{c.module}({c.one('anchor')}, {c.one('positive')}, {c.one('negative')})"


_PAIRS = {"input1": (2, 5), "input2": (2, 5), "target": (2,)}
_ALIKE = {"input1": (2, 5), "input2": (2, 5), "target": (2, 5)}
_TRIPLE = {"anchor": (2, 5), "positive": (2, 5), "negative": (2, 5)}

LAYERS = (
    loss(
        "CosineEmbeddingLoss", "Pull like vectors together by their angle, push others apart.",
        "Compares pairs of vectors by the cosine of the angle between them. Pairs with target 1 should point the "
        "same way, pairs with target −1 should not come closer than the margin.",
        "loss = 1 − cos(x₁, x₂) for target 1,  max(0, cos(x₁, x₂) − margin) for target −1",
        ("contrastive", "similarity", "embedding", "siamese", "metric learning"),
        (Example({}, _PAIRS), Example({"margin": 0.3, "reduction": "none"}, _PAIRS, {"target": "int64"})),
        params=(_margin(0.0, "From which cosine on unlike pairs cost something.", -1, 1),),
        inputs=(Port("input1"), Port("input2"), _SIGN), call=_pair_call,
        check=first(rank_is(2, what="a batch of vectors (B, features)", port="input1"),
                    same_shape("input1", "input2"), _one_each),
        headline=("margin",),
    ),
    loss(
        "TripletMarginLoss", "The positive should be nearer to the anchor than the negative.",
        "Learns from triples: an anchor, something like it and something unlike it. The distance to the unlike one "
        "should be larger by a margin. Face recognition learns its embeddings this way. swap also looks at the "
        "distance between positive and negative, which is harder.",
        "loss = mean(max(0, ‖anchor − positive‖ₚ − ‖anchor − negative‖ₚ + margin))",
        ("triplet", "metric learning", "embedding", "siamese", "face recognition", "contrastive"),
        (Example({}, _TRIPLE), Example({"margin": 0.5, "p": 1.0, "swap": True, "reduction": "none"}, _TRIPLE)),
        params=(
            # torch's C++ code refuses a margin of zero
            _margin(1.0, "How much nearer the positive should be.", 1e-6),
            Param("p", "float", 2.0, "Which norm; 2 is the usual distance.", minimum=1e-3, maximum=100),
            Param("eps", "float", 1e-6, "Added to the differences.", minimum=0, maximum=1),
            Param("swap", "bool", False, "Use the harder one of the two distances to the negative."),
        ),
        inputs=(Port("anchor"), Port("positive", help="Like the anchor."), Port("negative", help="Unlike the anchor.")),
        call=_triple_call,
        check=first(rank_at_least(2, _VECTORS, "anchor"), same_shape("anchor", "positive", "negative")),
        headline=("margin",),
    ),
    loss(
        "MarginRankingLoss", "The one that should rank higher must be ahead by a margin.",
        "Compares two scores: with target 1 the first should be larger, with −1 the second. Used to learn an order "
        "from pairs, such as search results or answers people prefer.",
        "loss = mean(max(0, −target · (x₁ − x₂) + margin))",
        ("ranking", "pairwise", "preference", "learning to rank"),
        (Example({}, _ALIKE), Example({"margin": 0.5, "reduction": "none"}, dict.fromkeys(_ALIKE, (2,)))),
        params=(_margin(0.0, "How far the larger one should be ahead.", -1e6),),
        inputs=(Port("input1"), Port("input2"), _SIGN), call=_pair_call,
        check=same_shape("input1", "input2", "target"), headline=("margin",),
    ),
    loss(
        "HingeEmbeddingLoss", "Distances of like pairs small, of others above a margin.",
        "Takes a distance, for example of PairwiseDistance. Where the target is 1 the distance itself is the loss; "
        "where it is −1 only distances below the margin cost something.",
        "loss = x for target 1,  max(0, margin − x) for target −1",
        ("hinge", "contrastive", "siamese", "metric learning", "distance"),
        (Example({}, {"input": (2,), "target": (2,)}),
         Example({"margin": 0.5, "reduction": "none"}, {"input": (2, 3), "target": (2, 3)}, {"target": "int64"})),
        params=(_margin(1.0, "How far apart unlike pairs should be.", -1e6),),
        inputs=(INPUT_TARGET[0], _SIGN), check=same_shape("input", "target"), worked=mean_of, headline=("margin",),
    ),
)  # fmt: skip
