"""Names are safe for generated code from the moment a node is made."""

from __future__ import annotations

import keyword

import pytest

from graph.catalogue import CATALOGUE
from graph.model import Graph, Node
from graph.names import MODULE_ATTRIBUTES, fresh_name, is_usable, stem, unique_name


def test_no_name_hides_an_attribute_of_a_module() -> None:
    from torch import nn

    public = {name for name in dir(nn.Module()) if not name.startswith("_")}
    assert public <= MODULE_ATTRIBUTES
    assert not any(map(is_usable, public))


@pytest.mark.parametrize(
    ("name", "usable"),
    [
        ("conv1", True), ("x", True), ("a_b", True), ("é", False), ("class", False), ("2d", False), ("", False),
        ("a b", False), ("_hidden", False), ("__init__", False), ("torch", False), ("nn", False), ("F", False),
        ("self", False), ("type", False), ("x" * 60, True), ("x" * 61, False), ("a.b", False), ("a\n", False),
    ],
)  # fmt: skip
def test_usable(name: str, usable: bool) -> None:
    assert is_usable(name) is usable


def test_every_layer_type_gets_a_usable_name() -> None:
    graph = Graph("g1", "Net")
    for number, kind in enumerate([*CATALOGUE, *CATALOGUE]):
        name = fresh_name(graph, kind)
        assert is_usable(name) and not keyword.iskeyword(name)
        assert name not in graph.names()
        graph.nodes[f"n{number}"] = Node(f"n{number}", kind, name)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("Conv2d", "conv"), ("BatchNorm2d", "bn"), ("LayerNorm", "norm"), ("MaxPool2d", "pool"),
        ("LeakyReLU", "leaky_relu"), ("GELU", "gelu"), ("LSTM", "lstm"), ("LogSoftmax", "log_softmax"),
        ("Linear", "fc"), ("TransformerEncoderLayer", "transformer_encoder_layer"), ("ReLU6", "relu6"),
        ("BasicBlock", "basic_block"), ("메모", "node"), ("3x", "node"),
    ],
)  # fmt: skip
def test_stems(kind: str, expected: str) -> None:
    assert stem(kind) == expected


def test_numbers() -> None:
    graph = Graph("g1", "Net", {"n1": Node("n1", "Conv2d", "conv1"), "n2": Node("n2", "Input", "input")})
    assert fresh_name(graph, "Conv2d") == "conv2"
    assert fresh_name(graph, "Conv2d", taken={"conv2"}) == "conv3"
    assert fresh_name(graph, "Input") == "input2"
    assert fresh_name(graph, "ReLU6") == "relu6_1"
    assert unique_name("conv7", {"conv7", "conv1"}) == "conv2"
    assert unique_name("head", {"head"}) == "head2"
    assert unique_name("head", set()) == "head"
    assert unique_name("type", set()) == "type1"
    assert unique_name("a b!", set()) == "a_b_1"
