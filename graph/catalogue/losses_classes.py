"""Losses of classes and of yes/no answers."""

from __future__ import annotations

from graph.catalogue.losses import INPUT_TARGET, loss, mean_of, reduced, reduction, same_shape
from graph.catalogue.rules import Outputs, axis_size, channels_match, first, rank_at_least, rank_is
from graph.catalogue.spec import Call, Complaint, Example, Given, Param, Port

_IGNORE = Param("ignore_index", "int", -100, "Targets of this number do not count, such as padding.",
                minimum=-(2**31), maximum=2**31)  # fmt: skip
_CLASS = Port("target", "int", help="The number of the right class.")
_INT = {"target": "int64"}


def _classes_first(given: Given) -> Complaint | None:
    """Scores (B, classes, …), and a class number for every place or a score for every class."""
    scores, target = given.one(), given.one("target")
    if scores.rank < 2:
        return Complaint(
            f"expects a batch of scores (B, classes, …) but receives {scores.text}",
            expected="a batch of scores (B, classes, …)", got=scores.text, port="input",
        )  # fmt: skip
    if target.kind == "float":
        return same_shape("input", "target")(given)
    wanted = tuple((shape[0], *shape[2:]) for shape in scores.shapes)
    if target.shapes == wanted:
        return None
    where = "one for each sample" if scores.rank == 2 else "one for each sample and place"
    hint = ""
    if target.shapes == tuple(shape[:-1] for shape in scores.shapes) and scores.rank > 2:
        hint = "; the classes must be axis 1, which a Transpose before input brings there"
    return Complaint(
        f"expects class numbers, {where}, but scores and target are {scores.text} and {target.text}{hint}",
        expected=where, got=target.text, port="target",
    )  # fmt: skip


def _whole_class(given: Given) -> Complaint | None:
    found = rank_is(2, what="a batch of scores (B, classes)")(given)
    target = given.one("target")
    if found is not None or [s[:1] for s in given.one().shapes] == list(target.shapes):
        return found
    return Complaint(
        f"expects one class number for each sample of {given.one().text}, but target is {target.text}",
        expected="(B,)", got=target.text, port="target",
    )  # fmt: skip


def _labels(given: Given) -> Complaint | None:
    return rank_is(2, what="a batch of scores (B, labels)")(given) or same_shape("input", "target")(given)


def _linear_scores(given: Given) -> Complaint | None:
    target = given.one("target")
    if [shape[:1] for shape in given.one().shapes] == list(target.shapes):
        return None
    return Complaint(
        f"expects one class number for each row of {given.one().text}, but target is {target.text}",
        expected="(B,)", got=target.text, port="target",
    )  # fmt: skip


def _linear_macs(given: Given, outputs: Outputs) -> int:
    return int(given["in_features"]) * int(given["num_classes"])


def _linear_worked(given: Given, outputs: Outputs) -> str:
    n, m = given["in_features"], given["num_classes"]
    bias = f" + {m}" if given["bias"] else ""
    return f"parameters = {n} · {m}{bias} = {n * m + (m if given['bias'] else 0):,}"


def _alignment(given: Given) -> Complaint | None:
    """(B, T, classes) against (B, S), with a length each."""
    found = rank_is(3, what="log-probabilities (B, T, classes)", port="log_probs")(given)
    if found is not None:
        return found
    scores, target = given.one("log_probs"), given.one("targets")
    batch = [shape[0] for shape in scores.shapes]
    if target.rank != 2 or [shape[0] for shape in target.shapes] != batch:
        return Complaint(
            f"expects padded targets (B, S) for {scores.text}, but they are {target.text}",
            expected="(B, S)", got=target.text, port="targets",
        )  # fmt: skip
    for port in ("input_lengths", "target_lengths"):
        lengths = given.one(port)
        if list(lengths.shapes) != [(size,) for size in batch]:
            return Complaint(
                f"expects one length for each sample of {scores.text}, but {port} is {lengths.text}",
                expected="(B,)", got=lengths.text, port=port,
            )  # fmt: skip
    if given["blank"] >= (scores.size(2) or given["blank"] + 1):
        return Complaint(
            f"has blank = {given['blank']}, but its classes go from 0 to {scores.shapes[0][2] - 1} in {scores.text}",
            expected=f"at most {scores.shapes[0][2] - 1}", got=str(given["blank"]), param="blank", port="log_probs",
        )  # fmt: skip
    return None


def _ctc_call(c: Call) -> str:
    rest = ", ".join(c.one(port) for port in ("targets", "input_lengths", "target_lengths"))
    return f"{c.module}({c.one('log_probs')}.transpose(0, 1), {rest})"


_SCORES = {"input": (2, 5), "target": (2,)}
_MAPS = {"input": (2, 5, 4, 4), "target": (2, 4, 4)}
_YES_NO = {"input": (2, 4), "target": (2, 4)}

LAYERS = (
    loss(
        "CrossEntropyLoss", "Cross-entropy of scores and the right classes.",
        "The loss of classifiers. It contains the softmax, so it takes raw scores: one for each class on axis 1, and "
        "the right class's number for each sample (or for each pixel or step, on the axes behind). A sequence (B, T, "
        "classes) needs a Transpose first. Label smoothing keeps the network from being too sure.",
        "loss = mean(−ln(exp(input[target]) / Σ exp(input[j])))",
        ("softmax loss", "classification", "log loss", "ce", "segmentation", "language model"),
        (Example({}, _SCORES, _INT),
         Example({"label_smoothing": 0.1, "ignore_index": 4, "reduction": "none"}, _MAPS, _INT),
         Example({"reduction": "sum"}, {"input": (2, 5), "target": (2, 5)})),
        params=(
            _IGNORE,
            reduction(),
            Param("label_smoothing", "float", 0.0, "Share of the target that is spread over all classes.", minimum=0,
                  maximum=1),
        ),
        inputs=(INPUT_TARGET[0], Port("target", "number", help="The right class's number, or a share per class.")),
        check=_classes_first, worked=mean_of, headline=("label_smoothing",),
    ),
    loss(
        "NLLLoss", "Negative log-likelihood of log-probabilities.",
        "Takes the log-probability of the right class with its sign turned. A LogSoftmax stands before it; both "
        "together are CrossEntropyLoss.",
        "loss = mean(−input[target])",
        ("nll", "negative log likelihood", "log softmax", "classification"),
        (Example({}, _SCORES, _INT), Example({"ignore_index": 2, "reduction": "sum"}, _MAPS, _INT)),
        params=(_IGNORE, reduction()), inputs=(INPUT_TARGET[0], _CLASS), check=_classes_first, worked=mean_of,
    ),
    loss(
        "BCELoss", "Binary cross-entropy of probabilities.",
        "For yes/no answers given as probabilities: a Sigmoid stands before it. Each value is judged by itself, so "
        "several answers per sample are possible. BCEWithLogitsLoss does the same from raw scores and is safer.",
        "loss = mean(−target · ln input − (1 − target) · ln(1 − input))",
        ("binary cross entropy", "bce", "yes no", "sigmoid", "gan", "log loss"),
        (Example({}, _YES_NO), Example({"reduction": "none"}, {"input": (2, 1), "target": (2, 1)})),
        check=same_shape("input", "target"), worked=mean_of,
    ),
    loss(
        "BCEWithLogitsLoss", "Binary cross-entropy of raw scores; contains the sigmoid.",
        "For yes/no answers given as raw scores. It computes sigmoid and logarithm in one step, which does not "
        "overflow. Use it for several labels per sample, for discriminators and for masks of segmentation.",
        "loss = mean(−target · ln σ(input) − (1 − target) · ln(1 − σ(input)))",
        ("binary cross entropy", "bce", "logits", "multi-label", "sigmoid", "gan", "segmentation"),
        (Example({}, _YES_NO), Example({"reduction": "none"}, {"input": (2, 1, 4, 4), "target": (2, 1, 4, 4)})),
        check=same_shape("input", "target"), worked=mean_of,
    ),
    loss(
        "KLDivLoss", "How far one distribution is from another.",
        "The Kullback-Leibler divergence. The input must be log-probabilities (a LogSoftmax before it), the target "
        "probabilities. A small network learns from a large one with it: knowledge distillation. batchmean divides "
        "by the number of samples, which is what mathematics means; mean divides by all values.",
        "loss = Σ target · (ln target − input) / B",
        ("kullback leibler", "kl divergence", "distillation", "distribution"),
        (Example({}, _YES_NO),
         Example({"log_target": True, "reduction": "sum"}, {"input": (2, 3, 4), "target": (2, 3, 4)})),
        params=(
            reduction("batchmean", "sum", "mean", "none", default="batchmean"),
            Param("log_target", "bool", False, "The target too is given as log-probabilities."),
        ),
        check=same_shape("input", "target"),
    ),
    loss(
        "MultiLabelSoftMarginLoss", "Binary cross-entropy over all labels of a sample.",
        "For samples that carry several labels at once, such as the objects in a photo: takes one raw score per "
        "label and 0 or 1 as targets, and gives the mean over the labels.",
        "loss = mean over labels of −target · ln σ(input) − (1 − target) · ln(1 − σ(input))",
        ("multi-label", "tags", "sigmoid"),
        (Example({}, _YES_NO), Example({"reduction": "none"}, _YES_NO)),
        check=first(rank_at_least(2, "a batch of scores (B, …, labels)"), same_shape("input", "target")),
    ),
    loss(
        "MultiLabelMarginLoss", "Every right label should beat every wrong one by 1.",
        "A hinge loss for samples with several labels. The target lists the numbers of the right labels, followed by "
        "−1.",
        "loss = Σ max(0, 1 − (input[right] − input[wrong])) / labels",
        ("multi-label", "hinge", "ranking"),
        (Example({}, _YES_NO, _INT), Example({"reduction": "none"}, _YES_NO, _INT)),
        inputs=(INPUT_TARGET[0], Port("target", "int", help="Numbers of the right labels, then −1.")), check=_labels,
    ),
    loss(
        "MultiMarginLoss", "The right class should beat every other by a margin.",
        "The loss of support vector machines for several classes: only scores that come too close to the right one "
        "cost something.",
        "loss = Σ max(0, margin − input[target] + input[j])ᵖ / classes",
        ("hinge", "svm", "support vector machine", "classification"),
        (Example({}, _SCORES, _INT), Example({"p": 2, "margin": 0.5, "reduction": "none"}, _SCORES, _INT)),
        params=(
            Param("p", "int", 1, "1 counts in proportion, 2 squares.", minimum=1, maximum=2),
            Param("margin", "float", 1.0, "How far the right class should be ahead.", minimum=-1e6, maximum=1e6),
        ),
        inputs=(INPUT_TARGET[0], _CLASS), check=_whole_class, headline=("margin",),
    ),
    loss(
        "SoftMarginLoss", "A smooth hinge for targets of 1 and −1.",
        "Yes/no answers with targets 1 and −1: the loss falls smoothly the further the score lies on the right side. "
        "It is logistic regression in another notation.",
        "loss = mean(ln(1 + exp(−target · input)))",
        ("hinge", "logistic", "yes no", "svm"),
        (Example({}, _YES_NO), Example({"reduction": "none"}, {"input": (2,), "target": (2,)})),
        check=same_shape("input", "target"), worked=mean_of,
    ),
    loss(
        "CTCLoss", "Loss of sequences whose alignment is unknown.",
        "For speech and handwriting, where one knows the text but not which step says which letter. It sums over all "
        "ways to stretch the targets over the steps, with blanks between. Takes log-probabilities (B, T, classes), "
        "padded targets (B, S), and how long each of both really is.",
        "loss = mean(−ln Σ over alignments of Π p[t, label at t])",
        ("connectionist temporal classification", "speech recognition", "ocr", "alignment"),
        (Example({}, {"log_probs": (2, 6, 4), "targets": (2, 3), "input_lengths": (2,), "target_lengths": (2,)},
                 {"targets": "int64", "input_lengths": "int64", "target_lengths": "int64"}),
         Example({"blank": 3, "reduction": "none", "zero_infinity": True},
                 {"log_probs": (2, 7, 4), "targets": (2, 2), "input_lengths": (2,), "target_lengths": (2,)},
                 {"targets": "int64", "input_lengths": "int64", "target_lengths": "int64"})),
        params=(
            Param("blank", "int", 0, "Number of the class that says nothing.", minimum=0, maximum=1_000_000),
            reduction(),
            Param("zero_infinity", "bool", False, "Targets too long for their input cost nothing instead of ∞."),
        ),
        inputs=(Port("log_probs", help="Log-probabilities (B, T, classes)."),
                Port("targets", "int", help="Class numbers (B, S), padded."),
                Port("input_lengths", "int", help="Steps of each sample."),
                Port("target_lengths", "int", help="Labels of each sample.")),
        call=_ctc_call, check=_alignment,
        # torch has no CTC on the meta device
        shapes=lambda given: {"output": reduced(
            given, tuple(shape[:1] for shape in given.one("log_probs").shapes), given.one("log_probs").dtype
        )},
        headline=("blank",),
    ),
    loss(
        "LinearCrossEntropyLoss", "A Linear to the classes and its cross-entropy in one.",
        "Has the weights of the last Linear inside and computes the scores in pieces, which saves memory where there "
        "are very many classes, as in language models. It gives the loss alone, no scores.",
        "loss = mean(−ln softmax(x Wᵀ)[target]),  parameters = in_features · num_classes",
        ("cross entropy", "fused", "language model", "vocabulary"),
        (Example({"num_classes": 6}, {"input": (2, 5), "target": (2,)}, _INT),
         Example({"num_classes": 4, "bias": True, "reduction": "sum"}, {"input": (2, 5), "target": (2,)}, _INT)),
        params=(
            Param("in_features", "int", None, "Size of the input's last axis.", minimum=1, required=True,
                  inferred=axis_size(-1)),
            Param("num_classes", "int", 10, "Number of classes.", minimum=1, maximum=10_000_000, required=True),
            Param("bias", "bool", False, "Add a learned constant to each score."),
            reduction(),
            Param("label_smoothing", "float", 0.0, "Share of the target that is spread over all classes.", minimum=0,
                  maximum=1),
        ),
        inputs=(INPUT_TARGET[0], _CLASS),
        check=first(rank_is(2, what="a batch of features (B, features)"),
                    channels_match("in_features", -1, "features"), _linear_scores),
        worked=_linear_worked, macs=_linear_macs, headline=("num_classes",),
    ),
)  # fmt: skip
