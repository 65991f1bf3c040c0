"""How a recipe is declared: which networks it trains on which data, what it measures, who feeds whom. No torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from graph.catalogue.spec import Param
from graph.facts import Asks
from graph.model import Project, Training
from graph.values import BadValue
from runtime.choice import ChoiceError, setting

if TYPE_CHECKING:
    from runtime.data.schema import Schema

LOOPS = Path(__file__).parent.parent / "loops"
MANY = 4
"""Kinds of data a recipe can use that a sentence still lists."""


@dataclass(frozen=True, slots=True)
class Role:
    """A network of the project and its part; roles are given to the networks in their order."""

    name: str
    title: str
    help: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that is measured on every batch, or (``per_epoch``) over a whole split at the end of an epoch.

    ``better`` says which way is up; "" where neither is (the two losses of a GAN)."""

    name: str
    title: str
    kind: Literal["loss", "score"] = "loss"
    better: Literal["low", "high", ""] = "low"
    help: str = ""
    per_epoch: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """An arrow of the drawing: from one thing to another. Things are roles, ``data:NAME`` (a column of the
    batch, or what the recipe makes: noise), ``loss:NAME`` (a figure) and ``group:NAME`` (an optimiser)."""

    source: str
    target: str
    label: str = ""


def _nothing(schema: Schema) -> Mapping[str, Any]:
    return {}


def _plain(project: Project) -> Mapping[str, Any]:
    return {}


def _unknown(project: Project, schema: Schema) -> Sequence[Asks | None]:
    return ()


@dataclass(frozen=True, slots=True)
class Recipe:
    """How batches become steps of one or more networks.

    The loop is the class ``loop`` in ``runtime/loops/<id>.py``: ordinary torch, whose text is also part of the
    exported script. It is made with ``(networks, optimizers, loss, update, **options, **known(schema))``;
    see :meth:`keywords` and :mod:`runtime.loops`. ``tasks`` are the kinds of data it can use
    (:data:`runtime.data.schema.Task`), ``kinds``
    what the inputs may be (empty: anything). ``groups`` are the optimisers: a name and the roles whose weights each
    moves. ``watch`` is the figure whose value on the validation split decides which epoch is best ("": the last).
    ``uses_loss`` tells that the project's choice of a loss goes into it.
    """

    id: str
    title: str
    help: str
    roles: tuple[Role, ...]
    figures: tuple[Figure, ...]
    tasks: tuple[str, ...]
    loop: str
    kinds: tuple[str, ...] = ()
    watch: str = ""
    groups: tuple[tuple[str, tuple[str, ...]], ...] = ()
    options: tuple[Param, ...] = ()
    links: tuple[Link, ...] = ()
    uses_loss: bool = False
    source: str = ""
    """The text of the loop's file where it is a person's own; else it is read from ``runtime/loops``."""
    known: Callable[[Schema], Mapping[str, Any]] = field(default=_nothing)
    """Further keywords of the loop that follow from the data: the number of the end token, the class count."""
    built: Callable[[Project], Mapping[str, Any]] = field(default=_plain)
    """Further keywords of the loop that follow from the networks: the shape of the noise a generator takes."""
    losses: tuple[str, ...] = ()
    """The project's losses that fit; empty: any."""
    asks: Callable[[Project, Schema], Sequence[Asks | None]] = field(default=_unknown)
    """What the Inputs and Outputs of the networks have to be like with this data, role by role; ``None``, or nothing:
    nobody knows. May raise :class:`ChoiceError`."""
    presets: tuple[str, ...] = ()
    """Ready-made projects whose networks are built for it, by their ids."""
    numbers: bool = False
    """Whether samples are mixed and compared as numbers, so that numbers which stand for words are of no use."""

    @property
    def arrows(self) -> tuple[Link, ...]:
        """The links, and those of the optimisers to the networks whose weights they move."""
        moved = (
            Link(f"group:{name}", role, "moves the weights") for name, roles in self.groups for role in roles
        )
        return (*self.links, *moved)

    @property
    def main(self) -> Figure:
        """The figure that stands for "the loss" where there is room for one only."""
        return self.figures[0]

    def settled(self, training: Training) -> dict[str, Any]:
        """The options' values, checked; :class:`ChoiceError` names the one that is wrong."""
        values = {}
        for option in self.options:
            value = setting(training, option.name)
            try:
                values[option.name] = option.check(option.default if value is None else value)
            except BadValue as problem:
                raise ChoiceError(f"{self.title}: {problem}") from None
        return values

    def keywords(self, project: Project, schema: Schema) -> dict[str, Any]:
        """All keywords of the loop; :class:`ChoiceError` when an option or the chosen loss does not fit."""
        loss = project.training.loss
        if self.losses and loss not in self.losses:
            raise ChoiceError(
                f"The recipe “{self.title}” cannot use the loss “{loss}”. Choose {' or '.join(self.losses)}."
            )
        return {**self.settled(project.training), **self.known(schema), **self.built(project)}

    def refusal(self, schema: Schema) -> str | None:
        """Why this data cannot be used, as a sentence; ``None`` when it can."""
        from runtime.recipes.words import TASK_WORDS

        if schema.task not in self.tasks:
            if len(self.tasks) > MANY:
                return f"{self.title} cannot use data with {TASK_WORDS[schema.task]}."
            *others, last = (TASK_WORDS[task] for task in self.tasks)
            wanted = f"{', '.join(others)} or {last}" if others else last
            return f"{self.title} needs data with {wanted}; this data has {TASK_WORDS[schema.task]}."
        if self.kinds and schema.kind not in self.kinds:
            return f"{self.title} needs {' or '.join(self.kinds)} as inputs; this data has {schema.kind}."
        if self.numbers and schema.input_dtype == "int64":
            return f"{self.title} needs numbers it can mix and compare; the numbers of this data stand for words."
        return None

    def networks_refusal(self, project: Project) -> str | None:
        """Why the project's networks cannot play the roles, as a sentence; ``None`` when there are enough."""
        have, need = len(project.networks), len(self.roles)
        if have >= need or need == 1:
            return None
        names = ", ".join(role.title for role in self.roles)
        return (
            f"The recipe “{self.title}” trains {need} networks ({names}), but the project has {have}. Add a network "
            f"for “{self.roles[have].title}” (+ beside the networks' tabs), or choose another recipe."
        )

    @property
    def whole(self) -> str:
        """The text of the loop's file."""
        return self.source or (LOOPS / f"{self.id}.py").read_text(encoding="utf-8")

    @property
    def text(self) -> str:
        """The source of the loop, as it goes into the exported script: without docstring and imports."""
        import ast

        whole = self.whole
        lines = whole.split("\n")
        parts = [
            node
            for node in ast.parse(whole).body
            if not isinstance(node, (ast.Import, ast.ImportFrom))
            and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        ]
        found = []
        for node in parts:
            first = min([node.lineno, *(item.lineno for item in getattr(node, "decorator_list", []))])
            found.append("\n".join(lines[first - 1 : node.end_lineno]))
        return "\n\n\n".join(found) + "\n"

    @property
    def imports(self) -> tuple[str, ...]:
        """The import lines of the loop's file, except that of ``__future__``."""
        import ast

        return tuple(
            ast.unparse(node)
            for node in ast.parse(self.whole).body
            if isinstance(node, (ast.Import, ast.ImportFrom)) and getattr(node, "module", "") != "__future__"
        )
