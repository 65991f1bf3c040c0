"""Recurrent layers: read a sequence step by step and carry a state along."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from graph.catalogue.lengths import LENGTHS, one_each
from graph.catalogue.rules import Outputs, axis_size, channels_match, first, rank_is
from graph.catalogue.spec import Call, Complaint, Example, Given, LayerType, Param, Patch, Port
from graph.tensors import Tensor

GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}

_HELP = {
    "RNN": (
        "Reads a sequence step by step; its state is a mix of the last state and the new input, squeezed by "
        "tanh. Simple and quick to understand, but it forgets after some ten steps: LSTM and GRU remember "
        "longer. output holds the last layer's state at every step, h_n every layer's state after the last."
    ),
    "LSTM": (
        "Reads a sequence step by step and keeps a cell state next to its output, with gates that decide "
        "what to forget, to write and to show, so it remembers over long distances. output holds the last "
        "layer's output at every step, h_n and c_n every layer's states after the last step. A Select of "
        "step −1 behind output gives one vector per sequence."
    ),
    "GRU": (
        "A lighter LSTM: two gates and a single state, a quarter fewer parameters and often as good. output "
        "holds the last layer's state at every step, h_n every layer's state after the last."
    ),
}  # fmt: skip

_FORMULA = {
    "RNN": "h′ = tanh(W x + b + U h + c)",
    "LSTM": "c′ = σ(f) · c + σ(i) · tanh(g),  h′ = σ(o) · tanh(c′);  i, f, g, o = W x + b + U h + c",
    "GRU": "h′ = (1 − z) · n + z · h,  n = tanh(W x + b + r · (U h + c));  r, z = σ(W x + b + U h + c)",
}


def weights(kind: str, given: Given) -> tuple[int, int]:
    """(weights used per step, biases) over all layers and directions, as ``nn.LSTM`` allocates them."""
    gates, hidden = GATES[kind], given["hidden_size"]
    directions = 2 if given["bidirectional"] else 1
    projected = given.params.get("proj_size", 0)
    state = projected or hidden
    total = 0
    for layer in range(given["num_layers"]):
        incoming = given["input_size"] if layer == 0 else state * directions
        total += directions * (gates * hidden * (incoming + state) + projected * hidden)
    biases = 2 * gates * hidden * directions * given["num_layers"] if given["bias"] else 0
    return total, biases


def _expected_state(kind: str, port: str, given: Given) -> list[tuple[int, ...]]:
    tensor = given.one()
    batch = 0 if given["batch_first"] else 1
    size = given["hidden_size"] if port == "c_0" else given.params.get("proj_size", 0) or given["hidden_size"]
    count = given["num_layers"] * (2 if given["bidirectional"] else 1)
    return [(count, shape[batch], size) for shape in tensor.shapes]


def _shapes(kind: str) -> Callable[[Given], dict[str, Tensor]]:
    """Outputs as the documentation of ``nn.LSTM`` gives them."""

    def shapes(given: Given) -> dict[str, Tensor]:
        tensor = given.one()
        directions = 2 if given["bidirectional"] else 1
        size = given.params.get("proj_size", 0) or given["hidden_size"]
        found = {"output": tuple((*shape[:2], directions * size) for shape in tensor.shapes)}
        for end, start in (("h_n", "h_0"), ("c_n", "c_0"))[: 2 if kind == "LSTM" else 1]:
            found[end] = tuple(_expected_state(kind, start, given))
        return {port: Tensor(shape, tensor.dtype) for port, shape in found.items()}

    return shapes


def _states_fit(kind: str) -> Any:
    ports = ("h_0", "c_0") if kind == "LSTM" else ("h_0",)

    def check(given: Given) -> Complaint | None:
        if kind == "LSTM" and given.has("h_0") != given.has("c_0"):
            there, missing = ("h_0", "c_0") if given.has("h_0") else ("c_0", "h_0")
            return Complaint(
                f"needs both states or none, but {missing} is not wired and {there} is "
                f"{given.one(there).text}",
                expected="h_0 and c_0", got=there, port=missing,
            )  # fmt: skip
        for port in ports:
            if given.has(port) and list(given.one(port).shapes) != _expected_state(kind, port, given):
                wanted = Tensor(tuple(_expected_state(kind, port, given))).text
                return Complaint(
                    f"expects a starting state {port} of {wanted} but receives {given.one(port).text}",
                    expected=wanted, got=given.one(port).text, port=port,
                )  # fmt: skip
        return None

    return check


def _lengths_fit(given: Given) -> Complaint | None:
    return one_each("lengths", batch=0 if given["batch_first"] else 1)(given)


def _projection(given: Given) -> Complaint | None:
    size, hidden = given["proj_size"], given["hidden_size"]
    if size < hidden:
        return None
    return Complaint(
        f"has proj_size = {size}, which must be smaller than hidden_size = {hidden}, for {given.one().text}",
        expected=f"less than {hidden}", got=str(size), param="proj_size",
        patches=(Patch("Set proj_size to 0", {"proj_size": 0}),),
    )  # fmt: skip


def _idle_dropout(given: Given) -> Complaint | None:
    if given["dropout"] == 0 or given["num_layers"] > 1:
        return None
    return Complaint(
        "has a dropout between its layers, but only one layer, so it does nothing for " + given.one().text,
        param="dropout",
        patches=(Patch("Set dropout to 0", {"dropout": 0.0}), Patch("Set num_layers to 2", {"num_layers": 2})),
    )  # fmt: skip


def _layer(kind: str) -> LayerType:
    lstm = kind == "LSTM"

    def call(c: Call) -> str:
        parts = [c.one()]
        if c.has("lengths"):
            parts.append(c.one("lengths"))
        if c.has("h_0"):
            parts.append(f"({c.one('h_0')}, {c.one('c_0')})" if lstm else c.one("h_0"))
        if c.has("lengths"):
            return f"run_packed({c.module}, {', '.join(parts)})"
        return f"{c.module}({', '.join(parts)})"

    def macs(given: Given, outputs: Outputs) -> int:
        steps = given.one().elements() // given["input_size"]
        return weights(kind, given)[0] * steps

    def worked(given: Given, outputs: Outputs) -> str:
        total, biases = weights(kind, given)
        gates, hidden, size = GATES[kind], given["hidden_size"], given["input_size"]
        shown = f"{gates}·({hidden}·{size} + {hidden}·{hidden}" + (
            f" + 2·{hidden})" if given["bias"] else ")"
        )
        plain = given["num_layers"] == 1 and not given["bidirectional"] and not given.params.get("proj_size")
        lines = [f"output {outputs['output'].text},  h_n {outputs['h_n'].text}"]
        lines.append(f"parameters = {shown + ' = ' if plain else ''}{total + biases:,}")
        return "\n".join(lines)

    def unpack(values: Mapping[str, Any]) -> str:
        return "{output}, ({h_n}, {c_n})" if lstm else "{output}, {h_n}"

    states: tuple[Port, ...] = (
        Port("h_0", optional=True, help="State to start with; zeros when nothing is wired."),
    )
    if lstm:
        states += (Port("c_0", optional=True, help="Cell state to start with."),)
    ends: tuple[Port, ...] = (Port("h_n", help="State of every layer after the last step."),)
    if lstm:
        ends += (Port("c_n", help="Cell state of every layer after the last step."),)
    extra: tuple[Param, ...] = ()
    if kind == "RNN":
        extra = (Param("nonlinearity", "choice", "tanh", "Function of the state.", choices=("tanh", "relu")),)
    if lstm:
        extra = (
            Param(
                "proj_size",
                "int",
                0,
                "Outputs are projected to this size; 0 for none.",
                minimum=0,
                maximum=1_000_000,
            ),
        )
    return LayerType(
        name=kind,
        category="Recurrent",
        summary={"RNN": "The plain recurrent layer.", "LSTM": "A recurrent layer with a long memory.",
                 "GRU": "A recurrent layer with gates, lighter than LSTM."}[kind],
        help=_HELP[kind],
        formula=_FORMULA[kind] + f",  parameters = {GATES[kind]}·(hidden·input + hidden² + 2·hidden) per layer",
        words=("recurrent", "sequence", "time series", "text", "memory",
               {"RNN": "elman", "LSTM": "long short-term memory", "GRU": "gated recurrent unit"}[kind]),
        params=(
            Param("input_size", "int", None, "Features of every step.", minimum=1, required=True,
                  inferred=axis_size(-1)),
            Param("hidden_size", "int", 64, "Size of the state.", minimum=1, maximum=1_000_000, required=True),
            Param("num_layers", "int", 1, "Layers on top of each other.", minimum=1, maximum=1000),
            *(extra if kind == "RNN" else ()),
            Param("bias", "bool", True, "Learn constants as well."),
            Param("batch_first", "bool", True, "Data is (B, T, features), as everywhere; otherwise (T, B, features).",
                  torch=False),
            Param("dropout", "float", 0.0, "Dropout between the layers.", minimum=0, maximum=1),
            Param("bidirectional", "bool", False, "Read the sequence backwards as well and join both outputs."),
            *(extra if lstm else ()),
        ),
        inputs=(Port("input"), *states, replace(LENGTHS, support=("run_packed",))),
        outputs=(Port("output", help="What the last layer says at every step."), *ends),
        module=f"nn.{kind}",
        call=call,
        unpack=unpack,
        check=first(
            rank_is(3, what="a batch of sequences (B, T, features)"),
            channels_match("input_size", -1, "features"),
            *((_projection,) if lstm else ()),
            _states_fit(kind),
            _lengths_fit,
        ),
        caution=_idle_dropout,
        shapes=_shapes(kind),
        worked=worked,
        macs=macs,
        headline=("hidden_size", "num_layers"),
        examples=(
            Example({"hidden_size": 5}, {"input": (2, 7, 4)}),
            Example({"hidden_size": 3, "num_layers": 2, "bidirectional": True, "bias": False, "dropout": 0.1,
                     **({"nonlinearity": "relu"} if kind == "RNN" else {"proj_size": 2} if lstm else {})},
                    {"input": (2, 7, 4)}),
            Example({"hidden_size": 3, "num_layers": 2, "bidirectional": True},
                    {"input": (2, 7, 4), "lengths": (2,)}, {"lengths": "int64"}),
        ),
    )  # fmt: skip


LAYERS = tuple(_layer(kind) for kind in ("RNN", "LSTM", "GRU"))
