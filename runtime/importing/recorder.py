"""One run of a model, written down: every torch call on a tensor, and the modules it happened in.

A ``TorchFunctionMode`` sees each function and method before torch does, with real tensors in it (on the
``meta`` device, so nothing is computed). So shapes are numbers, ``if`` and ``for`` behave as ever, and there
are no stand-ins that a model could stumble over, as symbolic tracing has them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn
from torch.overrides import TorchFunctionMode, resolve_name


class Untraceable(Exception):
    """A run that cannot be written down. ``path`` is the innermost module it happened in."""

    def __init__(self, sentence: str, path: str) -> None:
        super().__init__(sentence)
        self.path = path


@dataclass(eq=False, slots=True)
class Value:
    """A tensor of the run: which call made it, as its how-manieth result."""

    call: Call
    index: int
    shapes: list[tuple[int, ...]]
    dtype: str

    @property
    def shape(self) -> tuple[int, ...]:
        return self.shapes[0]

    def __repr__(self) -> str:
        return f"<{self.call.target or self.call.kind}.{self.index}>"


@dataclass(eq=False, slots=True)
class Scope:
    """One call of a module that is looked into: what happens inside, in order."""

    path: str
    module: nn.Module
    parent: Scope | None
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    result: Any = None
    parts: list[Scope | Call] = field(default_factory=list)

    def around(self) -> Iterator[Scope]:
        """The scope and those around it, from the inside."""
        here: Scope | None = self
        while here is not None:
            yield here
            here = here.parent


@dataclass(eq=False, slots=True)
class Call:
    """One call. ``kind``: ``input``, ``state`` (a parameter or buffer), ``constant``, ``module`` or ``function``.

    ``target`` is the path of a module or of a state, the written name of a function (``torch.cat``,
    ``.view``, ``+``). ``args`` and ``kwargs`` hold :class:`Value` where tensors were.
    """

    kind: str
    target: str
    scope: Scope
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    function: Any = None
    values: list[Value] = field(default_factory=list)
    result: Any = None
    tensor: Any = None
    """The numbers of a constant."""

    def read(self) -> Iterator[Value]:
        yield from values_in((self.args, self.kwargs))


def values_in(thing: Any) -> Iterator[Value]:
    """All values inside nested tuples, lists and dicts."""
    if isinstance(thing, Value):
        yield thing
    elif isinstance(thing, (tuple, list)):
        for item in thing:
            yield from values_in(item)
    elif isinstance(thing, Mapping):
        for item in thing.values():
            yield from values_in(item)
    elif isinstance(thing, slice):
        yield from values_in((thing.start, thing.stop, thing.step))


def mapped(thing: Any, change: Callable[[Any], Any]) -> Any:
    """The same nesting with every leaf changed."""
    if isinstance(thing, (torch.Size, tuple)):
        items = [mapped(item, change) for item in thing]
        return type(thing)(*items) if hasattr(thing, "_fields") else tuple(items)
    if isinstance(thing, list):
        return [mapped(item, change) for item in thing]
    if isinstance(thing, dict):
        return {key: mapped(item, change) for key, item in thing.items()}
    if isinstance(thing, slice):
        return slice(*(mapped(item, change) for item in (thing.start, thing.stop, thing.step)))
    return change(thing)


_SIGNS = {
    "add": "+", "radd": "+", "sub": "-", "rsub": "rsub", "mul": "*", "rmul": "*", "truediv": "/", "div": "/",
    "rtruediv": "rdiv", "rdiv": "rdiv", "pow": "**", "matmul": "@", "getitem": "[]", "setitem": "[]=", "neg": "~-",
    "eq": "==", "gt": ">", "lt": "<", "ge": ">=", "le": "<=", "ne": "!=", "and": "&", "or": "|", "invert": "~",
    "floordiv": "//", "mod": "%",
}  # fmt: skip


def target_of(function: Any) -> str:
    """How a function is written in code: ``torch.cat``, ``F.relu``, ``.view``, ``+``."""
    name = resolve_name(function) or _qualified(function)
    name = name.replace("torch.nn.functional.", "F.").replace("torch.functional.", "torch.")
    if name.startswith("torch._C._nn."):
        name = "F." + name.removeprefix("torch._C._nn.")
    if name.startswith(("torch.Tensor.", "torch._C.TensorBase.", "torch._tensor.Tensor.")):
        name = name.rpartition("Tensor.")[2] if "Tensor." in name else name.rpartition("TensorBase.")[2]
        name = name.removesuffix(".__get__").removesuffix(".__set__")
        if name.startswith("__") and name.endswith("__"):
            plain = name.strip("_")
            sign = _SIGNS.get(plain) or _SIGNS.get(plain.removeprefix("i"))
            return sign if sign is not None else f".{name}"
        return f".{name}"
    return name


def _qualified(function: Any) -> str:
    home = getattr(function, "__module__", None) or "torch"
    name = getattr(function, "__qualname__", None) or getattr(function, "__name__", repr(function))
    return f"{home}.{name}"


def in_place(target: str, function: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool:
    """Whether a call changes its first argument."""
    name = getattr(function, "__name__", "")
    if name.startswith("__i") and name.strip("_") not in ("invert", "index"):
        return True
    return (name.endswith("_") and not name.endswith("__")) or bool(kwargs.get("inplace"))


class Recorder(TorchFunctionMode):
    """Records one run. ``is_leaf`` says of a module whether it counts as one call."""

    def __init__(
        self,
        model: nn.Module,
        is_leaf: Callable[[str, nn.Module], bool],
        buffers: Mapping[str, torch.Tensor] | None = None,
    ) -> None:
        """``buffers`` are the real ones of a model that stands on ``meta``."""
        super().__init__()
        self.model = model
        self.is_leaf = is_leaf
        self.paths = {id(module): path for path, module in model.named_modules(remove_duplicate=True)}
        self.states = {id(item): name for name, item in model.named_parameters(remove_duplicate=True)}
        self.real: dict[int, torch.Tensor] = {}
        """Fixed tensors by the id under which the model knows them."""
        for name, item in model.named_buffers(remove_duplicate=True):
            real = item if buffers is None else buffers[name]
            self.states |= {id(item): name, id(real): name}
            self.real |= {id(item): real, id(real): real}
        self.constants: set[int] = set()
        self.local: dict[tuple[int, int], Value] = {}
        """Constants by the scope they belong to."""
        self.stale: dict[int, str] = {}
        """Tensors that were changed through another one, and in which module."""
        self.root = Scope("", model, None)
        self.scope = self.root
        self.calls: list[Call] = []
        self.values: dict[int, Value] = {}
        self.kept: list[Any] = []
        self.device = torch.device("cpu")
        self.batch = 0

    # -- a run -----------------------------------------------------------------------------------

    def run(self, inputs: list[torch.Tensor]) -> None:
        """Run the model on these tensors; :class:`Untraceable` says where it cannot be followed."""
        self.device, self.batch = inputs[0].device, inputs[0].shape[0]
        for tensor in inputs:
            self._made(Call("input", "", self.root), tensor)
        try:
            with self, self._modules():
                result = self.model(*inputs)
        except Untraceable:
            raise
        except Exception as error:
            path = getattr(error, "_torchloom_path", "")
            raise Untraceable(
                f"{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error) else ''}", path
            ) from error
        self.root.args = tuple(self.values[id(tensor)] for tensor in inputs)
        self.root.result = self._seen(result)

    @contextmanager
    def _modules(self) -> Iterator[None]:
        original = nn.Module.__call__
        recorder = self

        def call(module: nn.Module, *args: Any, **kwargs: Any) -> Any:
            path = recorder.paths.get(id(module))
            if path is None or not torch._C._is_torch_function_mode_enabled():
                return original(module, *args, **kwargs)
            if module is recorder.model:
                return recorder._watched(lambda: original(module, *args, **kwargs))
            if recorder.is_leaf(path, module):
                return recorder._leaf(path, module, original, args, kwargs)
            return recorder._inside(path, module, original, args, kwargs)

        nn.Module.__call__ = call  # type: ignore[method-assign]
        try:
            yield
        finally:
            nn.Module.__call__ = original  # type: ignore[method-assign]

    def _watched(self, run: Callable[[], Any]) -> Any:
        try:
            return run()
        except Exception as error:
            if not hasattr(error, "_torchloom_path"):
                error._torchloom_path = self.scope.path  # type: ignore[attr-defined]
            raise

    def _inside(self, path: str, module: nn.Module, original: Any, args: Any, kwargs: Any) -> Any:
        scope = Scope(path, module, self.scope, self._seen(args), self._seen(kwargs))
        self.scope.parts.append(scope)
        self.scope = scope
        try:
            result = self._watched(lambda: original(module, *args, **kwargs))
        finally:
            self.scope = scope.parent or self.root
        scope.result = self._seen(result)
        return result

    def _leaf(self, path: str, module: nn.Module, original: Any, args: Any, kwargs: Any) -> Any:
        call = Call("module", path, self.scope, self._seen(args), self._seen(kwargs), module)
        args, kwargs = mapped(args, self._same_device), mapped(kwargs, self._same_device)
        before = {id(item) for item in _tensors((args, kwargs))}
        with torch._C.DisableTorchFunction():
            result = self._watched(lambda: original(module, *args, **kwargs))
            changes = bool(getattr(module, "inplace", False)) and id(result) in before
            if not changes:
                result = mapped(result, lambda item: _again(item, before))
        old = self.values.get(id(result)) if changes else None
        self._recorded(call, result)
        if old is not None:
            with torch._C.DisableTorchFunction():
                self._changed(result, old)
        return result

    # -- calls -----------------------------------------------------------------------------------

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        target = target_of(function)
        if getattr(function, "__name__", "") == "__set__":
            return function(*args, **kwargs)
        made = target.startswith(".new_")
        # what is fixed and repeated for every sample is drawn, not worked out
        spread = target in (".expand", ".repeat") and self.batch in _numbers(args[1:])
        fixed = all(self._is_constant(item) for item in _tensors((args, kwargs)))
        if made or (fixed and not spread):
            return self._constant(function, args, kwargs, made)
        if target == "[]=":
            return self._put(function, args)
        changes = in_place(target, function, args, kwargs)
        given = args, kwargs
        args, kwargs = mapped(args, self._same_device), mapped(kwargs, self._same_device)
        before = {id(item) for item in _tensors((args, kwargs))}
        result = function(*args, **kwargs)
        if not any(True for _ in _tensors(result)):
            return result
        call = Call("function", target, self.scope, self._seen(given[0]), self._seen(given[1]), function)
        if not changes:
            return self._recorded(call, mapped(result, lambda item: _again(item, before)))
        view, old = args[0], self.values[id(args[0])]
        self._recorded(call, result)
        self._changed(view, old)
        return result

    def _changed(self, view: torch.Tensor, old: Value) -> None:
        """A tensor was changed in place. What it is a part of has changed with it: where it is known which
        part, that is drawn; else nothing that shows the same numbers may be read any more, for a graph cannot
        say it. (Pieces that one call cut apart do not overlap.)"""
        whole = view._base if view._base is not None else view
        source = old.call.args[0] if old.call.target == "[]" else None
        put = None
        for other in self.kept:
            known = self.values.get(id(other))
            if other is view or known is None or (other is not whole and other._base is not whole):
                continue
            if known is source:
                put = other
            elif known.call is not old.call:
                self.stale[id(other)] = self.scope.path
        if put is not None:
            assert isinstance(source, Value)
            args = (source, old.call.args[1], self.values[id(view)])
            self._recorded(Call("function", "[]=", self.scope, args), put)

    def _put(self, function: Any, args: Any) -> None:
        """``x[index] = value``: from here on ``x`` is another value."""
        tensor, index, value = args
        old = self.values.get(id(tensor))
        seen = self._seen((index, value))
        function(*mapped(args, self._same_device))
        made = self.values.get(id(value)) if isinstance(value, torch.Tensor) else None
        if old is not None and made is not None and old.call.target == "[]=" and old.call.args[2] is made:
            return  # ``x[index] += value`` was drawn when the part was changed
        if old is None or self._is_constant(tensor):
            raise Untraceable("A part of a fixed tensor is written in place.", self.scope.path)
        for other in self.kept:
            if other is not tensor and id(other) in self.values and other._base is not None:
                whole = tensor._base if tensor._base is not None else tensor
                if other is whole or other._base is whole:
                    self.stale[id(other)] = self.scope.path
        self._recorded(Call("function", "[]=", self.scope, (self._seen(tensor), *seen)), tensor)

    def _is_constant(self, tensor: torch.Tensor) -> bool:
        return id(tensor) in self.constants or id(tensor) in self.real

    def _constant(self, function: Any, args: Any, kwargs: Any, made: bool) -> Any:
        """What depends on no input and on nothing learned is worked out with real numbers: index tables,
        masks, coordinates. (Or it has no tensor in it at all, and passes by.)"""
        if made:
            args = (torch.empty(0, dtype=args[0].dtype), *args[1:])
        result = function(*mapped(args, self._with_numbers), **mapped(kwargs, self._with_numbers))
        for tensor in _tensors(result):
            self.constants.add(id(tensor))
            self.kept.append(tensor)
        return result

    def _with_numbers(self, item: Any) -> Any:
        if isinstance(item, torch.device) and item.type == "meta":
            return torch.device("cpu")
        return self.real.get(id(item), item) if isinstance(item, torch.Tensor) else item

    def _recorded(self, call: Call, result: Any) -> Any:
        self.scope.parts.append(call)
        self.calls.append(call)
        for tensor in _tensors(result):
            self._made(call, tensor, listed=True)
        call.result = self._seen(result)
        return result

    def _made(self, call: Call, tensor: torch.Tensor, listed: bool = False) -> Value:
        if not listed:
            call.scope.parts.append(call)
            self.calls.append(call)
        value = Value(call, len(call.values), [tuple(tensor.shape)], str(tensor.dtype).removeprefix("torch."))
        call.values.append(value)
        self.values[id(tensor)] = value
        self.kept.append(tensor)  # or its id could be given to another
        return value

    def _seen(self, thing: Any) -> Any:
        return mapped(thing, self._value)

    def _value(self, item: Any) -> Any:
        if not isinstance(item, torch.Tensor):
            return item
        if id(item) in self.stale:
            raise Untraceable("A part of a tensor is changed in place.", self.stale[id(item)])
        found = self.values.get(id(item))
        if found is not None:
            return found
        name = self.states.get(id(item))
        if name is None:
            return self._fixed(item)
        owner = name.rpartition(".")[0]
        home = next((scope for scope in self.scope.around() if _holds(scope.path, owner)), self.root)
        return self._made(Call("state", name, home), item)

    def _fixed(self, tensor: torch.Tensor) -> Value:
        """A constant belongs to the module that reads it, or that hands it on to those inside."""
        for scope in self.scope.around():
            if (id(tensor), id(scope)) in self.local:
                return self.local[id(tensor), id(scope)]
        value = self._made(Call("constant", "", self.scope, tensor=tensor), tensor)
        del self.values[id(tensor)]
        self.local[id(tensor), id(self.scope)] = value
        return value

    def _same_device(self, item: Any) -> Any:
        """A tensor beside others that are not computed is not computed either."""
        if not isinstance(item, torch.Tensor) or item.device == self.device or self.device.type != "meta":
            return item
        with torch._C.DisableTorchFunction():
            return item.to(self.device)


def _numbers(thing: Any) -> list[Any]:
    if isinstance(thing, (tuple, list)):
        return [item for part in thing for item in _numbers(part)]
    return [thing]


def _holds(scope: str, owner: str) -> bool:
    return scope == "" or owner == scope or owner.startswith(scope + ".")


def _tensors(thing: Any) -> Iterator[torch.Tensor]:
    if isinstance(thing, torch.Tensor):
        yield thing
    elif isinstance(thing, (tuple, list)):
        for item in thing:
            yield from _tensors(item)
    elif isinstance(thing, Mapping):
        for item in thing.values():
            yield from _tensors(item)


def _again(item: Any, before: set[int]) -> Any:
    """A result that is the argument itself becomes an object of its own: a dropout that rests gives back
    what it was given, and yet both have their place in the drawing."""
    if isinstance(item, torch.Tensor) and id(item) in before:
        with torch._C.DisableTorchFunction():
            return item.clone()
    return item
