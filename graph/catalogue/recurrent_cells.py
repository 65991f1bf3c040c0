"""Single steps of recurrent networks, for graphs that build their own loop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graph.catalogue.recurrent import GATES
from graph.catalogue.rules import Outputs, Rule, axis_size, channels_match, first, rank_is
from graph.catalogue.spec import Call, Complaint, Example, Given, LayerType, Param, Port
from graph.tensors import Tensor


def _states_fit(ports: tuple[str, ...]) -> Rule:
    def check(given: Given) -> Complaint | None:
        wired = [port for port in ports if given.has(port)]
        if wired and len(wired) < len(ports):
            missing = next(port for port in ports if port not in wired)
            return Complaint(
                f"needs both states or none, but {missing} is not wired and {wired[0]} is "
                f"{given.one(wired[0]).text}",
                expected=" and ".join(ports), got=wired[0], port=missing,
            )  # fmt: skip
        wanted = tuple((shape[0], given["hidden_size"]) for shape in given.one().shapes)
        for port in wired:
            if given.one(port).shapes != wanted:
                text = Tensor(wanted).text
                return Complaint(
                    f"expects a state {port} of {text} but receives {given.one(port).text}",
                    expected=text, got=given.one(port).text, port=port,
                )  # fmt: skip
        return None

    return check


def _layer(kind: str) -> LayerType:
    lstm = kind == "LSTM"
    ports = ("h_0", "c_0") if lstm else ("h_0",)

    def call(c: Call) -> str:
        if not c.has("h_0"):
            return f"{c.module}({c.one()})"
        state = f"({c.one('h_0')}, {c.one('c_0')})" if lstm else c.one("h_0")
        return f"{c.module}({c.one()}, {state})"

    def unpack(values: Mapping[str, Any]) -> str | None:
        return "{h_1}, {c_1}" if lstm else None

    def count(given: Given) -> int:
        hidden, size = given["hidden_size"], given["input_size"]
        return int(GATES[kind] * hidden * (size + hidden))

    def worked(given: Given, outputs: Outputs) -> str:
        hidden, size = given["hidden_size"], given["input_size"]
        bias = f" + 2·{hidden}" if given["bias"] else ""
        total = count(given) + (2 * GATES[kind] * hidden if given["bias"] else 0)
        return f"parameters = {GATES[kind]}·({hidden}·{size} + {hidden}·{hidden}{bias}) = {total:,}"

    extra: tuple[Param, ...] = ()
    if kind == "RNN":
        extra = (Param("nonlinearity", "choice", "tanh", "Function of the state.", choices=("tanh", "relu")),)
    state = {"input": (2, 4), **dict.fromkeys(ports, (2, 3))}
    return LayerType(
        name=f"{kind}Cell",
        category="Recurrent",
        summary=f"One step of {'an' if kind != 'GRU' else 'a'} {kind}.",
        help=(
            "Takes one step of a sequence, (B, features), and the state before it; gives the state after "
            f"it. {kind} runs over a whole sequence at once and is faster; take the cell where every step "
            "needs something of its own, such as a decoder that is fed its last output. Without a wired "
            "state it starts from zeros."
        ),
        formula={
            "RNN": "h₁ = tanh(W x + b + U h₀ + c)",
            "LSTM": "c₁ = σ(f) · c₀ + σ(i) · tanh(g),  h₁ = σ(o) · tanh(c₁)",
            "GRU": "h₁ = (1 − z) · n + z · h₀",
        }[kind],
        words=("recurrent", "step", "decoder", "loop", "state", kind.lower()),
        params=(
            Param("input_size", "int", None, "Features of the step.", minimum=1, required=True, inferred=axis_size(-1)),
            Param("hidden_size", "int", 64, "Size of the state.", minimum=1, maximum=1_000_000, required=True),
            Param("bias", "bool", True, "Learn constants as well."),
            *extra,
        ),
        inputs=(Port("input"), *(Port(port, optional=True, help="State before this step.") for port in ports)),
        outputs=(Port("h_1", help="State after this step."), Port("c_1", help="Cell state after this step."))[
            : len(ports)
        ],
        module=f"nn.{kind}Cell",
        call=call,
        unpack=unpack,
        check=first(
            rank_is(2, what="one step (B, features)"),
            channels_match("input_size", -1, "features"),
            _states_fit(ports),
        ),
        worked=worked,
        macs=lambda given, outputs: count(given),
        headline=("hidden_size",),
        examples=(
            Example({"hidden_size": 3}, {"input": (2, 4)}),
            Example({"hidden_size": 3, "bias": False, **({"nonlinearity": "relu"} if kind == "RNN" else {})}, state),
        ),
    )  # fmt: skip


LAYERS = tuple(_layer(kind) for kind in ("RNN", "LSTM", "GRU"))
