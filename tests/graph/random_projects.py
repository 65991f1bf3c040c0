"""Random projects and random edits over the whole catalogue, good and bad, from a seed."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from graph.catalogue import CATALOGUE
from graph.catalogue.spec import LayerType, Param
from graph.checks import takes_many
from graph.edits import (
    UNSET,
    AddGraph,
    AddNodes,
    Connect,
    Disconnect,
    Edit,
    Move,
    RemoveGraph,
    RemoveNodes,
    Rename,
    Retype,
    SetBlock,
    SetFrames,
    SetHeader,
    SetNote,
    SetParams,
    SetProject,
    SetShares,
    SetSteps,
)
from graph.model import BLOCK, Edge, Exposed, Frame, Graph, Node, Project, Step
from graph.names import fresh_name
from graph.ports import in_ports, out_ports
from graph.values import Expr, Value

TYPES = sorted(CATALOGUE)
TEXTS = ("", "a note", "two\nlines", "메모 – “ok”", "x" * 300, "tab\there")


def random_value(dice: random.Random, param: Param) -> Value:
    """A value within the parameter's range."""
    if param.optional and dice.random() < 0.2:
        return None
    if param.kind == "bool":
        return dice.random() < 0.5
    if param.kind == "choice":
        return dice.choice(param.choices)
    if param.kind == "text":
        return str(param.default)
    low = int(param.minimum if param.minimum is not None else -5)
    high = int(min(param.maximum if param.maximum is not None else low + 20, low + 20))
    if param.kind == "int":
        return dice.randint(low, max(low, high))
    if param.kind == "float":
        ceiling = param.maximum if param.maximum is not None else low + 20.0
        return dice.uniform(param.minimum if param.minimum is not None else -5.0, ceiling)
    if param.kind == "ints":
        if dice.random() < 0.5:
            return dice.randint(low, high)
        return tuple(dice.randint(low, high) for _ in range(param.length))
    return tuple(dice.randint(max(low, 1), max(high, 1)) for _ in range(dice.randint(0, 4)))


def random_params(dice: random.Random, layer: LayerType, exposed: list[Exposed]) -> dict[str, Value]:
    params: dict[str, Value] = {}
    for param in layer.params:
        if dice.random() < 0.4:
            value = random_value(dice, param)
            if exposed and param.kind == "int" and dice.random() < 0.3:
                value = Expr(f"{dice.choice(exposed).name} * {dice.randint(1, 4)} + 1")
            if value is not None or param.optional:
                params[param.name] = value
    return params


def random_nodes(dice: random.Random, project: Project, graph: Graph, count: int) -> list[Node]:
    """Nodes with free ids and names; now and then one uses a block or shares another's weights."""
    nodes: list[Node] = []
    names: set[str] = set()
    usable = [block for block in project.blocks.values() if not _reaches(project, block.id, graph.id)]
    for node_id in graph.fresh_ids("n", count):
        x, y = round(dice.uniform(-1e4, 1e4), 2), round(dice.uniform(-1e4, 1e4), 2)
        if usable and dice.random() < 0.2:
            block = dice.choice(usable)
            params: dict[str, Value] = {item.name: dice.randint(1, 9) for item in block.parameters}
            if dice.random() < 0.5:
                params["repeat"] = dice.randint(1, 5)
            node = Node(node_id, BLOCK, fresh_name(graph, block.name, names), params, x, y, block.id)
        else:
            layer = CATALOGUE[dice.choice(TYPES)]
            params = random_params(dice, layer, graph.parameters)
            node = Node(node_id, layer.name, fresh_name(graph, layer.name, names), params, x, y)
            if layer.module and dice.random() < 0.1:
                twin = Node(node_id, node.type, node.name, dict(params), x, y, shares=node_id)
                firsts = [old for old in nodes if (old.type, old.params) == (twin.type, twin.params)]
                firsts = [old for old in firsts if old.shares is None]
                if firsts:
                    node.shares = firsts[0].id
        node.note = dice.choice(TEXTS) if dice.random() < 0.1 else ""
        names.add(node.name)
        nodes.append(node)
    return nodes


def _reaches(project: Project, start: str, goal: str) -> bool:
    if start == goal:
        return True
    uses = [node.block for node in project.blocks[start].nodes.values() if node.block]
    return any(_reaches(project, block, goal) for block in uses)


def random_wires(dice: random.Random, project: Project, graph: Graph, count: int) -> list[Edge]:
    """Wires from older to newer nodes, so without loops, into ports that are free or take many."""
    nodes = list(graph.nodes.values())
    taken = {(edge.target, edge.target_port) for edge in graph.edges.values()}
    wires: list[Edge] = []
    ids = iter(graph.fresh_ids("e", count))
    for _ in range(count):
        if len(nodes) < 2:
            break
        first, second = sorted(dice.sample(range(len(nodes)), 2))
        source, target = nodes[first], nodes[second]
        outputs, inputs = out_ports(project, source), in_ports(project, target)
        if not outputs or not inputs:
            continue
        out, into = dice.choice(outputs).name, dice.choice(inputs).name
        if (target.id, into) in taken and not takes_many(target, into):
            continue
        taken.add((target.id, into))
        wires.append(Edge(next(ids), source.id, out, target.id, into, dice.randint(0, 3)))
    return wires


def random_graph(dice: random.Random, project: Project, graph_id: str, size: int) -> Graph:
    name = f"{dice.choice(('Net', 'Stem', 'Head', 'Cell'))}{graph_id.upper()}"
    graph = Graph(graph_id, name, help=dice.choice(TEXTS))
    if graph_id.startswith("b"):
        for parameter in dice.sample(("planes", "stride", "depth"), dice.randint(0, 3)):
            graph.parameters.append(Exposed(parameter, dice.randint(1, 64), dice.choice(TEXTS)))
    nodes = random_nodes(dice, project, graph, size)
    graph.nodes = {node.id: node for node in nodes}
    graph.edges = {edge.id: edge for edge in random_wires(dice, project, graph, 2 * size)}
    if dice.random() < 0.5:
        graph.frames["f1"] = random_frame(dice, "f1")
    return graph


def random_frame(dice: random.Random, frame_id: str) -> Frame:
    x, y = dice.uniform(-100, 100), dice.uniform(-100, 100)
    return Frame(frame_id, "A frame", x, y, 400.0, dice.uniform(0, 300), dice.choice(("grey", "#aa00ff")))


def random_project(seed: int, size: int = 8) -> Project:
    """A legal project with one or two networks and up to three blocks, nested."""
    dice = random.Random(seed)
    project = Project(title=f"Project {seed}", notes=dice.choice(TEXTS))
    for number in range(dice.randint(0, 3)):
        block = random_graph(dice, project, f"b{number + 1}", dice.randint(0, size))
        project.blocks[block.id] = block
    for number in range(dice.randint(1, 2)):
        network = random_graph(dice, project, f"g{number + 1}", dice.randint(0, size))
        project.networks[network.id] = network
    project.data.source = dice.choice(("", "digits", "moons"))
    project.data.options = {"noise": dice.random(), "size": (8, 8), "flip": True}
    project.data.steps = [_step(dice) for _ in range(dice.randint(0, 3))]
    project.training.epochs = dice.randint(1, 99)
    project.training.learning_rate = dice.choice((0.1, 1e-3, 1e-5))
    project.view = {"zoom": 0.75, "place": ("g1", "n2")}
    return project


def _step(dice: random.Random) -> Step:
    options = dice.choice(({}, {"size": (4, 4), "degrees": dice.random()}))
    return Step(dice.choice(("resize", "clip")), options, dice.choice(("all", "train")), dice.random() < 0.3)


def random_edit(dice: random.Random, project: Project) -> Edit:
    """Any kind of edit; about a third of them cannot be applied."""
    graph = dice.choice(list(project.graphs()))
    return dice.choice(MAKERS)(dice, project, graph)


def _node(dice: random.Random, graph: Graph) -> str:
    return dice.choice([*graph.nodes, "n999"])


def _add_nodes(dice: random.Random, project: Project, graph: Graph) -> Edit:
    nodes = random_nodes(dice, project, graph, dice.randint(1, 3))
    spoil = dice.random()
    if spoil < 0.1:
        nodes[0].name = dice.choice(["forward", "class", "2x", *graph.names()])
    elif spoil < 0.2:
        nodes[0].id = dice.choice(["", "x1", *graph.nodes])
    elif spoil < 0.25:
        nodes[0].params["nothing"] = 1
    edges = []
    if graph.nodes and spoil > 0.6:
        old = graph.nodes[dice.choice(list(graph.nodes))]
        outputs, inputs = out_ports(project, old), in_ports(project, nodes[0])
        if outputs and inputs:
            edges.append(Edge(graph.fresh_ids("e")[0], old.id, outputs[0].name, nodes[0].id, inputs[0].name))
    return AddNodes(graph.id, nodes, edges)


def _remove_nodes(dice: random.Random, project: Project, graph: Graph) -> Edit:
    return RemoveNodes(graph.id, [_node(dice, graph) for _ in range(dice.randint(1, 3))])


def _connect(dice: random.Random, project: Project, graph: Graph) -> Edit:
    wires = random_wires(dice, project, graph, dice.randint(1, 3))
    if dice.random() < 0.3:
        ports = ("output", "input", "inputs", "no such", "nothing")
        ends = [_node(dice, graph), dice.choice(ports), _node(dice, graph), dice.choice(ports)]
        wires.append(Edge(dice.choice([*graph.edges, "e999", "q"]), *ends))
    return Connect(graph.id, wires)


def _disconnect(dice: random.Random, project: Project, graph: Graph) -> Edit:
    return Disconnect(graph.id, [dice.choice([*graph.edges, "e999"]) for _ in range(dice.randint(1, 2))])


def _move(dice: random.Random, project: Project, graph: Graph) -> Edit:
    things = [*graph.nodes, *graph.frames, "n999"]
    x = dice.choice((0.0, 12.5, -3e3, float("nan"), 1e12)) if dice.random() < 0.2 else dice.uniform(-9, 9)
    return Move(graph.id, {dice.choice(things): (x, 1.0) for _ in range(2)})


def _set_params(dice: random.Random, project: Project, graph: Graph) -> Edit:
    key = _node(dice, graph)
    node = graph.nodes.get(key)
    values: dict[str, Any] = {"nothing": 1}
    if node is not None and node.type == BLOCK:
        repeat = dice.choice((1, 7, 0, UNSET, Expr("planes // 2")))
        values = {"repeat": repeat, "planes": dice.choice((3, UNSET))}
    elif node is not None:
        params = CATALOGUE[node.type].params
        values = {param.name: random_value(dice, param) for param in params if dice.random() < 0.5}
        for name in values:
            if dice.random() < 0.3:
                odd = (UNSET, None, -(10**9), "evil", 1e300, Expr("planes + 1"), Expr("a.b"))
                values[name] = dice.choice(odd)
    return SetParams(graph.id, key, values)


def _rename(dice: random.Random, project: Project, graph: Graph) -> Edit:
    names = ["fresh", "forward", "a b", "ünder", "_x", *graph.names()]
    return Rename(graph.id, _node(dice, graph), dice.choice(names))


def _set_note(dice: random.Random, project: Project, graph: Graph) -> Edit:
    return SetNote(graph.id, _node(dice, graph), dice.choice([*TEXTS, "\ud800", "\0"]))


def _retype(dice: random.Random, project: Project, graph: Graph) -> Edit:
    layer = CATALOGUE[dice.choice(TYPES)]
    params = random_params(dice, layer, graph.parameters)
    return Retype(graph.id, _node(dice, graph), layer.name, params)


def _set_block(dice: random.Random, project: Project, graph: Graph) -> Edit:
    uses = [node.id for node in graph.nodes.values() if node.block] or [_node(dice, graph)]
    return SetBlock(graph.id, {dice.choice(uses): dice.choice([*project.blocks, "b99"])})


def _set_shares(dice: random.Random, project: Project, graph: Graph) -> Edit:
    return SetShares(graph.id, _node(dice, graph), dice.choice([None, _node(dice, graph), *graph.nodes]))


def _set_frames(dice: random.Random, project: Project, graph: Graph) -> Edit:
    key = dice.choice(["f1", "f2", "f3", "n1"])
    return SetFrames(graph.id, {key: None if dice.random() < 0.3 else random_frame(dice, key)})


def _add_graph(dice: random.Random, project: Project, graph: Graph) -> Edit:
    prefix = dice.choice("bg")
    content = random_graph(dice, project, project.fresh_graph_id(prefix), dice.randint(0, 4))
    if dice.random() < 0.3:
        content.name = dice.choice([graph.name, "self", "Fine"])
    position = dice.choice((None, 0, 1))
    return AddGraph(content, prefix == "b", position)


def _remove_graph(dice: random.Random, project: Project, graph: Graph) -> Edit:
    return RemoveGraph(dice.choice((graph.id, "b99")))


def _set_header(dice: random.Random, project: Project, graph: Graph) -> Edit:
    name = dice.choice((graph.name, "Other", "nn", *(other.name for other in project.graphs())))
    exposed = [Exposed(dice.choice(("planes", "repeat", "x", "train")), 3) for _ in range(dice.randint(0, 2))]
    return SetHeader(graph.id, name, dice.choice(TEXTS), exposed)


def _set_project(dice: random.Random, project: Project, graph: Graph) -> Edit:
    return dice.choice(
        (
            SetProject("project", {"title": dice.choice(("New", "a\nb"))}),
            SetProject("project", {"notes": "n", "view": {"zoom": dice.random()}}),
            SetProject("project", {"networks": {}}),
            SetProject("training", {"epochs": dice.randint(-1, 20), "learning_rate": 0.5}),
            SetProject("training", {"loss": dice.choice(("mse", "evil()"))}),
            SetProject("data", {"source": "iris", "options": {"standardise": True, "path": "a/b.csv"}}),
            SetProject("nowhere", {"x": 1}),
        )
    )


def _set_steps(dice: random.Random, project: Project, graph: Graph) -> Edit:
    spoiled = Step(dice.choice(("resize", "no kind")), {}, dice.choice(("train", "test")))
    return SetSteps([*project.data.steps, dice.choice((_step(dice), spoiled))])


MAKERS: tuple[Callable[[random.Random, Project, Graph], Edit], ...] = (
    _add_nodes, _add_nodes, _remove_nodes, _connect, _connect, _disconnect, _move, _set_params, _set_params,
    _rename, _set_note, _retype, _set_block, _set_shares, _set_frames, _add_graph,
    _remove_graph, _set_header, _set_project, _set_steps,
)  # fmt: skip
"""One function per kind of edit."""
