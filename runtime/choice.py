"""What losses, optimisers, schedules and initialisations have in common: one declaration per choice.

From it come the entry in the window, its typed options, the object the trainer builds and the line in the
exported script. Object and line are made from the same name and the same arguments, so they agree.
No torch at module level: the window reads these tables.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from graph.building import literal
from graph.catalogue.spec import Param
from graph.model import Training
from graph.values import BadValue


@dataclass(frozen=True, slots=True)
class Code:
    """An argument that reads as code: a lambda of a declaration. Never from a file."""

    text: str


class ChoiceError(ValueError):
    """A choice or one of its options that cannot be used. The text is a sentence."""


Arguments = Callable[[Mapping[str, Any]], dict[str, Any]]


def _changed(values: Mapping[str, Any]) -> dict[str, Any]:
    return dict(values)


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing a person can choose for the training.

    ``made_by`` is the torch class as it reads in code (``"nn.MSELoss"``). ``arguments`` turns the options'
    values into its keyword arguments; by default they are the options themselves, those left at torch's
    default excepted.
    """

    name: str
    title: str
    help: str
    made_by: str = ""
    options: tuple[Param, ...] = ()
    arguments: Arguments = _changed

    def settled(self, training: Training) -> dict[str, Any]:
        """The options' values, checked. An option lives in the field of :class:`Training` that has its name,
        else in ``Training.options``."""
        return self.checked({option.name: setting(training, option.name) for option in self.options})

    def checked(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Defaults filled in, values checked; :class:`ChoiceError` names the option that is wrong."""
        values = {}
        for option in self.options:
            value = given.get(option.name)
            try:
                values[option.name] = option.check(option.default if value is None else value)
            except BadValue as problem:
                raise ChoiceError(f"{self.title}: {problem}") from None
        return values

    def keywords(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The keyword arguments, without those that equal torch's default."""
        defaults = {option.name: option.torch_default for option in self.options}
        return {
            name: value
            for name, value in self.arguments(values).items()
            if name not in defaults or value != defaults[name]
        }

    def text(self, values: Mapping[str, Any], *positional: str) -> str:
        """``nn.CrossEntropyLoss(label_smoothing=0.1)``."""
        named = [
            f"{name}={value.text if isinstance(value, Code) else literal(value)}"
            for name, value in self.keywords(values).items()
        ]
        return f"{self.made_by}({', '.join([*positional, *named])})"

    def make(self, values: Mapping[str, Any], *positional: Any) -> Any:
        """The object itself, made as :meth:`text` reads."""
        keywords = {
            name: eval(value.text) if isinstance(value, Code) else value  # written in this program
            for name, value in self.keywords(values).items()
        }
        return resolve(self.made_by)(*positional, **keywords)


def resolve(dotted: str) -> Any:
    """The torch thing behind a name of a declaration, ``nn.…`` or ``torch.…``. Never a name from a file."""
    import torch

    here: Any = torch
    for part in dotted.removeprefix("torch.").split("."):
        here = getattr(here, part)
    return here


OPTIONS_OF_RUNS = {field.name for field in dataclasses.fields(Training)}
"""What every run has to be told: settings with a place of their own in the project."""


def setting(training: Training, name: str) -> Any:
    """What the person set for an option; ``None`` when nothing."""
    return getattr(training, name) if name in OPTIONS_OF_RUNS else training.options.get(name)


Kind = TypeVar("Kind", bound=Choice)


def chosen(table: Mapping[str, Kind], name: str, what: str) -> Kind:
    """The choice of that name; :class:`ChoiceError` lists what there is."""
    if name not in table:
        raise ChoiceError(f"There is no {what} called “{name}”. Choose one of {', '.join(table)}.")
    return table[name]


def table(choices: tuple[Kind, ...]) -> dict[str, Kind]:
    return {choice.name: choice for choice in choices}
