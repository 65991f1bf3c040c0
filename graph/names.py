"""Names that can stand in generated code: made safe when a node is created, never at export."""

from __future__ import annotations

import keyword
import re
from collections.abc import Container, Iterable

from graph.model import INPUT, OUTPUT, Graph

MAX_NAME = 60

MODULE_ATTRIBUTES = frozenset(
    {
        "T_destination", "add_module", "apply", "bfloat16", "buffers", "call_super_init", "children",
        "compile", "cpu", "cuda", "double", "dump_patches", "eval", "extra_repr", "float", "forward",
        "get_buffer", "get_extra_state", "get_parameter", "get_submodule", "half", "ipu",
        "load_state_dict", "modules", "mtia", "named_buffers", "named_children", "named_modules",
        "named_parameters", "parameters", "register_backward_hook", "register_buffer",
        "register_forward_hook", "register_forward_pre_hook", "register_full_backward_hook",
        "register_full_backward_pre_hook", "register_load_state_dict_post_hook",
        "register_load_state_dict_pre_hook", "register_module", "register_parameter",
        "register_state_dict_post_hook", "register_state_dict_pre_hook", "requires_grad_",
        "set_extra_state", "set_submodule", "share_memory", "state_dict", "to", "to_empty", "train",
        "training", "type", "xpu", "zero_grad",
    }
)  # fmt: skip
"""The public attributes of ``torch.nn.Module``: a sub-module of that name would hide a method."""

IN_THE_CODE = frozenset({"self", "super", "range", "torch", "torchvision", "nn", "F", "functional", "math"})
"""Names the generated code itself relies on."""

RESERVED = MODULE_ATTRIBUTES | IN_THE_CODE

_STEMS = {
    "Linear": "fc",
    "Embedding": "embedding",
    "MultiheadAttention": "attention",
    "Concat": "concat",
    "SelectStep": "step",
    "SwiGLU": "swiglu",
}
_FAMILIES = (
    (r"LazyConv\w*|Conv\dd", "conv"),
    (r"ConvTranspose\dd", "upconv"),
    (r"(Sync)?BatchNorm(\dd)?", "bn"),
    (r"\w*Norm(\dd)?", "norm"),
    (r"(Adaptive|Fractional)?(Avg|Max|LP)Pool\dd", "pool"),
    (r"MaxUnpool\dd", "unpool"),
    (r"(Alpha|FeatureAlpha)?Dropout(\dd)?", "dropout"),
    (r"\w+Pad\dd", "pad"),
    (r"\w+Loss", "loss"),
)


def is_identifier(name: str) -> bool:
    """Whether a name can stand in generated code as it is."""
    return name.isascii() and name.isidentifier() and not keyword.iskeyword(name) and len(name) <= MAX_NAME


def is_usable(name: str) -> bool:
    """Whether a node, a parameter or a class may have this name: an identifier that hides nothing."""
    return is_identifier(name) and name not in RESERVED and not name.startswith("_")


def stem(kind: str) -> str:
    """What nodes of a type (or uses of a block) are called before the number: ``Conv2d`` -> ``conv``."""
    if kind in _STEMS:
        return _STEMS[kind]
    for pattern, name in _FAMILIES:
        if re.fullmatch(pattern, kind):
            return name
    kind = re.sub(r"(?<=[a-z])\dd$", "", kind)
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z]{2,}$)", "_", kind)
    words = re.sub(r"_(?=lu$)", "", words.lower())
    clean = re.sub(r"\W", "_", words, flags=re.ASCII).strip("_")[: MAX_NAME - 10]
    return clean if clean and clean[0].isalpha() else "node"


def unique_name(wanted: str, taken: Container[str]) -> str:
    """``wanted`` itself when it is free and usable, else the same with the next free number."""
    if wanted not in taken and is_usable(wanted):
        return wanted
    head = re.sub(r"\W", "_", wanted, flags=re.ASCII).lstrip("_").rstrip("0123456789")[: MAX_NAME - 10]
    if not head or not head[0].isalpha():
        head = "node"
    return _numbered(head, taken, 2 if wanted == head and wanted in taken else 1)


def fresh_name(graph: Graph, kind: str, taken: Iterable[str] = ()) -> str:
    """A name for a new node: ``conv1``, ``conv2``, … from its type or, for a block's use, the block's name.

    ``taken`` are names given away but not yet in the graph. Inputs and outputs start without a number.
    """
    return fresh_among(graph.names().union(taken), kind)


def fresh_among(names: Container[str], kind: str) -> str:
    """Like :func:`fresh_name`, against a set of names that the caller keeps (for adding many nodes)."""
    if kind in (INPUT, OUTPUT):
        return unique_name(kind.lower(), names)
    return _numbered(stem(kind), names, 1)


def _numbered(head: str, taken: Container[str], number: int) -> str:
    if head[-1].isdigit():
        head += "_"
    while f"{head}{number}" in taken or not is_usable(f"{head}{number}"):
        number += 1
    return f"{head}{number}"
