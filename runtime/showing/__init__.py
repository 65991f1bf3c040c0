"""What there is to see while a recipe trains: a file per recipe, with ``show(look) -> list of shows``.

A show is a plain dict that can travel (:mod:`runtime.protocol`), told apart by ``kind``:

- ``pictures``: ``images`` (array (N, C, H, W) uint8), ``columns``; ``labels``, ``column_titles``, ``row_titles``.
- ``text``: ``rows`` of ``input``, ``output``, ``wanted``, ``right`` (bool or ``None``); ``heads`` may name the three
  columns otherwise, ``compare`` (bool) says that output and wanted are alike, so that single mistakes can be marked.
- ``attention``: ``rows`` of ``source`` and ``target`` (words) and ``weights`` (array (T, S)).
- ``masks``: ``images``, ``truth`` and ``predicted`` (arrays (N, H, W) uint8), ``classes``.
- ``boxes``: ``images``, ``truth`` and ``predicted`` (per picture rows of x0, y0, x1, y1 in pixels, class, and the
  score where predicted), ``classes``.
- ``series``: ``truth`` and, for the same steps, ``predicted`` (arrays (T,); it may be empty), ``from`` (the first step
  that was held out; 0 where none was).
- ``answers``: ``images`` and, for each, ``rows`` of ``text`` and ``right`` (bool or ``None``): what is said of it.
- ``against``: ``truth`` and ``predicted`` (arrays (N,)): numbers over the numbers they should be.
- ``points``: ``points`` (array (N, 2)), ``labels`` (class numbers), ``classes``.

All have ``name`` (stays the same from epoch to epoch) and ``title``; one with ``quiet`` does not bring its panel to
the front.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from runtime.protocol import Message, array

if TYPE_CHECKING:
    import torch

    from runtime.training.session import Session


@dataclass(slots=True)
class Look:
    """What a show may use. ``memory`` is kept from one show of a run to the next: fixed noise, chosen samples."""

    session: Session
    memory: dict[str, Any]

    @property
    def loop(self) -> Any:
        """The recipe's loop (:mod:`runtime.loops`), ``None`` for the plain supervised one."""
        return self.session.loop

    def batch(self, count: int, split: str = "validation") -> dict[str, torch.Tensor]:
        """The first samples of a split (of the training rows where it is empty), on the device."""
        rows = self.session.rows(split)
        if not len(rows):
            rows = self.session.rows("train")
        return self.session.batch_of(rows[:count])

    def spread(self, count: int, split: str = "validation") -> torch.Tensor:
        """Row numbers of a split at equal distances, for splits are in order of their classes."""
        import torch

        rows = self.session.rows(split)
        rows = rows if len(rows) else self.session.rows("train")
        places = torch.linspace(0, len(rows) - 1, min(count, len(rows)))
        return rows[places.round().long()]

    def fixed(self, name: str, make: Callable[[], torch.Tensor]) -> torch.Tensor:
        """A tensor made once per run, from a generator seeded with the run's seed: fixed noise."""
        import torch

        if name not in self.memory:
            with torch.random.fork_rng():
                torch.manual_seed(self.session.project.training.seed)
                self.memory[name] = make().to(self.session.device)
        found: torch.Tensor = self.memory[name]
        return found


Show = Callable[[Look], list[Message]]


def show_for(recipe: str) -> Show | None:
    """The function that shows a recipe's work; ``None`` when it has none."""
    name = f"{__name__}.{recipe}"
    if importlib.util.find_spec(name) is None:
        return None
    found: Show = importlib.import_module(name).show
    return found


def bytes_of(images: torch.Tensor, low: float = 0.0, high: float = 1.0) -> Message:
    """Pictures (N, C, H, W) of floats from ``low`` to ``high`` as an array of uint8."""
    import torch

    scaled = ((images.detach().float() - low) / max(high - low, 1e-12)).clamp(0, 1)
    plain = (scaled * 255).round().to("cpu", torch.uint8).contiguous()
    return array(plain.numpy().tobytes(), list(plain.shape), "uint8")


def floats_of(values: torch.Tensor) -> Message:
    """A tensor as an array of float32."""
    import torch

    plain = values.detach().to("cpu", torch.float32).contiguous()
    return array(plain.numpy().tobytes(), list(plain.shape))
