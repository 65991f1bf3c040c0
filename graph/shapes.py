"""Live shapes: what flows on every wire, inferred by torch itself on the ``meta`` device.

Each node is asked with (type, parameters, input shapes) and the answer is remembered, so that after an
edit only what really changed runs again: a ResNet-152 has 517 layers but 55 different questions.
Declared contracts (:attr:`LayerType.check`) come first: they give the messages, and they catch what
``meta`` wrongly accepts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from graph.building import build_call, build_module, take_apart
from graph.catalogue import CATALOGUE
from graph.catalogue.spec import Complaint, Given, LayerType, Patch, Port
from graph.facts import DataFacts
from graph.model import BLOCK, INPUT, OUTPUT, Edge, Graph, Node, Project, edge_key
from graph.order import live, topological
from graph.problems import Place, Problem
from graph.tensors import BATCH, LENGTH, Tensor, probes
from graph.values import BadValue, Value, resolve

MAX_REPEAT = 1000
MAX_DEPTH = 32
MAX_PARAMETERS = 2**40


@dataclass(slots=True)
class NodeShapes:
    """All that is known of one node at one place. ``values`` are its parameters, inferred ones included."""

    state: Literal["ok", "problem", "unknown"] = "unknown"
    inputs: dict[str, tuple[Tensor, ...]] = field(default_factory=dict)
    outputs: dict[str, Tensor] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    parameters: int = 0
    macs: int = 0
    activations: int = 0
    receptive: tuple[int, int] | None = None
    """(receptive field, jump) in input pixels along each spatial axis, where it can be told."""
    inner: tuple[GraphShapes, ...] = ()
    """For a block's use: one entry per repetition."""


@dataclass(slots=True)
class GraphShapes:
    """A graph at one place. Numbers are totals; MACs and activations are for one sample."""

    graph: str
    nodes: dict[str, NodeShapes] = field(default_factory=dict)
    outputs: dict[str, Tensor] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    parameters: int = 0
    macs: int = 0
    activations: int = 0


@dataclass(slots=True)
class ProjectShapes:
    """The whole project, network by network."""

    networks: dict[str, GraphShapes] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.severity == "error"]

    def at(self, place: Place) -> GraphShapes | None:
        """The graph at an instance path, or ``None`` when it was not reached."""
        if not place or place[0] not in self.networks:
            return None
        here = self.networks[place[0]]
        for step in place[1:]:
            node, _, number = step.partition("[")
            found = here.nodes.get(node)
            index = int(number[:-1]) if number else 0
            if found is None or index >= len(found.inner):
                return None
            here = found.inner[index]
        return here


@dataclass(frozen=True, slots=True)
class _Answer:
    """What one question (type, parameters, inputs) gave."""

    values: dict[str, Any]
    outputs: dict[str, Tensor]
    parameters: int = 0
    macs: int = 0
    window: tuple[int, int, int] | None = None
    complaint: Complaint | None = None
    caution: Complaint | None = None


class Inference:
    """Infers projects and remembers what layers answered. Keep one for as long as the program runs."""

    def __init__(self, limit: int = 50_000) -> None:
        self._memo: dict[Any, _Answer] = {}
        self._limit = limit

    def run(self, project: Project, facts: DataFacts | None = None) -> ProjectShapes:
        """Shapes and problems of all networks. ``facts`` adds what the data and the loss ask of the first."""
        if len(self._memo) > self._limit:
            self._memo.clear()
        result = ProjectShapes()
        seen: set[tuple[str, str, str]] = set()
        for number, network in enumerate(project.networks.values()):
            walk = _Walk(self, project)
            shapes = walk.network(network, facts if number == 0 else None)
            result.networks[network.id] = shapes
            for problem in shapes.problems:
                mark = (problem.graph, problem.node, problem.text)
                if mark not in seen:
                    seen.add(mark)
                    result.problems.append(problem)
        return result

    def ask(self, layer: LayerType, params: Mapping[str, Any], inputs: dict[str, tuple[Tensor, ...]]) -> _Answer:
        """One layer under given inputs; remembered."""
        # repr tells True from 1 and 1 from 1.0, which a dict's keys do not
        key = (layer.name, repr(sorted(params.items(), key=lambda item: item[0])),
               tuple((port.name, inputs[port.name]) for port in layer.inputs if port.name in inputs))  # fmt: skip
        answer = self._memo.get(key)
        if answer is None:
            answer = self._memo[key] = _answer(layer, params, inputs)
        return answer


def _answer(layer: LayerType, params: Mapping[str, Any], inputs: dict[str, tuple[Tensor, ...]]) -> _Answer:
    try:
        values = layer.validated(params)
    except BadValue as error:
        name = str(error).split(" ", 1)[0]
        known = {param.name for param in layer.params}
        return _Answer(dict(params), {}, complaint=Complaint(
            f"has a wrong parameter: {error}"[:-1], param=name if name in known else None,
            patches=(Patch(f"Reset {name} to its default", {name: None}),) if name in known else ()))  # fmt: skip
    complaint = _wrong_kind(layer, inputs)
    if complaint is None:
        given = Given(values, inputs)
        complaint = _infer_sizes(layer, values, given)
        if complaint is None and layer.check is not None:
            complaint = layer.check(given)
    if complaint is not None:
        return _Answer(values, {}, complaint=complaint)
    try:
        outputs, parameters = _run_on_meta(layer, values, inputs)
    except (RuntimeError, ValueError, TypeError, IndexError, AssertionError, NotImplementedError, OverflowError) as error:
        shown = ", ".join(tensor.text for tensors in inputs.values() for tensor in tensors)
        text = _one_line(str(error)) or type(error).__name__
        return _Answer(values, {}, complaint=Complaint(f"cannot take {shown}: {text}", got=shown))
    for name, tensor in outputs.items():
        if any(size == 0 for shape in tensor.shapes for size in shape):
            return _Answer(values, {}, complaint=Complaint(f"gives nothing: its {name} would be {tensor.text}",
                                                           expected="at least one element", got=tensor.text))  # fmt: skip
    caution = getattr(layer, "caution", None)
    return _Answer(
        values,
        outputs,
        parameters,
        layer.macs(given, outputs) if layer.macs else 0,
        layer.window(given) if layer.window else None,
        caution=caution(given) if caution else None,
    )


def _wrong_kind(layer: LayerType, inputs: dict[str, tuple[Tensor, ...]]) -> Complaint | None:
    """Whether a dtype does not fit a port: floats into Embedding, class numbers into Linear."""
    words = {"float": "decimal numbers", "int": "whole numbers (int64)", "bool": "true/false values"}
    for port in layer.inputs:
        for tensor in inputs.get(port.name, ()):
            fits = port.accepts in ("any", tensor.kind) or (port.accepts == "number" and tensor.kind != "bool")
            if not fits:
                wanted = words.get(port.accepts, "numbers")
                return Complaint(
                    f"expects {wanted} at {port.name} but receives {words[tensor.kind]}, {tensor.text}",
                    expected=wanted, got=tensor.text, port=port.name,
                )  # fmt: skip
    return None


def _infer_sizes(layer: LayerType, values: dict[str, Any], given: Given) -> Complaint | None:
    """Fill in what is left on "auto". Wrong ranks must not raise here: the layer's check explains them."""
    for param in layer.params:
        if param.inferred is None or values[param.name] is not None:
            continue
        value = param.inferred(given)
        if value is not None:
            values[param.name] = value
            continue
        complaint = layer.check(given) if layer.check else None
        if complaint is not None:
            return complaint
        shown = ", ".join(tensor.text for tensors in given.inputs.values() for tensor in tensors)
        return Complaint(
            f"cannot tell its {param.name} from {shown}", expected=f"a fixed size for {param.name}",
            got=shown, param=param.name,
        )  # fmt: skip
    return None


def _run_on_meta(
    layer: LayerType, values: dict[str, Any], inputs: dict[str, tuple[Tensor, ...]]
) -> tuple[dict[str, Tensor], int]:
    import torch

    counts = {port: len(tensors) for port, tensors in inputs.items()}
    flat = [tensor for port in layer.inputs for tensor in inputs.get(port.name, ())]
    shapes: dict[str, list[tuple[int, ...]]] = {}
    dtypes: dict[str, str] = {}
    with torch.device("meta"), torch.no_grad():
        module = build_module(layer, values)
        if module is not None:
            module.eval()
        call = build_call(layer, values, counts)
        for probe in range(len(flat[0].shapes) if flat else 1):
            arguments = [torch.empty(t.shapes[probe], dtype=getattr(torch, t.dtype)) for t in flat]
            for name, value in take_apart(layer, values, call(module, *arguments)).items():
                shapes.setdefault(name, []).append(tuple(value.shape))
                dtypes[name] = str(value.dtype).removeprefix("torch.")
    parameters = sum(weight.numel() for weight in module.parameters()) if module is not None else 0
    ranks = {name: {len(shape) for shape in found} for name, found in shapes.items()}
    if any(len(found) > 1 for found in ranks.values()):
        raise RuntimeError("the number of axes depends on the batch size")
    return {name: Tensor(tuple(found), dtypes[name]) for name, found in shapes.items()}, parameters


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 200 else line[:199] + "…"


class _Walk:
    """One pass over one network."""

    def __init__(self, inference: Inference, project: Project) -> None:
        self.inference = inference
        self.project = project
        self.blocks: dict[Any, GraphShapes] = {}

    def network(self, network: Graph, facts: DataFacts | None) -> GraphShapes:
        length = any(-1 in _shape(node) for node in network.inputs)
        corners = probes((BATCH, LENGTH) if length else (BATCH,))
        arriving: dict[str, Tensor] = {}
        problems: list[Problem] = []
        place: Place = (network.id,)
        for node in network.inputs:
            try:
                values = CATALOGUE[INPUT].validated(node.params)
            except BadValue as error:
                problems.append(Problem(place, network.id, node.id, f"Input “{node.name}”: {error}", kind="parameter"))
                continue
            if 0 in values["shape"]:
                text = f"Input “{node.name}” has an axis of size 0 in its shape {values['shape']}."
                problems.append(Problem(place, network.id, node.id, text, param="shape", kind="parameter"))
                continue
            sizes = tuple(
                (corner[BATCH], *(corner[LENGTH] if size == -1 else size for size in values["shape"]))
                for corner in corners
            )
            arriving[node.id] = Tensor(sizes, values["dtype"])
        result = self.graph(network, arriving, {}, place, 0)
        result.problems[:0] = problems
        self._boundary(network, result, facts)
        return result

    def graph(
        self, graph: Graph, arriving: dict[str, Tensor], bindings: Mapping[str, Value], place: Place, depth: int
    ) -> GraphShapes:
        """Walk a network or a block. ``arriving`` holds the tensors of its Input nodes."""
        result = GraphShapes(graph.id)
        into: dict[str, list[Edge]] = {}
        for edge in sorted(graph.edges.values(), key=edge_key):
            into.setdefault(edge.target, []).append(edge)
        useful = live(graph)
        for node_id in topological(graph):
            node = graph.nodes[node_id]
            here = self._node(graph, node, into.get(node_id, []), result, arriving, bindings, place, depth,
                              node_id in useful)  # fmt: skip
            result.nodes[node_id] = here
            if node.shares is None:
                result.parameters += here.parameters
            result.macs += here.macs
            result.activations += here.activations
        for node_id in graph.nodes.keys() - result.nodes.keys():
            result.nodes[node_id] = NodeShapes()
        unreached = graph.nodes.keys() - useful
        self._unused(graph, unreached, result, place)
        for node in graph.outputs:
            tensors = result.nodes[node.id].inputs.get("input", ())
            if tensors:
                result.outputs[node.name] = tensors[0]
        return result

    def _node(
        self, graph: Graph, node: Node, wires: list[Edge], result: GraphShapes, arriving: dict[str, Tensor],
        bindings: Mapping[str, Value], place: Place, depth: int, useful: bool,
    ) -> NodeShapes:  # fmt: skip
        here = NodeShapes()
        if node.type == INPUT:
            if node.id in arriving:
                here.state = "ok"
                here.outputs = {"output": arriving[node.id]}
                here.values = CATALOGUE[INPUT].settled(node.params)
                here.receptive = (1, 1)
            return here
        ports = self._ports(node)
        if ports is None:
            self._report(result, graph, node, place, Complaint(f"has the type {node.type}, which is not known"), here)
            return here
        unknown = False
        fields = []
        for edge in wires:
            before = result.nodes.get(edge.source)
            tensor = before.outputs.get(edge.source_port) if before else None
            if tensor is None:
                unknown = True
                if before is not None and before.state == "ok":
                    source = graph.nodes[edge.source].name
                    complaint = Complaint(f"is wired to “{edge.source_port}” of “{source}”, which has no such output",
                                          port=edge.target_port)  # fmt: skip
                    self._report(result, graph, node, place, complaint, here)
                    return here
            else:
                here.inputs[edge.target_port] = (*here.inputs.get(edge.target_port, ()), tensor)
                if before is not None and before.receptive is not None:
                    fields.append(before.receptive)
        if unknown:
            return here
        missing = [port.name for port in ports if not port.optional and port.name not in here.inputs]
        if missing:
            what = "its input" if missing == ["input"] else " and ".join(missing)
            complaint = Complaint(f"has nothing wired to {what}", expected=f"a wire at {what}", got="nothing",
                                  port=missing[0])  # fmt: skip
            self._report(result, graph, node, place, complaint, here, "missing", useful)
            here.state = "problem" if useful else "unknown"
            return here
        if node.type == OUTPUT:
            here.state = "ok"
            here.receptive = max(fields, default=None)
            return here
        if node.type == BLOCK:
            self._block(graph, node, result, here, bindings, place, depth)
            return here
        self._layer(graph, node, result, here, bindings, place, fields)
        return here

    def _ports(self, node: Node) -> tuple[Port, ...] | None:
        if node.type == BLOCK:
            if node.block not in self.project.blocks:
                return None
            inputs = self.project.blocks[node.block].inputs
            return tuple(Port(item.name, "any") for item in inputs)
        layer = CATALOGUE.get(node.type)
        return layer.inputs if layer else None

    def _layer(
        self, graph: Graph, node: Node, result: GraphShapes, here: NodeShapes, bindings: Mapping[str, Value],
        place: Place, fields: list[tuple[int, int]],
    ) -> None:  # fmt: skip
        layer = CATALOGUE[node.type]
        try:
            params = {name: resolve(value, bindings) for name, value in node.params.items()}
        except BadValue as error:
            self._report(result, graph, node, place, Complaint(f"cannot be worked out: {error}"[:-1]), here, "parameter")
            return
        answer = self.inference.ask(layer, params, here.inputs)
        here.values = answer.values
        if answer.complaint is not None:
            self._report(result, graph, node, place, answer.complaint, here)
            return
        here.state = "ok"
        here.outputs = answer.outputs
        here.parameters, here.macs = answer.parameters, answer.macs
        here.activations = sum(tensor.elements() for tensor in answer.outputs.values())
        if fields:
            field_size, jump = max(fields)
            if answer.window is not None:
                kernel, stride, dilation = answer.window
                field_size, jump = field_size + dilation * (kernel - 1) * jump, jump * stride
            here.receptive = (field_size, jump)
        if answer.caution is not None:
            self._report(result, graph, node, place, answer.caution, here, "caution")
            here.state = "ok"

    def _block(
        self, graph: Graph, node: Node, result: GraphShapes, here: NodeShapes, bindings: Mapping[str, Value],
        place: Place, depth: int,
    ) -> None:  # fmt: skip
        assert node.block is not None
        block = self.project.blocks[node.block]
        exposed = {item.name: item.default for item in block.parameters}
        complaint = None
        try:
            params = {name: resolve(value, bindings) for name, value in node.params.items()}
            repeat = params.pop("repeat", 1)
            if isinstance(repeat, bool) or not isinstance(repeat, int) or not 1 <= repeat <= MAX_REPEAT:
                complaint = Complaint(f"has repeat = {repeat!r}, but it must be a whole number from 1 to {MAX_REPEAT}",
                                      param="repeat")  # fmt: skip
            elif repeat > 1 and (len(block.inputs), len(block.outputs)) != (1, 1):
                complaint = Complaint("can be repeated only with one input and one output", param="repeat")
            for name in params.keys() - exposed.keys():
                complaint = Complaint(f"has no parameter {name}", param=name, patches=(Patch(f"Remove {name}", {name: None}),))
        except BadValue as error:
            complaint = Complaint(f"cannot be worked out: {error}"[:-1])
        if complaint is None and depth >= MAX_DEPTH:
            complaint = Complaint(f"is nested more than {MAX_DEPTH} blocks deep")
        if complaint is not None:
            self._report(result, graph, node, place, complaint, here, "parameter")
            return
        values = {**exposed, **params}
        here.values = {**values, "repeat": repeat}
        flowing = {item.id: here.inputs[item.name][0] for item in block.inputs}
        rounds: list[GraphShapes] = []
        for number in range(repeat):
            step = node.id if number == 0 else f"{node.id}[{number}]"
            inner = self._instance(block, flowing, values, (*place, step), depth)
            rounds.append(inner)
            here.parameters += inner.parameters
            here.macs += inner.macs
            here.activations += inner.activations
            result.problems.extend(inner.problems)
            if number + 1 < repeat:
                tensor = inner.outputs.get(block.outputs[0].name)
                if tensor is None:
                    break
                flowing = {block.inputs[0].id: tensor}
        here.inner = tuple(rounds)
        last = rounds[-1]
        if any(problem.severity == "error" for inner in rounds for problem in inner.problems):
            here.state = "problem"
        elif len(last.outputs) == len(block.outputs):
            here.state = "ok"
        if here.state == "ok":
            here.outputs = dict(last.outputs)
            if not block.outputs:
                self._report(result, graph, node, place, Complaint("has no output inside"), here)

    def _instance(
        self, block: Graph, flowing: dict[str, Tensor], values: Mapping[str, Value], place: Place, depth: int
    ) -> GraphShapes:
        key = (block.id, tuple(sorted(values.items(), key=lambda item: item[0])), tuple(sorted(flowing.items())))
        found = self.blocks.get(key)
        if found is None:
            found = self.blocks[key] = self.graph(block, flowing, values, place, depth + 1)
        return found

    def _report(
        self, result: GraphShapes, graph: Graph, node: Node, place: Place, complaint: Complaint, here: NodeShapes,
        kind: str = "shape", useful: bool = True,
    ) -> None:  # fmt: skip
        here.state = "problem"
        title = self.project.blocks[node.block].name if node.block in self.project.blocks else node.type  # type: ignore[index]
        source = None
        wires = graph.edges_into(node.id, complaint.port) if complaint.port else graph.edges_into(node.id)
        if len(wires) == 1 and kind not in ("missing", "parameter"):
            source = wires[0].source
        origin = f", from “{graph.nodes[source].name}”" if source else ""
        severity = "warning" if kind == "caution" else "error" if useful else "hint"
        result.problems.append(Problem(
            place, graph.id, node.id, f"{title} “{node.name}” {complaint.text}{origin}.",
            severity, complaint.expected, complaint.got, complaint.port, complaint.param, source,
            kind, complaint.patches))  # fmt: skip

    def _unused(self, graph: Graph, unreached: Any, result: GraphShapes, place: Place) -> None:
        """One hint per branch that leads nowhere; nodes with a problem of their own have been named already."""
        named = {problem.node for problem in result.problems}
        leading = {edge.source for edge in graph.edges.values()}
        for node_id in sorted(unreached - leading - named):
            node = graph.nodes[node_id]
            text = f"{node.type} “{node.name}” leads to no Output, so it is left out of the network."
            result.problems.append(Problem(place, graph.id, node_id, text, "hint", kind="unused"))

    def _boundary(self, network: Graph, result: GraphShapes, facts: DataFacts | None) -> None:
        """What only the network as a whole can get wrong."""
        place: Place = (network.id,)
        errors = any(problem.severity == "error" for problem in result.problems)

        def add(node: str, text: str, kind: str = "boundary", **more: Any) -> None:
            result.problems.append(Problem(place, network.id, node, text, kind=kind, **more))

        if not network.inputs:
            add("", f"{network.name} has no Input. Add one from the palette: it is where the data enters.")
        elif not network.outputs:
            add("", f"{network.name} has no Output. Add one and wire the last layer to it.")
        elif facts is not None and not errors:
            self._data(network, result, facts, add)
            errors = any(problem.severity == "error" for problem in result.problems)
        if errors:
            return
        for node in network.outputs:
            for tensor in result.nodes[node.id].inputs.get("input", ()):
                if tensor.rank == 0 or tensor.dims[0] != "B":
                    wire = network.edges_into(node.id)[0]
                    source = network.nodes[wire.source]
                    text = (f"Output “{node.name}” expects the batch as its first axis but receives {tensor.text} "
                            f"from “{source.name}”: somewhere before it the batch axis was changed.")  # fmt: skip
                    add(node.id, text, expected="(B, …)", got=tensor.text, port="input", source=source.id)

    def _data(self, network: Graph, result: GraphShapes, facts: DataFacts, add: Any) -> None:
        entry = network.inputs[0]
        values = CATALOGUE[INPUT].settled(entry.params)
        shape = tuple(values["shape"])
        fits = len(shape) == len(facts.input_shape) and all(
            -1 in (mine, theirs) or mine == theirs for mine, theirs in zip(shape, facts.input_shape, strict=True)
        )
        if not fits or values["dtype"] != facts.input_dtype:
            mine = f"{_sample(shape)} {values['dtype']}"
            theirs = f"{_sample(facts.input_shape)} {facts.input_dtype}"
            add(entry.id, f"Input “{entry.name}” expects samples of {mine}, but {facts.name} gives {theirs}.", "data",
                expected=mine, got=theirs, param="shape",
                patches=(Patch(f"Set the shape to {_sample(facts.input_shape)}, as the data has it",
                               {"shape": facts.input_shape, "dtype": facts.input_dtype}),))  # fmt: skip
            return
        leave = network.outputs[0]
        tensors = result.nodes[leave.id].inputs.get("input", ())
        if facts.output is None or not tensors:
            return
        tensor = tensors[0]
        same = tensor.rank == len(facts.output) + 1 and all(
            wanted == -1 or tensor.size(axis + 1) in (wanted, None) for axis, wanted in enumerate(facts.output)
        )
        if not same:
            wire = network.edges_into(leave.id)[0]
            wanted = "(" + ", ".join(["B", *("T" if size == -1 else str(size) for size in facts.output)]) + ")"
            add(leave.id, f"Output “{leave.name}” should be {wanted}, {facts.output_reason}, but receives {tensor.text} "
                f"from “{network.nodes[wire.source].name}”.", "data", expected=wanted, got=tensor.text, port="input",
                source=wire.source)  # fmt: skip


def _shape(node: Node) -> tuple[Any, ...]:
    value = CATALOGUE[INPUT].settled(node.params)["shape"]
    return value if isinstance(value, tuple) else ()


def _sample(shape: tuple[int, ...]) -> str:
    return " × ".join("T" if size == -1 else str(size) for size in shape)
