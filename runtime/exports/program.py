"""The network as a program for other tools: ``torch.export`` (``.pt2``) and ONNX."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graph.code import Source
from runtime.exports.model import ExportError, example_inputs, open_axes

if TYPE_CHECKING:
    from torch import nn


def write_pt2(source: Source, model: nn.Module, path: Path) -> None:
    """Write the program of ``torch.export``; load it with ``torch.export.load(path).module()``."""
    import torch

    program = _captured(source, model)
    torch.export.save(program, path)


def write_onnx(source: Source, outputs: list[str], model: nn.Module, path: Path) -> None:
    """Write ONNX with the weights inside; inputs and outputs carry the names of the nodes."""
    import torch

    try:
        import onnxscript  # noqa: F401
    except ModuleNotFoundError as error:
        raise ExportError(
            f"Writing ONNX needs {error.name}, which is not installed here: install it with "
            '`python -m pip install ".[export]"` in TorchLoom\'s folder.'
        ) from error
    program = torch.onnx.export(
        _captured(source, model),
        dynamo=True,
        input_names=[entry.name for entry in source.inputs],
        output_names=outputs,
        external_data=False,
        verbose=False,
    )
    assert program is not None  # only the old exporter gives nothing back
    program.save(str(path), external_data=False)


def _captured(source: Source, model: nn.Module) -> Any:
    """The exported program with the batch (and a sequence's length) left open."""
    import torch

    shapes = tuple(dict.fromkeys(axes, torch.export.Dim.DYNAMIC) for axes in open_axes(source))
    try:
        with torch.no_grad(), warnings.catch_warnings():
            # Recurrent layers keep a second list of their weights; the program does not need it.
            warnings.filterwarnings("ignore", message="The tensor attribute")
            return torch.export.export(model, example_inputs(source), dynamic_shapes=shapes)
    except (RuntimeError, ValueError, TypeError, torch._dynamo.exc.UserError) as error:
        raise ExportError(f"torch.export cannot capture this network: {_reason(source, error)}") from error


def _reason(source: Source, error: Exception) -> str:
    if "run_packed(" in source.text:
        return (
            "a recurrent layer packs its sequences by their lengths, which only runs in Python. Take the wire "
            "to its lengths away to export it, and give it sequences of one length."
        )
    if "OverTime(" in source.text and any(-1 in entry.shape for entry in source.inputs):
        return (
            "a block runs step by step over sequences of any length T, but a program holds a fixed number of "
            "steps. Write a number instead of -1 into the shape of the Input to export it."
        )
    return str(error).splitlines()[0]
