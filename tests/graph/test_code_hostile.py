"""Documents that came another way than through the editor: the generated text holds only what it should."""

from __future__ import annotations

import ast
import copy
import keyword
import random
from collections.abc import Iterator
from typing import Any

import pytest
from torch import nn

from graph import support
from graph.build import GraphBuilder, project
from graph.code import CodeError, Source, generate
from graph.code.layout import quoted
from graph.code.structure import safe_name
from graph.model import Edge, Exposed, Node, Project
from graph.names import MODULE_ATTRIBUTES
from graph.shapes import Inference
from graph.values import BadValue, Expr
from tests.graph.code_graphs import GOLDEN, random_project, small_resnet

EVIL = "OWNED"
HOSTILE = [
    f"x\n{EVIL}()\n", f"'); {EVIL}() #", f'"); {EVIL}() #', f'"""{EVIL}"""', f"{EVIL}()",
    f"__import__('{EVIL}')", f"x; {EVIL}",
    "class", "self", "lambda", "forward", "train", "nn", "torch", "F", "super", "range", "x",
    "out", "_", "__x", "_modules",
    "", " ", "a b", "1a", "ｎｎ", "µ", "名前", "\x00", "\u202e", "a" * 5000, "{EVIL}", f"%s{EVIL}", "\\", "#",
    "VALUE_0",
    "ARGUMENT_0", "PARAMETER_out_channels", "MODULE", "layers", "print", "sum", "T_destination", "planes",
]  # fmt: skip


_inference = Inference()


def own_tree(source: Source) -> ast.Module:
    """The module without what support files bring along, which is no part of any project."""
    tree = ast.parse(source.text)
    tree.body = [part for part in tree.body if getattr(part, "name", "") not in support.names()]
    return tree


def names_in(source: Source) -> set[str]:
    """All names the module reads, apart from those it defines itself and what support files bring along."""
    tree = own_tree(source)
    own = {part.name for part in ast.walk(tree) if isinstance(part, (ast.ClassDef, ast.FunctionDef))}
    own |= {part.arg for part in ast.walk(tree) if isinstance(part, ast.arg)}
    own |= {
        part.id for part in ast.walk(tree) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
    }
    return {part.id for part in ast.walk(tree) if isinstance(part, ast.Name)} - own - support.names()


def check_clean(source: Source) -> None:
    assert names_in(source) <= {"torch", "nn", "F", "super", "range"}
    tree = own_tree(source)
    imports = [ast.unparse(part) for part in ast.walk(tree) if isinstance(part, (ast.Import, ast.ImportFrom))]
    assert set(imports) <= {"import torch", "import torch.nn.functional as F", "from torch import nn"}
    kinds = {type(part).__name__ for part in tree.body}
    assert kinds <= {"Expr", "Import", "ImportFrom", "ClassDef"}
    for part in ast.walk(tree):
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and "drawn with" not in part.value:
            assert EVIL not in part.value
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Name):
            classes = {c.name for c in tree.body if isinstance(c, ast.ClassDef)}
            assert part.func.id in {"super", "range"} | classes | support.names()
    defined = [part for part in ast.walk(tree) if isinstance(part, ast.FunctionDef)]
    for function in defined:
        for part in ast.walk(function):
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                assert part.id not in {"self", "torch", "nn", "F", "super", "range"}
    for cls in (part for part in tree.body if isinstance(part, ast.ClassDef)):
        for part in ast.walk(cls):
            if isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Store):
                assert not hasattr(nn.Module(), part.attr), f"self.{part.attr} hides a part of nn.Module"


def attempt(drawn: Project) -> Source | None:
    """Generate; refusing in any of the ways a person can read is as good."""
    try:
        shapes = _inference.run(drawn)
        source = generate(drawn, shapes, drawn.main.id)
    except (CodeError, BadValue):
        return None
    check_clean(source)
    return source


def _pieces(drawn: Project) -> Iterator[tuple[Any, str]]:
    """Every place in a document that holds a string."""
    for graph in drawn.graphs():
        yield graph, "name"
        yield graph, "help"
        for node in graph.nodes.values():
            for field in ("id", "name", "type", "note", "block", "shares"):
                yield node, field
        for edge in graph.edges.values():
            for field in ("id", "source_port", "target_port"):
                yield edge, field
        for item in graph.parameters:
            yield item, "name"
            yield item, "help"
    yield drawn, "title"
    yield drawn, "notes"


@pytest.mark.parametrize("name", GOLDEN)
def test_hostile_strings_anywhere(name: str) -> None:
    rng = random.Random(name)
    base = GOLDEN[name]()
    count = sum(1 for _ in _pieces(base))
    for text in HOSTILE:
        for at in rng.sample(range(count), 4):
            drawn = copy.deepcopy(base)
            thing, field = list(_pieces(drawn))[at]
            if field in ("note", "help", "title", "notes"):
                setattr(thing, field, text)
                source = attempt(drawn)
                assert source is not None and EVIL not in source.text
            elif isinstance(thing, Node) and field == "id":
                _rename_id(drawn, thing, text)
                attempt(drawn)
            else:
                setattr(thing, field, text)
                attempt(drawn)


def _rename_id(drawn: Project, node: Node, new: str) -> None:
    for graph in drawn.graphs():
        if graph.nodes.get(node.id) is node and new not in graph.nodes:
            for edge in graph.edges.values():
                edge.source = new if edge.source == node.id else edge.source
                edge.target = new if edge.target == node.id else edge.target
            del graph.nodes[node.id]
            node.id = new
            graph.nodes[new] = node


@pytest.mark.parametrize("value", [
    f"{EVIL}()", f'"){EVIL}(', Expr(f"{EVIL}()"), Expr("planes.__class__"), Expr("__import__"), Expr("planes * 4"),
    Expr("[planes][0]"), (1, Expr(f"{EVIL}")), 1e308, float("nan"), float("inf"), -1, 2**80, True, None, "", (),
    ((1, 2), 3),     b"bytes", {"a": 1}, [1, 2],
])  # fmt: skip
def test_hostile_values_anywhere(value: Any) -> None:
    base = small_resnet()
    spots = [
        (graph.id, node.id, key)
        for graph in base.graphs()
        for node in graph.nodes.values()
        for key in [*node.params, "repeat", f"{EVIL}()"]
    ]
    for graph_id, node_id, key in random.Random(repr(value)).sample(spots, 30):
        drawn = copy.deepcopy(base)
        drawn.graph(graph_id).nodes[node_id].params[key] = value
        source = attempt(drawn)
        assert source is None or EVIL not in source.text
    for number, block in enumerate(base.blocks):
        drawn = copy.deepcopy(base)
        drawn.blocks[block].parameters.append(Exposed(f"extra{number}", value))
        attempt(drawn)


def test_an_exposed_string_is_printed_as_a_string() -> None:
    b = GraphBuilder("Sum")
    kind = b.parameter("kind", "zeros")
    b.output(b.add("Conv2d", b.input("x"), out_channels=1, kernel_size=3, padding=1, padding_mode=kind))
    g = GraphBuilder("Net")
    x = g.use(b, g.input("x", shape=(1, 8, 8)), kind="reflect")
    g.output(g.use(b, x, kind="circular"))
    source = attempt(project("p", g))
    assert source is not None
    assert 'self.sum1 = Sum("reflect")' in source.text and "padding_mode=kind" in source.text


@pytest.mark.parametrize("text", ['a"b', "a'b\"c", "\\", "\n", "名", "\x00", "{x}", ""])
def test_quoted_strings_read_back(text: str) -> None:
    assert ast.literal_eval(quoted(text)) == text
    assert "\n" not in quoted(text)


def test_names_that_hide_something_get_an_underscore() -> None:
    for name in ("forward", "train", "nn", "self", "range", "type"):
        assert safe_name(name) == name + "_"
    assert safe_name("_modules") == "n_modules" and safe_name("conv1") == "conv1"
    for name in ("class", "a b", "1a", "ｎｎ", "", "a" * 61):
        with pytest.raises(CodeError, match="cannot be a name"):
            safe_name(name)


def test_every_attribute_of_a_module_is_known() -> None:
    public = {name for name in dir(nn.Module()) if not name.startswith("_")}
    assert public <= MODULE_ATTRIBUTES
    assert not any(keyword.iskeyword(name) for name in MODULE_ATTRIBUTES)


def test_nodes_called_like_parts_of_a_module_become_attributes_with_an_underscore() -> None:
    drawn = GOLDEN["tiny_unet"]()
    wanted = ["forward", "train", "torch", "self", "F", "range", "x", "sum", "VALUE_0", "out"]
    for node, name in zip(list(drawn.main.nodes.values())[1:], wanted, strict=False):
        node.name = name
    source = attempt(drawn)
    assert source is not None
    assert "self.forward_ = " in source.text and "self.train_ = " in source.text


def test_refusals_are_sentences() -> None:
    def broken(change: Any) -> str:
        drawn = GOLDEN["digits_cnn"]()
        change(drawn)
        shapes = Inference().run(drawn)
        with pytest.raises(CodeError) as raised:
            generate(drawn, shapes, "g1")
        return str(raised.value)

    def unwire(drawn: Project) -> None:
        drawn.main.edges.pop("e1")

    def loop(drawn: Project) -> None:
        drawn.main.edges["e99"] = Edge("e99", "n4", "output", "n2", "input")

    def foreign(drawn: Project) -> None:
        drawn.main.nodes["n2"].type = "os.system"

    assert "conv1" in broken(unwire) and broken(unwire).endswith(".")
    assert broken(loop).endswith(".")
    assert "os.system" in broken(foreign)
    drawn = GOLDEN["digits_cnn"]()
    with pytest.raises(CodeError, match="There is no network “g7”"):
        generate(drawn, Inference().run(drawn), "g7")
    stale = Inference().run(drawn)
    drawn.main.nodes["n99"] = Node("n99", "ReLU", "late")
    drawn.main.edges["e1"].target = "n99"
    drawn.main.edges["e98"] = Edge("e98", "n99", "output", "n2", "input")
    with pytest.raises(CodeError, match="“late” in “DigitsCNN” is not complete yet"):
        generate(drawn, stale, "g1")


def test_random_graphs_are_clean() -> None:
    for seed in range(60):
        assert attempt(random_project(seed)) is not None


def test_a_loop_of_wires_is_one_problem() -> None:
    """The editor draws none; a document from elsewhere must not break the shape check either."""
    drawn = GOLDEN["digits_cnn"]()
    drawn.main.edges["e99"] = Edge("e99", "n4", "output", "n2", "input")
    errors = _inference.run(drawn).errors
    assert [problem.text for problem in errors] == [
        "Conv2d “conv1” lies on a loop of wires or behind one, so that nothing can ever reach it."
    ]
