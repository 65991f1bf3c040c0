"""Joining several tensors into one."""

from __future__ import annotations

from graph.catalogue.rules import Outputs, dim_param
from graph.catalogue.spec import Call, Complaint, Example, Given, LayerType, Patch, Port

MANY = (Port("inputs", "any", variadic=True, help="Any number of tensors, in order."),)


def _axis(given: Given, extra: int, verb: str) -> Complaint | None:
    head, dim = given.all()[0], given["dim"]
    rank = head.rank + extra
    if -rank <= dim < rank:
        return None
    return Complaint(
        f"{verb} along dim {dim}, but the axes go from {-rank} to {rank - 1} in {head.text}",
        expected=f"a dim from {-rank} to {rank - 1}", got=str(dim), port="inputs", param="dim",
        patches=(Patch(f"Set dim to {rank - 1}", {"dim": rank - 1}),),
    )  # fmt: skip


def _concat_check(given: Given) -> Complaint | None:
    tensors, dim = given.all(), given["dim"]
    head = tensors[0]
    complaint = _axis(given, 0, "joins")
    if complaint is not None:
        return complaint
    for number, tensor in enumerate(tensors[1:], 2):
        if tensor.rank == head.rank:
            apart = {
                axis
                for one, other in zip(head.shapes, tensor.shapes, strict=True)
                for axis in range(head.rank)
                if one[axis] != other[axis]
            }
            if apart <= {dim % head.rank}:
                continue
            # joining along the only axis that differs is the cure
            patches = tuple(Patch(f"Set dim to {axis}", {"dim": axis}) for axis in apart if len(apart) == 1)
        else:
            patches = ()
        return Complaint(
            f"joins along dim {dim}, so all other axes must agree, but input 1 is {head.text} "
            f"and input {number} is {tensor.text}",
            expected=head.text, got=tensor.text, port="inputs", param="dim", patches=patches,
        )  # fmt: skip
    return None


def _concat_caution(given: Given) -> Complaint | None:
    head = given.all()[0]
    if not head.batched or given["dim"] % head.rank or len(given.all()) == 1:
        return None
    return Complaint(
        f"joins along the batch, so the result has more samples than {head.text}",
        expected="an axis behind the batch", got="0", param="dim", port="inputs",
        patches=(Patch("Set dim to 1", {"dim": 1}),) if head.rank > 1 else (),
    )  # fmt: skip


def _concat_worked(given: Given, outputs: Outputs) -> str:
    dim = given["dim"]
    return f"{' + '.join(tensor.dims[dim] for tensor in given.all())} = {outputs['output'].dims[dim]}"


def _concat_call(c: Call) -> str:
    dim = "" if c.number("dim") == 0 else f", dim={c['dim']}"
    return f"torch.cat([{c.all()}]{dim})"


def _stack_check(given: Given) -> Complaint | None:
    tensors = given.all()
    for number, tensor in enumerate(tensors[1:], 2):
        if tensor.shapes != tensors[0].shapes:
            return Complaint(
                f"stacks tensors of one shape, but input 1 is {tensors[0].text} and input {number} is "
                f"{tensor.text}",
                expected=tensors[0].text, got=tensor.text, port="inputs",
            )  # fmt: skip
    return _axis(given, 1, "stacks")


def _stack_caution(given: Given) -> Complaint | None:
    head = given.all()[0]
    if not head.batched or given["dim"] % (head.rank + 1):
        return None
    return Complaint(
        f"puts the new axis before the batch of {head.text}",
        expected="a place behind the batch", got="0", param="dim", port="inputs",
        patches=(Patch("Set dim to 1", {"dim": 1}),),
    )  # fmt: skip


def _stack_call(c: Call) -> str:
    dim = "" if c.number("dim") == 0 else f", dim={c['dim']}"
    return f"torch.stack([{c.all()}]{dim})"


LAYERS = (
    LayerType(
        name="Concat",
        category="Combine",
        summary="Join tensors along an axis.",
        help=(
            "Puts its inputs one behind the other along dim; all other axes must agree. With dim 1 the "
            "channels of several branches are joined, as in inception modules, DenseNet and U-Net. The "
            "order of the wires is the order in the result."
        ),
        formula="size along dim = sum of the inputs' sizes",
        words=("cat", "concatenate", "join", "merge", "depth concat"),
        params=(dim_param(1, "Axis to join along; 1 is the channels."),),
        inputs=MANY,
        call=_concat_call,
        check=_concat_check,
        caution=_concat_caution,
        worked=_concat_worked,
        headline=("dim",),
        examples=(
            Example({}, {"inputs": [(2, 3, 4), (2, 5, 4)]}),
            Example({"dim": -1}, {"inputs": [(2, 3), (2, 1), (2, 4)]}, {"inputs": "int64"}),
        ),
    ),
    LayerType(
        name="Stack",
        category="Combine",
        summary="Join tensors of one shape along a new axis.",
        help=(
            "Lays its inputs next to each other on a new axis: three tensors (B, 8) become (B, 3, 8) with "
            "dim 1. All inputs must have the same shape. Use it to make a sequence out of single steps."
        ),
        formula="size of the new axis = number of inputs",
        words=("new axis", "join", "merge", "sequence"),
        params=(dim_param(1, "Where the new axis stands."),),
        inputs=MANY,
        call=_stack_call,
        check=_stack_check,
        caution=_stack_caution,
        headline=("dim",),
        examples=(
            Example({}, {"inputs": [(2, 3), (2, 3), (2, 3)]}),
            Example({"dim": -1}, {"inputs": [(2, 3, 4), (2, 3, 4)]}, {"inputs": "int64"}),
        ),
    ),
)  # fmt: skip
