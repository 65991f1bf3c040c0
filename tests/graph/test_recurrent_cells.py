"""Blocks that run over the time axis: cells drawn from their gates, held against torch's own layers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from graph.build import BuildError, GraphBuilder, project
from graph.code import generate, load_module, walk
from graph.document import Document
from graph.edits import EditError, RemoveNodes, SetParams
from graph.files.store import load, save
from graph.fixes import fixes_for
from graph.model import Project
from graph.operations import new_node, rename
from graph.ports import in_ports
from graph.shapes import Inference, ProjectShapes
from presets.blocks.recurrent import gru_cell, lstm_cell

INFERENCE = Inference()
HIDDEN = 6


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> None:
    torch.set_num_threads(1)


def network(cell: GraphBuilder, over: str = "time", states: bool = False, shape: Any = (-1, 4)) -> Project:
    """A cell over sequences of four numbers; all it gives is given back. ``states`` come from a first run."""
    g = GraphBuilder("Net")
    x = g.input("x", shape=shape)
    first: dict[str, Any] = {}
    if states:
        begun = g.use(cell, x, name="begin", hidden=HIDDEN, over="time")
        first = {port.removesuffix("_n"): begun[port] for port in begun.ports if port.endswith("_n")}
    used = g.use(cell, x, name="rnn", hidden=HIDDEN, over=over, **first)
    for wire in used:
        g.output(wire, name=f"{wire.port}_out")
    return project("Net", g)


def inferred(drawn: Project) -> ProjectShapes:
    shapes = INFERENCE.run(drawn)
    assert not shapes.problems, [problem.text for problem in shapes.problems]
    return shapes


def model_of(drawn: Project, folder: Path) -> Any:
    source = generate(drawn, inferred(drawn), drawn.main.id)
    (folder / "model.py").write_text(source.text)
    torch.manual_seed(0)
    return load_module(folder / "model.py", source.class_name)()


def torchs(kind: str, cell: nn.Module, reverse: bool = False) -> Any:
    """torch's layer with the weights of a drawn cell, one direction."""
    made = getattr(nn, kind)(4, HIDDEN, batch_first=True, bidirectional=reverse)
    for part in ("ih", "hh"):
        linear = getattr(cell, part)
        for word in ("weight", "bias"):
            getattr(made, f"{word}_{part}_l0{'_reverse' if reverse else ''}").data = getattr(
                linear, word
            ).data
    return made


CELLS = pytest.mark.parametrize("kind", ["LSTM", "GRU"])


def drawn_cell(kind: str) -> GraphBuilder:
    return lstm_cell() if kind == "LSTM" else gru_cell()


# --- torch's numbers ----------------------------------------------------------------------------------------


@CELLS
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_drawn_cell_gives_torchs_numbers(kind: str, dtype: torch.dtype, tmp_path: Path) -> None:
    model = model_of(network(drawn_cell(kind)), tmp_path).to(dtype)
    x = torch.randn(3, 9, 4, dtype=dtype)
    output, *ends = model(x)
    layer = torchs(kind, model.rnn.cell).to(dtype)
    expected, last = layer(x)
    near = {"rtol": 0, "atol": 5e-7 if dtype == torch.float32 else 1e-15}
    torch.testing.assert_close(output, expected, **near)
    for mine, theirs in zip(ends, last if kind == "LSTM" else [last], strict=True):
        torch.testing.assert_close(mine, theirs[0], **near)


@CELLS
def test_the_gradients_are_torchs(kind: str, tmp_path: Path) -> None:
    model = model_of(network(drawn_cell(kind)), tmp_path).double()
    layer = torchs(kind, model.rnn.cell).double()
    x = torch.randn(3, 9, 4, dtype=torch.float64)
    model(x)[0].square().sum().backward()
    layer(x)[0].square().sum().backward()
    for part in ("ih", "hh"):
        linear = getattr(model.rnn.cell, part)
        torch.testing.assert_close(linear.weight.grad, getattr(layer, f"weight_{part}_l0").grad)
        torch.testing.assert_close(linear.bias.grad, getattr(layer, f"bias_{part}_l0").grad)


@CELLS
def test_steps_are_those_of_torchs_cell_to_the_bit(kind: str, tmp_path: Path) -> None:
    """nn.LSTM multiplies all steps at once, which rounds differently; nn.LSTMCell goes step by step as we do."""
    model = model_of(network(drawn_cell(kind)), tmp_path)
    step = getattr(nn, f"{kind}Cell")(4, HIDDEN)
    for part in ("ih", "hh"):
        for word in ("weight", "bias"):
            getattr(step, f"{word}_{part}").data = getattr(getattr(model.rnn.cell, part), word).data
    x = torch.randn(3, 9, 4)
    output, *ends = model(x)
    state: Any = None
    for t in range(9):
        state = step(x[:, t], state)
        h = state[0] if kind == "LSTM" else state
        assert torch.equal(output[:, t], h)
    for mine, theirs in zip(ends, state if kind == "LSTM" else [state], strict=True):
        assert torch.equal(mine, theirs)


@CELLS
def test_backwards_is_torchs_other_direction(kind: str, tmp_path: Path) -> None:
    model = model_of(network(drawn_cell(kind), over="time backwards"), tmp_path)
    layer = torchs(kind, model.rnn.cell, reverse=True)
    x = torch.randn(3, 9, 4)
    output, *ends = model(x)
    expected, last = layer(x)
    torch.testing.assert_close(output, expected[..., HIDDEN:])
    for mine, theirs in zip(ends, last if kind == "LSTM" else [last], strict=True):
        torch.testing.assert_close(mine, theirs[1])


@CELLS
def test_a_wired_state_is_where_it_starts(kind: str, tmp_path: Path) -> None:
    model = model_of(network(drawn_cell(kind), states=True), tmp_path)
    x = torch.randn(3, 9, 4)
    output, *_ = model(x)
    _, state = torchs(kind, model.begin.cell)(x)
    expected, _ = torchs(kind, model.rnn.cell)(x, state)
    torch.testing.assert_close(output, expected)


# --- shapes and costs -----------------------------------------------------------------------------------------


def test_shapes_and_costs_are_those_of_the_layer() -> None:
    """Stacked over T, states without it; parameters once, MACs for every step: what nn.LSTM has."""
    shapes = inferred(network(lstm_cell(), shape=(30, 4))).networks["g1"]
    use = next(found for found in shapes.nodes.values() if found.inner)
    assert [tensor.text for tensor in use.outputs.values()] == ["(B, 30, 6)", "(B, 6)", "(B, 6)"]
    g = GraphBuilder("Torch")
    g.output(g.add("LSTM", g.input("x", shape=(30, 4)), hidden_size=HIDDEN))
    theirs = inferred(project("Torch", g)).networks["g1"]
    assert (shapes.parameters, shapes.macs) == (theirs.parameters, theirs.macs) == (288, 30 * 4 * 6 * (4 + 6))
    assert INFERENCE.run(network(lstm_cell())).networks["g1"].outputs["y_out"].text == "(B, T, 6)"


def test_a_block_without_states_is_applied_to_every_step(tmp_path: Path) -> None:
    """A small image network on every frame of a video; as the only item it may stand in a Sequential."""
    b = GraphBuilder("Frame")
    x: Any = b.add("Conv2d", b.input("x"), out_channels=3, kernel_size=3)
    b.output(b.add("Flatten", b.add("AdaptiveAvgPool2d", x, output_size=1)))
    g = GraphBuilder("Video")
    x = g.use(b, g.input("x", shape=(-1, 1, 8, 8)), name="frames", over="time")
    g.output(g.add("GRU", x, name="gru", hidden_size=5))
    drawn = project("Video", g)
    model = model_of(drawn, tmp_path)
    x = torch.randn(2, 4, 1, 8, 8)
    each = torch.stack([model.frames.cell(x[:, t]) for t in range(4)], dim=1)
    assert torch.equal(model(x), model.gru(each)[0])


def test_text_of_the_code(tmp_path: Path) -> None:
    text = generate(network(gru_cell()), inferred(network(gru_cell())), "g1").text
    assert 'self.rnn = OverTime(GRUStep(6), "x, h -> y, h", h=(6,))' in text
    backwards = network(gru_cell(), over="time backwards", states=True)
    text = generate(backwards, inferred(backwards), "g1").text
    assert '"x, h -> y, h", "backwards")' in text and "h=(6,)" in text


# --- the whole path -----------------------------------------------------------------------------------------


@CELLS
def test_it_trains(kind: str, tmp_path: Path) -> None:
    """Learns to tell whether the first number of six was positive: something to remember."""
    g = GraphBuilder("Memory")
    used = g.use(drawn_cell(kind), g.input("x", shape=(6, 1)), name="rnn", hidden=8, over="time")
    g.output(g.add("Linear", used["h_n"], name="fc", out_features=1))
    model = model_of(project("Memory", g), tmp_path)
    x = torch.randn(256, 6, 1)
    y = (x[:, 0] > 0).float()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    for _ in range(80):
        loss = nn.functional.binary_cross_entropy_with_logits(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.1


def test_walking_gives_what_forward_gives_and_all_steps_inside(tmp_path: Path) -> None:
    drawn = network(lstm_cell(), states=True)
    shapes = inferred(drawn)
    model = model_of(drawn, tmp_path)
    use = next(node for node in drawn.main.nodes.values() if node.name == "rnn")
    cell = next(iter(drawn.blocks.values()))
    forget = next(node for node in cell.nodes.values() if node.name == "forget")
    x = torch.randn(2, 5, 4)
    for wanted in ([(use.id,)], [(use.id,), (use.id, forget.id)]):
        found = walk(drawn, shapes, "g1", model, x, wanted)
        assert torch.equal(found[(use.id,)], model(x)[0])
    gates = []
    source = generate(drawn, shapes, "g1")
    model.get_submodule(source.modules[(use.id, forget.id)]).register_forward_hook(
        lambda module, given, gate: gates.append(gate)
    )
    model(x)
    assert torch.equal(found[(use.id, forget.id)], torch.stack(gates, dim=1))


def test_file_and_undo(tmp_path: Path) -> None:
    drawn = network(lstm_cell())
    save(drawn, tmp_path / "cell.loom")
    assert load(tmp_path / "cell.loom") == drawn
    document = Document(drawn)
    before = drawn.copy()
    use = next(node for node in drawn.main.nodes.values() if node.name == "rnn")
    undo = document.apply("Turn round", [SetParams("g1", use.id, {"over": "time backwards"})])
    assert document.project.main.nodes[use.id].params["over"] == "time backwards"
    document.apply("Undo", undo)
    assert document.project == before


def test_a_renamed_state_stays_one(tmp_path: Path) -> None:
    drawn = network(lstm_cell(), states=True)
    block = next(iter(drawn.blocks.values()))
    document = Document(drawn)
    entry = next(node for node in block.inputs if node.name == "h")
    document.apply("Rename", rename(drawn, block, entry.id, "memory"))
    inferred(document.project)
    use = next(node for node in document.project.main.nodes.values() if node.name == "rnn")
    ports = in_ports(document.project, use)
    assert [(port.name, port.optional) for port in ports] == [("x", False), ("memory", True), ("c", True)]


# --- what is wrong ----------------------------------------------------------------------------------------------


def problems(cell: GraphBuilder, **use: Any) -> list[str]:
    g = GraphBuilder("Net")
    x = g.input("x", shape=use.pop("shape", (7, 4)))
    start = {key: g.add("Select", x, dim=1, index=0) for key in use.pop("start", ())}
    g.output(g.use(cell, x, name="rnn", over="time", **start, **use), name="out")
    return [problem.text for problem in INFERENCE.run(project("Net", g)).problems]


def small(state: Any = (5,), back: int = 5, carries: bool = True) -> GraphBuilder:
    b = GraphBuilder("Cell")
    x = b.input("x")
    h = b.input("h", shape=state)
    new = b.add("Linear", b.add("Concat", x, h), name="mix", out_features=back)
    b.output(new, name="y")
    b.output(new, name="h_n", carries=h if carries else None)
    return b


def test_a_state_keeps_its_shape() -> None:
    assert problems(small(back=8)) == [
        "Input “h” of Cell is a state of (B, 5), but “h_n” carries (B, 8) back to it. A state keeps its shape."
    ]
    assert problems(small(back=8), start=["h"]) == [
        "Cell “rnn” starts with (B, 4) as its state “h”, but hands (B, 8) on to the next step, from “select1”."
    ]
    g = GraphBuilder("Net")
    g.output(g.use(small(back=8), g.input("x", shape=(7, 4)), over="time"))
    (problem,) = INFERENCE.run(project("Net", g)).problems
    assert problem.patches[0].params == {"shape": (8,)}


def test_a_state_without_a_start_says_what_is_missing() -> None:
    assert problems(small(state=None)) == [
        "Cell “rnn” starts its state “h” from zeros, because nothing is wired to it, but inside the Input “h” "
        "does not say which shape its zeros have."
    ]
    assert problems(small(state=None), start=["h"]) == [
        "Cell “rnn” starts with (B, 4) as its state “h”, but hands (B, 5) on to the next step, from “select1”."
    ]
    assert problems(small(state=(-1,)))[0].endswith("“h” says (-1,), which zeros cannot have as their shape.")


def test_a_step_needs_a_sequence() -> None:
    assert problems(small(), shape=()) == [
        "Cell “rnn” runs over time, so it expects sequences (B, T, …) at x but receives (B,), from “x”."
    ]
    assert problems(small(carries=False)) == ["Cell “rnn” has nothing wired to h."]
    assert problems(small(), repeat=2) == [
        "Cell “rnn” cannot be repeated and run over time at once: put one of them into a block."
    ]


def test_what_is_wrong_inside_is_said_once() -> None:
    b = GraphBuilder("Cell")
    x = b.input("x")
    h = b.input("h", shape=(5,))
    new = b.add("Conv2d", b.add("Concat", x, h), name="wrong")
    b.output(new, name="h_n", carries=h)
    assert problems(b) == [
        "Conv2d “wrong” expects a batch of images (B, C, H, W) but receives 2 axes, (B, 9), from “concat1”."
    ]


def test_carrying_to_what_is_not_there() -> None:
    b = small()
    b.graph.outputs[-1].params["carries"] = "gone"
    assert problems(b, start=["h"]) == [
        "Cell “rnn” cannot run over time: its Output “h_n” carries “gone”, but the block has no such Input."
    ]
    b = small()
    b.graph.outputs[0].params["carries"] = "h"
    assert problems(b) == [
        "Cell “rnn” cannot run over time: its Output “h_n” carries “h”, which “y” carries already."
    ]


def test_reserved_words() -> None:
    with pytest.raises(BuildError):
        GraphBuilder("Cell").parameter("over", 1)
    drawn = network(gru_cell())
    use = next(node for node in drawn.main.nodes.values() if node.name == "rnn")
    with pytest.raises(EditError, match="over must be time or time backwards"):
        Document(drawn).apply("", [SetParams("g1", use.id, {"over": "space"})])
    Document(drawn).apply("", [RemoveNodes("g1", [use.id])])


def test_fixes_that_cure() -> None:
    """A use that runs once lacks its states, and a state of another width is given the right one."""
    once = network(gru_cell())
    use = next(node for node in once.main.nodes.values() if node.name == "rnn")
    del use.params["over"]
    (problem,) = INFERENCE.run(once).errors
    assert problem.text == "GRUStep “rnn” has nothing wired to h."
    assert "Run it over time, starting from zeros" in [
        fix.label for fix in fixes_for(INFERENCE, once, problem)
    ]
    g = GraphBuilder("Net")
    g.output(g.use(small(back=8), g.input("x", shape=(7, 4)), over="time"))
    drawn = project("Net", g)
    (problem,) = INFERENCE.run(drawn).errors
    assert "Set the shape to 8" in [fix.label for fix in fixes_for(INFERENCE, drawn, problem)]


def test_a_cell_from_the_palette_runs_over_time() -> None:
    drawn = network(gru_cell())
    (block,) = drawn.blocks
    assert new_node(drawn, drawn.main, "Block", block=block).params == {"over": "time"}
