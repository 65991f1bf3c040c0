"""The personal library, and several networks in one project."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.blocks import (
    add_network,
    duplicate_network,
    move_network,
    remove_network,
    rename_network,
    uses_of,
)
from graph.blocks.library import Library, definition_of, insert, parse, text_of
from graph.build import GraphBuilder, project
from graph.document import apply_edits
from graph.edits import AddNodes, EditError, SetParams
from graph.files import FileError
from graph.model import BLOCK, Project
from graph.operations import new_node
from tests.graph.blocks_hand import named, shapes_of, stages, undone


def nested() -> Project:
    """Outer uses Inner twice; the network uses Outer."""
    inner = GraphBuilder("Inner", "A layer.")
    inner.output(inner.add("Linear", inner.input("x"), name="fc", out_features=4), name="y")
    outer = GraphBuilder("Outer", "Two layers.\nOne behind the other.")
    outer.output(outer.use(inner, outer.use(inner, outer.input("x"))), name="y")
    g = GraphBuilder("Net")
    g.output(g.use(outer, g.input("x", shape=(4,)), name="o"), name="y")
    return project("Nested", g)


def block_id(made: Project, name: str) -> str:
    return next(block.id for block in made.blocks.values() if block.name == name)


def test_a_saved_block_brings_what_it_uses_into_any_project(tmp_path: Path) -> None:
    made = nested()
    library = Library(tmp_path / "blocks")
    assert library.saved() == []
    library.save(text_of(made, block_id(made, "Outer")))
    (saved,) = library.saved()
    assert (saved.name, saved.summary, saved.path.name) == ("Outer", "Two layers.", "Outer.loom")
    assert saved.definition is not None
    other = stages(1)
    edits, new = insert(other, saved.definition, "g1")
    assert undone(other, edits)
    apply_edits(other, edits)
    assert [block.name for block in other.blocks.values()] == ["Unit", "Inner", "Outer"]
    use = new_node(other, other.main, BLOCK, block=new)
    apply_edits(other, [AddNodes("g1", [use])])
    assert len(uses_of(other, block_id(other, "Inner"))) == 2
    assert insert(other, saved.definition, "g1") == ([], new)


def test_a_different_block_of_the_same_name_gets_a_fresh_name() -> None:
    made, other = nested(), nested()
    inner = other.blocks[block_id(other, "Inner")]
    apply_edits(other, [SetParams(inner.id, named(inner, "fc"), {"out_features": 5})])
    edits, new = insert(other, definition_of(made, block_id(made, "Outer")))
    apply_edits(other, edits)
    assert sorted(block.name for block in other.blocks.values()) == ["Inner", "Inner2", "Outer", "Outer2"]
    assert other.blocks[new].name == "Outer2" and not shapes_of(other).errors


def test_a_block_is_not_brought_into_itself() -> None:
    made = nested()
    inner = block_id(made, "Inner")
    with pytest.raises(EditError, match="would contain itself"):
        insert(made, definition_of(made, block_id(made, "Outer")), inner)


def test_blocks_are_renamed_replaced_deleted_and_put_back(tmp_path: Path) -> None:
    made = stages(1)
    library = Library(tmp_path)
    first = library.save(text_of(made, "b1"))
    second = library.save(text_of(made, "b1"))
    assert [item.path.name for item in library.saved()] == ["Unit-2.loom", "Unit.loom"]
    text = library.delete(second)
    assert [item.path for item in library.saved()] == [first]
    assert parse(text).block.name == "Unit"
    saved = library.find("Unit")
    assert saved is not None
    renamed = library.rename(saved, "Cell")
    assert renamed.name == "Cell.loom" and [item.name for item in library.saved()] == ["Cell"]
    library.save(text)
    again = library.find("Unit")
    assert again is not None
    with pytest.raises(FileError, match="There is a block “Cell” among yours already"):
        library.rename(again, "Cell")
    with pytest.raises(FileError, match="cannot be the name of a block"):
        library.rename(again, "for")
    apply_edits(made, [SetParams("b1", named(made.blocks["b1"], "fc"), {"bias": False})])
    library.save(text_of(made, "b1"), replace=again.path)
    found = library.find("Unit")
    assert found is not None and found.definition is not None
    assert found.definition.block.nodes[named(found.definition.block, "fc")].params["bias"] is False
    assert len(library.saved()) == 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "not json",
        '{"format": 1, "kind": "project"}',
        '{"format": 999, "kind": "fragment", "networks": []}',
        '{"format": 1, "kind": "fragment", "networks": [{"id": "g1", "name": "x"}], "blocks": []}',
        '{"format": 1, "kind": "fragment", "networks": [{"id": "g1", "name": "x", "nodes": '
        '{"n1": {"type": "Block", "name": "a", "block": "b1"}}}], "blocks": []}',
        '{"format": 1, "kind": "fragment", "networks": [{"id": "g1", "name": "__import__(1)"}]}',
    ],
)
def test_a_damaged_file_is_shown_with_what_is_wrong(tmp_path: Path, text: str) -> None:
    (tmp_path / "odd.loom").write_text(text, encoding="utf-8")
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    library = Library(tmp_path)
    (saved,) = library.saved()
    assert saved.name == "odd" and saved.definition is None and saved.trouble.endswith(".")
    with pytest.raises(FileError, match="cannot be renamed"):
        library.rename(saved, "Fine")
    library.delete(saved.path)
    assert library.saved() == []


def test_a_link_to_nowhere_and_bytes_are_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "bytes.loom").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "gone.loom").symlink_to(tmp_path / "nothing")
    assert [(item.name, item.trouble) for item in Library(tmp_path).saved()] == [
        ("bytes", "“bytes.loom” cannot be opened. It is not a text file.")
    ]


def test_networks_come_go_and_change_places() -> None:
    made = stages(1)
    edits, second = add_network(made, "Critic")
    assert undone(made, edits)
    apply_edits(made, edits)
    edits, third = duplicate_network(made, "g1")
    assert undone(made, edits)
    apply_edits(made, edits)
    assert [graph.name for graph in made.networks.values()] == ["Net", "Net2", "Critic"]
    assert not shapes_of(made).errors
    edits = move_network(made, second, 0)
    assert undone(made, edits)
    apply_edits(made, edits)
    assert [graph.name for graph in made.networks.values()] == ["Critic", "Net", "Net2"]
    assert made.main.id == second and move_network(made, second, -3) == []
    apply_edits(made, rename_network(made, third, "Generator"))
    with pytest.raises(EditError, match="is called “Generator” already"):
        apply_edits(made, rename_network(made, second, "Generator"))
    for network in (second, "g1"):
        edits = remove_network(made, network)
        assert undone(made, edits)
        apply_edits(made, edits)
    with pytest.raises(EditError, match="“Generator” is the only network"):
        remove_network(made, third)


def test_a_row_of_nodes_is_no_block(tmp_path: Path) -> None:
    from graph.fragment import copy

    made = stages(2)
    text = copy(made.main, list(made.main.nodes), made)
    with pytest.raises(FileError, match="not one block"):
        parse(text)
    with pytest.raises(EditError, match="no such block"):
        text_of(made, "b9")
