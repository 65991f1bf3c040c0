"""The loops of segmentation, detection and several outputs: losses and scores against values worked out by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest

from runtime.choice import ChoiceError
from runtime.recipes import several as declared

torch = pytest.importorskip("torch")
nn, F = torch.nn, torch.nn.functional

from runtime.loops.detection import Detection, average_precision, corners, without_doubles  # noqa: E402
from runtime.loops.multi_task import MultiTask  # noqa: E402
from runtime.loops.segmentation import Segmentation  # noqa: E402
from runtime.loops.several import LOSSES, Several  # noqa: E402


class Given(nn.Module):
    """A network that gives what it is told, whatever comes in."""

    def __init__(self, *answers: Any) -> None:
        super().__init__()
        self.answers = nn.ParameterList(nn.Parameter(answer) for answer in answers)
        self.seen: tuple[Any, ...] = ()

    def forward(self, *inputs: Any) -> Any:
        self.seen = inputs
        found = tuple(self.answers)
        return found if len(found) > 1 else found[0]


def made(loop: Any, *answers: Any, **options: Any) -> Any:
    torch.set_num_threads(1)
    network = Given(*answers)
    optimizer = torch.optim.SGD(network.parameters(), 0.1)

    def update(loss: Any, moved: Any) -> None:
        moved.zero_grad()
        loss.backward()
        moved.step()

    return loop({"network": network}, {"network": optimizer}, None, update, **options)


def test_scores_of_masks_one_can_count() -> None:
    """Four pixels: two background, one a, one ignored; given are background, a, a and b."""
    scores = F.one_hot(torch.tensor([[[0, 1], [1, 2]]]), 3).permute(0, 3, 1, 2).float()
    masks = torch.tensor([[[0, 0], [1, 255]]])
    loop = made(Segmentation, scores, classes=("back", "a", "b"), ignored=255)
    figures = loop.evaluate({"input": torch.zeros(1, 3, 2, 2), "target": masks})
    assert figures["pixel_accuracy"].item() == pytest.approx(2 / 3)
    wrong = -math.log(1 / (math.e + 2))
    right = -math.log(math.e / (math.e + 2))
    assert figures["loss"].item() == pytest.approx((2 * right + wrong) / 3)
    # background: 1 of 2; a: 1 of 2; b is nowhere among the pixels that count
    summary = loop.summary()
    assert summary == pytest.approx(
        {"miou": 0.5, "pixel_accuracy": 2 / 3, "dice back": 2 / 3, "dice a": 2 / 3}
    )
    assert loop.summary() == {"miou": 0.0}


def test_a_picture_without_a_pixel_that_counts_teaches_nothing_and_spoils_nothing() -> None:
    scores = torch.randn(1, 3, 2, 2, generator=torch.Generator().manual_seed(0))
    for share in (0.0, 0.5):
        loop = made(Segmentation, scores.clone(), classes=("back", "a", "b"), ignored=255, dice_share=share)
        batch = {"input": torch.zeros(1, 3, 2, 2), "target": torch.full((1, 2, 2), 255)}
        figures = loop.step(batch)
        assert figures["loss"] == 0 and figures["pixel_accuracy"] == 0
        assert torch.equal(loop.network.answers[0], scores), "the weights are as they were"


def test_soft_dice_of_perfect_and_of_undecided_scores() -> None:
    masks = torch.tensor([[[0, 1], [1, 1]]])
    sure = F.one_hot(masks, 2).permute(0, 3, 1, 2).float() * 100
    loop = made(Segmentation, sure, classes=("a", "b"), ignored=255, dice_share=1.0)
    batch = {"input": torch.zeros(1, 1, 2, 2), "target": masks}
    assert loop.evaluate(batch)["loss"].item() == pytest.approx(0.0, abs=1e-6)
    loop = made(Segmentation, torch.zeros(1, 2, 2, 2), classes=("a", "b"), ignored=255, dice_share=0.5)
    dice = (2 * 0.5 / (1 + 2) + 2 * 1.5 / (3 + 2)) / 2
    assert loop.evaluate(batch)["loss"].item() == pytest.approx(0.5 * math.log(2) + 0.5 * (1 - dice))
    before = loop.network.answers[0].clone()
    assert loop.step(batch)["loss"].item() == pytest.approx(0.5 * math.log(2) + 0.5 * (1 - dice))
    assert not torch.equal(before, loop.network.answers[0])


def test_the_three_losses_of_a_cell() -> None:
    """A grid of 2 × 2; a thing in the lower left cell, its middle at 0.25 of the width, 0.75 of the height."""
    cells = torch.zeros(1, 2, 2, 7)
    target = torch.tensor([[[1, 0.25, 0.75, 0.16, 0.36], [-1, -1, -1, -1, -1]]])
    loop = made(Detection, cells, classes=("a", "b"), box_weight=5.0, empty_weight=0.5)
    figures = loop.evaluate({"input": torch.zeros(1, 3, 4, 4), "target": target})
    log2 = math.log(2)
    assert figures["objectness_loss"].item() == pytest.approx(log2 + 3 * 0.5 * log2)
    box = (math.sqrt(0.5) - 0.4) ** 2 + (math.sqrt(0.5) - 0.6) ** 2
    assert figures["box_loss"].item() == pytest.approx(5 * box)
    assert figures["class_loss"].item() == pytest.approx(log2)
    assert figures["loss"].item() == pytest.approx(2.5 * log2 + 5 * box + log2)


def test_of_two_things_in_a_cell_the_last_counts() -> None:
    rows = [[0, 0.2, 0.2, 0.3, 0.3], [1, 0.3, 0.3, 0.5, 0.5]]
    cells = torch.randn(1, 2, 2, 7, generator=torch.Generator().manual_seed(0))
    both, alone = (
        made(Detection, cells, classes=("a", "b")).evaluate(
            {"input": torch.zeros(1, 3, 4, 4), "target": torch.tensor([each])}
        )
        for each in (rows, rows[1:])
    )
    assert both == alone


def test_a_perfect_answer_is_found_again() -> None:
    """What the cells say is turned into the box that it means, and scores 1."""
    target = torch.tensor([[[1, 0.3, 0.8, 0.2, 0.4]], [[-1.0, -1, -1, -1, -1]]])
    cells = torch.full((2, 2, 2, 7), -20.0)
    logit = lambda share: math.log(share / (1 - share))  # noqa: E731
    cells[0, 1, 0] = torch.tensor([20, logit(0.6), logit(0.6), logit(0.2), logit(0.4), -20, 20])
    loop = made(Detection, cells, classes=("a", "b"))
    found = loop.boxes(cells)
    assert len(found[1]) == 0
    torch.testing.assert_close(found[0], torch.tensor([[0.2, 0.6, 0.4, 1.0, 1, 1]]))
    torch.testing.assert_close(corners(target)[0], torch.tensor([[0.2, 0.6, 0.4, 1.0, 1]]))
    loop.evaluate({"input": torch.zeros(2, 3, 4, 4), "target": target})
    assert loop.summary() == pytest.approx({"map50": 1.0, "AP b": 1.0})
    assert loop.summary() == {"map50": 0.0}


def test_of_boxes_that_overlap_the_best_of_each_class_is_kept() -> None:
    rows = torch.tensor(
        [
            [0.0, 0.0, 1.0, 1.0, 0, 0.9],
            [0.0, 0.0, 1.0, 0.9, 0, 0.8],  # 0.9 of the first
            [0.0, 0.0, 1.0, 0.9, 1, 0.7],  # another class
            [0.0, 0.0, 0.4, 1.0, 0, 0.6],  # 0.4 of the first
        ]
    )
    assert without_doubles(rows, 0.5)[:, 5].tolist() == pytest.approx([0.9, 0.7, 0.6])
    assert len(without_doubles(rows[:0], 0.5)) == 0


def test_average_precision_by_hand() -> None:
    """Two things of class 0; found from the best down: right, wrong, right (and a double, which is wrong)."""
    box, other, nowhere = [0.0, 0, 0.5, 0.5], [0.5, 0.5, 1, 1], [0.6, 0, 1, 0.3]
    wanted = [torch.tensor([[*box, 0]]), torch.tensor([[*other, 0], [*nowhere, 1]])]
    found = [
        torch.tensor([[*box, 0, 0.9], [*nowhere, 0, 0.8]]),
        torch.tensor([[*other, 0, 0.7], [*other, 0, 0.6], [*nowhere, 2, 0.5]]),
    ]
    first, second, third = average_precision(found, wanted, 3)
    # precision 1, 1/2, 2/3, 1/2 at recall 1/2, 1/2, 1, 1: 1/2 · 1 + 1/2 · 2/3
    assert first == pytest.approx(1 / 2 + 1 / 3)
    assert second == 0.0 and third is None
    shifted = [rows.clone() for rows in found]
    shifted[0][0, :4] = torch.tensor([0.0, 0.0, 0.5, 0.24])  # overlaps by 0.48: not enough
    # then wrong, wrong, right, wrong: precision 1/3 at recall 1/2
    assert average_precision(shifted, wanted, 1)[0] == pytest.approx(1 / 2 * 1 / 3)


def test_average_precision_agrees_with_scikit_learn_where_all_things_are_found() -> None:
    """Without interpolation it is sklearn's; the envelope can only raise it."""
    from sklearn.metrics import average_precision_score

    generator = torch.Generator().manual_seed(0)
    score = torch.rand(40, generator=generator)
    right = torch.rand(40, generator=generator) < 0.5
    place = torch.arange(40).float()[:, None]
    boxes = torch.cat([place, place, place + 0.5, place + 0.5], dim=1)
    wanted = [torch.cat([boxes[right], torch.zeros(int(right.sum()), 1)], dim=1)]
    found = [torch.cat([boxes, torch.zeros(40, 1), score[:, None]], dim=1)]
    ours = average_precision(found, wanted, 1)[0]
    plain = average_precision_score(right.numpy(), score.numpy())
    assert plain <= ours <= plain + 0.1


def test_every_question_has_a_loss_of_its_own() -> None:
    answers = torch.tensor([[2.0], [-1.0]]), torch.tensor([[0.5], [0.5]])
    target = torch.tensor([[1.0, 0.0], [1.0, 1.0]])
    loop = made(MultiTask, *answers, questions=("round", "red"))
    figures = loop.evaluate({"input": torch.zeros(2, 3), "target": target})
    each = [
        F.binary_cross_entropy_with_logits(answer[:, 0], target[:, number])
        for number, answer in enumerate(answers)
    ]
    assert figures["loss"].item() == pytest.approx((each[0] + each[1]).item() / 2)
    assert figures["accuracy"].item() == 0.5
    assert loop.summary() == {"accuracy round": 0.5, "accuracy red": 0.5}
    joined = made(MultiTask, torch.cat(answers, 1), questions=("round", "red"))
    same = joined.evaluate({"input": torch.zeros(2, 3), "target": target})
    assert same["loss"].item() == pytest.approx(figures["loss"].item())


def test_weighted_losses_of_several_outputs() -> None:
    scores, values = torch.tensor([[2.0, 0.0], [0.0, 1.0]]), torch.tensor([[1.0], [3.0]])
    batch = {
        "input": torch.zeros(2, 3), "second": torch.ones(2, 1), "target": torch.tensor([0, 0]),
        "size": torch.tensor([2.0, 2.0]),
    }  # fmt: skip
    rows = (("kind", 0, "cross_entropy", 1.0, "target"), ("size", 1, "mse", 0.3, "size"))
    loop = made(Several, scores, values, feeds=("second", "input"), losses=rows)
    figures = loop.evaluate(batch)
    cross = (math.log(1 + math.exp(-2)) + math.log(1 + math.exp(1))) / 2
    assert figures["loss"].item() == pytest.approx(cross + 0.3 * 1.0)
    assert figures["first_loss"].item() == pytest.approx(cross) and figures["accuracy"].item() == 0.5
    assert loop.summary() == pytest.approx({"loss kind": cross, "loss size": 1.0})
    assert loop.network.seen[0] is batch["second"] and loop.network.seen[1] is batch["input"]
    before = [answer.clone() for answer in loop.network.answers]
    loop.step(batch)
    assert not any(torch.equal(a, b) for a, b in zip(before, loop.network.answers, strict=True))


def test_the_text_of_losses_is_read_or_refused_in_a_sentence() -> None:
    assert set(LOSSES) == set(declared.LOSSES)
    outputs, columns = ("scores", "aux", "size"), ("input", "target", "size")
    read = declared.read_losses(
        "scores: cross_entropy, aux: nll × 0.3, size: mse*2 with target", outputs, columns, ""
    )
    assert read == (
        ("scores", 0, "cross_entropy", 1.0, "target"), ("aux", 1, "nll", 0.3, "target"),
        ("size", 2, "mse", 2.0, "target"),
    )  # fmt: skip
    every = declared.read_losses("", outputs, columns, "l1")
    assert [row[2:] for row in every] == [("l1", 1, "target"), ("l1", 1, "target"), ("l1", 1, "size")]
    for text, sentence in {
        "scores cross_entropy": "does not say which loss an output has",
        "nothing: mse": "has no output “nothing”; it has scores, aux, size",
        "aux: hinge": "no loss called hinge",
        "aux: mse with weight": "no column “weight”",
        "aux: mse × 1.2.3": "1.2.3 in “aux: mse × 1.2.3” is not a number",
    }.items():
        with pytest.raises(ChoiceError, match=sentence.replace(".", r"\.")):
            declared.read_losses(text, outputs, columns, "mse")
    assert declared.read_feeds(("picture",), columns, "Net") == ("input",)
    assert declared.read_feeds(("size", "x"), columns, "Net") == ("size", "input")
    with pytest.raises(ChoiceError, match="Nothing feeds the input “a” of “Net”"):
        declared.read_feeds(("a", "b"), columns, "Net")
