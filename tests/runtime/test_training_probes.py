"""Looking into a model: inside blocks and their repetitions, shared layers, several outputs, and out of harm's way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from graph.build import GraphBuilder, project
from graph.model import DataChoice, Project, Training
from runtime.probes import Watch, activations, inputs_of, maps, predict, shrunk, tensor_array, undisturbed
from runtime.training.errors import RunError
from runtime.training.guard import first_not_finite, name_of
from runtime.training.loop import train
from runtime.training.preparing import prepare
from runtime.training.session import Session

from .running import digits_cnn


def nested() -> Project:
    """Three residual units in a row, one layer used twice, two outputs."""
    unit = GraphBuilder("Unit")
    x: Any = unit.input("x")
    inner = unit.add("Tanh", unit.add("Linear", x, name="weigh", out_features=8), name="bend")
    unit.output(unit.add("Add", [x, inner], name="join"), name="y")
    g = GraphBuilder("Nested")
    x = g.add("Linear", g.input("x", shape=(2,)), name="widen", out_features=8)
    x = g.use(unit, x, name="units", repeat=3)
    once = g.add("Linear", x, name="once", out_features=8)
    twice = g.again(once, g.add("ReLU", once, name="relu"), name="twice")
    g.output(g.add("Linear", twice, name="last", out_features=1), name="score")
    g.output(twice, name="features")
    training = Training(loss="bce_with_logits", epochs=2, threads=1, device="cpu")
    return project("Nested", g, data=DataChoice("moons"), training=training)


@pytest.fixture
def session(tmp_path: Path) -> Session:
    torch.set_num_threads(1)
    return prepare(nested(), tmp_path)


def ids(made: Project, block: bool = False) -> dict[str, str]:
    graph = next(iter(made.blocks.values())) if block else made.main
    return {node.name: node.id for node in graph.nodes.values()}


def test_every_repetition_of_a_block_can_be_watched(session: Session) -> None:
    outer, inner = ids(session.project), ids(session.project, block=True)
    inputs, _ = session.take(session.splits.train[:4])
    unit = outer["units"]

    def seen(number: int, name: str) -> torch.Tensor:
        with undisturbed(session):
            return activations(session, (f"{unit}[{number}]", inner[name]), inputs)

    for number in range(3):
        bend, join = seen(number, "bend"), seen(number, "join")
        before = seen(number - 1, "join") if number else activations(session, (outer["widen"],), inputs)
        assert torch.allclose(join, before + bend, atol=1e-6)
        assert not torch.equal(bend, seen((number + 1) % 3, "bend"))
    message = maps(session, Watch(("g1", f"{unit}[1]"), inner["bend"], (0, 2)))
    assert [sample["maps"]["shape"] for sample in message["samples"]] == [[8], [8]]


def test_a_layer_used_twice_is_watched_at_the_right_place(session: Session) -> None:
    outer = ids(session.project)
    inputs, _ = session.take(session.splits.train[:4])
    with undisturbed(session):
        relu, twice = (activations(session, (outer[name],), inputs) for name in ("relu", "twice"))
        again = session.model.get_submodule("once")(relu)
        features = session.model(inputs)[1]
    assert torch.equal(twice, again) and torch.equal(twice, features)


def test_the_first_bad_value_is_found_inside_a_repetition(session: Session) -> None:
    outer, inner = ids(session.project), ids(session.project, block=True)
    inputs, _ = session.take(session.splits.train[:4])
    assert first_not_finite(session, inputs) is None
    dotted = session.source.modules[(f"{outer['units']}[2]", inner["weigh"])]
    with torch.no_grad():
        session.model.get_submodule(dotted).bias[0] = torch.inf  # type: ignore[operator, index]
    place = first_not_finite(session, inputs)
    assert place == ("g1", f"{outer['units']}[2]", inner["weigh"])
    assert name_of(session, place) == "weigh"


def test_several_outputs_train_on_the_first(session: Session) -> None:
    events = [message for message in train(session) if message is not None]
    assert events[-1]["event"] == "finished" and events[-1]["epochs"] == 2


def test_looking_changes_nothing(tmp_path: Path) -> None:
    """With dropout and batch norm on the way: two runs, one of them looked into at every message."""
    curves = []
    for looked in (False, True):
        session = prepare(digits_cnn(epochs=1), tmp_path / str(looked))
        found = []
        for message in train(session):
            if looked:
                maps(session, Watch(("g1",), ids(session.project)["drop"], (0,)))
                predict(session, session.inputs[:3])
            if message is not None and message["event"] == "epoch":
                found.append((message["train_loss"], message["val_loss"]))
        curves.append(found)
    assert curves[0] == curves[1]


@pytest.mark.parametrize(
    ("shape", "small"),
    [
        ((7,), (7,)), ((9000,), (4096,)), ((), (1,)), ((300, 20), (256, 20)), ((3, 8, 8), (3, 8, 8)),
        ((100, 200, 50), (64, 64, 50)), ((2, 5, 8, 8), (2, 8, 8)),
    ],
)  # fmt: skip
def test_what_is_shown_is_small(shape: tuple[int, ...], small: tuple[int, ...]) -> None:
    assert tuple(shrunk(torch.rand(shape)).shape) == small


def test_shrinking_averages() -> None:
    value = torch.arange(128.0).reshape(1, 1, 128).expand(1, 128, 128)
    assert torch.allclose(shrunk(value)[0, 0], torch.arange(64.0) * 2 + 0.5)


def test_samples_of_ones_own_are_checked(session: Session) -> None:
    assert inputs_of(session, tensor_array(torch.rand(3, 2))).shape == (3, 2)
    with pytest.raises(RunError, match=r"the network takes \[samples, \[2\]\]"):
        inputs_of(session, tensor_array(torch.rand(3, 5)))
    with pytest.raises(RunError, match="float32 or int64"):
        inputs_of(session, {"dtype": "object", "shape": [1, 2], "data": b""})
