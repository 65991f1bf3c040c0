"""A person's own table: recognised, in any encoding, a million rows, with roles; and everything odd about files."""

from __future__ import annotations

from pathlib import Path

import numpy
import polars
import pytest
import torch
from PIL import Image

from graph.catalogue.spec import Param
from graph.values import BadValue
from runtime.data import SOURCES, DataError
from runtime.data import table as tables_module
from runtime.data.dates import to_day
from runtime.data.entry import Question, cells_of, number_of
from runtime.data.own import facts, recognise, scan


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode(encoding))
    return path


def test_a_path_is_a_string_and_names_are_strings() -> None:
    path = Param("path", "path", None, optional=True, takes="file", suffixes=(".csv",))
    assert path.check("C:\\data\\나.csv") == "C:\\data\\나.csv" and path.check(None) is None
    names = Param("leave_out", "names", ())
    assert names.check(["a", "b, c"]) == ("a", "b, c")
    for param, value in (
        (path, ""),
        (path, 3),
        (path, "a\0b"),
        (path, "x" * 5000),
        (names, "ab"),
        (names, (1,)),
    ):
        with pytest.raises(BadValue, match=param.name):
            param.check(value)


@pytest.mark.parametrize(
    ("encoding", "word"),
    [
        ("cp949", "서울"),
        ("utf-16", "서울"),
        ("utf-16-le", "Zurich"),
        ("latin-1", "Zürich"),
        ("utf-8-sig", "서울"),
    ],
)
def test_every_usual_encoding(tmp_path: Path, encoding: str, word: str) -> None:
    path = write(tmp_path / "t.csv", f"city;size\n{word};1,5\nRom;2,5\n{word};3\n", encoding)
    found = recognise(path)
    schema = SOURCES["own-table"].schema({**found.options, "target": "city"})
    assert found.source == "own-table" and set(schema.classes or ()) == {word, "Rom"}
    dataset = SOURCES["own-table"].load({**found.options, "target": "city", "standardise": False})
    assert dataset.inputs.reshape(-1).tolist() == [1.5, 2.5, 3]  # decimal commas


def test_a_million_rows(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    block = "".join(f"{number},{number / 8},{'abc'[number % 3]}\n" for number in range(1000))
    path.write_text("id,share,letter\n" + block * 1000, encoding="utf-8")
    options = {"path": str(path)}
    seen: list[float] = []
    about = scan("own-table", options, progress=lambda part, text: seen.append(part))
    assert about["rows"] == 1_000_000 and seen == sorted(seen) and len(seen) > 5
    dataset = SOURCES["own-table"].load({**options, "standardise": False})
    assert tuple(dataset.inputs.shape) == (1_000_000, 2) and dataset.schema.classes == ("a", "b", "c")
    assert dataset.inputs[-1].tolist() == [999, 124.875] and int(dataset.targets[-1]) == 0


def test_parquet_with_all_kinds_of_columns(tmp_path: Path) -> None:
    from datetime import date, datetime

    days = [date(2024, 1, day % 28 + 1) for day in range(60)]
    frame = polars.DataFrame(
        {
            "size": [None if number == 3 else number / 2 for number in range(60)],
            "old": [number % 2 == 0 for number in range(60)],
            "day": days,
            "when": [datetime(2024, 5, 6, 12 + number % 2) for number in range(60)],
            "parts": [[number] for number in range(60)],
            "kind": ["red", "blue", None] * 20,
        }
    )
    frame.write_parquet(tmp_path / "t.parquet")
    found = recognise(tmp_path / "t.parquet")
    about = facts("own-table", found.options)
    assert [column["kind"] for column in about["columns"]] == [
        "number",
        "category",
        "date",
        "date",
        "text",
        "category",
    ]
    dataset = SOURCES["own-table"].load({**found.options, "standardise": False})
    assert len(dataset) == 40 and dataset.schema.classes == ("blue", "red")
    assert (
        dataset.schema.features[:3] == ("size", "old", "day year")
        and dataset.schema.features[-1] == "when hour"
    )
    assert dataset.inputs[0].tolist()[1:6] == [1, 2024, 1, 1, 0]  # true; the first of January 2024, a Monday
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 nothing PAR1")
    with pytest.raises(DataError, match=r"broken\.parquet is not a Parquet file that can be read"):
        SOURCES["own-table"].schema({"path": str(tmp_path / "broken.parquet")})


def test_columns_may_be_given_another_role(tmp_path: Path) -> None:
    rows = "".join(f"{number % 4},{number},{number % 7},{'ab'[number % 2]}\n" for number in range(40))
    path = write(tmp_path / "t.csv", "code,id,n,y\n" + rows)
    options = {"path": str(path), "leave_out": ("id",), "as_category": ("code",), "categories": "one-hot"}
    schema = SOURCES["own-table"].schema(options)
    assert schema.features == ("code=0", "code=1", "code=2", "code=3", "n")
    assert SOURCES["own-table"].load(options).schema == schema
    assert SOURCES["own-table"].schema({**options, "as_text": ("n",)}).features == schema.features[:4]
    number = SOURCES["own-table"].schema({**options, "target": "n", "predict": "number"})
    assert number.task == "regression" and number.target_names == ("n",)


def test_a_table_that_does_not_fit_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "t.csv", "a,b,y\n" + "x,1,u\ny,2,v\n" * 5)
    monkeypatch.setattr(tables_module, "MEMORY_SHARE", 0.0)
    with pytest.raises(
        DataError, match=r"10 rows of 3 numbers need .* free\. Choose codes for the categories"
    ):
        SOURCES["own-table"].load({"path": str(path), "categories": "one-hot"})


def test_dates_in_every_usual_way(tmp_path: Path) -> None:
    ways = (
        "2024-02-29", "2024/02/29", "29.02.2024", "29/02/2024", "02/29/2024", "2024-02-29T00:00:00Z", "20240229",
        "2024.02.29", "2024. 2. 29.", "2024년 2월 29일", "29-Feb-2024", "Feb 29, 2024", "29 February 2024",
        "2/29/24", "2024-02-29 오전 12:00:00",
    )  # fmt: skip
    for way in ways:
        body = "".join(f'"{way}",{number % 2}\n' for number in range(6))
        path = write(tmp_path / "t.csv", "day,y\n" + body)
        dataset = SOURCES["own-table"].load({"path": str(path), "standardise": False})
        assert dataset.inputs[0].tolist() == [2024, 2, 29, 3], way  # a Thursday
        assert to_day(way) == 19_782, way


def test_days_before_months_or_behind_them_as_suits_the_column(tmp_path: Path) -> None:
    for way, first in (("{day}/{month}/2024", 3), ("{month}/{day}/2024", 3), ("24.{month}.{day}", 3)):
        days = [way.format(day=day, month=3) for day in (*range(1, 13), 30)]
        path = write(tmp_path / "t.csv", "when,y\n" + "".join(f"{day},{len(day)}\n" for day in days))
        found = SOURCES["own-table"].load({"path": str(path), "standardise": False})
        assert found.inputs[:, 1].unique().tolist() == [first] and found.inputs[4, 2] == 5, way
        assert found.entry is not None
        assert found.entry.encode({"when": days[4]}).tolist() == [
            [2024, 3, 5, 1]
        ]  # typed as the file writes it


def test_an_afternoon_has_twelve_hours_more(tmp_path: Path) -> None:
    body = "".join(f"2024-01-0{day} 오후 {day}:30,{day % 2}\n" for day in range(1, 7))
    path = write(tmp_path / "t.csv", "일시,답\n" + body, "cp949")
    found = SOURCES["own-table"].load({"path": str(path), "standardise": False})
    assert found.inputs[0].tolist() == [2024, 1, 1, 0, 13.5] and "일시 hour" in found.schema.features


@pytest.mark.parametrize(
    ("delimiter", "cells", "numbers"),
    [
        (",", ('"1,234.5"', "7", '"-12,345,678"'), (1234.5, 7, -12_345_678)),
        (",", ('"1,5"', "2", '"0,125"'), (1.5, 2, 0.125)),
        (",", ("12%", "3.5 %", "100%"), (12, 3.5, 100)),
        (",", ('"₩1,000"', "₩20", '"₩3,000,000"'), (1000, 20, 3_000_000)),
        (",", ('"1,000원"', "20원", "-$3.5"), (1000, 20, -3.5)),
        (",", ("1.5M", "20K", "3"), (1_500_000, 20_000, 3)),
        (";", ("1.234,50", "12,5", "1.234"), (1234.5, 12.5, 1234)),
        (";", ("1.234", "0.998", "1.001"), (1.234, 0.998, 1.001)),
        (";", ("1 234,5", "12", "1\u00a0234 567"), (1234.5, 12, 1_234_567)),
        ("\t", ("1,234", "5,678", "12"), (1234, 5678, 12)),
        (";", ("1,234", "5,678", "12"), (1.234, 5.678, 12)),
    ],
)
def test_numbers_as_people_write_them(
    tmp_path: Path, delimiter: str, cells: tuple[str, ...], numbers: tuple[float, ...]
) -> None:
    body = "".join(f"{cell}{delimiter}{'ab'[row % 2]}\n" for row, cell in enumerate(cells * 2))
    path = write(tmp_path / "t.csv", f"x{delimiter}y\n" + body)
    found = SOURCES["own-table"].load({"path": str(path), "standardise": False})
    assert found.inputs[:3, 0].tolist() == pytest.approx(numbers) and found.entry is not None
    assert found.entry.encode({"x": cells[0].strip('"')}).tolist() == [[pytest.approx(numbers[0])]]


def test_a_number_with_two_meanings_is_asked_again() -> None:
    plain = Question("size", "number", "5.1")
    assert number_of(plain, {"size": "0,5"}) == 0.5 and number_of(plain, {"size": "1.234"}) == 1.234
    with pytest.raises(DataError, match=r"“1,234” may be 1\.234 or 1234"):
        number_of(plain, {"size": "1,234"})


def test_the_test_file_of_the_census(tmp_path: Path) -> None:
    row = (
        "25, Private, 226802, 11th, 7, Never-married, ?, Own-child, Black, Male, 0, 0, 40, United-States, {}."
    )
    lines = ["|1x3 Cross validator", *(row.format(("<=50K", ">50K")[number % 2]) for number in range(30)), ""]
    found = recognise(write(tmp_path / "adult.test", "\n".join(lines)))
    dataset = SOURCES["own-table"].load(found.options)
    assert dataset.schema.classes == ("<=50K", ">50K") and dataset.schema.features[0] == "age"
    assert len(dataset) == 30 and dataset.skipped[0] == "Line 1 does not have 15 cells and is left out."


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("one.csv", b"a\nx\ny\n", "has only one column"),
        ("header.csv", b"a,b,c\n", "has a header but no rows"),
        ("none.csv", b"", "is empty"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR", "is not a text file"),
        ("code.pkl", b"\x80\x04.", "may hold code, which is never run"),
        ("packed.zip", b"PK\x03\x04", "is packed. Unpack it"),
        ("sound.wav", b"RIFF", "is a sound"),
        ("sheet.xlsx", b"PK", "is a spreadsheet. Save it as CSV"),
        ("photo.jpg", b"\xff\xd8", "is one picture. Choose the folder"),
        ("settings.json", b"{}", "does not list boxes"),
        ("settings.yaml", b"a: 1", "does not name the classes of boxes"),
    ],
)
def test_what_cannot_be_used_gives_a_sentence(
    tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DataError, match=sentence.replace(".", r"\.")):
        recognise(path)


def test_a_folder_with_one_table_is_that_table(tmp_path: Path) -> None:
    write(tmp_path / "set" / "wine.csv", "a;b;c\n1;2;x\n2;3;y\n")
    write(tmp_path / "set" / "wine.names", "about it")
    assert recognise(tmp_path / "set").options == {"path": str(tmp_path / "set" / "wine.csv")}
    write(tmp_path / "set" / "more.csv", "a;b;c\n1;2;x\n")
    with pytest.raises(DataError, match=r"has 2 data files\. Choose one of them"):
        recognise(tmp_path / "set")


def test_odd_pictures_are_all_read_or_told(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    Image.fromarray(numpy.full((9, 9), 40_000, numpy.uint16)).save(tmp_path / "a" / "deep.png")
    Image.new("CMYK", (9, 9), (0, 255, 255, 0)).save(tmp_path / "a" / "print.jpg")
    Image.new("RGB", (9, 9), "red").quantize(4).save(tmp_path / "a" / "palette.png")
    frames = [Image.new("RGB", (9, 9), colour) for colour in ("red", "blue")]
    frames[0].save(tmp_path / "b" / "moving.gif", save_all=True, append_images=frames[1:])
    Image.new("LA", (9, 9), (10, 0)).save(tmp_path / "b" / "glass.png")
    Image.new("F", (9, 9), 0.5).save(tmp_path / "b" / "real.tiff")
    Image.new("RGB", (1, 4000), "white").save(tmp_path / "b" / "line.png")
    (tmp_path / "b" / "zero.jpg").write_bytes(b"")
    (tmp_path / "b" / "words.jpg").write_text("no picture")
    (tmp_path / "b" / "half.bmp").write_bytes(b"BM" + b"\0" * 30)
    dataset = SOURCES["own-images"].load({"path": str(tmp_path), "image_size": 4})
    assert len(dataset) == 7 and len(dataset.skipped) == 3
    assert dataset.inputs.isfinite().all() and dataset.inputs.min() >= 0 and dataset.inputs.max() <= 1
    red = [0, 2]  # deep, palette, print: by name
    assert torch.allclose(dataset.inputs[1, :, 0, 0], torch.tensor([1.0, 0, 0]), atol=0.02)
    assert torch.allclose(dataset.inputs[red][1, :, 0, 0], torch.tensor([1.0, 0, 0]), atol=0.02)
    assert float(dataset.inputs[0].mean()) == pytest.approx(40_000 / 65_535, abs=0.01)


def test_the_last_column_that_varies_is_predicted_unless_another_is_chosen(tmp_path: Path) -> None:
    rows = "".join(f"{row % 7},{'pq'[row % 2]},{'words' * row},same\n" for row in range(20))
    path = write(tmp_path / "t.csv", "n,kind,note,from\n" + rows)
    options = {"path": str(path), "as_text": ("note",)}
    assert facts("own-table", options)["target"] == "kind"
    assert SOURCES["own-table"].schema(options).classes == ("p", "q")
    with pytest.raises(DataError, match="Every row has the same “from”: same"):
        SOURCES["own-table"].schema({**options, "target": "from"})


@pytest.mark.parametrize("categories", ["codes", "one-hot"])
@pytest.mark.parametrize("dates", ["parts", "days"])
def test_prepared_rows_are_read_as_they_stand_in_the_file(
    tmp_path: Path, categories: str, dates: str
) -> None:
    towns = ("부산", "서울", "", "인천")
    rows = [
        f"{row},2024-0{row % 9 + 1}-1{row % 10} 0{row % 10}:30,{towns[row % 4]},{row % 3}"
        for row in range(40)
    ]
    rows[7] = "7,2024-05-17 07:30,세종,1"
    path = write(tmp_path / "t.csv", "n,when,town,y\n" + "\n".join(rows))
    loaded = SOURCES["own-table"].load({"path": str(path), "categories": categories, "dates": dates})
    train = torch.tensor([row for row in range(40) if row != 7])
    dataset = loaded.prepared(train)
    found = cells_of(dataset, torch.tensor([0, 5, 6, 7]))
    assert found is not None and [(one.name, one.kind) for one in found[0]] == [
        ("n", "number"), ("when", "date"), ("town", "category"),
    ]  # fmt: skip
    length = 16 if dates == "parts" else 10  # days since 1970 leave some minutes no room
    told = [[number, when[:length], town] for number, when, town in found[1]]  # type: ignore[index]
    assert told == [
        [0, "2024-01-10 00:30"[:length], "부산"],
        [pytest.approx(5), "2024-06-15 05:30"[:length], "서울"],
        [pytest.approx(6), "2024-07-16 06:30"[:length], "(missing)"],
        [pytest.approx(7), "2024-05-17 07:30"[:length], "(missing)"],  # no training row has it
    ]


def test_a_dash_and_the_errors_of_a_spreadsheet_are_holes(tmp_path: Path) -> None:
    cells = ("1", "-", "3", "#DIV/0!", "5", "—") * 3
    path = write(
        tmp_path / "t.csv", "n,y\n" + "".join(f"{cell},{'ab'[row % 2]}\n" for row, cell in enumerate(cells))
    )
    column = facts("own-table", {"path": str(path)})["columns"][0]
    assert column["kind"] == "number" and column["missing"] == 9 and column["strays"] == 0
