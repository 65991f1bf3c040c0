"""Lines that the training scripts of all recipes share: the update, and small classes that are brought along."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path

from graph.building import literal
from graph.code.layout import width
from runtime.freezing import Plan
from runtime.practices import Practices

TRAINING = Path(__file__).parent / "training"


def support_text(name: str) -> str:
    """The classes of a plain-torch file of :mod:`runtime.training`, to be copied into a script."""
    whole = (TRAINING / f"{name}.py").read_text(encoding="utf-8")
    return re.split(r"\n(?=class |def )", whole, maxsplit=1)[1].rstrip("\n")


def support_imports(name: str) -> list[str]:
    """The standard library that such a file needs, as import lines."""
    whole = (TRAINING / f"{name}.py").read_text(encoding="utf-8")
    return [
        ast.unparse(node)
        for node in ast.parse(whole).body
        if isinstance(node, (ast.Import, ast.ImportFrom))
        and not any(name in ast.unparse(node) for name in ("__future__", "torch"))
    ]


def file_lines(name: str) -> list[str]:
    """Where a file beside the script is, as ``path``, and a sentence where it is not."""
    return [
        f'    path = HERE / "{name}"',
        "    if not path.exists():",
        '        raise SystemExit(f"{path} is missing: put the file that was written with this script beside it.")',
    ]


def update_lines(asked: Practices, precision: str, indent: str, weights: str, count: str) -> list[str]:
    """From the loss to moved weights, as the practices ask."""
    scaled = precision == "float16"
    loss, before = "loss", []
    if asked.l1:
        before = [f"penalty = {literal(asked.l1)} * sum(weight.abs().sum() for weight in {weights})"]
        loss = "(loss + penalty)"
    if asked.accumulate > 1:
        loss = f"({loss} / {asked.accumulate})"
    backward = f"scaler.scale({loss}).backward()" if scaled else f"{loss}.backward()"
    lines, inside = [*before, "optimizer.zero_grad()", backward], ""
    move = ["scaler.unscale_(optimizer)"] if scaled and not asked.plain else []
    if asked.clip_value is not None:
        move.append(f"nn.utils.clip_grad_value_({weights}, {literal(asked.clip_value)})")
    if asked.clip_norm is not None:
        move.append(f"nn.utils.clip_grad_norm_({weights}, {literal(asked.clip_norm)})")
    move += ["scaler.step(optimizer)", "scaler.update()"] if scaled else ["optimizer.step()"]
    if asked.accumulate > 1:
        lines, inside = [*before, backward, f"{count} += 1", f"if {count} % {asked.accumulate} == 0:"], "    "
        move.append("optimizer.zero_grad()")
    return [f"{indent}{line}" for line in lines] + [f"{indent}{inside}{line}" for line in move]


def average_lines(asked: Practices, indent: str, count: str) -> list[str]:
    """The average of the weights follows whenever they have moved."""
    if not asked.ema:
        return []
    if asked.accumulate == 1:
        return [f"{indent}average.update()"]
    return [f"{indent}if {count} % {asked.accumulate} == 0:", f"{indent}    average.update()"]


def freezing_lines(before: str, plan: Plan, network: str, indent: int, after: str = "") -> list[str]:
    """``freezing = Freezing(model, ("backbone",), {"backbone": 0.1}, 2)``, broken as a formatter would where it is
    long. ``before`` and ``after`` stand around the call."""
    space = " " * indent
    rates = [f"{literal(path)}: {literal(factor)}" for path, factor in plan.rates.items()]
    given = [network, literal(plan.frozen), f"{{{', '.join(rates)}}}", str(plan.epochs)]
    given += [str(plan.every)] if plan.every else []
    line = f"{space}{before}Freezing({', '.join(given)}){after}"
    if len(line) <= width():
        return [line]
    inside = f"{space}    {', '.join(given)}"
    if len(inside) <= width():
        return [f"{space}{before}Freezing(", inside, f"{space}){after}"]
    lines = [f"{space}{before}Freezing("]
    parts = {1: ("(", [literal(path) for path in plan.frozen], ")"), 2: ("{", rates, "}")}
    for number, text in enumerate(given):
        line = f"{space}    {text},"
        if len(line) <= width() or number not in parts:
            lines.append(line)
        else:
            opening, each, closing = parts[number]
            row = [f"{space}        {part}," for part in each]
            lines += [f"{space}    {opening}", *row, f"{space}    {closing},"]
    return [*lines, f"{space}){after}"]


def import_lines(lines: Iterable[str]) -> tuple[list[str], list[str]]:
    """Import lines without repetition, sorted as a linter wants them: the standard library's, then torch's."""
    plain: set[str] = set()
    names: dict[str, set[str]] = {}
    for line in lines:
        if match := re.fullmatch(r"from (\S+) import (.+)", line):
            names.setdefault(match[1], set()).update(part.strip() for part in match[2].split(","))
        else:
            plain.add(line)
    found = sorted(plain) + [
        f"from {module} import {', '.join(sorted(names[module]))}" for module in sorted(names)
    ]
    ours = [line for line in found if line.split()[1].split(".")[0] in ("torch", "torchvision")]
    return [line for line in found if line not in ours], ours


def torch_lines(lines: Iterable[str]) -> list[str]:
    """The import lines of torch and, where it is needed, of torchvision, with a sentence where that is missing."""
    lines = list(lines)
    extra = [line for line in lines if "torchvision" in line]
    found = [line for line in lines if line not in extra]
    if extra:
        found += ["", "try:", *(f"    {line}" for line in extra), "except ModuleNotFoundError:"]
        found.append(
            '    raise SystemExit("This script needs torchvision: pip install torchvision") from None'
        )
    return found
