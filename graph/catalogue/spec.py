"""How a layer type is declared. One :class:`LayerType` says everything about one layer.

From a declaration come the palette entry, the typed editors, the ports, the shape check, the code
and the tests. Nothing here imports torch; :mod:`graph.building` turns declarations into modules.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from graph.tensors import Tensor
from graph.values import BadValue, Value, shown

Kind = Literal["int", "float", "bool", "choice", "ints", "shape", "text", "path", "names"]

MAX_TEXT = 200
"""Longest text parameter, in characters."""
MAX_PATH = 4096
MAX_NAMES = 4096


class _Same:
    def __repr__(self) -> str:
        return "SAME"


SAME: Any = _Same()


@dataclass(frozen=True, slots=True)
class Given:
    """What a rule of a layer sees: its resolved parameters and the tensors that arrive."""

    params: Mapping[str, Any]
    inputs: Mapping[str, tuple[Tensor, ...]]

    def __getitem__(self, name: str) -> Any:
        return self.params[name]

    def one(self, port: str = "input") -> Tensor:
        """The tensor at a port that takes one wire."""
        return self.inputs[port][0]

    def all(self, port: str = "inputs") -> tuple[Tensor, ...]:
        """The tensors at a variadic port, in order."""
        return self.inputs.get(port, ())

    def has(self, port: str) -> bool:
        return bool(self.inputs.get(port))


@dataclass(frozen=True, slots=True)
class Patch:
    """A change of this node's parameters that may cure a complaint. ``label`` is imperative."""

    label: str
    params: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Complaint:
    """Why a layer cannot take what arrives.

    ``text`` completes the sentence ‘Linear "fc" …’: "expects 9216 features but receives 1024".
    ``expected`` and ``got`` are the two short facts; ``port`` and ``param`` say where to look.
    """

    text: str
    expected: str = ""
    got: str = ""
    port: str | None = None
    param: str | None = None
    patches: tuple[Patch, ...] = ()


@dataclass(frozen=True, slots=True)
class Param:
    """One typed parameter.

    ``default`` applies while the person has set nothing; ``torch`` is torch's own default, left out of
    the code (same as ``default`` unless given; a ``required`` parameter is always printed, by position).
    ``inferred`` makes the default "auto": the value follows from the inputs, and can be pinned.
    ``ints`` is one int or a tuple of exactly ``length`` ints; ``shape`` a tuple of any length; ``text`` a
    line that ``pattern`` matches as a whole, described to people by ``wording`` ("an equation such as …").
    ``path`` is a file or folder on the person's computer: a string, nothing is opened to check it;
    ``takes`` says which of the two and ``suffixes`` which files (".csv"). ``names`` is a tuple of strings,
    such as columns of a table.
    """

    name: str
    kind: Kind
    default: Any = None
    help: str = ""
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    length: int = 0
    optional: bool = False
    required: bool = False
    torch: Any = SAME
    inferred: Callable[[Given], Any] | None = None
    code: bool = True
    """Whether the parameter is an argument of the module's constructor."""
    bare: bool = False
    """A tuple of one number is printed as that number: ``nn.LayerNorm(64)``."""
    pattern: str = ".*"
    wording: str = ""
    takes: Literal["file", "folder", "either"] = "either"
    suffixes: tuple[str, ...] = ()

    @property
    def torch_default(self) -> Any:
        return self.default if self.torch is SAME else self.torch

    def check(self, value: Any) -> Any:
        """The value in its normal form; :class:`BadValue` with a sentence that names the parameter."""
        if value is None:
            if self.optional or self.inferred is not None:
                return None
            raise BadValue(f"{self.name} must be {self.wanted}, but nothing is set.")
        checked = self._checked(value)
        if checked is None:
            raise BadValue(f"{self.name} must be {self.wanted}, not {shown(value)}.")
        return checked

    def _checked(self, value: Any) -> Any:
        if self.kind == "bool":
            return value if isinstance(value, bool) else None
        if self.kind == "choice":
            return value if isinstance(value, str) and value in self.choices else None
        if self.kind == "text":
            fits = isinstance(value, str) and len(value) <= MAX_TEXT and re.fullmatch(self.pattern, value)
            return value if fits else None
        if self.kind == "path":
            named = isinstance(value, str) and 0 < len(value) <= MAX_PATH and "\0" not in value
            return value if named else None
        if self.kind == "names":
            return _names(value)
        if self.kind == "int":
            return value if self._number(value, int) else None
        if self.kind == "float":
            return float(value) if self._number(value, (int, float)) else None
        if self.kind == "ints" and self._number(value, int):
            return value
        if not isinstance(value, (tuple, list)) or len(value) > 16:
            return None
        if self.kind == "ints" and len(value) != self.length:
            return None
        return tuple(value) if all(self._number(item, int) for item in value) else None

    def _number(self, value: Any, types: Any) -> bool:
        if isinstance(value, bool) or not isinstance(value, types) or value != value:
            return False
        low = self.minimum if self.minimum is not None else -(2**40)
        high = self.maximum if self.maximum is not None else 2**40
        return low <= value <= high

    @property
    def wanted(self) -> str:
        """What the parameter accepts, in words."""
        if self.kind == "bool":
            return "true or false"
        if self.kind == "choice":
            return "one of " + ", ".join(self.choices)
        if self.kind == "text":
            return self.wording or "a line of text"
        if self.kind == "path":
            return {"file": "a file", "folder": "a folder", "either": "a file or folder"}[self.takes]
        if self.kind == "names":
            return self.wording or "a list of names"
        bounds = ""
        if self.minimum is not None and self.maximum is not None:
            bounds = f" from {_number_text(self.minimum)} to {_number_text(self.maximum)}"
        elif self.minimum is not None:
            bounds = f" of at least {_number_text(self.minimum)}"
        elif self.maximum is not None:
            bounds = f" of at most {_number_text(self.maximum)}"
        if self.kind == "int":
            return "a whole number" + bounds
        if self.kind == "float":
            return "a number" + bounds
        if self.kind == "ints":
            return f"a whole number{bounds}, or {self.length} of them"
        return "a list of whole numbers" + (f", each{bounds}" if bounds else "")


def literal(value: Any) -> str:
    """A parameter's value as Python text. Only plain values: anything else is a programming error."""
    if isinstance(value, tuple):
        inside = ", ".join(literal(item) for item in value)
        return f"({inside},)" if len(value) == 1 else f"({inside})"
    if value is None or type(value) in (bool, int, float, str):
        return json.dumps(value) if isinstance(value, str) else repr(value)
    raise TypeError(f"{value!r} is not a plain value")


def _names(value: Any) -> tuple[str, ...] | None:
    if not isinstance(value, (tuple, list)) or len(value) > MAX_NAMES:
        return None
    return tuple(value) if all(isinstance(item, str) for item in value) else None


def _number_text(value: float) -> str:
    return f"{int(value):,}" if value == int(value) else f"{value:g}"


Accepts = Literal["float", "int", "bool", "number", "any"]


@dataclass(frozen=True, slots=True)
class Port:
    """A place for a wire. ``accepts`` is the dtype kind; a ``variadic`` input takes any number in order."""

    name: str
    accepts: Accepts = "float"
    optional: bool = False
    variadic: bool = False
    help: str = ""
    support: tuple[str, ...] = ()
    """Files of :mod:`graph.support` that the layer's ``call`` uses when something is wired here."""


@dataclass(frozen=True, slots=True)
class Call:
    """What :attr:`LayerType.call` prints from: argument texts by port, parameter texts and values.

    Argument texts are names or attributes (``x``, ``self.scale``), so that methods and subscripts may
    follow them directly. A parameter's text is a number or tuple as printed, or the name of a constructor
    argument where several uses of one class differ.
    """

    texts: Mapping[str, str]
    values: Mapping[str, Any]
    arguments: Mapping[str, Sequence[str]]
    module: str = ""
    """How the module is reached (``self.fc``); empty for a function."""

    def __getitem__(self, param: str) -> str:
        """The text of a parameter, ready to print."""
        return self.texts[param]

    def one(self, port: str = "input") -> str:
        return self.arguments[port][0]

    def number(self, param: str) -> int | None:
        """An int parameter when it is printed as the number itself (and not as a name), else ``None``."""
        value = self.values[param]
        return value if isinstance(value, int) and self.texts[param] == repr(value) else None

    def spread(self, param: str) -> str:
        """A tuple parameter as separate arguments: ``-1, 64`` of ``(-1, 64)``."""
        text = self.texts[param]
        inside = text[1:-1].rstrip(",") if text.startswith("(") and text.endswith(")") else f"*{text}"
        return inside if inside.strip() else text

    def changed(self, layer_default: Any, param: str) -> bool:
        """Whether a parameter must be printed because it differs from torch's default."""
        value = self.values[param]
        return bool(value != layer_default) or self.texts[param] != literal(value)

    def all(self, port: str = "inputs") -> str:
        return ", ".join(self.arguments.get(port, ()))

    def has(self, port: str) -> bool:
        return bool(self.arguments.get(port))


@dataclass(frozen=True, slots=True)
class Example:
    """A valid use, for tests: parameters and the inputs' shapes. A first axis of 2 is the batch."""

    params: Mapping[str, Any]
    inputs: Mapping[str, Any]
    """port -> shape tuple, or a list of shape tuples for a variadic port."""
    dtypes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LayerType:
    """One kind of node. See CONTRIBUTING.md for a worked example.

    ``module`` is the torch class as written in code (``"nn.Conv2d"``); without it the layer is a function
    and ``call`` prints the expression. It may also be ``"nn.Parameter"`` or ``"nn.Buffer"``: then
    ``construct`` prints how it is made and ``call`` uses ``module`` as a tensor. ``unpack`` shows how
    several results are taken apart: ``"{output}, ({h_n}, {c_n})"``. ``check`` is the contract, asked
    before torch is.
    """

    name: str
    category: str
    summary: str
    help: str = ""
    formula: str = ""
    words: tuple[str, ...] = ()
    params: tuple[Param, ...] = ()
    inputs: tuple[Port, ...] = (Port("input"),)
    outputs: tuple[Port, ...] | Callable[[Mapping[str, Any]], tuple[Port, ...]] = (Port("output"),)
    module: str | None = None
    call: Callable[[Call], str] | None = None
    construct: Callable[[Call], str] | None = None
    """Prints the constructor where the usual ``module(required, keyword=…)`` does not do."""
    sequential: bool = False
    """Although it has a ``call``: with one input and one result it is called plainly, so it may stand in an
    ``nn.Sequential``."""
    support: tuple[str, ...] = ()
    """Files of :mod:`graph.support` whose classes and functions ``module`` and ``call`` use."""
    unpack: str | Callable[[Mapping[str, Any]], str | None] | None = None
    check: Callable[[Given], Complaint | None] | None = None
    caution: Callable[[Given], Complaint | None] | None = None
    """Like ``check``, for what torch does take but a person rarely wants: shown as a warning."""
    shapes: Callable[[Given], dict[str, Tensor]] | None = None
    """The outputs, where torch on ``meta`` is too slow to be asked: it unrolls recurrent layers step by step."""
    worked: Callable[[Given, Mapping[str, Tensor]], str] | None = None
    """The formula with this node's own numbers put in."""
    macs: Callable[[Given, Mapping[str, Tensor]], int] | None = None
    """Multiply-accumulates for one sample."""
    window: Callable[[Given], tuple[int, int, int] | None] | None = None
    """(kernel, stride, dilation) of a spatial window, for receptive fields."""
    headline: tuple[str, ...] = ()
    """The (at most two) parameters shown on the node itself."""
    initial: Mapping[str, Any] = field(default_factory=dict)
    """Parameters set on a node fresh from the palette, where torch's default is not the usual wish."""
    examples: tuple[Example, ...] = ()

    def brings(self, wired: Collection[str]) -> tuple[str, ...]:
        """The files of :mod:`graph.support` that are needed when these input ports are wired."""
        return (*self.support, *(name for port in self.inputs if port.name in wired for name in port.support))

    def param(self, name: str) -> Param:
        for param in self.params:
            if param.name == name:
                return param
        raise KeyError(name)

    def out_ports(self, params: Mapping[str, Any]) -> tuple[Port, ...]:
        """The output ports under these parameters (a Split has as many as it has pieces)."""
        return self.outputs(self.settled(params)) if callable(self.outputs) else self.outputs

    def settled(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Parameters with defaults filled in, unchecked."""
        return {param.name: params.get(param.name, param.default) for param in self.params}

    def validated(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """All parameters, checked, defaults filled in (``None`` where one is still to be inferred)."""
        known = {param.name for param in self.params}
        for name in params:
            if name not in known:
                raise BadValue(f"{self.name} has no parameter {name}.")
        return {param.name: param.check(params.get(param.name, param.default)) for param in self.params}

    def constructor(
        self, values: Mapping[str, Any], named: Collection[str] = ()
    ) -> list[tuple[str | None, str]]:
        """The constructor's arguments in order as (keyword or None, parameter): required ones by position,
        others by keyword and only where they differ from torch's default (or are in ``named``)."""
        shown: list[tuple[str | None, str]] = []
        for param in self.params:
            if not param.code:
                continue
            if param.required:
                shown.append((None, param.name))
            elif param.name in named or values[param.name] != param.torch_default:
                shown.append((param.name, param.name))
        return shown

    def pattern(self, params: Mapping[str, Any]) -> str | None:
        """How several results are taken apart, or ``None`` for a single result."""
        return self.unpack(params) if callable(self.unpack) else self.unpack
