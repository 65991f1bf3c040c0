"""Text that a language model writes, for every recipe whose network says which token comes next."""

from __future__ import annotations

from typing import Any

import torch

from runtime.data.dataset import Dataset
from runtime.data.tokens import numbers_of, readable
from runtime.loops.language_model import LanguageModel
from runtime.protocol import Message
from runtime.recipes.language_model import known
from runtime.showing import Look

LENGTH = 200
"""Tokens written where no end is known."""
MOST = 240


def writer(look: Look) -> Any:
    """Who writes: the recipe's own loop, or one around the network of a plain supervised run."""
    if look.loop is not None:
        return look.loop
    nothing: Any = {"network": None}
    return LanguageModel(
        {"network": look.session.model}, nothing, None, _still, **known(look.session.dataset.schema)
    )


def _still(loss: torch.Tensor, optimizer: torch.optim.Optimizer) -> None:
    """Nothing moves while it writes."""


def takes(loop: Any, start: torch.Tensor) -> bool:
    """Whether the network takes a text as short as this; one with a layer over all places takes one length only."""
    try:
        loop.write(start.unsqueeze(0), 2, 0.0)
    except RuntimeError:
        return False
    return True


def numbers(inputs: torch.Tensor) -> torch.Tensor:
    """Token numbers of inputs that may be one-hot."""
    return inputs.argmax(-1) if inputs.is_floating_point() else inputs


def by_heart(dataset: Dataset) -> tuple[torch.Tensor, torch.Tensor] | None:
    """(beginning, all that follows) of a text that is to be learned by heart, as numbers; ``None`` where the text's
    end is held out or its windows do not follow each other step by step."""
    if dataset.schema.hold_out:
        return None
    inputs = numbers(dataset.inputs)
    if len(inputs) == 1:
        return inputs[0, :1], dataset.targets[0]
    if not torch.equal(inputs[1:, :-1], inputs[:-1, 1:]):
        return None
    return inputs[0], dataset.targets[:, -1]


def generated(look: Look) -> list[Message]:
    """The text written from a known beginning, the likeliest token each time; where it is not to be learned by heart,
    also drawn with the recipe's temperature."""
    dataset, loop = look.session.dataset, writer(look)
    words = dataset.schema.classes or dataset.schema.vocabulary
    whole = by_heart(dataset)
    if whole is not None:
        start, rest = whole[0].to(look.session.device), whole[1][:MOST]
        if not takes(loop, start):
            return []
        written = loop.write(start.unsqueeze(0), len(rest), 0.0)[0, len(start) :].cpu()
        wanted = readable(rest.tolist(), words)
        row = _row(start, written, words, wanted, torch.equal(written, rest.cpu()))
        return [_text("written", "Written", [row])]
    start = numbers(look.batch(1)["input"])[0]
    if not takes(loop, start):
        return []
    shows = []
    for name, temperature in (("written", 0.0), ("drawn", loop.temperature or 1.0)):
        written = loop.write(start.unsqueeze(0), LENGTH, temperature)[0, len(start) :]
        shows.append(_text(name, _how(temperature), [_row(start, written, words)]))
    return shows


def _how(temperature: float) -> str:
    if temperature:
        return f"Drawn with temperature {temperature:g}"
    return "The likeliest token each time"


def _text(name: str, title: str, rows: list[Message]) -> Message:
    return {"kind": "text", "name": name, "title": title, "rows": rows, "compare": True}


def _row(
    start: torch.Tensor,
    written: torch.Tensor,
    words: tuple[str, ...],
    wanted: str = "",
    right: bool | None = None,
) -> Message:
    output = readable(written.tolist(), words)
    if output and not output.strip():  # nothing but spaces: one should see that something was written
        output = output[:40].replace(" ", "␣").replace("\n", "↵") + ("…" if len(output) > 40 else "")
    return {
        "input": readable(start.tolist(), words),
        "output": output,
        "wanted": wanted,
        "right": right,
    }


def continued(look: Look, text: str, options: dict[str, Any]) -> list[Message]:
    """Go on from what a person typed, by ``length`` tokens at a ``temperature``."""
    loop = writer(look)
    schema = look.session.dataset.schema
    words = schema.classes or schema.vocabulary
    start = torch.tensor(numbers_of(text, words), device=look.session.device)
    temperature = options.get("temperature")
    temperature = loop.temperature if temperature is None else max(0.0, float(temperature))
    length = min(2000, max(1, int(options.get("length") or LENGTH)))
    written = loop.write(start.unsqueeze(0), length, temperature)[0, len(start) :]
    return [_text("tried", _how(temperature), [_row(start, written, words)])]
