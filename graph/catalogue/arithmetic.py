"""Arithmetic between tensors: add, subtract, multiply, divide, minimum and maximum."""

from __future__ import annotations

from collections.abc import Callable

from graph.catalogue.rules import Rule
from graph.catalogue.spec import Call, Complaint, Example, Given, LayerType, Port
from graph.tensors import Tensor

MANY = (Port("inputs", "number", variadic=True, help="Any number of tensors."),)
TWO = (Port("input", "number"), Port("other", "number"))


def broadcast(shapes: list[tuple[int, ...]]) -> tuple[int, ...] | None:
    """The shape torch stretches these to, or ``None`` when they do not fit together."""
    rank = max(len(shape) for shape in shapes)
    result = []
    for axis in range(-rank, 0):
        sizes = {shape[axis] for shape in shapes if len(shape) >= -axis} - {1}
        if len(sizes) > 1:
            return None
        result.append(sizes.pop() if sizes else 1)
    return tuple(result)


def together(given: Given) -> tuple[Tensor, ...]:
    """All tensors of a merging layer, in port order."""
    return tuple(tensor for tensors in given.inputs.values() for tensor in tensors)


def stretches(verb: str) -> Rule:
    """The tensors must have one shape, or shapes that torch can stretch to one."""

    def check(given: Given) -> Complaint | None:
        tensors = together(given)
        for probe in range(len(tensors[0].shapes)):
            if broadcast([tensor.shapes[probe] for tensor in tensors]) is None:
                break
        else:
            return None
        odd = next(
            tensor for tensor in tensors[1:]
            if any(broadcast([a, b]) is None for a, b in zip(tensors[0].shapes, tensor.shapes, strict=True))
            or tensor is tensors[-1]
        )  # fmt: skip
        return Complaint(
            f"{verb} tensors of one shape, but its inputs are {tensors[0].text} and {odd.text}",
            expected=tensors[0].text, got=odd.text, port="other" if given.has("other") else "inputs",
        )  # fmt: skip

    return check


def quiet_stretch(always: bool) -> Rule:
    """Shapes that differ are stretched without a word: most often that is a mistake in a sum, and always when
    the samples of a batch are paired with each other."""

    def caution(given: Given) -> Complaint | None:
        tensors = together(given)
        if len({tensor.shapes for tensor in tensors}) == 1:
            return None
        wide = max(tensors, key=lambda tensor: (tensor.rank, tensor.elements()))
        small = next(tensor for tensor in tensors if tensor.shapes != wide.shapes)
        port = list(given.inputs)[-1]
        if any(_pairs_samples(tensor, wide.rank) for tensor in tensors):
            return Complaint(
                "pairs every sample of the batch with every other one, because the batch is not the same "
                f"axis in {wide.text} and {small.text}",
                expected=wide.text, got=small.text, port=port,
            )  # fmt: skip
        if not always:
            return None
        return Complaint(
            f"stretches {small.text} over {wide.text}, because their shapes differ",
            expected=wide.text, got=small.text, port=port,
        )  # fmt: skip

    return caution


def _pairs_samples(tensor: Tensor, rank: int) -> bool:
    return tensor.batched and tensor.rank < rank


def _call(sign: str) -> Callable[[Call], str]:
    return lambda c: f" {sign} ".join([*c.arguments.get("inputs", ()), *c.arguments.get("input", ()),
                                       *c.arguments.get("other", ())])  # fmt: skip


def layer(name: str, summary: str, help: str, formula: str, words: tuple[str, ...], inputs: tuple[Port, ...],
           call: Callable[[Call], str], verb: str, warn: bool = False) -> LayerType:  # fmt: skip
    shapes = [(2, 3, 4), (2, 3, 4)]
    wide = [(2, 3, 4), (2, 3, 1)]
    if inputs is MANY:
        examples = (Example({}, {"inputs": shapes}), Example({}, {"inputs": [*wide, (2, 1, 4)]}))
    else:
        examples = tuple(Example({}, {"input": a, "other": b}) for a, b in (shapes, wide))  # type: ignore[assignment]
    return LayerType(
        name=name, category="Combine", summary=summary, help=help, formula=formula, words=words, inputs=inputs,
        call=call, check=stretches(verb), caution=quiet_stretch(warn), examples=examples,
    )  # fmt: skip


LAYERS = (
    layer(
        "Add", "Add tensors, value by value.",
        "Adds any number of tensors of the same shape. Skip connections end in it: what a block has "
        "computed is added to what went in, which lets very deep networks learn. Shapes that differ are "
        "stretched as torch does it, with a warning.",
        "y = a + b + "
        "…", ("sum", "plus", "residual", "skip connection", "shortcut", "merge"), MANY, _call("+"), "adds",
        True,
    ),
    layer(
        "Subtract", "The first tensor minus the second.",
        "Subtracts value by value. Useful for differences and errors, for example between a prediction and "
        "an input.",
        "y = input − other", ("minus", "difference", "sub"), TWO, _call("-"), "subtracts", True,
    ),
    layer(
        "Multiply", "Multiply tensors, value by value.",
        "Multiplies any number of tensors. It is how gates and attention masks act: a tensor of numbers "
        "between 0 and 1 decides how much of the other passes. An axis of size 1 is stretched, so (B, C, 1, "
        "1) scales channels.",
        "y = a · b · "
        "…", ("mul", "product", "gate", "hadamard", "squeeze and excitation", "scale"), MANY, _call("*"),
        "multiplies",
    ),
    layer(
        "Divide", "The first tensor divided by the second.",
        "Divides value by value. Keep the divisor away from zero, for instance by adding a small number.",
        "y = input / other", ("div", "quotient", "ratio"), TWO, _call("/"), "divides",
    ),
    layer(
        "Maximum", "The larger of two tensors, value by value.",
        "Compares two tensors and keeps the larger value at each place. Maxout networks use it.",
        "y = max(input, other)", ("max", "larger", "maxout"), TWO,
        lambda c: f"torch.maximum({c.one()}, {c.one('other')})", "compares",
    ),
    layer(
        "Minimum", "The smaller of two tensors, value by value.",
        "Compares two tensors and keeps the smaller value at each place.",
        "y = min(input, other)", ("min", "smaller"), TWO,
        lambda c: f"torch.minimum({c.one()}, {c.one('other')})", "compares",
    ),
)  # fmt: skip
