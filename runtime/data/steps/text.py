"""The steps of a preparation in a training script: the classes that do them, word for word, and their order."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from graph.code.layout import parse, statement
from runtime.data.steps.apply import Made, Preparation
from runtime.data.steps.narrow import narrowed, not_needed

CODE = Path(__file__).parent / "code"
_OWN = re.compile(r"from runtime\.data\.steps\.code\.(\w+) import ")
_PREPARED = '''def prepared({given}{flag}) -> {result}:
    """{what}"""
{open}    for step in {steps}:
        batch = step(batch)
    return {back}
'''
_AUGMENTED = '''def augmented({given}) -> {result}:
    """A batch as it is trained on; what is random is drawn anew each time."""
{open}    for step in TRAINING:
        batch = step(batch)
    return {back}
'''


@dataclass(frozen=True, slots=True)
class StepsText:
    """``text`` defines, with ``prepares``, ``prepared`` (samples of a split, done once) and, with ``augments``,
    ``augmented`` (a batch that is trained on). ``imports`` are the lines it needs; ``mixes`` tells that targets become
    probabilities."""

    text: str
    imports: tuple[str, ...]
    augments: bool
    mixes: bool
    prepares: bool = True


def steps_text(preparation: Preparation, pairs: bool) -> StepsText:
    """The text for a script that handles pairs of inputs and targets, or else whole batches."""
    made = [*preparation.once, *preparation.training, *preparation.elsewhere]
    parts, imports = _needed(made)
    augments, prepares = bool(preparation.training), bool(preparation.once or preparation.elsewhere)
    lists = [("STEPS", preparation.once, "with all samples, once")]
    if augments:
        lists = [
            ("EVERYWHERE", preparation.once, "with all samples, once"),
            ("TRAINING", preparation.training, "with each batch that is trained on, anew each time"),
            ("ELSEWHERE", preparation.elsewhere, "with what is not trained on, once"),
        ]
    if augments and not prepares:
        del lists[0], lists[-1]
    parts.append("\n".join(line for name, steps, when in lists for line in _list(name, steps, when)))
    shape = {
        "given": "x: torch.Tensor, y: torch.Tensor" if pairs else "batch: dict[str, torch.Tensor]",
        "result": "tuple[torch.Tensor, torch.Tensor]" if pairs else "dict[str, torch.Tensor]",
        "open": '    batch = {"input": x, "target": y}\n' if pairs else "",
        "back": 'batch["input"], batch["target"]' if pairs else "batch",
    }
    what = "The samples of a split after all steps."
    if augments:
        what = "The samples of a split after the steps that are done once."
    if prepares or not augments:
        parts.append(
            _PREPARED.format(
                **shape,
                what=what,
                flag=", training: bool" if augments else "",
                steps="EVERYWHERE if training else EVERYWHERE + ELSEWHERE" if augments else "STEPS",
            ).rstrip("\n")
        )
    if augments:
        parts.append(_AUGMENTED.format(**shape).rstrip("\n"))
    mixes = any(item.file == "mixing" for item in preparation.training)
    return StepsText("\n\n\n".join(parts), tuple(sorted(imports)), augments, mixes, prepares or not augments)


def _needed(made: Sequence[Made]) -> tuple[list[str], set[str]]:
    """The definitions that do these steps, each once and behind what it builds on, and the import lines they need."""
    texts: dict[str, str] = {}
    imports: set[str] = set()
    without = not_needed([item.arguments for item in made])

    def add(file: str, name: str) -> None:
        if name in texts:
            return
        lines, defined = _file(file)
        text = narrowed(defined[name], without)
        words = set(re.findall(r"\w+", text)) - {name}
        for line in lines:
            brought = {part.strip().split(" as ")[-1] for part in line.rpartition("import ")[2].split(",")}
            if match := _OWN.match(line):
                for other in sorted(brought & words):
                    add(match[1], other)
            elif brought & words:
                imports.add(line)
        for other in defined:
            if other in words:
                add(file, other)
        texts[name] = text

    for item in made:
        add(item.file, item.name)
    return list(texts.values()), imports


@cache
def _file(name: str) -> tuple[tuple[str, ...], dict[str, str]]:
    """The import lines of a file of :mod:`runtime.data.steps.code`, and the text of what it defines by name."""
    whole = (CODE / f"{name}.py").read_text(encoding="utf-8")
    imports: list[str] = []
    defined: dict[str, str] = {}
    for node in ast.parse(whole).body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            imports.append(ast.unparse(node))
        elif isinstance(node, (ast.ClassDef, ast.FunctionDef)):
            defined[node.name] = ast.get_source_segment(whole, node) or ""
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            defined[node.targets[0].id] = ast.get_source_segment(whole, node) or ""
    return tuple(imports), defined


def _list(name: str, steps: Sequence[Made], when: str) -> list[str]:
    lines = [f"# Done {when}."]
    if any(step.measured for step in steps):
        lines[0] = f"{lines[0][:-1]}; its numbers were measured on the training split."
    return [*lines, *statement(f"{name} = ", parse(f"[{', '.join(step.text for step in steps)}]"), 0)]
