"""Blocks written in Python in the generated module: pasted once, used like any block, equal to plain torch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from graph.build import GraphBuilder, project
from graph.code import CodeError, Source, generate, load_module, walk
from graph.coded import UNTRUSTED
from graph.custom import code_block
from graph.document import Document
from graph.edits import SetCode
from graph.model import Graph, Node, Project
from graph.shapes import Inference, ProjectShapes
from runtime.custom import asker

GATE = '''\
import math


class Gate(nn.Module):
    """Scales by a learned number."""

    def __init__(self, start=1.5, bias=True):
        super().__init__()
        self.scale = nn.Parameter(torch.full((1,), start))
        self.line = nn.Linear(4, 4, bias=bias)

    def forward(self, x):
        # é: a remark that stays
        return self.line(x) * self.scale + math.pi
'''
MIX = """\
from torch.nn import functional as F

def mix(a, b, share=0.5):
    low = F.relu(a) * share
    return low, b - low
"""


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def with_block(g: GraphBuilder, code: str, name: str = "") -> tuple[GraphBuilder, GraphBuilder]:
    block = GraphBuilder("Stand_in")
    block.graph = code_block("", code, name)
    return g, block


def inferred(made: Project) -> ProjectShapes:
    inference = Inference()
    inference.custom = asker(None)
    return inference.run(made)


def built(made: Project, folder: Path) -> tuple[Source, ProjectShapes, Any]:
    shapes = inferred(made)
    assert not shapes.problems, [problem.text for problem in shapes.problems]
    source = generate(made, shapes, made.main.id)
    path = folder / "model.py"
    path.write_text(source.text, encoding="utf-8")
    torch.manual_seed(1)
    return source, shapes, load_module(path, source.class_name)()


def gates() -> Project:
    g, block = with_block(GraphBuilder("Net"), GATE)
    x = g.input("x", shape=(4,))
    x = g.use(block, x, name="first")
    x = g.use(block, x, name="rest", repeat=3, start=0.25, bias=False)
    g.output(g.add("ReLU", x))
    return project("Gates", g)


def test_a_class_is_pasted_once_and_used_like_a_block(tmp_path: Path) -> None:
    source, shapes, model = built(gates(), tmp_path)
    assert source.text.count("class Gate(nn.Module):") == 1
    assert "# é: a remark that stays" in source.text
    assert source.text.startswith(
        '"""Net, drawn with TorchLoom. Needs torch alone."""\n\nimport math\n\nimport torch\n'
    )
    assert "self.first = Gate()" in source.text
    assert "[Gate(start=0.25, bias=False) for _ in range(3)]" in source.text
    keys = set(model.state_dict())
    assert {"first.scale", "first.line.weight", "first.line.bias", "rest.2.line.weight"} <= keys
    assert "rest.0.line.bias" not in keys
    assert (
        shapes.networks["g1"].parameters
        == sum(weight.numel() for weight in model.parameters())
        == 21 + 3 * 17
    )
    x = torch.randn(5, 4)
    expected = x
    for gate in (model.first, *model.rest):
        expected = gate.line(expected) * gate.scale + torch.pi
    assert torch.equal(model(x), torch.relu(expected))


def test_walking_looks_at_ports_inside(tmp_path: Path) -> None:
    made = gates()
    _, shapes, model = built(made, tmp_path)
    use = next(node.id for node in made.main.nodes.values() if node.name == "first")
    inside = made.blocks["b1"]
    x = torch.randn(5, 4)
    found = walk(
        made, shapes, "g1", model, [x], [(use,), (use, inside.inputs[0].id), (use, inside.outputs[0].id)]
    )
    assert torch.equal(found[(use, inside.inputs[0].id)], x)
    assert torch.equal(found[(use, inside.outputs[0].id)], found[(use,)])
    assert torch.equal(found[(use,)], model.first(x))


def test_inside_of_chains_and_rows(tmp_path: Path) -> None:
    """A parameter of the block around it says how often and with what number the code is used."""
    g, gate = with_block(GraphBuilder("Net"), GATE)
    stage = GraphBuilder("Stage")
    start, count = stage.parameter("start", 0.5), stage.parameter("count", 2)
    x = stage.add("Linear", stage.input("x"), out_features=4)
    stage.output(stage.add("ReLU", stage.use(gate, x, start=start, repeat=count)))
    x = g.use(stage, g.input("x", shape=(4,)), name="one")
    x = g.use(stage, x, name="two", start=0.125, count=3)
    g.output(g.use(stage, x, name="row", repeat=2))
    made = project("P", g)
    source, shapes, model = built(made, tmp_path)
    assert "*[Gate(start=start) for _ in range(count)]," in source.text
    assert "self.two = Stage(start=0.125, count=3)" in source.text
    assert [model.two[number].scale.item() for number in (1, 2, 3)] == [0.125] * 3
    assert "row.1.2.line.weight" in model.state_dict()
    assert shapes.networks["g1"].parameters == sum(weight.numel() for weight in model.parameters())
    x = torch.randn(3, 4)
    out = made.main.outputs[0].id
    assert torch.equal(walk(made, shapes, "g1", model, [x], [(out,)])[(out,)], model(x))


def mixing() -> Project:
    """A function, used in a network and, with a parameter of the block around it, inside of a block."""
    function = with_block(GraphBuilder("unused"), MIX)[1]
    outer = GraphBuilder("Outer")
    part = outer.parameter("part", 0.25)
    a = outer.input("a")
    low, high = outer.use(function, a, a, name="mix", share=part)
    outer.output(outer.add("Add", low, high), name="sum")
    g = GraphBuilder("Net")
    x = g.input("x", shape=(4,))
    first = g.use(outer, x, name="one")
    second = g.use(outer, first, name="two", part=0.75)
    low, high = g.use(function, second, x, name="last")
    g.output(low, name="low")
    g.output(high, name="high")
    return project("Mixing", g)


def test_a_function_is_called_where_it_is_used(tmp_path: Path) -> None:
    source, shapes, model = built(mixing(), tmp_path)
    assert source.text.count("def mix_(a, b, share=0.5):") == 1  # a node is called “mix”, and so is its value
    assert "mix_(x, x, share=self.part)" in source.text
    assert not list(model.parameters())
    x = torch.randn(5, 4)

    def mix(a: torch.Tensor, b: torch.Tensor, share: float = 0.5) -> tuple[torch.Tensor, torch.Tensor]:
        low = torch.relu(a) * share
        return low, b - low

    value = x
    for share in (0.25, 0.75):
        low, high = mix(value, value, share)
        value = low + high
    low, high = mix(value, x)
    assert all(torch.equal(mine, theirs) for mine, theirs in zip(model(x), (low, high), strict=True))
    made = mixing()
    last = next(node.id for node in made.main.nodes.values() if node.name == "last")
    one = next(node.id for node in made.main.nodes.values() if node.name == "one")
    inner = next(
        node.id for node in made.blocks[made.main.nodes[one].block or ""].nodes.values() if node.name == "mix"
    )
    found = walk(made, shapes, "g1", model, [x], [(last,), (one, inner)])
    assert torch.equal(found[(last,)], low)
    assert torch.equal(found[(one, inner)], torch.relu(x) * 0.25)


def test_lines_of_the_module_lead_back_to_the_code(tmp_path: Path) -> None:
    made = gates()
    source, _, _ = built(made, tmp_path)
    lines = source.text.split("\n")
    at = next(number for number, line in enumerate(lines, 1) if "self.line(x) * self.scale" in line)
    assert source.code_line(at) == ("b1", 14)
    assert GATE.split("\n")[13] == lines[at - 1]
    use = next(node.id for node in made.main.nodes.values() if node.name == "first")
    assert source.node_at(at) == ("g1", use)
    outside = next(number for number, line in enumerate(lines, 1) if "class Net" in line)
    assert source.code_line(outside) is None


def test_a_taken_name_gets_another(tmp_path: Path) -> None:
    """The block is called otherwise than its code says, as after a paste; the text follows."""
    g, block = with_block(GraphBuilder("Gate"), GATE.replace("super()", "super(Gate, self)"), "Gate2")
    g.output(g.use(block, g.input("x", shape=(4,))))
    source, _, model = built(project("P", g), tmp_path)
    assert "class Gate2(nn.Module):" in source.text
    assert "super(Gate2, self)" in source.text
    assert model(torch.zeros(2, 4)).shape == (2, 4)


def test_shared_weights(tmp_path: Path) -> None:
    g, block = with_block(GraphBuilder("Net"), GATE)
    x = g.input("x", shape=(4,))
    first = g.use(block, x, name="first")
    second = g.use(block, first, name="second")
    second.node.shares = first.id
    g.output(second)
    _, shapes, model = built(project("P", g), tmp_path)
    assert set(model.state_dict()) == {"first.scale", "first.line.weight", "first.line.bias"}
    assert shapes.networks["g1"].parameters == 21
    x = torch.randn(3, 4)
    assert torch.equal(model(x), model.first(model.first(x)))


def test_the_same_import_twice_and_other_packages() -> None:
    g = GraphBuilder("Net")
    x = g.input("x", shape=(4,))
    for number, line in enumerate(
        ("import numpy as np", "import numpy as np", "from torchvision.ops import SqueezeExcitation")
    ):
        block = with_block(g, f"{line}\nimport sys\n\n\ndef f{number}(x):\n    return x + 1")[1]
        x = g.use(block, x)
    g.output(x)
    made = project("P", g)
    text = generate(made, inferred(made), "g1").text
    assert text.startswith(
        '"""Net, drawn with TorchLoom. Needs torch, numpy and torchvision."""\n\nimport sys\n\n'
        "import numpy as np\nfrom torch import nn\nfrom torchvision.ops import SqueezeExcitation\n\n\n"
    )


def test_one_name_cannot_mean_two_things() -> None:
    g = GraphBuilder("Net")
    x = g.input("x", shape=(4,))
    for number, line in enumerate(("import json as data", "import csv as data")):
        x = g.use(with_block(g, f"{line}\n\n\ndef f{number}(x):\n    return x")[1], x)
    g.output(x)
    made = project("P", g)
    with pytest.raises(CodeError, match="“f0” and “f1” import different things as “data”"):
        generate(made, inferred(made), "g1")


def one(code: str, shape: tuple[int, ...] = (4,), **params: Any) -> Project:
    g, block = with_block(GraphBuilder("Net"), code)
    g.output(g.use(block, g.input("x", shape=shape), name="mine", **params))
    return project("P", g)


WRONG = (
    ("def f(x):\n    y = 1\n    return x.nope", "fails in line 3 of its code: AttributeError: "
     "'Tensor' object has no attribute 'nope'."),
    ("def f(x):\n    return x @ torch.zeros(3, 3)", "fails in line 2 of its code: a and b must have same "
     "reduction dim, but got [83, 4] X [3, 3]."),
    ("def f(x):\n    return x.split(2, 1)", "gives 2 things, but its code names 1: write them out behind "
     "“return”, with commas between."),
    ("def f(x):\n    return x.dim()", "gives int at “output” where a tensor is expected."),
    ("def f(x):\n    return x[:, :0]", "gives nothing at “output”: one of its axes has the size 0."),
    ("import not_here_at_all\ndef f(x):\n    return x", "fails in line 1 of its code: the package "
     "“not_here_at_all” is not installed here."),
    ("def f(x):\n    raise SystemExit(3)\n    return x", "fails in line 2 of its code: SystemExit: 3."),
    ("class f(object):\n    def forward(self, x):\n        return x", "is no torch module: “f” must derive "
     "from nn.Module."),
)  # fmt: skip


@pytest.mark.parametrize(("code", "rest"), WRONG)
def test_what_the_code_does_wrong_is_said_with_its_line(code: str, rest: str) -> None:
    shapes = inferred(one(code))
    assert [problem.text for problem in shapes.errors] == [f"f “mine” {rest}"]
    assert shapes.errors[0].kind == "code"


@pytest.mark.parametrize(
    "line",
    ["if x.sum().item() > 5: x = x - 1", "x = x + float(np.asarray(x).mean())", "x = x * int(x.max())"],
)
def test_code_that_must_see_numbers_sees_some(line: str) -> None:
    before = torch.get_rng_state()
    shapes = inferred(one(f"import numpy as np\ndef f(x):\n    torch.rand(1)\n    {line}\n    return x"))
    assert not shapes.problems, shapes.problems[0].text
    assert [tensor.text for tensor in shapes.networks["g1"].outputs.values()] == ["(B, 4)"]
    assert torch.equal(torch.get_rng_state(), before)


def test_unfinished_code_is_a_problem_with_its_line() -> None:
    document = Document(one("def f(x):\n    return x"))
    document.apply("Change", [SetCode("b1", "def f(x):\n    return x(")])
    (problem,) = inferred(document.project).errors
    assert (
        problem.text
        == "f “mine” cannot be read in line 2: Python cannot read this line: '(' was never closed."
    )


def test_code_that_prints_or_warns_says_nothing_here(capsys: pytest.CaptureFixture[str]) -> None:
    code = "import warnings\ndef f(x):\n    print('hello')\n    warnings.warn('no')\n    return x"
    assert not inferred(one(code)).problems
    assert capsys.readouterr().out == ""


def test_a_function_cannot_be_repeated() -> None:
    (problem,) = inferred(one("def f(x):\n    return x", repeat=2)).errors
    assert problem.text == "f “mine” is a function, so it cannot be repeated: write it as a class."


def test_what_is_not_trusted_is_not_run_and_no_mistake() -> None:
    made = one("def f(x):\n    raise RuntimeError('it ran')\n    return x")
    inference = Inference()
    nothing_asked = inference.run(made)
    assert not nothing_asked.problems
    inference.custom = asker([])
    shapes = inference.run(made)
    assert [(problem.severity, problem.kind) for problem in shapes.problems] == [("warning", "trust")]
    node = next(node for node in made.main.nodes.values() if node.name == "mine")
    found = shapes.networks["g1"].nodes[node.id]
    assert (found.state, found.waits) == ("unknown", UNTRUSTED.reason)
    with pytest.raises(CodeError, match="“mine” in “Net” waits: its code is not trusted yet"):
        generate(made, shapes, "g1")


def test_ports_of_a_file_that_differ_from_its_code() -> None:
    made = one("def f(x):\n    return x")
    block: Graph = made.blocks["b1"]
    block.nodes["n5"] = Node("n5", "Output", "extra", {"index": 3})
    (problem,) = [problem for problem in inferred(made).errors if problem.kind == "code"]
    assert problem.text == (
        "f “mine” does not fit its code: its outputs are output, extra, but its code has output. Apply its code again."
    )


def test_a_changing_length_and_several_dtypes() -> None:
    g, block = with_block(GraphBuilder("Net"), "def f(x):\n    return x.float().cumsum(1), x.sum(1) > 3")
    out, flag = g.use(block, g.input("x", shape=(-1,), dtype="int64"))
    g.output(out)
    g.output(flag)
    made = project("P", g)
    shapes = inferred(made).networks["g1"]
    assert [tensor.text for tensor in shapes.outputs.values()] == ["(B, T)", "bool (B,)"]
