"""The main function of the training script of a recipe of its own."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from graph.building import literal
from graph.code.layout import lines_of, parse, statement, width
from graph.model import Project
from runtime.choice import chosen
from runtime.data import Dataset, Splits
from runtime.data.steps.text import StepsText
from runtime.freezing import Plan
from runtime.losses import LOSSES
from runtime.optimizers import OPTIMIZERS, extras
from runtime.practices import practices_of
from runtime.recipes import Figure, recipe_of
from runtime.schedules import SCHEDULES, planned, schedule_text
from runtime.script_lines import average_lines, freezing_lines, update_lines
from runtime.training.session import steps_per_epoch


def main_text(
    project: Project, dataset: Dataset, splits: Splits, classes: list[str], loop: str, loop_text: str,
    initialises: bool, starts: list[str], precision: str, begin: str, steps: StepsText | None,
    freezings: list[Plan], ending: Sequence[str], compared: tuple[str, int] | None = None,
) -> str:  # fmt: skip
    """The main function: networks and optimisers, the loop over the epochs, the scores, and what ``ending`` adds.

    ``loop`` is the name of the loop's class and ``loop_text`` its source, ``begin`` the file with the weights to start
    from, ``starts`` the lines that begin single layers in a way of their own, ``compared`` the split whose first
    pictures a judge compares drawn ones with, and how many.
    """
    recipe, training = recipe_of(project.training), project.training
    methods = loop_methods(loop_text, loop)
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
        *(["    judge = load_judge()"] if compared else []),
        "    torch.manual_seed(SEED)",
        '    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")',
        *_table("networks", {role: f"{name}()" for role, name in zip(roles, classes, strict=True)}),
    ]
    if initialises:
        lines += ["    for network in networks.values():", "        initialise(network)"]
    lines += [f"    {line}" for line in starts]
    if begin:
        lines += [f'    begun = torch.load(HERE / "{begin}", weights_only=True)', *_begin(len(roles) > 1)]
    layout = ", memory_format=torch.channels_last" if asked.channels_last else ""
    lines += ["    for network in networks.values():", f"        network.to(device{layout})"]
    if precision != "float32":
        lines.append("        in_low_precision(network, device)")
    if freezings:
        made = [
            line
            for role, plan in zip(roles, freezings, strict=True)
            for line in freezing_lines(f'"{role}": ', plan, f'networks["{role}"]', 8, ",")
        ]
        lines += ["    freezings = {", *made, "    }"]
    made_by = {}
    for group, members in groups:
        weights = [f'*networks["{member}"].parameters()' for member in members]
        first = f'networks["{members[0]}"].parameters()' if len(members) == 1 else f"[{', '.join(weights)}]"
        if freezings:
            weights = [f'*freezings["{member}"].groups(LEARNING_RATE)' for member in members]
            first = f"[{', '.join(weights)}]" if len(members) > 1 else weights[0].removeprefix("*")
        made_by[group] = optimizer.text(optimizer.settled(training), first, *keywords)
    lines += _table("optimizers", made_by)
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
    made_loss = loss.text(loss.settled(training)) if loss and _uses_loss(loop_text, loop) else "None"
    arguments = ["networks", "optimizers", made_loss, "update"]
    arguments += [f"{name}={literal(value)}" for name, value in settled.items()]
    lines += [
        *_assign("recipe", f"{loop}({', '.join(arguments)})"),
        "    data = {",
        "        split: {name: values.to(device) for name, values in columns.items()}",
        "        for split, columns in load_data().items()",
        "    }",
        *_prepared(steps),
        '    columns, count = data["train"], len(data["train"]["input"])',
        *([_looked(*compared)] if compared else []),
        "    shuffle = torch.Generator().manual_seed(SEED)",
    ]
    watched = watched_figure(project, len(splits.validation) > 0)
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
        *average_lines(asked, "            ", "gathered"),
        f"        figures = {{name: total / {seen} for name, total in totals.items()}}",
        '        line = "  ".join(f"{name} {value:.6f}" for name, value in figures.items())',
    ]
    looking = ", judge, seen" if compared else ""
    validates = len(splits.validation) > 0
    evaluates = validates or len(splits.test) > 0
    if evaluates:
        lines += ["        for network in networks.values():", "            network.eval()"]
    if validates:
        inside = "    " if asked.ema else ""
        lines += [
            *(["        with average.in_place():"] if asked.ema else []),
            f'{inside}        validation = evaluate(recipe, data["validation"]{looking})',
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
            f'    figures = evaluate(recipe, data["test"]{looking})',
            f'    print("{best}:", "  ".join(f"test_{{name}} {{value:.6f}}" for name, value in figures.items()))',
        ]
    lines += [
        "    for role, network in networks.items():",
        '        torch.save(network.state_dict(), f"{role}.pt")',
    ]
    if ending and not evaluates:
        lines += ["    for network in networks.values():", "        network.eval()"]
    return "\n".join([*lines, *ending])


def watched_figure(project: Project, validates: bool) -> Figure | None:
    """The figure that decides which epoch is best. One of a whole split needs samples held back."""
    recipe = recipe_of(project.training)
    name = practices_of(project.training).watch or recipe.watch
    figures = (figure for figure in recipe.figures if validates or not figure.per_epoch)
    return next((figure for figure in figures if figure.name == name), None)


def _looked(split: str, count: int) -> str:
    """What the judge sees in real pictures."""
    return f'    seen = judge.features(data["{split}"]["input"][:{count}].cpu(), SPAN)'


def loop_methods(text: str, loop: str) -> dict[str, ast.FunctionDef]:
    """The methods of the loop's class by name."""
    body = next(
        node.body for node in ast.parse(text).body if isinstance(node, ast.ClassDef) and node.name == loop
    )
    return {node.name: node for node in body if isinstance(node, ast.FunctionDef)}


def _uses_loss(text: str, loop: str) -> bool:
    """Whether the loop keeps the loss it is given."""
    made = loop_methods(text, loop)["__init__"]
    return any(isinstance(node, ast.Name) and node.id == "loss" for node in ast.walk(made))


def _prepared(steps: StepsText | None) -> list[str]:
    """The steps that are done once."""
    if steps is None or not steps.prepares:
        return []
    which = ', split == "train"' if steps.augments else ""
    return [f"    data = {{split: prepared(columns{which}) for split, columns in data.items()}}"]


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


def _table(name: str, values: Mapping[str, str]) -> list[str]:
    """A dict of a few things by name: a single one on one line where it fits, else each on its own."""
    if len(values) == 1:
        line = f"    {name} = {{" + ", ".join(f'"{key}": {value}' for key, value in values.items()) + "}"
        if len(line) <= width():
            return [line]
    rows = [line for key, value in values.items() for line in _placed(f'"{key}": ', value, 8, ",")]
    return [f"    {name} = {{", *rows, "    }"]


def _assign(name: str, text: str) -> list[str]:
    """An assignment within a function."""
    return _placed(f"{name} = ", text, 4)


def _placed(before: str, text: str, indent: int, after: str = "") -> list[str]:
    """Code on one line where it fits, else wrapped as a formatter would."""
    line = f"{' ' * indent}{before}{text}{after}".replace("'", '"')
    if len(line) <= width():
        return [line]
    name = f"{'x' * (len(before) - 3)} = "  # stands for what is no name, such as a key and its colon
    with lines_of(width() - len(after)):
        lines = statement(name, parse(text), indent)
    lines[0] = lines[0].replace(name, before, 1)
    lines[-1] += after
    return [each.replace("'", '"') for each in lines]
