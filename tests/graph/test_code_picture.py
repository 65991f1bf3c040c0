"""Pictures of a graph: well-formed, complete, harmless."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

from graph.code import CodeError
from graph.code.picture import MAX_SIDE, svg, write_picture
from graph.geometry import node_size
from graph.model import Frame, Graph, Node, Project
from graph.shapes import Inference
from tests.graph.code_graphs import GOLDEN, small_resnet

SPACE = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("name", GOLDEN)
def test_every_node_and_wire_is_drawn(name: str) -> None:
    drawn = GOLDEN[name]()
    shapes = Inference().run(drawn)
    for graph in drawn.graphs():
        tree = ElementTree.fromstring(svg(drawn, shapes, graph.id))
        texts = [part.text for part in tree.iter(f"{SPACE}text")]
        for node in graph.nodes.values():
            assert node.name in texts
        assert len(list(tree.iter(f"{SPACE}path"))) == len(graph.edges)
        if graph.id in drawn.networks:
            last = graph.outputs[0]
            assert shapes.networks[graph.id].outputs[last.name].text in texts


def test_the_picture_holds_all_of_the_graph() -> None:
    drawn = small_resnet()
    tree = ElementTree.fromstring(svg(drawn, Inference().run(drawn), "g1"))
    left, top, width, height = (float(part) for part in tree.attrib["viewBox"].split())
    for node in drawn.main.nodes.values():
        wide, high = node_size(1, 1)
        assert left < node.x and node.x + wide < left + width
        assert top < node.y and node.y + high < top + height


def test_hostile_titles_stay_text() -> None:
    title = '<script>alert(1)</script> & "quotes" \x00 \x1b'
    drawn = small_resnet()
    drawn.main.frames["f1"] = Frame("f1", title, 0, 0, 900, 50)
    text = svg(drawn, Inference().run(drawn), "g1")
    tree = ElementTree.fromstring(text)
    assert not list(tree.iter(f"{SPACE}script"))
    assert any(
        (part.text or "").startswith('<script>alert(1)</script> & "quotes"')
        for part in tree.iter(f"{SPACE}text")
    )


def test_png_has_the_size_of_the_graph_and_ink(tmp_path: Path) -> None:
    drawn = small_resnet()
    shapes = Inference().run(drawn)
    write_picture(drawn, shapes, "g1", tmp_path / "net.png")
    write_picture(drawn, shapes, "g1", tmp_path / "net.svg")
    view = (
        ElementTree.fromstring((tmp_path / "net.svg").read_text(encoding="utf-8")).attrib["viewBox"].split()
    )
    with Image.open(tmp_path / "net.png") as picture:
        assert picture.size == pytest.approx((float(view[2]) * 2, float(view[3]) * 2), abs=2)
        colours = picture.getcolors(1 << 24)
        assert colours is not None and len(colours) > 50
    write_picture(drawn, shapes, "g1", tmp_path / "any", "svg")
    assert (tmp_path / "any").read_text(encoding="utf-8").startswith("<svg")
    with pytest.raises(CodeError, match=r"as \.svg or \.png, not as net\.gif"):
        write_picture(drawn, shapes, "g1", tmp_path / "net.gif")
    with pytest.raises(CodeError, match="no network or block “g9”"):
        write_picture(drawn, shapes, "g9", tmp_path / "net.svg")


def test_odd_graphs_have_pictures_too(tmp_path: Path) -> None:
    empty = Project(networks={"g1": Graph("g1", "Empty")})
    write_picture(empty, Inference().run(empty), "g1", tmp_path / "empty.png")
    far = Project(networks={"g1": Graph("g1", "Far")})
    far.main.nodes["n1"] = Node("n1", "ReLU", "here")
    far.main.nodes["n2"] = Node("n2", "Unheard", "there", x=90_000, y=20_000)
    far.main.frames["f1"] = Frame("f1", "한국어 제목", 0, 0, 400, 300)
    write_picture(far, Inference().run(far), "g1", tmp_path / "far.png")
    with Image.open(tmp_path / "far.png") as picture:
        assert max(picture.size) <= MAX_SIDE
