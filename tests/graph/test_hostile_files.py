"""Files that somebody damaged or wrote with bad intent: a sentence, never a crash, never half a project."""

from __future__ import annotations

import json
import random
from copy import deepcopy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from graph.checks import check_project
from graph.document import Document
from graph.files import FileError, dumps, from_data, loads, to_data
from graph.fragment import copy, paste
from graph.model import Project
from graph.settings import check_settings
from tests.graph.random_projects import random_project

PROPERTY = settings(max_examples=150, deadline=None, derandomize=True)
seeds = st.integers(0, 2**31)

EVIL: tuple[Any, ...] = (
    None, True, False, 0, -1, 3.7, 10**15, 2**53, -(2**60), 10**400, 1e308, "", " ", "n1", "g1", "b1", "output",
    "forward", "__class__", "self", "import os", "__import__('os').system('true')", "'); import os; ('",
    '"""\nimport os\n"""', "a\nb", "\0", "\ud800", "‮", "é" * 61, "x" * 5000, "../../etc/passwd",
    "[[[[", "1e999", [], {}, [[]], [[[[[[1]]]]]], [None] * 100, [1, "a", {"b": []}], {"expr": "().__class__"},
    {"expr": "planes * planes"}, {"expr": "9" * 190}, {"expr": None}, {"expr": "1", "more": 2},
    {"__class__": "os"}, {"a": {"b": {"c": {}}}}, {"type": "Linear", "name": "evil"}, "Block", "Input", "Linear",
)  # fmt: skip


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of everything inside JSON data."""
    found = [path] if path else []
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        found += places(value, (*path, key))
    return found


def spoil(dice: random.Random, data: Any) -> None:
    """Change one thing anywhere: a value, a key, an entry more or one less."""
    path = dice.choice(places(data))
    here = data
    for step in path[:-1]:
        here = here[step]
    last = path[-1]
    what = dice.random()
    if what < 0.55:
        here[last] = deepcopy(dice.choice(EVIL))
    elif what < 0.65:
        del here[last]
    elif what < 0.75 and isinstance(here, dict):
        value = here.pop(last)
        here[dice.choice([str(item)[:50] for item in EVIL])] = value
    elif what < 0.85 and isinstance(here, dict):
        here[dice.choice(("evil", "n1", "e1", "params", "x" * 500))] = deepcopy(dice.choice(EVIL))
    elif what < 0.95:
        other = dice.choice(places(data))
        value = data
        for step in other:
            value = value[step]
        here[last] = json.loads(json.dumps(value))
    elif isinstance(here, list):
        here.append(deepcopy(dice.choice(EVIL)))


def is_sentence(error: FileError) -> bool:
    text = str(error)
    return text.endswith(".") and 10 < len(text) < 700 and "\n" not in text and "Traceback" not in text


def assert_refused_or_legal(text: str) -> bool:
    """Whether the text was refused; if it was not, it must hold a legal project that saves again."""
    try:
        made = loads(text)
    except FileError as error:
        assert is_sentence(error), str(error)
        return True
    check_project(made.copy())
    check_settings(made)
    assert loads(dumps(made)) == made
    return False


@PROPERTY
@given(seeds)
def test_spoiled_projects(seed: int) -> None:
    dice = random.Random(seed)
    data = json.loads(json.dumps(to_data(random_project(seed % 50, size=5))))
    for _ in range(8):
        spoiled = json.loads(json.dumps(data))
        for _ in range(dice.choice((1, 1, 1, 3))):
            spoil(dice, spoiled)
        assert_refused_or_legal(json.dumps(spoiled))


@PROPERTY
@given(seeds)
def test_damaged_text(seed: int) -> None:
    dice = random.Random(seed)
    text = dumps(random_project(seed % 50, size=4))
    for _ in range(5):
        start = dice.randrange(len(text))
        end = min(len(text), start + dice.choice((1, 1, 5, 200)))
        cut = dice.random()
        if cut < 0.3:
            damaged = text[:start]
        elif cut < 0.6:
            damaged = text[:start] + text[end:]
        elif cut < 0.8:
            damaged = text[:start] + dice.choice('{}[]",:0-e\\\0\ud800n') + text[start:]
        else:
            damaged = text[:end] + text[start:]
        assert_refused_or_legal(damaged)


@given(st.text(max_size=60) | st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(("format", "networks", "nodes", "edges", "kind", "a")), inner, max_size=4),
    max_leaves=12,
).map(json.dumps))  # fmt: skip
@settings(max_examples=150, deadline=None, derandomize=True)
def test_anything_at_all(text: str) -> None:
    assert assert_refused_or_legal(text)


@PROPERTY
@given(seeds)
def test_spoiled_fragments_change_nothing(seed: int) -> None:
    dice = random.Random(seed)
    source = random_project(seed % 50, size=4)
    graph = dice.choice(list(source.graphs()))
    data = json.loads(copy(graph, [*graph.nodes, *graph.frames], source))
    document = Document(random_project(seed % 7, size=4))
    text = dumps(document.project)
    for _ in range(5):
        spoiled = json.loads(json.dumps(data))
        for _ in range(dice.choice((1, 3))):
            spoil(dice, spoiled)
        try:
            edits = paste(document.project, document.project.main.id, json.dumps(spoiled), keep_inputs=True)
        except FileError as error:
            assert is_sentence(error), str(error)
        else:
            document.check(edits)
        assert dumps(document.project) == text


def test_data_that_did_not_come_from_text_is_checked_too() -> None:
    """Recovery files and messages hand over dicts, so nothing may rest on how the text was parsed."""
    deep: list[Any] = []
    for _ in range(5000):
        deep = [deep]
    for value in (None, [], "x", {"format": 1, "networks": deep}, {"format": 1, "networks": [{"name": deep}]},
                  {"format": 1, "networks": [{"name": float("nan")}]}, {"format": 1, "networks": {1: 2}},
                  {"format": 1, 5: 6}, {"format": 1, "networks": [{"id": "g1", "name": "N", "nodes": {7: {}}}]},
                  {"format": 1, "networks": [{"id": "g1", "name": "N", "help": "h" * 10**6}]}):  # fmt: skip
        try:
            from_data(value)  # type: ignore[arg-type]
        except FileError as error:
            assert is_sentence(error)
        else:
            raise AssertionError(value)


def test_strings_never_become_code() -> None:
    """A project whose every free text is hostile is opened as text, and no name of it is taken over."""
    made = Project(title="'); import os #", notes="__import__('os')")
    made.networks["g1"] = random_project(3).main
    for node in made.main.nodes.values():
        node.note = '"""\nimport os\n"""'
        node.block = None
    made.main.nodes = {key: node for key, node in made.main.nodes.items() if node.type != "Block"}
    made.main.edges = {
        key: edge for key, edge in made.main.edges.items()
        if edge.source in made.main.nodes and edge.target in made.main.nodes
    }  # fmt: skip
    again = loads(dumps(made))
    assert again == made
    assert all(node.name.isidentifier() for node in again.main.nodes.values())
