"""The training script of a recipe of its own: its networks, its data, its loop word for word, and a main function.

Like :mod:`runtime.script` it reproduces the run: on the CPU the same seed gives the same figures.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from typing import Any

from graph.building import literal
from graph.code import generate, generate_all
from graph.code.layout import width
from graph.model import Project
from graph.shapes import ProjectShapes
from runtime.choice import chosen
from runtime.data import Dataset, Splits, get_source
from runtime.data.steps.apply import unprepared
from runtime.data.steps.text import steps_text
from runtime.freezing import Plan, freezing_plan, is_even
from runtime.initialisation import INITIALISATIONS, initialise_text
from runtime.practices import practices_of
from runtime.precision import asked_precision, autocast_text
from runtime.recipes import recipe_of
from runtime.script_endings import Given, ending_of
from runtime.script_judge import judge_part
from runtime.script_lines import file_lines, import_lines, support_imports, support_text, torch_lines
from runtime.script_main import loop_methods, main_text
from runtime.script_trim import trimmed, used_imports
from runtime.starts import start_lines, start_plan
from runtime.training.preparing import networks_of
from runtime.training.session import evaluation_size

SCRIPT_NAMES = {
    "main", "evaluate", "load_data", "load_judge", "judged", "Judge", "Average", "Freezing", "within", "prepared",
    "augmented", "initialise", "start",
}  # fmt: skip
"""What a script itself defines."""
SPLITS = ("train", "validation", "test")
LOW = '''def in_low_precision(network: nn.Module, device: torch.device) -> None:
    """Let the network compute in {which}; what it gives is float32, for losses sum many small numbers."""
    plain = network.forward

    def forward(*inputs):
        with {autocast}:
            outputs = plain(*inputs)
        if isinstance(outputs, tuple):
            return tuple(value.float() if value.is_floating_point() else value for value in outputs)
        return outputs.float()

    network.forward = forward
'''
EVALUATE = '''@torch.no_grad()
{head}
    """The figures over a split; noise is the same every time."""
    totals: dict[str, float] = {{}}
    count = len(columns["input"])
    with torch.random.fork_rng():
        torch.manual_seed(SEED)
        for rows in torch.arange(count).split(EVALUATION_SIZE):
            batch = {{name: values[rows] for name, values in columns.items()}}
            for name, value in recipe.evaluate(batch).items():
                totals[name] = totals.get(name, 0.0) + value.item() * len(rows)
        figures = {{name: total / count for name, total in totals.items()}}
{more}    return figures
'''


def recipe_script(
    project: Project, shapes: ProjectShapes, stem: str, notebook: bool, dataset: Dataset, splits: Splits,
    begin: str = "",
) -> tuple[str, dict[str, Any]]:  # fmt: skip
    """The text, and the files that belong beside it. ``begin`` is the file with the weights to start from."""
    recipe, training = recipe_of(project.training), project.training
    networks = networks_of(project)
    together = generate_all(project, shapes)
    names = dict(zip(project.networks, together.class_names, strict=True))
    classes = [names[network.id] for network in networks]
    head, _, models = together.text.partition("\n\n\n")
    data = f"{stem}_data.pt"
    columns = unprepared(dataset).columns()
    steps = steps_text(dataset.preparation, pairs=False) if dataset.preparation else None
    files = {
        data: {
            split: {name: values[getattr(splits, split)].clone() for name, values in columns.items()}
            for split in SPLITS
        }
    }
    start = chosen(INITIALISATIONS, training.initialisation, "initialisation")
    initialise = initialise_text(start, start.settled(training))
    precision = asked_precision(training)
    loop_text, loop_name = _apart(recipe.text, recipe.loop, models)
    split = next(split for split in reversed(SPLITS) if len(getattr(splits, split)))
    ending = ending_of(recipe.id, Given(project, dataset.schema, stem, split))
    files |= ending.files
    starts = [
        line
        for role, network in zip(recipe.roles, networks, strict=True)
        for line in start_lines(
            start_plan(project, generate(project, shapes, network.id)), f'networks["{role.name}"]'
        )
    ]
    asked = practices_of(training)
    taken = {
        node.name
        for text in (models, loop_text)
        for node in ast.parse(text).body
        if isinstance(node, (ast.ClassDef, ast.FunctionDef))
    }
    judge = judge_part(project, dataset, splits, stem, loop_name, taken | SCRIPT_NAMES)
    files |= judge.files if judge else {}
    more = "        figures |= recipe.summary()\n" if "summary" in loop_methods(loop_text, loop_name) else ""
    if judge:
        more += '        figures["judged"] = judged(recipe, judge, seen, columns["input"])\n'
    parts = [
        _load_data(
            get_source(project.data.source).title,
            data,
            "before their steps" if steps else "prepared as in the run",
        ),
        *([steps.text] if steps else []),
        *([initialise.rstrip("\n")] if initialise else []),
        *([support_text("starting")] if starts else []),
        *_low(precision),
        *([support_text("average")] if asked.ema else []),
        *([support_text("freezing")] if not is_even(project) else []),
        *(support_text(name) for name in ending.support),
        *([judge.text] if judge else []),
        EVALUATE.format(head=_evaluate_head(loop_name, judge is not None), more=more).rstrip("\n"),
        main_text(
            project,
            dataset,
            splits,
            classes,
            loop_name,
            loop_text,
            bool(initialise),
            starts,
            precision,
            begin,
            steps,
            _freezings(project, shapes),
            ending.lines,
            judge.seen if judge else None,
        ),
    ]
    if not recipe.source:  # a person's own recipe stays as it was written
        loop_text = trimmed(loop_text, "\n\n\n".join(parts))
    looks = [judge.network] if judge and judge.network else []
    parts = [models.rstrip("\n"), *looks, loop_text.rstrip("\n"), *parts]
    imports = [line for line in head.splitlines() if line.startswith(("import ", "from "))]
    imports += ["import copy", "import torch", "from torch import nn", *recipe.imports]
    imports += judge.imports if judge else ()
    imports += [*support_imports("average"), *support_imports("starting"), *(steps.imports if steps else ())]
    imports += [line for name in ending.support for line in support_imports(name)]
    standard, torches = import_lines(
        [*used_imports(imports, "\n\n\n".join(parts)), "from pathlib import Path", "import torch"]
    )
    needs = "torch and torchvision" if any("torchvision" in line for line in torches) else "torch alone"
    beside = [name for name in (*files, begin) if name]
    top = [
        f'"""Trains {_listed(classes)}, drawn with TorchLoom.',
        "",
        f"The recipe is “{recipe.title}”. Needs {needs}.",
        f"Reads {_listed(beside)}, which belong{'s' if len(beside) == 1 else ''} beside this file.",
        "On a CPU it gives the same figures as the run with this seed.",
        '"""',
        "",
        *standard,
        "",
        *torch_lines(torches),
        "",
        f"SEED = {training.seed}",
        f"EPOCHS = {training.epochs}",
        f"BATCH_SIZE = {training.batch_size}",
        f"LEARNING_RATE = {literal(training.learning_rate)}",
        f"EVALUATION_SIZE = {evaluation_size(training.batch_size, dataset.inputs[0].numel(), dataset.schema)}"
        "  # samples at once",
        "HERE = Path()" if notebook else "HERE = Path(__file__).parent",
    ]
    text = "\n\n\n".join(["\n".join(top), *parts])
    return f'{text}\n\n\nif __name__ == "__main__":\n    main()\n', files


def _evaluate_head(loop: str, judged: bool) -> str:
    """The first line of ``evaluate``, or several."""
    given = [f"recipe: {loop}", "columns: dict[str, torch.Tensor]"]
    given += ["judge: Judge", "seen: torch.Tensor"] if judged else []
    line = f"def evaluate({', '.join(given)}) -> dict[str, float]:"
    if len(line) <= width():
        return line
    return f"def evaluate(\n    {', '.join(given)}\n) -> dict[str, float]:"


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _apart(text: str, loop: str, models: str) -> tuple[str, str]:
    """The recipe's text and the name of its loop, without names that a network has already: they get a tail."""
    taken = {
        node.name for node in ast.parse(models).body if isinstance(node, (ast.ClassDef, ast.FunctionDef))
    }
    for node in ast.parse(text).body:
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and node.name in taken:
            text = re.sub(rf"\b{node.name}\b", f"{node.name}Recipe", text)
    return text, f"{loop}Recipe" if loop in taken else loop


def _load_data(title: str, name: str, state: str) -> str:
    lines = [
        "def load_data() -> dict[str, dict[str, torch.Tensor]]:",
        f'    """{title}: the columns of the three splits, {state}."""',
        *file_lines(name),
        "    return torch.load(path, weights_only=True)",
    ]
    return "\n".join(lines)


def _low(precision: str) -> list[str]:
    """What lets networks compute in less than float32."""
    if precision == "float32":
        return []
    which = "bfloat16 where the device can" if precision == "automatic" else precision
    text = LOW.format(which=which, autocast=autocast_text(precision, "device")).rstrip("\n")
    return [*([support_text("hardware")] if precision == "automatic" else []), text]


def _freezings(project: Project, shapes: ProjectShapes) -> list[Plan]:
    """What is frozen in each of the networks; nothing where all layers learn alike."""
    if is_even(project):
        return []
    sources = [generate(project, shapes, network.id) for network in networks_of(project)]
    return [freezing_plan(project, source) or Plan((), {}, 0) for source in sources]
