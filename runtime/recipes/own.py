"""A person's own recipe: Python in the project, read here without running it.

The code holds one class like those in :mod:`runtime.loops`. What the window and the trainer must know of it stands in
the class as plain values: ``roles`` (the networks, in the project's order), ``figures`` (the first is the loss),
``watch``, ``groups`` (optimiser -> roles), ``tasks``, ``wants`` (:mod:`runtime.recipes.own_wishes`). Arguments behind
the ``*`` of ``__init__`` are options with their defaults. The docstring is its help.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import lru_cache, partial
from typing import Any, Literal, get_args

from graph.catalogue.spec import Param
from runtime.choice import OPTIONS_OF_RUNS, ChoiceError
from runtime.data.schema import Task
from runtime.recipes.own_wishes import asks, feeds_of, mistake, wants_of
from runtime.recipes.spec import Figure, Link, Recipe, Role

OWN = "own"
NEEDED = ("step", "evaluate", "inputs")
GIVEN = ("self", "networks", "optimizers", "loss", "update")
SAID = ("roles", "figures", "better", "watch", "groups", "tasks", "wants")
"""What a class may say of itself."""
LARGE = 1e9
TEMPLATE = '''"""A recipe of your own. Change what a step does; the drawing, the options and the charts follow."""

import torch
from torch import nn


class MyRecipe:
    """The network's output is compared with the target.

    Noise of some strength is mixed into the input, so that the network learns not to mind it.
    """

    roles = ("network",)
    figures = ("loss",)
    watch = "loss"
    wants = {"network": ("target",)}  # each Output of a network is compared with a column of the data

    def __init__(self, networks, optimizers, loss, update, *, noise: float = 0.1):
        self.network, self.optimizer = networks["network"], optimizers["network"]
        self.loss, self.update, self.noise = loss, update, noise

    def inputs(self, batch):
        """What each network is given: for a first look, and for the views."""
        return {"network": (batch["input"],)}

    def step(self, batch):
        """Move the weights once; gives what is drawn in the charts."""
        x = batch["input"]
        loss = self.loss(self.network(x + self.noise * torch.randn_like(x)), batch["target"])
        self.update(loss, self.optimizer)
        return {"loss": loss.detach()}

    def evaluate(self, batch):
        """The same figures, without moving anything."""
        return {"loss": self.loss(self.network(batch["input"]), batch["target"])}


# What a class may have besides: figures = ("loss", "distance") with better = {"distance": "low"}; two networks with
# roles = ("teacher", "student") and groups = {"student": ("student",)}, so that only the student learns; and a method
# show(self, batch), whose {"Drawn": pictures} is to be seen after every epoch.
'''
"""What a person begins with."""


@lru_cache(maxsize=16)
def own_recipe(code: str) -> Recipe:
    """The declaration in a person's code; :class:`ChoiceError` with the line when it cannot be one. Runs nothing."""
    if not code.strip():
        raise ChoiceError("The project has no recipe of its own yet. Write one, or choose another recipe.")
    try:
        tree = ast.parse(code)
    except SyntaxError as error:
        raise ChoiceError(f"The recipe has a mistake in line {error.lineno}: {error.msg}.") from None
    except (ValueError, RecursionError, MemoryError):
        raise ChoiceError("The recipe cannot be read as Python.") from None
    body = _class(tree)
    methods = _methods(body)
    missing = [name for name in NEEDED if name not in methods]
    if missing:
        raise mistake(
            body, f"“{body.name}” has no method {missing[0]}; a recipe needs inputs, step and evaluate"
        )
    for name in NEEDED:
        if len(methods[name].args.args) != 2:
            raise mistake(
                methods[name], f"{name} is given one thing, the batch: write “def {name}(self, batch):”"
            )
    values, lines = _values(body)
    roles = _names(body, values, lines, "roles", ("network",))
    figures = _names(body, values, lines, "figures", ("loss",))
    tasks = _names(body, values, lines, "tasks", get_args(Task))
    unknown = [task for task in tasks if task not in get_args(Task)]
    if unknown:
        raise mistake(
            lines["tasks"], f"“{unknown[0]}” is no kind of data. There are {', '.join(get_args(Task))}"
        )
    groups = values.get("groups", {role: (role,) for role in roles})
    if not _grouped(groups, roles):
        raise mistake(
            lines["groups"],
            f"groups of “{body.name}” must tell for each optimiser which of the roles it moves, "
            f"such as {{“both”: {roles!r}}}".replace("“both”", '"both"'),
        )
    watch = values.get("watch", figures[0])
    if watch and watch not in figures:
        raise mistake(
            lines["watch"],
            f"“{body.name}” watches “{watch}”, which is none of its figures ({', '.join(figures)})",
        )
    better = values.get("better", {})
    if not isinstance(better, dict) or any(
        name not in figures or way not in ("low", "high", "") for name, way in better.items()
    ):
        raise mistake(
            lines["better"], 'better tells of a figure whether it should be "low", "high" or neither ("")'
        )
    kept = tuple((str(name), tuple(members)) for name, members in groups.items())
    feeds = feeds_of(methods["inputs"], roles)
    wants = wants_of(values.get("wants", {}), lines.get("wants", body), roles)
    options = _options(body, methods.get("__init__"))
    paid = {name: _loss_of((name, *members), figures) for name, members in kept}
    return Recipe(
        id=OWN,
        title=_spoken(body.name),
        help=" ".join((ast.get_docstring(body) or "").split()),
        roles=tuple(Role(name, _spoken(name)) for name in roles),
        figures=tuple(
            Figure(name, _spoken(name), "loss" if "loss" in name else "score", better.get(name, usual(name)))
            for name in figures
        ),
        tasks=tasks,
        loop=body.name,
        watch=watch,
        groups=kept,
        options=options,
        links=(
            *(
                Link(f"data:{name}", role)
                for role in roles
                for name in dict.fromkeys(what for _, what in feeds.get(role) or (("input", "input"),))
            ),
            *(Link(f"data:{name}", f"loss:{figures[0]}") for name in _columns(body) if name != "input"),
            *(Link(role, f"loss:{name}") for role in roles for name in dict.fromkeys(paid.values())),
            *(Link(f"loss:{loss}", f"group:{name}") for name, loss in paid.items()),
        ),
        uses_loss=_uses_loss(body, methods["__init__"]),
        source=code,
        asks=partial(asks, roles, feeds, wants),
    )


def _class(tree: ast.Module) -> ast.ClassDef:
    """The class that is the recipe: the only one with a step."""
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    found = [node for node in classes if "step" in _methods(node)]
    if len(found) > 1:
        names = " and ".join(node.name for node in found)
        raise mistake(found[1], f"{names} both have a method step, but only one class can be the recipe")
    if not found and len(classes) == 1:
        raise mistake(
            classes[0], f"“{classes[0].name}” has no method step; a recipe needs inputs, step and evaluate"
        )
    if not found:
        raise ChoiceError(
            "A recipe is one class with the methods inputs, step and evaluate; there is none here."
        )
    return found[0]


def _loss_of(names: tuple[str, ...], figures: tuple[str, ...]) -> str:
    """The figure an optimiser makes small, as far as names tell: "critic_loss" is that of "critic", else the first."""
    own = (
        figure for name in names for figure in figures if figure.startswith((name, name.removesuffix("s")))
    )
    return next(own, figures[0])


def _uses_loss(body: ast.ClassDef, begin: ast.FunctionDef) -> bool:
    """Whether the loss that the project chooses is used: kept as ``self.…`` and read again."""
    kept: set[str] = set()
    for node in ast.walk(begin):
        if isinstance(node, ast.Assign):
            target, value = node.targets[0], node.value
            pairs = zip(target.elts, value.elts, strict=False) if (
                isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple)
            ) else [(target, value)]  # fmt: skip
            kept |= {
                to.attr
                for to, what in pairs
                if isinstance(to, ast.Attribute) and isinstance(what, ast.Name) and what.id == "loss"
            }
    return any(
        isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Load)
        and node.attr in kept
        and _is_self(node.value)
        for node in ast.walk(body)
    )


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "self"


def _grouped(groups: Any, roles: tuple[str, ...]) -> bool:
    return isinstance(groups, dict) and all(
        isinstance(members, (tuple, list)) and members and all(member in roles for member in members)
        for members in groups.values()
    )


def usual(figure: str) -> Literal["low", "high"]:
    """Which way is up for a figure of this name, unless its recipe says something else."""
    return "low" if "loss" in figure else "high"


def _methods(node: ast.ClassDef) -> dict[str, ast.FunctionDef]:
    return {item.name: item for item in node.body if isinstance(item, ast.FunctionDef)}


def _values(node: ast.ClassDef) -> tuple[dict[str, Any], dict[str, ast.stmt]]:
    """The plain values that are set in the class, and where."""
    found: dict[str, Any] = {}
    lines: dict[str, ast.stmt] = {}
    for item in node.body:
        target = item.targets[0] if isinstance(item, ast.Assign) else getattr(item, "target", None)
        value = getattr(item, "value", None)
        if (
            isinstance(item, (ast.Assign, ast.AnnAssign))
            and isinstance(target, ast.Name)
            and value is not None
        ):
            lines[target.id] = item
            try:
                found[target.id] = ast.literal_eval(value)
            except (ValueError, TypeError, MemoryError, RecursionError):
                if target.id in SAID:
                    text = f"{target.id} is read without running anything, so write its values out in full"
                    raise mistake(item, text) from None
    return found, lines


def _columns(node: ast.ClassDef) -> list[str]:
    """The columns of the batch that the code reads, ``batch["target"]``."""
    found = {
        item.slice.value
        for item in ast.walk(node)
        if isinstance(item, ast.Subscript)
        and isinstance(item.value, ast.Name)
        and item.value.id == "batch"
        and isinstance(item.slice, ast.Constant)
        and isinstance(item.slice.value, str)
    }
    return sorted(found)


def _names(
    owner: ast.ClassDef,
    values: Mapping[str, Any],
    lines: Mapping[str, ast.stmt],
    name: str,
    default: tuple[str, ...],
) -> tuple[str, ...]:
    value = values.get(name, default)
    good = (
        isinstance(value, (tuple, list))
        and value
        and all(isinstance(item, str) and item.replace("-", "_").isidentifier() for item in value)
    )
    if not good or len(set(value)) < len(value):
        example = "(" + "".join(f'"{item}", ' for item in default[:2]).strip() + ")"
        raise mistake(
            lines[name], f"{name} of “{owner.name}” must be a list of names, each once, such as {example}"
        )
    return tuple(value)


def _options(node: ast.ClassDef, begin: ast.FunctionDef | None) -> tuple[Param, ...]:
    """The arguments of ``__init__`` behind the ``*``; what is no number (a shape, a text) stays as it is written."""
    needed = f"“{node.name}” needs __init__(self, networks, optimizers, loss, update, *, options)"
    if begin is None:
        raise mistake(node, needed)
    if begin.args.vararg is None and len([*begin.args.posonlyargs, *begin.args.args]) != len(GIVEN):
        raise mistake(begin, f"{needed}: these five, and options behind a *")
    found = []
    for argument, default in zip(begin.args.kwonlyargs, begin.args.kw_defaults, strict=True):
        if argument.arg in OPTIONS_OF_RUNS:
            raise mistake(
                argument, f"every run has a setting “{argument.arg}” already; give the option another name"
            )
        try:
            value = ast.literal_eval(default) if default is not None else None
        except (ValueError, TypeError):
            value = None
        help_text = "An option of this recipe."
        if isinstance(value, bool):
            found.append(Param(argument.arg, "bool", value, help_text))
        elif isinstance(value, int):
            found.append(
                Param(argument.arg, "int", value, help_text, minimum=-int(LARGE), maximum=int(LARGE))
            )
        elif isinstance(value, float):
            found.append(Param(argument.arg, "float", value, help_text, minimum=-LARGE, maximum=LARGE))
        elif value is None:
            raise mistake(
                argument,
                f"the option “{argument.arg}” of “{node.name}” needs a number or True/False as its default",
            )
    return tuple(found)


def _spoken(name: str) -> str:
    """``my_loss`` and ``MyLoss`` as words."""
    parts = "".join(f" {letter}" if letter.isupper() else letter for letter in name).replace("_", " ").split()
    return " ".join(parts).capitalize()
