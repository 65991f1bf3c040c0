"""The loops of the recipes: ordinary torch, in the style of a tutorial, for their text goes into exported scripts.

A file holds one class (and what small helpers it needs) and imports nothing but the standard library and torch::

    class Adversarial:
        def __init__(self, networks, optimizers, loss, update, *, options): ...
        def step(self, batch) -> figures       # one batch in training mode; moves the weights
        def evaluate(self, batch) -> figures   # the same figures, in evaluation mode, without gradients
        def inputs(self, batch) -> {role: (tensor, …)}   # what each network is given: for views and a first check
        def begin_epoch(self, epoch, epochs)   # optional; epochs are counted from 1
        def summary(self) -> {figure: number}  # optional: figures over all batches evaluated since the last summary
        def state(self) / restore(self, state) # optional: a dict of what a checkpoint must keep beyond weights:
                                               # tensors and JSON

``networks`` and ``optimizers`` are dicts by role and by group; ``loss`` is the project's own loss (or ``None``).
``batch`` is a dict of tensors on the device: ``input``, ``target`` and the fields of the data. Figures are tensors
with one number, a mean over the samples of the batch; the first step's figures may not differ in their names.
``update(loss, optimizer)`` clears the gradients, goes backward and moves the weights as the project asks (clipping,
scaling). Random numbers come from torch's own generator; :func:`runtime.training.evaluation.measure` sets its seed
before a split is evaluated, and puts it back, so that noise is the same in every epoch.
"""

from __future__ import annotations

import importlib
import linecache
from typing import Any

from runtime.recipes import Recipe

OWN_FILE = "<own recipe>"
"""What a person's own recipe is called in a traceback."""


def loop_class(recipe: Recipe) -> Any:
    """The class of a recipe's loop. A person's own is run here: it has to be trusted before."""
    if recipe.source:
        space: dict[str, Any] = {"__name__": f"recipe_{recipe.id}"}
        # the name is in angle brackets, so that no file is looked for; the lines are kept for what goes wrong
        linecache.cache[OWN_FILE] = (len(recipe.source), None, recipe.source.splitlines(True), OWN_FILE)
        exec(compile(recipe.source, OWN_FILE, "exec"), space)
        return space[recipe.loop]
    return getattr(importlib.import_module(f"{__name__}.{recipe.id}"), recipe.loop)
