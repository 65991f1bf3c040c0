"""The automatic layout: nothing overlaps, no wire runs through a node it does not belong to."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.arrange import arrange
from graph.build import GraphBuilder, Ref, Source, project
from graph.geometry import DOWNWARDS, node_size, port_y, wire_points
from graph.model import Graph, Node, Project
from graph.ports import in_ports, out_ports
from presets import find
from tests.presets import clear

Places = dict[str, tuple[float, float]]


def linear(g: GraphBuilder, x: Source, count: int = 1) -> Source:
    for _ in range(count):
        x = g.add("Linear", x, out_features=8)
    return x


def chain(length: int) -> Graph:
    g = GraphBuilder("Chain")
    g.output(linear(g, g.input(), length - 2))
    return g.graph


def residual(blocks: int = 4) -> Graph:
    g = GraphBuilder("Residual")
    x: Source = g.input()
    for number in range(blocks):
        shortcut = g.add("LayerNorm", linear(g, x)) if number % 2 == 0 else x
        x = g.add("ReLU", g.add("Add", linear(g, x, 7), shortcut))
    g.output(x)
    return g.graph


def inception(modules: int = 3) -> Graph:
    g = GraphBuilder("Inception")
    x: Source = g.input()
    for _ in range(modules):
        x = g.add("Concat", [linear(g, x, length) for length in (1, 2, 3, 2)])
    g.output(x)
    return g.graph


def unet(depth: int = 4) -> Graph:
    g = GraphBuilder("UNet")
    x: Source = g.input()
    skips = []
    for _ in range(depth):
        skips.append(linear(g, x, 2))
        x = linear(g, skips[-1])
    for skip in reversed(skips):
        x = linear(g, g.add("Concat", skip, linear(g, x)), 2)
    g.output(x)
    return g.graph


def recurrent() -> Graph:
    g = GraphBuilder("Recurrent")
    first = g.add("LSTM", g.input(shape=(-1, 8)), hidden_size=8)
    ports = [port.name for port in in_ports(Project(), first.node)]
    out, h, c = first
    second = g.add("LSTM", out, hidden_size=8, **{ports[1]: h, ports[2]: c})
    for wire in second:
        g.output(wire)
    return g.graph


def attention(blocks: int = 2) -> Graph:
    """Transformer layers drawn by hand, both fed by the same mask."""
    g = GraphBuilder("Attention")
    x: Source = g.input()
    mask = g.input("mask")
    for _ in range(blocks):
        query, key, value = linear(g, x), linear(g, x), linear(g, x)
        scores = g.add("MatMul", query, g.add("Transpose", key))
        weights = g.add("Softmax", g.add("Add", scores, mask))
        x = g.add("LayerNorm", g.add("Add", x, linear(g, g.add("MatMul", weights, value))))
        x = g.add("LayerNorm", g.add("Add", x, linear(g, x, 3)))
    g.output(x)
    return g.graph


def lstm_cell() -> Graph:
    g = GraphBuilder("Cell")
    both = g.add("Concat", g.input("x"), g.input("h"))
    before = g.input("c")
    take, keep, give = (g.add("Sigmoid", linear(g, both)) for _ in range(3))
    new = g.add("Multiply", take, g.add("Tanh", linear(g, both)))
    after = g.add("Add", g.add("Multiply", keep, before), new)
    g.output(g.add("Multiply", give, g.add("Tanh", after)))
    g.output(after)
    return g.graph


def squeeze_and_excite() -> Graph:
    """A skip inside a skip."""
    g = GraphBuilder("SE")
    x: Source = g.input()
    for _ in range(2):
        y = linear(g, x, 3)
        x = g.add("ReLU", g.add("Add", g.add("Multiply", y, g.add("Sigmoid", linear(g, y, 3))), x))
    g.output(x)
    return g.graph


TOPOLOGIES: dict[str, Callable[[], Graph]] = {
    "chain of 7": lambda: chain(7),
    "chain of 40": lambda: chain(40),
    "residual": residual,
    "inception": inception,
    "U-Net": unet,
    "recurrent": recurrent,
    "attention": attention,
    "LSTM cell": lstm_cell,
    "squeeze and excite": squeeze_and_excite,
}


def boxes(graph: Graph, places: Places) -> dict[str, tuple[float, float, float, float]]:
    """Left, top, right and bottom of every node that has a place."""
    found = {}
    for key, (x, y) in places.items():
        node = graph.nodes[key]
        width, height = node_size(len(in_ports(Project(), node)), len(out_ports(Project(), node)))
        found[key] = (x, y, x + width, y + height)
    return found


def overlaps(graph: Graph, places: Places) -> list[tuple[str, str]]:
    found = list(boxes(graph, places).items())
    return [
        (one, two)
        for number, (one, a) in enumerate(found)
        for two, b in found[number + 1 :]
        if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
    ]


def run_through(graph: Graph, places: Places) -> list[tuple[str, str]]:
    """Wires, as they are drawn, with the foreign nodes they touch."""
    found = []
    box = boxes(graph, places)
    for edge in graph.edges.values():
        source, target = graph.nodes[edge.source], graph.nodes[edge.target]
        out = [port.name for port in out_ports(Project(), source)].index(edge.source_port)
        into = [port.name for port in in_ports(Project(), target)].index(edge.target_port)
        start = (box[edge.source][2], box[edge.source][1] + port_y(out))
        end = (box[edge.target][0], box[edge.target][1] + port_y(into))
        points = wire_points(start, end, 60)
        for key, (left, top, right, bottom) in box.items():
            if key in (edge.source, edge.target):
                continue
            if any(left - 2 < x < right + 2 and top - 2 < y < bottom + 2 for x, y in points):
                found.append((edge.id, key))
    return found


@pytest.mark.parametrize("name", TOPOLOGIES)
def test_nodes_and_wires_keep_clear_of_each_other(name: str) -> None:
    graph = TOPOLOGIES[name]()
    places = arrange(graph)
    assert places.keys() == graph.nodes.keys()
    assert overlaps(graph, places) == []
    assert run_through(graph, places) == []
    assert arrange(graph) == places, "the same graph gave another picture"
    assert min(y for _, y in places.values()) == 0


@pytest.mark.parametrize("flow", ["right", "down"])
def test_every_preset_is_clear(flow: str) -> None:
    from presets import all_presets

    for preset in all_presets():
        made = preset.build()
        turn(made, flow)
        for graph in made.graphs():
            moved(graph, arrange(graph, project=made))
            assert clear.overlaps(made, graph) == [], (preset.id, graph.name)
            assert clear.run_through(made, graph) == [], (preset.id, graph.name)


def turn(made: Project, flow: str) -> None:
    """Let the wires of all graphs lead a way."""
    made.view[DOWNWARDS] = tuple(graph.id for graph in made.graphs() if flow == "down")


def moved(graph: Graph, places: Places) -> None:
    for key, (x, y) in places.items():
        graph.nodes[key].x, graph.nodes[key].y = x, y


@pytest.mark.parametrize("flow", ["right", "down"])
def test_collapsed_networks_are_clear(flow: str) -> None:
    """Tiles are smaller than nodes, and all their ports are at one place."""
    for name in ("resnet50", "unet", "googlenet", "transformer", "gru-cell", "lstm-cell", "bert", "ddpm"):
        made = find(name).build()
        turn(made, flow)
        for graph in made.graphs():
            for node in graph.nodes.values():
                node.collapsed = True
            moved(graph, arrange(graph, project=made))
            assert clear.overlaps(made, graph) == [], (name, graph.name)
            assert clear.run_through(made, graph) == [], (name, graph.name)


@pytest.mark.parametrize("name", TOPOLOGIES)
@pytest.mark.parametrize(
    ("flow", "seed"),
    [("right", 0), ("right", 8), ("right", 20), ("right", 24), ("down", 0), ("down", 13), ("down", 14)],
)
def test_tiles_among_nodes_keep_clear(name: str, seed: int, flow: str) -> None:
    graph, dice = TOPOLOGIES[name](), random.Random(seed)
    made = Project(networks={graph.id: graph})
    turn(made, flow)
    for node in graph.nodes.values():
        node.collapsed = dice.random() < 0.4
    moved(graph, arrange(graph, project=made))
    assert clear.overlaps(made, graph) == []
    assert clear.run_through(made, graph) == []


def test_downwards_a_chain_is_plumb_and_goes_on_in_columns() -> None:
    graph = chain(5)
    made = Project(networks={graph.id: graph})
    turn(made, "down")
    places = list(arrange(graph, project=made).values())
    assert [x for x, _ in places] == [0.0] * 5
    assert [b[1] - a[1] for a, b in pairwise(places)] == [64.0 + 46.0] * 4

    graph = made.networks[graph.id] = chain(42)
    places = list(arrange(graph, project=made).values())
    columns = sorted({x for x, _ in places})
    assert 3 <= len(columns) <= 8
    assert sorted(places) == places, "columns are read downwards, then to the right"
    moved(graph, dict(zip(graph.nodes, places, strict=True)))
    assert clear.run_through(made, graph) == []


def test_downwards_the_unet_is_a_u_on_its_side() -> None:
    made = find("unet").build()
    turn(made, "down")
    places = {made.main.nodes[key].name: place for key, place in arrange(made.main, project=made).items()}
    names = ("picture", "down1", "down2", "down3", "bottom", "up3", "up2", "up1", "head", "masks")
    heights = [places[name][1] for name in names]
    assert heights == sorted(set(heights))
    aside = [places[name][0] for name in ("down1", "down2", "down3", "bottom")]
    assert aside == sorted(set(aside))
    assert places["bottom"][0] > places["up3"][0] > places["up2"][0] > places["up1"][0]


def test_the_u_of_the_unet_is_not_torn_apart() -> None:
    """Neither its input nor its head is left alone in a row."""
    made = find("unet").build()
    places = {made.main.nodes[key].name: place for key, place in arrange(made.main, project=made).items()}
    assert places["picture"][0] < places["down1"][0] < places["bottom"][0] < places["up1"][0]
    assert places["up1"][0] < places["head"][0] < places["masks"][0]
    heights = [places[name][1] for name in ("down1", "down2", "down3", "bottom")]
    assert heights == sorted(set(heights))
    assert places["up3"][1] < places["bottom"][1] and places["up1"][1] < places["up3"][1]


@pytest.mark.parametrize("name", TOPOLOGIES)
def test_pinned_nodes_stay_and_nothing_lies_on_them(name: str) -> None:
    graph = TOPOLOGIES[name]()
    moved(graph, arrange(graph))
    dice = random.Random(3)
    pinned = dice.sample(list(graph.nodes.values()), 4)
    for node in pinned:
        node.pinned = True
        node.x, node.y = node.x + dice.uniform(-300, 300), node.y + dice.uniform(-200, 200)
    # two of them may not lie on each other to begin with
    standing = {node.id: (node.x, node.y) for node in pinned}
    already = {frozenset(pair) for pair in overlaps(graph, standing)}
    places = arrange(graph)
    assert {key: places[key] for key in standing} == standing
    assert {frozenset(pair) for pair in overlaps(graph, places)} <= already


@pytest.mark.parametrize("flow", ["right", "down"])
@pytest.mark.parametrize("name", TOPOLOGIES)
def test_wires_do_not_run_under_a_pinned_node(name: str, flow: str) -> None:
    """A lone node pinned in the middle of the picture, and one of the network's own beside its place."""
    graph = TOPOLOGIES[name]()
    made = Project(networks={graph.id: graph})
    turn(made, flow)
    moved(graph, arrange(graph, project=made))
    own = list(graph.nodes.values())[-2]
    own.pinned, own.x, own.y = True, own.x + 60, own.y + 90
    xs, ys = [node.x for node in graph.nodes.values()], [node.y for node in graph.nodes.values()]
    lone = Node(
        "n9000", "ReLU", "lone", x=(min(xs) + max(xs)) / 2, y=(min(ys) + max(ys)) / 2 + 20, pinned=True
    )
    graph.nodes[lone.id] = lone
    if {frozenset((own.name, lone.name))} & {frozenset(pair) for pair in clear.overlaps(made, graph)}:
        lone.y += 160
    moved(graph, arrange(graph, project=made))
    assert clear.overlaps(made, graph) == []
    assert [hit for hit in clear.run_through(made, graph) if hit[2] in (own.name, lone.name)] == []


def test_a_chain_is_level_and_goes_on_in_rows() -> None:
    places = list(arrange(chain(5)).values())
    assert [y for _, y in places] == [0.0] * 5
    assert [b[0] - a[0] for a, b in pairwise(places)] == [236.0] * 4

    graph = chain(42)
    places = list(arrange(graph).values())
    rows = sorted({y for _, y in places})
    assert 4 <= len(rows) <= 8
    width = max(x for x, _ in places) + 176
    height = max(rows) + 64
    assert 1.3 < width / height < 2.8
    # rows are read like text: left to right, then down
    assert sorted(places, key=lambda place: (place[1], place[0])) == places


def test_a_skip_runs_straight_and_the_branch_beside_it() -> None:
    graph = residual(1)
    places = arrange(graph)
    names = {node.name: places[node.id] for node in graph.nodes.values()}
    assert names["input"][1] == names["norm1"][1] == names["add1"][1]
    branch = {names[f"fc{number}"][1] for number in range(2, 9)}
    assert len(branch) == 1
    assert branch.pop() >= names["add1"][1] + 64


def test_a_unet_looks_like_a_u() -> None:
    graph = unet(3)
    places = arrange(graph)
    joins = [places[node.id] for node in graph.nodes.values() if node.type == "Concat"]
    deepest, middle, top = joins
    assert deepest[1] > middle[1] > top[1]
    assert max(y for _, y in places.values()) > deepest[1]


def test_ports_keep_their_order() -> None:
    graph = recurrent()
    places = arrange(graph)
    outputs = [places[node.id][1] for node in graph.outputs]
    assert outputs == sorted(outputs)


def test_real_sizes_are_respected() -> None:
    graph = inception(1)
    sizes = {key: (150.0 + 30 * number, 60.0 + 20 * number) for number, key in enumerate(graph.nodes)}
    places = arrange(graph, sizes)
    found = [(*places[key], *sizes[key]) for key in graph.nodes]
    for number, (ax, ay, aw, ah) in enumerate(found):
        for bx, by, bw, bh in found[number + 1 :]:
            assert ax + aw <= bx or bx + bw <= ax or ay + ah <= by or by + bh <= ay


def test_a_selection_keeps_its_corner_and_leaves_the_rest() -> None:
    graph = chain(6)
    for number, node in enumerate(graph.nodes.values()):
        node.x, node.y = 1000.0 - 10 * number, 300.0 + 7 * number
    chosen = {"n2", "n3", "n4"}
    places = arrange(graph, only=chosen)
    assert places.keys() == chosen
    assert min(x for x, _ in places.values()) == min(graph.nodes[key].x for key in chosen)
    assert min(y for _, y in places.values()) == min(graph.nodes[key].y for key in chosen)
    assert arrange(graph, only=set()) == {}


def test_parts_that_do_not_touch_are_put_on_shelves() -> None:
    g = GraphBuilder("Parts")
    for _ in range(3):
        g.output(linear(g, g.input(), 2))
    for _ in range(40):
        g.add("ReLU")
    places = arrange(g.graph)
    assert overlaps(g.graph, places) == []
    width = max(x for x, _ in places.values())
    height = max(y for _, y in places.values())
    assert width < 3000 and height < 1500


def test_ports_of_blocks_are_known_from_the_project() -> None:
    block = GraphBuilder("Pair")
    left, right = block.input("left"), block.input("right")
    block.output(block.add("Add", left, right), name="sum")
    g = GraphBuilder("Net")
    a, b = g.input("a"), g.input("b")
    g.output(g.use(block, left=a, right=b, name="pair"))
    made = project("Blocks", g)
    places = {made.main.nodes[key].name: place for key, place in arrange(made.main, project=made).items()}
    assert places["a"][1] < places["b"][1]
    assert places["a"][1] + 32 <= places["pair"][1] + port_y(1)


def random_graph(seed: int, size: int) -> Graph:
    """A random graph with mostly short wires, as networks have."""
    dice = random.Random(seed)
    g = GraphBuilder("Random")
    made: list[Ref] = [g.input()]
    for _ in range(size):
        sources = [
            made[max(0, len(made) - 1 - int(dice.expovariate(0.25)))] for _ in range(dice.choice((1, 1, 2)))
        ]
        made.append(g.add("Concat", sources) if len(sources) > 1 else g.add("ReLU", sources[0]))
    return g.graph


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.integers(0, 2**31), st.integers(1, 40))
def test_random_graphs_do_not_overlap_and_run_to_the_right(seed: int, size: int) -> None:
    graph = random_graph(seed, size)
    places = arrange(graph)
    assert overlaps(graph, places) == []
    tops = sorted({y for _, y in places.values()})
    for edge in graph.edges.values():
        (x0, y0), (x1, y1) = places[edge.source], places[edge.target]
        assert x0 < x1 or y1 > y0, (edge, tops)


def test_thousands_of_nodes_are_laid_out() -> None:
    """The work is bounded: every long wire is looked at a limited number of times."""
    for graph in (random_graph(1, 2000), chain(2000), residual(200)):
        start = time.process_time()
        places = arrange(graph)
        spent = time.process_time() - start
        assert len(places) == len(graph.nodes)
        assert len(set(places.values())) == len(places)
        print(f"{graph.name}: {len(places)} nodes in {spent:.2f} s")
