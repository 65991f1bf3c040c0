"""Generated stand-ins: a census table in the layout of the Adult file, and a weather record with dates."""

from __future__ import annotations

from pathlib import Path

import torch

from presets import find
from runtime.data import SOURCES, load_prepared
from runtime.data.known import CENSUS
from runtime.data.own import facts, recognise
from runtime.data.sources.census import census_text
from runtime.data.sources.weather import weather_text
from tests.runtime.running import run


def test_the_census_file_opens_unchanged_and_is_the_embedded_table(tmp_path: Path) -> None:
    path = tmp_path / "adult.data"
    path.write_text("|1x3 Cross validator\n" + census_text(400), encoding="utf-8")
    found = recognise(path)
    assert found.source == "own-table"
    ours, shipped = SOURCES["own-table"].load(found.options), SOURCES["census"].load({"n": 400})
    assert ours.schema.classes == shipped.schema.classes == ("<=50K", ">50K")
    assert torch.equal(ours.inputs, shipped.inputs) and torch.equal(ours.targets, shipped.targets)
    assert ours.schema == shipped.schema and shipped.schema.features == CENSUS
    about = facts("own-table", found.options)
    assert about["rows"] == 400 and about["columns"][1]["missing"] > 5 and not about["has_header"]
    assert about["preview"][0] == census_text(1).strip().split(", ")
    one_hot = SOURCES["own-table"].load({**found.options, "categories": "one-hot"})
    assert one_hot.inputs.shape[1] == len(one_hot.schema.features) > 60


def test_the_income_network_learns_it(tmp_path: Path) -> None:
    made = find("income-dnn").build()
    made.data.options["n"] = 1200
    made.training.epochs, made.training.threads, made.training.device = 8, 1, "cpu"
    last, _ = run(made, tmp_path / "run")
    assert last["event"] == "finished", last
    assert last["test_accuracy"] > 0.78  # always saying “<=50K” gives 0.66


def test_the_weather_as_a_file_is_the_embedded_series(tmp_path: Path) -> None:
    path = tmp_path / "station.csv"
    path.write_text(weather_text(300), encoding="utf-8")
    found = recognise(path)
    assert found.source == "own-series" and found.options["time"] == "date"
    options = {"window": 12, "horizon": 2, "calendar": True, "predict": ("temperature", "wind")}
    ours = SOURCES["own-series"].load({**found.options, **options})
    shipped = SOURCES["weather"].load({"rows": 300, **options})
    assert ours.schema == shipped.schema == SOURCES["weather"].schema({"rows": 300, **options})
    torch.testing.assert_close(ours.inputs, shipped.inputs, atol=6e-4, rtol=0)
    daily = SOURCES["weather"].load({"rows": 400, "every": "days", "calendar": True})
    assert daily.schema.features[-2:] == ("month", "weekday")


def test_linear_prediction_of_the_weather_beats_taking_the_last_value() -> None:
    data, splits = load_prepared("weather", {"rows": 1200, "horizon": 3})
    flat = torch.cat((data.inputs.flatten(1), torch.ones(len(data), 1)), dim=1)
    solution = torch.linalg.lstsq(flat[splits.train], data.targets[splits.train]).solution
    error = (flat[splits.test] @ solution - data.targets[splits.test]).square().mean()
    last = (data.inputs[splits.test, -1, 4:] - data.targets[splits.test]).square().mean()
    assert error < 0.5 * last
