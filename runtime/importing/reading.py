"""The calls of a trace as plans of nodes, in groups as the modules are nested."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn

from graph.catalogue import CATALOGUE
from graph.names import unique_name
from graph.reading.instances import without_inferred
from graph.reading.vocabulary import Reading, Unreadable, Varying, node, read_call, read_forward, same
from graph.tensors import Tensor
from runtime.importing.calls import agrees, is_parameter, names_of, needed_calls, settled, start_of
from runtime.importing.plans import Group, Out, Plan, Source, Weight
from runtime.importing.ports import argument_name, results_of
from runtime.importing.python import Unwritable, function_code, module_code
from runtime.importing.recorder import Call, Scope, Value, values_in
from runtime.importing.tracing import Trace


@dataclass(slots=True)
class Read:
    """A trace as groups of plans, and what had to become Python."""

    root: Group
    python: list[str] = field(default_factory=list)
    """Sentences about the pieces."""


class Reader:
    """Goes over a trace once, from the front."""

    def __init__(self, model: nn.Module, trace: Trace) -> None:
        self.model = model
        self.trace = trace
        self.home: dict[Value, Source] = {}
        self.needed = needed_calls(trace)
        self.readers = Counter(value for call in trace.calls if call in self.needed for value in call.read())
        self.readers.update(values_in(trace.root.result))
        self.groups: dict[int, Group] = {}
        self.tokens: dict[Call, list[str]] = {}
        """Parameters that a concatenation puts in front of a sequence."""
        self.repeats: set[Call] = set()
        """What repeats those for every sample, and needs no node then."""
        self.masks: dict[Call, Value] = {}
        """Tensors of which a part is set to zero, by the call that does it."""
        for call in trace.calls:
            self._find_tokens(call)
            self._find_mask(call)
        self.python: list[str] = []
        self.codes: dict[str, str] = {}

    def read(self) -> Read:
        root = self._group(self.trace.root)
        for _, value in results_of(self.trace.root.result):
            if not isinstance(value, Value):
                raise Unreadable("The model gives something else than tensors.")
        return Read(root, self.python)

    def source(self, value: Value) -> Out:
        """The output of a plan that a value is."""
        found: Source = value
        while isinstance(found, Value):
            call = found.call
            if found not in self.home and call.kind in ("state", "constant", "repeated"):
                self._stored(call)
            found = self.home[found]
        return found

    # -- groups ----------------------------------------------------------------------------------

    def _group(self, scope: Scope) -> Group:
        group = Group(scope)
        self.groups[id(scope)] = group
        for part in scope.parts:
            if isinstance(part, Scope):
                inner = self._group(part)
                if inner.parts:
                    group.parts.append(inner)
            elif part in self.needed:
                self._call(part, group)
        return group

    def _call(self, call: Call, group: Group) -> None:
        if call.kind == "input":
            number = sum(plan.type == "Input" for plan in group.parts if isinstance(plan, Plan))
            plan = Plan(
                "Input",
                {"index": number} if number else {},
                {},
                ("output",),
                argument_name(self.model, number),
            )
            group.parts.append(plan)
            self.home[call.values[0]] = Out(plan, "output")
        elif call.kind == "module" and call.target in self.trace.readings:
            self._layer(call, group)
        elif call.kind == "module":
            self._module(call, group)
        elif call.kind == "function":
            self._function(call, group)
        # states and constants are drawn where they are wanted as tensors

    def _layer(self, call: Call, group: Group) -> None:
        module = self.model.get_submodule(call.target)
        try:
            reading = read_forward(self.trace.readings[call.target], call.args, call.kwargs)
        except Unreadable as error:
            self._module(call, group, str(error))
            return
        plan = self._plan(reading, call, group, call.target)
        plan.stateful = call.target
        keys = [key for key in module.state_dict() if not key.startswith("parametrizations.")]
        keys += list(
            getattr(module, "parametrizations", {})
        )  # what a parametrization gives, not what it is made of
        plan.weights = {key: Weight(f"{call.target}.{key}") for key in keys}

    def _function(self, call: Call, group: Group) -> None:
        if call in self.repeats or all(0 in value.shape for value in call.values):
            return  # nothing comes of it
        if call in self.masks:
            self._masked(call, group)
            return
        if call in self.tokens:
            self._class_token(call, group)
            return
        args, kwargs = settled(call)
        if call.target in ("torch.cat", "torch.concat") and args:
            args = ([item for item in args[0] if 0 not in item.shape], *args[1:])
        try:
            reading = read_call(call.target, args, kwargs, results=len(call.values))
            if reading.type == "Concat" and len(reading.inputs["inputs"]) == 1:
                reading = same(reading.inputs["inputs"][0])
            if reading.type != "":
                agrees(reading, call)
            if reading.type == "":
                self.home[call.values[0]] = reading.inputs["input"][0]
                return
            if reading.type == "Linear" and not all(map(self._is_free, reading.weights.values())):
                wired = {"input": reading.inputs["input"][0], **reading.weights}
                reading = node("TiedLinear", wired)
            for value in reading.weights.values():
                if not self._is_free(value):
                    raise Unreadable(f"{call.target} computes its weights.")
            if len(reading.ports) != len(call.values):
                raise Unreadable(f"{call.target} gives another number of tensors here.")
            plan = self._plan(reading, call, group, "")
        except Unreadable as error:
            if self._extreme(call, group):
                return
            if not self._repeated(call, group):
                self._piece(call, group, str(error))
            return
        for name, value in reading.weights.items():
            plan.weights[name] = Weight(value.call.target)
            plan.hint = plan.hint or value.call.target.rpartition(".")[0]
        if plan.weights:
            plan.stateful = next(iter(plan.weights.values())).key

    def _extreme(self, call: Call, group: Group) -> bool:
        """``x.max(dim)`` where only the values are read on, or only their places."""
        kinds = {"max": ("Max", "Argmax"), "min": ("Min", "Argmin")}.get(call.target.rpartition(".")[2])
        if kinds is None or len(call.values) != 2:
            return False
        read = [self.readers[value] > 0 for value in call.values]
        given = dict(zip(("input", "dim", "keepdim"), call.args, strict=False)) | call.kwargs
        if all(read) or not isinstance(given.get("dim"), int):
            return False
        which = 0 if read[0] else 1
        params = {"dim": given["dim"], "keepdim": bool(given.get("keepdim", False))}
        reading = node(kinds[which], {"input": given["input"]}, params)
        plan = self._plan(reading, call, group, "")
        self.home = {value: out for value, out in self.home.items() if value not in call.values}
        self.home[call.values[which]] = Out(plan, "output")
        return True

    def _is_free(self, value: Any) -> bool:
        """Whether a tensor is a parameter that a layer may hold as its own."""
        return isinstance(value, Value) and value.call.kind == "state" and value not in self.home

    def _plan(self, reading: Reading, call: Call, group: Group, hint: str) -> Plan:
        """The plan of a reading, after those of the readings it is fed from."""
        inputs: dict[str, list[Source]] = {}
        for port, items in reading.inputs.items():
            inputs[port] = [
                Out(made := self._plan(item, call, group, ""), made.ports[0])
                if isinstance(item, Reading)
                else item
                for item in items
            ]
        tensors = {
            port: tuple(Tensor(tuple(item.shapes), item.dtype) for item in items)
            for port, items in reading.inputs.items()
            if all(isinstance(item, Value) for item in items)
        }
        if len(tensors) == len(reading.inputs):
            reading = without_inferred(reading, tensors)
        plan = Plan(reading.type, dict(reading.params), inputs, reading.ports, hint)
        for sources in inputs.values():
            for source in sources:
                if isinstance(source, Value):
                    self.source(source)  # draws a parameter or constant before it is read
        group.parts.append(plan)
        ports = reading.ports
        if not isinstance(call.result, Value) or len(call.values) == 1:
            for value, port in zip(call.values, ports, strict=False):
                self.home[value] = Out(plan, port)
        return plan

    # -- tensors of the model's own --------------------------------------------------------------

    def _stored(self, call: Call) -> None:
        """A parameter, a buffer or a constant as a node, in the module it belongs to."""
        group = self.groups[id(call.scope)]
        if call.kind == "state":
            state = self.model.get_parameter(call.target) if is_parameter(self.model, call.target) else \
                self.model.get_buffer(call.target)  # fmt: skip
            kind = "Parameter" if isinstance(state, nn.Parameter) else "Buffer"
            weight = Weight(call.target)
        else:
            state, kind, weight = call.tensor, "Buffer", Weight("", call.tensor)
        shape = tuple(state.shape) or (1,)
        weight.flat = not state.shape
        params: dict[str, Any] = {"shape": shape} if shape != (1,) else {}
        params |= start_of(state)
        dtype = str(state.dtype).removeprefix("torch.")
        if kind == "Buffer" and dtype != "float32":
            params["dtype"] = (
                dtype if dtype in ("int64", "bool") else "int64" if "int" in dtype else "float32"
            )
        plan = Plan(
            kind, params, {}, ("output",), call.target or "constant", {"": weight}, stateful=call.target
        )
        group.parts.append(plan)
        value = call.values[0]
        self.home[value] = Out(plan, "output")
        if call.kind == "repeated":
            like = self._of_batch(call.scope, [shape[0] for shape in value.shapes], call)
            if like is None:
                raise Unwritable(
                    "A constant is as large as the batch, and nothing at hand tells how large that is."
                )
            self._expand(value, Out(plan, "output"), like, group)

    def _expand(self, value: Value, source: Source, like: Value, group: Group) -> None:
        """The value is the source, once for every sample of another one."""
        self.source(like)
        plan = Plan("ExpandBatch", {}, {"input": [source], "reference": [like]}, ("output",))
        group.parts.append(plan)
        self.home[value] = Out(plan, "output")

    def _find_tokens(self, call: Call) -> None:
        """``torch.cat([token.expand(B, -1, -1), x], dim=1)``: a ClassToken for each token in front."""
        if call.target not in ("torch.cat", "torch.concat") or call not in self.needed:
            return
        items = call.args[0] if call.args else call.kwargs.get("tensors")
        dim = call.args[1] if len(call.args) > 1 else call.kwargs.get("dim", 0)
        if dim != 1 or not isinstance(items, (tuple, list)) or len(items) < 2:
            return
        tokens = [self._token(item) for item in items[:-1]]
        last = items[-1]
        if all(tokens) and last.call.kind not in ("state", "constant") and not self._token(last):
            self.tokens[call] = [token for token in tokens if token]
            self.repeats |= {item.call for item in items[:-1]}

    def _find_mask(self, call: Call) -> None:
        """``x[2:4].zero_()``: all of a tensor but a part, which a multiplication with a mask gives."""
        if call.target != "[]=" or not isinstance(call.args[2], Value) or any(values_in(call.args[1])):
            return
        source, zeros = call.args[0], call.args[2].call
        if zeros.target != ".zero_" or not zeros.args or source.shapes[0] != source.shapes[-1]:
            return
        part = zeros.args[0].call
        if part.target != "[]" or part.args[0] is not source:
            return
        self.masks[call] = source
        self.repeats.add(zeros)
        if self.readers[part.values[0]] == 1:
            self.repeats.add(part)

    def _masked(self, call: Call, group: Group) -> None:
        source, index = call.args[0], call.args[1]
        mask = torch.ones(source.shape)
        mask[index] = 0.0
        self.source(source)
        plan = Plan(
            "Buffer",
            {"shape": tuple(mask.shape), "start": "ones"},
            {},
            ("output",),
            "mask",
            {"": Weight("", mask)},
        )
        product = Plan("Multiply", {}, {"inputs": [source, Out(plan, "output")]}, ("output",))
        group.parts += [plan, product]
        self.home[call.values[0]] = Out(product, "output")

    def _class_token(self, call: Call, group: Group) -> None:
        fed: Source = (call.args[0] if call.args else call.kwargs["tensors"])[-1]
        for token in reversed(self.tokens[call]):
            plan = Plan(
                "ClassToken", {}, {"input": [fed]}, ("output",), token, {"": Weight(token)}, stateful=token
            )
            group.parts.append(plan)
            fed = Out(plan, "output")
        self.home[call.values[0]] = fed

    def _token(self, value: Value) -> str | None:
        """The parameter that a value repeats for every sample, when it is one token."""
        call = value.call
        if call.target not in (".expand", ".repeat") or len(value.shape) != 3 or value.shape[1] != 1:
            return None
        source = call.args[0]
        if source.call.kind != "state" or source.shape != (1, 1, value.shape[2]):
            return None
        if self.readers[source] != 1 or self.readers[value] != 1:
            return None
        return source.call.target if is_parameter(self.model, source.call.target) else None

    def _repeated(self, call: Call, group: Group) -> bool:
        """``token.expand(B, -1, -1)``: as often as the batch is large, which another tensor tells."""
        if call.target not in (".expand", ".repeat") or "ExpandBatch" not in CATALOGUE:
            return False
        value, source = call.values[0], call.args[0]
        like = self._of_batch(
            call.scope, [shape[0] for shape in value.shapes[:]] if value.shape else [], call
        )
        if like is None:
            return False
        if (
            value.shape[1:] == source.shape[1:]
            and source.shape[:1] == (1,)
            and len(value.shape) == len(source.shape)
        ):
            self.source(source)
            self._expand(value, source, like, group)
            return True
        if value.shape[1:] == source.shape:
            self.source(source)
            plan = Plan("Unsqueeze", {"dim": 0}, {"input": [source]}, ("output",))
            group.parts.append(plan)
            self._expand(value, Out(plan, "output"), like, group)
            return True
        return False

    def _of_batch(self, scope: Scope, sizes: list[int], before: Call) -> Value | None:
        """A value at hand whose first axis has these sizes: what came in, or was made here."""
        for value in values_in((scope.args, scope.kwargs)):
            if [shape[:1] for shape in value.shapes] == [(size,) for size in sizes]:
                return value
        for part in scope.parts:
            if part is before:
                break
            if isinstance(part, Call) and part in self.needed and part.kind not in ("constant", "repeated"):
                for value in part.values:
                    if value in self.home and [shape[:1] for shape in value.shapes] == [(n,) for n in sizes]:
                        return value
        return self._of_batch(scope.parent, sizes, before) if scope.parent is not None else None

    # -- Python ----------------------------------------------------------------------------------

    def _piece(self, call: Call, group: Group, reason: str) -> None:
        """A call without a node of its own, as a function of one line."""
        names = names_of(call)
        code = function_code(call, names, lambda size: self._size(size, call, names))
        self._coded(call, group, code, names, "")
        if call.target == "[]=":
            reason = "a part of a tensor is written in place."
        self.python.append(f"{call.target} became a piece of Python: {reason}")

    def _module(self, call: Call, group: Group, reason: str = "") -> None:
        names = names_of(call)
        module = self.model.get_submodule(call.target)
        why = reason or self.trace.opaque.get(call.target, "")
        try:
            code, prefix = module_code(call, names, lambda size: self._size(size, call, names))
        except Unwritable as error:
            raise Unwritable(f"{error} It had to be a piece of Python: {why}") from None
        plan = self._coded(call, group, code, names, call.target)
        plan.stateful = call.target
        plan.weights = {f"{prefix}{key}": Weight(f"{call.target}.{key}") for key in module.state_dict()}
        self.python.append(f"{type(module).__name__} became a piece of Python: {why}")

    def _coded(self, call: Call, group: Group, code: str, names: Mapping[Value, str], hint: str) -> Plan:
        from graph.custom import read

        inputs: dict[str, list[Source]] = {name: [value] for value, name in names.items()}
        for value in names:
            self.source(value)
        plan = Plan("Block", {}, inputs, read(code).outputs, hint, code=code)
        group.parts.append(plan)
        for value, port in zip(call.values, plan.ports, strict=True):
            self.home[value] = Out(plan, port)
        return plan

    def _size(self, size: Varying, call: Call, names: dict[Value, str]) -> str:
        """A number that follows from the batch, by the tensors the call gets."""
        for value, name in names.items():
            for axis in range(len(value.shape)):
                found = [shape[axis] for shape in value.shapes]
                if found[0] == found[1]:
                    continue
                if tuple(found) == size.source:
                    return f"{name}.size({axis})"
                if isinstance(size.source[0], int):
                    factors = {b / a for a, b in zip(found, size.source, strict=True)}
                    factor = factors.pop() if len(factors) == 1 else 0
                    if factor and factor == int(factor):
                        return f"{int(factor)} * {name}.size({axis})"
                    if factor and 1 / factor == int(1 / factor):
                        return f"{name}.size({axis}) // {int(1 / factor)}"
        like = self._of_batch(call.scope, list(size.source), call)
        if like is None or like in names:
            raise Unwritable(
                f"{call.target} depends on the size of the batch in a way that cannot be written."
            )
        names[like] = unique_name("like", set(names.values()))
        return f"{names[like]}.size(0)"
