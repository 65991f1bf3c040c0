"""The network itself, built from its own generated code, with the weights it is to be exported with."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from graph.code import Source, load_module
from graph.model import Project
from runtime.recipes import recipe_of, recipe_problem

if TYPE_CHECKING:
    import torch
    from torch import nn

LENGTH = 16
"""Steps of a sequence whose length is open, where an example is needed."""


class ExportError(Exception):
    """An export that cannot be done. The text is a sentence for the person."""


def build(project: Project, source: Source, weights: Path | None, start: Path | None = None) -> nn.Module:
    """The network in eval mode; without weights those its training would start from: the project's seed, and
    what fits of the file ``start``."""
    import torch

    from runtime.initialisation import INITIALISATIONS, initialise
    from runtime.starts import start_layers, start_plan
    from runtime.weights import start_from

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.py"
        path.write_text(source.text, encoding="utf-8")
        network_class = load_module(path, source.class_name)
    torch.manual_seed(project.training.seed)
    model: nn.Module = network_class()
    choice = INITIALISATIONS[project.training.initialisation]
    initialise(model, choice, choice.settled(project.training))
    start_layers(model, start_plan(project, source))
    if weights is not None:
        load_weights(model, weights, role_of(project, source.network))
    elif start is not None:
        start_from(model, start)
    return model.eval()


def role_of(project: Project, network: str) -> str:
    """The part a network plays in the project's recipe, where that trains several; else ""."""
    if recipe_problem(project.training) is not None:
        return ""
    recipe, number = recipe_of(project.training), list(project.networks).index(network)
    if len(recipe.roles) < 2 or number >= len(recipe.roles):
        return ""
    return recipe.roles[number].name


def load_weights(model: nn.Module, path: Path, role: str = "") -> None:
    """Read a safetensors file or a state_dict into the model; :class:`ExportError` when it does not fit. A run with
    several networks keeps them in one file, each key behind the ``role``: only those are looked at."""
    state = read_weights(path)
    if role and any(name.startswith(f"{role}.") for name in state):
        state = {name.removeprefix(f"{role}."): state[name] for name in state if name.startswith(f"{role}.")}
    wanted = model.state_dict()
    missing, extra = sorted(wanted.keys() - state.keys()), sorted(state.keys() - wanted.keys())
    for names, verb in ((missing, "does not hold"), (extra, "also holds")):
        if names:
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            raise ExportError(f"{path} is not of this network: it {verb} “{names[0]}”{more}.")
    for name, tensor in state.items():
        if tensor.shape != wanted[name].shape:
            raise ExportError(
                f"{path} is not of this network: “{name}” is {tuple(tensor.shape)} there "
                f"and {tuple(wanted[name].shape)} here."
            )
    model.load_state_dict(state)


def read_weights(path: Path) -> dict[str, torch.Tensor]:
    """The tensors of a safetensors file or of a state_dict saved by torch (read without running code)."""
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        if path.suffix == ".safetensors":
            return dict(load_file(path))
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (
        OSError,
        SafetensorError,
        RuntimeError,
        torch.serialization.pickle.UnpicklingError,
        EOFError,
    ) as error:
        raise ExportError(f"{path} cannot be read as weights: {str(error).splitlines()[0]}") from error
    if not isinstance(state, dict) or not all(isinstance(item, torch.Tensor) for item in state.values()):
        raise ExportError(f"{path} does not hold a state_dict.")
    return state


def write_weights(model: nn.Module, path: Path) -> None:
    """Write a state_dict with torch (``.pt``, ``.pth``), or safetensors for any other ending."""
    import torch
    from safetensors.torch import save

    state = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in model.state_dict().items()}
    if path.suffix in (".pt", ".pth"):
        torch.save(state, path)
    else:
        path.write_bytes(save(state))


def example_inputs(source: Source, batch: int = 3) -> tuple[torch.Tensor, ...]:
    """A batch of made-up inputs of the right shapes and types, one tensor per input."""
    import torch

    found = []
    for entry in source.inputs:
        shape = (batch, *(LENGTH if size == -1 else size for size in entry.shape))
        dtype = getattr(torch, entry.dtype)
        found.append(
            torch.randn(shape, dtype=dtype) if dtype.is_floating_point else torch.zeros(shape, dtype=dtype)
        )
    return tuple(found)


def open_axes(source: Source) -> tuple[tuple[int, ...], ...]:
    """Per input, the axes whose size is open: the batch, and a sequence's length where it changes."""
    return tuple(
        (0, *(axis for axis, size in enumerate(entry.shape, 1) if size == -1)) for entry in source.inputs
    )
