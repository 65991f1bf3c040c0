"""The complete training script: model, data and loop in one file that needs torch alone.

It reproduces the run: on the CPU the same seed gives the same losses, epoch by epoch. It is written the way a
good tutorial would write it, with nothing in it that this project does not use.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graph.building import literal
from graph.code import CodeError, generate
from graph.code.layout import lines_of, parse, statement, width
from graph.model import Project
from graph.shapes import Inference, ProjectShapes
from runtime.choice import chosen
from runtime.class_weights import class_weights
from runtime.data import DataError, Dataset, Splits, load_prepared
from runtime.data.steps.apply import unprepared
from runtime.data.steps.text import steps_text
from runtime.data.targets import form_of, output_shape
from runtime.freezing import Plan, freezing_plan
from runtime.initialisation import INITIALISATIONS, initialise_text
from runtime.losses import LOSSES, Answer, answer_rule
from runtime.optimizers import OPTIMIZERS, extras
from runtime.practices import practices_of
from runtime.precision import asked_precision, autocast_text
from runtime.recipes import SUPERVISED, recipe_of
from runtime.runs import write_atomic
from runtime.schedules import SCHEDULES, planned, schedule_text
from runtime.script_data import DataPart, data_part
from runtime.script_endings import Ending, foretold
from runtime.script_lines import (
    average_lines,
    freezing_lines,
    import_lines,
    support_imports,
    support_text,
    torch_lines,
    update_lines,
)
from runtime.script_recipe import recipe_script
from runtime.script_trim import trimmed
from runtime.starts import start_lines, start_plan
from runtime.training.session import evaluation_size, steps_per_epoch
from runtime.watched import CLASSES, SCORES, compared_texts, scale_of
from runtime.weights import WeightsError, read

LINE = 110
"""The loops and the steps of the preparation are written in lines of this length, so the whole script is."""
NORMS = ("BatchNorm", "SyncBatchNorm")


@dataclass(slots=True)
class Script:
    """The text, and the tensors that belong beside it: file name -> what ``torch.save`` shall write."""

    text: str
    files: dict[str, Any] = field(default_factory=dict)


@lines_of(LINE)
def training_script(
    project: Project,
    shapes: ProjectShapes | None = None,
    stem: str = "train",
    notebook: bool = False,
    prepared: tuple[Dataset, Splits] | None = None,
    start: Path | None = None,
) -> Script:
    """The script of a project's main network. ``stem`` is the name of the file it will be written to.

    Loads the data, so it belongs into the worker or the terminal. ``prepared`` saves that where the data is
    at hand. ``start`` is the file of the project's start weights. Raises :class:`graph.code.CodeError`,
    :class:`runtime.data.DataError` or
    :class:`runtime.choice.ChoiceError` with a sentence.
    """
    recipe_of(project.training)
    shapes = shapes if shapes is not None else Inference().run(project)
    supervised = project.training.recipe == SUPERVISED
    if supervised and len(project.main.inputs) != 1:
        raise CodeError("A training script feeds exactly one input: leave one Input node.")
    training = project.training
    dataset, splits = prepared or load_prepared(
        project.data.source,
        project.data.options,
        steps=project.data.steps,
        val_fraction=training.validation_fraction,
        test_fraction=training.test_fraction,
        seed=training.seed,
    )
    if not len(splits.train):
        raise DataError("There is no sample to train on.")
    begin = f"{stem}_start.pt" if project.weights else ""
    if not supervised:
        text, tensors = recipe_script(project, shapes, stem, notebook, dataset, splits, begin)
        return Script(text, {**tensors, **({begin: _start_tensors(project, start)} if begin else {})})
    source = generate(project, shapes, project.main.id)
    raw = unprepared(dataset)
    part = data_part(project.data.source, project.data.options, raw, splits, training.loss, stem)
    files = dict(part.files)
    if begin:
        files[begin] = _start_tensors(project, start)
    outputs = "model(x)[0]" if len(project.main.outputs) > 1 else "model(x)"
    ending = foretold(dataset.schema, stem, outputs) if len(splits.test) else Ending()
    files |= ending.files
    plan = freezing_plan(project, source)
    writer = _Writer(
        project,
        source.class_name,
        dataset,
        splits,
        part,
        source.text,
        begin,
        plan,
        start_plan(project, source),
        ending,
        outputs,
    )
    return Script(writer.text(notebook), files)


def _start_tensors(project: Project, start: Path | None) -> dict[str, Any]:
    """The weights a script begins with, by the network's keys."""
    if start is None:
        raise CodeError(f"The project starts from “{project.weights}”, which was not found.")
    try:
        return dict(read(start))
    except WeightsError as error:
        raise CodeError(str(error)) from error


def write_script(project: Project, path: Path, shapes: ProjectShapes | None = None) -> list[Path]:
    """Write the script and the data file it reads, if any, beside each other; gives all paths, script first."""
    script = training_script(project, shapes, path.stem)
    write_atomic(path, script.text.encode())
    return [path, *write_files(script, path.parent)]


def write_files(script: Script, folder: Path) -> list[Path]:
    """Write the tensors a script reads into a folder."""
    import torch

    for name, tensors in script.files.items():
        torch.save(tensors, folder / name)
    return [folder / name for name in script.files]


class _Writer:
    """Puts the parts together."""

    def __init__(
        self,
        project: Project,
        name: str,
        dataset: Dataset,
        splits: Splits,
        part: DataPart,
        model: str,
        begin: str,
        freezing: Plan | None,
        starts: dict[str, str],
        ending: Ending,
        outputs: str,
    ) -> None:
        self.freezing, self.ending, self.output = freezing, ending, outputs
        self.begin = begin
        """The file with the weights to start from, if there is one."""
        self.here = bool(begin or ending.files) or "HERE" in part.text
        training, schema = project.training, dataset.schema
        self.project, self.name, self.part, self.training = project, name, part, training
        head, _, self.model = model.partition("\n\n\n")
        self.imports = [line for line in head.splitlines() if line.startswith(("import ", "from "))]
        self.validates, self.tests = len(splits.validation) > 0, len(splits.test) > 0
        self.loss = chosen(LOSSES, training.loss, "loss")
        width = output_shape(schema, training.loss)[-1] if output_shape(schema, training.loss) else 1
        self.answer: Answer | None = answer_rule(self.loss, schema.task, width)
        self.in_time = schema.task == "next-token" and form_of(training.loss) == "index"
        self.evaluation_size = evaluation_size(training.batch_size, dataset.inputs[0].numel(), schema)
        count = len(splits.train)
        plain = steps_per_epoch(count, training.batch_size, False)
        norms = any(norm in model for norm in NORMS)
        self.skips = plain - steps_per_epoch(count, training.batch_size, norms)
        self.precision = asked_precision(training)
        self.steps = steps_text(dataset.preparation, pairs=True) if dataset.preparation else None
        start = chosen(INITIALISATIONS, training.initialisation, "initialisation")
        self.own_starts = start_lines(starts, "model")
        self.start = initialise_text(start, start.settled(training))
        self.schedule = chosen(SCHEDULES, training.schedule, "schedule")
        self.planned = planned(training)
        self.asked = practices_of(training)
        self.watched = self.asked.watch if self.asked.watch in ("accuracy", *SCORES) else "loss"
        self.high = self.watched == "accuracy" or (
            self.watched in SCORES and SCORES[self.watched].better == "high"
        )
        self.schema, self.scale = schema, scale_of(dataset)
        self.class_weights = class_weights(training, dataset, splits)

    def text(self, notebook: bool) -> str:
        parts = [self._head(notebook), self.model.rstrip("\n"), self.part.text.rstrip("\n")]
        if self.steps:
            parts.append(self.steps.text)
        if self.start:
            parts.append(self.start.rstrip("\n"))
        if self.own_starts:
            parts.append(support_text("starting"))
        if self.asked.ema:
            parts.append(support_text("average"))
        if self.freezing:
            parts.append(support_text("freezing"))
        if self.precision == "automatic":
            parts.append(support_text("hardware"))
        if self.watched in SCORES:
            parts += [trimmed(support_text("watching"), f"{self.watched}()"), self._measure_watched()]
        parts += [part for part in (self._evaluate(), self._main()) if part]
        return "\n\n\n".join(parts) + '\n\n\nif __name__ == "__main__":\n    main()\n'

    def _head(self, notebook: bool) -> str:
        training = self.training
        further = [*self.part.imports, *(self.steps.imports if self.steps else ())]
        needs = "torch and torchvision" if any("torchvision" in line for line in further) else "torch alone"
        lines = [f'"""Trains {self.name}, drawn with TorchLoom. Needs {needs}.', ""]
        lines += [self.part.note] if self.part.note else []
        lines += [f"Reads {name}, which belongs beside this file." for name in self.ending.files]
        lines += [f"Begins with the weights in {self.begin}, which belong there too."] if self.begin else []
        lines += ["On a CPU it gives the same losses as the run with this seed.", '"""', ""]
        standard = ["import copy"] + (["from pathlib import Path"] if self.here else [])
        imports = {"import torch", "from torch import nn", *self.imports, *further}
        if self.asked.ema:
            standard += support_imports("average")
        if self.own_starts:
            standard += support_imports("starting")
        standard, _ = import_lines(standard)
        if self.steps and "import math" in imports:
            imports.remove("import math")
            standard = sorted({*standard, "import math"}, key=_import_key)
        lines += [*standard, "", *torch_lines(sorted(imports, key=_import_key)), ""]
        lines += [
            f"SEED = {training.seed}",
            f"EPOCHS = {training.epochs}",
            f"BATCH_SIZE = {training.batch_size}",
            f"LEARNING_RATE = {literal(training.learning_rate)}",
        ]
        if self.validates or self.tests:
            lines.append(f"EVALUATION_SIZE = {self.evaluation_size}  # samples at once")
        if self.here:
            lines.append("HERE = Path()" if notebook else "HERE = Path(__file__).parent")
        return "\n".join(lines)

    def _outputs(self, indent: str) -> list[str]:
        """Outputs and loss of a batch (x, y)."""
        loss = "loss_of(outputs.flatten(0, 1), y.flatten())" if self.in_time else "loss_of(outputs, y)"
        if self.precision == "float32":
            return [f"{indent}outputs = {self.output}", f"{indent}loss = {loss}"]
        return [
            f"{indent}with {autocast_text(self.precision, 'x.device')}:",
            f"{indent}    outputs = {self.output}",
            f"{indent}outputs = outputs.float()",
            f"{indent}loss = {loss}",
        ]

    def _count(self, indent: str, mixed: bool = False) -> list[str]:
        if self.answer is None:
            return []
        # of mixed classes the one with the larger share counts
        rule = self.answer.text.replace("targets", "y.argmax(-1)" if mixed else "y")
        return [
            f"{indent}hits = {rule}",
            f"{indent}right += hits.sum().item()",
            f"{indent}answers += hits.numel()",
        ]

    @property
    def _mixes(self) -> bool:
        """Whether classes become probabilities in training."""
        return self.steps is not None and self.steps.mixes and form_of(self.training.loss) == "index"

    @property
    def _samples(self) -> str:
        """Inputs and targets of a split, on the device."""
        if self.steps is None or not self.steps.prepares:
            return "(x.to(device), y.to(device))"
        which = ', split == "train"' if self.steps.augments else ""
        return f"prepared(x.to(device), y.to(device){which})"

    @property
    def _zeros(self) -> str:
        return "total, right, answers = 0.0, 0, 0" if self.answer else "total = 0.0"

    def _evaluate(self) -> str:
        scored = self.answer is not None
        given = "model: nn.Module, loss_of: nn.Module, inputs: torch.Tensor, targets: torch.Tensor"
        result = "tuple[float, float]" if scored else "float"
        head = [f"def evaluate({given}) -> {result}:"]
        lines = [
            "@torch.no_grad()",
            *(head if len(head[0]) <= width() else ["def evaluate(", f"    {given}", f") -> {result}:"]),
            f'    """Mean loss{" and accuracy" if scored else ""} over a split."""',
            "    model.eval()",
            f"    {self._zeros}",
            "    for rows in torch.arange(len(inputs)).split(EVALUATION_SIZE):",
            "        x, y = inputs[rows], targets[rows]",
            *self._outputs("        "),
            "        total += loss.item() * len(rows)",
            *self._count("        "),
            "    return total / len(inputs), right / answers" if scored else "    return total / len(inputs)",
        ]
        return "\n".join(lines) if self.validates or self.tests else ""

    def _measure_watched(self) -> str:
        """The function that measures what decides which epoch is best."""
        given, truth = compared_texts(self.schema, self.training.loss)
        scale = f", torch.tensor({self.scale}, device=inputs.device)" if self.watched == "mae" else ""
        last = f", {self.schema.class_count}" if self.schema.task in CLASSES else scale
        lines = [
            "@torch.no_grad()",
            f"def {self.watched}_of(model: nn.Module, inputs: torch.Tensor, targets: torch.Tensor) -> float:",
            '    """It decides which epoch is best."""',
            "    model.eval()",
            "    given, truth = [], []",
            "    for rows in torch.arange(len(inputs)).split(EVALUATION_SIZE):",
            "        x, y = inputs[rows], targets[rows]",
            *self._outputs("        ")[:-1],
            f"        given.append({given})",
            f"        truth.append({truth})",
            f"    return {self.watched}(torch.cat(given), torch.cat(truth){last})",
        ]
        return "\n".join(lines)

    def _main(self) -> str:
        training = self.training
        threads = str(training.threads) if training.threads else "max(1, torch.get_num_threads() - 1)"
        optimizer = chosen(OPTIMIZERS, training.optimizer, "optimiser")
        shared = extras(optimizer, training.learning_rate, training.weight_decay)
        weights = "freezing.groups(LEARNING_RATE)" if self.freezing else "model.parameters()"
        given = [weights, "lr=LEARNING_RATE"]
        given += [f"{name}={literal(value)}" for name, value in shared.items() if name != "lr"]
        to_device = f".to(device{', memory_format=torch.channels_last' if self.asked.channels_last else ''})"
        begins = bool(self.start or self.own_starts or self.begin)
        lines = [
            "def main() -> None:",
            "    # As many threads as in the run: sums are then rounded in the same order.",
            f"    torch.set_num_threads({threads})",
            "    torch.manual_seed(SEED)",
            '    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")',
            f"    model = {self.name}(){'' if begins else to_device}",
            *(["    initialise(model)"] if self.start else []),
            *(f"    {line}" for line in self.own_starts),
            *(self._begin() if self.begin else []),
            *([f"    model{to_device}"] if begins else []),
            *_braced("data", f"split: {self._samples} for split, (x, y) in load_data().items()"),
            '    inputs, targets = data["train"]',
            *_assign("loss_of", self._loss()),
            *(freezing_lines("freezing = ", self.freezing, "model", 4) if self.freezing else []),
            *_assign("optimizer", optimizer.text(optimizer.settled(training), *given)),
        ]
        if self.planned:
            lines += _assign("schedule", schedule_text(training, "optimizer"))
        if self.precision == "float16":
            lines.append("    scaler = torch.amp.GradScaler(device.type)")
        lines += [
            *([f"    average = Average(model, {self.asked.ema})"] if self.asked.ema else []),
            "    shuffle = torch.Generator().manual_seed(SEED)",
            *(["    best_epoch = 0"] if self.asked.patience else []),
            f"    best_{self.watched}, best_weights = {self._worst}, copy.deepcopy(model.state_dict())",
            *(["    batch = 0"] if self.asked.accumulate > 1 else []),
            "",
            "    for epoch in range(1, EPOCHS + 1):",
            "        model.train()",
            *(["        freezing.hold(epoch)"] if self.freezing else []),
            f"        {self._zeros}",
            "        batches = torch.randperm(len(inputs), generator=shuffle).split(BATCH_SIZE)",
        ]
        if self.skips:
            lines.append(
                "        batches = batches[:-1]  # one sample alone, which batch norm cannot measure"
            )
        lines += [
            "        for rows in batches:",
            "            x, y = augmented(inputs[rows], targets[rows])"
            if self.steps and self.steps.augments
            else "            x, y = inputs[rows], targets[rows]",
            *self._outputs("            "),
            *update_lines(self.asked, self.precision, "            ", "model.parameters()", "batch"),
            *average_lines(self.asked, "            ", "batch"),
            "            total += loss.item() * len(rows)",
            *self._count("            ", mixed=self._mixes),
            *self._epoch_end(),
        ]
        return "\n".join(lines)

    def _begin(self) -> list[str]:
        """What fits of the start weights; a head of another size stays as it is."""
        return [
            f'    start = torch.load(HERE / "{self.begin}", weights_only=True)',
            "    own = model.state_dict()",
            "    fits = {key: value for key, value in start.items() if key in own and value.shape == own[key].shape}",
            "    model.load_state_dict(fits, strict=False)",
        ]

    def _loss(self) -> str:
        """The loss, with the weights of the classes."""
        text = self.loss.text(self.loss.settled(self.training))
        for name, weights in self.class_weights.items():
            values = f"{name}=torch.tensor({weights}, device=device)"
            text = f"{text[:-1]}{'' if text.endswith('()') else ', '}{values})"
        return text

    @property
    def _worst(self) -> str:
        if self.watched == "accuracy":
            return "-1.0"
        return 'float("-inf")' if self.high else 'float("inf")'

    def _epoch_end(self) -> list[str]:
        scored = self.answer is not None
        seen = "sum(len(rows) for rows in batches)" if self.skips else "len(inputs)"
        lines = [f"        train_loss = total / {seen}"]
        line = 'f"epoch {epoch:4d}  loss {train_loss:.6f}'
        if scored:
            line += "  accuracy {right / answers:.4f}"
        watched = "train_loss" if self.watched == "loss" else "right / answers"
        if self.validates:
            watched = f"val_{self.watched}"
            names = "val_loss, val_accuracy" if scored else "val_loss"
            inside = "    " if self.asked.ema else ""
            lines += ["        with average.in_place():"] if self.asked.ema else []
            lines.append(f'{inside}        {names} = evaluate(model, loss_of, *data["validation"])')
            line += "  val_loss {val_loss:.6f}" + ("  val_accuracy {val_accuracy:.4f}" if scored else "")
        if self.watched in SCORES:
            lines += ["        with average.in_place():"] if self.asked.ema else []
            inside = "    " if self.asked.ema else ""
            lines.append(f'{inside}        {watched} = {self.watched}_of(model, *data["validation"])')
            line += f"  {watched} {{{watched}:.6f}}"
        sign = ">" if self.high else "<"
        copied = "copy.deepcopy(model.state_dict())"
        kept = [f"best_{self.watched}, best_weights = {watched}, {copied}"]
        if self.asked.patience:
            kept = [f"best_{self.watched}, best_epoch = {watched}, epoch", f"best_weights = {copied}"]
        lines.append(f"        if {watched} {sign} best_{self.watched}:")
        if self.asked.ema:
            lines += ["            with average.in_place():", *(f"                {line}" for line in kept)]
        else:
            lines += [f"            {line}" for line in kept]
        if self.planned:
            value = f"-({watched})" if self.high else watched
            lines.append(f"        schedule.step({value if self.schedule.watches else ''})")
        lines += _print(line)
        if self.asked.patience:
            lines += [
                f"        if epoch - best_epoch >= {self.asked.patience}:  # nothing better for too long",
                "            break",
            ]
        lines += ["", "    model.load_state_dict(best_weights)"]
        if self.tests:
            names = "test_loss, test_accuracy" if scored else "test_loss"
            lines.append(f'    {names} = evaluate(model, loss_of, *data["test"])')
            tail = "  test_accuracy {test_accuracy:.4f}" if scored else ""
            lines.append(f'    print(f"best weights: test_loss {{test_loss:.6f}}{tail}")')
        return [*lines, f'    torch.save(model.state_dict(), "{self.name.lower()}.pt")', *self.ending.lines]


def _assign(name: str, text: str) -> list[str]:
    """An assignment within a function, wrapped as a formatter would."""
    return statement(f"{name} = ", parse(text), 4)


def _braced(name: str, text: str) -> list[str]:
    """A comprehension in braces, on one line where it fits."""
    line = f"    {name} = {{{text}}}"
    return [line] if len(line) <= width() else [f"    {name} = {{", f"        {text}", "    }"]


def _print(line: str) -> list[str]:
    """Print one line per epoch: on one line, or the text on its own, or cut in front of the validation."""
    if len(shown := f'        print({line}")') <= width():
        return [shown]
    if len(shown := f'            {line}"') <= width():
        return ["        print(", shown, "        )"]
    cut = line.index("  val_loss")
    return ["        print(", f'            {line[:cut]}"', f'            f"{line[cut:]}"', "        )"]


def _import_key(line: str) -> tuple[bool, str]:
    return (line.startswith("from"), line)
