"""Any product and sum of tensors, in Einstein's notation."""

from __future__ import annotations

from collections.abc import Iterator

from graph.catalogue.arithmetic import broadcast
from graph.catalogue.rules import Outputs, plural
from graph.catalogue.spec import Complaint, Example, Given, LayerType, Param, Port
from graph.tensors import PROBE_SIZES, Tensor

_MANY = (Port("inputs", variadic=True, help="Any number of tensors, in the order of the equation."),)
_TERM = r"(?: |[A-Za-z])*(?:\.\.\.)?(?: |[A-Za-z])*"
_EQUATION = rf"{_TERM}(?:,{_TERM})*(?:->{_TERM})?"


def terms(equation: str) -> tuple[list[str], str | None]:
    """The letters of every input, and of the result if the equation says them."""
    left, arrow, right = equation.replace(" ", "").partition("->")
    return left.split(","), right if arrow else None


def _named(term: str, rank: int) -> Iterator[tuple[int, str]]:
    """(axis, letter) of every axis that has a letter; what ``...`` stands for has none."""
    front, dots, back = term.partition("...")
    yield from enumerate(front)
    start = rank - len(back) if dots else len(front)
    yield from ((start + number, letter) for number, letter in enumerate(back))


def _middle(term: str, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The sizes that ``...`` stands for."""
    front, _, back = term.partition("...")
    return shape[len(front) : len(shape) - len(back)]


def _letters_fit(given: Given) -> Complaint | None:
    tensors, equation = given.all(), given["equation"]
    found, result = terms(equation)
    if len(found) != len(tensors):
        return Complaint(
            f"has the equation {equation}, which is for {plural(len(found), 'input')}, but receives {len(tensors)}: "
            f"{', '.join(tensor.text for tensor in tensors)}",
            expected=plural(len(found), "input"), got=str(len(tensors)), port="inputs", param="equation",
        )  # fmt: skip
    for number, (term, tensor) in enumerate(zip(found, tensors, strict=True), 1):
        letters = len(term.replace("...", ""))
        if letters == tensor.rank or ("..." in term and letters < tensor.rank):
            continue
        return Complaint(
            f"names {plural(letters, 'axis')} of input {number} ({term or 'nothing'}), which is {tensor.text}",
            expected=plural(letters, "axis"), got=tensor.text, port="inputs", param="equation",
        )  # fmt: skip
    return _sizes_agree(found, tensors) or _result_fits(given, found, result)


def _sizes_agree(found: list[str], tensors: tuple[Tensor, ...]) -> Complaint | None:
    """Every letter stands for one size (an axis of size 1 is stretched, but not within one input)."""
    seen: dict[str, tuple[Tensor, int]] = {}
    for term, tensor in zip(found, tensors, strict=True):
        here: dict[str, int] = {}
        for axis, letter in _named(term, tensor.rank):
            sizes = [shape[axis] for shape in tensor.shapes]
            known, at = (tensor, here[letter]) if letter in here else seen.get(letter, (tensor, axis))
            others = [shape[at] for shape in known.shapes]
            stretch = letter not in here
            if any(a != b and not (stretch and 1 in (a, b)) for a, b in zip(sizes, others, strict=True)):
                return Complaint(
                    f"uses the letter {letter} for {known.dims[at]} of {known.text} and for {tensor.dims[axis]} of "
                    f"{tensor.text}",
                    expected=f"{letter} = {known.dims[at]}", got=tensor.dims[axis], port="inputs", param="equation",
                )  # fmt: skip
            here.setdefault(letter, axis)
            if letter not in seen or max(others) == 1:
                seen[letter] = (tensor, axis)
    return None


def _result_fits(given: Given, found: list[str], result: str | None) -> Complaint | None:
    dotted = [(term, tensor) for term, tensor in zip(found, given.all(), strict=True) if "..." in term]
    middles = [[_middle(term, shape) for shape in tensor.shapes] for term, tensor in dotted]
    if any(broadcast(list(probe)) is None for probe in zip(*middles, strict=True)):
        texts = " and ".join(tensor.text for _, tensor in dotted)
        return Complaint(
            f"needs axes that agree wherever its equation has dots, but they differ in {texts}",
            expected="equal axes", got=texts, port="inputs", param="equation",
        )  # fmt: skip
    letters = (result or "").replace("...", "")
    shown = ", ".join(tensor.text for tensor in given.all())
    for letter in letters:
        if letters.count(letter) > 1:
            return Complaint(
                f"has the letter {letter} twice in its result, in the equation {given['equation']} for {shown}",
                expected=f"{letter} once", got="twice", param="equation",
            )  # fmt: skip
        if not any(letter in term for term in found):
            return Complaint(
                f"has the letter {letter} in its result, but in none of the inputs {shown}",
                expected=f"{letter} in an input", got=given["equation"], param="equation",
            )  # fmt: skip
    return None


def _einsum_sizes(given: Given) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for term, tensor in zip(terms(given["equation"])[0], given.all(), strict=True):
        for axis, letter in _named(term, tensor.rank):
            sizes[letter] = max(tensor.shapes[0][axis], sizes.get(letter, 1))
    return sizes


def _einsum_macs(given: Given, outputs: Outputs) -> int:
    """torch multiplies the inputs from left to right; letters that nobody needs any more are summed."""
    found, result = terms(given["equation"])
    if any("..." in term for term in found):
        return 0
    sizes = _einsum_sizes(given)
    if result is None:
        result = "".join(sorted({x for x in "".join(found) if "".join(found).count(x) == 1}))
    total, done = 0, set(found[0])
    for number, term in enumerate(found[1:], 1):
        needed = set(result).union(*found[number + 1 :])
        both = {x for x in done | set(term) if x in needed or (x in done and x in term)}
        if both - needed:
            product = 1
            for letter in both:
                product *= sizes[letter]
            total += product
        done = (done | set(term)) & needed
    batched = any(tensor.batched for tensor in given.all())
    return total // PROBE_SIZES["B"][0] if batched else total


def _einsum_worked(given: Given, outputs: Outputs) -> str:
    dims: dict[str, str] = {}
    for term, tensor in zip(terms(given["equation"])[0], given.all(), strict=True):
        for axis, letter in _named(term, tensor.rank):
            if dims.get(letter, "1") == "1":
                dims[letter] = tensor.dims[axis]
    return ",  ".join(f"{letter} = {size}" for letter, size in dims.items()) or outputs["output"].text


def _einsum_caution(given: Given) -> Complaint | None:
    head, result = given.all()[0], terms(given["equation"])[1]
    letters = dict(_named(terms(given["equation"])[0][0], head.rank))
    if not head.batched or 0 not in letters or result is None or "..." in result or result[:1] == letters[0]:
        return None
    return Complaint(
        f"does not keep the batch, the letter {letters[0]}, as the first axis of its result for {head.text}",
        expected=f"->{letters[0]}…", got=f"->{result}", port="inputs", param="equation",
    )  # fmt: skip


LAYERS = (
    LayerType(
        name="Einsum", category="Combine", summary="Any product and sum of tensors, written with letters.",
        help=(
            "Names every axis of every input by a letter. Letters that two inputs share are multiplied, letters that "
            "the result leaves out are summed. bij,bjk->bik multiplies batches of matrices, bqd,bkd->bqk gives "
            "attention scores, bi,bj->bij all products of two vectors. Dots stand for any axes in front."
        ),
        formula="y[letters behind ->] = Σ over all other letters of the product of the inputs",
        words=("einstein sum", "tensor product", "contraction", "batched matmul", "tensordot", "equation"),
        params=(
            Param("equation", "text", "bij,bjk->bik", "A letter for each axis of each input, then of the result.",
                  pattern=_EQUATION, wording="an equation such as bij,bjk->bik"),
        ),
        inputs=_MANY,
        call=lambda c: f"torch.einsum({c['equation']}, {c.all()})",
        check=_letters_fit, caution=_einsum_caution, worked=_einsum_worked, macs=_einsum_macs, headline=("equation",),
        examples=(
            Example({}, {"inputs": [(2, 3, 4), (2, 4, 5)]}),
            Example({"equation": "bqd, bkd -> bqk"}, {"inputs": [(2, 3, 4), (2, 5, 4)]}),
            Example({"equation": "...ij->...ji"}, {"inputs": [(2, 3, 4, 5)]}),
            Example({"equation": "bi,bj->bij"}, {"inputs": [(2, 3), (2, 4)]}),
        ),
    ),
)  # fmt: skip
