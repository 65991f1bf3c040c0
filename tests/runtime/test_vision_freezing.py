"""Padlocks and rates of their own: what stays, what learns how fast, and from when on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from graph.build import GraphBuilder, project
from graph.code import generate
from graph.model import DataChoice, Node, Project, Training
from graph.shapes import Inference
from presets import find
from runtime.freezing import Plan, freezing_plan
from runtime.headless import train_project

torch = pytest.importorskip("torch")
nn = torch.nn

from runtime.training.freezing import Freezing  # noqa: E402
from runtime.training.loop import train  # noqa: E402
from runtime.training.preparing import prepare  # noqa: E402
from runtime.weights import read  # noqa: E402


def trunk() -> GraphBuilder:
    g = GraphBuilder("Trunk")
    x = g.add("Linear", g.input("x"), name="first", out_features=4)
    x = g.add("BatchNorm1d", x, name="norm")
    g.output(g.add("Linear", x, name="second", out_features=4), name="y")
    return g


def small(**training: Any) -> Project:
    g = GraphBuilder("Small")
    x = g.use(trunk(), g.input("x", shape=(2,)), name="trunk")
    g.output(g.add("Linear", g.add("Tanh", x, name="tanh"), name="head", out_features=1), name="y")
    settings = {
        "loss": "bce_with_logits",
        "optimizer": "SGD",
        "learning_rate": 0.1,
        "epochs": 2,
        "threads": 1,
    }
    return project(
        "Small", g, data=DataChoice("moons", {"n": 40}),
        training=Training(**{**settings, "batch_size": 8, **training}),
    )  # fmt: skip


def named(made: Project, name: str) -> Node:
    return next(node for graph in made.graphs() for node in graph.nodes.values() if node.name == name)


def plan(made: Project) -> Plan | None:
    return freezing_plan(made, generate(made, Inference().run(made), made.main.id))


def trained(made: Project, folder: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The best weights' file (of the last epoch, by giving no validation), and the messages."""
    seen: list[dict[str, Any]] = []
    last = train_project(made, folder, emit=seen.append)
    assert last["event"] == "finished", last.get("sentence")
    return dict(read(folder / "best.safetensors")), seen


def test_padlocks_hold_what_is_inside_and_rates_multiply_inwards() -> None:
    made = find("transfer").build()
    for node in (named(made, "backbone"), named(made, "head")):
        node.frozen, node.rate = False, 1.0
    made.training.options = {}
    assert plan(made) is None
    named(made, "backbone").frozen = True
    assert plan(made) == Plan(("backbone",), {}, 0)
    named(made, "backbone").frozen = False
    named(made, "backbone").rate = 0.1
    named(made, "layer4").rate = 10.0
    named(made, "layer1").frozen = True
    made.training.options = {"unfreeze_after": 2, "unfreeze_rate": 0.5}
    assert plan(made) == Plan(("backbone.1",), {"backbone": 0.1, "backbone.1": 0.05, "backbone.4": 1.0}, 2)


def test_every_weight_is_in_the_group_of_the_innermost_rate() -> None:
    network = nn.Sequential(nn.Linear(2, 3), nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 1)))
    freezing = Freezing(network, ("1",), {"1": 0.5, "1.1": 0.1}, 1)
    groups = freezing.groups(0.2)
    assert [group["lr"] for group in groups] == pytest.approx([0.2, 0.1, 0.02])
    assert [len(group["params"]) for group in groups] == [2, 2, 2]
    assert groups[2]["params"][0] is network[1][1].weight
    freezing.hold(1)
    assert [weight.requires_grad for weight in network.parameters()] == [
        True,
        True,
        False,
        False,
        False,
        False,
    ]
    freezing.hold(2)
    assert all(weight.requires_grad for weight in network.parameters())


def test_what_is_frozen_stays_bit_for_bit_with_its_statistics(tmp_path: Path) -> None:
    free, _ = trained(small(), tmp_path / "free")
    made = small(optimizer="Adam", weight_decay=0.1)
    named(made, "trunk").frozen = True
    torch.manual_seed(made.training.seed)
    held, _ = trained(made, tmp_path / "held")
    start, _ = trained(small(epochs=1, learning_rate=0.0), tmp_path / "start")
    for key, value in held.items():
        if key.startswith("trunk") and key.endswith("weight"):
            assert torch.equal(value, start[key]), key
            assert not torch.equal(value, free[key]), key
    assert torch.equal(held["trunk.1.running_mean"], torch.zeros(4))
    assert not torch.equal(free["trunk.1.running_mean"], torch.zeros(4))
    assert not torch.equal(held["head.weight"], start["head.weight"])


def test_after_some_epochs_it_learns_too_and_slower(tmp_path: Path) -> None:
    """One step of plain SGD each: the frozen part moves from the second epoch on, by its share of the rate."""

    def change(options: dict[str, Any], epochs: int, folder: str) -> Any:
        made = small(epochs=epochs, batch_size=64, options=options)
        named(made, "second").frozen = True
        weights, _ = trained(made, tmp_path / folder)
        return weights["trunk.2.weight"]

    start = change({}, 1, "start")
    assert torch.equal(change({"unfreeze_after": 1}, 1, "one"), start)
    full = change({"unfreeze_after": 1, "unfreeze_rate": 1.0}, 2, "full") - start
    half = change({"unfreeze_after": 1, "unfreeze_rate": 0.5}, 2, "half") - start
    assert full.abs().max() > 0
    torch.testing.assert_close(half, full / 2)


def test_layers_are_let_go_in_stages_from_the_last_to_the_first(tmp_path: Path) -> None:
    """The weights of each stage move from its own epoch on, with an optimiser that keeps a state, and it is said."""
    options = {"unfreeze_after": 1, "unfreeze_every": 2, "ema": 0.5}
    made = small(optimizer="Adam", epochs=5, options=options)
    named(made, "trunk").frozen = True
    assert plan(made) == Plan(("trunk.0", "trunk.1", "trunk.2"), {"trunk": 0.1}, 1, 2)
    session = prepare(made, tmp_path)
    start = {key: value.clone() for key, value in session.model.state_dict().items()}
    moved, said = {}, []
    for message in train(session):
        if message and message["event"] == "epoch":
            now = session.model.state_dict()
            moved[message["epoch"]] = sorted(
                {key.rpartition(".")[0] for key in now if not torch.equal(now[key], start[key])}
            )
        elif message and message["event"] == "log":
            said.append(message["text"])
    assert moved == {
        1: ["head"],
        2: ["head", "trunk.2"],
        3: ["head", "trunk.2"],
        4: ["head", "trunk.1", "trunk.2"],
        5: ["head", "trunk.1", "trunk.2"],
    }
    assert said == [
        f"From epoch {epoch} on “{name}” learns too."
        for epoch, name in ((2, "trunk / second"), (4, "trunk / norm"))
    ]
    kept = {id(weight): len(session.optimizer.state[weight]) for weight in session.model.parameters()}
    assert [bool(kept[id(weight)]) for weight in session.model.parameters()] == [False] * 2 + [True] * 6
    steps = {float(session.optimizer.state[weight]["step"]) for weight in session.model.head.parameters()}
    late = {float(session.optimizer.state[w]["step"]) for w in session.model.trunk[1].parameters()}
    assert (steps, late) == ({5.0 * 4}, {2.0 * 4})
    assert session.average is not None
    with session.averaged():
        assert not torch.equal(session.model.trunk[2].weight, start["trunk.2.weight"]), (
            "the average follows it, too"
        )


def test_a_run_goes_on_where_it_was_let_go(tmp_path: Path) -> None:
    options = {"unfreeze_after": 1, "unfreeze_rate": 0.5}
    made = small(epochs=4, optimizer="Adam", options=options, validation_fraction=0.0)
    named(made, "trunk").frozen = True
    whole, _ = trained(made, tmp_path / "whole")
    made.training.epochs = 2
    trained(made, tmp_path / "parts")
    made.training.epochs = 4
    last = train_project(made, tmp_path / "parts", resume=True)
    assert last["event"] == "finished", last.get("sentence")
    for key, value in read(tmp_path / "parts" / "best.safetensors").items():
        assert torch.equal(value, whole[key]), key
    named(made, "trunk").frozen = False
    refused = train_project(made, tmp_path / "parts", {"epochs": 5}, resume=True)
    assert refused["event"] == "failed" and "another optimiser" in refused["sentence"]


def test_when_everything_is_frozen_a_sentence_says_so(tmp_path: Path) -> None:
    made = small()
    named(made, "trunk").frozen = named(made, "head").frozen = True
    last = train_project(made, tmp_path)
    assert last["event"] == "failed" and "no weights that learn" in last["sentence"]
    assert "padlock" in last["hint"]
    made = small(schedule="one_cycle")
    named(made, "head").rate = 2.0
    assert "does not go with rates" in train_project(made, tmp_path)["sentence"]


def test_a_rate_set_by_hand_keeps_the_factors(tmp_path: Path) -> None:
    made = small()
    named(made, "trunk").rate = 0.1
    session = prepare(made, tmp_path)
    session.set_learning_rate(0.5)
    assert session.learning_rate == 0.5
    assert [group["lr"] for group in session.optimizer.param_groups] == [0.5, 0.05]


@pytest.mark.parametrize("recipe", ["supervised", "several"])
def test_the_exported_script_freezes_alike(tmp_path: Path, recipe: str) -> None:
    from runtime.script import training_script, write_files

    options = {
        "unfreeze_after": 1,
        "unfreeze_every": 1,
        "unfreeze_rate": 0.5,
        "ema": 0.8,
        "accumulate": 2,
        "l1": 1e-3,
    }
    made = small(epochs=3, recipe=recipe, options=options)
    named(made, "trunk").frozen = True
    named(made, "head").rate = 2.0
    _, seen = trained(made, tmp_path / "run")
    script = training_script(made, stem="train")
    (tmp_path / "train.py").write_text(script.text)
    write_files(script, tmp_path)
    told = subprocess.run(
        [sys.executable, "train.py"], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=True
    ).stdout
    ours = [message["train_loss"] for message in seen if message["event"] == "epoch"]
    theirs = [
        float(line.split("loss ")[1].split()[0]) for line in told.splitlines() if line.startswith("epoch")
    ]
    assert theirs == pytest.approx(ours, abs=1e-6) and "hold(epoch)" in script.text
