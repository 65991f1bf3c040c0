"""The network as a program for other tools: ``torch.export`` (``.pt2``) and ONNX."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from graph.model import Graph, Project
from runtime.exports.model import ExportError, dynamic_axes, example_inputs

if TYPE_CHECKING:
    from torch import nn


def write_pt2(project: Project, network: Graph, model: nn.Module, path: Path) -> None:
    """Write the program of ``torch.export``; load it with ``torch.export.load(path).module()``."""
    import torch

    program = _captured(project, network, model)
    torch.export.save(program, path)


def write_onnx(project: Project, network: Graph, model: nn.Module, path: Path) -> None:
    """Write ONNX with the weights inside; inputs and outputs carry the names of the nodes."""
    import torch

    try:
        import onnxscript  # noqa: F401
    except ModuleNotFoundError as error:
        raise ExportError(
            f"Writing ONNX needs {error.name}, which is not installed here: install it with "
            '`python -m pip install ".[export]"` in TorchLoom\'s folder.'
        ) from error
    program = _captured(project, network, model)
    torch.onnx.export(
        program,
        dynamo=True,
        input_names=[node.name for node in network.inputs],
        output_names=[node.name for node in network.outputs],
        external_data=False,
        verbose=False,
    ).save(str(path), external_data=False)


def _captured(project: Project, network: Graph, model: nn.Module) -> Any:
    """The exported program with the batch (and a sequence's length) left open."""
    import torch

    dimensions = dict.fromkeys(("batch", "length"), torch.export.Dim.DYNAMIC)
    shapes = tuple({axis: dimensions[name] for axis, name in axes.items()} for axes in dynamic_axes(network))
    inputs = example_inputs(project, network, batch=3)
    try:
        with torch.no_grad():
            return torch.export.export(model, inputs, dynamic_shapes=(*shapes,), strict=False)
    except (RuntimeError, ValueError, torch._dynamo.exc.UserError) as error:
        raise ExportError(
            f"torch.export cannot capture this network: {str(error).splitlines()[0]}"
        ) from error
