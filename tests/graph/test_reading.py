"""Reading code back: what the generator prints is the same graph again, and what cannot be drawn says why."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from graph.catalogue import CATALOGUE
from graph.catalogue.spec import LayerType
from graph.code import Source, generate
from graph.model import INPUT, OUTPUT, REROUTE, Edge, Graph, Node, Project
from graph.reading.settle import as_project
from graph.reading.sketch import CannotRead
from graph.reading.text import read_text
from graph.shapes import Inference
from presets import all_presets
from tests.graph.code_graphs import GOLDEN, random_project

_inference = Inference()


def inputs_of(drawn: Project, network: str) -> list[dict[str, object]]:
    return [
        {key: value for key, value in node.params.items() if key in ("shape", "dtype")}
        for node in drawn.networks[network].inputs
    ]


def again(drawn: Project, source: Source) -> Source:
    """The code of what is read from the code."""
    read = as_project(read_text(source.text, drawn), inputs_of(drawn, source.network), inference=_inference)
    shapes = _inference.run(read)
    assert not shapes.errors, shapes.errors
    return generate(read, shapes, read.main.id)


def sources(drawn: Project) -> Iterator[Source]:
    shapes = _inference.run(drawn)
    for network in drawn.networks:
        yield generate(drawn, shapes, network)


def keys(source: Source) -> set[str]:
    return set(source.modules.values())


@pytest.mark.parametrize("preset", all_presets(), ids=lambda preset: preset.id)
def test_every_preset_is_read_back_to_the_letter(preset) -> None:  # type: ignore[no-untyped-def]
    drawn = preset.build()
    for source in sources(drawn):
        assert again(drawn, source).text == source.text


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_graphs_are_read_back_to_the_letter(name: str) -> None:
    drawn = GOLDEN[name]()
    for source in sources(drawn):
        assert again(drawn, source).text == source.text


def test_random_graphs_are_read_back() -> None:
    """``a + b + c`` may be one Add or two: the same sum, with other variables. What was read once is read
    to the letter from then on."""
    letters = 0
    for seed in range(80):
        drawn = random_project(seed)
        for source in sources(drawn):
            other = again(drawn, source)
            assert keys(other) == keys(source)
            assert again(drawn, other).text == other.text, seed
            letters += other.text == source.text
    assert letters >= 74


def single(layer: LayerType, number: int) -> Project:
    """A network of one layer, as in one of its examples."""
    example = layer.examples[number]
    graph = Graph("g1", "Net")
    node = Node("n1", layer.name, "it", dict(example.params))
    graph.nodes[node.id] = node
    for port in layer.inputs:
        shapes = example.inputs.get(port.name)
        if shapes is None:
            continue
        for order, shape in enumerate(shapes if isinstance(shapes, list) else [shapes]):
            at = f"n{len(graph.nodes) + 1}"
            params = {"shape": tuple(shape[1:]), "dtype": example.dtypes.get(port.name, "float32"),
                      "index": len(graph.nodes) - 1}  # fmt: skip
            graph.nodes[at] = Node(at, INPUT, f"in{len(graph.nodes)}", params)
            graph.edges[f"e{at[1:]}"] = Edge(f"e{at[1:]}", at, "output", "n1", port.name, order)
    for number_, port in enumerate(layer.out_ports(node.params)):
        at = f"n{len(graph.nodes) + 1}"
        graph.nodes[at] = Node(at, OUTPUT, f"out{number_}", {"index": number_})
        graph.edges[f"e{at[1:]}"] = Edge(f"e{at[1:]}", "n1", port.name, at, "input", 0)
    return Project("One", {"g1": graph})


def test_every_layer_of_the_catalogue_is_read_back() -> None:
    read = 0
    for layer in CATALOGUE.values():
        for number in range(len(layer.examples)):
            drawn = single(layer, number)
            shapes = _inference.run(drawn)
            if shapes.errors or layer.name == REROUTE:  # an example whose first axis is no batch; a dot
                continue
            for source in sources(drawn):
                assert again(drawn, source).text == source.text, layer.name
            node = next(
                node for node in read_text(source.text, drawn).main.graph.nodes.values()
                if node.type not in (INPUT, OUTPUT)
            )  # fmt: skip
            assert node.type == layer.name
            read += 1
    assert read > 300


HEAD = "import torch\nimport torch.nn.functional as F\nfrom torch import nn\n\n\n"
TROUBLES = {
    "this is not Python": ("class Net(nn.Module:\n", 6),
    "`if` statements cannot be drawn; use a code block": (
        "class Net(nn.Module):\n    def forward(self, x):\n        if x.sum() > 0:\n            return -x\n",
        8,
    ),
    "cannot be imported": ("import os\nclass Net(nn.Module):\n    pass\n", 6),
    "only imports and classes can stand here": ("print(1)\nclass Net(nn.Module):\n    pass\n", 6),
    "there is no class": ("", 1),
    "must be an nn.Module": ("class Net:\n    pass\n", 6),
    "has no forward": ("class Net(nn.Module):\n    pass\n", 6),
    "is not used in forward": (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.fc = nn.Linear(3, 4)\n\n    def forward(self, x):\n        return x\n",
        9,
    ),
    "“y” has no value here": ("class Net(nn.Module):\n    def forward(self, x):\n        return x + y\n", 8),
    "from 0 to 1": (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.drop = nn.Dropout(p=7)\n\n    def forward(self, x):\n        return self.drop(x)\n",
        9,
    ),
    "contains itself": (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.net = Net()\n\n    def forward(self, x):\n        return self.net(x)\n",
        9,
    ),
    "`while` loops": ("class Net(nn.Module):\n    def forward(self, x):\n        while True:\n            pass\n", 8),
    "method “helper” cannot be drawn": ("class Net(nn.Module):\n    def helper(self):\n        pass\n", 7),
    "neither a layer": (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.a = open('/etc/passwd')\n\n    def forward(self, x):\n        return self.a(x)\n",
        9,
    ),
}  # fmt: skip


@pytest.mark.parametrize("sentence", TROUBLES)
def test_what_cannot_be_drawn_says_why_and_where(sentence: str) -> None:
    text, line = TROUBLES[sentence]
    with pytest.raises(CannotRead) as raised:
        read_text((HEAD if text else "") + text)
    assert sentence in raised.value.trouble.text
    assert raised.value.trouble.text.endswith(".")
    assert raised.value.trouble.line == line


def test_deep_and_long_texts_are_refused() -> None:
    for text in ("(" * 500 + ")" * 500, "x" * 1_100_000, "-" * 90_000 + "1", "a\0b", "class A(" + "[" * 300):
        with pytest.raises(CannotRead):
            read_text(text)
    deep = (
        "class Net(nn.Module):\n    def forward(self, x):\n        return " + " + ".join(["x"] * 3000) + "\n"
    )
    with pytest.raises(CannotRead):
        read_text(HEAD + deep)


def test_nothing_is_run(tmp_path) -> None:  # type: ignore[no-untyped-def]
    """A text that would write a file when it is run."""
    proof = tmp_path / "proof"
    bad = f'__import__("pathlib").Path({str(proof)!r}).touch()'
    for text in (
        f"{bad}\nclass Net(nn.Module):\n    pass\n",
        f"class Net(nn.Module):\n    a = {bad}\n",
        f"class Net(nn.Module):\n    def forward(self, x):\n        return x + {bad}\n",
        f"class Net(nn.Module):\n    def __init__(self, n={bad}):\n        pass\n    def forward(self, x):\n"
        "        return x\n",
        f"@{bad}\nclass Net(nn.Module):\n    def forward(self, x):\n        return x\n",
    ):
        with pytest.raises(CannotRead):
            read_text(HEAD + text)
    assert not proof.exists()


LENET = """
class Net(nn.Module):
    def __init__(self):
        super(Net, self).__init__()
        self.conv1 = nn.Conv2d(3, 6, 5)
        self.pool = nn.MaxPool2d(2, 2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.pool(F.relu(self.conv1(x)))
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = x.view(x.shape[0], -1)
        return F.log_softmax(self.fc1(x), dim=1)
"""
RESIDUAL = """
class Block(nn.Module):
    expansion = 2

    def __init__(self, c):
        super().__init__()
        hidden = c * self.expansion
        self.conv1 = nn.Conv2d(c, hidden, kernel_size=3, padding=1)
        self.conv2 = nn.Conv2d(hidden, c, 1)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        identity = x
        out = self.relu(self.conv1(x))
        out = self.conv2(out)
        out += identity
        return out


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.cls = nn.Parameter(torch.zeros(1, 1, 6))
        self.stem = nn.Conv2d(3, 6, 3, padding=1)
        self.blocks = nn.ModuleList([Block(6) for _ in range(3)])
        self.lstm = nn.LSTM(6, 4, batch_first=True)

    def forward(self, x):
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        x = x.flatten(2).transpose(1, 2)
        x = torch.cat((self.cls.expand(x.shape[0], -1, -1), x), 1)
        out, (h, c) = self.lstm(x)
        return out[:, -1, :], h[0]
"""


@pytest.mark.parametrize("text", [LENET, RESIDUAL], ids=["lenet", "residual"])
def test_what_people_write_computes_the_same_as_a_graph(text: str) -> None:
    """Not only our own printing: the same numbers come out of what people write and of what is drawn."""
    import torch

    torch.set_num_threads(1)
    drawn = as_project(read_text(HEAD + text.strip("\n") + "\n"), [{"shape": (3, 32, 32)}])
    shapes = _inference.run(drawn)
    assert not shapes.errors, shapes.errors
    models = []
    for code in (HEAD + text, generate(drawn, shapes, drawn.main.id).text):
        scope: dict[str, type] = {"__name__": "read"}
        exec(compile(code, "read", "exec"), scope)
        models.append(scope["Net"]())
    theirs, ours = models
    weights = zip(
        ours.state_dict(), theirs.state_dict().values(), strict=True
    )  # one chain is self.layers here
    ours.load_state_dict(dict(weights), strict=True)
    x = torch.rand(2, 3, 32, 32)
    with torch.no_grad():
        wanted, got = theirs(x), ours(x)
    for one, other in zip(*((y if isinstance(y, tuple) else (y,)) for y in (wanted, got)), strict=True):
        assert torch.equal(one, other)
