"""One pass over one network: every node asked with what arrives at it, blocks entered, problems gathered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from graph.asking import Answer
from graph.boundary import check_boundary, fed_shapes
from graph.catalogue import CATALOGUE
from graph.catalogue.spec import Complaint, Patch, Port
from graph.coded import Waiting
from graph.custom import is_function
from graph.effective import effective, passed
from graph.facts import Asks, DataFacts
from graph.inferred import Field, GraphShapes, NodeShapes, seen_through
from graph.model import BLOCK, INPUT, OUTPUT, Edge, Graph, Node, Project, edge_key, id_key
from graph.order import live, topological
from graph.overtime import OVER, runs_over_time, states
from graph.ports import out_ports
from graph.problems import Place, Problem, Severity
from graph.shared import unlike
from graph.stepping import changed_states, enter, leave, mend
from graph.tensors import BATCH, LENGTH, Tensor, probes
from graph.values import BadValue, Value, resolve

if TYPE_CHECKING:
    from graph.shapes import Inference

MAX_REPEAT = 1000
MAX_DEPTH = 32


@dataclass(frozen=True, slots=True)
class _Here:
    """The graph being walked, where it stands, and what is found."""

    graph: Graph
    place: Place
    arriving: Mapping[str, Tensor]
    bindings: Mapping[str, Value]
    depth: int
    useful: set[str]
    result: GraphShapes


class _Plan:
    """What is the same at every place a graph stands; worked out once a pass."""

    def __init__(self, project: Project, drawn: Graph) -> None:
        graph = self.graph = effective(project, drawn)
        self.passed = passed(project, drawn) if graph is not drawn else {}
        self.order = topological(graph)
        self.useful = live(graph)
        self.inputs, self.outputs = graph.inputs, graph.outputs
        self.states = states(graph)
        self.wires: dict[str, list[Edge]] = {}
        """Into each node, in port order."""
        for edge in sorted(graph.edges.values(), key=edge_key):
            self.wires.setdefault(edge.target, []).append(edge)


class Walk:
    """One pass over one network."""

    def __init__(self, inference: Inference, project: Project) -> None:
        self.inference = inference
        self.project = project
        self.blocks: dict[Any, GraphShapes] = {}
        self.plans: dict[str, _Plan] = {}
        self.probes = 1

    def network(self, network: Graph, facts: DataFacts | None, asks: Asks | None = None) -> GraphShapes:
        result = self._walked(network, {})
        known = all(result.nodes[node.id].inputs.get("input") for node in network.outputs)
        if known and not any(problem.severity == "error" for problem in result.problems):
            leaving = {node.id: result.nodes[node.id].inputs["input"][0] for node in network.outputs}
            found = check_boundary(network, leaving, facts, asks, self.project.blocks)
            if not found and facts is not None and asks is not None:
                found = self._fed(network, facts, asks)
            result.problems.extend(found)
        return result

    def _fed(self, network: Graph, facts: DataFacts, asks: Asks) -> list[Problem]:
        """What fails only with the lengths that the Inputs are really fed: the first problem, if any."""
        shapes = fed_shapes(network, asks)
        found = Walk(self.inference, self.project)._walked(network, shapes).problems if shapes else []
        for problem in found:
            if problem.severity == "error":
                fed = " and ".join(
                    f"“{network.nodes[node].name}” {shape[0]}" for node, shape in shapes.items()
                )
                return [replace(problem, text=f"{problem.text} The steps that {facts.name} feeds: {fed}.")]
        return []

    def _walked(self, network: Graph, shapes: Mapping[str, tuple[int, ...]]) -> GraphShapes:
        """Every node asked. ``shapes`` stand in for those that Inputs declare."""
        length = any(-1 in shapes.get(node.id, _shape(node)) for node in network.inputs)
        corners = probes((BATCH, LENGTH) if length else (BATCH,))
        self.probes = len(corners)
        arriving: dict[str, Tensor] = {}
        problems: list[Problem] = []
        place: Place = (network.id,)
        for node in network.inputs:
            try:
                values = CATALOGUE[INPUT].validated(node.params)
            except BadValue as error:
                problems.append(
                    Problem(place, network.id, node.id, f"Input “{node.name}”: {error}", kind="parameter")
                )
                continue
            if 0 in values["shape"]:
                text = f"Input “{node.name}” has an axis of size 0 in its shape {values['shape']}."
                problems.append(Problem(place, network.id, node.id, text, param="shape", kind="parameter"))
                continue
            shape = shapes.get(node.id, values["shape"])
            sizes = tuple(
                (corner[BATCH], *(corner[LENGTH] if size == -1 else size for size in shape))
                for corner in corners
            )
            arriving[node.id] = Tensor(sizes, values["dtype"])
        result = self.graph(network, arriving, {}, place, 0)
        result.problems[:0] = problems
        return result

    def graph(
        self,
        graph: Graph,
        arriving: Mapping[str, Tensor],
        bindings: Mapping[str, Value],
        place: Place,
        depth: int,
    ) -> GraphShapes:
        """Walk a network or a block. ``arriving`` holds the tensors of its Input nodes."""
        if graph.code:
            return self._code(graph, arriving, bindings)
        plan, drawn = self._plan(graph), graph
        graph = plan.graph
        here = _Here(graph, place, arriving, bindings, depth, plan.useful, GraphShapes(graph.id))
        result, wires = here.result, plan.wires
        for node_id in plan.order:
            node = graph.nodes[node_id]
            found = result.nodes[node_id] = NodeShapes()
            self._node(here, node, wires.get(node_id, []), found)
            if node_id not in here.useful:
                continue  # it is left out of the network, so it costs nothing there
            if node.shares is None:
                result.parameters += found.parameters
            result.macs += found.macs
            result.activations += found.activations
        for node, complaint in unlike(graph, self.project.blocks, result.nodes):
            self._report(here, node, complaint, result.nodes[node.id], "parameter")
        looped = sorted(graph.nodes.keys() - result.nodes.keys(), key=id_key)
        result.nodes.update({node_id: NodeShapes() for node_id in looped})
        if looped:
            complaint = Complaint("lies on a loop of wires or behind one, so that nothing can ever reach it")
            self._report(here, graph.nodes[looped[0]], complaint, result.nodes[looped[0]])
        self._unused(here)
        if graph is not drawn:
            self._off(plan, drawn, result)
        for node in plan.outputs:
            tensors = result.nodes[node.id].inputs.get("input", ())
            if tensors:
                result.outputs[node.name] = tensors[0]
        return result

    def _off(self, plan: _Plan, drawn: Graph, result: GraphShapes) -> None:
        """What is switched off costs nothing; behind a bypassed node flows what arrives at it."""
        for node_id in drawn.nodes.keys() - plan.graph.nodes.keys():
            found = result.nodes[node_id] = NodeShapes("off")
            source, port = plan.passed.get(node_id, ("", ""))
            tensor = result.nodes[source].outputs.get(port) if source in result.nodes else None
            ports = out_ports(self.project, drawn.nodes[node_id])
            if tensor is not None and ports:
                found.outputs = {ports[0].name: tensor}

    def _plan(self, graph: Graph) -> _Plan:
        found = self.plans.get(graph.id)
        if found is None:
            found = self.plans[graph.id] = _Plan(self.project, graph)
        return found

    def _node(self, here: _Here, node: Node, wires: list[Edge], found: NodeShapes) -> None:
        if node.type == INPUT:
            if node.id in here.arriving:
                found.state = "ok"
                found.outputs = {"output": here.arriving[node.id]}
                found.values = CATALOGUE[INPUT].settled(node.params)
                found.receptive = (1, 1)
            return
        ports = self._ports(node)
        if ports is None:
            self._report(here, node, Complaint(f"has the type {node.type}, which is not known"), found)
            return
        fields = self._gather(here, node, wires, found)
        if fields is None:
            return
        missing = [port.name for port in ports if not port.optional and port.name not in found.inputs]
        if missing:
            what = "its input" if missing == ["input"] else " and ".join(missing)
            patches: tuple[Patch, ...] = ()
            if node.block in self.project.blocks and set(missing) <= states(self.project.blocks[node.block]):
                patches = (Patch("Run it over time, starting from zeros", {"over": OVER[0]}),)
            complaint = Complaint(
                f"has nothing wired to {what}",
                f"a wire at {what}",
                "nothing",
                port=missing[0],
                patches=patches,
            )
            self._report(here, node, complaint, found, "missing")
            if node.id not in here.useful:
                found.state = "unknown"
        elif node.type == OUTPUT:
            found.state = "ok"
            found.receptive = max(fields.values(), default=None)
        elif node.type == BLOCK:
            self._block(here, node, found, fields)
        else:
            self._layer(here, node, found, list(fields.values()))

    def _ports(self, node: Node) -> tuple[Port, ...] | None:
        if node.type == BLOCK:
            if node.block not in self.project.blocks:
                return None
            plan = self._plan(self.project.blocks[node.block])
            free = plan.states if runs_over_time(node) else ()
            return tuple(Port(item.name, "any", optional=item.name in free) for item in plan.inputs)
        layer = CATALOGUE.get(node.type)
        return layer.inputs if layer else None

    def _gather(
        self, here: _Here, node: Node, wires: list[Edge], found: NodeShapes
    ) -> dict[str, Field] | None:
        """Fill in ``found.inputs``; the receptive fields by port, or ``None`` if an input is unknown."""
        unknown = False
        fields: dict[str, Field] = {}
        for edge in wires:
            before = here.result.nodes.get(edge.source)
            tensor = before.outputs.get(edge.source_port) if before else None
            if before is None or (tensor is None and before.state != "ok"):
                unknown = True
            elif tensor is None:
                source = here.graph.nodes[edge.source].name
                text = f"is wired to “{edge.source_port}” of “{source}”, which has no such output"
                self._report(here, node, Complaint(text, port=edge.target_port), found)
                return None
            else:
                found.inputs[edge.target_port] = (*found.inputs.get(edge.target_port, ()), tensor)
                if before.receptive is not None:
                    port = edge.target_port
                    fields[port] = max(before.receptive, fields.get(port, before.receptive))
        return None if unknown else fields

    def _layer(self, here: _Here, node: Node, found: NodeShapes, fields: Sequence[Field]) -> None:
        layer = CATALOGUE[node.type]
        try:
            params = {name: resolve(value, here.bindings) for name, value in node.params.items()}
        except BadValue as error:
            self._report(here, node, Complaint(f"cannot be worked out: {error}"[:-1]), found, "parameter")
            return
        answer = self.inference.ask(layer, params, found.inputs)
        found.values = answer.values
        if answer.complaint is not None:
            self._report(here, node, answer.complaint, found)
            return
        found.state = "ok"
        found.outputs = answer.outputs if found.inputs else self._everywhere(answer.outputs)
        found.parameters, found.macs = answer.parameters, answer.macs
        found.activations = sum(tensor.elements() for tensor in answer.outputs.values())
        if fields:
            size, jump = max(fields)
            if answer.window is not None:
                kernel, stride, dilation = answer.window
                size, jump = size + dilation * (kernel - 1) * jump, jump * stride
            found.receptive = (size, jump)
        if answer.caution is not None:
            self._report(here, node, answer.caution, found, "caution")

    def _everywhere(self, outputs: dict[str, Tensor]) -> dict[str, Tensor]:
        """What needs no input has the same shape at every probe."""
        return {
            name: Tensor(tensor.shapes[:1] * self.probes, tensor.dtype) for name, tensor in outputs.items()
        }

    def _block(self, here: _Here, node: Node, found: NodeShapes, fields: Mapping[str, Field]) -> None:
        assert node.block is not None
        block = self.project.blocks[node.block]
        plan = self._plan(block)
        try:
            params = {name: resolve(value, here.bindings) for name, value in node.params.items()}
            over = params.pop("over", None)
            repeat = self._checked_use(block, params, here.depth, over)
        except BadValue as error:
            self._report(here, node, Complaint(str(error)), found, "parameter")
            return
        values = {item.name: item.default for item in block.parameters} | params
        found.values = {**values, "repeat": repeat}
        if over is not None:
            self._over_time(here, node, found, values, max(fields.values(), default=None))
            found.values["over"] = over
            return
        flowing = {item.id: found.inputs[item.name][0] for item in plan.inputs}
        rounds: list[GraphShapes] = []
        field = max(fields.values(), default=None)
        for number in range(repeat):
            step = node.id if number == 0 else f"{node.id}[{number}]"
            inner = self._instance(block, flowing, values, (*here.place, step), here.depth)
            rounds.append(inner)
            found.entries = (*found.entries, field)
            leaving = [inner.nodes[leave.id].receptive for leave in plan.outputs]
            field = max((seen for each in leaving if (seen := seen_through(field, each))), default=None)
            found.parameters += inner.parameters
            found.macs += inner.macs
            found.activations += inner.activations
            here.result.problems.extend(inner.problems)
            if number + 1 < repeat:
                tensor = inner.outputs.get(plan.outputs[0].name)
                if tensor is None:
                    break
                # the first input takes the result; the others are the same for all
                flowing = {**flowing, plan.inputs[0].id: tensor}
        found.inner = tuple(rounds)
        if self._went_through(here, node, found, plan):
            found.outputs = dict(rounds[-1].outputs)
            found.receptive = field

    def _went_through(self, here: _Here, node: Node, found: NodeShapes, plan: _Plan) -> bool:
        """Whether the inside of a use gives something at every Output; says what is in the way otherwise."""
        last = found.inner[-1]
        if last.stuck is not None:
            self._stuck(here, node, last.stuck, found)
        elif any(problem.severity == "error" for inner in found.inner for problem in inner.problems):
            found.state = "problem"
        elif not plan.outputs:
            self._report(here, node, Complaint("has no output inside"), found)
        elif len(last.outputs) == len(plan.outputs):
            found.state = "ok"
            return True
        else:
            waiting = (one.waits for inner in found.inner for one in inner.nodes.values() if one.waits)
            found.waits = next(waiting, "")
        return False

    def _over_time(
        self,
        here: _Here,
        node: Node,
        found: NodeShapes,
        values: Mapping[str, Value],
        field: Field | None,
    ) -> None:
        """A use that runs once for every step; see :mod:`graph.overtime`."""
        assert node.block is not None
        block = self.project.blocks[node.block]
        entered = enter(block, found.inputs, values)
        if isinstance(entered, Complaint):
            self._report(here, node, entered, found)
            return
        entering, sequence = entered
        steps = sequence.shapes[0][1]
        inner = self._instance(block, entering, values, (*here.place, node.id), here.depth)
        found.inner, found.entries, found.receptive = (inner,), (field,), field
        found.parameters = inner.parameters
        found.macs, found.activations = inner.macs * steps, inner.activations * steps
        here.result.problems.extend(inner.problems)
        if not self._went_through(here, node, found, self._plan(block)):
            return
        for state, output, before, after in changed_states(block, entering, inner.outputs):
            if found.inputs.get(state.name):
                text = (
                    f"starts with {before.text} as its state “{state.name}”, but hands {after.text} on to the "
                    "next step"
                )
                complaint = Complaint(text, expected=after.text, got=before.text, port=state.name)
                self._report(here, node, complaint, found)
            else:
                found.state = "problem"
                text = (
                    f"Input “{state.name}” of {block.name} is a state of {before.text}, but “{output}” carries "
                    f"{after.text} back to it. A state keeps its shape."
                )
                problem = Problem((*here.place, node.id), block.id, state.id, text, expected=after.text,
                                  got=before.text, param="shape", patches=mend(after))  # fmt: skip
                here.result.problems.append(problem)
            return
        found.outputs = leave(block, inner.outputs, sequence)

    def _code(
        self, graph: Graph, arriving: Mapping[str, Tensor], bindings: Mapping[str, Value]
    ) -> GraphShapes:
        """A block written in Python, as its ports show it from the inside."""
        plan, result = self._plan(graph), GraphShapes(graph.id)
        for node in plan.inputs:
            outputs = {"output": arriving[node.id]}
            result.nodes[node.id] = NodeShapes("ok", outputs=outputs, values=dict(node.params))
        result.nodes.update({node.id: NodeShapes() for node in plan.outputs})
        inputs = {node.name: arriving[node.id] for node in plan.inputs}
        answer = self.inference.ask_code(graph, bindings, inputs)
        if isinstance(answer, Waiting) or answer.complaint is not None:
            result.stuck = answer
            return result
        for node in plan.outputs:
            tensor = answer.outputs[node.name]
            result.nodes[node.id] = NodeShapes("ok", inputs={"input": (tensor,)})
            result.outputs[node.name] = tensor
            result.activations += tensor.elements()
        result.parameters, result.macs = answer.parameters, answer.macs
        return result

    def _stuck(self, here: _Here, node: Node, why: Answer | Waiting, found: NodeShapes) -> None:
        """A use of a block of code of which nothing is known: it is wrong, or it waits."""
        if isinstance(why, Answer):
            assert why.complaint is not None
            self._report(here, node, why.complaint, found, "code")
            return
        found.waits = why.reason
        if why.untrusted:
            self._report(here, node, Complaint(why.reason), found, "trust")
            found.state = "unknown"

    def _checked_use(self, block: Graph, params: dict[str, Value], depth: int, over: Value) -> int:
        """Take ``repeat`` out of a block use's parameters; :class:`BadValue` when something cannot be."""
        if over is not None and over not in OVER:
            raise BadValue(f"has over = {over!r}, but it must be {' or '.join(OVER)}")
        repeat, plan = params.pop("repeat", 1), self._plan(block)
        if isinstance(repeat, bool) or not isinstance(repeat, int) or not 1 <= repeat <= MAX_REPEAT:
            raise BadValue(f"has repeat = {repeat!r}, but it must be a whole number from 1 to {MAX_REPEAT}")
        if repeat > 1 and over is not None:
            raise BadValue("cannot be repeated and run over time at once: put one of them into a block")
        if repeat > 1 and (not plan.inputs or len(plan.outputs) != 1):
            raise BadValue("can be repeated only with one output, which the next takes as its first input")
        if repeat > 1 and is_function(block):
            raise BadValue("is a function, so it cannot be repeated: write it as a class")
        for name in params.keys() - {item.name for item in block.parameters}:
            raise BadValue(f"has no parameter {name}")
        if depth >= MAX_DEPTH:
            raise BadValue(f"is nested more than {MAX_DEPTH} blocks deep")
        return repeat

    def _instance(
        self,
        block: Graph,
        flowing: Mapping[str, Tensor],
        values: Mapping[str, Value],
        place: Place,
        depth: int,
    ) -> GraphShapes:
        """A block under given inputs and parameters; equal uses of one pass are walked once."""
        key = (block.id, repr(sorted(values.items())), tuple(sorted(flowing.items())))
        found = self.blocks.get(key)
        if found is None:
            found = self.blocks[key] = self.graph(block, flowing, values, place, depth + 1)
        return found

    def _report(
        self, here: _Here, node: Node, complaint: Complaint, found: NodeShapes, kind: str = "shape"
    ) -> None:
        found.state = "ok" if kind == "caution" else "problem"
        title = self.project.blocks[node.block].name if node.block in self.project.blocks else node.type
        wires = here.graph.edges_into(node.id, complaint.port)
        own = kind in ("missing", "parameter", "code", "trust") or (
            complaint.param is not None and complaint.port is None
        )
        source = wires[0].source if len(wires) == 1 and not own else None
        origin = f", from “{here.graph.nodes[source].name}”" if source else ""
        severity: Severity = "error" if node.id in here.useful else "hint"
        here.result.problems.append(
            Problem(
                here.place,
                here.graph.id,
                node.id,
                f"{title} “{node.name}” {complaint.text}{origin}.",
                "warning" if kind in ("caution", "trust") else severity,
                complaint.expected,
                complaint.got,
                complaint.port,
                complaint.param,
                source,
                kind,
                complaint.patches,
            )
        )

    def _unused(self, here: _Here) -> None:
        """One hint per branch that leads nowhere, unless its node has been named already."""
        named = {problem.node for problem in here.result.problems}
        leading = {edge.source for edge in here.graph.edges.values()}
        for node_id in sorted(here.graph.nodes.keys() - here.useful - leading - named):
            node = here.graph.nodes[node_id]
            text = f"{node.type} “{node.name}” leads to no Output, so it is left out of the network."
            here.result.problems.append(
                Problem(here.place, here.graph.id, node_id, text, "hint", kind="unused")
            )


def _shape(node: Node) -> tuple[Any, ...]:
    value = CATALOGUE[INPUT].settled(node.params)["shape"]
    return value if isinstance(value, tuple) else ()
