"""Blocks written in Python: what is read from the code without running it, and the edit that follows it."""

from __future__ import annotations

import pytest

from graph.build import GraphBuilder, project
from graph.changes import ChangeSet
from graph.custom import (
    TEMPLATE,
    CodeFault,
    code_block,
    code_used,
    fault_of,
    fingerprint,
    fresh_block,
    mismatch,
    pasted,
    read,
    untrusted,
)
from graph.document import Document
from graph.edits import (
    AddGraph,
    AddNodes,
    Connect,
    EditError,
    RemoveNodes,
    Rename,
    SetCode,
    SetHeader,
    SetParams,
)
from graph.files import dumps, loads
from graph.fragment import copy, paste
from graph.model import Edge, Exposed, Node, Project

GATE = '''\
import numpy as np
from torch import nn


class Gate(nn.Module):
    """Scales by a learned number."""

    def __init__(self, start=1.5, axes=(1, -2), mode="plain", on=True):
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(start))

    def forward(self, x, other):
        if self.training:
            return x, other
        both = x + other
        return both * self.scale, both
'''


def net(code: str = GATE, name: str = "") -> Project:
    """Two inputs into a block of code, and both of its results into an Add."""
    g = GraphBuilder("Net")
    a, b = g.input("a", shape=(4,)), g.input("b", shape=(4,))
    g.output(g.add("Add", a, b))
    made = project("P", g)
    block = made.blocks["b1"] = code_block("b1", code, name)
    graph = made.main
    graph.nodes["n9"] = Node("n9", "Block", "gate1", {"start": 2.0} if block.parameters else {}, block="b1")
    source = {node.name: node.id for node in graph.inputs}
    for number, port in enumerate([node.name for node in block.inputs]):
        graph.edges[f"e{20 + number}"] = Edge(f"e{20 + number}", source["ab"[number]], "output", "n9", port)
    add = next(node.id for node in graph.nodes.values() if node.type == "Add")
    for number, port in enumerate([node.name for node in block.outputs]):
        graph.edges[f"e{30 + number}"] = Edge(f"e{30 + number}", "n9", port, add, "inputs", 5 + number)
    return made


def test_what_a_class_declares() -> None:
    found = read(GATE)
    assert (found.kind, found.name, found.help) == ("class", "Gate", "Scales by a learned number.")
    assert found.inputs == ("x", "other")
    assert found.outputs == ("output1", "output2")  # the first return names them, and x and other are taken
    assert [(item.name, item.default) for item in found.parameters] == [
        ("start", 1.5), ("axes", (1, -2)), ("mode", "plain"), ("on", True),
    ]  # fmt: skip
    assert [(item.text, item.name, item.line) for item in found.imports] == [("import numpy as np", "np", 1)]
    assert found.body[0] == (5, "class Gate(nn.Module):")


def test_what_a_function_declares() -> None:
    inner = "    def inner(z):\n        return None\n"
    found = read(f"def mix(x, y, share=0.5, *, power=2):\n{inner}    total = x + y\n    return total")
    assert (found.kind, found.inputs, found.outputs) == ("function", ("x", "y"), ("total",))
    assert [(item.name, item.default) for item in found.parameters] == [("share", 0.5), ("power", 2)]


@pytest.mark.parametrize(
    ("code", "line", "words"),
    [
        ("def f(x):\n    y = (x\n", 2, "was never closed"),
        ("def f(x):\n    return x +\n", 2, "Python cannot read this line"),
        ("x = 1\ndef f(x): return x", 1, "Only imports and one class or function"),
        ("def f(x): return x\n\ndef g(x): return x", 3, "second class or function"),
        ("class A:\n    pass", 1, "must be a torch module"),
        ("class A(nn.Module):\n    pass", 1, "no “def forward(self, x):”"),
        ("class A(nn.Module):\n    def __init__(self, n):\n        pass\n    def forward(self, x): return x", 2,
         "needs a default, such as n=64"),
        ("class A(nn.Module):\n    def forward(): return x", 2, "needs “self”"),
        ("class A(nn.Module):\n    async def forward(self, x): return x", 2, "async"),
        ("def f(x):\n    pass", 1, "returns nothing yet"),
        ("def f(x):\n    if x: return x\n    return", 3, "must return a tensor"),
        ("def f(x):\n    return {'a': x}", 2, "Return a tensor, or several"),
        ("def f(x):\n    return x, *x", 2, "Name every tensor"),
        ("def f(x):\n    if x: return x\n    return x, x", 3, "2 tensors are returned here, but 1"),
        ("def f(*xs): return xs", 1, "Name every argument"),
        ("def f(x, *, y): return x", 1, "behind the *"),
        ("def f(x, k=[1]): return x", 1, "The default of “k”"),
        ("def f(x, k=open('a')): return x", 1, "The default of “k”"),
        ("def f(training): return training", 1, "cannot be the name of an input"),
        ("def f(x, repeat=2): return x", 1, "cannot be the name of a parameter"),
        ("def forward(x): return x", 1, "cannot be the name"),
        ("import os as torch\ndef f(x): return x", 1, "stands for “import torch”"),
        ("from os import *\ndef f(x): return x", 1, "Name what you import"),
        ("from . import a\ndef f(x): return x", 1, "by their full name"),
        ("from a import f\ndef f(x): return x", 1, "imported and defined"),
        ("", 1, "no class and no function yet"),
    ],
)  # fmt: skip
def test_code_that_cannot_be_a_block_says_why_at_its_line(code: str, line: int, words: str) -> None:
    with pytest.raises(CodeFault) as caught:
        read(code)
    assert words in str(caught.value)
    assert caught.value.line == line
    assert str(caught.value).endswith(".") or str(caught.value).endswith("”.")


def test_nothing_is_too_deep_or_too_odd_to_be_refused() -> None:
    odd = (
        "(" * 5000, "x" * 200_000, "def f(x):\n" + "    if x: pass\n" + "    elif x: pass\n" * 4000 + "    return x",
        "def f(x, k=" + "1+" * 20_000 + "1): return x", "\ud800", "\0", "def f(x): return '\\d'", "lambda x: x",
        "def f(x):\n\treturn x\n        return x",
    )  # fmt: skip
    for code in odd:
        fault = fault_of(code)
        assert fault is None or str(fault).endswith(".")


def test_given_names_may_be_imported_as_people_do() -> None:
    code = (
        "import math\nimport torch\nimport torch.nn.functional as F\nfrom torch import nn\nimport torch.fx\n"
        "def f(x): return F.relu(x)"
    )
    assert [item.text for item in read(code).imports] == ["import torch.fx"]


def test_another_name_is_put_in_where_the_name_stands() -> None:
    code = "class A(nn.Module):\n    def forward(self, x):\n        é = 'A'; super(A, self)\n        return A.go(x.A)"
    assert [line for _, line in pasted(read(code), "Bee")] == [
        "class Bee(nn.Module):",
        "    def forward(self, x):",
        "        é = 'A'; super(Bee, self)",
        "        return Bee.go(x.A)",
    ]
    assert pasted(read(GATE), "Gate")[0] == (5, "class Gate(nn.Module):")


def test_a_new_block_is_sound_and_has_a_free_name() -> None:
    made = net()
    first = fresh_block(made)
    made.blocks[first.id] = first
    second = fresh_block(made)
    assert (first.name, second.name) == ("PythonBlock", "PythonBlock2")
    assert [node.name for node in (*first.inputs, *first.outputs)] == ["x", "output"]
    assert second.code == TEMPLATE.format(name="PythonBlock2")


def edited(made: Project, code: str) -> tuple[Document, str]:
    """Sets the code, checks that undo and redo are exact; the document and its text before."""
    document = Document(made)
    before = dumps(made)
    inverse = document.apply("Change code", [SetCode("b1", code)])
    after = dumps(document.project)
    again = document.apply("Undo", inverse)
    assert dumps(document.project) == before
    document.apply("Redo", again)
    assert dumps(document.project) == after
    assert loads(after) == document.project
    return document, before


def wires(made: Project) -> set[tuple[str, str]]:
    edges = made.main.edges_of({"n9"})
    return {("in" if edge.target == "n9" else "out", edge.target_port if edge.target == "n9" else edge.source_port)
            for edge in edges}  # fmt: skip


def test_results_keep_their_wires_by_number_when_one_goes() -> None:
    document, _ = edited(net(), GATE.replace("return both * self.scale, both", "return both").replace(
        "return x, other", "return x"))  # fmt: skip
    assert [node.name for node in document.project.blocks["b1"].outputs] == ["output"]
    assert wires(document.project) == {("in", "x"), ("in", "other"), ("out", "output")}


def test_renamed_arguments_keep_their_wires() -> None:
    document, _ = edited(net(), GATE.replace("other", "second"))
    assert wires(document.project) == {("in", "x"), ("in", "second"), ("out", "output1"), ("out", "output2")}
    assert document.project.main.nodes["n9"].params == {"start": 2.0}


def test_ports_come_and_go_with_their_wires() -> None:
    code = "class Gate(nn.Module):\n    def forward(self, other):\n        return other"
    document, _ = edited(net(), code)
    block = document.project.blocks["b1"]
    assert [node.name for node in (*block.inputs, *block.outputs)] == ["other", "output"]
    assert wires(document.project) == {("in", "other"), ("out", "output")}  # the first result is the first
    assert document.project.main.nodes["n9"].params == {}  # the parameter is gone
    wider, _ = edited(document.project, GATE)
    assert [node.name for node in wider.project.blocks["b1"].inputs] == ["x", "other"]
    assert wires(wider.project) == {("in", "other"), ("out", "output1")}


def test_order_of_arguments_is_the_order_of_ports() -> None:
    document, _ = edited(net(), GATE.replace("self, x, other", "self, other, x"))
    assert [node.name for node in document.project.blocks["b1"].inputs] == ["other", "x"]
    assert mismatch(document.project.blocks["b1"], read(document.project.blocks["b1"].code)) == ""


def test_the_block_is_called_as_the_code_calls_it() -> None:
    document, _ = edited(net(), GATE.replace("class Gate", "class Valve"))
    assert document.project.blocks["b1"].name == "Valve"
    taken, _ = edited(net(), GATE.replace("class Gate", "class Net"))
    assert taken.project.blocks["b1"].name == "Net2"


def test_unfinished_code_is_kept_and_changes_no_port() -> None:
    document, _ = edited(net(), "class Gate(nn.Module):\n    def forward(self")
    block = document.project.blocks["b1"]
    assert [node.name for node in block.inputs] == ["x", "other"]
    assert len(wires(document.project)) == 4


def test_only_the_code_changes_a_block_of_code() -> None:
    document = Document(net())
    port = document.project.blocks["b1"].inputs[0].id
    other = document.project.blocks["b1"].inputs[1].id
    out = document.project.blocks["b1"].outputs[0].id
    for edit in (
        AddNodes("b1", [Node("n70", "ReLU", "relu1")]), RemoveNodes("b1", [port]), Rename("b1", port, "z"),
        Connect("b1", [Edge("e70", other, "output", out, "input")]), SetHeader("b1", "Gate", "", [Exposed("k", 1)]),
        SetCode("b1", "  \n"), SetCode("b1", "x\x00"), SetCode("g1", GATE), SetCode("b1", "x" * 100_001),
        AddGraph(code_block("g7", GATE, "Other"), False),
    ):  # fmt: skip
        with pytest.raises(EditError) as caught:
            document.check([edit])
        assert str(caught.value).endswith(".")
    header = document.project.blocks["b1"].parameters
    document.apply("Rename", [SetHeader("b1", "Valve", "", header), SetParams("b1", port, {"shape": (4,)})])
    assert document.project.blocks["b1"].name == "Valve"


def test_copies_carry_the_code() -> None:
    made = net()
    text = copy(made.main, ["n9"], made)
    target = project("Other", _plain())
    document = Document(target)
    document.apply("Paste", paste(target, "g1", text))
    (block,) = target.blocks.values()
    assert (block.code, block.name) == (GATE, "Gate")
    document.apply("Paste", paste(target, "g1", text))
    assert len(target.blocks) == 1  # an equal block is used again


def _plain() -> GraphBuilder:
    g = GraphBuilder("Plain")
    g.output(g.add("ReLU", g.input("x", shape=(4,))))
    return g


def test_what_is_not_trusted_yet() -> None:
    made = net()
    made.blocks["b2"] = code_block("b2", "def unused(x):\n    return x")
    assert list(code_used(made)) == ["b1", "b2"]
    assert list(code_used(made, "g1")) == ["b1"]
    assert list(untrusted(made, [fingerprint(GATE)])) == ["b2"]
    assert untrusted(made, [fingerprint(GATE)], "g1") == {}
    assert list(untrusted(made, [fingerprint(GATE + " ")], "g1")) == ["b1"]


def test_what_views_are_told() -> None:
    made = net()
    changes = ChangeSet()
    SetCode("b1", GATE.replace("self, x, other", "self, x")).apply(made, changes)
    assert changes.graph("b1").header
    assert "n9" in changes.graph("g1").changed
    assert changes.graph("g1").edges_removed == {"e21", "e31"}  # “other” is an output now
    assert changes.graph("g1").edges_added == {"e32"}
    assert changes.affects_shapes
