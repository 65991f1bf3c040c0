"""Start weights: what is read, how names are brought together, what is kept, and that runs begin with them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from graph.build import GraphBuilder, project
from graph.code import CodeError, generate
from graph.files import save
from graph.model import DataChoice, Project, Training
from graph.shapes import Inference
from main import main
from runtime.exports.model import build, write_weights
from runtime.headless import train_project
from runtime.protocol import Message
from runtime.script import training_script, write_files
from runtime.weights import (
    WeightsError,
    bring_along,
    compare,
    compared,
    data_folder,
    find,
    keep,
    keys_of,
    read,
    start_from,
)

MODEL = {"conv.weight": (4, 1, 3, 3), "conv.bias": (4,), "fc.weight": (10, 64), "fc.bias": (10,)}


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def tensors(shapes: dict[str, tuple[int, ...]]) -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    return {key: torch.randn(shape) for key, shape in shapes.items()}


def states(
    model: dict[str, Any], file: dict[str, Any], renames: dict[str, str] | None = None
) -> dict[str, str]:
    return {row.key or row.file_key: row.state for row in compare(model, file, renames).rows}


def test_what_matches_and_what_does_not() -> None:
    file = {"conv.weight": (4, 1, 3, 3), "conv.bias": (4,), "fc.weight": (7, 64), "old.bias": (2,)}
    assert states(MODEL, file) == {
        "conv.weight": "matched", "conv.bias": "matched", "fc.weight": "wrong", "fc.bias": "missing",
        "old.bias": "unexpected",
    }  # fmt: skip
    report = compare(MODEL, file)
    assert report.sentence == (
        "2 of 4 tensors match. 1 has another shape. 1 is not in the file. 1 of the file has no place here."
    )
    assert not report.complete
    assert compare(MODEL, dict(MODEL)).complete


@pytest.mark.parametrize(
    "prefix", ["module.", "model.", "module.model.", "_orig_mod.module.", "state_dict.model."]
)
def test_prefixes_of_wrappers_are_left_out(prefix: str) -> None:
    report = compare(MODEL, {prefix + key: shape for key, shape in MODEL.items()})
    assert report.complete
    assert report.how == f"“{prefix}” was left out of the names"
    assert report.rows[0].file_key == prefix + "conv.weight"


def test_a_prefix_is_put_before_and_known_pairs_are_used() -> None:
    inside = {f"trunk.{key}": shape for key, shape in MODEL.items()}
    assert compare(inside, MODEL).how == "“trunk.” was put before the names"
    renamed = {f"module.{key.replace('fc', 'classifier.6')}": shape for key, shape in MODEL.items()}
    pairs = {"classifier.6.weight": "fc.weight", "classifier.6.bias": "fc.bias"}
    assert compare(MODEL, renamed, pairs).complete


def test_order_decides_when_names_have_nothing_in_common() -> None:
    other = {"a.weight": (4, 1, 3, 3), "a.bias": (4,), "b.weight": (10, 64), "b.bias": (10,)}
    report = compare({**MODEL, "bn.num_batches_tracked": ()}, other)
    assert report.complete and all(row.alike for row in report.rows)
    assert report.sentence == (
        "4 of 4 tensors match. Their names differ, so all were brought together by shape and order."
    )
    assert [row.state for row in report.by_name().rows] == ["missing", "unexpected"] * 4
    swapped = {"b.bias": (10,), "b.weight": (10, 64), "a.bias": (4,), "a.weight": (4, 1, 3, 3)}
    assert compare(MODEL, swapped).complete  # safetensors files have an order of their own
    assert not compare(MODEL, {"a.weight": (5, 5), "a.bias": (5,), "b.weight": (1, 1), "b.bias": (1,)}).of(
        "matched"
    )


def test_what_order_cannot_tell_stays_apart() -> None:
    """q, k and v are alike, and sorted by name they stand in another order than in the network."""
    one = (8, 8)
    ours = {
        "a.weight": one,
        "b.weight": one,
        "c.weight": one,
        **{f"mlp.{n}.weight": (n + 2, 8) for n in range(4)},
    }
    theirs = {f"blocks.{n}.fc.weight": (n + 2, 8) for n in range(4)} | {f"{x}.weight": one for x in "kqv"}
    found = compare(ours, theirs)
    assert {row.key for row in found.of("matched")} == {f"mlp.{n}.weight" for n in range(4)}
    numbered = {f"features.{n}.weight": one for n in (0, 10, 2)}
    pairs = {row.key: row.file_key for row in compare({f"{x}.weight": one for x in "abc"}, numbered).rows}
    assert list(pairs.values()) == ["features.0.weight", "features.2.weight", "features.10.weight"]
    assert not compare(MODEL, {"x.weight": (4, 1, 3, 3)}).of("matched")  # fewer than half is chance


@pytest.mark.parametrize("wrap", [
    lambda state: state,
    lambda state: {"state_dict": state, "epoch": 3},
    lambda state: {"epoch": 3, "optimizer": {"lr": 0.1}, "model": state},
    lambda state: {"checkpoint": {"weights": state}},
])  # fmt: skip
def test_checkpoints_of_torch_are_read_wherever_the_weights_are(tmp_path: Path, wrap: Any) -> None:
    state = tensors(MODEL)
    torch.save(wrap(state), tmp_path / "a.pt")
    found = read(tmp_path / "a.pt")
    assert found.keys() == MODEL.keys()
    assert all(torch.equal(found[key], state[key]) for key in state)


class _Evil:
    def __reduce__(self) -> Any:
        return (open, ("evil.txt", "w"))


def test_files_that_are_no_weights_are_refused_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    save_file(tensors(MODEL), tmp_path / "good.safetensors")
    whole = (tmp_path / "good.safetensors").read_bytes()
    torch.save({"a": _Evil()}, tmp_path / "evil.pt")
    torch.save({"epoch": 3}, tmp_path / "empty.pt")
    damaged = {
        "cut.safetensors": whole[: len(whole) // 2], "none.safetensors": b"", "text.pt": b"hello",
        "odd.safetensors": b"\xff" * 40, "long.safetensors": b"\xff\xff\xff\xff\xff\xff\xff\x7f{}",
    }  # fmt: skip
    for name, data in damaged.items():
        (tmp_path / name).write_bytes(data)
    for name in ("cut.safetensors", "none.safetensors", "text.pt", "odd.safetensors", "long.safetensors", "evil.pt",
                 "empty.pt", "not-there.pt"):  # fmt: skip
        with pytest.raises(WeightsError) as caught:
            read(tmp_path / name)
        assert str(caught.value).endswith(".") and "\n" not in str(caught.value)
        assert name in str(caught.value)
    assert not (tmp_path / "evil.txt").exists()


def test_kept_weights_are_found_and_come_along(tmp_path: Path) -> None:
    state = tensors(MODEL)
    name = keep(state, "My VGG, v2/../x")
    assert name.startswith("My-VGG-v2-x-") and name.endswith(".safetensors")
    assert find(name, tmp_path) == data_folder() / name
    assert keep(state, "My VGG, v2/../x") == name  # the same content has the same name
    assert keep({"a": torch.zeros(1)}, "My VGG, v2/../x") != name
    bring_along(name, tmp_path, None)
    assert find(name, tmp_path) == tmp_path / name
    again = load_file(tmp_path / name)
    assert all(torch.equal(again[key], state[key]) for key in state)
    (data_folder() / name).unlink()
    other = tmp_path / "other"
    other.mkdir()
    bring_along(name, other, tmp_path)
    assert sorted(path.name for path in other.iterdir()) == [name]
    with pytest.raises(WeightsError, match="are missing"):
        bring_along("gone-1.safetensors", other, tmp_path)
    for bad in ("../a.safetensors", "a/b.safetensors", "a.pt", ""):
        with pytest.raises(WeightsError, match="no name of a file"):
            find(bad, tmp_path)


def test_weights_that_cannot_be_put_beside_stay_where_they_are(tmp_path: Path) -> None:
    name = keep(tensors(MODEL), "x")
    with pytest.raises(WeightsError, match="could not be put beside the project"):
        bring_along(name, tmp_path / "not-there", None)
    assert find(name, None).is_file()


def test_a_model_takes_what_fits_and_keeps_the_rest() -> None:
    torch.manual_seed(3)
    model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))
    head = model[2].weight.detach().clone()
    other = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 10))
    folder = data_folder()
    folder.mkdir(parents=True)
    write_weights(other, folder / "other.safetensors")
    report = start_from(model, folder / "other.safetensors")
    assert report.sentence == "2 of 4 tensors match. 2 have another shape."
    assert torch.equal(model[0].weight, other[0].weight)
    assert torch.equal(model[2].weight, head)
    with pytest.raises(WeightsError, match="Nothing in “other"):
        start_from(nn.Linear(7, 7), folder / "other.safetensors")


def irises(width: int = 8, classes: int = 3) -> Project:
    g = GraphBuilder("Net")
    x = g.input("x", shape=(4,))
    x = g.add("ReLU", g.add("Linear", x, out_features=width, name="hidden"))
    g.output(g.add("Linear", x, out_features=classes, name="head"))
    training = Training(epochs=1, batch_size=50, device="cpu", threads=1, learning_rate=0.0, optimizer="SGD")
    return project("Irises", g, data=DataChoice("iris"), training=training)


def best(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / "best.safetensors")


def test_a_run_begins_with_the_projects_weights(tmp_path: Path) -> None:
    """With a learning rate of 0 the weights at the end are those of the beginning, bit for bit."""
    made = irises()
    keys = keys_of(made, ())
    state = tensors(keys)
    made.weights = keep(state, "start")
    told: list[Message] = []
    last = train_project(made, tmp_path / "run", emit=told.append, weights=find(made.weights, None))
    assert last["event"] == "finished", last
    found = best(tmp_path / "run")
    assert found.keys() == state.keys()
    assert all(torch.equal(found[key], state[key]) for key in state)
    assert any("4 of 4 tensors match" in message.get("text", "") for message in told)
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    assert config["start"]["matched"] == 4


def test_a_head_of_another_size_stays_fresh(tmp_path: Path) -> None:
    state = tensors(
        {
            key: shape if "layers.2" not in key else (9, *shape[1:])
            for key, shape in keys_of(irises(), ()).items()
        }
    )
    torch.save({"state_dict": {f"module.{key}": item for key, item in state.items()}}, tmp_path / "other.pt")
    train_project(irises(), tmp_path / "fresh")
    last = train_project(irises(), tmp_path / "run", weights=tmp_path / "other.pt")
    assert last["event"] == "finished", last
    found, fresh = best(tmp_path / "run"), best(tmp_path / "fresh")
    assert all(torch.equal(found[key], state[key]) for key in state if "layers.2" not in key)
    assert all(torch.equal(found[key], fresh[key]) for key in found if "layers.2" in key)


def test_weights_that_are_gone_or_do_not_fit_stop_the_run_with_a_sentence(tmp_path: Path) -> None:
    made = irises()
    made.weights = "gone-1.safetensors"
    last = train_project(made, tmp_path / "a")
    assert last["sentence"] == "The project starts from “gone-1.safetensors”, which was not found."
    save_file({"x": torch.zeros(2)}, tmp_path / "x.safetensors")
    last = train_project(irises(), tmp_path / "b", weights=tmp_path / "x.safetensors")
    assert last["sentence"] == "Nothing in “x.safetensors” fits this network: no name and shape agree."


def test_a_file_is_compared_and_kept_under_the_networks_own_keys(tmp_path: Path) -> None:
    made = irises()
    keys = keys_of(made, ())
    state = tensors(keys)
    torch.save({f"model.{key}": item for key, item in state.items()}, tmp_path / "theirs.pth")
    report, nothing = compared(made, tmp_path / "theirs.pth", ())
    assert (report.complete, nothing) == (True, "")
    assert not data_folder().exists()
    _, name = compared(made, tmp_path / "theirs.pth", (), kept=True)
    assert name.startswith("theirs-")
    kept = load_file(find(name, None))
    assert all(torch.equal(kept[key], state[key]) for key in keys)
    save_file({"x": torch.zeros(2)}, tmp_path / "x.safetensors")
    with pytest.raises(WeightsError, match="fits this network"):
        compared(made, tmp_path / "x.safetensors", (), kept=True)


def test_an_exported_script_begins_with_them_too(tmp_path: Path) -> None:
    made = irises()
    state = tensors(keys_of(made, ()))
    made.weights = keep(state, "start")
    script = training_script(made, stem="train", start=find(made.weights, None))
    assert 'torch.load(HERE / "train_start.pt", weights_only=True)' in script.text
    (tmp_path / "train.py").write_text(script.text)
    write_files(script, tmp_path)
    subprocess.run([sys.executable, "train.py"], cwd=tmp_path, check=True, capture_output=True, timeout=120)
    found = torch.load(tmp_path / "net.pt", weights_only=True)
    assert all(torch.equal(found[key], state[key]) for key in state)
    with pytest.raises(CodeError, match="was not found"):
        training_script(made)


def test_what_was_trained_is_loaded_again_with_equal_outputs(tmp_path: Path) -> None:
    """Train, take the run's weights, start another project from them: same outputs to the bit."""
    made = irises()
    made.training.learning_rate = 0.1
    train_project(made, tmp_path / "run")
    report, made.weights = compared(made, tmp_path / "run", (), kept=True)
    assert report.complete
    source = generate(made, Inference().run(made), "g1")
    trained = build(made, source, tmp_path / "run" / "best.safetensors")
    started = build(made, source, None, find(made.weights, None))
    x = torch.randn(7, 4)
    assert torch.equal(trained(x), started(x))


def on_terminal(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main([*words])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_the_terminal_compares_and_trains(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    save(irises(), "net.loom")
    state = tensors(keys_of(irises(), ()))
    state["layers.2.bias"] = torch.zeros(7)
    save_file({f"module.{key}": item for key, item in state.items()}, "w.safetensors")
    code, out, _ = on_terminal(capsys, "weights", "net.loom", "w.safetensors")
    assert code == 0
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert "layers.0.weight 8×4 module.layers.0.weight 8×4 matches" in lines
    assert "layers.2.bias 3 module.layers.2.bias 7 other shape" in lines
    assert lines[-1] == "3 of 4 tensors match. 1 has another shape. “module.” was left out of the names."
    code, _, _ = on_terminal(capsys, "train", "net.loom", "--weights", "w.safetensors", "--run-folder", "run")
    assert code == 0
    assert torch.equal(best(tmp_path / "run")["layers.0.weight"], state["layers.0.weight"])
    (tmp_path / "w.safetensors").write_bytes(b"no")
    code, _, said = on_terminal(capsys, "weights", "net.loom", "w.safetensors")
    assert code == 2 and "cannot be read as weights" in said
    code, _, said = on_terminal(capsys, "train", "net.loom", "--weights", "gone.pt")
    assert code == 2 and "There is no file of weights at gone.pt." in said


def test_the_terminal_finds_the_weights_beside_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = irises()
    state = tensors(keys_of(made, ()))
    (tmp_path / "there").mkdir()
    made.weights = keep(state, "start", tmp_path / "there")
    save(made, tmp_path / "there" / "net.loom")
    monkeypatch.chdir(tmp_path)
    assert on_terminal(capsys, "train", "there/net.loom", "--run-folder", "run")[0] == 0
    assert torch.equal(best(tmp_path / "run")["layers.2.weight"], state["layers.2.weight"])
    assert on_terminal(capsys, "export", "there/net.loom", "-o", "a.py", "--weights")[0] == 0
    assert torch.equal(load_file("a.safetensors")["layers.2.weight"], state["layers.2.weight"])
    (tmp_path / "there" / made.weights).unlink()
    code, _, said = on_terminal(capsys, "train", "there/net.loom", "--run-folder", "run2")
    assert code == 2 and "are missing" in said
    assert on_terminal(capsys, "export", "there/net.loom", "-o", "b.py")[0] == 0  # the text needs no weights
