"""Running blocks written in Python, to learn what they give. Only a worker process or a terminal command does.

Code is executed as a module of its own, so that a traceback names its lines, and asked on the ``meta``
device with every probe batch, like any layer (:mod:`graph.asking`).
"""

from __future__ import annotations

import io
import linecache
import traceback
import warnings
from collections.abc import Collection, Mapping
from contextlib import redirect_stdout
from functools import lru_cache
from typing import Any

from graph.asking import Answer
from graph.catalogue.spec import Complaint
from graph.coded import UNTRUSTED, Custom, Waiting
from graph.custom import CodeFault, Reading, fingerprint, is_template, read
from graph.tensors import Tensor


def asker(trusted: Collection[str] | None) -> Custom:
    """Who answers in this very process, for code whose fingerprint is in ``trusted`` (``None``: all code)."""

    def ask(
        code: str, name: str, params: Mapping[str, Any], inputs: Mapping[str, Tensor]
    ) -> Answer | Waiting:
        if trusted is not None and fingerprint(code) not in trusted and not is_template(code):
            return UNTRUSTED
        return run_on_meta(code, params, inputs)

    return ask


def run_on_meta(code: str, params: Mapping[str, Any], inputs: Mapping[str, Tensor]) -> Answer:
    """Run trusted code on tensors without numbers: outputs by port and the count of its parameters, or a
    complaint that names the line. Code that must see numbers (``.item()``, NumPy) is given some, on the CPU.
    Whatever the code raises is caught; what it prints is dropped."""
    values = dict(params)
    try:
        with warnings.catch_warnings(), redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            try:
                return Answer(values, *_run(code, values, inputs, "meta"))
            except (NotImplementedError, RuntimeError, TypeError, ValueError) as error:
                if not isinstance(error, NotImplementedError) and not _wants_numbers(error):
                    raise
                return Answer(values, *_run(code, values, inputs, "cpu"))
    except CodeFault as fault:
        text = str(fault).removesuffix(".")
        return Answer(values, {}, complaint=Complaint(f"fails in line {fault.line} of its code: {text}"))
    except _NoTensor as error:
        return Answer(values, {}, complaint=Complaint(str(error)))
    except (Exception, SystemExit) as error:  # noqa: BLE001, code of a person may raise anything
        return Answer(values, {}, complaint=Complaint(_told(error, code)))


class _NoTensor(Exception):
    """The code ran, but gave something that is no tensor. The text completes "“gate1” …"."""


def _wants_numbers(error: Exception) -> bool:
    """Whether code asked a tensor on ``meta`` for what it holds."""
    return "meta" in str(error)


def _run(
    code: str, params: Mapping[str, Any], inputs: Mapping[str, Tensor], device: str
) -> tuple[dict[str, Tensor], int]:
    import torch

    reading = read(code)
    made = definition(code)
    shapes: dict[str, list[tuple[int, ...]]] = {}
    dtypes: dict[str, str] = {}
    with torch.device(device), torch.no_grad(), torch.random.fork_rng(devices=[]):
        module = None
        if reading.kind == "class":
            module = made(**params)
            if not isinstance(module, torch.nn.Module):
                raise _NoTensor(f"is no torch module: “{reading.name}” must derive from nn.Module")
            module.eval()
        count = max((len(tensor.shapes) for tensor in inputs.values()), default=1)
        for probe in range(count):
            arguments = [
                torch.zeros(inputs[name].shapes[probe], dtype=getattr(torch, inputs[name].dtype))
                for name in reading.inputs
            ]
            given = module(*arguments) if module is not None else made(*arguments, **params)
            for name, value in _taken_apart(reading, given).items():
                shapes.setdefault(name, []).append(tuple(value.shape))
                dtypes[name] = str(value.dtype).removeprefix("torch.")
    for name, found in shapes.items():
        if len({len(shape) for shape in found}) > 1:
            raise _NoTensor(f"gives “{name}” another number of axes for another batch size")
        if any(0 in shape for shape in found):
            raise _NoTensor(f"gives nothing at “{name}”: one of its axes has the size 0")
    weights = sum(weight.numel() for weight in module.parameters()) if module is not None else 0
    return {name: Tensor(tuple(found), dtypes[name]) for name, found in shapes.items()}, weights


def _taken_apart(reading: Reading, given: Any) -> dict[str, Any]:
    """What was returned, by output."""
    import torch

    several = isinstance(given, (tuple, list))
    items = list(given) if several else [given]
    if len(items) != len(reading.outputs) or (several and len(reading.outputs) == 1):
        gives = f"{len(items)} things" if several else "one thing"
        wanted = len(reading.outputs)
        raise _NoTensor(
            f"gives {gives}, but its code names {wanted}: write them out behind “return”, with commas between"
        )
    for name, item in zip(reading.outputs, items, strict=True):
        if not isinstance(item, torch.Tensor):
            raise _NoTensor(f"gives {type(item).__name__} at “{name}” where a tensor is expected")
    return dict(zip(reading.outputs, items, strict=True))


@lru_cache(maxsize=64)
def definition(code: str) -> Any:
    """The class or function that trusted code defines. Runs the code."""
    import math

    import torch
    import torch.nn.functional

    reading = read(code)
    name = _file(code)
    # so that a traceback can show the line
    linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
    scope: dict[str, Any] = {
        "__name__": name, "torch": torch, "nn": torch.nn, "F": torch.nn.functional, "math": math,
    }  # fmt: skip
    exec(compile(code, name, "exec"), scope)
    return scope[reading.name]


def _file(code: str) -> str:
    return f"<block {fingerprint(code)[:12]}>"


def _told(error: BaseException, code: str) -> str:
    """``fails in line 7 of its code: …`` from the innermost line of the code that raised."""
    line = None
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename == _file(code):
            line = frame.lineno
    text = " ".join(str(error).split())[:300]
    kind = type(error).__name__
    what = text if isinstance(error, RuntimeError) and text else f"{kind}: {text}" if text else kind
    if isinstance(error, ModuleNotFoundError) and error.name:
        what = f"the package “{error.name}” is not installed here"
    where = f"in line {line} of its code" if line is not None else "in its code"
    return f"fails {where}: {what}".removesuffix(".")
