"""A person's own time series and arrays."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytest
import torch
from safetensors.numpy import save_file
from safetensors.torch import save_file as save_torch

from runtime.data import SOURCES, DataError, split
from runtime.data.own import numbers, recognise
from runtime.data.own.ranges import range_warnings
from runtime.data.own.warnings import warnings
from runtime.data.own.wording import STANDARDISE
from runtime.data.splits import Splits
from runtime.data.stored import Stored


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def series(path: Path, rows: int = 40) -> Path:
    lines = [f"2024-01-01 {hour % 24:02d}:00:00,{hour},{hour * 2}" for hour in range(24)]
    lines += [f"2024-01-02 {hour % 24:02d}:00:00,{hour + 24},{(hour + 24) * 2}" for hour in range(rows - 24)]
    return write(path, "time,wind,power\n" + "\n".join(lines))


def test_windows_of_a_series_and_what_comes_after(tmp_path: Path) -> None:
    found = recognise(series(tmp_path / "park.csv"))
    assert found.source == "own-series" and found.options["time"] == "time"
    options = {**found.options, "window": 5, "scaling": "none"}
    dataset = SOURCES["own-series"].load(options)
    schema = dataset.schema
    assert schema == SOURCES["own-series"].schema(options)
    assert schema.features == ("wind", "power") and schema.target_names == ("power",) and dataset.ordered
    assert tuple(dataset.inputs.shape) == (35, 5, 2) and tuple(dataset.targets.shape) == (35, 1)
    assert dataset.inputs[3, :, 0].tolist() == [3, 4, 5, 6, 7] and dataset.targets[3].tolist() == [16]
    more = {**options, "horizon": 3, "predict": ("wind", "power"), "stride": 4, "calendar": True}
    dataset = SOURCES["own-series"].load(more)
    assert dataset.schema == SOURCES["own-series"].schema(more)
    assert dataset.schema.target_names[:3] == ("wind +1", "power +1", "wind +2")
    assert dataset.schema.features == ("wind", "power", "month", "weekday", "hour")
    assert dataset.targets[1].tolist() == [9, 18, 10, 20, 11, 22]
    assert dataset.inputs[1, 0].tolist() == [4, 8, 1, 0, 4]  # January, a Monday, four o'clock
    rows = split(dataset, 0.2, 0.2)
    assert rows.train.max() < rows.validation.min() < rows.test.min()
    scaled = SOURCES["own-series"].load({**options, "scaling": "standardised"}).prepared(torch.arange(20))
    assert scaled.inputs[:20].mean().abs() < 1e-4


def test_one_column_of_numbers_is_a_series_but_no_table(tmp_path: Path) -> None:
    for name, head in (("sun.csv", "spots\n"), ("bare.csv", "")):
        found = recognise(write(tmp_path / name, head + "".join(f"{row * 1.5}\n" for row in range(40))))
        assert found.source == "own-series" and found.options["window"] == 8
        dataset = SOURCES["own-series"].load({**found.options, "scaling": "none"})
        assert len(dataset) == 32 and dataset.targets[0].tolist() == [12]
        with pytest.raises(DataError, match="has only one column"):
            SOURCES["own-table"].schema({"path": found.options["path"]})


def test_rows_out_of_order_and_holes(tmp_path: Path) -> None:
    rows = [
        "2024-01-03,30,x",
        "2024-01-01,10,x",
        ",99,x",
        "2024-01-02,,x",
        *(f"2024-02-{d:02d},{d},x" for d in range(1, 9)),
    ]
    path = write(tmp_path / "t.csv", "day,value,note\n" + "\n".join(rows))
    dataset = SOURCES["own-series"].load({"path": str(path), "window": 3, "scaling": "none"})
    assert dataset.inputs[0, :, 0].tolist() == [10, 10, 30] and dataset.targets[0].tolist() == [1]
    assert dataset.skipped == (
        "1 row without a “day” is left out.",
        "The rows are put in order by “day”.",
        "1 missing value takes the value before it.",
    )


def test_prices_from_the_latest_to_the_first_and_numbered_steps_are_series(tmp_path: Path) -> None:
    days = [f'2024년 01월 {day:02d}일,"{1000 + day},5",-{day}%' for day in range(31, 0, -1)]
    path = tmp_path / "price.csv"
    path.write_bytes(("날짜,종가,변동\n" + "\n".join(days)).replace(",5", ".5").encode("cp949"))
    found = recognise(path)
    assert found.source == "own-series" and found.options["time"] == "날짜" and found.options["window"] == 6
    dataset = SOURCES["own-series"].load({**found.options, "scaling": "none", "predict": ("종가",)})
    assert dataset.inputs[0, :, 0].tolist() == [1001.5, 1002.5, 1003.5, 1004.5, 1005.5, 1006.5]
    assert dataset.targets[0].tolist() == [1007.5] and dataset.skipped == (
        "The rows are put in order by “날짜”.",
    )
    steps = "".join(f"{row},{row % 5},{row % 3}\n" for row in range(30))
    assert recognise(write(tmp_path / "t.csv", "t,a,b\n" + steps)).options["time"] == "t"
    assert recognise(write(tmp_path / "t.csv", "id,a,b\n" + steps)).source == "own-table"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"window": 100}, "has 40 rows, too few for windows of 100"),
        ({"predict": ("nothing",)}, "has no column “nothing”"),
        ({"leave_out": ("wind", "power")}, "has no column of numbers"),
        ({"predict": ("time",)}, "cannot be predicted as a number"),
    ],
)
def test_what_cannot_be_a_series(tmp_path: Path, options: dict[str, object], sentence: str) -> None:
    path = series(tmp_path / "t.csv")
    with pytest.raises(DataError, match=sentence):
        SOURCES["own-series"].schema({"path": str(path), **options})


def test_npz_with_training_and_test_arrays(tmp_path: Path) -> None:
    chance = numpy.random.default_rng(0)
    pictures = chance.integers(0, 256, (30, 12, 12), numpy.uint8)
    numpy.savez(
        tmp_path / "set.npz", x_train=pictures[:20], y_train=numpy.arange(20) % 3, x_test=pictures[20:],
        y_test=numpy.arange(10) % 3,
    )  # fmt: skip
    found = recognise(tmp_path / "set.npz")
    dataset = SOURCES["own-arrays"].load(found.options)
    assert dataset.schema == SOURCES["own-arrays"].schema(found.options)
    assert dataset.schema.kind == "image" and dataset.schema.input_shape == (1, 12, 12)
    assert dataset.schema.classes == ("0", "1", "2") and dataset.schema.test_size == 10
    assert dataset.test is not None and dataset.test.tolist() == list(range(20, 30))
    assert isinstance(dataset.inputs, Stored)
    assert torch.equal(dataset.inputs[7, 0], torch.from_numpy(pictures[7]).float() / 255)
    assert dataset.targets.tolist() == [
        *(number % 3 for number in range(20)),
        *(number % 3 for number in range(10)),
    ]


def test_single_arrays_tokens_series_and_colours_last(tmp_path: Path) -> None:
    numpy.save(tmp_path / "faces.npy", numpy.zeros((4, 16, 20, 3), numpy.uint8))
    faces = SOURCES["own-arrays"].load({"path": str(tmp_path / "faces.npy")})
    assert faces.schema.task == "unlabelled" and tuple(faces.inputs.shape) == (4, 3, 16, 20)
    assert tuple(faces.targets.shape) == (4, 0)
    numpy.save(tmp_path / "x.npy", numpy.arange(60, dtype=">f8").reshape(10, 3, 2))
    numpy.save(tmp_path / "y.npy", numpy.linspace(0, 1, 10))
    walks = SOURCES["own-arrays"].load({"path": str(tmp_path / "x.npy")})
    assert walks.schema.kind == "series" and walks.schema.task == "regression"
    assert walks.inputs[1].tolist() == [[6, 7], [8, 9], [10, 11]] and tuple(walks.targets.shape) == (10, 1)
    numpy.savez(tmp_path / "words.npz", x=numpy.full((5, 7), 12, numpy.int32), y=numpy.array(list("abcab")))
    words = SOURCES["own-arrays"].load({"path": str(tmp_path / "words.npz")})
    assert words.schema.kind == "tokens" and words.schema.classes == ("a", "b", "c")
    assert words.inputs.dtype == torch.int64 and words.targets.tolist() == [0, 1, 2, 0, 1]
    table = SOURCES["own-arrays"].load({"path": str(tmp_path / "words.npz"), "kind": "table"})
    assert table.schema.kind == "table" and table.inputs.dtype == torch.float32


def test_safetensors_and_masks(tmp_path: Path) -> None:
    masks = numpy.zeros((6, 8, 8), numpy.int64)
    masks[:, 2:5] = 1
    masks[:, 7] = 255
    save_file({"images": numpy.ones((6, 3, 8, 8), numpy.float32), "masks": masks}, tmp_path / "s.safetensors")
    dataset = SOURCES["own-arrays"].load(recognise(tmp_path / "s.safetensors").options)
    assert dataset.schema.task == "segmentation" and dataset.schema.classes == ("class 0", "class 1")
    assert dataset.schema == SOURCES["own-arrays"].schema({"path": str(tmp_path / "s.safetensors")})
    assert torch.equal(dataset.targets, torch.from_numpy(masks))


def test_objects_and_broken_files_are_refused(tmp_path: Path) -> None:
    numpy.savez(tmp_path / "objects.npz", x=numpy.zeros((3, 2)), y=numpy.array([{}, [], ()], dtype=object))
    numpy.save(tmp_path / "objects.npy", numpy.array([{"a": 1}], dtype=object), allow_pickle=True)
    (tmp_path / "broken.npz").write_bytes(b"PK\x03\x04 no archive")
    (tmp_path / "broken.npy").write_bytes(b"\x93NUMPY\x01\x00v\x00{'descr'")
    (tmp_path / "broken.safetensors").write_bytes(b"\xff" * 40)
    numpy.savez(tmp_path / "lengths.npz", x=numpy.zeros((3, 2)), y=numpy.zeros(2))
    numpy.savez(tmp_path / "none.npz")
    sentences = {
        "objects.npz": "“y” in objects.npz holds Python objects",
        "objects.npy": "holds Python objects, which could run code",
        "broken.npz": "broken.npz cannot be read",
        "broken.npy": "broken.npy cannot be read",
        "broken.safetensors": "broken.safetensors cannot be read",
        "lengths.npz": "has 3 samples but 2 targets",
        "none.npz": "holds no arrays",
    }
    for name, sentence in sentences.items():
        with pytest.raises(DataError, match=sentence):
            SOURCES["own-arrays"].schema({"path": str(tmp_path / name)})
    with pytest.raises(DataError, match="has no array “z”"):
        SOURCES["own-arrays"].schema({"path": str(tmp_path / "lengths.npz"), "inputs": "z"})


def test_arrays_of_three_parts_and_arrays_that_are_not_used(tmp_path: Path) -> None:
    """As MedMNIST has them: a validation part, labels in a column of their own."""
    parts = {"train": 6, "val": 3, "test": 2}
    arrays = {f"{part}_images": numpy.zeros((count, 8, 8, 3), numpy.uint8) for part, count in parts.items()}
    labels = {f"{part}_labels": numpy.arange(count)[:, None] % 3 for part, count in parts.items()}
    numpy.savez(tmp_path / "set.npz", **arrays, **labels, ids=numpy.arange(11))
    dataset = SOURCES["own-arrays"].load({"path": str(tmp_path / "set.npz")})
    assert dataset.validation is not None and dataset.validation.tolist() == [6, 7, 8]
    assert dataset.test is not None and dataset.test.tolist() == [9, 10]
    assert dataset.skipped == ("Not used of set.npz: “ids”.",)
    folder = tmp_path / "set"
    folder.mkdir()
    for part, count in (("train", 6), ("test", 3)):
        numpy.save(folder / f"X_{part}.npy", numpy.zeros((count, 4)))
        numpy.save(folder / f"y_{part}.npy", numpy.arange(count) % 3)
    found = recognise(folder)
    assert found.source == "own-arrays" and found.options == {"path": str(folder)}
    dataset = SOURCES["own-arrays"].load(found.options)
    assert len(dataset) == 9 and dataset.schema.test_size == 3 and dataset.targets.tolist() == [0, 1, 2] * 3


def test_targets_in_columns(tmp_path: Path) -> None:
    x = numpy.zeros((4, 2))
    numpy.savez(tmp_path / "hot.npz", x=x, y=numpy.eye(3)[[0, 2, 1, 0]])
    hot = SOURCES["own-arrays"].load({"path": str(tmp_path / "hot.npz")})
    assert hot.schema.task == "classification" and hot.targets.tolist() == [0, 2, 1, 0]
    numpy.savez(tmp_path / "many.npz", x=x, y=numpy.array([[1, 1], [0, 0], [0, 1], [1, 0]], numpy.uint8))
    many = SOURCES["own-arrays"].load({"path": str(tmp_path / "many.npz")})
    assert many.schema.task == "multi-label" and many.targets[0].tolist() == [1.0, 1.0]
    numpy.savez(tmp_path / "two.npz", x=x, y=numpy.array([0.0, 1.0, 1.0, 0.0]))
    two = SOURCES["own-arrays"].load({"path": str(tmp_path / "two.npz")})
    assert two.schema.task == "binary" and two.schema.classes == ("0", "1")
    number = SOURCES["own-arrays"].schema({"path": str(tmp_path / "hot.npz"), "predict": "number"})
    assert number.task == "regression" and number.target_shape == (3,)
    numpy.savez(tmp_path / "holes.npz", x=numpy.arange(8.0).reshape(4, 2), y=[0.5, numpy.nan, 2.5, numpy.inf])
    holes = SOURCES["own-arrays"].load({"path": str(tmp_path / "holes.npz")})
    assert holes.inputs.tolist() == [[0, 1], [4, 5]] and holes.targets.tolist() == [[0.5], [2.5]]
    assert holes.schema == SOURCES["own-arrays"].schema({"path": str(tmp_path / "holes.npz")})
    assert holes.skipped == ("Left out, for their targets are missing or infinite: 2 of 4 samples.",)


def test_numbers_as_they_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole numbers up to 255 are pixels; what is infinite is missing; what is converted may go to a file."""
    pictures = numpy.arange(2 * 8 * 8).reshape(2, 8, 8).astype(numpy.float32)
    numpy.save(tmp_path / "pixels.npy", pictures)
    pixels = SOURCES["own-arrays"].load({"path": str(tmp_path / "pixels.npy"), "kind": "image"})
    assert torch.equal(pixels.inputs[1, 0], torch.from_numpy(pictures[1]) / 255)
    assert pixels.skipped == ("The pictures hold whole numbers from 0 to 255: they are divided by 255.",)
    rows = numpy.array([[1.0, 1e200], [-numpy.inf, 2.0], [3.0, 4.0]])
    numpy.save(tmp_path / "rows.npy", rows)
    for share in (0.25, 0.0):
        monkeypatch.setattr(numbers, "MEMORY_SHARE", share)
        loaded = SOURCES["own-arrays"].load({"path": str(tmp_path / "rows.npy")}, root=tmp_path / str(share))
        assert loaded.inputs.nan_to_num(-1).tolist() == [[1, -1], [-1, 2], [3, 4]]
        assert loaded.skipped[0].startswith("2 numbers are infinite or too large for 32 bits")
        assert loaded.prepared(torch.arange(3)).inputs.tolist() == [[1, 3], [2, 2], [3, 4]]
    assert len(list((tmp_path / "0.0" / "arrays").glob("*.npy"))) == 1
    numpy.save(tmp_path / "huge.npy", numpy.full((3, 2), 1e200))
    with pytest.raises(DataError, match="Not one of the numbers in huge"):
        SOURCES["own-arrays"].load({"path": str(tmp_path / "huge.npy")})
    save_torch({"x": torch.ones(3, 2).bfloat16()}, tmp_path / "half.safetensors")
    assert SOURCES["own-arrays"].load({"path": str(tmp_path / "half.safetensors")}).inputs.sum() == 6


def test_whole_numbers_are_words_only_where_every_place_is_alike(tmp_path: Path) -> None:
    kinds = {}
    for name, values in {
        "words": numpy.arange(80).reshape(8, 10),
        "columns": numpy.array([[3, 180, 70_000], [1, 165, 52_000], [2, 190, 48_000]]),
        "yes": numpy.eye(6, dtype=int),
        "below": numpy.arange(-40, 40).reshape(8, 10),
    }.items():
        numpy.savez(tmp_path / f"{name}.npz", x=values, y=numpy.arange(len(values)) % 3)
        kinds[name] = SOURCES["own-arrays"].schema({"path": str(tmp_path / f"{name}.npz")}).kind
    numpy.save(tmp_path / "alone.npy", numpy.arange(80).reshape(8, 10))
    assert SOURCES["own-arrays"].schema({"path": str(tmp_path / "alone.npy")}).kind == "table"
    assert kinds == {"words": "tokens", "columns": "table", "yes": "table", "below": "table"}


def test_numbers_far_from_one_and_dull_pictures_are_named(tmp_path: Path) -> None:
    made = {
        "far.npy": numpy.linspace(-3, 4e6, 60).reshape(20, 3),
        "dull.npy": numpy.linspace(0, 0.05, 20 * 256).reshape(20, 16, 16),
        "good.npy": numpy.linspace(0, 1, 20 * 256).reshape(20, 16, 16),
    }
    told = {}
    for name, values in made.items():
        numpy.save(tmp_path / name, values)
        told[name] = range_warnings(SOURCES["own-arrays"].load({"path": str(tmp_path / name)}))
    assert told["far.npy"][0].startswith("The numbers reach from -3 to 4e+06.")
    assert told["dull.npy"][0].startswith("The pictures use only 5% of the range")
    assert told["good.npy"] == [] and STANDARDISE in told["far.npy"][0] and STANDARDISE in told["dull.npy"][0]
    scaled = SOURCES["own-arrays"].load({"path": str(tmp_path / "far.npy"), "standardise": True})
    assert range_warnings(scaled) == []


def test_duplicates_are_found_though_most_samples_look_alike_at_a_glance(tmp_path: Path) -> None:
    values = numpy.zeros((40, 32, 32), numpy.float32)
    values[:, 3, 5] = numpy.arange(40)  # no glance falls on this pixel
    values[39] = values[0]
    numpy.save(tmp_path / "x.npy", values)
    dataset = SOURCES["own-arrays"].load({"path": str(tmp_path / "x.npy")})
    splits = Splits(torch.arange(0, 20), torch.arange(20, 30), torch.arange(30, 40))
    (told,) = warnings(dataset, splits)
    assert told.startswith("1 of the 10 test samples (10%) are in the training split, too.")
