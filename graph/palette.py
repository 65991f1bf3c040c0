"""Finding a layer by typing: what can be added, how well it matches, and what fits a wire.

The palette and the search at the cursor both ask here, so that both rank alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from graph.catalogue import CATALOGUE, CATEGORIES
from graph.catalogue.spec import Port
from graph.closest import corrected, words_of
from graph.model import BLOCK, Project
from graph.other_names import OTHER_NAMES
from graph.shapes import Inference
from graph.tensors import Tensor

BLOCKS = "Blocks"
OWN_CODE = "Own code"
COMMON = (
    "Conv2d", "Linear", "ReLU", "MaxPool2d", "BatchNorm2d", "Dropout", "Flatten", "Add", "Concat",
    "LSTM", "Embedding", "LayerNorm", "Softmax", "GRU", "AdaptiveAvgPool2d", "GELU",
    "MultiheadAttention", "TransformerEncoderLayer", "Output", "Input", "AvgPool2d",
    "Sigmoid", "Tanh", "SiLU", "RNN", "Reshape", "Multiply", "CrossEntropyLoss", "MSELoss", "Mean", "Permute",
    "Upsample", "Clamp", "Expand", "Repeat",
)  # fmt: skip
"""What people reach for most; stands before its equals."""

_DIMENSIONS = ("2d", "1d", "3d")
"""Of one family, images come first."""

_HOMES = frozenset(("torch", "nn", "f", "functional", "keras", "layers", "tf", "k"))
_FILLERS = frozenset(("layer", "layers", "function", "op", "operation", "node", "module"))
"""Words that say nothing about which layer is meant: at the beginning, and behind others."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that can be put on the canvas: a layer type, or a use of a block (``block`` is its id).

    A block that is not in the project yet has an ``origin`` instead, which whoever offers it understands.
    """

    type: str
    title: str
    category: str
    summary: str = ""
    words: tuple[str, ...] = ()
    block: str | None = None
    origin: str = ""


def entries(project: Project | None = None) -> list[Entry]:
    """All layer types by category, then the project's blocks."""
    order = {name: number for number, name in enumerate(CATEGORIES)}
    found = [
        Entry(layer.name, layer.name, layer.category, layer.summary, layer.words)
        for layer in sorted(CATALOGUE.values(), key=lambda layer: order[layer.category])
    ]
    for block in project.blocks.values() if project else ():
        found.append(Entry(BLOCK, block.name, BLOCKS, block.help.partition("\n")[0], ("block",), block.id))
    return found


def score(query: str, entry: Entry) -> int:
    """How well an entry matches: 0 not at all; the name counts more than its words, those more than the rest.

    Every word of the query must match somewhere. Case, spaces and signs do not matter.
    """
    query = _bare(query)
    whole = _plain(query)
    if not whole:
        return 1
    title = _plain(entry.title)
    if whole == title:
        return 1000
    best = 900 if whole in _plain_names().get(entry.type, ()) else 0
    if title.startswith(whole):
        best = max(best, 800 - min(len(title) - len(whole), 50))
    aliases = [_plain(word) for word in entry.words]
    if any(_plain(part).startswith(whole) for part in _parts(entry.title)[1:]):
        best = max(best, 650)
    if whole in aliases:
        best = max(best, 640)
    if len(whole) >= 4 and _plain(entry.category).startswith(whole):
        best = max(best, 550)  # "pooling", "loss": what most people reach for comes first
    if any(alias.startswith(whole) for alias in aliases):
        best = max(best, 500)
    if whole in title:
        best = max(best, 400)
    if best:
        return best
    total = 0
    for word in query.split():
        value = _word(_plain(word), title, aliases, entry)
        if value == 0:
            return 0
        total += value
    return total // max(1, len(query.split()))


def _word(word: str, title: str, aliases: list[str], entry: Entry) -> int:
    if not word:
        return 1
    if title.startswith(word):
        return 350
    if any(alias.startswith(word) for alias in aliases):
        return 300
    if word in title:
        return 250
    if _plain(entry.category).startswith(word):
        return 200
    if any(word in alias for alias in aliases):
        return 150
    if any(word in name for name in _plain_names().get(entry.type, ())):
        return 140
    if any(option.startswith(word) for option in _options(entry.type)):
        return 120
    if any(_plain(part).startswith(word) for part in entry.summary.split()):
        return 100
    return 50 if len(word) > 2 and word in _plain(entry.summary) else 0


def search(query: str, among: Iterable[Entry], preferred: Iterable[Entry] = ()) -> list[Entry]:
    """The entries that match, best first; ``preferred`` ones stand before the others of a like score.

    Where nothing matches, what was probably meant is looked for: ``sofmax``, ``batchnrom``.
    """
    liked, offered = set(preferred), list(among)
    found = _rated(query, offered)
    if not found and (meant := corrected(query, _vocabulary(offered))):
        found = _rated(meant, offered)

    def place(item: tuple[int, int, Entry]) -> tuple[int, int, int, int]:
        value, number, entry = item
        popular = COMMON.index(entry.title) if entry.title in COMMON else len(COMMON)
        bonus = (100 if entry in liked else 0) + (40 if popular < len(COMMON) else 0)
        # an image's layer before its sister's for sequences; other layers do not come into it
        sister = _DIMENSIONS.index(entry.title[-2:]) if entry.title.endswith(_DIMENSIONS) else 0
        return (-(value + bonus), popular, sister, number)

    found.sort(key=place)
    return [entry for _, _, entry in found]


def _rated(query: str, among: list[Entry]) -> list[tuple[int, int, Entry]]:
    """What matches: how well, and where it stood."""
    rated = [(score(query, entry), number, entry) for number, entry in enumerate(among)]
    return [item for item in rated if item[0]]


def _vocabulary(among: list[Entry]) -> set[str]:
    """All words that entries are called by."""
    words: set[str] = set()
    for entry in among:
        words |= words_of(entry.category, *entry.words, *OTHER_NAMES.get(entry.type, ()))
        for part in _parts(entry.title) or [entry.title]:
            words |= {part, part.rstrip("123d")}
    return words


def takes(port: Port, kind: str) -> bool:
    """Whether a port takes a tensor of this kind (``float``, ``int`` or ``bool``)."""
    return port.accepts in ("any", kind) or (port.accepts == "number" and kind != "bool")


def fits(inference: Inference, tensor: Tensor, entry: Entry) -> bool:
    """Whether an entry, as it comes from the palette, accepts a tensor at its first input. Needs torch.

    A layer with more required inputs is judged by its first port's kind alone: the rest is not there yet.
    The first answer for a layer may take some milliseconds; it is remembered by the inference.
    """
    if entry.type == BLOCK:
        return True
    layer = CATALOGUE[entry.type]
    if not layer.inputs or not takes(layer.inputs[0], tensor.kind):
        return False
    required = [port for port in layer.inputs if not port.optional]
    if len(required) > 1 or layer.inputs[0].variadic or (layer.call is None and layer.module is None):
        return True
    return inference.ask(layer, layer.initial, {layer.inputs[0].name: (tensor,)}).complaint is None


def _bare(query: str) -> str:
    """``relu`` of ``F.relu``, ``linear`` of ``linear layer``: without what says nothing, if anything is left."""
    words = re.sub(r"(?<=[A-Za-z])\.(?=[A-Za-z])", " ", query).split()
    while len(words) > 1 and words[0].lower() in _HOMES:
        words = words[1:]
    return " ".join([*words[:1], *(word for word in words[1:] if word.lower() not in _FILLERS)])


@cache
def _plain_names() -> dict[str, frozenset[str]]:
    return {layer: frozenset(_plain(name) for name in names) for layer, names in OTHER_NAMES.items()}


@cache
def _options(kind: str) -> frozenset[str]:
    """The settings of a layer and what they can be: ``bidirectional``, ``dilation``, ``nearest``."""
    layer = CATALOGUE.get(kind)
    params = layer.params if layer is not None else ()
    names = [name for param in params for name in (param.name, *param.choices)]
    return frozenset(_plain(part) for name in names for part in (name, *name.split("_")) if len(part) > 3)


def _plain(text: str) -> str:
    """Small letters alone, and the American spelling for the British one, so that either finds the other."""
    return re.sub(r"is(?=ation|e|ing)", "iz", re.sub(r"[\W_]+", "", text.lower()))


def _parts(title: str) -> list[str]:
    """``AdaptiveAvgPool2d`` -> Adaptive, AvgPool2d, Pool2d: places where a person may begin to type."""
    starts = [match.start() for match in re.finditer(r"[A-Z]+(?=[A-Z][a-z])|[A-Z][a-z]+|\d+", title)]
    return [title[start:] for start in starts]
