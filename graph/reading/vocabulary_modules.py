"""Modules whose constructor or call does not follow the catalogue's declaration word by word."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from graph.catalogue import CATALOGUE
from graph.reading.vocabulary import Reading, Unreadable, bind, checked, is_plain, node

Args = Sequence[Any]
Kwargs = Mapping[str, Any]

_RECURRENT = "input_size, hidden_size, num_layers=1, {extra}bias=True, batch_first=False, dropout=0.0, " \
    "bidirectional=False, {more}~device=None, ~dtype=None"  # fmt: skip

SIGNATURES: dict[str, str] = {
    # torch hides these behind *args
    "nn.RNN": _RECURRENT.format(extra="nonlinearity=tanh, ", more=""),
    "nn.LSTM": _RECURRENT.format(extra="", more="proj_size=0, "),
    "nn.GRU": _RECURRENT.format(extra="", more=""),
    "nn.Identity": "~a=None, ~b=None, ~c=None, ~d=None",
}
"""Constructors whose arguments torch does not tell."""


def _upsampling(mode: str) -> Callable[[Args, Kwargs], Reading]:
    def read(args: Args, kwargs: Kwargs) -> Reading:
        given = bind("size=None, scale_factor=None", f"nn.Upsampling{mode}", args, kwargs)
        params: dict[str, Any] = {"mode": mode, "align_corners": mode == "bilinear"}
        if given["size"] is not None:
            size = given["size"]
            params["size"] = size if isinstance(size, (tuple, list)) else (size, size)
        if given["scale_factor"] is not None:
            params["scale_factor"] = given["scale_factor"]
        return Reading("Upsample", checked(CATALOGUE["Upsample"], params))

    return read


def _containers(args: Args, kwargs: Kwargs) -> Reading:
    raise Unreadable("A container is no layer of its own: its parts are.")


MODULES: dict[str, Callable[[Args, Kwargs], Reading]] = {
    "nn.UpsamplingNearest2d": _upsampling("nearest"),
    "nn.UpsamplingBilinear2d": _upsampling("bilinear"),
    "nn.Sequential": _containers,
    "nn.ModuleList": _containers,
    "nn.ModuleDict": _containers,
}
"""Constructors that need more than a signature."""


def _attention(reading: Reading, args: Args, kwargs: Kwargs) -> Reading:
    text = "query, key, value, key_padding_mask=None, need_weights=True, attn_mask=None, " \
        "average_attn_weights=True, is_causal=False"  # fmt: skip
    given = bind(text, "MultiheadAttention", args, kwargs)
    params = {"need_weights": given["need_weights"], "average_attn_weights": given["average_attn_weights"]}
    if given["is_causal"] and given["attn_mask"] is None:
        raise Unreadable("MultiheadAttention is told to be causal and gets no attn_mask.")
    wired = {"query": given["query"], "key": given["key"], "value": given["value"]}
    if given["value"] is given["key"]:
        del wired["value"]
        if given["key"] is given["query"]:
            del wired["key"]
    wired.update(attn_mask=given["attn_mask"], key_padding_mask=given["key_padding_mask"])
    made = node(reading.type, wired, params)
    return replace(reading, params={**reading.params, **made.params}, inputs=made.inputs)


def _with_state(*names: str) -> Callable[[Reading, Args, Kwargs], Reading]:
    """Recurrent layers: the state comes as one tensor, or as a tuple of several."""

    def read(reading: Reading, args: Args, kwargs: Kwargs) -> Reading:
        given = bind("input, hx=None", reading.type, args, kwargs)
        state = given["hx"]
        states = () if state is None else tuple(state) if isinstance(state, (tuple, list)) else (state,)
        if len(states) not in (0, len(names)) or any(is_plain(item) for item in states):
            raise Unreadable(f"{reading.type} is called with a state of another form.")
        wired = {"input": given["input"], **dict(zip(names, states, strict=False))}
        return replace(reading, inputs=node(reading.type, wired).inputs)

    return read


def _masked(*ports: str) -> Callable[[Reading, Args, Kwargs], Reading]:
    """Transformer layers: flags that torch uses as hints are let go, masks are wired."""
    order = {
        ("src",): "src, {mask}=None, src_key_padding_mask=None, is_causal=None",
        ("tgt", "memory"): "tgt, memory, tgt_mask=None, memory_mask=None, tgt_key_padding_mask=None, "
        "memory_key_padding_mask=None, tgt_is_causal=None, memory_is_causal=None",
    }[ports]

    def read(reading: Reading, args: Args, kwargs: Kwargs) -> Reading:
        mask = "mask" if reading.type == "TransformerEncoder" else "src_mask"
        given = bind(order.format(mask=mask), reading.type, args, kwargs)
        wired = {}
        known = {port.name for port in reading.layer.inputs}
        for name, value in given.items():
            name = "src_mask" if name == "mask" else name
            if name in known:
                wired[name] = value
            elif value and not name.endswith("is_causal"):  # torch takes it as a hint about the mask
                raise Unreadable(f"{reading.type} is called with {name}, which its node does not have.")
        return replace(reading, inputs=node(reading.type, wired).inputs)

    return read


FORWARDS: dict[str, Callable[[Reading, Args, Kwargs], Reading]] = {
    "MultiheadAttention": _attention,
    "RNN": _with_state("h_0"),
    "GRU": _with_state("h_0"),
    "LSTM": _with_state("h_0", "c_0"),
    "RNNCell": _with_state("h_0"),
    "GRUCell": _with_state("h_0"),
    "LSTMCell": _with_state("h_0", "c_0"),
    "TransformerEncoderLayer": _masked("src"),
    "TransformerEncoder": _masked("src"),
    "TransformerDecoderLayer": _masked("tgt", "memory"),
    "TransformerDecoder": _masked("tgt", "memory"),
}
"""Calls whose arguments are not simply the ports in order."""
