"""An edited text as edits: what is said differently changes, everything else stays as and where it is."""

from __future__ import annotations

import random
from typing import Any

import pytest

from graph.build import GraphBuilder, project
from graph.checks import check_project
from graph.code import Source, generate
from graph.custom import code_block
from graph.document import Document
from graph.model import Project
from graph.reading.sketch import CannotRead
from graph.reading.update import Update, update
from graph.shapes import Inference
from presets import all_presets
from tests.graph.code_graphs import GOLDEN, random_project

_inference = Inference()


def source_of(drawn: Project) -> Source:
    return generate(drawn, _inference.run(drawn), drawn.main.id)


def edited(drawn: Project, *changes: tuple[str, str]) -> Update:
    """Change the text, apply what comes of it, and check that it can be taken back."""
    shapes = _inference.run(drawn)
    source = generate(drawn, shapes, drawn.main.id)
    text = source.text
    for before, after in changes:
        assert before in text, before
        text = text.replace(before, after, 1)
    found = update(drawn, shapes, source, text, _inference)
    document = Document(drawn)
    before_edits = drawn.copy()
    inverse = document.apply("Edit code", found.edits)
    check_project(drawn)
    after_edits = drawn.copy()
    document.apply("undo", inverse)
    assert drawn == before_edits
    document.apply("redo", found.edits)
    assert drawn == after_edits
    return found


def places(drawn: Project, graph: str = "g1") -> dict[str, tuple[float, float]]:
    return {node.name: (node.x, node.y) for node in drawn.graph(graph).nodes.values()}


def chain(layers: int) -> Project:
    """Linear and ReLU by turns."""
    g = GraphBuilder("Chain")
    x = g.input("x", shape=(4,))
    for number in range(layers):
        x = g.add("ReLU", x) if number % 2 else g.add("Linear", x, out_features=4)
    g.output(x)
    return project("Chain", g)


def named(drawn: Project, name: str, graph: str = "g1") -> Any:
    return next(node for node in drawn.graph(graph).nodes.values() if node.name == name)


@pytest.mark.parametrize("name", GOLDEN)
def test_an_unchanged_text_changes_nothing(name: str) -> None:
    assert edited(GOLDEN[name]()).edits == []
    assert edited(GOLDEN[name](), ("\n\n\nclass", "\n# a remark\n\n\nclass")).edits == []


def test_presets_change_nothing_when_a_comment_does() -> None:
    for preset in all_presets():
        drawn = preset.build()
        assert edited(drawn, (". Needs", " . Needs")).edits == [], preset.id


def test_a_number_becomes_a_parameter_and_sizes_behind_it_follow() -> None:
    drawn = GOLDEN["digits_cnn"]()
    before = places(drawn)
    found = edited(drawn, ("nn.Conv2d(1, 16, 3", "nn.Conv2d(1, 24, 3"))
    assert found.changed == 1 and not found.problem
    assert named(drawn, "conv1").params["out_channels"] == 24
    assert places(drawn) == before
    assert "nn.Conv2d(24, 32, 3, padding=1)" in source_of(drawn).text


def test_a_size_that_does_not_follow_is_pinned_and_told() -> None:
    drawn = GOLDEN["digits_cnn"]()
    found = edited(drawn, ("nn.Linear(128, 10)", "nn.Linear(100, 10)"))
    assert "expects 100 features but receives 128" in found.problem
    assert found.line == 19
    assert named(drawn, "fc1").params["in_features"] == 100


def test_a_layer_is_put_in_beside_its_neighbours() -> None:
    drawn = GOLDEN["digits_cnn"]()
    before = places(drawn)
    found = edited(
        drawn, ("            nn.Flatten(),", "            nn.Dropout(p=0.3),\n            nn.Flatten(),")
    )
    assert (found.added, found.removed, found.changed, found.wires) == (1, 0, 0, 2)
    after = places(drawn)
    assert {name: after[name] for name in before} == before
    x, y = after["dropout1"]
    assert all(
        abs(x - left) > 100 or abs(y - top) > 60 for name, (left, top) in after.items() if name != "dropout1"
    )
    assert "nn.Dropout(p=0.3),  # (B, 32, 2, 2)\n            nn.Flatten()" in source_of(drawn).text


def test_a_chain_that_is_called_otherwise_leaves_its_layers_where_they_are() -> None:
    """Renamed, cut in two, with something behind it, or with one layer left: what stayed has not moved."""
    call, flatten = "        return self.layers(x)", "            nn.Flatten(),"
    begin = "        self.layers = nn.Sequential("
    for changes, added in (
        (((call, "        x = self.layers(x)\n        return x"),), 0),
        (((call, "        return self.layers(x) + 1"),), 1),
        (((begin, begin.replace("layers", "net")), (call, call.replace("layers", "net"))), 0),
        (
            (
                (flatten, f"        )\n        self.head = nn.Sequential(\n{flatten}"),
                (call, "        return self.head(self.layers(x))"),
            ),
            0,
        ),
    ):
        drawn = GOLDEN["digits_cnn"]()
        before = places(drawn)
        found = edited(drawn, *changes)
        after = places(drawn)
        assert (found.added, found.removed, found.classes) == (added, 0, 0), changes
        assert {name: after[name] for name in before} == before, changes
    drawn = chain(2)
    before = places(drawn)
    found = edited(drawn, ("            nn.ReLU(),  # (B, 4)\n", ""))
    assert (found.added, found.removed, found.classes) == (0, 1, 0)
    assert places(drawn) == {name: place for name, place in before.items() if name != "relu1"}


def test_a_layer_is_taken_out() -> None:
    drawn = GOLDEN["digits_cnn"]()
    found = edited(drawn, ("            nn.ReLU(),  # (B, 16, 8, 8)\n", ""))
    assert (found.added, found.removed) == (0, 1)
    assert "relu1" not in places(drawn) and "relu2" in places(drawn)


def test_a_layer_becomes_another_at_its_place() -> None:
    drawn = GOLDEN["small_resnet"]()
    named(drawn, "relu").note = "keep me"
    place = places(drawn)["relu"]
    edited(drawn, ("ReLU()\n        self.layer1", "GELU()\n        self.layer1"))
    node = named(drawn, "relu")
    assert (node.type, node.note, (node.x, node.y)) == ("GELU", "keep me", place)


def test_a_range_in_a_stage_is_the_argument_of_its_use() -> None:
    drawn = GOLDEN["small_resnet"]()
    found = edited(drawn, ("range(3)", "range(5)"))
    assert len(found.edits) == 1
    assert named(drawn, "layer2").params["blocks"] == 6


def test_what_no_argument_can_say_gives_a_stage_a_block_of_its_own() -> None:
    drawn = GOLDEN["small_resnet"]()
    place = places(drawn)["layer2"]
    edited(drawn, ("for _ in range(3)]\n", "for _ in range(3)], nn.Dropout(p=0.1)\n"))
    assert places(drawn)["layer2"] == place
    assert named(drawn, "layer1").block != named(drawn, "layer2").block
    text = source_of(drawn).text
    assert "self.layer1 = nn.Sequential(DownBlock(12, 8), Block(8))" in text
    assert "nn.Dropout(p=0.1),  # (B, 16, 8, 8)" in text


def test_a_class_gets_an_argument() -> None:
    drawn = GOLDEN["encoder"]()
    edited(
        drawn,
        ("def __init__(self, heads):", "def __init__(self, heads, share=0.1):"),
        ("nn.Dropout(p=0.1)", "nn.Dropout(p=share)"),
        ("EncoderBlock(4)", "EncoderBlock(4, share=0.25)"),
    )
    text = source_of(drawn).text
    assert "def __init__(self, heads, share):" in text and "nn.Dropout(p=share)" in text
    assert "[EncoderBlock(4, 0.25) for _ in range(3)]" in text
    (block,) = drawn.blocks.values()
    assert [(item.name, item.default) for item in block.parameters] == [("heads", 2), ("share", 0.1)]


def test_a_class_is_written_and_used() -> None:
    drawn = GOLDEN["digits_cnn"]()
    before = places(drawn)
    two = (
        "class Two(nn.Module):\n    def __init__(self, width, mid):\n        super().__init__()\n"
        "        self.a = nn.Linear(width, mid)\n        self.b = nn.Linear(mid, width)\n\n"
        "    def forward(self, x):\n        return x + self.b(F.gelu(self.a(x)))\n\n\nclass DigitsCNN"
    )
    found = edited(
        drawn,
        ("from torch import nn", "from torch import nn\nimport torch.nn.functional as F"),
        ("class DigitsCNN", two),
        ("            nn.Linear(128, 10)", "            Two(128, 32),\n            nn.Linear(128, 10)"),
    )
    assert (found.added, found.classes) == (1, 1)
    after = places(drawn)
    assert {name: after[name] for name in before} == before
    assert [block.name for block in drawn.blocks.values()] == ["Two"]
    assert "self.a = nn.Linear(width, mid)" in source_of(drawn).text


def test_a_class_that_is_gone_is_gone() -> None:
    drawn = GOLDEN["tiny_unet"]()
    text = source_of(drawn).text
    start, end = text.index("class DoubleConv"), text.index("class TinyUNet")
    changes = [(text[start:end], "")]
    for line in text.splitlines():
        if "= DoubleConv(" in line:
            inside = line.partition("(")[2][:-1]
            changes.append((line, line.partition("=")[0] + f"= nn.Conv2d({inside}, 3, padding=1)"))
    edited(drawn, *changes)
    assert drawn.blocks == {}
    assert named(drawn, "middle").type == "Conv2d"


def test_classes_and_attributes_are_renamed() -> None:
    drawn = GOLDEN["small_resnet"]()
    edited(drawn, ("class Block(", "class Plain("), (" Block(8)", " Plain(8)"), ("[Block(16)", "[Plain(16)"),
           ("self.fc = ", "self.head = "), ("self.fc(", "self.head("))  # fmt: skip
    assert {block.name for block in drawn.blocks.values()} == {"DownBlock", "Downsample", "Stage", "Plain"}
    assert "head" in places(drawn) and "fc" not in places(drawn)


def test_wires_are_turned_and_outputs_added() -> None:
    drawn = GOLDEN["tiny_unet"]()
    found = edited(drawn, ("torch.cat([self.up2(out), x], dim=1)", "torch.cat((x, self.up2(out)), 1)"))
    assert (found.added, found.removed, found.changed, found.wires) == (0, 0, 0, 2)
    drawn = GOLDEN["last_step"]()
    edited(drawn, ("return out, x", "return x, out, x + 1.0"))
    text = source_of(drawn).text
    assert "return x, fc, add_constant1" in text and "add_constant1 = x + 1.0" in text
    assert [node.name for node in drawn.main.outputs][:2] == ["score", "features"]


def test_the_code_of_a_block_of_own_code_is_its_text_here() -> None:
    block = GraphBuilder("Stand_in")
    code = "def mix(a, b, share=0.5):\n    # weigh\n    return a * share + b\n"
    block.graph = code_block("", code)
    g = GraphBuilder("Net")
    a, b = g.input("a", shape=(4,)), g.input("b", shape=(4,))
    g.output(g.use(block, a, b, name="mixed", share=0.25))
    drawn = project("Mix", g)
    from runtime.custom import asker

    inference = Inference()
    inference.custom = asker(None)
    shapes = inference.run(drawn)
    source = generate(drawn, shapes, drawn.main.id)
    assert update(drawn, shapes, source, source.text + "\n", inference).edits == []
    text = source.text.replace("a * share + b", "a * share - b").replace("share=0.25", "share=0.75")
    found = update(drawn, shapes, source, text, inference)
    Document(drawn).apply("Edit code", found.edits)
    (only,) = drawn.blocks.values()
    assert "a * share - b" in only.code and "# weigh" in only.code
    assert named(drawn, "mixed").params["share"] == 0.75


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_typed_is_read_or_refused_with_a_sentence(seed: int) -> None:
    """Random damage to real texts: no other error, and never a change of the project itself."""
    dice = random.Random(seed)
    builds = [*GOLDEN.values(), *(preset.build for preset in all_presets() if "-" in preset.id)]
    for build in dice.sample(builds, 6):
        drawn = build()
        shapes = _inference.run(drawn)
        source = generate(drawn, shapes, drawn.main.id)
        kept = drawn.copy()
        for _ in range(12):
            text = damaged(dice, source.text)
            try:
                found = update(drawn, shapes, source, text, _inference)
            except CannotRead as error:
                assert error.trouble.text.endswith((".", "…", "?"))
                assert 1 <= error.trouble.line <= text.count("\n") + 2
            else:
                copy = drawn.copy()
                Document(copy).apply("Edit code", found.edits)
                check_project(copy)
            assert drawn == kept


def damaged(dice: random.Random, text: str) -> str:
    lines = text.split("\n")
    at = dice.randrange(len(lines))
    kind = dice.randrange(7)
    if kind == 0:
        del lines[at]
    elif kind == 1:
        lines.insert(at, dice.choice(lines))
    elif kind == 2:
        other = dice.randrange(len(lines))
        lines[at], lines[other] = lines[other], lines[at]
    elif kind == 3:
        words = (
            "nn.ReLU()",
            "0",
            "-1",
            "x",
            "self",
            "(",
            "None",
            "1e9",
            "'a'",
            "conv1",
            "...",
            "[]",
            "lambda: 0",
        )
        lines[at] = lines[at].replace(
            dice.choice(("3", "x", "1", "self", ",", "nn", "(")), dice.choice(words), 1
        )
    elif kind == 4:
        place = dice.randrange(len(text))
        return text[:place] + text[place + dice.randint(1, 9) :]
    elif kind == 5:
        digits = [place for place, letter in enumerate(text) if letter.isdigit()]
        place = dice.choice(digits)
        return text[:place] + str(dice.randint(0, 99)) + text[place + 1 :]
    else:
        lines = [line for line in lines if dice.random() > 0.03]
    return "\n".join(lines)


def test_random_graphs_take_random_numbers() -> None:
    for seed in range(25):
        drawn = random_project(seed)
        if " width=" in source_of(drawn).text:
            text = source_of(drawn).text
            number = text.partition(" width=")[2][0]
            edited(drawn, (f" width={number}", f" width={int(number) % 9 + 1}"))
