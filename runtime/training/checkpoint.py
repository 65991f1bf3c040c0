"""Checkpoints: tensors in safetensors, the rest as JSON in the same file's header. One file, replaced as a
whole, no pickle; a run resumed from it goes on bit for bit (on the CPU)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from runtime.runs import write_atomic
from runtime.training.errors import RunError

if TYPE_CHECKING:
    from runtime.training.session import Session

FORMAT = 2
State = tuple[dict[str, torch.Tensor], dict[str, Any]]


def storable(tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Tensors as safetensors wants them: on the CPU, contiguous, no two in the same memory."""
    seen: set[int] = set()
    found = {}
    for key, tensor in tensors.items():
        tensor = tensor.detach().cpu().contiguous()
        place = tensor.untyped_storage().data_ptr()
        found[key] = tensor.clone() if place in seen else tensor
        seen.add(place)
    return found


def save_weights(path: Path, weights: Mapping[str, torch.Tensor], facts: Mapping[str, str]) -> None:
    """Weights alone, as a state_dict in safetensors."""
    write_atomic(path, save(storable(weights), {"format": "pt", **facts}))


def capture(session: Session, best: bool = True) -> State:
    """Everything that decides how the run goes on, the best weights on request. Nothing is copied."""
    tensors: dict[str, torch.Tensor] = {}
    for key, tensor in session.model.state_dict().items():
        tensors[f"model.{key}"] = tensor
    optimizers = {}
    for number, (group, optimizer) in enumerate(session.optimizers.items()):
        found, optimizers[group] = _captured(optimizer)
        tensors |= {f"{_prefix(number)}{key}": value for key, value in found.items()}
    tensors["random.torch"] = torch.get_rng_state()
    # In the middle of an epoch the cards must be dealt again as they lay at its beginning.
    tensors["random.shuffle"] = session.shuffle_state if session.batch else session.shuffle.get_state()
    if session.device.type == "cuda":
        tensors["random.cuda"] = torch.cuda.get_rng_state(session.device)
    for key, tensor in session.best_weights.items() if best else ():
        tensors[f"best.{key}"] = tensor
    if session.average is not None:
        tensors |= {f"average.{number}": value for number, value in enumerate(session.average.values)}
    careful = session.steps.careful
    gathered = [careful.counts.get(each, 0) for each in session.optimizers.values()] if careful else []
    if any(gathered):
        for number, weight in enumerate(session.model.parameters()):
            if weight.grad is not None:
                tensors[f"gradient.{number}"] = weight.grad
    scaler = session.steps.scaler
    facts = {
        "gathered": gathered,
        "format": FORMAT,
        "optimizers": optimizers,
        "schedules": {group: schedule.state_dict() for group, schedule in session.schedules.items()},
        "loop": _loop_state(session, tensors),
        "scaler": scaler.state_dict() if scaler is not None else None,
        "epoch": session.epoch,
        "batch": session.batch,
        "step": session.step,
        "meter": session.meter.state(),
        "best_epoch": session.best_epoch,
        "best_loss": session.best_loss,
        "seconds": session.seconds,
    }
    return tensors, facts


def _loop_state(session: Session, tensors: dict[str, torch.Tensor]) -> dict[str, Any] | None:
    """What the recipe's loop keeps: its tensors go to the others, the rest is JSON."""
    if not hasattr(session.loop, "state"):
        return None
    state: dict[str, Any] = session.loop.state()
    tensors |= {f"loop.{name}": value for name, value in state.items() if torch.is_tensor(value)}
    return {name: value for name, value in state.items() if not torch.is_tensor(value)}


def _prefix(number: int) -> str:
    """Where the state of an optimiser stands among the tensors."""
    return "optimizer." if number == 0 else f"optimizer{number}."


def _captured(optimizer: torch.optim.Optimizer) -> State:
    """An optimiser's state: its tensors by ``index.name``, and the rest."""
    state = optimizer.state_dict()
    tensors: dict[str, torch.Tensor] = {}
    plain: dict[str, dict[str, Any]] = {}
    for index, entries in state["state"].items():
        for name, value in entries.items():
            if torch.is_tensor(value):
                tensors[f"{index}.{name}"] = value
            else:
                plain.setdefault(str(index), {})[name] = value
    return tensors, {"groups": state["param_groups"], "plain": plain}


def _put_back(
    optimizer: torch.optim.Optimizer, tensors: dict[str, torch.Tensor], facts: dict[str, Any] | None
) -> None:
    refusal = RunError(
        "The run was started with another optimiser, so its state does not fit.",
        "Choose the optimiser the run was started with, or train it as a new run.",
    )
    if facts is None:
        raise refusal
    entries: dict[int, dict[str, Any]] = {
        int(index): dict(values) for index, values in facts["plain"].items()
    }
    for key, tensor in tensors.items():
        index, name = key.split(".", 1)
        entries.setdefault(int(index), {})[name] = tensor
    groups = [
        {
            name: tuple(value) if isinstance(value, list) and name != "params" else value
            for name, value in group.items()
        }
        for group in facts["groups"]
    ]
    alike = len(groups) == len(optimizer.param_groups)
    if not alike or set(groups[0]) != set(optimizer.param_groups[0]):
        raise refusal
    optimizer.load_state_dict({"state": entries, "param_groups": groups})


def _without_milestones(state: dict[str, Any]) -> dict[str, Any]:
    """The state of a schedule, of those inside it too, less the epochs MultiStepLR counts in a dict: JSON has turned
    these numbers into text, and the schedule was made with them."""
    kept = {name: value for name, value in state.items() if name != "milestones"}
    if "_schedulers" in kept:
        kept["_schedulers"] = [_without_milestones(inner) for inner in kept["_schedulers"]]
    return kept


def restore(session: Session, state: State) -> None:
    """Put a captured state into a session of the same model and optimiser."""
    tensors, facts = state

    def part(prefix: str) -> dict[str, torch.Tensor]:
        return {key.removeprefix(prefix): tensor for key, tensor in tensors.items() if key.startswith(prefix)}

    weights = part("model.")
    wanted = session.model.state_dict()
    if {key: tensor.shape for key, tensor in wanted.items()} != {
        key: tensor.shape for key, tensor in weights.items()
    }:
        raise RunError(
            "The network is not the one this run was started with, so its weights do not fit.",
            "Train it as a new run, or open the project of the run.",
        )
    session.model.load_state_dict(weights)
    for number, (group, optimizer) in enumerate(session.optimizers.items()):
        _put_back(optimizer, part(_prefix(number)), facts["optimizers"].get(group))
    for group, schedule in session.schedules.items():
        if group in facts["schedules"]:
            schedule.load_state_dict(_without_milestones(facts["schedules"][group]))
            if getattr(schedule, "total_steps", session.epochs) < session.epochs:
                raise RunError(
                    f"The one cycle of this run was planned for {schedule.total_steps - 1} epochs and cannot go on to "
                    f"{session.epochs}.",
                    "Train it as a new run, or up to the epochs it was planned for.",
                )
    if facts["loop"] is not None and hasattr(session.loop, "restore"):
        session.loop.restore({**facts["loop"], **part("loop.")})
    if session.steps.scaler is not None and facts["scaler"]:
        session.steps.scaler.load_state_dict(facts["scaler"])
    averages = part("average.")
    if session.average is not None and averages:
        session.average.values = [averages[str(number)].to(session.device) for number in range(len(averages))]
    gradients, careful = part("gradient."), session.steps.careful
    if careful is not None and any(facts.get("gathered", ())):
        careful.counts = dict(zip(session.optimizers.values(), facts["gathered"], strict=True))
        for number, weight in enumerate(session.model.parameters()):
            if str(number) in gradients:
                weight.grad = gradients[str(number)].to(session.device)
    torch.set_rng_state(tensors["random.torch"])
    session.shuffle.set_state(tensors["random.shuffle"])
    session.shuffle_state = tensors["random.shuffle"]
    if "random.cuda" in tensors and session.device.type == "cuda":
        torch.cuda.set_rng_state(tensors["random.cuda"], session.device)
    session.best_weights.update({key: tensor.to(session.device) for key, tensor in part("best.").items()})
    session.best_epoch, session.best_loss = facts["best_epoch"], facts["best_loss"]
    session.epoch, session.batch, session.step = facts["epoch"], facts["batch"], facts["step"]
    session.seconds = facts["seconds"]
    session.meter.restore(facts["meter"])


def copied(state: State) -> State:
    """The same state in memory of its own, on the same device."""
    tensors, facts = state
    return {key: tensor.clone() for key, tensor in tensors.items()}, json.loads(json.dumps(facts))


def write(path: Path, state: State) -> None:
    """Write a checkpoint file, replacing the last one as a whole."""
    tensors, facts = state
    write_atomic(path, save(storable(tensors), {"torchloom": json.dumps(facts)}))


def read(path: Path) -> State:
    """Read a checkpoint file; :class:`RunError` when there is none or it is damaged."""
    if not path.is_file():
        raise RunError(
            "This run cannot be continued: it has no checkpoint yet.", "Train it as a new run instead."
        )
    try:
        with safe_open(str(path), framework="pt") as file:
            facts = json.loads(file.metadata()["torchloom"])
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118, not a dict
    except (SafetensorError, KeyError, TypeError, ValueError, OSError) as error:
        raise RunError(
            "The checkpoint of this run is damaged and cannot be read.", "Train it as a new run instead."
        ) from error
    if facts.get("format") == 1:  # one optimiser, one schedule
        schedule = facts.pop("schedule")
        facts |= {
            "format": FORMAT,
            "optimizers": {"network": facts.pop("optimizer")},
            "schedules": {} if schedule is None else {"network": schedule},
            "loop": None,
        }
    if facts.get("format") != FORMAT:
        raise RunError("The checkpoint of this run was written by a newer TorchLoom.", "Update the program.")
    return tensors, facts
