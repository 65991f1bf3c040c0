"""The training script of a recipe of its own: its networks, its data, its loop word for word, and a main function.

Like :mod:`runtime.script` it reproduces the run: on the CPU the same seed gives the same figures.
"""

from __future__ import annotations

import ast
import re
from typing import Any

from graph.building import literal
from graph.code import generate, generate_all
from graph.code.layout import parse, statement
from graph.model import Project
from graph.shapes import ProjectShapes
from runtime.choice import chosen
from runtime.data import Dataset, Splits, get_source
from runtime.data.steps.apply import unprepared
from runtime.data.steps.text import StepsText, steps_text
from runtime.freezing import Plan, freezing_plan, is_even
from runtime.initialisation import INITIALISATIONS, initialise_text
from runtime.losses import LOSSES
from runtime.optimizers import OPTIMIZERS, extras
from runtime.practices import practices_of
from runtime.precision import asked_precision, autocast_text
from runtime.recipes import Figure, recipe_of
from runtime.schedules import SCHEDULES, planned, schedule_text
from runtime.script_lines import freezing_text, import_lines, support_imports, support_text, update_lines
from runtime.starts import start_lines, start_plan
from runtime.training.preparing import networks_of
from runtime.training.session import evaluation_size, steps_per_epoch

LINE = 110
"""The loops are written in lines of this length, so the whole script is."""
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
def evaluate(recipe: {loop}, columns: dict[str, torch.Tensor]) -> dict[str, float]:
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
{summary}    return figures
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
    methods = _methods(ast.parse(loop_text), loop_name)
    imports = [line for line in head.splitlines() if line.startswith(("import ", "from "))]
    imports += ["import torch", "from torch import nn", "from pathlib import Path", *recipe.imports]
    asked = practices_of(training)
    watched = _watched(project, len(splits.validation) > 0)
    imports += ["import copy"] if watched or asked.ema else []
    imports += support_imports("average") if asked.ema else []
    starts = [
        line
        for role, network in zip(recipe.roles, networks, strict=True)
        for line in start_lines(
            start_plan(project, generate(project, shapes, network.id)), f'networks["{role.name}"]'
        )
    ]
    imports += support_imports("starting") if starts else []
    imports += steps.imports if steps else ()
    standard, torches = import_lines(imports)
    needs = "torch and torchvision" if any("torchvision" in line for line in torches) else "torch alone"
    summary = "        figures |= recipe.summary()\n" if "summary" in methods else ""
    parts = [
        "\n".join(
            [
                f'"""Trains {" and ".join(classes)} by the recipe “{recipe.title}”, drawn with TorchLoom.',
                "",
                f"Needs {needs}. Reads {data}, which belongs beside this file.",
                "On a CPU it gives the same figures as the run with this seed.",
                '"""',
                "",
                *standard,
                "",
                *torches,
                "",
                f"SEED = {training.seed}",
                f"EPOCHS = {training.epochs}",
                f"BATCH_SIZE = {training.batch_size}",
                f"LEARNING_RATE = {literal(training.learning_rate)}",
                f"EVALUATION_SIZE = {evaluation_size(training.batch_size, dataset.inputs[0].numel())}"
                "  # samples at once",
                "HERE = Path()" if notebook else "HERE = Path(__file__).parent",
            ]
        ),
        models.rstrip("\n"),
        loop_text.rstrip("\n"),
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
        EVALUATE.format(loop=loop_name, summary=summary).rstrip("\n"),
        _main(
            project,
            dataset,
            splits,
            classes,
            methods,
            bool(initialise),
            starts,
            precision,
            begin,
            steps,
            _freezings(project, shapes),
            loop_name,
        ),
    ]
    return "\n\n\n".join(parts) + '\n\n\nif __name__ == "__main__":\n    main()\n', files


def _apart(text: str, loop: str, models: str) -> tuple[str, str]:
    """The recipe's text and the name of its loop, without names that a network has already: they get a tail."""
    taken = {
        node.name for node in ast.parse(models).body if isinstance(node, (ast.ClassDef, ast.FunctionDef))
    }
    for node in ast.parse(text).body:
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and node.name in taken:
            text = re.sub(rf"\b{node.name}\b", f"{node.name}Recipe", text)
    return text, f"{loop}Recipe" if loop in taken else loop


def _methods(tree: ast.Module, loop: str) -> set[str]:
    """The names of the loop's methods."""
    body = next(node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == loop)
    return {node.name for node in body if isinstance(node, ast.FunctionDef)}


def _load_data(title: str, name: str, state: str) -> str:
    return (
        "def load_data() -> dict[str, dict[str, torch.Tensor]]:\n"
        f'    """{title}: the columns of the three splits, {state}."""\n'
        f'    return torch.load(HERE / "{name}", weights_only=True)'
    )


def _low(precision: str) -> list[str]:
    """What lets networks compute in less than float32."""
    if precision == "float32":
        return []
    which = "bfloat16 where the device can" if precision == "automatic" else precision
    text = LOW.format(which=which, autocast=autocast_text(precision, "device")).rstrip("\n")
    return [*([support_text("hardware")] if precision == "automatic" else []), text]


def _main(
    project: Project, dataset: Dataset, splits: Splits, classes: list[str], methods: set[str], initialises: bool,
    starts: list[str],
    precision: str, begin: str, steps: StepsText | None, freezings: list[Plan], loop_name: str,
) -> str:  # fmt: skip
    recipe, training = recipe_of(project.training), project.training
    threads = str(training.threads) if training.threads else "max(1, torch.get_num_threads() - 1)"
    optimizer = chosen(OPTIMIZERS, training.optimizer, "optimiser")
    shared = extras(optimizer, training.learning_rate, training.weight_decay)
    given = ["LEARNING_RATE" if name == "lr" else literal(value) for name, value in shared.items()]
    keywords = [f"{name}={value}" for name, value in zip(shared, given, strict=True)]
    schedule, asked = chosen(SCHEDULES, training.schedule, "schedule"), practices_of(training)
    roles = [role.name for role in recipe.roles]
    groups = recipe.groups or ((roles[0], (roles[0],)),)
    loss = chosen(LOSSES, training.loss, "loss") if recipe.uses_loss else None
    settled = recipe.keywords(project, dataset.schema)
    norms = any(f"nn.{kind}" in text for kind in ("BatchNorm", "SyncBatchNorm") for text in [_whole(project)])
    plain = steps_per_epoch(len(splits.train), training.batch_size, False)
    skips = plain - steps_per_epoch(len(splits.train), training.batch_size, norms)

    lines = [
        "def main() -> None:",
        "    # As many threads as in the run: sums are then rounded in the same order.",
        f"    torch.set_num_threads({threads})",
        "    torch.manual_seed(SEED)",
        '    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")',
        "    networks = {",
        *(f'        "{role}": {name}(),' for role, name in zip(roles, classes, strict=True)),
        "    }",
    ]
    if initialises:
        lines += ["    for network in networks.values():", "        initialise(network)"]
    lines += [f"    {line}" for line in starts]
    if begin:
        lines += [f'    begun = torch.load(HERE / "{begin}")', *_begin(len(roles) > 1)]
    layout = ", memory_format=torch.channels_last" if asked.channels_last else ""
    lines += ["    for network in networks.values():", f"        network.to(device{layout})"]
    if precision != "float32":
        lines.append("        in_low_precision(network, device)")
    if freezings:
        made = [
            f'"{role}": ' + freezing_text(plan, f'networks["{role}"]')
            for role, plan in zip(roles, freezings, strict=True)
        ]
        lines += _assign("freezings", "{" + ", ".join(made) + "}")
    lines.append("    optimizers = {")
    for group, members in groups:
        weights = [f'*networks["{member}"].parameters()' for member in members]
        first = f'networks["{members[0]}"].parameters()' if len(members) == 1 else f"[{', '.join(weights)}]"
        if freezings:
            weights = [f'*freezings["{member}"].groups(LEARNING_RATE)' for member in members]
            first = f"[{', '.join(weights)}]" if len(members) > 1 else weights[0].removeprefix("*")
        text = optimizer.text(optimizer.settled(training), first, *keywords)
        lines += _placed(f'"{group}": ', text, 8, ",")
    lines.append("    }")
    if planned(training):
        text = schedule_text(training, "optimizer")
        lines += _assign("schedules", f"[{text} for optimizer in optimizers.values()]")
    if precision == "float16":
        lines.append("    scaler = torch.amp.GradScaler(device.type)")
    if asked.ema:
        lines.append(f"    average = Average(nn.ModuleList(networks.values()), {literal(asked.ema)})")
    if asked.accumulate > 1:
        lines.append("    gathered = 0")
    clips = asked.clip_norm is not None or asked.clip_value is not None
    lines += ["", "    def update(loss: torch.Tensor, optimizer: torch.optim.Optimizer) -> None:"]
    if asked.accumulate > 1:
        lines.append("        nonlocal gathered")
    if asked.l1 or clips:
        lines.append(
            '        weights = [weight for group in optimizer.param_groups for weight in group["params"]]'
        )
    lines += [*update_lines(asked, precision, " " * 8, "weights", "gathered"), ""]
    made_loss = loss.text(loss.settled(training)) if loss else "None"
    arguments = ["networks", "optimizers", made_loss, "update"]
    arguments += [f"{name}={literal(value)}" for name, value in settled.items()]
    lines += [
        *_assign("recipe", f"{loop_name}({', '.join(arguments)})"),
        "    data = {",
        "        split: {name: values.to(device) for name, values in columns.items()}",
        "        for split, columns in load_data().items()",
        "    }",
        *_prepared(steps),
        '    columns, count = data["train"], len(data["train"]["input"])',
        "    shuffle = torch.Generator().manual_seed(SEED)",
    ]
    watched = _watched(project, len(splits.validation) > 0)
    keeps = bool(watched) or bool(asked.ema)
    if watched:
        lines.append(
            f"    best, {'best_epoch, ' if asked.patience else ''}best_weights = "
            f'float("inf"), {"0, " if asked.patience else ""}{{}}'
        )
    lines += ["", "    for epoch in range(1, EPOCHS + 1):"]
    if "begin_epoch" in methods:
        lines.append("        recipe.begin_epoch(epoch, EPOCHS)")
    lines += [
        "        for network in networks.values():",
        "            network.train()",
        *(
            ["        for freezing in freezings.values():", "            freezing.hold(epoch)"]
            if freezings
            else []
        ),
        "        totals: dict[str, float] = {}",
        "        batches = torch.randperm(count, generator=shuffle).split(BATCH_SIZE)",
    ]
    if skips:
        lines.append("        batches = batches[:-1]  # one sample alone, which batch norm cannot measure")
    seen = "sum(len(rows) for rows in batches)" if skips else "count"
    lines += [
        "        for rows in batches:",
        "            batch = {name: values[rows] for name, values in columns.items()}",
        *(["            batch = augmented(batch)"] if steps and steps.augments else []),
        "            for name, value in recipe.step(batch).items():",
        "                totals[name] = totals.get(name, 0.0) + value.item() * len(rows)",
        *(["            average.update()"] if asked.ema else []),
        f"        figures = {{name: total / {seen} for name, total in totals.items()}}",
        '        line = "  ".join(f"{name} {value:.6f}" for name, value in figures.items())',
    ]
    validates = len(splits.validation) > 0
    if validates or len(splits.test):
        lines += ["        for network in networks.values():", "            network.eval()"]
    if validates:
        inside = "    " if asked.ema else ""
        lines += [
            *(["        with average.in_place():"] if asked.ema else []),
            f'{inside}        validation = evaluate(recipe, data["validation"])',
            '        line += "  " + "  ".join(f"val_{name} {value:.6f}" for name, value in validation.items())',
        ]
    lines.append('        print(f"epoch {epoch:4d}  {line}")')
    copies = "{role: copy.deepcopy(n.state_dict()) for role, n in networks.items()}"
    inside = "    " if asked.ema else ""
    average = ["with average.in_place():"] if asked.ema else []
    if watched:
        sign = "-" if watched.better == "high" else ""
        known = "validation" if validates else "figures"
        lines += [
            f'        if {sign}{known}["{watched.name}"] < best:',
            f'            best = {sign}{known}["{watched.name}"]',
            *(["            best_epoch = epoch"] if asked.patience else []),
            *(f"            {line}" for line in average),
            f"            {inside}best_weights = {copies}",
        ]
    if planned(training):
        value = ""
        if schedule.watches:
            sign = "-" if watched and watched.better == "high" else ""
            known = "validation" if validates else "figures"
            value = f'{sign}{known}["{watched.name}"]' if watched else 'float("inf")'
        lines += ["        for schedule in schedules:", f"            schedule.step({value})"]
    if asked.patience and watched:
        lines += [
            f"        if epoch - best_epoch >= {asked.patience}:  # nothing better for too long",
            "            break",
        ]
    lines.append("")
    if keeps and not watched:
        lines += ["    with average.in_place():", f"        best_weights = {copies}"]
    if keeps:
        lines += [
            "    for role, weights in best_weights.items():",
            "        networks[role].load_state_dict(weights)",
        ]
    if len(splits.test):
        best = "best weights" if watched else "last weights"
        lines += [
            '    figures = evaluate(recipe, data["test"])',
            f'    print("{best}:", "  ".join(f"test_{{name}} {{value:.6f}}" for name, value in figures.items()))',
        ]
    lines += [
        "    for role, network in networks.items():",
        '        torch.save(network.state_dict(), f"{role}.pt")',
    ]
    return "\n".join(lines)


def _watched(project: Project, validates: bool) -> Figure | None:
    """The figure that decides which epoch is best. One of a whole split needs samples held back."""
    recipe = recipe_of(project.training)
    name = practices_of(project.training).watch or recipe.watch
    figures = (figure for figure in recipe.figures if validates or not figure.per_epoch)
    return next((figure for figure in figures if figure.name == name), None)


def _prepared(steps: StepsText | None) -> list[str]:
    """The steps that are done once."""
    if steps is None:
        return []
    which = ', split == "train"' if steps.augments else ""
    return [f"    data = {{split: prepared(columns{which}) for split, columns in data.items()}}"]


def _freezings(project: Project, shapes: ProjectShapes) -> list[Plan]:
    """What is frozen in each of the networks; nothing where all layers learn alike."""
    if is_even(project):
        return []
    sources = [generate(project, shapes, network.id) for network in networks_of(project)]
    return [freezing_plan(project, source) or Plan((), {}, 0) for source in sources]


def _whole(project: Project) -> str:
    """The types of all layers as they read in code, to look for batch norm."""
    graphs = [*project.networks.values(), *project.blocks.values()]
    return " ".join(f"nn.{node.type}" for graph in graphs for node in graph.nodes.values())


def _begin(several: bool) -> list[str]:
    """What fits of the start weights; with several networks their keys begin with the role."""
    key = 'f"{role}.{key}"' if several else "key"
    return [
        "    for role, network in networks.items():",
        "        own = network.state_dict()",
        f"        found = {{key: begun[{key}] for key in own if {key} in begun}}",
        "        fits = {key: value for key, value in found.items() if value.shape == own[key].shape}",
        "        network.load_state_dict(fits, strict=False)",
    ]


def _assign(name: str, text: str) -> list[str]:
    """An assignment within a function."""
    return _placed(f"{name} = ", text, 4)


def _placed(before: str, text: str, indent: int, after: str = "") -> list[str]:
    """Code on one line where it fits, else wrapped as a formatter would."""
    line = f"{' ' * indent}{before}{text}{after}".replace("'", '"')
    if len(line) <= LINE:
        return [line]
    lines = statement("x = ", parse(text), indent)
    lines[0] = lines[0].replace("x = ", before, 1)
    lines[-1] += after
    return [each.replace("'", '"') for each in lines]
