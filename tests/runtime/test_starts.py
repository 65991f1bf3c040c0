"""Layers that begin in a way of their own: in the run, in the export, in the script, in the file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from graph.build import GraphBuilder, project
from graph.document import apply_edits
from graph.edits import EditError, SetState
from graph.files import dumps, loads
from graph.model import Project
from runtime.choice import ChoiceError
from runtime.script import training_script
from runtime.starts import parsed
from runtime.training.preparing import prepare
from runtime.training.starting import start

from .running import digits_cnn, run


def begun(start: str, name: str = "fc") -> Project:
    made = digits_cnn(epochs=1)
    node = next(node for node in made.main.nodes.values() if node.name == name)
    apply_edits(made, [SetState(made.main.id, {node.id: {"start": start}})])
    return made


def weights(made: Project, folder: Path) -> dict[str, torch.Tensor]:
    return {key: value.clone() for key, value in prepare(made, folder, "cpu").model.state_dict().items()}


def test_one_layer_begins_by_itself_and_the_rest_as_before(tmp_path: Path) -> None:
    plain, own = weights(digits_cnn(), tmp_path / "a"), weights(begun("constant 0.25"), tmp_path / "b")
    (weight,) = [key for key in own if own[key].dim() == 2]
    assert torch.equal(own[weight], torch.full_like(own[weight], 0.25))
    bias = weight.replace("weight", "bias")
    assert not own[bias].any()
    others = [key for key in own if key not in (weight, bias)]
    assert others and all(torch.equal(plain[key], own[key]) for key in others)
    rows = weights(begun("orthogonal"), tmp_path / "c")[weight]
    assert torch.allclose(rows @ rows.T, torch.eye(len(rows)), atol=1e-5)
    spread = weights(begun("uniform 0.01"), tmp_path / "d")[weight]
    assert spread.abs().max() <= 0.01 and spread.min() < 0


def test_it_is_kept_in_the_file_and_undone() -> None:
    made = begun("he_normal")
    again = loads(dumps(made))
    assert [node.start for node in again.main.nodes.values() if node.start] == ["he_normal"]
    with pytest.raises(EditError, match="a way for weights to begin"):
        apply_edits(
            made, [SetState(made.main.id, {next(iter(made.main.nodes)): {"start": "__import__('os')"}})]
        )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("magic", "Choose one of"), ("constant", "needs a number"), ("zeros 3", "takes no number")],
)
def test_what_means_nothing_is_a_sentence(text: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(ChoiceError, match=sentence):
        parsed(text)
    last, _ = run(begun(text), tmp_path)
    assert last["event"] == "failed" and sentence in last["sentence"]


def test_the_script_begins_alike() -> None:
    text = training_script(begun("uniform 0.1")).text
    assert "nn.init.uniform_, a=-0.1, b=0.1)" in text and "def start(layer" in text


def test_what_a_block_says_does_not_reach_norms_and_a_layer_says_it_for_itself(tmp_path: Path) -> None:
    unit = GraphBuilder("Unit")
    x = unit.add("Conv2d", unit.input("x"), out_channels=4, kernel_size=3, padding=1, name="conv")
    unit.output(unit.add("BatchNorm2d", x, name="norm"), "y")
    net = GraphBuilder("Net")
    x = net.use(unit, net.input("image", shape=(1, 8, 8)), name="unit")
    x = net.add("Linear", net.add("Flatten", x), out_features=10, name="fc")
    net.output(x, "scores")
    made = digits_cnn(epochs=1)
    made = replace(project("Begun", net), data=made.data, training=made.training)
    block = next(iter(made.blocks.values()))
    use = next(node for node in made.main.nodes.values() if node.name == "unit")
    apply_edits(made, [SetState(made.main.id, {use.id: {"start": "he_normal"}})])
    kept = weights(made, tmp_path / "a")
    (norm,) = [key for key in kept if key.endswith("weight") and kept[key].dim() == 1]
    assert kept[norm].eq(1).all()
    own = next(node for node in block.nodes.values() if node.name == "norm")
    apply_edits(made, [SetState(block.id, {own.id: {"start": "zeros"}})])
    assert not weights(made, tmp_path / "b")[norm].any()


def test_attention_begins_with_weights_and_biases_at_zero() -> None:
    layer = nn.MultiheadAttention(8, 2)
    start(layer, nn.init.constant_, val=0.5)
    assert layer.in_proj_weight.eq(0.5).all() and layer.out_proj.weight.eq(0.5).all()
    assert not layer.in_proj_bias.any()
