"""What each step of a preparation does to a batch: against torchvision, or by hand."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pytest
import torch
from torchvision.transforms import v2
from torchvision.transforms.v2 import functional as V

from graph.model import Step
from runtime.data import DataError
from runtime.data.schema import Field, Schema, classification, regression
from runtime.data.steps.apply import Made
from runtime.data.steps.plan import plan, schema_after, warnings
from runtime.data.steps.registry import GROUPS, STEPS

Batch = dict[str, torch.Tensor]
PICTURE = classification((3, 12, 10), "abcd", "image")
GREY = classification((1, 12, 10), "abcd", "image")
TABLE = regression((4,), "table", features=("a", "b", "c", "d"))
TEXT = Schema((6,), "classification", "tokens", "int64", tuple("abc"), vocabulary=("", "one", "two", "three"))
BOXES = Schema(
    (3, 12, 10), "detection", "image", classes=("a", "b"), target_shape=(2, 5), target_dtype="float32"
)
MASKS = Schema((3, 12, 10), "segmentation", "image", classes=("a", "b"), target_shape=(12, 10))


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)


def done(schema: Schema, kind: str, batch: Batch, where: str = "", **options: Any) -> Batch:
    """A batch after one step."""
    step = Step(kind, options, where or STEPS[kind].where)
    (item,) = plan(schema, [step])
    arguments: Mapping[str, Any] = (
        item.type.measured(batch["input"], schema, item.values)
        if item.type.measured
        else item.type.arguments(schema, item.values)
    )
    after = Made(*item.type.code, arguments).build()(batch)
    assert tuple(after["input"].shape[1:]) == item.after.input_shape
    return after


def pictures(count: int = 6, schema: Schema = PICTURE) -> Batch:
    return {
        "input": torch.rand(count, *schema.input_shape),
        "target": torch.arange(count) % 4,
    }


def same(left: torch.Tensor, right: torch.Tensor, within: float = 1e-5) -> None:
    torch.testing.assert_close(left, right, rtol=0, atol=within)


# -- size ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(24, 20), (5, 7), (12, 4)])
def test_resize_is_torchvisions(size: tuple[int, int]) -> None:
    batch = pictures()
    same(
        done(PICTURE, "resize", batch, size=size)["input"],
        V.resize(batch["input"], list(size), antialias=True),
    )
    assert done(PICTURE, "resize", batch, size=8)["input"].shape == (6, 3, 8, 8)


def test_a_centre_crop_is_torchvisions() -> None:
    batch = pictures()
    for size in ((8, 6), (7, 5), (12, 10)):
        same(
            done(PICTURE, "centre_crop", batch, size=size)["input"],
            V.center_crop(batch["input"], list(size)),
            0,
        )


def test_a_random_crop_is_a_window_of_each_picture() -> None:
    batch = pictures(40)
    found = done(PICTURE, "random_crop", batch, size=(8, 8), padding=2)["input"]
    padded = torch.nn.functional.pad(batch["input"], (2, 2, 2, 2))
    windows = padded.unfold(2, 8, 1).unfold(3, 8, 1)  # (N, C, rows, columns, 8, 8)
    hit = (windows == found[:, :, None, None]).all(dim=(1, 4, 5)).flatten(1)
    assert bool(hit.any(dim=1).all())
    places = {int(each.nonzero()[0]) for each in hit}
    assert len(places) > 10, "each sample is cut at a place of its own"


@pytest.mark.parametrize("mode", ["constant", "reflect", "replicate"])
def test_pad_is_torchvisions(mode: str) -> None:
    batch = pictures()
    found = done(PICTURE, "pad", batch, padding=(3, 2), mode=mode, fill=0.5)["input"]
    name = "edge" if mode == "replicate" else mode
    same(found, V.pad(batch["input"], [2, 3, 2, 3], fill=0.5, padding_mode=name), 0)


# -- movement ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "mirror"), [("flip_sideways", V.hflip), ("flip_upside_down", V.vflip)])
def test_flips(kind: str, mirror: Any) -> None:
    batch = pictures(60)
    same(done(PICTURE, kind, batch, chance=1.0)["input"], mirror(batch["input"]), 0)
    same(done(PICTURE, kind, batch, chance=0.0)["input"], batch["input"], 0)
    found = done(PICTURE, kind, batch)["input"]
    flipped = (found == mirror(batch["input"])).all(dim=(1, 2, 3))
    kept = (found == batch["input"]).all(dim=(1, 2, 3))
    assert bool((flipped ^ kept).all()) and 15 < int(flipped.sum()) < 45


def test_rotation_turns_each_picture_by_an_angle_of_its_own_as_torchvision_does() -> None:
    batch = pictures(5)
    torch.manual_seed(3)
    found = done(PICTURE, "rotate", batch, degrees=30.0, fill=0.25)["input"]
    torch.manual_seed(3)
    angles = (torch.rand(5) * 2 - 1) * 30
    assert len(set(angles.tolist())) == 5
    for picture, angle, turned in zip(batch["input"], angles.tolist(), found, strict=True):
        wanted = V.rotate(picture, angle, interpolation=v2.InterpolationMode.BILINEAR)
        inside = V.rotate(torch.ones_like(picture), angle, interpolation=v2.InterpolationMode.BILINEAR)
        same(turned, wanted + 0.25 * (1 - inside), 1e-4)


def test_a_shift_moves_by_whole_pixels() -> None:
    batch = pictures(30)
    torch.manual_seed(1)
    found = done(PICTURE, "shift", batch, share=0.3)["input"]
    torch.manual_seed(1)
    way = ((torch.rand(30, 2) * 2 - 1) * 0.3 * torch.tensor([10.0, 12.0])).round().int()
    assert way.abs().amax(dim=0).tolist() == [3, 3] and len(way.unique(dim=0)) > 15
    for picture, (x, y), moved in zip(batch["input"], way.tolist(), found, strict=True):
        same(moved, V.affine(picture, 0.0, [-x, -y], 1.0, [0.0, 0.0]), 1e-5)


def test_masks_and_boxes_move_along() -> None:
    """A white rectangle, its mask and its box stay together in every step that moves pixels."""
    corners = torch.tensor([[2, 3, 6, 9], [1, 1, 4, 5], [4, 2, 9, 8]])  # left, top, right, bottom in pixels
    count = 90
    inputs = torch.zeros(count, 3, 12, 10)
    masks = torch.zeros(count, 12, 10, dtype=torch.int64)
    boxes = torch.full((count, 2, 5), 0.0)
    boxes[:, 1, 0] = -1
    for row in range(count):
        left, top, right, bottom = corners[row % 3].tolist()
        inputs[row, :, top:bottom, left:right] = 1
        masks[row, top:bottom, left:right] = 1
        boxes[row, 0] = torch.tensor(
            [1, (left + right) / 20, (top + bottom) / 24, (right - left) / 10, (bottom - top) / 12]
        )
    for kind, options in (
        ("flip_sideways", {}), ("flip_upside_down", {}), ("shift", {"share": 0.2}), ("pad", {"padding": (3, 1)}),
        ("centre_crop", {"size": (9, 8)}), ("random_crop", {"size": (10, 9), "padding": 2}),
        ("resize", {"size": (24, 20)}),
        ("rotate", {"degrees": 40.0}), ("rand_augment", {"magnitude": 12}),
    ):  # fmt: skip
        torch.manual_seed(5)
        with_masks = done(MASKS, kind, {"input": inputs, "target": masks}, **options)
        torch.manual_seed(5)
        with_boxes = done(BOXES, kind, {"input": inputs, "target": boxes}, **options)
        same(with_masks["input"], with_boxes["input"], 0)
        assert with_masks["target"].dtype == torch.int64
        assert with_boxes["target"][:, 1, 0].eq(-1).all(), "what fills up stays so"
        if kind == "rand_augment":
            continue  # its colours change
        seen = with_masks["target"] == 1
        agreed = ((with_masks["input"][:, 0] > 0.5) == seen).float().mean()
        assert agreed > 0.97, kind
        height, width = with_boxes["input"].shape[-2:]
        for picture, (name, x, y, w, h) in zip(
            with_boxes["input"][:, 0], with_boxes["target"][:, 0].tolist(), strict=True
        ):
            white = (picture > 0.5).nonzero()
            if name == -1:
                assert len(white) <= 0.3 * 24, kind
                continue
            top, left = white.amin(dim=0).tolist()
            bottom, right = (white.amax(dim=0) + 1).tolist()
            got = ((x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height)
            slack = 1.3 if kind in ("rotate", "resize") else 1e-3
            assert all(abs(a - b) <= slack for a, b in zip(got, (left, top, right, bottom), strict=True)), (
                kind
            )


def test_a_mask_does_not_count_where_nothing_was() -> None:
    batch = {"input": torch.ones(20, 3, 12, 10), "target": torch.ones(20, 12, 10, dtype=torch.int64)}
    for kind in ("rotate", "shift", "pad"):
        found = done(MASKS, kind, batch)
        assert set(found["target"].unique().tolist()) == {1, 255}, kind
        assert bool((found["input"][:, 0][found["target"] == 255] < 1).all())


def test_pictures_in_fields_and_targets_move_along() -> None:
    schema = Schema((3, 12, 10), "image-to-image", "image", target_shape=(1, 12, 10), target_dtype="float32",
                    fields=(Field("depth", (12, 10), "int64", "image"), Field("weight", (1,))))  # fmt: skip
    inputs = torch.rand(9, 3, 12, 10)
    batch = {
        "input": inputs, "target": inputs[:, :1] * 2, "depth": (inputs[:, 0] > 0.5).long(), "weight": torch.rand(9, 1),
    }  # fmt: skip
    found = done(schema, "flip_sideways", batch)
    same(found["target"], found["input"][:, :1] * 2, 0)
    assert torch.equal(found["depth"], (found["input"][:, 0] > 0.5).long())
    assert found["weight"] is batch["weight"]
    after = schema_after(schema, [Step("resize", {"size": 6})])
    assert (after.target_shape, after.fields[0].shape, after.fields[1].shape) == ((1, 6, 6), (6, 6), (1,))


# -- colour --------------------------------------------------------------------------------------------------------


def test_grey_and_colour() -> None:
    grey = pictures(schema=GREY)
    assert torch.equal(done(GREY, "grey_to_colour", grey)["input"], V.grayscale_to_rgb(grey["input"]))
    colour = pictures()
    same(done(PICTURE, "colour_to_grey", colour)["input"], V.rgb_to_grayscale(colour["input"]), 1e-6)


def test_each_part_of_the_jitter_is_torchvisions() -> None:
    batch = pictures(8)
    for name, change in (
        ("brightness", V.adjust_brightness), ("contrast", V.adjust_contrast), ("saturation", V.adjust_saturation),
    ):  # fmt: skip
        options = {"brightness": 0.0, "contrast": 0.0, "saturation": 0.0, name: 0.6}
        torch.manual_seed(2)
        found = done(PICTURE, "colour_jitter", batch, **options)["input"]
        torch.manual_seed(2)
        factors = 0.4 + torch.rand(8) * 1.2
        for picture, factor, changed in zip(batch["input"], factors.tolist(), found, strict=True):
            same(changed, change(picture, factor), 2e-6)
    torch.manual_seed(2)
    found = done(PICTURE, "colour_jitter", batch, brightness=0.0, contrast=0.0, hue=0.4)["input"]
    torch.manual_seed(2)
    turns = (torch.rand(8) * 2 - 1) * 0.4
    for picture, turn, changed in zip(batch["input"], turns.tolist(), found, strict=True):
        same(changed, V.adjust_hue(picture, turn), 1e-5)


def test_grey_pictures_have_no_colour_to_jitter() -> None:
    batch = pictures(schema=GREY)
    found = done(GREY, "colour_jitter", batch, brightness=0.0, contrast=0.0, saturation=0.9, hue=0.5)
    assert torch.equal(found["input"], batch["input"])


def test_rand_augment_changes_pictures_as_torchvision_does() -> None:
    """The same change with the same strength, for the kinds that have no direction, and none at all."""
    batch = pictures(400)
    torch.manual_seed(4)
    found = done(PICTURE, "rand_augment", batch, count=1, magnitude=15)["input"]
    torch.manual_seed(4)
    chosen = torch.randint(14, (400,))
    level = 0.5
    changes = {
        0: lambda x: x, 5: lambda x: V.posterize(x, 8 - round(4 * level)), 6: lambda x: V.solarize(x, 1 - level),
        7: V.autocontrast, 8: V.equalize,
    }  # fmt: skip
    for number, change in changes.items():
        rows = chosen == number
        assert int(rows.sum()) > 10
        same(found[rows], change(batch["input"][rows]), 1e-5)
    signs = torch.randint(2, (400,)) * 2 - 1
    for number, change in (
        (1, V.adjust_brightness),
        (2, V.adjust_saturation),
        (3, V.adjust_contrast),
        (4, V.adjust_sharpness),
    ):
        for sign in (-1, 1):
            rows = (chosen == number) & (signs == sign)
            same(found[rows], change(batch["input"][rows], 1 + sign * 0.9 * level), 1e-5)
    moved = chosen >= 9
    assert not bool((found[moved] == batch["input"][moved]).all(dim=(1, 2, 3)).any())


# -- disturbance and mixing ----------------------------------------------------------------------------------------


def test_noise_has_its_deviation() -> None:
    batch = {"input": torch.zeros(2000, 4), "target": torch.zeros(2000, 1)}
    found = done(TABLE, "noise", batch, deviation=0.3)["input"]
    assert abs(float(found.std()) - 0.3) < 0.01 and abs(float(found.mean())) < 0.01


def test_cutout_blanks_a_square_of_each_picture() -> None:
    batch = {"input": torch.ones(200, 3, 12, 10), "target": torch.zeros(200)}
    found = done(PICTURE, "cutout", batch, share=0.4, fill=0.0)["input"]
    holes = (found[:, 0] == 0).flatten(1).sum(dim=1)
    assert int(holes.max()) == 16 and int(holes.min()) >= 4  # 4 × 4 pixels, a quarter of it in a corner
    assert len({tuple(each.nonzero()[0].tolist()) for each in found[:, 0] == 0}) > 20
    half = done(PICTURE, "cutout", batch, chance=0.5)["input"]
    assert 60 < int((half == 1).all(dim=(1, 2, 3)).sum()) < 140


def test_mixup_mixes_samples_and_targets_alike() -> None:
    """Pictures that are their class's number everywhere: whatever is mixed, the probabilities explain it."""
    classes = torch.arange(40) % 4
    batch = {"input": classes.float()[:, None, None, None].expand(40, 3, 12, 10), "target": classes}
    found = done(PICTURE, "mixup", batch, alpha=1.0)
    target = found["target"]
    assert target.shape == (40, 4) and target.dtype == torch.float32
    same(target.sum(dim=1), torch.ones(40))
    same(found["input"][:, 0, 0, 0], target @ torch.arange(4.0))
    assert len({round(value, 4) for value in target.amax(dim=1).tolist()}) > 10, "a share of its own for each"
    loss = torch.nn.functional.cross_entropy(torch.zeros(40, 4), target)
    assert float(loss) == pytest.approx(math.log(4))


def test_numbers_to_predict_are_mixed_as_they_are() -> None:
    batch = {"input": torch.rand(9, 4), "target": torch.rand(9, 1)}
    batch["target"] = batch["input"].sum(dim=1, keepdim=True)
    found = done(TABLE, "mixup", batch, alpha=1.0)
    same(found["target"], found["input"].sum(dim=1, keepdim=True))


def test_cutmix_mixes_targets_by_area() -> None:
    classes = torch.arange(60) % 4
    batch = {"input": classes.float()[:, None, None, None].expand(60, 3, 12, 10), "target": classes}
    found = done(PICTURE, "cutmix", batch)
    same(found["input"][:, 0].flatten(1).mean(dim=1), found["target"] @ torch.arange(4.0))
    same(found["target"].sum(dim=1), torch.ones(60))


# -- numbers -------------------------------------------------------------------------------------------------------


def test_scales() -> None:
    batch = pictures()
    given = done(PICTURE, "normalise", batch, mean="0.485, 0.456, 0.406", deviation="0.229, 0.224, 0.225")[
        "input"
    ]
    same(given, V.normalize(batch["input"], [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]), 1e-6)
    one = done(PICTURE, "normalise", batch, mean="0.1307", deviation="0.3081")["input"]
    same(one, (batch["input"] - 0.1307) / 0.3081, 1e-6)
    same(done(PICTURE, "scale", batch)["input"], batch["input"] * 2 - 1, 1e-6)
    assert (
        done(PICTURE, "clip", batch, low=0.2, high=0.5)["input"].aminmax()
        == torch.rand(0).new_tensor([0.2, 0.5]).aminmax()
    )
    measured = done(PICTURE, "standardise", batch)["input"]
    same(measured.mean(dim=(0, 2, 3)), torch.zeros(3))
    same(measured.std(dim=(0, 2, 3), correction=0), torch.ones(3))
    table = {
        "input": torch.tensor([[1.0, 5, 0, 2], [3, 5, 10, 4], [2, 5, 5, 3]]),
        "target": torch.zeros(3, 1),
    }
    assert done(TABLE, "min_max", table)["input"].tolist() == [[0, 0, 0, 0], [1, 0, 1, 1], [0.5, 0, 0.5, 0.5]]


def test_bins_and_one_hot_by_hand() -> None:
    batch = {
        "input": torch.tensor([[0.0, 1], [1, 7], [2, 1], [9, 2]]).repeat(1, 2),
        "target": torch.zeros(4, 1),
    }
    wide = done(TABLE, "bins", batch, columns=(0,), count=3, bins="equally wide")["input"]
    assert wide[:, 0].tolist() == [0, 0, 0, 2] and torch.equal(wide[:, 1:], batch["input"][:, 1:])
    full = done(TABLE, "bins", batch, columns=(0,), count=2)["input"]
    assert full[:, 0].tolist() == [0, 0, 1, 1]
    hot = done(TABLE, "one_hot", batch, columns=(0,), count=3)["input"]
    assert hot[:, :3].tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0]] and hot.shape == (4, 6)
    after = schema_after(TABLE, [Step("one_hot", {"columns": (1,), "count": 2})])
    assert after.features == ("a", "b = 0", "b = 1", "c", "d")


def test_words_are_dropped_and_texts_cut() -> None:
    text = torch.tensor([[1, 2, 3, 1, 2, 0], [2, 0, 0, 0, 0, 0]]).repeat(300, 1)
    found = done(TEXT, "drop_tokens", {"input": text, "target": torch.zeros(600)}, chance=0.4)["input"]
    assert bool((found[:, 0] != 0).all()), "no text loses everything"
    assert 0.5 < float((found[::2] != 0).sum() / (text[::2] != 0).sum()) < 0.7
    for row in found[::2].tolist():
        words = [word for word in row if word]
        assert row == words + [0] * (6 - len(words))
        rest = iter([1, 2, 3, 1, 2])
        assert all(word in rest for word in words), "the order stays"
    cut = done(TEXT, "truncate", {"input": text, "target": torch.zeros(600)}, length=3)["input"]
    assert torch.equal(cut, text[:, :3])
    schema = Schema((6,), "next-token", "tokens", "int64", tuple("abc"), (6,))
    both = done(schema, "truncate", {"input": text, "target": text + 1}, length=2)
    assert torch.equal(both["target"], both["input"] + 1)
    assert schema_after(schema, [Step("truncate", {"length": 2})]).target_shape == (2,)


# -- what is declared, and what is refused ---------------------------------------------------------------------------


def test_every_kind_says_what_it_is() -> None:
    assert {kind.group for kind in STEPS.values()} == set(GROUPS)
    for kind in STEPS.values():
        assert kind.title and kind.help.endswith(".") and kind.kinds, kind.id
        assert kind.settled({}) == {param.name: param.check(param.default) for param in kind.params}
        assert kind.measured is None or not kind.random


@pytest.mark.parametrize(
    ("schema", "step", "sentence"),
    [
        (TABLE, Step("resize"),
         "Step 1 of the preparation, Resize: it is for pictures, but these samples are tables."),
        (PICTURE, Step("nothing"), "There is no step called “nothing”. Remove it from the preparation."),
        (PICTURE, Step("rotate"),
         "Step 1 of the preparation, Rotate: it is random, so it can be done in training only."),
        (PICTURE, Step("resize", {"size": 0}),
         "Step 1 of the preparation, Resize: size must be a whole number from 1 to 2,048, or 2 of them, not 0."),
        (PICTURE, Step("resize", {"way": 1}), "Step 1 of the preparation, Resize: it has no option way. It has size."),
        (PICTURE, Step("resize", {}, "train"),
         "Step 1 of the preparation, Resize: it changes the shape of the samples, so it must be done for all of "
         "them and not in training only."),
        (PICTURE, Step("centre_crop", {"size": 20}),
         "Step 1 of the preparation, Centre crop: a window of 20 × 20 pixels does not fit into pictures of 12 × 10. "
         "Choose a smaller one, or pad or resize the pictures first."),
        (PICTURE, Step("grey_to_colour"),
         "Step 1 of the preparation, Grey to 3 channels: it is for grey pictures, but these have 3 channels already."),
        (PICTURE, Step("normalise", {"mean": "1, 2"}),
         "Step 1 of the preparation, Normalise: mean has 2 numbers, but there are 3 channels: give one, or one for "
         "each."),
        (PICTURE, Step("clip", {"low": 2.0, "high": 1.0}),
         "Step 1 of the preparation, Clip: low (2) must be smaller than high (1)."),
        (MASKS, Step("mixup", {}, "train"),
         "Step 1 of the preparation, Mixup: the targets of the task “segmentation” cannot be mixed."),
        (TABLE, Step("bins", {"columns": (7,)}),
         "Step 1 of the preparation, Bins: there is no column 7: there are 4, counted from 0."),
        (TEXT, Step("truncate", {"length": 9}),
         "Step 1 of the preparation, Truncate: the texts have only 6 words, so 9 are no limit."),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_a_sentence(schema: Schema, step: Step, sentence: str) -> None:
    with pytest.raises(DataError) as refused:
        plan(schema, [step])
    assert str(refused.value) == sentence


def test_a_step_sees_the_samples_as_those_before_it_left_them() -> None:
    steps = [Step("grey_to_colour"), Step("resize", {"size": 48}), Step("grey_to_colour", off=True)]
    assert schema_after(GREY, steps).input_shape == (3, 48, 48)
    with pytest.raises(DataError, match="Step 3 of the preparation, Grey to 3 channels"):
        plan(GREY, [*steps[:2], Step("grey_to_colour")])


def test_a_jitter_behind_a_normalisation_is_warned_of() -> None:
    steps = [Step("normalise"), Step("colour_jitter", {}, "train")]
    assert list(warnings(plan(PICTURE, steps), 0, 1)) == [1]
    assert warnings(plan(PICTURE, steps[::-1]), 0, 1) == {}
    assert list(warnings(plan(PICTURE, steps[1:]), -1, 1)) == [0]
