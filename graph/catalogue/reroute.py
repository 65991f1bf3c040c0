"""A dot on a wire, to lead it where it is out of the way."""

from __future__ import annotations

from graph.catalogue.spec import Example, LayerType, Port

LAYERS = (
    LayerType(
        name="Reroute",
        category="Shape",
        summary="A dot that leads a wire; it changes nothing.",
        help=(
            "Put it where a long wire should bend, or where several wires should start from one place. It is "
            "no layer: the generated code does not mention it. Alt and a click on a wire adds one."
        ),
        formula="y = x",
        words=("dot", "bend", "knee", "route", "waypoint", "redirect"),
        inputs=(Port("input", "any"),),
        call=lambda c: c.one(),
        shapes=lambda given: {"output": given.one()},
        examples=(Example({}, {"input": (2, 3)}), Example({}, {"input": (2, 3)}, {"input": "int64"})),
    ),
)
