"""More functions of every value: logarithms, angles, rounding, and what a gradient sees."""

from __future__ import annotations

from graph.catalogue.pointwise import constant, elementwise, torch_function
from graph.catalogue.spec import Call, Example, Param, Port

_ANY = (Port("input", "any"),)
_FLOAT = (Port("input"),)
_INT = {"input": "int64"}


def _divisor(help: str) -> Param:
    return Param("divisor", "int", 2, help, minimum=1, maximum=2**31)


def _nan_call(c: Call) -> str:
    return f"torch.nan_to_num({c.one()}" + (f", nan={c['nan']})" if c.changed(0.0, "nan") else ")")


def _logit_call(c: Call) -> str:
    return f"torch.logit({c.one()}, eps={c['eps']})"


def _reversed(c: Call) -> str:
    x = c.one()
    return f"{x}.detach() - {c['scale']} * ({x} - {x}.detach())"


LAYERS = (
    elementwise(
        "Rsqrt", "y = 1 / √x", "One divided by the square root.",
        "The factor every normalisation multiplies with: add a small constant to a variance before it, because zero "
        "gives infinity.",
        ("inverse square root", "reciprocal", "normalise"), torch_function("rsqrt"),
    ),
    elementwise(
        "Log1p", "y = ln(1 + x)", "The logarithm of 1 + x, exact for small x.",
        "Tames counts and prices that span many sizes: zero stays zero. Expm1 undoes it.",
        ("log", "logarithm", "counts"), torch_function("log1p"),
    ),
    elementwise(
        "Expm1", "y = eˣ − 1", "The exponential minus 1, exact for small x.",
        "Undoes Log1p, for instance to turn a predicted logarithm back into a count.",
        ("exp", "exponential"), torch_function("expm1"),
    ),
    elementwise(
        "Log2", "y = log₂ x", "The logarithm to base 2.",
        "Counts doublings; information measured in bits uses it. Zero gives minus infinity.",
        ("logarithm", "bits", "entropy"), torch_function("log2"),
    ),
    elementwise("Tan", "y = tan x", "The tangent of every value.",
                "Sine divided by cosine of an angle in radians. It grows without bound near a right angle.",
                ("tangent", "angle"), torch_function("tan")),
    elementwise("Asin", "y = arcsin x", "The angle whose sine is x.",
                "Undoes Sin. Values must lie within −1 and 1, otherwise the result is NaN.",
                ("arcsine", "inverse sine", "angle"), torch_function("asin")),
    elementwise("Acos", "y = arccos x", "The angle whose cosine is x.",
                "Turns a CosineSimilarity into an angle in radians. Values must lie within −1 and 1.",
                ("arccosine", "inverse cosine", "angle"), torch_function("acos")),
    elementwise("Atan", "y = arctan x", "The angle whose tangent is x.",
                "Squeezes any number into −π/2 to π/2, more slowly than tanh does.",
                ("arctangent", "inverse tangent", "angle", "squash"), torch_function("atan")),
    elementwise("Sinh", "y = (eˣ − e⁻ˣ) / 2", "The hyperbolic sine.",
                "Grows exponentially to both sides. Networks for hyperbolic geometry use it.",
                ("hyperbolic",), torch_function("sinh")),
    elementwise("Cosh", "y = (eˣ + e⁻ˣ) / 2", "The hyperbolic cosine.",
                "Has its smallest value 1 at zero. Its logarithm is a smooth loss between squares and absolute "
                "values.",
                ("hyperbolic", "log-cosh"), torch_function("cosh")),
    elementwise("Erf", "y = 2/√π · ∫₀ˣ exp(−t²) dt", "The error function of every value.",
                "The area under the bell curve, from −1 to 1. GELU is built on it.",
                ("error function", "gaussian", "normal distribution", "gelu"), torch_function("erf")),
    elementwise("Floor", "y = ⌊x⌋", "Round every value down.",
                "Gives the largest whole number that is not above the value, still as decimal numbers. Its gradient "
                "is zero, so nothing before it learns through it.",
                ("round down", "integer part", "quantise"), torch_function("floor")),
    elementwise("Ceil", "y = ⌈x⌉", "Round every value up.",
                "Gives the smallest whole number that is not below the value. Its gradient is zero.",
                ("round up", "ceiling"), torch_function("ceil")),
    elementwise("Round", "y = nearest whole number", "Round every value to the nearest whole number.",
                "Halves go to the even neighbour. Its gradient is zero; add Detach around the difference to let one "
                "pass straight through, as quantised networks do.",
                ("quantise", "integer", "nearest"), torch_function("round")),
    elementwise(
        "Remainder", "y = x − divisor · ⌊x / divisor⌋", "What is left after division by a whole number.",
        "Counts round and round: positions modulo a period, the column of a cell from its number. The result is "
        "never negative.",
        ("modulo", "mod", "%", "cyclic"), lambda c: f"{c.one()} % {c['divisor']}",
        (_divisor("The period."),),
        examples=(Example({}, {"input": (2, 3)}, _INT), Example({"divisor": 7}, {"input": (2, 3, 4)})),
    ),
    elementwise(
        "FloorDivide", "y = ⌊x / divisor⌋", "Divide by a whole number and round down.",
        "Groups numbers: the row of a cell from its number, the block a position lies in.",
        ("integer division", "//", "div", "quotient"), lambda c: f"{c.one()} // {c['divisor']}",
        (_divisor("What is divided by."),),
        examples=(Example({}, {"input": (2, 3)}, _INT), Example({"divisor": 7}, {"input": (2, 3, 4)})),
    ),
    elementwise(
        "Logit", "y = ln(x / (1 − x))", "The inverse of the sigmoid.",
        "Turns a probability back into a score. Values are first moved into eps to 1 − eps, so that 0 and 1 do not "
        "give infinity.",
        ("inverse sigmoid", "log odds", "probability"), _logit_call,
        (Param("eps", "float", 1e-6, "Distance kept from 0 and 1.", minimum=1e-12, maximum=0.5),),
        examples=(Example({}, {"input": (2, 3)}), Example({"eps": 1e-3}, {"input": (2, 3, 4)})), inputs=_FLOAT,
    ),
    elementwise(
        "NanToNum", "y = nan where x is NaN, x elsewhere", "Replace NaN and infinity by numbers.",
        "Missing measurements often arrive as NaN, and one of them spoils everything it touches. Infinite values "
        "become the largest number there is.",
        ("nan", "missing values", "infinity", "impute"), _nan_call,
        (constant("nan", 0.0, "What replaces NaN."),),
        examples=(Example({}, {"input": (2, 3)}), Example({"nan": -1.0}, {"input": (2, 3, 4)})),
    ),
    elementwise(
        "IsNaN", "y = true where x is NaN", "Where a value is missing (NaN): true or false.",
        "Gives a mask of the values that are no numbers, for Where or MaskedFill.",
        ("nan", "missing values", "mask", "bool"), torch_function("isnan"),
        examples=(Example({}, {"input": (2, 3)}), Example({}, {"input": (2, 3, 4)})),
    ),
    elementwise(
        "Detach", "y = x, its gradient is 0", "Pass values on, but no gradient back.",
        "What stands before it is not trained through this wire. Used for targets a network makes itself, for "
        "stopping a branch, and for letting gradients pass straight through a rounding: x + Detach(round(x) − x).",
        ("stop gradient", "no grad", "freeze", "straight through", "constant"), lambda c: f"{c.one()}.detach()",
        examples=(Example({}, {"input": (2, 3, 4)}), Example({}, {"input": (2, 3)}, _INT)), inputs=_ANY,
    ),
    elementwise(
        "GradientReversal", "y = x, its gradient is −scale", "Pass values on and turn the gradient round.",
        "Everything before it learns to make the loss behind it worse. Domain-adversarial networks hide with it "
        "where their data came from.",
        ("domain adversarial", "dann", "adversarial", "grl", "reverse gradient"), _reversed,
        (Param("scale", "float", 1.0, "Strength of the reversed gradient.", minimum=0, maximum=1e6),),
        examples=(Example({}, {"input": (2, 3)}), Example({"scale": 0.1}, {"input": (2, 3, 4)})), inputs=_FLOAT,
    ),
)  # fmt: skip
