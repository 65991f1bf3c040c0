"""Where data enters a network or block, and where it leaves."""

from __future__ import annotations

from graph.catalogue.spec import LayerType, Param, Port

LAYERS = (
    LayerType(
        name="Input",
        category="Inputs and outputs",
        summary="Where data enters.",
        help=(
            "The shape is that of one sample, without the batch axis: 1, 28, 28 for a grey picture of "
            "28 × 28. Write -1 for an axis whose length changes from batch to batch, such as the words of "
            "a sentence; it is shown as T. Inside a block an Input is one of the block's own ports, and its shape "
            "counts only for a state of a block that runs over time: it starts from zeros of that shape."
        ),
        words=("data", "source", "placeholder", "entry"),
        params=(
            Param("shape", "shape", (1, 28, 28), "Shape of one sample; -1 for a changing length.",
                  minimum=-1, maximum=2**24),
            Param("dtype", "choice", "float32", "float32 for measurements, int64 for classes and tokens.",
                  choices=("float32", "int64", "bool")),
            Param("index", "int", 0, "Order among the inputs.", minimum=0, maximum=999),
        ),
        inputs=(),
        headline=("shape",),
    ),
    LayerType(
        name="Output",
        category="Inputs and outputs",
        summary="What the network gives back.",
        help=(
            "Whatever is wired here is returned. The loss compares the first output with the target. Inside a "
            "block that runs over the time axis an Output may carry its value to one of the block's Inputs for "
            "the next step: a state, such as the memory of an LSTM."
        ),
        words=("result", "return", "sink", "target"),
        params=(
            Param("index", "int", 0, "Order among the outputs.", minimum=0, maximum=999),
            Param("carries", "text", "", "In a block that runs over time: the Input that this is at the next step.",
                  pattern=r"(?:[^\W\d]\w*)?", wording="the name of an Input of the block, or nothing"),
        ),
        inputs=(Port("input", "any"),),
        outputs=(),
    ),
)  # fmt: skip
