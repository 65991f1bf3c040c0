"""Scores against scikit-learn's."""

from __future__ import annotations

import json

import pytest
import sklearn.metrics
import torch

from runtime import scores
from runtime.data import SOURCES
from runtime.data.schema import classification, regression
from runtime.losses import LOGITS

GENERATOR = torch.Generator().manual_seed(0)
TRUTH = torch.randint(0, 4, (200,), generator=GENERATOR)
GUESS = torch.where(
    torch.rand(200, generator=GENERATOR) < 0.6, TRUTH, torch.randint(0, 3, (200,), generator=GENERATOR)
)


def test_confusion_and_accuracy() -> None:
    confusion = scores.confusion_matrix(TRUTH, GUESS, 5)
    labels = list(range(5))
    assert confusion.tolist() == sklearn.metrics.confusion_matrix(TRUTH, GUESS, labels=labels).tolist()
    assert scores.accuracy(confusion) == pytest.approx(sklearn.metrics.accuracy_score(TRUTH, GUESS))
    assert scores.accuracy(torch.zeros(2, 2, dtype=torch.long)) == 0


def test_report_with_a_class_that_never_occurs() -> None:
    names = ["a", "b", "c", "d", "absent"]
    report = scores.class_report(scores.confusion_matrix(TRUTH, GUESS, 5), names)
    expected = sklearn.metrics.classification_report(
        TRUTH, GUESS, target_names=names[:4], output_dict=True, zero_division=0
    )
    assert list(report) == [*names, "macro avg", "weighted avg"]
    for name, row in report.items():
        if name == "absent":
            continue
        wanted = expected[name]
        assert row["precision"] == pytest.approx(wanted["precision"])
        assert row["recall"] == pytest.approx(wanted["recall"])
        assert row["f1"] == pytest.approx(wanted["f1-score"])
        assert row["support"] == wanted["support"]
    assert report["absent"] == {"precision": 0, "recall": 0, "f1": 0, "support": 0}


def test_a_class_called_like_an_average_keeps_its_row() -> None:
    report = scores.class_report(torch.tensor([[1, 0], [0, 3]]), ["macro avg", "b"])
    assert report["macro avg (class)"]["support"] == 1 and report["macro avg"]["support"] == 4


@pytest.mark.parametrize("width", [1, 3])
def test_regression(width: int) -> None:
    truth = torch.randn(50, width, generator=GENERATOR)
    guess = truth + 0.3 * torch.randn(50, width, generator=GENERATOR)
    found = scores.regression_scores(truth, guess)
    assert found["mae"] == pytest.approx(sklearn.metrics.mean_absolute_error(truth, guess))
    assert found["mse"] == pytest.approx(sklearn.metrics.mean_squared_error(truth, guess))
    assert found["rmse"] == pytest.approx(sklearn.metrics.mean_squared_error(truth, guess) ** 0.5)
    assert found["r2"] == pytest.approx(sklearn.metrics.r2_score(truth, guess))


def test_regression_without_spread_or_samples() -> None:
    flat = scores.regression_scores(torch.ones(3, 1), torch.zeros(3, 1))
    assert flat == {"mae": 1, "mse": 1, "rmse": 1, "r2": None}
    assert set(scores.regression_scores(torch.ones(0, 1), torch.ones(0, 1)).values()) == {None}


def test_two_classes_in_one_number_or_in_two() -> None:
    schema = classification((2,), ("no", "yes"), "table")
    targets = torch.tensor([[0.0], [1.0], [1.0], [0.0]])
    chances = torch.tensor([[0.2], [0.9], [0.4], [0.5]])
    assert scores.predicted_classes(chances, schema, "bce").tolist() == [0, 1, 0, 0]
    assert scores.predicted_classes(chances.logit(), schema, "bce_with_logits").tolist() == [0, 1, 0, 0]
    assert scores.true_classes(targets, schema, "bce").tolist() == [0, 1, 1, 0]
    pairs = torch.cat((1 - chances, chances), 1)
    assert scores.predicted_classes(pairs, schema, "cross_entropy").tolist() == [0, 1, 0, 0]


def test_everything_of_a_split() -> None:
    schema = classification((1,), ("a", "b", "c"), "table")
    outputs = torch.eye(3)[[0, 1, 2, 2]]
    found = scores.evaluate(outputs, torch.tensor([0, 1, 2, 1]), schema, "cross_entropy")
    assert found["accuracy"] == 0.75
    assert found["confusion"] == [[1, 0, 0], [0, 1, 1], [0, 0, 1]]
    assert json.loads(json.dumps(found)) == found
    assert scores.evaluate(outputs, torch.eye(3)[[0, 1, 2, 1]], schema, "mse") == found
    numbers = scores.evaluate(
        torch.ones(2, 1), torch.tensor([[0.0], [2.0]]), regression((1,), "table"), "mse"
    )
    assert numbers == {"mae": 1, "mse": 1, "rmse": 1, "r2": 0}


def test_text_is_scored_step_by_step() -> None:
    ship = SOURCES["char-ship"].load()
    perfect = torch.nn.functional.one_hot(ship.targets, 25).float()
    found = scores.evaluate(perfect, ship.targets, ship.schema, "cross_entropy")
    assert found["accuracy"] == 1 and sum(map(sum, found["confusion"])) == 1700


def test_of_thousands_of_words_there_is_no_matrix_but_the_same_report(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    schema = classification((1,), ("a", "b", "c"), "table")
    outputs, targets = torch.eye(3)[[0, 1, 2, 2]], torch.tensor([0, 1, 2, 1])
    whole = scores.evaluate(outputs, targets, schema, "cross_entropy")
    monkeypatch.setattr(scores, "MOST_CLASSES", 2)
    assert (
        scores.evaluate(outputs, targets, schema, "cross_entropy") | {"confusion": whole["confusion"]}
        == whole
    )


def test_a_loss_that_applies_the_sigmoid_leaves_it_to_the_reader() -> None:
    assert LOGITS == ("bce_with_logits", "multilabel_soft_margin")
    outputs, targets = torch.tensor([[0.2, -3.0], [-0.2, 4.0]]), torch.tensor([[1.0, 0.0], [1.0, 1.0]])
    for loss in LOGITS:
        found = scores.question_scores(outputs, targets, ("one", "two"), loss)
        assert found == {"accuracy of “one”": 0.5, "accuracy of “two”": 1.0}
