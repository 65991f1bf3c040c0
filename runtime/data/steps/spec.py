"""How a step of the preparation is declared. One :class:`StepType` says everything about one kind. No torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from graph.catalogue.spec import Param
from graph.values import BadValue
from runtime.data.schema import DataError, Kind, Schema

if TYPE_CHECKING:
    import torch

Group = Literal["Size", "Movement", "Colour", "Disturbance", "Mixing", "Scale", "Columns", "Text"]
Values = Mapping[str, Any]


def _same(schema: Schema, values: Values) -> Schema:
    return schema


def _plain(schema: Schema, values: Values) -> dict[str, Any]:
    return dict(values)


@dataclass(frozen=True, slots=True)
class StepType:
    """One kind of step.

    ``code`` names the file and the class of :mod:`runtime.data.steps.code` that does it; ``arguments`` are the
    class's, from the data before the step and the options' values. ``after`` is what the samples are like
    afterwards; it raises :class:`DataError` with a sentence about data the step cannot be used with. ``random``
    steps are for training only. ``measured`` finds the class's arguments on the inputs of the training split
    instead. ``elsewhere`` is the class that takes the place of a random step outside training, where samples must
    become as large.
    """

    id: str
    title: str
    help: str
    group: Group
    kinds: tuple[Kind, ...]
    code: tuple[str, str]
    params: tuple[Param, ...] = ()
    random: bool = False
    arguments: Callable[[Schema, Values], dict[str, Any]] = _plain
    after: Callable[[Schema, Values], Schema] = _same
    measured: Callable[[torch.Tensor, Schema, Values], dict[str, Any]] | None = None
    elsewhere: tuple[str, str] | None = None
    elsewhere_arguments: Callable[[Schema, Values], dict[str, Any]] = _plain
    unit_range: bool = False
    """Expects pictures in 0…1."""
    mixes: bool = False
    """Makes targets between classes."""
    words: tuple[str, ...] = field(default=())

    @property
    def where(self) -> str:
        """Where a new step of this kind is done."""
        return "train" if self.random else "all"

    def param(self, name: str) -> Param:
        for param in self.params:
            if param.name == name:
                return param
        raise KeyError(name)

    def settled(self, options: Values) -> dict[str, Any]:
        """All options, checked, defaults filled in; :class:`DataError` names the one that is wrong."""
        known = [param.name for param in self.params]
        for name in options:
            if name not in known:
                has = f"It has {', '.join(known)}." if known else "It has none."
                raise DataError(f"it has no option {name}. {has}")
        try:
            return {param.name: param.check(options.get(param.name, param.default)) for param in self.params}
        except BadValue as problem:
            raise DataError(str(problem)) from None
