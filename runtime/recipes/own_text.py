"""The loop of a recipe as the beginning of one's own: with what a person's class has to say of itself."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from graph.building import literal
from runtime.choice import ChoiceError
from runtime.recipes.own import own_recipe, usual
from runtime.recipes.spec import Recipe

WANTS = {
    "supervised": {"network": ("target",)},
    "autoencoding": {"network": ("input",)},
    "variational": {"network": ("input",)},
    "adversarial": {"generator": ("input",)},
    "image_to_image": {"generator": ("target",)},
    "cycle": {"generator_ab": ("target",), "generator_ba": ("input",)},
    "diffusion": {"network": ("input",)},
}
"""What the Outputs are like."""
SHOWS = {
    "adversarial": (
        'real = batch["input"]',
        "made = self.sample(self.draw(len(real), real.device))",
        'return {"Made of the same noise": made, "Real": real}',
    ),
    "autoencoding": (
        'x = batch["input"][:16]',
        'return {"Given": x, "Drawn again": self.redrawn(self.spoilt(x))}',
    ),
    "contrastive_divergence": (
        'x = batch["input"][:16]',
        'return {"Given": x, "Drawn again": self.redrawn(x)}',
    ),
    "cycle": (
        'a, b = batch["input"][:8], batch["target"][:8]',
        'return {"A": a, "A as B": self.sample(a), "B": b, "B as A": self.sample(b, "a")}',
    ),
    "diffusion": (
        'x = torch.randn(16, *self.shape, device=batch["input"].device)',
        "labels = torch.arange(16, device=x.device) % self.classes if self.conditional else None",
        'return {"Drawn from the same noise": self.sample(x, labels, steps=20)}',
    ),
    "image_to_image": (
        'x = batch["input"][:8]',
        'return {"Given": x, "Made": self.sample(x), "Wanted": batch["target"][:8]}',
    ),
    "variational": (
        'x = batch["input"][:16]',
        "codes = torch.randn_like(self.network(x)[1])",
        'return {"Given": x, "Drawn again": self.redrawn(x), "Of random codes": self.decode(codes)}',
    ),
}
"""What a person's own loop shows of pictures where the recipe it comes from has a file that does it."""


def own_text(recipe: Recipe, keywords: Mapping[str, Any] | None = None, pictures: bool = False) -> str | None:
    """The recipe's text as one's own. ``keywords`` are all that its loop is made with: what follows from the data or
    the networks, and so is no option, becomes a default. ``None`` where something of that is not known. ``pictures``:
    the samples are some, so that they can be shown."""
    given = keywords or {}
    try:
        tree = ast.parse(recipe.whole)
    except SyntaxError:
        return None
    body = next(
        (node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == recipe.loop), None
    )
    if body is None:
        return None
    lines = recipe.whole.rstrip("\n").split("\n")
    if recipe.source:
        return recipe.source
    if pictures and recipe.id in SHOWS:
        shown = [
            "",
            "    def show(self, batch):",
            '        """What there is to see after every epoch, with the same random numbers each time."""',
            "        torch.manual_seed(0)",
            *(f"        {line}" for line in SHOWS[recipe.id]),
        ]
        lines[body.end_lineno : body.end_lineno] = shown
    begin = next(node for node in body.body if isinstance(node, ast.FunctionDef) and node.name == "__init__")
    options = {option.name for option in recipe.options if option.kind in ("int", "float", "bool")}
    arguments = list(zip(begin.args.kwonlyargs, begin.args.kw_defaults, strict=True))
    for argument, default in reversed(arguments):  # from below, so that what is above keeps its place
        if argument.arg in options:
            continue
        if argument.arg not in given:
            if default is None:
                return None
            continue
        after = default or argument.annotation or argument
        line, end = (after.end_lineno or after.lineno) - 1, after.end_col_offset or 0
        start = default.col_offset if default is not None else end
        text = _written(given[argument.arg])
        lines[line] = (
            lines[line][:start] + (text if default is not None else f" = {text}") + lines[line][end:]
        )
    first = body.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    place = (first.end_lineno or first.lineno) if documented else body.lineno
    lines[place:place] = ["", *_said(recipe)]
    text = "\n".join(lines) + "\n"
    try:
        own_recipe(text)
    except ChoiceError:
        return None
    return text


def _said(recipe: Recipe) -> list[str]:
    """What the class says of itself."""
    better = {figure.name: figure.better for figure in recipe.figures if figure.better != usual(figure.name)}
    values: dict[str, Any] = {
        "roles": tuple(role.name for role in recipe.roles),
        "figures": tuple(figure.name for figure in recipe.figures),
        "better": better,
        "watch": recipe.watch,
        "groups": dict(recipe.groups),
        "tasks": recipe.tasks,
        "wants": WANTS.get(recipe.id, {}),
    }
    return [
        f"    {name} = {_written(value)}"
        for name, value in values.items()
        if value or name in ("roles", "watch")
    ]


def _written(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{literal(key)}: {_written(one)}" for key, one in value.items()) + "}"
    return literal(value)
