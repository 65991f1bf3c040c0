"""Bringing a file's tensors and a network's together by shape and order, where names have nothing in common.

Tensors of one layer (``conv1.weight``, ``conv1.bias``) stay together. Layers are told apart by the shapes of their
tensors; among layers of the same shapes the order decides, and only where it is certain: by the numbers in names
(``features.0``, ``features.10``, ``layer2``), or since the layers around are brought together already. What stays
uncertain stays apart. No torch in here.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

Shape: TypeAlias = tuple[int, ...]
Layer: TypeAlias = tuple[tuple[str, Shape], ...]
"""The tensors of one layer, sorted: the ends of their names (``.weight``) and their shapes."""

COUNTERS = ".num_batches_tracked"
_DIGITS = re.compile(r"\d+")


def alike(
    model: Mapping[str, Shape], file: Mapping[str, Shape], known: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The file's keys and the network's own (file's key -> network's key), as far as it is certain.

    Both list their keys in their own order: a file that keeps the order in which they were saved (a ``.pt``) tells
    more than one that sorts them by name (safetensors). ``known`` are pairs to begin with.
    """
    known = known or {}
    pairs = {_layer_of(their): _layer_of(our) for their, our in known.items()}
    ours, theirs = _layers(model), _layers(file)
    if _same_order(ours, theirs, pairs) and list(file) != sorted(file):
        pairs = dict(zip(theirs, ours, strict=True))
    else:
        pairs = _Pairing(ours, theirs, pairs).run()
    found = dict(known)
    for their, our in pairs.items():
        for leaf in (*(leaf for leaf, _ in theirs.get(their, ())), COUNTERS):
            if their + leaf in file and our + leaf in model:
                found.setdefault(their + leaf, our + leaf)
    return found | _singles(model, file, found)


def _layer_of(key: str) -> str:
    return key.rpartition(".")[0]


def _layers(tensors: Mapping[str, Shape]) -> dict[str, Layer]:
    """Layers by their place, in order; without the counters of batches, which older files lack."""
    found: dict[str, dict[str, Shape]] = {}
    for key, shape in tensors.items():
        if not key.endswith(COUNTERS):
            place, dot, leaf = key.rpartition(".")
            found.setdefault(place, {})[dot + leaf] = tuple(shape)
    return {place: tuple(sorted(parts.items())) for place, parts in found.items()}


def _same_order(ours: Mapping[str, Layer], theirs: Mapping[str, Layer], pairs: Mapping[str, str]) -> bool:
    """Whether both are the same layers one by one, but for few whose sizes differ (another head)."""
    if len(ours) != len(theirs):
        return False
    one_by_one = dict(zip(theirs, ours, strict=True))
    if any(one_by_one.get(their) != our for their, our in pairs.items()):
        return False
    both = list(zip(ours.values(), theirs.values(), strict=True))
    kinds = all([leaf for leaf, _ in one] == [leaf for leaf, _ in other] for one, other in both)
    return kinds and sum(one == other for one, other in both) * 5 >= len(both) * 4


def _singles(
    model: Mapping[str, Shape], file: Mapping[str, Shape], found: Mapping[str, str]
) -> dict[str, str]:
    """Tables that stand alone (``cls_token``, ``pos_embed``): those whose shape is left once on both sides."""
    taken = set(found.values())
    sides: list[dict[Shape, list[str]]] = []
    for tensors, used in ((model, taken), (file, set(found))):
        left: dict[Shape, list[str]] = defaultdict(list)
        for key, shape in tensors.items():
            if key not in used and len(shape) > 1:
                left[tuple(shape)].append(key)
        sides.append(left)
    ours, theirs = sides
    return {theirs[shape][0]: keys[0] for shape, keys in ours.items() if len(keys) == len(theirs[shape]) == 1}


@dataclass
class _Pairing:
    """Pairs layers until nothing more is certain. ``pairs``: the file's layer -> the network's."""

    ours: Mapping[str, Layer]
    theirs: Mapping[str, Layer]
    pairs: dict[str, str] = field(default_factory=dict)

    def run(self) -> dict[str, str]:
        before = -1
        while len(self.pairs) > before:
            before = len(self.pairs)
            mine, other = self._left()
            for layer, names in mine.items():
                self._pair(names, other.get(layer, []))
        return self.pairs

    def _left(self) -> tuple[dict[Layer, list[str]], dict[Layer, list[str]]]:
        """The layers that are still alone, by their shapes."""
        taken = set(self.pairs.values())
        mine: dict[Layer, list[str]] = defaultdict(list)
        other: dict[Layer, list[str]] = defaultdict(list)
        for place, layer in self.ours.items():
            if place not in taken:
                mine[layer].append(place)
        for place, layer in self.theirs.items():
            if place not in self.pairs:
                other[layer].append(place)
        return mine, other

    def _pair(self, ours: list[str], theirs: list[str]) -> bool:
        """Pair layers of the same shapes, where it is certain which is which; whether any were."""
        if not ours or not theirs:
            return False
        order = _ordered(theirs) if len(ours) == len(theirs) else None
        if order is not None:
            self.pairs.update(zip(order, ours, strict=True))
            return True
        return self._pair_inside(ours, theirs) or self._pair_named_alike(ours, theirs)

    def _pair_inside(self, ours: list[str], theirs: list[str]) -> bool:
        """Pair what stands in parts that belong together already."""
        parts: dict[str, list[str]] = defaultdict(list)
        for name in theirs:
            parts[_layer_of(name)].append(name)
        known = self._known()
        for part, names in parts.items():
            if part in known and len(names) < len(theirs):
                mine = [name for name in ours if name.startswith(known[part] + ".")]
                if len(mine) == len(names) and self._pair(mine, names):
                    return True
        return False

    def _pair_named_alike(self, ours: list[str], theirs: list[str]) -> bool:
        """Pair the only seven that are named alike here with the only seven that are named alike there."""
        mine, other = _patterns(ours), _patterns(theirs)
        counts = [Counter(map(len, side)) for side in (mine, other)]
        if len(mine) != len(other) or len(mine) == 1:
            return False
        done = False
        for names in mine:
            if counts[0][len(names)] == counts[1][len(names)] == 1:
                those = next(group for group in other if len(group) == len(names))
                done = self._pair(names, those) or done
        return done

    def _known(self) -> dict[str, str]:
        """Which part of the file is which part of the network, where all pairs say the same."""
        said: dict[str, set[str]] = defaultdict(set)
        back: dict[str, set[str]] = defaultdict(set)
        for their, our in self.pairs.items():
            part, mine = _layer_of(their), _layer_of(our)
            if part and mine:
                said[part].add(mine)
                back[mine].add(part)
        single = {part: next(iter(mine)) for part, mine in said.items() if len(mine) == 1}
        return {part: mine for part, mine in single.items() if len(back[mine]) == 1}


def _pattern(name: str) -> str:
    return _DIGITS.sub("#", name)


def _patterns(names: Sequence[str]) -> list[list[str]]:
    """Names that differ by their numbers alone, together."""
    found: dict[str, list[str]] = defaultdict(list)
    for name in names:
        found[_pattern(name)].append(name)
    return list(found.values())


def _ordered(names: Sequence[str]) -> list[str] | None:
    """Names in the order of the numbers in them; ``None`` where words differ before a number does."""
    keys = {name: [(_pattern(part), _numbers(part)) for part in name.split(".")] for name in names}
    found = sorted(names, key=lambda name: keys[name])
    for one, other in itertools.pairwise(found):
        first = next((pair for pair in zip(keys[one], keys[other], strict=False) if pair[0] != pair[1]), None)
        if first is None or first[0][0] != first[1][0]:
            return None
    return found


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in _DIGITS.findall(text))
