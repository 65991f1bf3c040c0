"""Import of every torchvision classification model: is the drawing's output the original's, and how long it takes.

With ``--timm`` instead one model of each of timm's modules (the smallest one), where timm is installed. Weights
are random, so that nothing is hidden by zeros a network starts with; each model is built, imported, compared on
the processor and let go before the next one.
"""

from __future__ import annotations

import gc
import time
import warnings
from collections import Counter
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from runtime.importing.failure import ImportFailure
from runtime.importing.result import Imported, import_model
from runtime.importing.tracing import Entry
from tests.benchmarks.report import Report

SMALL = (3, 96, 96)
LARGE = (3, 224, 224)
FIXED = ("vit_", "swin", "maxvit", "inception")
"""torchvision's models whose code or weights ask for a picture of their own size."""
OF_THEIR_OWN = {"vit_h_14": (3, 224, 224), "inception_v3": (3, 299, 299)}
UNBUILT = {"googlenet": {"init_weights": False}, "inception_v3": {"init_weights": False}}

Row = dict[str, Any]


def run(report: Report) -> None:
    import torchvision

    names = torchvision.models.list_models(module=torchvision.models)
    rows = [
        row(
            name, lambda name=name: torchvision.models.get_model(name, **UNBUILT.get(name, {})), size_of(name)
        )
        for name in names
    ]
    summary(report, "torchvision", rows)


def size_of(name: str) -> tuple[int, int, int]:
    """A picture as small as the model allows."""
    return OF_THEIR_OWN.get(name, LARGE if name.startswith(FIXED) else SMALL)


def row(name: str, make: Callable[[], nn.Module], size: tuple[int, ...]) -> Row:
    """Import one model and say what came of it."""
    torch.manual_seed(0)
    found: Row = {"name": name, "size": size, "result": "failed", "why": ""}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = randomised(make())
        start = time.perf_counter()
        try:
            made = import_model(model, [Entry(size)], name)
        except ImportFailure as error:
            found["why"] = str(error)
        else:
            found |= described(made)
    found["seconds"] = time.perf_counter() - start
    del model
    gc.collect()
    print(line(found), flush=True)
    return found


def described(made: Imported) -> Row:
    project = made.project
    return {
        "result": made.equal,
        "difference": made.difference,
        "nodes": sum(len(graph.nodes) for graph in project.graphs()),
        "top": len(project.main.nodes),
        "blocks": len(project.blocks),
        "lines": made.source.text.count("\n"),
        "python": len(set(made.python)),
        "why": "; ".join(sorted(set(made.python)))[:200],
    }


def randomised(model: nn.Module) -> nn.Module:
    """Random weights that keep numbers in range, and statistics as if it had been trained."""
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for weight in model.parameters():
            if weight.dim() > 1:
                weight.normal_(std=(2 / max(weight[0].numel(), 1)) ** 0.5, generator=generator)
            else:
                weight.uniform_(0.3, 0.9, generator=generator)
        for name, buffer in model.named_buffers():
            if name.endswith("running_var"):
                buffer.uniform_(0.5, 1.5, generator=generator)
    return model.eval()


def line(row: Row) -> str:
    head = f"  {row['name']:36} {row['result']:8} {row['seconds']:6.1f} s"
    if row["result"] == "failed":
        return f"{head}  {row['why']}"
    tail = f"  {row['python']} pieces of Python: {row['why']}" if row["python"] else ""
    return f"{head}  {row['nodes']:4} nodes in {row['blocks']:3} blocks, {row['lines']:4} lines{tail}"


def summary(report: Report, where: str, rows: list[Row]) -> None:
    counts = Counter(row["result"] for row in rows)
    total = len(rows)
    report(f"{where}: models", total, "")
    report(f"{where}: outputs equal bit for bit", counts["exactly"], f"of {total}")
    report(f"{where}: outputs equal to 1e-5", counts["nearly"], f"of {total}")
    report(f"{where}: with pieces of Python", sum(bool(row.get("python")) for row in rows), f"of {total}")
    report(f"{where}: failed or different", counts["failed"] + counts["no"], f"of {total}")
    report(f"{where}: median import", sorted(row["seconds"] for row in rows)[total // 2], "s")
