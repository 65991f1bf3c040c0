"""Joining several tensors into one."""

from __future__ import annotations

from graph.catalogue.spec import Complaint, Example, Given, LayerType, Param, Port

MANY = (Port("inputs", "number", variadic=True, help="Any number of tensors, in order."),)


def _concat_check(given: Given) -> Complaint | None:
    tensors, dim = given.all(), given["dim"]
    head = tensors[0]
    if not -head.rank <= dim < head.rank:
        return Complaint(
            f"joins along dim {dim}, but its first input {head.text} has only {head.rank} axes",
            expected=f"a dim from {-head.rank} to {head.rank - 1}", got=str(dim), port="inputs", param="dim",
        )  # fmt: skip
    for number, tensor in enumerate(tensors[1:], 2):
        same = tensor.rank == head.rank and all(
            tensor.dims[axis] == head.dims[axis] for axis in range(head.rank) if axis != dim % head.rank
        )
        if not same:
            return Complaint(
                f"joins along dim {dim}, so all other axes must agree, but input 1 is {head.text} "
                f"and input {number} is {tensor.text}",
                expected=head.text, got=tensor.text, port="inputs", param="dim",
            )  # fmt: skip
    return None


LAYERS = (
    LayerType(
        name="Concat",
        category="Combine",
        summary="Join tensors along an axis.",
        help="Puts its inputs one behind the other along dim. All other axes must agree.",
        formula="size along dim = sum of the inputs' sizes",
        words=("cat", "concatenate", "join", "merge", "depth concat"),
        params=(Param("dim", "int", 1, "Axis to join along; 1 is the channels.", minimum=-8, maximum=8),),
        inputs=MANY,
        call=lambda c: f"torch.cat([{c.all()}], dim={c['dim']})",
        check=_concat_check,
        headline=("dim",),
        examples=(Example({}, {"inputs": [(2, 3, 4), (2, 5, 4)]}),),
    ),
)
