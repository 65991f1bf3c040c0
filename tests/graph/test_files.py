"""The ``.loom`` file: what is saved comes back, damage is refused with a sentence, old formats open."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.build import GraphBuilder, project
from graph.files import FileError, dumps, from_data, load, loads, save, to_data
from graph.files.migrate import migrate
from graph.model import Project, Step
from graph.values import Expr
from presets import all_presets
from tests.graph.random_projects import random_project

FIXTURES = Path(__file__).parent / "fixtures"
PROPERTY = settings(max_examples=80, deadline=None, derandomize=True)


def small() -> Project:
    block = GraphBuilder("Twice")
    planes = block.parameter("planes", 8)
    block.output(block.add("Linear", block.input("x"), out_features=planes * 2), name="y")
    g = GraphBuilder("Net")
    x = g.input("x", shape=(1, 8, 8))
    x = g.add("Conv2d", x, name="conv1", out_channels=4, kernel_size=(3, 5), padding=1)
    x = g.use(block, g.add("Flatten", x), planes=3)
    g.output(x)
    return project("Small", g)


@PROPERTY
@given(st.integers(0, 2**31))
def test_what_is_saved_comes_back(seed: int) -> None:
    made = random_project(seed)
    text = dumps(made)
    again = loads(text)
    assert again == made
    assert list(again.networks) == list(made.networks) and list(again.blocks) == list(made.blocks)
    assert dumps(again) == text
    assert from_data(json.loads(json.dumps(to_data(made)))) == made


def test_every_preset_is_saved_and_opened() -> None:
    for preset in all_presets():
        made = preset.build()
        assert loads(dumps(made)) == made, preset.id


def test_the_text_reads_well() -> None:
    text = dumps(small())
    assert (
        '"n2": {"name": "fc1", "params": {"out_features": {"expr": "planes * 2"}}, "type": "Linear"}' in text
    )
    assert '"e1": {"from": ["n1", "output"], "to": ["n2", "input"]}' in text
    assert text.endswith("}\n") and max(map(len, text.splitlines())) <= 140
    data = json.loads(text)
    assert list(data) == sorted(data)
    conv = data["networks"][0]["nodes"]["n2"]
    assert conv["params"] == {"kernel_size": [3, 5], "out_channels": 4, "padding": 1}


def test_moving_a_node_changes_one_line() -> None:
    made = small()
    before = dumps(made).splitlines()
    made.main.nodes["n2"].x += 50
    after = dumps(made).splitlines()
    assert len(before) == len(after)
    assert sum(a != b for a, b in zip(before, after, strict=True)) == 1


def test_numbered_ids_are_in_their_order() -> None:
    g = GraphBuilder("Long")
    x = g.input(shape=(4,))
    for _ in range(11):
        x = g.add("ReLU", x)
    g.output(x)
    text = dumps(project("Long", g))
    assert text.index('"n2": {') < text.index('"n10": {')


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("format-*.loom")), ids=lambda path: path.stem)
def test_files_of_every_format_open(path: Path) -> None:
    made = load(path)
    assert made.title == "A frozen project"
    number = int(path.stem.removeprefix("format-"))
    assert made.notes == f"Made for format {number}."
    assert (made.data.source, made.data.options) == ("iris", {"standardise": True})
    assert (made.training.optimizer, made.training.learning_rate, made.training.epochs) == ("SGD", 0.05, 5)
    assert made.view == {"zoom": 0.75}
    network = made.main
    assert [network.nodes[key].name for key in ("n1", "n2", "n3", "n4", "n5")] == [
        "x", "branch1", "concat1", "fc1", "scores",
    ]  # fmt: skip
    assert network.nodes["n1"].params == {"shape": (4,)}
    assert network.nodes["n2"].block == "b1"
    assert network.nodes["n2"].params == {"planes": 8, "repeat": 2}
    assert network.nodes["n4"].note == "메모\nthe head"
    assert (network.nodes["n2"].x, network.nodes["n2"].y) == (236.0, 58.0)
    assert [(edge.source, edge.order) for edge in network.edges_into("n3")] == [("n1", 0), ("n2", 1)]
    assert network.frames["f1"].title == "Head"
    block = made.blocks["b1"]
    assert block.nodes["n2"].params == {"out_features": Expr("planes * 2 + 1")}
    assert [(item.name, item.default) for item in block.parameters] == [("planes", 64)]
    assert made.weights == ("" if number < 2 else "start-3fa9.safetensors")
    assert made.data.steps == (
        []
        if number < 3
        else [
            Step("standardise"),
            Step("noise", {"deviation": 0.05}, "train"),
            Step("clip", {"low": -2.0, "high": 2.0}, off=True),
        ]
    )
    if number >= 2:
        gate = made.blocks["b2"]
        assert gate.code.startswith("import numpy as np\n\n\nclass Gate(nn.Module):\n")
        assert [node.name for node in (*gate.inputs, *gate.outputs)] == ["x", "other", "output1", "both"]
        assert [(item.name, item.default) for item in gate.parameters] == [("start", 1.5), ("mode", "메모")]


def test_the_current_format_has_a_frozen_file() -> None:
    current = to_data(small())["format"]
    assert sorted(path.stem for path in FIXTURES.glob("format-*.loom")) == [
        f"format-{number}" for number in range(1, current + 1)
    ]


def test_migrations_run_in_order_and_leave_their_input_alone() -> None:
    def one(data: dict[str, Any]) -> dict[str, Any]:
        data["title"] = data.pop("name")
        return data

    def two(data: dict[str, Any]) -> dict[str, Any]:
        data["title"] += "!"
        return data

    old = {"format": 1, "name": "Old"}
    assert migrate(old, {1: one, 2: two}, 3) == {"format": 3, "title": "Old!"}
    assert migrate({"format": 2, "title": "Newer"}, {1: one, 2: two}, 3)["title"] == "Newer!"
    assert old == {"format": 1, "name": "Old"}
    with pytest.raises(FileError, match="damaged"):
        migrate({"format": 1}, {1: one, 2: two}, 3)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "It is not valid JSON: Expecting value, line 1, column 1."),
        ("[1, 2]", "It is JSON, but not a TorchLoom project."),
        ('{"a": 1}', "It is JSON, but not a TorchLoom project: it says no format."),
        ('{"format": 99}', "It was made by a newer TorchLoom (format 99; this one reads up to 3). "
                           "Update TorchLoom to open it."),
        ('{"format": 1, "x": NaN}', "It holds NaN, which is not a number."),
        ('{"format": 1, "x": -Infinity}', "It holds -Infinity, which is not a number."),
        ('{"format": 1, "x": 1e999}', "It holds a number that is too large."),
        ('{"format": 1, "x": ' + "9" * 5000 + "}", "It holds a number that is too large."),
        ('{"format": 1, "format": 2}', "It holds the key “format” twice in one place."),
        ('{"format": 1, "x": ' + "[" * 100_000 + "]" * 100_000 + "}", "It is nested too deeply to be a project."),
        ('{"format": 1, "x": ' + '{"a":' * 30 + "1" + "}" * 31, "It is nested too deeply to be a project."),
        ('{"format": true}', "It is JSON, but not a TorchLoom project: it says no format."),
        ('{"format": 1, "evil": 1}', "The project has an entry “evil” that is not known."),
        ('{"format": 1}', "The project has no “networks”."),
        ('{"format": 1, "networks": []}', "The project has no network."),
        ('{"format": 1, "networks": [7]}', "A network must be a table, not 7."),
    ],
)  # fmt: skip
def test_bad_text_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(FileError) as refused:
        loads(text)
    assert str(refused.value) == sentence


def changed(*path: Any, to: Any = None, drop: bool = False) -> str:
    """The small project's text with one place changed."""
    data: Any = to_data(small())
    data = here = json.loads(json.dumps(data))
    for step in path[:-1]:
        here = here[step]
    if drop:
        del here[path[-1]]
    else:
        here[path[-1]] = to
    return json.dumps(data)


NET = ("networks", 0)
NODES = (*NET, "nodes")
CONV = (*NODES, "n2")
BAD_PLACES: list[tuple[tuple[Any, ...], Any, str]] = [
    ((*CONV, "type"), "os.system", "There is no layer type “os.system”."),
    ((*CONV, "name"), "import", "cannot be a name"),
    ((*CONV, "name"), "x = 1", "“x = 1” cannot be a name"),
    ((*CONV, "name"), "train", "“train” cannot be a name: PyTorch or the generated code uses it already."),
    ((*CONV, "name"), "x", "Two nodes have the name “x”."),
    ((*CONV, "params", "kernel_size"), "3); import os", "kernel_size must be"),
    ((*CONV, "params", "kernel_size"), [3, 5, 7], "kernel_size must be"),
    ((*CONV, "params", "out_channels"), True, "out_channels must be"),
    ((*CONV, "params", "out_channels"), 10**12, "out_channels must be"),
    ((*CONV, "params", "evil"), 1, "Conv2d has no parameter “evil”."),
    ((*CONV, "params", "out_channels"), {"expr": "__import__('os')"}, "holds something else"),
    ((*CONV, "params", "out_channels"), {"expr": "a" * 300}, "longer than 200 characters"),
    ((*CONV, "params", "out_channels"), {"expr": 5}, "cannot be a value"),
    ((*CONV, "shares"), "n77", "shares the weights of a node that has none of its own"),
    ((*CONV, "shares"), "n1", "cannot share the weights"),
    ((*CONV, "block"), "b1", "Only a node of the type Block uses a block."),
    ((*CONV, "note"), "\ud800", "cannot be saved (code 55296)"),
    ((*CONV, "color"), "red", "has an entry “color” that is not known"),
    ((*NODES, "n4", "block"), "b9", "uses a block that does not exist"),
    ((*NODES, "n4", "params", "repeat"), 10**6, "repeat must be a whole number from 1 to 1,000"),
    ((*NODES, "m1"), {"type": "ReLU", "name": "r"}, "“m1” cannot be the id of a node"),
    ((*NODES, "n" + "9" * 40), {"type": "ReLU", "name": "r"}, "cannot be the id of a node"),
    ((*NET, "layout", "n2"), [1e300, 0], "must be a number of at most 10,000,000"),
    ((*NET, "layout", "n2"), "here", "must be 2 numbers"),
    ((*NET, "layout", "n99"), [0, 0], "places a node “n99” that does not exist"),
    (
        (*NET, "edges", "e1"),
        {"from": ["n1", "output"], "to": ["n9", "input"]},
        "a node “n9” that does not exist",
    ),
    ((*NET, "edges", "e1"), {"from": ["n1", "out"], "to": ["n2", "input"]}, "Node “x” has no output “out”."),
    ((*NET, "edges", "e1"), {"from": ["n1", "output"], "to": ["n2", "x"]}, "Node “conv1” has no input “x”."),
    ((*NET, "edges", "e1"), {"from": ["n3", "output"], "to": ["n2", "input"]}, "close a loop"),
    (
        (*NET, "edges", "e9"),
        {"from": ["n1", "output"], "to": ["n3", "input"]},
        "Two wires would end at “input”",
    ),
    ((*NET, "edges", "e9"), {"from": ["n1"], "to": ["n3", "input"]}, "must be a node and a port"),
    ((*NET, "name"), "nn", "“nn” cannot be a class name"),
    ((*NET, "name"), "Twice", "Two networks or blocks are called “Twice”."),
    ((*NET, "id"), "b1", "“b1” cannot be the id of a network"),
    ((*NET, "frames"), {"f1": {"place": [0, 0, -1, 5]}}, "has a negative size"),
    ((*NET, "frames"), {"f1": {"place": [0, 0, 1, 5], "color": "url(x)"}}, "“url(x)” is not a colour"),
    (("blocks", 0, "parameters", 0, "name"), "repeat", "“repeat” cannot be a parameter's name."),
    (("blocks", 0, "parameters", 0, "default"), {"expr": "1"}, "The default of “planes” cannot be “1”."),
    (("blocks", 0, "nodes", "n2"), {"type": "Block", "name": "fc", "block": "b1"}, "contains itself"),
    (("training", "epochs"), -1, "epochs must be a whole number from 1"),
    (("training", "epochs"), 1.5, "epochs must be a whole number from 1"),
    (("training", "learning_rate"), "fast", "learning_rate must be a number from 0"),
    (("training", "loss"), "a b", "loss must be the name of a choice"),
    (("training", "options"), {"a b": 1}, "cannot be the name of an option"),
    (("training", "evil"), 1, "has an entry “evil” that is not known"),
    (("data", "source"), "../../etc", "source must be the name of a choice"),
    (("data", "options"), {"x": [[[[1]]]]}, "cannot be a value"),
    (("data", "steps"), {"kind": "clip"}, "“steps” must be a list"),
    (("data", "steps"), ["clip"], "Step 1 of the preparation must be a table"),
    (("data", "steps"), [{"where": "all"}], "Step 1 of the preparation has no “kind”."),
    (("data", "steps"), [{"kind": "clip"}, {"kind": "a b"}], "Step 2 of the preparation must be the name of"),
    (
        ("data", "steps"),
        [{"kind": "clip", "where": "test"}],
        "must be done for “all” or “train”, not for “test”",
    ),
    (("data", "steps"), [{"kind": "clip", "options": {"a b": 1}}], "cannot be the name of an option"),
    (("data", "steps"), [{"kind": "clip", "evil": 1}], "has an entry “evil” that is not known"),
    (("data", "steps"), [{"kind": "clip"}] * 101, "has at most 100 steps, not 101"),
    (("view",), {"a": {"b": 1}}, "cannot be a value"),
    (("title",), "a\nb", "title must be a single line."),
    (("title",), 5, "“title” must be text, not 5."),
    (("notes",), "x" * 200_000, "notes is longer than 100,000 characters."),
    (("kind",), "fragment", "paste it into one instead"),
]


@pytest.mark.parametrize(("path", "value", "part"), BAD_PLACES, ids=lambda item: repr(item)[:40])
def test_a_bad_place_is_refused_with_a_sentence_that_names_it(path: Any, value: Any, part: str) -> None:
    with pytest.raises(FileError) as refused:
        loads(changed(*path, to=value))
    assert part in str(refused.value)


def test_problems_of_a_network_are_no_damage() -> None:
    """A graph that does not work yet (open inputs, missing ports of a block) is saved and opened."""
    made = small()
    del made.main.edges["e2"]
    made.main.edges["e3"].source_port = "gone"
    made.main.edges["e3"].source = "n4"
    made.main.edges["e3"].target, made.main.edges["e3"].target_port = "n5", "input"
    made.main.edges.pop("e4")
    assert loads(dumps(made)) == made


def test_save_and_load(tmp_path: Path) -> None:
    path = tmp_path / "네트워크.loom"
    save(small(), path)
    assert load(path) == small()
    assert [item.name for item in tmp_path.iterdir()] == ["네트워크.loom"]


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "a.loom"
    path.write_text(dumps(small()), encoding="utf-8-sig")
    assert load(path) == small()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "“a.loom” cannot be opened: no such file or directory."),
        (b"\xff\xfe\x00", "“a.loom” cannot be opened. It is not a text file."),
        (b"hello", "“a.loom” cannot be opened. It is not valid JSON: Expecting value, line 1, column 1."),
    ],
)
def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path, content: bytes | None, sentence: str) -> None:
    path = tmp_path / "a.loom"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(FileError) as refused:
        load(path)
    assert str(refused.value) == sentence


def test_where_nothing_can_be_written_there_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "folder.loom").mkdir()
    for place in ("missing/a.loom", "folder.loom"):
        with pytest.raises(FileError, match=r"cannot be saved: .*What was there before is still there"):
            save(small(), tmp_path / place)
    assert [item.name for item in tmp_path.iterdir()] == ["folder.loom"]


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are a thing of POSIX")
def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    import resource

    path = tmp_path / "a.loom"
    save(small(), path)
    old = path.read_bytes()
    bigger = small()
    bigger.notes = "x" * 50_000
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    try:
        with pytest.raises(FileError, match=r"“a\.loom” cannot be saved: file too large"):
            save(bigger, path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert path.read_bytes() == old
    assert [item.name for item in tmp_path.iterdir()] == ["a.loom"]


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="nothing is read-only here")
def test_a_read_only_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.loom"
    save(small(), path)
    path.chmod(0o444)
    with pytest.raises(FileError, match="cannot be saved"):
        save(small(), path)


@pytest.mark.skipif(sys.platform == "win32", reason="modes and links of POSIX")
def test_saving_keeps_the_mode_and_the_link(tmp_path: Path) -> None:
    path, link = tmp_path / "a.loom", tmp_path / "link.loom"
    save(small(), path)
    path.chmod(0o640)
    link.symlink_to(path)
    save(small(), link)
    assert link.is_symlink() and stat.S_IMODE(path.stat().st_mode) == 0o640
