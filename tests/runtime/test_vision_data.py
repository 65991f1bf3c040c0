"""The generated scenes: masks, boxes and answers say the same about the same pictures."""

from __future__ import annotations

import math
from typing import Any

import pytest

from runtime.data import SOURCES
from runtime.data.sources.shapes_scenes import boxes_of

torch = pytest.importorskip("torch")
SMALL: dict[str, Any] = {"n": 60, "seed": 3}
IDS = ("shape-masks", "shape-boxes", "shape-questions")


def _scenes(**options: Any) -> list[Any]:
    return [SOURCES[name].load({**SMALL, **options}) for name in IDS]


def test_three_sources_show_the_same_scenes() -> None:
    masks, boxes, questions = _scenes()
    assert torch.equal(masks.inputs, boxes.inputs) and torch.equal(masks.inputs, questions.inputs)
    for row in range(len(masks)):
        rows = boxes.targets[row]
        rows = rows[rows[:, 0] >= 0]
        kinds = {int(kind) for kind in rows[:, 0]}
        assert kinds == {int(number) - 1 for number in masks.targets[row].unique() if number > 0}
        assert kinds == set(questions.targets[row].nonzero().flatten().tolist())


def test_boxes_are_the_smallest_around_the_pixels_of_their_shape() -> None:
    masks, boxes, _ = _scenes()
    seen = 0
    for mask, rows in zip(masks.targets, boxes.targets, strict=True):
        union = torch.zeros_like(mask, dtype=torch.bool)
        for kind, x, y, width, height in rows[rows[:, 0] >= 0].tolist():
            left, right = round((x - width / 2) * 64), round((x + width / 2) * 64)
            top, bottom = round((y - height / 2) * 64), round((y + height / 2) * 64)
            inside = mask[top:bottom, left:right] == kind + 1
            for edge in (inside[0], inside[-1], inside[:, 0], inside[:, -1]):
                assert edge.any()
            union[top:bottom, left:right] = True
            seen += 1
        assert not mask[~union].any()
    assert seen > 60


def test_boxes_of_pixels_one_can_count() -> None:
    inside = torch.zeros(2, 10, 10, dtype=torch.bool)
    inside[0, 2:4, 5:10] = True
    found = boxes_of(inside, 3)
    torch.testing.assert_close(found[0], torch.tensor([3, 0.75, 0.3, 0.5, 0.2]))
    assert found[1].tolist() == [-1] * 5


def test_a_circles_mask_has_a_circles_area() -> None:
    masks, boxes, _ = _scenes(image_size=128)
    for mask, rows in zip(masks.targets, boxes.targets, strict=True):
        across = 128 * rows[rows[:, 0] == 0][:, 3]
        if len(across):
            area = float((mask == 1).sum())
            assert area == pytest.approx(math.pi / 4 * float(across.square().sum()), rel=0.1)


def test_the_same_seed_draws_the_same_scene_at_every_size() -> None:
    small, large = (SOURCES["shape-boxes"].load({**SMALL, "image_size": size}).targets for size in (32, 128))
    assert torch.equal(small[..., 0], large[..., 0])
    # the sharp tips of a star may lie between the middles of the pixels
    assert (small - large).abs().max() < 4 / 32


def test_answers_are_balanced_and_independent() -> None:
    found = SOURCES["shape-questions"].load({"n": 1500, "image_size": 16}).targets
    assert ((found.mean(0) - 0.5).abs() < 0.06).all()
    assert (torch.corrcoef(found.T) - torch.eye(4)).abs().max() < 0.12


def test_labels_and_counts_of_samples_with_several_classes() -> None:
    masks, boxes, questions = _scenes()
    counts = [data.class_counts() for data in (masks, boxes, questions)]
    assert counts[0]["background"] == 60 and counts[0]["star"] == counts[2]["star"]
    assert counts[2] == dict(zip(questions.schema.classes, questions.targets.sum(0).tolist(), strict=True))
    assert sum(counts[1].values()) == int((boxes.targets[..., 0] >= 0).sum())
    first = torch.arange(5)
    assert sum(boxes.class_counts(first).values()) == int((boxes.targets[:5, :, 0] >= 0).sum())
    row = int((boxes.targets[..., 0] == 0).sum(1).argmax())
    assert boxes.label(row).startswith("2 × circle") and masks.label(row).startswith("background, circle")
    bare = int((boxes.targets[..., 0] < 0).all(1).nonzero()[0])
    assert boxes.label(bare) == questions.label(bare) == "none"
    assert questions.schema.summary == "60 samples of 3 × 64 × 64, 4 questions"


def test_the_colour_of_a_filled_shape_follows_from_its_kind() -> None:
    pairs = SOURCES["paired-pictures"].load({"n": 40})
    assert pairs.inputs.min() >= -1 and pairs.targets.max() <= 1 and pairs.label(0) == ""
    for sketch, picture in zip(pairs.inputs, pairs.targets, strict=True):
        dark = sketch[0] < -0.5
        assert dark.any()
        paper = torch.tensor((0.93, 0.91, 0.86)).view(3, 1, 1) * 2 - 1
        changed = (picture - paper).abs().amax(0) > 0.3
        grown = torch.nn.functional.max_pool2d(dark.float()[None], 5, 1, 2)[0] > 0
        assert (grown[changed]).any() and not changed.all()


@pytest.mark.parametrize("domains", ["day and night", "plain and striped"])
def test_two_heaps_hold_different_scenes_of_two_kinds(domains: str) -> None:
    found = SOURCES["unpaired-pictures"].load({"n": 30, "domains": domains})
    assert found.inputs.shape == found.targets.shape == (30, 3, 64, 64)
    day, night = found.inputs.mean(dim=(1, 2, 3)), found.targets.mean(dim=(1, 2, 3))
    if domains == "day and night":
        assert day.min() > night.max()
    assert "and other pictures of 3 × 64 × 64" in found.schema.summary
