"""Notebook, ONNX, torch.export and weights: each is opened again with the tool it is meant for."""

from __future__ import annotations

import warnings
from io import StringIO
from pathlib import Path

import nbformat
import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from graph.code import Source, generate
from graph.shapes import Inference
from presets import find
from runtime.commands.export import export
from runtime.commands.output import Output, Refused
from runtime.exports.model import ExportError, build, load_weights, write_weights
from runtime.exports.notebook import notebook
from runtime.exports.program import write_onnx, write_pt2

SCRIPT = '''"""Trains a line.

Needs torch alone.
"""

import math

HALF = 0.5


# Doubles.
class Doubler:
    def __call__(self, x):
        return 2 * x


def main():
    print(Doubler()(HALF), math.pi)


if __name__ == "__main__":
    main()
'''


def test_a_script_becomes_a_notebook_cell_by_cell() -> None:
    text = notebook("A line", SCRIPT)
    page = nbformat.reads(text, as_version=4)
    nbformat.validate(page)
    assert page.cells[0].source == "# A line\n\nTrains a line.\n\nNeeds torch alone."
    code = [cell.source for cell in page.cells[1:]]
    assert code[0] == "import math\n\nHALF = 0.5"
    assert code[1].startswith("# Doubles.\nclass Doubler:")
    assert code[2].startswith("def main():")
    assert code[3] == 'if __name__ == "__main__":\n    main()'
    assert text == notebook("A line", SCRIPT)


def test_the_cells_run_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    page = nbformat.reads(notebook("A line", SCRIPT), as_version=4)
    scope: dict[str, object] = {"__name__": "__main__"}
    for cell in page.cells[1:]:
        exec(cell.source, scope)
    assert capsys.readouterr().out == "1.0 3.141592653589793\n"


def built(preset: str, number: int = 0) -> tuple[Source, list[str], nn.Module]:
    project = find(preset).build()
    network = list(project.networks.values())[number]
    source = generate(project, Inference().run(project), network.id)
    return source, [node.name for node in network.outputs], build(project, source, None)


def inputs_of(source: Source, batch: int, length: int = 11) -> list[torch.Tensor]:
    shapes = [(batch, *(length if size == -1 else size for size in entry.shape)) for entry in source.inputs]
    return [torch.randn(shape) for shape in shapes]


@pytest.mark.parametrize("preset", ["digits-cnn", "small-resnet", "lstm", "char-rnn"])
def test_a_pt2_file_gives_the_same_outputs_for_any_batch(preset: str, tmp_path: Path) -> None:
    source, _, model = built(preset)
    write_pt2(source, model, tmp_path / "net.pt2")
    loaded = torch.export.load(tmp_path / "net.pt2").module()
    for batch in (2, 7):
        inputs = inputs_of(source, batch)
        assert torch.allclose(loaded(*inputs), model(*inputs), atol=1e-6)


@pytest.mark.parametrize(("preset", "number"), [("digits-cnn", 0), ("multi-task", 0), ("pix2pix", 1)])
def test_an_onnx_file_gives_the_same_outputs_and_keeps_the_names(
    preset: str, number: int, tmp_path: Path
) -> None:
    """One input and output; several outputs; several inputs."""
    import onnxruntime

    source, outputs, model = built(preset, number)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the ONNX exporter's own libraries
        write_onnx(source, outputs, model, tmp_path / "net.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "net.onnx", providers=["CPUExecutionProvider"])
    assert [entry.name for entry in session.get_inputs()] == [entry.name for entry in source.inputs]
    assert [leave.name for leave in session.get_outputs()] == outputs
    for batch in (1, 5):
        inputs = inputs_of(source, batch)
        names = [entry.name for entry in source.inputs]
        got = session.run(None, {name: x.numpy() for name, x in zip(names, inputs, strict=True)})
        wanted = model(*inputs)
        for one, other in zip(got, wanted if isinstance(wanted, tuple) else (wanted,), strict=True):
            assert torch.allclose(torch.from_numpy(one), other, atol=1e-5)


@pytest.mark.parametrize("ending", ["safetensors", "pt"])
def test_weights_are_written_and_read_again(ending: str, tmp_path: Path) -> None:
    _, _, model = built("digits-cnn")
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(1)
    write_weights(model, tmp_path / f"w.{ending}")
    _, _, other = built("digits-cnn")
    load_weights(other, tmp_path / f"w.{ending}")
    for name, tensor in model.state_dict().items():
        assert torch.equal(other.state_dict()[name], tensor)


def test_weights_of_another_network_are_refused_by_name(tmp_path: Path) -> None:
    _, _, digits = built("digits-cnn")
    _, _, mlp = built("xor-mlp")
    write_weights(mlp, tmp_path / "mlp.safetensors")
    with pytest.raises(ExportError, match="it does not hold “layers"):
        load_weights(digits, tmp_path / "mlp.safetensors")


def test_what_is_not_a_weights_file_is_refused(tmp_path: Path) -> None:
    _, _, model = built("xor-mlp")
    for name in ("w.safetensors", "w.pt"):
        (tmp_path / name).write_text("print('hello')", encoding="utf-8")
        with pytest.raises(ExportError, match="cannot be read as weights"):
            load_weights(model, tmp_path / name)


def exported(preset: str, path: Path, weights: str | None = None, kind: str | None = None) -> str:
    said = StringIO()
    assert export(find(preset).build(), path, kind, Output(said, False), weights=weights) == 0
    return said.getvalue()


@pytest.mark.parametrize("preset", ["digits-cnn", "resnet18", "bilstm"])
def test_a_module_is_written_with_its_weights_beside_it(preset: str, tmp_path: Path) -> None:
    exported(preset, tmp_path / "net.py", weights="")
    state = load_file(tmp_path / "net.safetensors")
    again = torch.load(tmp_path / "net.pt", weights_only=True)
    assert state.keys() == again.keys()
    scope: dict[str, object] = {"__name__": "net"}
    exec((tmp_path / "net.py").read_text(encoding="utf-8"), scope)
    network = list(scope.values())[-1]
    assert isinstance(network, type)
    network().load_state_dict(state, strict=True)


def test_given_weights_are_taken_over(tmp_path: Path) -> None:
    _, _, model = built("xor-mlp")
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.fill_(0.25)
    write_weights(model, tmp_path / "trained.safetensors")
    exported("xor-mlp", tmp_path / "net.py", weights=str(tmp_path / "trained.safetensors"))
    assert all(torch.all(tensor == 0.25) for tensor in load_file(tmp_path / "net.safetensors").values())


def test_a_new_weights_file_is_written_where_it_was_named(tmp_path: Path) -> None:
    exported("xor-mlp", tmp_path / "net.py", weights=str(tmp_path / "first.safetensors"))
    assert load_file(tmp_path / "first.safetensors").keys() == built("xor-mlp")[2].state_dict().keys()


@pytest.mark.parametrize(
    ("path", "kind", "weights", "said"),
    [
        ("net.docx", None, None, "--format"),
        ("absent/net.py", None, None, "absent"),
        ("net.py", None, "no-such-run", "no-such-run"),
    ],
)
def test_what_cannot_be_exported_is_a_sentence(
    path: str, kind: str | None, weights: str | None, said: str, tmp_path: Path
) -> None:
    with pytest.raises(Refused, match=said):
        export(find("xor-mlp").build(), tmp_path / path, kind, Output(StringIO(), False), weights=weights)


def test_the_notebook_trains_when_its_cells_are_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project = find("xor-mlp").build()
    project.training.epochs = 2
    export(project, tmp_path / "xor.ipynb", None, Output(StringIO(), False))
    page = nbformat.read(tmp_path / "xor.ipynb", as_version=4)
    nbformat.validate(page)
    monkeypatch.chdir(tmp_path)
    threads = torch.get_num_threads()
    scope: dict[str, object] = {"__name__": "__main__"}
    for cell in page.cells:
        if cell.cell_type == "code":
            exec(cell.source, scope)
    torch.set_num_threads(threads)
    assert [line.split()[:2] for line in capsys.readouterr().out.splitlines()][:2] == [
        ["epoch", "1"],
        ["epoch", "2"],
    ]


@pytest.mark.parametrize("ending", ["svg", "png"])
def test_a_picture_is_written(ending: str, tmp_path: Path) -> None:
    exported("lenet5", tmp_path / f"net.{ending}")
    head = (tmp_path / f"net.{ending}").read_bytes()[:4]
    assert head == (b"<svg" if ending == "svg" else b"\x89PNG")
