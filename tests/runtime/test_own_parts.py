"""A table whose rows to train, to validate and to test with stand in files of their own."""

from __future__ import annotations

from pathlib import Path

import polars
import pytest
import torch

from runtime.data import SOURCES, DataError, split
from runtime.data.own import facts, recognise
from runtime.data.own.scans import state_of
from runtime.data.sources.census import people


def write(path: Path, *lines: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def census(folder: Path) -> Path:
    rows = [", ".join(row) for row in people(300, 0)]
    write(folder / "adult.data", *rows[:200])
    write(folder / "adult.test", "|1x3 Cross validator", *(f"{row}." for row in rows[200:]))
    write(folder / "adult.names", "about it")
    return folder


def test_the_census_folder_has_its_own_test_set(tmp_path: Path) -> None:
    folder = census(tmp_path / "adult")
    found = recognise(folder)
    assert found.source == "own-table" and found.title == "adult"
    assert found.options == {"path": str(folder / "adult.data"), "test_file": "adult.test"}
    assert found.sentence.endswith("adult.test has its test rows.")
    assert recognise(folder / "adult.test", folder / "adult.data").options == found.options
    schema = SOURCES["own-table"].schema(found.options)
    dataset = SOURCES["own-table"].load(found.options)
    assert (schema.size, schema.test_size) == (len(dataset), dataset.schema.test_size) == (300, 100)
    assert schema.classes == dataset.schema.classes == ("<=50K", ">50K")
    assert dataset.skipped == ("Line 1 of adult.test does not have 15 cells and is left out.",)
    splits = split(dataset)
    assert splits.test.tolist() == list(range(200, 300)) and len(splits.validation) == 30
    assert facts("own-table", found.options)["parts"] == [["train", 200], ["test", 100]]
    # the same rows as in one file
    rows = [", ".join(row) for row in people(300, 0)]
    whole = SOURCES["own-table"].load({"path": str(write(tmp_path / "whole.data", *rows))})
    assert torch.equal(whole.inputs.nan_to_num(-1), dataset.inputs.nan_to_num(-1))
    assert torch.equal(whole.targets, dataset.targets)


def test_scaling_and_categories_come_from_the_training_file_alone(tmp_path: Path) -> None:
    write(
        tmp_path / "fruit_train.csv",
        "n,kind,y",
        *(f"{row % 2},{'pq'[row % 2]},{row % 3}" for row in range(30)),
    )
    write(tmp_path / "fruit_valid.csv", "n,kind,y", *(f"70,r,{row % 3}" for row in range(6)))
    write(tmp_path / "fruit_test.csv", "kind,y,n", *(f"s,{row % 3},90" for row in range(9)))
    found = recognise(tmp_path)
    dataset = SOURCES["own-table"].load(found.options)
    splits = split(dataset)
    assert splits.summary == "30 to train, 6 to validate, 9 to test"
    ready = dataset.prepared(splits.train)
    assert ready.learnt["kind"] == ("p", "q") and ready.input_scaler is not None
    assert ready.input_scaler.shift[0] == pytest.approx(0.5)
    # (90 − 0.5) / 0.5 whatever the order of the columns, and a category nobody has learnt is the missing one
    assert ready.inputs[splits.test][:, 0].tolist() == [179.0] * 9
    assert torch.equal(ready.inputs[splits.test][0, 1], (torch.tensor(2.0) - 0.5) / 0.5)
    assert dataset.targets[splits.test].reshape(-1).tolist() == [0, 1, 2] * 3


def test_a_test_file_without_the_target_is_not_used_and_that_is_said(tmp_path: Path) -> None:
    write(
        tmp_path / "train.csv", "Id,Fare,Survived", *(f"{row},{row * 3 % 7},{row % 2}" for row in range(40))
    )
    write(tmp_path / "test.csv", "Id,Fare", "1,2", "2,3")
    write(tmp_path / "gender_submission.csv", "Id,Survived", "1,0", "2,1")
    found = recognise(tmp_path)
    said = (
        "test.csv lacks the column “Survived” of train.csv, so it is not used. The test set is a share of the rows of "
        "train.csv instead."
    )
    assert found.sentence.endswith(f"{said} gender_submission.csv is not read.")
    assert found.options == {"path": str(tmp_path / "train.csv")}
    dataset = SOURCES["own-table"].load({**found.options, "test_file": "test.csv"})
    assert dataset.skipped == (said,)
    assert len(dataset) == 40 and dataset.test is None and dataset.schema.test_size is None
    assert SOURCES["own-table"].schema(found.options).test_size is None


def test_columns_that_differ_are_named(tmp_path: Path) -> None:
    body = [f"{row},{row % 5},{'ab'[row % 2]}" for row in range(20)]
    path = write(tmp_path / "train.csv", "n,m,y", *body)
    write(tmp_path / "test.csv", "n,y,when", "1,a,2", "2,b,3")
    options = {"path": str(path), "test_file": "test.csv"}
    assert (
        SOURCES["own-table"].load(options).skipped[0].startswith("test.csv lacks the column “m” of train.csv")
    )
    write(tmp_path / "test.csv", "n,m,y,when", "1,2,a,2", "2,3,b,3")
    dataset = SOURCES["own-table"].load(options)  # the file is another one, so it is looked at again
    assert dataset.skipped == ("test.csv has the column “when” beside those of train.csv; not read.",)
    assert dataset.schema.test_size == 2
    before = state_of("own-table", options)
    write(tmp_path / "test.csv", "n,m,y", "1,2,a")
    assert state_of("own-table", options) != before
    with pytest.raises(DataError, match=r"There is no file gone\.csv beside train\.csv"):
        SOURCES["own-table"].load({**options, "test_file": "gone.csv"})
    write(tmp_path / "test_labels.csv", "y", "a")
    assert recognise(tmp_path).options == options  # labels that belong to nothing
    write(tmp_path / "train_labels.csv", "y", "a")
    with pytest.raises(DataError, match="has 4 data files"):
        recognise(tmp_path)  # which of them holds the answers?


def test_files_that_hold_a_part_together(tmp_path: Path) -> None:
    folder = tmp_path / "set" / "data"
    folder.mkdir(parents=True)
    frame = polars.DataFrame({"x": [1, 2, 3, 4], "label": ["p", "q"] * 2})
    for part in range(2):
        frame.write_parquet(folder / f"train-0000{part}-of-00002.parquet")
    frame.select("label", x=polars.col("x") + 0.5).write_parquet(folder / "test-00000-of-00001.parquet")
    found = recognise(tmp_path / "set")
    dataset = SOURCES["own-table"].load({**found.options, "standardise": False})
    assert dataset.inputs.reshape(-1).tolist() == [1, 2, 3, 4, 1, 2, 3, 4, 1.5, 2.5, 3.5, 4.5]
    assert dataset.test is not None and dataset.test.tolist() == [8, 9, 10, 11]


@pytest.mark.parametrize("kind", ["sentences", "pairs"])
def test_texts_come_in_parts_too(tmp_path: Path, kind: str) -> None:
    for name, count in (("train", 30), ("val", 6), ("test", 9)):
        if kind == "sentences":
            rows = [f"a {name} text number {row},{'ny'[row % 2]}" for row in range(count)]
            write(tmp_path / f"{name}.csv", "text,label", *rows)
        else:
            rows = [f"I see {row} {name} dogs.\tIch sehe {row} {name} Hunde." for row in range(count)]
            write(tmp_path / f"{name}.tsv", *rows)
    found = recognise(tmp_path)
    assert found.source == f"own-{kind}"
    dataset = SOURCES[found.source].load(found.options)
    assert SOURCES[found.source].schema(found.options).test_size == dataset.schema.test_size == 9
    splits = split(dataset)
    assert splits.summary == "30 to train, 6 to validate, 9 to test"
    known = dataset.learned(splits.train).learnt["words"]
    assert "train" in known and "val" not in known and "test" not in known
