"""The generated module: golden texts, keys, tables of lines and modules, and what it computes."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from graph.build import GraphBuilder, project
from graph.building import build_call, build_module, take_apart
from graph.catalogue import CATALOGUE
from graph.code import CodeError, Source, generate, load_module, walk
from graph.code.layout import flat, parse
from graph.code.source import Entry
from graph.model import BLOCK, INPUT, OUTPUT, Graph, Project
from graph.order import live, topological
from graph.overtime import OVER, carried, runs_over_time, zeros_shape
from graph.shapes import GraphShapes, Inference, ProjectShapes
from presets import all_presets, find
from tests.graph.code_graphs import GOLDEN, random_project, small_resnet

GOLDEN_FOLDER = Path(__file__).parent / "golden"
BIG, LONG = 4_000_000, 100_000_000
"""Parameters, and multiply-accumulates, from which on only the keys of the weights are compared."""
REAL_BIG = {"vgg11-bn"}
RANDOM = range(60)

_inference = Inference()


def made(drawn: Project) -> tuple[Source, ProjectShapes]:
    shapes = _inference.run(drawn)
    assert not shapes.errors, shapes.errors
    return generate(drawn, shapes, drawn.main.id), shapes


def example(entry: Entry, batch: int = 2) -> torch.Tensor:
    sizes = (batch, *(5 if size == -1 else size for size in entry.shape))
    if entry.dtype != "int64":
        return torch.rand(sizes)
    # 0 and 1 are in every table (BERT has two segments), and no sequence may be nothing but padding
    found = torch.randint(0, 2, sizes)
    found.view(batch, -1)[:, :1] = 1
    return found


def instance(source: Source, folder: Path) -> nn.Module:
    path = folder / f"{source.class_name}.py"
    path.write_text(source.text, encoding="utf-8")
    model: nn.Module = load_module(path, source.class_name)()
    return model


class ByHand:
    """Runs a drawing without the generator: own modules, own order, names only to copy the weights."""

    def __init__(self, drawn: Project, shapes: ProjectShapes, source: Source) -> None:
        self.drawn = drawn
        self.root = shapes.networks[drawn.main.id]
        self.modules = {place: self._build(place) for place in source.modules if self._is_layer(place)}
        self.paths = source.modules

    def _find(self, place: tuple[str, ...]) -> tuple[Graph, GraphShapes]:
        graph, shapes = self.drawn.main, self.root
        for step in place[:-1]:
            node, _, number = step.partition("[")
            shapes = shapes.nodes[node].inner[int(number[:-1]) if number else 0]
            graph = self.drawn.blocks[graph.nodes[node].block or ""]
        return graph, shapes

    def _is_layer(self, place: tuple[str, ...]) -> bool:
        graph, _ = self._find(place)
        if any(step.endswith("[0]") for step in place):
            return False  # the same as without a number
        return "[" not in place[-1] and graph.nodes[place[-1]].type != BLOCK

    def _build(self, place: tuple[str, ...]) -> nn.Module:
        graph, shapes = self._find(place)
        owner = place[-1]
        while (shares := graph.nodes[owner].shares) is not None:
            owner = shares
        module: nn.Module = build_module(CATALOGUE[graph.nodes[owner].type], shapes.nodes[owner].values)
        return module

    def copy_from(self, model: nn.Module) -> None:
        seen: set[str] = set()
        for place, path in self.paths.items():
            if place in self.modules:
                self.modules[place].load_state_dict(model.get_submodule(path).state_dict(), strict=True)
                seen.update(f"{path}.{key}" for key in self.modules[place].state_dict())
        assert seen == set(model.state_dict()), "a weight of the class belongs to no node"

    def train(self, mode: bool) -> None:
        for module in self.modules.values():
            module.train(mode)

    def __call__(self, *inputs: torch.Tensor) -> list[torch.Tensor]:
        return self._graph(self.drawn.main, self.root, (), list(inputs))

    def _graph(
        self, graph: Graph, shapes: GraphShapes, place: tuple[str, ...], inputs: list[Any]
    ) -> list[Any]:
        values: dict[tuple[str, str], Any] = {}
        for node, tensor in zip(graph.inputs, inputs, strict=True):
            values[node.id, "output"] = tensor
        useful = live(graph)
        for node_id in topological(graph):
            node = graph.nodes[node_id]
            if node.type in (INPUT, OUTPUT) or node_id not in useful:
                continue
            if node.type == BLOCK:
                block = self.drawn.blocks[node.block or ""]
                if runs_over_time(node):
                    given = {
                        item.name: values[e.source, e.source_port]
                        for item in block.inputs
                        for e in graph.edges_into(node_id, item.name)
                    }
                    inner = shapes.nodes[node_id].inner[0]
                    found = self._steps(
                        block, inner, (*place, node_id), given, node.params["over"] == OVER[1]
                    )
                    values |= {(node_id, name): value for name, value in found.items()}
                    continue
                flowing = [
                    values[e.source, e.source_port]
                    for item in block.inputs
                    for e in graph.edges_into(node_id, item.name)
                ]
                for number, inner in enumerate(shapes.nodes[node_id].inner):
                    step = node_id if number == 0 else f"{node_id}[{number}]"
                    flowing = self._graph(block, inner, (*place, step), flowing)
                for item, value in zip(block.outputs, flowing, strict=True):
                    values[node_id, item.name] = value
                continue
            layer, known = CATALOGUE[node.type], shapes.nodes[node_id].values
            wires = {port.name: graph.edges_into(node_id, port.name) for port in layer.inputs}
            arguments = [values[edge.source, edge.source_port] for port in wires.values() for edge in port]
            call = build_call(layer, known, {port: len(edges) for port, edges in wires.items() if edges})
            result = call(self.modules.get((*place, node_id)), *arguments)
            for port, value in take_apart(layer, known, result).items():
                values[node_id, port] = value
        return [values[e.source, e.source_port] for node in graph.outputs for e in graph.edges_into(node.id)]

    def _steps(
        self,
        block: Graph,
        shapes: GraphShapes,
        place: tuple[str, ...],
        given: dict[str, Any],
        backwards: bool,
    ) -> dict[str, Any]:
        """A block once for every step, its states carried by hand."""
        state_of = carried(block)
        first = next(tensor for name, tensor in given.items() if name not in state_of.values())
        states = {
            item.name: given.get(item.name, first.new_zeros(len(first), *zeros_shape(item, {})))
            for item in block.inputs
            if item.name in state_of.values()
        }
        rows: list[dict[str, Any]] = []
        for t in range(first.size(1))[:: -1 if backwards else 1]:
            step = [states.get(item.name, given.get(item.name)) for item in block.inputs]
            step = [x if item.name in states else x[:, t] for item, x in zip(block.inputs, step, strict=True)]
            found = self._graph(block, shapes, place, step)
            rows.append(dict(zip((node.name for node in block.outputs), found, strict=True)))
            states |= {state: rows[-1][output] for output, state in state_of.items()}
        in_order = rows[::-1] if backwards else rows
        return {
            name: rows[-1][name] if name in state_of else torch.stack([row[name] for row in in_order], dim=1)
            for name in rows[0]
        }


def listed(result: Any) -> list[torch.Tensor]:
    return list(result) if isinstance(result, (tuple, list)) else [result]


def check_against_hand(drawn: Project, folder: Path) -> tuple[Source, nn.Module, list[torch.Tensor]]:
    """Same text twice; loads strictly; equal in eval mode to the drawing run by hand, and in seeded train
    mode to the drawing walked in the order of ``forward``."""
    torch.manual_seed(0)
    source, shapes = made(drawn)
    assert generate(drawn, Inference().run(drawn), drawn.main.id) == source
    model = instance(source, folder)
    inputs = [example(entry) for entry in source.inputs]
    other = type(model)()
    other.load_state_dict(model.state_dict(), strict=True)
    by_hand = ByHand(drawn, shapes, source)
    by_hand.copy_from(model)
    with torch.no_grad():
        model.eval()
        by_hand.train(False)
        for got, wanted in zip(listed(model(*inputs)), by_hand(*inputs), strict=True):
            assert torch.equal(got, wanted)
        model.train()
        other.train()
        torch.manual_seed(5)
        results = listed(model(*inputs))
        torch.manual_seed(5)
        places = [(node.id,) for node in drawn.main.outputs]
        walked = walk(drawn, shapes, drawn.main.id, other, inputs, places)
        for place, got in zip(places, results, strict=True):
            assert torch.equal(got, walked[place])
        for (name, one), two in zip(model.state_dict().items(), other.state_dict().values(), strict=True):
            assert torch.equal(one, two), f"{name} differs after a step in train mode"
    return source, model, inputs


# texts


@pytest.mark.parametrize("name", GOLDEN)
def test_text_is_the_golden_one(name: str, request: pytest.FixtureRequest) -> None:
    source, _ = made(GOLDEN[name]())
    assert source.text == (GOLDEN_FOLDER / f"{name}.py").read_text(encoding="utf-8")


@cache
def _presets() -> list[tuple[str, Project, ProjectShapes]]:
    built = [(preset.id, preset.build()) for preset in all_presets()]
    return [(name, drawn, _inference.run(drawn)) for name, drawn in built]


def _all_sources() -> Iterator[tuple[str, Source]]:
    for name, build in GOLDEN.items():
        yield name, made(build())[0]
    for preset, drawn, shapes in _presets():
        for network in drawn.networks:
            yield f"{preset}-{network}", generate(drawn, shapes, network)
    for seed in range(200):
        yield f"random_{seed}", made(random_project(seed))[0]


def test_ruff_has_nothing_to_do(tmp_path: Path) -> None:
    """The text is a fixed point of ``ruff format`` and passes ``ruff check``, both with their defaults."""
    for name, source in _all_sources():
        (tmp_path / f"{name}.py").write_text(source.text, encoding="utf-8")
    for command in (["format", "--diff"], ["check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--isolated", "--no-cache", str(tmp_path)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("preset", "most"), [("resnet152", 120), ("vgg16", 60), ("vit-b16", 120), ("transformer", 180)]
)
def test_known_networks_fit_on_a_page_or_three(preset: str, most: int) -> None:
    source, _ = made(find(preset).build())
    assert source.text.count("\n") <= most


def test_resnet_reads_like_a_resnet() -> None:
    source, _ = made(small_resnet())
    assert (
        "self.layer2 = nn.Sequential(\n"
        "            DownBlock(8, 16, stride=2), *[Block(16) for _ in range(3)]\n"
        "        )" in source.text
    )
    assert "def __init__(self, in_channels, planes, stride=1):" in source.text
    assert "return self.relu2(self.bn2(self.conv2(out)) + x)" in source.text


def test_values_are_called_what_they_are() -> None:
    """Masks by their names, several results by their ports, inputs never anew; widths and numbers as people do."""
    text = "".join(made(find(preset).build())[0].text for preset in ("transformer", "vae", "digits-vit"))
    for line in (
        "filling = source == 0  # bool (B, T)",
        "x = self.decoder(x, out, filling)",
        "mean, log_variance = self.encoder(x)",
        "nn.Linear(width, hidden),",
    ):
        assert line in text
    assert " source = " not in text and " memory = " not in text
    assert flat(parse("x * 0.000001 + 3000000000.0")) == "x * 1e-6 + 3e9"


def test_keys_are_those_of_torchvision(tmp_path: Path) -> None:
    source, _ = made(small_resnet())
    keys = {key for key, _ in instance(source, tmp_path).named_parameters()}
    assert {
        "conv1.weight",
        "bn1.weight",
        "layer1.0.conv1.weight",
        "layer1.0.downsample.0.weight",
        "layer1.0.downsample.1.bias",
        "layer1.1.bn2.weight",
        "layer2.3.conv2.weight",
        "fc.weight",
    } <= keys


def test_rows_whose_numbers_grow_evenly_are_counted(tmp_path: Path) -> None:
    """Three dense layers, each of which sees two channels more than the last."""
    layer = GraphBuilder("DenseLayer")
    growth = layer.parameter("growth", 2)
    x = layer.input("x")
    y = layer.add("Conv2d", layer.add("BatchNorm2d", x), out_channels=growth, kernel_size=3, padding=1)
    layer.output(layer.add("Concat", [x, y]))
    dense = GraphBuilder("DenseBlock")
    wide = dense.parameter("growth", 2)
    dense.output(dense.use(layer, dense.input("x"), growth=wide, repeat=3))
    g = GraphBuilder("Dense")
    x = g.use(layer, g.input("x", shape=(3, 8, 8)), name="row", repeat=5)
    x = g.add("ReLU", x, name="relu")
    g.output(g.use(dense, x, name="block", growth=4))
    source, model, _ = check_against_hand(project("p", g), tmp_path)
    assert "self.row = nn.Sequential(*[DenseLayer(3 + 2 * i) for i in range(5)])" in source.text
    assert "*[DenseLayer(13 + 4 * i, growth=4) for i in range(3)]" in source.text
    assert [model.get_submodule(f"block.{at}.bn1").num_features for at in range(3)] == [13, 17, 21]


def test_a_width_in_brackets_is_a_number_for_what_follows(tmp_path: Path) -> None:
    """A LayerNorm of ``(width,)``: the layers behind it are as wide as ``width``, not as a tuple."""
    block = GraphBuilder("Attend")
    width = block.parameter("width", 8)
    x: Any = block.add("LayerNorm", block.input("x"), normalized_shape=(width,))
    x = block.add("MultiheadAttention", x, num_heads=2, need_weights=False)
    block.output(block.add("Linear", x, out_features=width))
    g = GraphBuilder("Net")
    g.output(g.use(block, g.input("x", shape=(5, 8)), width=8, repeat=2))
    source, _, _ = check_against_hand(project("p", g), tmp_path)
    assert "nn.LayerNorm(width)" in source.text
    assert "nn.MultiheadAttention(width, 2, batch_first=True)" in source.text
    assert "nn.Linear(width, width)" in source.text


# what it computes


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_graphs_compute_what_is_drawn(name: str, tmp_path: Path) -> None:
    check_against_hand(GOLDEN[name](), tmp_path)


def test_random_graphs_compute_what_is_drawn(tmp_path: Path) -> None:
    for seed in RANDOM:
        check_against_hand(random_project(seed), tmp_path)


RUNNER = """
import json, sys, torch
torch.set_num_threads(1)
folder = sys.argv[1]
results = {}
for name, class_name in json.load(open(folder + "/names.json")).items():
    text = open(f"{folder}/{name}.py", encoding="utf-8").read()
    scope = {"__name__": "exported"}
    exec(compile(text, name, "exec"), scope)
    case = torch.load(f"{folder}/{name}.pt", weights_only=True)
    if case["meta"]:
        with torch.device("meta"):
            model = scope[class_name]()
        results[name] = list(model.state_dict()) == case["keys"]
        continue
    model = scope[class_name]()
    model.load_state_dict(case["state"], strict=True)
    model.eval()
    with torch.no_grad():
        out = model(*case["inputs"])
    out = list(out) if isinstance(out, tuple) else [out]
    results[name] = len(out) == len(case["outputs"]) and all(map(torch.equal, out, case["outputs"]))
foreign = sorted({"torchvision", "graph", "numpy", "PySide6"} & set(sys.modules) - {"numpy"})
print(json.dumps({"results": results, "foreign": foreign}))
"""


def test_presets_and_random_graphs_run_alone(tmp_path: Path) -> None:
    """In an isolated interpreter with nothing but torch: strict loading, equal outputs, same last class."""
    names: dict[str, str] = {}
    for preset, drawn, shapes in _presets():
        for network in drawn.networks:
            source = generate(drawn, shapes, network)
            known = shapes.networks[network]
            big = (known.parameters > BIG or known.macs > LONG) and preset not in REAL_BIG
            _put(tmp_path, f"{preset}-{network}".replace("-", "_"), source, names, big)
    for seed in range(20):
        source, _ = made(random_project(seed))
        _put(tmp_path, f"random_{seed}", source, names, False)
    (tmp_path / "names.json").write_text(json.dumps(names))
    done = subprocess.run(
        [sys.executable, "-I", "-c", RUNNER, str(tmp_path)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=170,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert [name for name, fine in answer["results"].items() if not fine] == []
    assert len(answer["results"]) == len(names)
    assert answer["foreign"] == []


def _put(folder: Path, name: str, source: Source, names: dict[str, str], meta: bool) -> None:
    classes = [part.name for part in ast.parse(source.text).body if isinstance(part, ast.ClassDef)]
    assert classes[-1] == source.class_name
    names[name] = source.class_name
    (folder / f"{name}.py").write_text(source.text, encoding="utf-8")
    cls = load_module(folder / f"{name}.py", source.class_name)
    if meta:
        with torch.device("meta"):
            keys = list(cls().state_dict())
        torch.save({"meta": True, "keys": keys}, folder / f"{name}.pt")
        return
    torch.manual_seed(1)
    model = cls().eval()
    inputs = [example(entry, 1) for entry in source.inputs]
    with torch.no_grad():
        outputs = listed(model(*inputs))
    torch.save(
        {"meta": False, "state": model.state_dict(), "inputs": inputs, "outputs": outputs},
        folder / f"{name}.pt",
    )


@pytest.mark.parametrize("preset_id", ["digits-cnn", "small-resnet", "bilstm", "char-rnn"])
def test_presets_compute_what_is_drawn(preset_id: str, tmp_path: Path) -> None:
    drawn = next(preset for preset in all_presets() if preset.id == preset_id).build()
    check_against_hand(drawn, tmp_path)


@pytest.mark.parametrize("name", ["digits_cnn", "small_resnet"])
def test_a_step_of_sgd_is_equal_to_the_bit(name: str, tmp_path: Path) -> None:
    """Against modules built by hand and run in the order of the drawing."""
    drawn = GOLDEN[name]()
    source, shapes = made(drawn)
    torch.manual_seed(3)
    model = instance(source, tmp_path)
    by_hand = ByHand(drawn, shapes, source)
    by_hand.copy_from(model)
    inputs = [example(entry, 4) for entry in source.inputs]
    target = torch.tensor([1, 0, 3, 2])
    for run, parameters in (
        (model, list(model.parameters())),
        (by_hand, [weight for module in by_hand.modules.values() for weight in module.parameters()]),
    ):
        optimiser = torch.optim.SGD(parameters, lr=0.1, momentum=0.9)
        nn.functional.cross_entropy(listed(run(*inputs))[0], target).backward()
        optimiser.step()
    for place, module in by_hand.modules.items():
        for key, weight in module.state_dict().items():
            assert torch.equal(weight, model.get_submodule(source.modules[place]).state_dict()[key]), (
                place,
                key,
            )


# tables


def test_walk_equals_hooks(tmp_path: Path) -> None:
    """Every module of a net with stages, rows and nested blocks: what the walk gives is what a hook sees."""
    drawn = small_resnet()
    source, model, inputs = check_against_hand(drawn, tmp_path)
    shapes = _inference.run(drawn)
    model.eval()
    seen: dict[str, torch.Tensor] = {}
    hooks = [
        module.register_forward_hook(lambda _m, _i, out, name=name: seen.__setitem__(name, out))
        for name, module in model.named_modules()
        if name
    ]
    with torch.no_grad():
        model(*inputs)
        for hook in hooks:
            hook.remove()
        places = list(source.modules)
        found = walk(drawn, shapes, "g1", model, inputs, places)
    assert len(places) == 70
    for place in places:
        assert torch.equal(found[place], seen[source.modules[place]]), place


def test_walk_gives_functions_inside_blocks(tmp_path: Path) -> None:
    drawn = small_resnet()
    source, shapes = made(drawn)
    model = instance(source, tmp_path).eval()
    block = next(graph for graph in drawn.blocks.values() if graph.name == "Block")
    addition = next(node.id for node in block.nodes.values() if node.type == "Add")
    final = next(node.id for node in block.nodes.values() if node.name == "relu2")
    layer2 = next(node.id for node in drawn.main.nodes.values() if node.name == "layer2")
    stage = next(graph for graph in drawn.blocks.values() if graph.name == "Stage")
    row = next(node.id for node in stage.nodes.values() if "repeat" in node.params)
    x = torch.rand(2, 3, 16, 16)
    for step in (row, f"{row}[0]", f"{row}[1]", f"{row}[2]"):
        with torch.no_grad():
            found = walk(drawn, shapes, "g1", model, x, [(layer2, step, addition), (layer2, step, final)])
        assert torch.equal(found[layer2, step, addition].relu(), found[layer2, step, final])
    with pytest.raises(CodeError, match="There is no running node at n99"):
        walk(drawn, shapes, "g1", model, x, [("n99",)])


def test_every_running_node_has_lines_and_lines_lead_back() -> None:
    for name, build in GOLDEN.items():
        drawn = build()
        source, _ = made(drawn)
        lines = source.text.splitlines()
        for node in drawn.main.nodes.values():
            numbers = source.lines[drawn.main.id, node.id]
            assert numbers and all(0 < number <= len(lines) for number in numbers), (name, node.name)
        for place in source.modules:
            numbers = source.lines_of((drawn.main.id, *place[:-1]), place[-1].partition("[")[0])
            assert numbers, (name, place)
        for number in range(1, len(lines) + 1):
            found = source.node_at(number)
            if found is not None and number not in source.lines[found]:
                # the head of a class leads to the block's use
                head = ("class ", "def __init__(", "super().__init__(", ")", "self.scale = ")
                assert lines[number - 1].strip().startswith(head), (name, number)
    assert source.node_at(0) is None and source.node_at(10_000) is None


def test_a_line_of_a_shared_class_leads_to_its_first_use() -> None:
    drawn = small_resnet()
    source, _ = made(drawn)
    number = next(at for at, line in enumerate(source.text.splitlines(), 1) if line.endswith("+ x)"))
    place = source.node_at(number)
    assert place is not None and len(place) == 4  # network, layer1, the row, the ReLU behind the sum
    names = [drawn.main.nodes[place[1]].name]
    block = drawn.blocks[drawn.main.nodes[place[1]].block or ""]
    names.append(block.nodes[place[2]].name)
    names.append(drawn.blocks[block.nodes[place[2]].block or ""].nodes[place[3]].name)
    assert names[0] == "layer1" and names[2] == "relu2"
    layer2 = next(node.id for node in drawn.main.nodes.values() if node.name == "layer2")
    assert number in source.lines_of(("g1", layer2, place[2] + "[1]"), place[3])


def test_unused_branches_are_left_out() -> None:
    g = GraphBuilder("Net")
    x = g.input("x", shape=(4,))
    g.add("ReLU", g.add("Linear", x, name="dead", out_features=3))
    g.output(g.add("Linear", x, name="live", out_features=2))
    drawn = project("p", g)
    source, _ = made(drawn)
    assert "dead" not in source.text and "self.live = nn.Linear(4, 2)" in source.text
    assert "output (B, 2); 10 parameters." in source.text


def test_shared_weights_are_one_module_called_twice(tmp_path: Path) -> None:
    g = GraphBuilder("Twins")
    left, right = g.input("left", shape=(4,)), g.input("right", shape=(4,))
    first = g.add("Linear", left, name="encoder", out_features=3)
    second = g.again(first, right, name="again")
    g.output(g.add("Subtract", first, second))
    source, model, _ = check_against_hand(project("p", g), tmp_path)
    assert source.text.count("nn.Linear") == 1
    assert [key for key, _ in model.named_parameters()] == ["encoder.weight", "encoder.bias"]


def test_pickled_instances_come_back(tmp_path: Path) -> None:
    """Data-loading processes pickle what they are given: the class must be found by its module's name."""
    import copy
    import inspect

    source, _ = made(GOLDEN["digits_cnn"]())
    model = instance(source, tmp_path)
    assert type(model).__module__ in sys.modules
    assert getattr(sys.modules[type(model).__module__], source.class_name) is type(model)
    assert "nn.Conv2d(1, 16, 3, padding=1)" in inspect.getsource(type(model))
    assert torch.equal(copy.deepcopy(model).layers[0].weight, model.layers[0].weight)
