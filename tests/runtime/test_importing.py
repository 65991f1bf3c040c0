"""Imported models compute what the originals compute, and are drawn as one would draw them."""

from __future__ import annotations

from typing import Any

import pytest

torch = pytest.importorskip("torch")
nn = torch.nn
F = torch.nn.functional

from graph.checks import check_project  # noqa: E402
from graph.files import from_data, to_data  # noqa: E402
from graph.model import Graph  # noqa: E402
from runtime.importing.failure import ImportFailure  # noqa: E402
from runtime.importing.result import Imported, built, import_model  # noqa: E402
from runtime.importing.tracing import Entry  # noqa: E402


@pytest.fixture(autouse=True)
def _quiet() -> Any:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    yield
    torch.set_num_threads(threads)


def randomised(model: Any) -> Any:
    """No zeros and ones left to hide a mistake behind."""
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for weight in model.parameters():
            if weight.dim() > 1:
                weight.normal_(std=(2 / max(weight[0].numel(), 1)) ** 0.5, generator=generator)
            else:
                weight.uniform_(0.3, 0.9, generator=generator)
        for name, buffer in model.named_buffers():
            if name.endswith("running_var"):
                buffer.uniform_(0.5, 1.5, generator=generator)
    return model.eval()


def brought(model: Any, *entries: Entry) -> Imported:
    """Imported, valid as a document, and the same again after a journey through a file."""
    made = import_model(randomised(model), entries or (Entry((3, 16, 16)),), "Test")
    check_project(made.project)
    assert from_data(to_data(made.project)) == made.project
    return made


def types(graph: Graph) -> list[str]:
    return [node.type for node in graph.nodes.values()]


def block(made: Imported, name: str) -> Graph:
    return next(graph for graph in made.project.blocks.values() if graph.name == name)


# -- torchvision -----------------------------------------------------------------------------------

SIDES = {
    "resnet18": 64, "mobilenet_v3_small": 64, "squeezenet1_1": 64, "shufflenet_v2_x0_5": 64,
    "efficientnet_b0": 64, "swin_t": 64,
}  # fmt: skip


@pytest.mark.parametrize("name", SIDES)
def test_torchvision_models_keep_their_outputs_to_the_bit(name: str) -> None:
    torchvision = pytest.importorskip("torchvision")
    side = SIDES[name]
    made = brought(torchvision.models.get_model(name), Entry((3, side, side)))
    assert made.equal == "exactly"
    assert not made.python and not made.left
    names = [node.name for node in made.project.main.nodes.values()]
    assert len(names) <= 13


def test_a_resnet_is_drawn_as_stem_four_stages_and_head() -> None:
    torchvision = pytest.importorskip("torchvision")
    made = brought(torchvision.models.resnet50(), Entry((3, 64, 64)))
    main = made.project.main
    assert main.name == "ResNet"
    stages = [node.name for node in main.nodes.values() if node.type == "Block"]
    assert stages == ["layer1", "layer2", "layer3", "layer4"]
    assert {graph.name for graph in made.project.blocks.values()} == {
        "Downsample", "Bottleneck", "BottleneckDownsample", "Layer",
    }  # fmt: skip
    layer = block(made, "Layer")
    rows = [node for node in layer.nodes.values() if "repeat" in node.params]
    assert len(rows) == 1 and len(types(layer)) == 4
    uses = {node.name: node.params for node in main.nodes.values() if node.type == "Block"}
    assert [uses[name]["blocks"] for name in stages] == [2, 3, 5, 2]
    assert made.source.text.count("\n") <= 120


def test_a_dense_block_joins_outside_its_layers() -> None:
    torchvision = pytest.importorskip("torchvision")
    model = torchvision.models.DenseNet(8, (3, 3), 16)
    made = brought(model, Entry((3, 32, 32)))
    assert made.equal == "exactly"
    assert "Concat" not in types(block(made, "DenseLayer"))
    joined = [node.id for node in block(made, "DenseBlock").nodes.values() if node.type == "Concat"]
    assert all(len(block(made, "DenseBlock").edges_into(node)) == 2 for node in joined)


@pytest.mark.parametrize("name", ["vit_tiny_patch16_224"])
def test_timm_models_keep_their_outputs(name: str) -> None:
    timm = pytest.importorskip("timm")
    made = brought(timm.create_model(name, pretrained=False), Entry((3, 224, 224)))
    assert made.equal == "exactly"


# -- what models do ----------------------------------------------------------------------------------


class Tokens(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.patch = nn.Conv2d(3, 8, 4, 4)
        self.cls = nn.Parameter(torch.zeros(1, 1, 8))
        self.registers = nn.Parameter(torch.zeros(1, 3, 8))
        self.pos = nn.Parameter(torch.zeros(1, 17, 8))
        self.head = nn.Linear(8, 5)

    def forward(self, x: Any) -> Any:
        batch, channels = x.shape[0], self.patch.out_channels
        x = self.patch(x).reshape(batch, channels, -1).transpose(1, 2)
        x = torch.cat([self.cls.expand(batch, -1, -1), x], dim=1) + self.pos
        x = torch.cat([x, self.registers.expand(x.size(0), -1, -1)], dim=1)
        return self.head(x[:, 0])


def test_tokens_and_batch_sizes_are_drawn_without_a_number_for_the_batch() -> None:
    made = brought(Tokens())
    found = types(made.project.main)
    assert "ClassToken" in found and "ExpandBatch" in found and made.equal == "exactly"
    reshape = next(node for node in made.project.main.nodes.values() if node.type == "Reshape")
    assert reshape.params["shape"] == (-1, 8, 16)
    with torch.no_grad():
        assert built(made)(torch.rand(5, 3, 16, 16)).shape == (5, 5)


class Gate(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(width, width), nn.Linear(width, width)

    def forward(self, x: Any) -> Any:
        return torch.sigmoid(self.a(x)) * torch.tanh(self.b(x))


class Gates(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.gates = nn.ModuleList([Gate(6), Gate(6)])
        self.last = Gate(6)

    def forward(self, x: Any) -> Any:
        for gate in self.gates:
            x = gate(x) + x
        return self.last(self.last(x))


def test_equal_modules_are_one_block_and_one_module_twice_shares_its_weights() -> None:
    made = brought(Gates(), Entry((6,)))
    assert [graph.name for graph in made.project.blocks.values()] == ["Gate"]
    uses = [node for node in made.project.main.nodes.values() if node.type == "Block"]
    assert [node.name for node in uses] == ["gates_0", "gates_1", "last", "last2"]
    assert uses[3].shares == uses[2].id and made.equal == "exactly"
    assert len(made.weights) == 12


class Widths(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stages = nn.Sequential(*(self.stage(width) for width in (4, 8, 16)))

    @staticmethod
    def stage(width: int) -> Any:
        return nn.Sequential(
            nn.LazyConv2d(width, 3, padding=1),
            nn.LazyBatchNorm2d(),
            nn.ReLU(inplace=True),
            nn.LazyConv2d(2 * width, 1),
        )

    def forward(self, x: Any) -> Any:
        return self.stages(x).mean((2, 3))


def test_numbers_that_differ_become_parameters_and_multiples_are_written_as_such() -> None:
    model = Widths()
    model(torch.rand(2, 3, 8, 8))
    made = brought(model)
    (stage,) = [graph for graph in made.project.blocks.values() if graph.parameters]
    assert [(item.name, item.default) for item in stage.parameters] == [("out_channels", 4)]
    last = [node for node in stage.nodes.values() if node.type == "Conv2d"][-1]
    assert str(last.params["out_channels"]) == "out_channels * 2"
    assert "in_channels" not in last.params


class InPlace(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(6, 6)

    def forward(self, x: Any) -> Any:
        y = self.fc(x)
        y[:, 2:4] += x[:, :2]
        z = y.clone()
        z[:, 0] = 0.5
        z.add_(y).relu_()
        return z * y


def test_parts_changed_in_place_are_followed() -> None:
    made = brought(InPlace(), Entry((6,)))
    assert made.equal == "exactly"
    assert {graph.name.rstrip("0123456789") for graph in made.project.blocks.values()} == {"put"}


class Zeroed(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(6, 4)), nn.Parameter(torch.ones(6))

    def forward(self, x: Any) -> Any:
        bias = self.bias.clone()
        bias[2:4].zero_()
        return F.linear(x, self.weight, bias)


def test_a_part_set_to_zero_is_a_mask() -> None:
    made = brought(Zeroed(), Entry((4,)))
    assert made.equal == "exactly" and not made.python
    assert types(made.project.main).count("Multiply") == 1 and "Slice" not in types(made.project.main)


class Overlap(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inner = _Overlapping()

    def forward(self, x: Any) -> Any:
        return self.inner(x) + 1


class _Overlapping(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(6, 6)

    def forward(self, x: Any) -> Any:
        y = self.fc(x)
        y.view(-1, 2, 3).transpose(1, 2).mul_(2.0)
        return y


def test_what_a_graph_cannot_say_becomes_a_module_of_its_own() -> None:
    made = brought(Overlap(), Entry((6,)))
    (own,) = made.project.blocks.values()
    assert own.name == "Overlapping" and "import _Overlapping as Original" in own.code
    assert made.equal == "exactly" and "changed in place" in made.python[0]


class Decides(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(4, 4)

    def forward(self, x: Any) -> Any:
        return self.fc(x) if bool((x >= 0).all()) else x


def test_a_model_that_looks_at_its_numbers_is_followed_with_real_ones() -> None:
    made = brought(Decides(), Entry((4,)))
    assert "Linear" in types(made.project.main) and made.equal == "exactly"
    assert made.looked and any("other inputs may need another" in text for text in made.sentences)


class Unknown(nn.Module):
    def forward(self, x: Any) -> Any:
        return torch.fft.rfft2(x, norm="ortho").abs() * 2 + torch.special.i0(x)[..., :9]


def test_a_call_without_a_node_becomes_a_function() -> None:
    made = brought(Unknown())
    codes = sorted(graph.code for graph in made.project.blocks.values())
    assert codes == [
        'def rfft2(x):\n    return torch.fft.rfft2(x, norm="ortho")\n',
        "def i0(x):\n    return torch.special.i0(x)\n",
    ][::-1]  # fmt: skip
    assert made.equal == "exactly" and len(made.python) == 2


class Tables(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Parameter(torch.zeros(9, 4))
        self.register_buffer("index", torch.arange(9).flip(0), persistent=False)

    def forward(self, x: Any) -> Any:
        size = x.shape[-1]
        mask = x.new_zeros(size, size)
        mask[0, 1:] = -1.0
        places = torch.arange(size, device=x.device).float() / size
        return (x + mask + places) @ self.table[self.index]


def test_fixed_tensors_are_worked_out_and_come_along() -> None:
    made = brought(Tables(), Entry((9, 9)))
    found = types(made.project.main)
    assert found.count("Buffer") == 3 and "Lookup" in found and made.equal == "exactly"
    assert len(made.fixed) == 3


class Many(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embedding, self.lstm = nn.Embedding(20, 6), nn.LSTM(6, 5, batch_first=True, bidirectional=True)
        self.attention = nn.MultiheadAttention(10, 2, batch_first=True)

    def forward(self, tokens: Any, extra: Any) -> Any:
        out, (h, _) = self.lstm(self.embedding(tokens))
        mixed, weights = self.attention(out, out, out)
        return {"scores": mixed + extra.unsqueeze(1), "weights": weights, "last": h[-1]}


def test_several_inputs_and_named_outputs() -> None:
    made = brought(Many(), Entry((7,), "int64"), Entry((10,)))
    main = made.project.main
    assert [node.name for node in main.inputs] == ["tokens", "extra"]
    assert [node.name for node in main.outputs] == ["scores", "weights", "last"]
    assert main.inputs[0].params["dtype"] == "int64" and made.equal == "exactly"


class ByHand(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.cell = nn.Linear(9, 5)

    def forward(self, x: Any) -> Any:
        h = torch.zeros(x.size(0), 5)
        for t in range(x.size(1)):
            h = torch.tanh(self.cell(torch.cat([x[:, t], h], -1)))
        return h


def test_a_loop_over_time_with_zeros_to_start_from() -> None:
    made = brought(ByHand(), Entry((3, 4)))
    found = types(made.project.main)
    assert found.count("Linear") == 3 and found.count("ExpandBatch") == 1 and made.equal == "exactly"
    cells = [node for node in made.project.main.nodes.values() if node.type == "Linear"]
    assert [node.shares for node in cells] == [None, cells[0].id, cells[0].id]
    assert set(made.weights) == {"cell.weight", "cell.bias", "constant"}


def test_parametrized_layers_come_with_what_they_compute() -> None:
    made = brought(
        nn.Sequential(nn.utils.parametrizations.weight_norm(nn.Linear(4, 3)), nn.Tanh()), Entry((4,))
    )
    assert made.equal == "exactly" and len(made.weights) == 2 and not made.left


class Counts(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(4, 4)

    def forward(self, x: Any) -> Any:
        for number in range(x.shape[0] % 2 + 1):
            x = self.fc(x) + number
        return x


def test_a_model_that_cannot_be_followed_is_one_piece_of_python() -> None:
    made = brought(Counts(), Entry((4,)))
    assert types(made.project.main) == ["Input", "Block", "Output"]
    assert "computes something else" in made.python[0]


class Deep(nn.Module):
    def forward(self, x: Any) -> Any:
        return {"places": [3, x.nonzero().tolist()]}


def test_what_cannot_be_followed_is_said_in_a_sentence() -> None:
    with pytest.raises(ImportFailure) as refused:
        import_model(nn.Linear(3, 4), (Entry((5,)),))
    assert "does not run on float32 (2, 5)" in str(refused.value) and refused.value.hint
    with pytest.raises(ImportFailure):
        import_model(Deep(), (Entry((5,)),))


def test_the_original_is_left_as_it_was() -> None:
    model = randomised(Gates())
    before = {key: value.clone() for key, value in model.state_dict().items()}
    attributes = set(vars(model))
    import_model(model, (Entry((6,)),))
    assert set(vars(model)) == attributes and model.training is False
    assert all(torch.equal(before[key], value) for key, value in model.state_dict().items())


def test_a_state_beside_the_answer_stays_inside() -> None:
    class Tagger(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.cells = nn.LSTM(3, 6, batch_first=True)
            self.head = nn.Linear(6, 2)

        def forward(self, x: Any, hidden: Any = None) -> Any:
            steps, hidden = self.cells(x, hidden)
            return self.head(steps), hidden

    made = brought(Tagger(), Entry((4, 3)))
    assert made.equal == "exactly" and made.kept == [True, False, False] and not made.python
    assert "Left out of 3 outputs: number 2 and 3." in " ".join(made.sentences)
    assert types(made.project.main).count("Output") == 1


def test_a_piece_of_python_decides_for_itself() -> None:
    class Begins(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.cells = nn.RNN(3, 6, batch_first=True)

        def forward(self, x: Any) -> Any:
            return self.cells(x, torch.zeros(1, x.size(0), 6))[0][:, -1]

    made = brought(Begins(), Entry((4, 3)))
    assert made.equal == "exactly" and not made.looked
