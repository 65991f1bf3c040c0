"""The same stone for the same call, so that blocks made of it share it in a project."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

from graph.build import GraphBuilder

P = ParamSpec("P")


def once(make: Callable[P, GraphBuilder]) -> Callable[P, GraphBuilder]:
    """Remember what ``make`` gave. Unlike :func:`functools.cache`, a default that is written out is no other
    call."""
    signature = inspect.signature(make)
    made: dict[Any, GraphBuilder] = {}

    @wraps(make)
    def remembered(*args: P.args, **kwargs: P.kwargs) -> GraphBuilder:
        call = signature.bind(*args, **kwargs)
        call.apply_defaults()
        key = (call.args, tuple(sorted(call.kwargs.items())))
        if key not in made:
            made[key] = make(*args, **kwargs)
        return made[key]

    return remembered
