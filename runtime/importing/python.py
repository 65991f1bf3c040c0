"""Pieces of Python for what no layer stands for: a call as a small function, a module as a class around it."""

from __future__ import annotations

import inspect
import itertools
import re
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from graph.custom import CodeFault, read
from graph.names import is_usable, unique_name
from graph.reading.vocabulary import Varying
from runtime.importing.own_source import NotAlone, importable, own_code
from runtime.importing.recorder import Call, Value, values_in


class Unwritable(ValueError):
    """A call or module that cannot be written as a piece of Python. The text is a sentence."""


_OPERATORS = {"+", "-", "*", "/", "**", "@", "==", "!=", "<", "<=", ">", ">=", "&", "|", "//", "%"}
_SWAPPED = {"rsub": "-", "rdiv": "/"}


def function_code(call: Call, names: dict[Value, str], sizes: Callable[[Varying], str]) -> str:
    """A function that makes one call, with its plain arguments written into it. ``sizes`` writes a number
    that follows from the batch."""
    if call.target == "[]=":
        return _put_code(call, names, lambda item: _written(item, names, sizes))
    text = _call_text(call, lambda item: _written(item, names, sizes))
    results = list(values_in(call.result))
    arguments = ", ".join(dict.fromkeys(names.values()))
    name = function_name(call.target)
    if isinstance(call.result, Value):
        body = f"    return {text}"
    else:
        if not isinstance(call.result, (tuple, list)) or len(results) != len(call.result):
            raise Unwritable(f"{call.target} gives something else than tensors.")
        parts = ", ".join(f"found[{at}]" for at in range(len(results)))
        body = f"    found = {text}\n    return {parts}{',' if len(results) == 1 else ''}"
        if len(results) == 1:
            body = f"    found = {text}\n    return found[0]"
    code = f"def {name}({arguments}):\n{body}\n"
    try:
        read(code)
    except CodeFault as fault:
        raise Unwritable(f"{call.target} cannot be written as a function: {fault}") from None
    return code


def _put_code(call: Call, names: dict[Value, str], write: Callable[[Any], str]) -> str:
    """``x[index] = value`` as a function that leaves its argument as it is."""
    source, index, value = (write(item) for item in call.args)
    if isinstance(call.args[1], tuple):
        index = ", ".join(map(write, call.args[1]))
    lines = [f"result = {source}.clone()", f"result[{index}] = {value}", "return result"]
    body = "".join(f"    {line}\n" for line in lines)
    return f"def put({', '.join(dict.fromkeys(names.values()))}):\n{body}"


def function_name(target: str) -> str:
    words = re.sub(r"\W+", "_", target.rpartition(".")[2] or target).strip("_").lower()
    plain = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "**": "power", "@": "matmul",
             "[]": "take", "==": "equal", "<": "less", ">": "greater", "~": "invert"}  # fmt: skip
    name = words or plain.get(target, "function")
    return (
        name
        if is_usable(name) and name not in ("torch", "nn", "F", "math")
        else unique_name(name + "_of", ())
    )


def _call_text(call: Call, write: Callable[[Any], str]) -> str:
    target = call.target
    args = [write(item) for item in call.args]
    named = [f"{key}={write(item)}" for key, item in call.kwargs.items()]
    if target in _OPERATORS and len(args) == 2:
        return f"{args[0]} {target} {args[1]}"
    if target in _SWAPPED and len(args) == 2:
        return f"{args[1]} {_SWAPPED[target]} {args[0]}"
    if target == "[]":
        index = call.args[1]
        inside = ", ".join(map(write, index)) if isinstance(index, tuple) else write(index)
        return f"{args[0]}[{inside}]"
    if target in ("~-", "~"):
        return f"{target[-1]}{args[0]}"
    if target.startswith("."):
        method = target[1:]
        if method.endswith("_") and hasattr(torch.Tensor, method[:-1]):
            method = method[:-1]
        if getattr(call.function, "__name__", "") == "__get__":
            return f"{args[0]}.{method}"
        if not method.isidentifier():
            raise Unwritable(f"{target} cannot be written.")
        return f"{args[0]}.{method}({', '.join([*args[1:], *named])})"
    head = target.partition(".")[0]
    if head not in ("torch", "F") or _resolved(target) is None:
        raise Unwritable(f"{target} is no function of torch.")
    return f"{target}({', '.join([*args, *named])})"


def _resolved(target: str) -> Any:
    found: Any = torch.nn.functional if target.startswith("F.") else torch
    for part in target.split(".")[1:]:
        found = getattr(found, part, None)
    return found


def _written(item: Any, names: dict[Value, str], sizes: Callable[[Varying], str]) -> str:
    def write(thing: Any) -> str:
        return _written(thing, names, sizes)

    if isinstance(item, Value):
        return names[item]
    if isinstance(item, Varying):
        return sizes(item)
    if isinstance(item, torch.device):
        return f"{next(iter(names.values()))}.device"
    if isinstance(item, torch.dtype):
        return str(item)
    if item is Ellipsis:
        return "..."
    if isinstance(item, slice):
        parts = ["" if part is None else write(part) for part in (item.start, item.stop)]
        return ":".join(parts) + ("" if item.step is None else f":{write(item.step)}")
    if isinstance(item, (tuple, list)):
        inside = ", ".join(map(write, item))
        if isinstance(item, list):
            return f"[{inside}]"
        return f"({inside},)" if len(item) == 1 else f"({inside})"
    if item is None or isinstance(item, (bool, int, str)):
        return repr(item).replace("'", '"') if isinstance(item, str) else repr(item)
    if isinstance(item, float):
        return repr(item) if item == item and abs(item) != float("inf") else f'float("{item}")'
    raise Unwritable(f"{type(item).__name__} cannot be written as an argument.")


# -- modules ---------------------------------------------------------------------------------------


def module_code(call: Call, names: dict[Value, str], sizes: Callable[[Varying], str]) -> tuple[str, str]:
    """A class that builds the module anew from its class and its arguments, and calls it; and what stands
    before the keys of its weights there. A class that cannot be imported is written out itself."""
    module = call.function
    kind = type(module)
    arguments = constructor_arguments(module)
    if not importable(kind) or "." in kind.__qualname__:
        plain = all(isinstance(item, Value) for item in call.args) and not call.kwargs
        if not plain or not isinstance(call.result, Value):
            raise Unwritable(
                f"{kind.__name__} is called with more than tensors, and cannot be imported by name."
            )
        try:
            return own_code(module, arguments), ""
        except NotAlone as error:
            raise Unwritable(str(error)) from None
    name = kind.__name__.lstrip("_")
    theirs = f"Original{name}"
    given = ", ".join(f"{key}={_written(value, {}, sizes)}" for key, value in arguments.items())
    called = [_written(item, names, sizes) for item in call.args]
    called += [
        f"{key}={_written(item, names, sizes)}" for key, item in call.kwargs.items() if item is not None
    ]
    inputs = ", ".join(["self", *dict.fromkeys(names.values())])
    if isinstance(call.result, Value):
        body = [f"return self.inner({', '.join(called)})"]
    elif isinstance(call.result, (tuple, list)) and all(
        isinstance(item, (Value, type(None))) for item in call.result
    ):
        parts = [f"found[{at}]" for at, item in enumerate(call.result) if isinstance(item, Value)]
        body = [f"found = self.inner({', '.join(called)})", f"return {', '.join(parts)}"]
    else:
        raise Unwritable(f"{kind.__name__} gives something else than tensors.")
    lines = [
        f"from {kind.__module__} import {kind.__name__} as {theirs}",
        "",
        "",
        f"class {name}(nn.Module):",
        f'    """{kind.__name__} of {kind.__module__}, as it is there."""',
        "",
        "    def __init__(self):",
        "        super().__init__()",
        f"        self.inner = {theirs}({given})",
        "",
        f"    def forward({inputs}):",
        *(f"        {line}" for line in body),
        "",
    ]
    code = "\n".join(lines)
    try:
        read(code)
    except CodeFault as fault:
        raise Unwritable(f"{kind.__name__} cannot be written as a block: {fault}") from None
    return code, "inner."


def constructor_arguments(module: nn.Module) -> dict[str, Any]:
    """Arguments that build the module anew, found in its attributes; :class:`Unwritable` when they do not.

    A size that is kept nowhere shows in the weights: those sizes are tried.
    """
    kind = type(module)
    try:
        parameters = list(inspect.signature(kind.__init__).parameters.values())[1:]
    except (TypeError, ValueError):
        raise Unwritable(f"What {kind.__name__} is built from cannot be seen.") from None
    found: dict[str, Any] = {}
    unknown = []
    for parameter in parameters:
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        value = _kept(module, parameter.name)
        if not _is_plain(value):
            if parameter.default is parameter.empty:
                unknown.append(parameter.name)
        elif parameter.default is parameter.empty or value != parameter.default:
            found[parameter.name] = value
    sizes = sorted({size for value in module.state_dict().values() for size in value.shape}, reverse=True)
    if len(unknown) > MOST_GUESSED:
        raise Unwritable(f"{kind.__name__} does not keep its arguments {', '.join(unknown)}.")
    for guess in itertools.product(sizes[:MOST_SIZES], repeat=len(unknown)):
        arguments = found | dict(zip(unknown, guess, strict=True))
        if _builds(kind, arguments, module):
            return arguments
    raise Unwritable(f"{kind.__name__} cannot be built again from what it keeps.")


MOST_GUESSED, MOST_SIZES = 2, 12


def _kept(module: nn.Module, name: str) -> Any:
    """An argument of the constructor as the module remembers it."""
    for attribute in (name, f"_{name}"):
        if hasattr(module, attribute):
            value = getattr(module, attribute)
            if name == "bias" and (value is None or isinstance(value, nn.Parameter)):
                return value is not None
            return value
    return inspect.Parameter.empty


def _builds(kind: type, arguments: dict[str, Any], module: nn.Module) -> bool:
    """Whether these arguments give a module with the same weights."""
    try:
        with torch.device("meta"):
            twin = kind(**arguments)
    except Exception:  # noqa: BLE001, a constructor may refuse a guess with anything
        return False
    return _sizes(twin) == _sizes(module)


def _sizes(module: nn.Module) -> dict[str, tuple[int, ...]]:
    return {key: tuple(value.shape) for key, value in module.state_dict().items()}


def _is_plain(value: Any) -> bool:
    if value is None or isinstance(value, (bool, int, float, str)):
        return True
    return isinstance(value, (tuple, list)) and all(_is_plain(item) for item in value)
