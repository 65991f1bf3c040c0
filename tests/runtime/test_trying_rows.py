"""Rows of one's own come to the network as those of the table do, and answers come back in the target's own units."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from graph.build import GraphBuilder, project
from graph.model import DataChoice, Step, Training
from runtime.data import get_source
from runtime.data.steps.plan import schema_after
from runtime.training.preparing import prepare
from runtime.training.session import Session
from runtime.trying import tried
from runtime.trying_rows import questions

HOUSES = "size,city,built,price\n" + "".join(
    f"{size if size % 7 else ''},{('Oslo', 'Rome', '', 'Bonn')[row % 4]},19{60 + row}-03-1{row % 10},{100 * size}\n"
    for row, size in enumerate(range(50, 90))
)


def session_of(
    tmp_path: Path, steps: tuple[Step, ...] = (), source: str = "own-table", **options: object
) -> Session:
    path = tmp_path / "houses.csv"
    path.write_text(HOUSES)
    given = {"path": str(path), **options} if source == "own-table" else options
    choice = DataChoice(source, given, list(steps))  # type: ignore[arg-type]
    schema = schema_after(get_source(source).schema(given), steps)
    g = GraphBuilder("Houses")
    loss = "mse" if schema.task == "regression" else "cross_entropy"
    width = len(schema.target_names) or schema.class_count
    g.output(g.add("Linear", g.input("x", shape=schema.input_shape), out_features=width))
    training = Training(loss=loss, threads=1, device="cpu", epochs=1)
    return prepare(project("Houses", g, data=choice, training=training), tmp_path / "run")


def answered(session: Session, **values: str) -> dict[str, Any]:
    return tried(session, {"do": "try", "values": values})


ROW = {"size": "51", "city": "Rome", "built": "1961-03-11"}
"""The second row of the file."""


@pytest.mark.parametrize("categories", ["codes", "one-hot"])
@pytest.mark.parametrize(
    "steps",
    [(), (Step("standardise", {}),), (Step("bins", {"columns": (0,), "count": 4}), Step("min_max", {}))],
)
def test_a_row_of_the_table_comes_out_as_it_went_in(
    tmp_path: Path, steps: tuple[Step, ...], categories: str
) -> None:
    session = session_of(tmp_path, steps, categories=categories)
    answer = answered(session, **ROW)
    assert "problem" not in answer, answer
    wanted = session.forward(session.dataset.inputs[1:2])
    scaler = session.dataset.target_scaler
    assert scaler is not None
    ((name, value),) = answer["answers"][0]
    assert name == "price" and value == pytest.approx(float(scaler.invert(wanted.detach())), rel=1e-4)
    # The third row has no city, and the seventh size is missing.
    missing = answered(session, size="52", city="", built="1962-03-12")
    wanted = session.forward(session.dataset.inputs[2:3])
    assert missing["answers"][0][0][1] == pytest.approx(float(scaler.invert(wanted.detach())), rel=1e-4)
    assert "problem" not in answered(session, **{**ROW, "size": ""})


def test_what_is_asked_for(tmp_path: Path) -> None:
    size, city, built = questions(session_of(tmp_path))
    assert (size["kind"], size["example"], size["gaps"]) == ("number", "50", True)
    assert city["choices"] == ["Bonn", "Oslo", "Rome"] and city["gaps"] and city["example"] == "Oslo"
    assert (built["kind"], built["example"], built["gaps"]) == ("date", "1960-03-10", False)


def test_what_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    session = session_of(tmp_path)
    for values, sentence in (
        ({**ROW, "size": "big"}, "“size” needs a number such as 50, not “big”."),
        ({**ROW, "built": "soon"}, "“built” needs a date such as 1960-03-10, not “soon”."),
    ):
        assert answered(session, **values)["problem"] == sentence
    comma = answered(session, **{**ROW, "size": "51,0"})
    assert comma["answers"] == answered(session, **ROW)["answers"]


def test_numbers_of_a_table_that_ships(tmp_path: Path) -> None:
    session = session_of(tmp_path, (Step("standardise", {}),), source="iris")
    asked = questions(session)
    assert [question["example"] for question in asked] == [
        "5.1",
        "3.5",
        "1.4",
        "0.2",
    ]  # Fisher's first flower
    values = {str(question["name"]): str(question["example"]) for question in asked}
    answer = answered(session, **values)
    shares = torch.softmax(session.forward(session.dataset.inputs[:1]), dim=1)[0].tolist()
    assert answer["probabilities"][0] == pytest.approx(shares, abs=1e-4) and answer["answers"] is None
    assert "but nothing is typed" in answered(session)["problem"]
