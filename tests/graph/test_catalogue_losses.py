"""Losses as nodes: their numbers by hand, networks that hold them, and what an Output may be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from graph.build import GraphBuilder, project
from graph.building import build_call, build_module
from graph.catalogue import CATALOGUE
from graph.code import generate, load_module
from graph.model import Project
from graph.problems import Problem
from graph.shapes import Inference


def value(name: str, params: dict[str, Any], **wires: Any) -> Any:
    """The result of one layer on real numbers; parameters left out have their defaults."""
    layer = CATALOGUE[name]
    values = layer.validated(params)
    tensors = {port: torch.as_tensor(wire) for port, wire in wires.items()}
    call = build_call(layer, values, dict.fromkeys(tensors, 1))
    return call(
        build_module(layer, values), *(tensors[port.name] for port in layer.inputs if port.name in tensors)
    )


def problems(drawn: Project) -> list[Problem]:
    return Inference().run(drawn).problems


# --- numbers one can check by hand -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "params", "wires", "wanted"),
    [
        ("MSELoss", {}, {"input": [1.0, 4.0], "target": [3.0, 4.0]}, 2.0),
        ("L1Loss", {"reduction": "sum"}, {"input": [1.0, 4.0], "target": [3.0, 5.0]}, 3.0),
        ("HuberLoss", {"delta": 1.0}, {"input": [3.0], "target": [0.0]}, 2.5),
        ("SmoothL1Loss", {"beta": 2.0}, {"input": [1.0], "target": [0.0]}, 0.25),
        # ln 2 for a guess between two classes
        ("CrossEntropyLoss", {}, {"input": [[5.0, 5.0]], "target": [1]}, 0.6931472),
        ("NLLLoss", {}, {"input": [[-3.0, -0.5]], "target": [1]}, 0.5),
        ("BCELoss", {}, {"input": [0.5], "target": [1.0]}, 0.6931472),
        ("BCEWithLogitsLoss", {}, {"input": [0.0], "target": [0.0]}, 0.6931472),
        ("TripletMarginLoss", {"eps": 0.0},
         {"anchor": [[0.0, 0.0]], "positive": [[3.0, 4.0]], "negative": [[0.0, 2.0]]}, 4.0),
        ("CosineEmbeddingLoss", {}, {"input1": [[1.0, 0.0]], "input2": [[0.0, 2.0]], "target": [1]}, 1.0),
        ("MarginRankingLoss", {"margin": 1.0}, {"input1": [2.0], "input2": [5.0], "target": [1.0]}, 4.0),
        ("HingeEmbeddingLoss", {}, {"input": [0.25], "target": [-1.0]}, 0.75),
        # 1 − (2·1 + 1) / (1 + 2 + 1)
        ("DiceLoss", {}, {"input": [[[1.0, 0.0, 0.0]]], "target": [[[1.0, 1.0, 0.0]]]}, 0.25),
        # 0.5 · (3² + 1 − 1 − 0) for a unit variance at 3, and nothing for a standard normal
        ("NormalKL", {}, {"mean": [[3.0, 0.0]], "log_variance": [[0.0, 0.0]]}, 4.5),
        # a right answer of one half counts a quarter as much: 0.25 · 0.5² · ln 2
        ("FocalLoss", {}, {"input": [0.0], "target": [1.0]}, 0.25 * 0.25 * 0.6931472),
        # both vectors are equally like both partners
        ("ContrastiveLoss", {"temperature": 1.0}, {"first": [[1.0, 0.0], [1.0, 0.0]], "second": [[0.0, 1.0]] * 2},
         0.6931472),
    ],
    ids=lambda item: item if isinstance(item, str) else "",
)  # fmt: skip
def test_by_hand(name: str, params: dict[str, Any], wires: dict[str, Any], wanted: float) -> None:
    assert float(value(name, params, **wires)) == pytest.approx(wanted, rel=1e-6)


def test_focal_loss_without_focus_is_cross_entropy() -> None:
    scores, target = torch.randn(4, 6), torch.rand(4, 6).round()
    plain = nn.BCEWithLogitsLoss()(scores, target)
    assert torch.allclose(
        value("FocalLoss", {"alpha": 0.5, "gamma": 0.0}, input=scores, target=target), plain / 2
    )


def test_focal_loss_is_torchvisions() -> None:
    from torchvision.ops import sigmoid_focal_loss

    scores, target = torch.randn(4, 6), torch.rand(4, 6).round()
    theirs = sigmoid_focal_loss(scores, target, reduction="mean")
    assert torch.allclose(value("FocalLoss", {}, input=scores, target=target), theirs)


def test_normal_kl_is_torchs() -> None:
    from torch.distributions import Normal, kl_divergence

    mean, log_variance = torch.randn(5, 3), torch.randn(5, 3)
    theirs = kl_divergence(Normal(mean, (0.5 * log_variance).exp()), Normal(0.0, 1.0)).sum(1).mean()
    assert torch.allclose(value("NormalKL", {}, mean=mean, log_variance=log_variance), theirs, atol=1e-6)


def test_ctc_takes_the_batch_first() -> None:
    scores = torch.randn(2, 7, 4).log_softmax(-1)
    targets, steps, labels = torch.tensor([[1, 2], [3, 0]]), torch.tensor([7, 5]), torch.tensor([2, 1])
    ours = value("CTCLoss", {}, log_probs=scores, targets=targets, input_lengths=steps, target_lengths=labels)
    assert torch.equal(ours, nn.CTCLoss()(scores.transpose(0, 1), targets, steps, labels))


# --- networks that hold losses -------------------------------------------------------------------------------


def autoencoder() -> Project:
    """A variational autoencoder that gives its picture and its own loss."""
    net = GraphBuilder("VAE")
    x = net.input("x", shape=(12,))
    hidden = net.add("ReLU", net.add("Linear", x, name="hidden", out_features=8))
    mean = net.add("Linear", hidden, name="mean", out_features=3)
    spread = net.add("Linear", hidden, name="log_variance", out_features=3)
    code = net.add("SampleNormal", mean=mean, log_variance=spread)
    picture = net.add("Linear", code, name="decoder", out_features=12)
    painted = net.add("MSELoss", input=picture, target=x)
    apart = net.add("Scale", net.add("NormalKL", mean=mean, log_variance=spread), factor=0.1)
    net.output(picture, name="picture")
    net.output(net.add("Add", inputs=[painted, apart]), name="loss")
    return project("vae", net)


def test_a_network_may_give_its_loss(tmp_path: Path) -> None:
    drawn = autoencoder()
    shapes = Inference().run(drawn)
    assert not shapes.problems
    source = generate(drawn, shapes, drawn.main.id)
    path = tmp_path / "model.py"
    path.write_text(source.text, encoding="utf-8")
    model = load_module(path, source.class_name)().eval()
    x = torch.randn(5, 12)
    picture, loss = model(x)
    hidden = torch.relu(model.hidden(x))
    mean, spread = model.mean(hidden), model.log_variance(hidden)
    kl = 0.5 * (mean**2 + spread.exp() - 1 - spread).sum(1).mean()
    assert torch.allclose(loss, nn.functional.mse_loss(picture, x) + 0.1 * kl)
    loss.backward()
    assert all(weight.grad is not None for weight in model.parameters())


def test_a_number_for_the_batch_that_is_no_loss_is_still_a_problem() -> None:
    net = GraphBuilder("Net")
    x = net.input("x", shape=(4,))
    net.output(net.add("Sum", x, dim=(0, 1)))
    found = problems(project("sum", net))
    assert [problem.kind for problem in found if problem.severity == "error"] == ["boundary"]


def test_a_loss_inside_a_block_may_leave_the_network() -> None:
    block = GraphBuilder("Judge")
    scores, target = block.input("scores"), block.input("target")
    block.output(block.add("MSELoss", input=scores, target=target), name="loss")
    net = GraphBuilder("Net")
    x = net.input("x", shape=(4,))
    net.output(net.use(block, net.add("Linear", x, out_features=4), x))
    assert not problems(project("judged", net))


def test_auxiliary_heads_add_up_their_losses() -> None:
    """GoogLeNet's way: three cross-entropies, weighted, inside the network."""
    net = GraphBuilder("Net")
    x, y = net.input("x", shape=(6,)), net.input("y", shape=(), dtype="int64")
    hidden = net.add("Linear", x, out_features=8)
    main = net.add("CrossEntropyLoss", input=net.add("Linear", hidden, out_features=3), target=y)
    aux = net.add("CrossEntropyLoss", input=net.add("Linear", hidden, out_features=3), target=y)
    net.output(net.add("Add", inputs=[main, net.add("Scale", aux, factor=0.3)]), name="loss")
    found = Inference().run(project("aux", net))
    assert not found.problems
