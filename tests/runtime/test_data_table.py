"""A person's own CSV: kinds of columns, holes, encodings, and everything that is wrong with real files."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import numpy
import pytest
import torch

from runtime.data import Cancelled, DataError, split
from runtime.data.source import Loading
from runtime.data.table import Table, open_table

CENSUS = """\
|1x3 a line that belongs to no table
39, State-gov, 77516, Bachelors, 13, Single, Adm-clerical, Unmarried, White, Male, 2174, 0, 40, Peru, <=50K
50, Self-emp-inc, 83311, Bachelors, 13, Single, Exec-managerial, Husband, White, Male, 0, 0, 13, Peru, <=50K
38, ?, 215646, HS-grad, 9, Divorced, Handlers-cleaners, Not-in-family, White, Male, 0, 0, 40, ?, >50K
53, Private, 234721, 11th, 7, Divorced, Handlers-cleaners, Husband, Black, Female, 0, 0, 40, Cuba, <=50K

"""


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def kinds(table: Table) -> list[str]:
    return [column.kind for column in table.columns]


def test_the_census_layout_opens_unchanged(tmp_path: Path) -> None:
    table = open_table(write(tmp_path / "adult.data", CENSUS))
    assert not table.has_header and table.rows == 4
    assert table.names[:2] == ("age", "workclass") and table.names[-1] == "income" and len(table.names) == 15
    assert kinds(table)[:5] == ["number", "category", "number", "category", "number"]
    assert table.column("workclass").missing == 1
    assert table.skipped == ("Line 1 does not have 15 cells and is left out.",)
    schema = table.schema()
    assert schema.input_shape == (14,) and schema.task == "binary" and schema.classes == ("<=50K", ">50K")
    dataset = table.dataset()
    assert dataset.targets.tolist() == [[0], [0], [1], [0]]
    # Private 0, Self-emp-inc 1, State-gov 2; the missing one comes after them.
    assert dataset.inputs[:, 1].tolist() == [2, 1, 3, 0]
    assert dataset.inputs[:, 0].tolist() == [39, 50, 38, 53]
    assert dataset.prepared(split(dataset).train).inputs.isfinite().all()


def test_header_numbers_dates_and_holes(tmp_path: Path) -> None:
    rows = ("1.5,red,2024-01-01,10", ",blue,2024-01-02,20.5", "3,red,n/a,30", "NaN,,2024-01-04,")
    table = open_table(write(tmp_path / "t.csv", "\n".join(("size,colour,bought,price", *rows))))
    assert table.has_header and table.names == ("size", "colour", "bought", "price")
    assert kinds(table) == ["number", "category", "date", "number"]
    assert [column.missing for column in table.columns] == [2, 1, 1, 1]
    dataset = table.dataset("price", standardise=False)
    assert dataset.schema.task == "regression" and dataset.schema.target_names == ("price",)
    assert dataset.targets.tolist() == [[10], [20.5], [30]]
    assert dataset.skipped == ("Left out for want of “price”: 1 of 4 rows.",)
    days = dataset.inputs[:, 2]
    assert days[0] == 19723 and days[1] == 19724 and days[2].isnan()  # days since 1970-01-01
    filled = dataset.prepared(torch.arange(3)).inputs
    assert filled.tolist() == [[1.5, 1, 19723], [2.25, 0, 19724], [3, 1, 19723.5]]
    assert dataset.statistics()[0]["missing"] == 1


def test_one_hot_names_every_category_and_the_missing_one(tmp_path: Path) -> None:
    table = open_table(write(tmp_path / "t.csv", "colour,n,y\nred,1,a\n?,2,b\nblue,3,a\n"))
    dataset = table.dataset(encoding="one-hot", standardise=False)
    assert dataset.schema.features == ("colour=blue", "colour=red", "colour=(missing)", "n")
    assert dataset.inputs.tolist() == [[0, 1, 0, 1], [0, 0, 1, 2], [1, 0, 0, 3]]


def test_which_task_a_target_makes(tmp_path: Path) -> None:
    rows = "\n".join(f"{number},{number % 3 + 4},{number / 8},{'abc'[number % 3]}" for number in range(30))
    table = open_table(write(tmp_path / "t.csv", f"id,few,share,letter\n{rows}\n"))
    assert table.schema("few").classes == ("4", "5", "6")
    assert table.dataset("few").targets[:4].tolist() == [0, 1, 2, 0]
    assert table.schema("few", goal="number").task == "regression"
    assert table.schema("share").task == "regression"
    assert table.schema("letter", drop=("id", "share")).features == ("few",)
    assert table.schema("id").task == "regression"
    with pytest.raises(DataError, match="“letter” holds words"):
        table.schema("letter", goal="number")
    with pytest.raises(DataError, match=r"has no column “nothing”. It has id, few, share, letter"):
        table.schema("nothing")
    with pytest.raises(DataError, match="no column to learn “few” from"):
        table.schema("few", drop=("id", "share", "letter"))


@pytest.mark.parametrize(
    ("encoding", "reported", "word"),
    [("utf-8", "utf-8-sig", "한국어"), ("utf-8-sig", "utf-8-sig", "é"), ("cp949", "cp949", "한국어"),
     ("cp1252", "cp1252", "café"), ("utf-16", "utf-16", "한국어")],
)  # fmt: skip
def test_encodings(tmp_path: Path, encoding: str, reported: str, word: str) -> None:
    table = open_table(write(tmp_path / "t.csv", f"name,{word}\n{word},1\nx,2\n", encoding))
    assert table.encoding == reported
    assert table.names == ("name", word)
    assert word in table.columns[0].categories


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends(tmp_path: Path, delimiter: str, newline: str) -> None:
    rows = [["a", "b", "c"], ["1", "two, with; all\t sorts|", "3"], ["4", "plain", "6"]]
    path = tmp_path / "t.csv"
    with path.open("w", newline="") as file:
        csv.writer(file, delimiter=delimiter, lineterminator=newline).writerows(rows)
    table = open_table(path)
    assert table.delimiter == delimiter and table.rows == 2
    assert "two, with; all\t sorts|" in table.column("b").categories


def test_duplicate_and_empty_headers_are_numbered(tmp_path: Path) -> None:
    table = open_table(write(tmp_path / "t.csv", "a,a,,a_2,a\n1,2,3,4,5\n6,7,8,9,10\n"))
    assert table.names == ("a", "a_2", "column_3", "a_2_2", "a_3")


def test_headers_can_be_recognised_among_words_or_decided(tmp_path: Path) -> None:
    words = "colour,answer\nred,yes\nblue,no\nred,no\n"
    assert open_table(write(tmp_path / "a.csv", words)).has_header
    no_header = "red,yes\nblue,no\nred,no\n"
    assert not open_table(write(tmp_path / "b.csv", no_header)).has_header
    assert open_table(tmp_path / "b.csv", header="yes").rows == 2
    assert open_table(tmp_path / "a.csv", header="no").rows == 4


def test_rows_of_another_width_are_listed_skipped_and_counted(tmp_path: Path) -> None:
    good = "".join(f"{number},{number}\n" for number in range(60))
    table = open_table(write(tmp_path / "t.csv", "a,b\n1,2,3\n" + good + "only one\n" * 25))
    assert table.rows == 60
    assert table.skipped[0] == "Line 2 does not have 2 cells and is left out."
    assert len(table.skipped) == 21 and table.skipped[-1] == "So are 6 more lines."


def test_a_few_strange_cells_in_a_column_of_numbers_count_as_missing(tmp_path: Path) -> None:
    cells = [str(number) for number in range(100)]
    cells[3], cells[50] = "three", "1e999"
    table = open_table(write(tmp_path / "t.csv", "n,y\n" + "".join(f"{cell},a\n" for cell in cells)))
    assert table.column("n").kind == "number" and table.column("n").missing == 2
    assert table.skipped == ("In “n”, 2 cells are no numbers and count as missing.",)
    with pytest.raises(DataError, match="Every row has the same “y”: a"):
        table.schema("y")


def test_columns_of_text_or_nothing_are_left_out(tmp_path: Path) -> None:
    rows = "".join(f"word{number},{number},,{'ab'[number % 2]}\n" for number in range(1500))
    table = open_table(write(tmp_path / "t.csv", f"text,n,empty,y\n{rows}"))
    assert kinds(table) == ["text", "number", "empty", "category"]
    assert table.schema().features == ("n",)
    assert table.skipped == (
        "The column “text” is left out: it holds more than 1,000 different words.",
        "The column “empty” is left out: it holds nothing, 1,500 missing.",
    )
    with pytest.raises(DataError, match="“text” cannot be predicted"):
        table.schema("text")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (b"a\n1\n2\n", "has only one column"),
        (b"a,b\n", "has a header but no rows"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00", "is not a text file"),
        (b"\xff\xfea", "damaged"),
        (b'a,b\n1,"' + b"x" * 200_000 + b"\n", "cannot be read beyond line"),
    ],
)
def test_what_is_no_table_gives_a_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=sentence):
        open_table(path).schema()


def test_a_file_that_is_not_there_or_a_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="There is no file"):
        open_table(tmp_path / "absent.csv")
    with pytest.raises(DataError, match="cannot be read"):
        open_table(tmp_path)


def test_a_long_table_is_read_in_pieces_and_can_be_cancelled(tmp_path: Path) -> None:
    chance = random.Random(0)
    rows = "".join(f"{number},{chance.choice('xyz')},{number / 7:.3f}\n" for number in range(50_000))
    path = write(tmp_path / "t.csv", "id,letter,share\n" + rows)
    seen: list[float] = []
    table = open_table(path, loading=Loading(progress=lambda part, text: seen.append(part)))
    assert table.rows == 50_000 and kinds(table) == ["number", "category", "number"]
    assert len(seen) >= 3 and seen == sorted(seen)
    assert numpy.array_equal(table.column("id").values, numpy.arange(50_000))
    with pytest.raises(Cancelled):
        open_table(path, loading=Loading(cancelled=lambda: True))


@pytest.mark.parametrize("encoding", ["codes", "one-hot"])
def test_a_category_that_no_training_row_has_is_none_of_the_others(tmp_path: Path, encoding: str) -> None:
    cities = ["Bonn", "Oslo", "", "Rome", "Bonn", "Oslo"]
    body = "".join(f"{city},{row},{row / 2}\n" for row, city in enumerate(cities))
    table = open_table(write(tmp_path / "t.csv", "city,size,price\n" + body))
    dataset = table.dataset("price", encoding=encoding, standardise=False)  # type: ignore[arg-type]
    train = torch.tensor([2, 3, 4])  # nothing, Rome, Bonn
    found = dataset.prepared(train)
    if encoding == "codes":
        # Bonn 0, Rome 1; Oslo is now what the missing one is: the code behind them.
        assert found.inputs[:, 0].tolist() == [0, 2, 2, 1, 0, 2]
        assert dataset.inputs[:, 0].tolist() == [0, 1, 3, 2, 0, 1]
    else:
        assert found.schema.features[:4] == ("city=Bonn", "city=Oslo", "city=Rome", "city=(missing)")
        assert found.inputs[:, 1].tolist() == [0] * 6 and found.inputs[2, :4].tolist() == [0, 0, 0, 1]
        assert found.inputs[1, :4].tolist() == [0] * 4 and found.inputs[3, :4].tolist() == [0, 0, 1, 0]
    what = "a missing one" if encoding == "codes" else "no category"
    assert found.skipped == (
        f"In “city”, no training row has “Oslo”. In 2 held-out rows that counts as {what}.",
    )
    assert found.learnt == {"city": ("Bonn", "Rome")}
    kept = dataset.prepared(torch.tensor([0, 1, 2]), found.learnt)
    assert (kept.inputs[:, 0] == found.inputs[:, 0]).all()
