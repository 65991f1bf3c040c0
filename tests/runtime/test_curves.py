"""ROC, precision-recall and top-k, against scikit-learn and by hand."""

from __future__ import annotations

import pytest
import torch

from runtime.curves import class_scores, curves, top_share


def test_areas_are_scikit_learns() -> None:
    from sklearn.metrics import average_precision_score, roc_auc_score

    torch.manual_seed(0)
    truth = torch.randint(0, 3, (200,))
    scores = class_scores(torch.randn(200, 3) + 2 * torch.eye(3)[truth], 3, True)
    found = curves(scores, truth, ("a", "b", "c"))
    wanted = roc_auc_score(truth.numpy(), scores.double().numpy(), multi_class="ovr")
    assert found["scores"]["roc_auc"] == pytest.approx(wanted)
    second = average_precision_score((truth == 1).numpy(), scores[:, 1].double().numpy())
    assert found["curves"]["pr"][1]["area"] == pytest.approx(second)
    assert [curve["class"] for curve in found["curves"]["roc"]] == ["a", "b", "c"]
    assert all(len(curve["x"]) <= 101 for curve in found["curves"]["roc"])


def test_two_classes_give_the_curve_of_the_second() -> None:
    truth = torch.tensor([0, 0, 1, 1])
    found = curves(class_scores(torch.tensor([[0.1], [0.4], [0.35], [0.8]]), 2, False), truth, ("no", "yes"))
    (roc,) = found["curves"]["roc"]
    assert roc["class"] == "yes" and roc["area"] == pytest.approx(0.75)  # 3 of 4 pairs in the right order
    assert "top_5" not in found["scores"]


def test_a_network_that_is_very_sure_still_puts_samples_in_order() -> None:
    from sklearn.metrics import roc_auc_score

    ahead, truth = torch.tensor([40.0, 60.0, 50.0, 90.0]), torch.tensor([0, 0, 1, 1])
    found = curves(class_scores(torch.stack([-ahead, ahead], 1), 2, True), truth, ("no", "yes"))
    assert found["scores"]["roc_auc"] == pytest.approx(roc_auc_score(truth, ahead)) == 0.75


def test_top_k_by_hand_and_a_class_that_never_comes() -> None:
    scores = torch.tensor([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7]])
    assert top_share(scores, torch.tensor([1, 0]), 1) == 0.0
    assert top_share(scores, torch.tensor([1, 0]), 2) == 0.5
    found = curves(scores, torch.tensor([1, 0]), ("a", "b", "c"))
    assert [curve["class"] for curve in found["curves"]["roc"]] == ["a", "b"]
    assert curves(scores[:1], torch.tensor([1]), ("a", "b", "c")) == {"scores": {}, "curves": {}}
