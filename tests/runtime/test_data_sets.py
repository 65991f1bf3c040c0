"""Splits, scaling, targets: what is done with samples once they are in memory."""

from __future__ import annotations

import pytest
import torch

from runtime.data import SOURCES, DataError, Dataset, load_prepared, split
from runtime.data.dataset import Scaling
from runtime.data.schema import classification, regression
from runtime.data.targets import output_shape, refusal


def _classes(*counts: int, **more: torch.Tensor) -> Dataset:
    """Samples 0, 1, 2, … with so many of each class."""
    targets = torch.cat([torch.full((count,), number) for number, count in enumerate(counts)])
    names = [str(number) for number in range(len(counts))]
    if len(counts) == 2:
        targets = targets.float().unsqueeze(1)
    inputs = torch.arange(len(targets)).float().unsqueeze(1)
    return Dataset(inputs, targets, classification((1,), names, "table"), **more)


def _numbers(count: int, ordered: bool = False) -> Dataset:
    values = torch.arange(count).float().unsqueeze(1)
    return Dataset(values, values.clone(), regression((1,), "table"), ordered=ordered)


def test_a_split_is_stratified_complete_and_without_overlap() -> None:
    dataset = _classes(100, 60, 40)
    splits = split(dataset, 0.1, 0.2, seed=3)
    assert dataset.class_counts(splits.test) == {"0": 20, "1": 12, "2": 8}
    assert dataset.class_counts(splits.validation) == {"0": 10, "1": 6, "2": 4}
    assert dataset.class_counts(splits.train) == {"0": 70, "1": 42, "2": 28}
    rows = torch.cat((splits.train, splits.validation, splits.test)).sort().values
    assert torch.equal(rows, torch.arange(200))
    assert splits.summary == "140 to train, 20 to validate, 40 to test"


def test_the_seed_decides_the_split() -> None:
    dataset = _classes(50, 50)
    assert torch.equal(split(dataset, seed=1).train, split(dataset, seed=1).train)
    assert not torch.equal(split(dataset, seed=1).train, split(dataset, seed=2).train)


@pytest.mark.parametrize("counts", [(3, 3), (5, 1), (1, 1, 1, 1, 1), (7, 2, 1), (997, 2, 1), (6, 0, 4)])
@pytest.mark.parametrize(("val", "test"), [(0.15, 0.15), (0.5, 0.3), (0.0, 0.2), (0.1, 0.0), (0.0, 0.0)])
def test_small_and_uneven_sets(counts: tuple[int, ...], val: float, test: float) -> None:
    dataset = _classes(*counts)
    splits = split(dataset, val, test)
    rows = torch.cat((splits.train, splits.validation, splits.test)).sort().values
    assert torch.equal(rows, torch.arange(len(dataset)))
    present = {name for name, count in (dataset.class_counts() or {}).items() if count}
    trained = {name for name, count in (dataset.class_counts(splits.train) or {}).items() if count}
    assert trained == present  # a class's only sample trains
    if val == 0:
        assert len(splits.validation) == 0
    if test == 0:
        assert len(splits.test) == 0


def test_a_truth_table_and_the_first_lessons_hold_nothing_out() -> None:
    for source_id in ("logic-xor", "linear-toy", "softmax-toy", "char-ship", "char-wow"):
        dataset, splits = load_prepared(source_id)
        assert splits.shared
        assert len(splits.train) == len(splits.validation) == len(splits.test) == len(dataset)
    assert splits.summary == "The only row is used to train, validate and test: nothing is held out."
    assert split(_numbers(4)).shared
    assert not split(_numbers(5)).shared


def test_a_test_set_that_came_with_the_data_stays_the_test_set() -> None:
    dataset = _classes(30, 30, test=torch.arange(20, 40))
    splits = split(dataset, 0.25, 0.5)
    assert splits.test.tolist() == list(range(20, 40))
    assert len(splits.validation) == 10 and len(splits.train) == 30
    fixed = _classes(30, 30, test=torch.arange(20, 40), validation=torch.tensor([3, 1]))
    splits = split(fixed)
    assert splits.validation.tolist() == [1, 3] and len(splits.train) == 38


def test_a_time_series_is_cut_by_position() -> None:
    splits = split(_numbers(20, ordered=True), 0.2, 0.1)
    assert splits.train.tolist() == list(range(14))
    assert splits.validation.tolist() == [14, 15, 16, 17]
    assert splits.test.tolist() == [18, 19]


def test_impossible_splits_are_refused() -> None:
    with pytest.raises(DataError, match="leave nothing to train on"):
        split(_numbers(20), 0.6, 0.4)
    with pytest.raises(DataError, match=r"validation share must be between 0 and 1, not -0.1"):
        split(_numbers(20), -0.1)
    with pytest.raises(DataError, match="no samples"):
        split(_numbers(0))
    with pytest.raises(DataError, match="5 samples but 4 targets"):
        Dataset(torch.zeros(5, 1), torch.zeros(4, 1), regression((1,), "table"))


def test_statistics_for_scaling_come_from_the_training_rows_only() -> None:
    dataset, splits = load_prepared("iris", seed=4)
    raw = SOURCES["iris"].load()
    trained = dataset.inputs[splits.train]
    torch.testing.assert_close(trained.mean(0), torch.zeros(4), atol=1e-5, rtol=0)
    torch.testing.assert_close(trained.std(0, correction=0), torch.ones(4))
    assert dataset.inputs.mean(0).abs().max() > 1e-4
    assert dataset.input_scaler is not None
    torch.testing.assert_close(dataset.input_scaler.invert(dataset.inputs), raw.inputs)
    torch.testing.assert_close(dataset.input_scaler.shift, raw.inputs[splits.train].mean(0))
    assert dataset.prepared(splits.test) is dataset


def test_scaling_of_series_pictures_and_targets() -> None:
    series, splits = load_prepared("time-series")
    known = series.inputs[splits.train]
    torch.testing.assert_close(known.amin((0, 1)), torch.zeros(5))
    torch.testing.assert_close(known.amax((0, 1)), torch.ones(5))
    assert series.targets[splits.train].min() == 0 and series.target_scaler is not None
    pictures, splits = load_prepared("pictures", {"n": 40, "scaling": "standardised"})
    assert pictures.input_scaler is not None and pictures.input_scaler.shift.shape == (3, 1, 1)
    torch.testing.assert_close(
        pictures.inputs[splits.train].mean((0, 2, 3)), torch.zeros(3), atol=1e-5, rtol=0
    )
    diabetes, _ = load_prepared("diabetes")
    assert diabetes.label(0) == "151"
    flat = Dataset(torch.ones(6, 2), torch.zeros(6, 1), regression((2,), "table"), scaling="standardise")
    assert flat.prepared(torch.arange(6)).inputs.eq(0).all()


def test_statistics_per_feature() -> None:
    rows = torch.tensor([[1.0, float("nan")], [3.0, 2.0]])
    dataset = Dataset(rows, torch.zeros(2, 1), regression((2,), "table", features=("a", "b")))
    first, second = dataset.statistics()
    assert first == {"name": "a", "min": 1, "max": 3, "mean": 2, "std": 1, "missing": 0}
    assert second == {"name": "b", "min": 2, "max": 2, "mean": 2, "std": 0, "missing": 1}
    assert [row["name"] for row in SOURCES["pictures"].load({"n": 8}).statistics()] == [
        "red",
        "green",
        "blue",
    ]
    assert SOURCES["char-ship"].load({"encoding": "tokens"}).statistics() == []
    assert SOURCES["time-series"].load().class_counts() is None


CASES = [
    ("digits", "cross_entropy", torch.int64, (), (10,)),
    ("digits", "nll", torch.int64, (), (10,)),
    ("digits", "mse", torch.float32, (10,), (10,)),
    ("digits", "bce_with_logits", torch.float32, (10,), (10,)),
    ("moons", "bce", torch.float32, (1,), (1,)),
    ("moons", "bce_with_logits", torch.float32, (1,), (1,)),
    ("moons", "cross_entropy", torch.int64, (), (2,)),
    ("diabetes", "mse", torch.float32, (1,), (1,)),
    ("char-ship", "cross_entropy", torch.int64, (10,), (10, 25)),
]


@pytest.mark.parametrize(("source_id", "loss", "dtype", "shape", "outputs"), CASES)
def test_targets_for_a_loss(
    source_id: str, loss: str, dtype: torch.dtype, shape: tuple[int, ...], outputs: tuple[int, ...]
) -> None:
    dataset = SOURCES[source_id].load()
    targets = dataset.targets_for(loss)
    assert targets.dtype == dtype and tuple(targets.shape[1:]) == shape
    assert output_shape(dataset.schema, loss) == outputs
    # The loss itself takes them: torch decides.
    made = torch.full((len(dataset), *outputs), 0.5)
    functions = {
        "cross_entropy": torch.nn.CrossEntropyLoss(), "nll": torch.nn.NLLLoss(), "mse": torch.nn.MSELoss(),
        "bce": torch.nn.BCELoss(), "bce_with_logits": torch.nn.BCEWithLogitsLoss(),
    }  # fmt: skip
    if dataset.schema.task == "next-token":
        made = made.movedim(-1, 1)
    assert functions[loss](made, targets).isfinite()


def test_adapted_targets_keep_their_class() -> None:
    digits = SOURCES["digits"].load()
    assert torch.equal(digits.targets_for("mse").argmax(1), digits.targets)
    assert SOURCES["logic-and"].load().targets_for("cross_entropy").tolist() == [0, 0, 0, 1]


def test_a_loss_that_does_not_fit_is_refused() -> None:
    diabetes = SOURCES["diabetes"].schema()
    assert refusal(diabetes, "mse") is None
    with pytest.raises(DataError, match="Cross-entropy compares with classes, but this data has numbers"):
        SOURCES["diabetes"].load().targets_for("cross_entropy")
    with pytest.raises(DataError, match="wants targets of 0 and 1"):
        output_shape(diabetes, "bce")
    with pytest.raises(DataError, match="no loss called hinge"):
        output_shape(diabetes, "hinge")


@pytest.mark.parametrize("scaling", ["none", "standardise", "min-max"])
def test_missing_values_are_filled_with_the_mean_of_the_training_rows(scaling: Scaling) -> None:
    nan = float("nan")
    rows = torch.tensor([[1.0, nan, 0.0], [3.0, nan, 0.0], [nan, nan, 0.0], [nan, 5.0, nan]])
    dataset = Dataset(rows, torch.zeros(4, 1), regression((3,), "table"), scaling=scaling)
    filled = dataset.prepared(torch.tensor([0, 1, 2])).inputs
    expected = {
        "none": [[1, 0, 0], [3, 0, 0], [2, 0, 0], [2, 5, 0]],
        "standardise": [[-1, 0, 0], [1, 0, 0], [0, 0, 0], [0, 5, 0]],
        "min-max": [[0, 0, 0], [1, 0, 0], [0.5, 0, 0], [0.5, 5, 0]],
    }
    assert filled.tolist() == expected[scaling]
