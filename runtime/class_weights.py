"""How much each class counts in the loss, measured on the training split."""

from __future__ import annotations

from graph.model import Training
from runtime.choice import ChoiceError
from runtime.data import Dataset, Splits
from runtime.practices import practices_of


def class_weights(training: Training, dataset: Dataset, splits: Splits) -> dict[str, list[float]]:
    """Keywords of the loss that weigh the classes: ``weight`` (C,) for cross-entropy and its kind, ``pos_weight`` (1,)
    for binary cross-entropy with logits; empty when all count the same.

    Rounded to six digits, so that a script can hold them. "balanced" is scikit-learn's rule: samples / (classes ×
    samples of the class). A class without samples counts 1.
    """
    if practices_of(training).class_weights == "equal":
        return {}
    counts = dataset.class_counts(splits.train)
    if counts is None:
        raise ChoiceError("This data has no classes to balance. Set the class weights to “equal”.")
    numbers = list(counts.values())
    if training.loss in ("cross_entropy", "nll", "multi_margin"):
        total = sum(numbers)
        return {
            "weight": [round(total / (len(numbers) * number), 6) if number else 1.0 for number in numbers]
        }
    if training.loss == "bce_with_logits" and len(numbers) == 2:
        return {"pos_weight": [round(numbers[0] / numbers[1], 6) if numbers[1] else 1.0]}
    raise ChoiceError(
        f"The loss “{training.loss}” cannot weigh classes. Choose cross-entropy (or, for two classes, binary "
        "cross-entropy with logits), or set the class weights to “equal”."
    )
