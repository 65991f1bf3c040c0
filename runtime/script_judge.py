"""What a script of drawn pictures needs to judge them as its run did: the judge's network, its weights, its rule."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import Any

import torch

from graph.building import literal
from graph.code import CodeError, generate
from graph.files import FileError, load
from graph.model import Project
from graph.shapes import Inference
from runtime.data import Dataset, Splits, load_prepared
from runtime.facts import facts_for
from runtime.loops import adversarial
from runtime.practices import practices_of
from runtime.recipes.judges import DIGITS, DRAWING, PIXELS
from runtime.runs import Run
from runtime.script_lines import file_lines, support_text
from runtime.script_trim import trimmed
from runtime.showing._pictures import usual_range
from runtime.weights import WeightsError, read

DRAWN = {
    "adversarial": "made = torch.cat([recipe.sample(recipe.draw(count, device)) for count in {counts}])",
    "variational": "made = torch.cat([recipe.decode(torch.randn(count, *code, device=device)) for count in {counts}])",
    "diffusion": "noise = torch.randn({first}, *recipe.shape, device=device)\n"
    "    made = recipe.sample(noise, {labels}, 50)",
}
"""How each recipe draws pictures, as :func:`runtime.frechet.made_by` has it."""
LABELS = "torch.arange(len(noise), device=device) % recipe.classes"
JUDGED = '''def judged(recipe: {loop}, judge: Judge, seen: torch.Tensor, real: torch.Tensor) -> float:
    """The Frechet distance between drawn pictures and real ones, over what the judge sees in them; 0: alike."""
    device = real.device
{before}    torch.manual_seed(SEED)
    {drawn}
    return frechet_distance(seen, judge.features(made.cpu(), SPAN))'''


_NONE: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class JudgePart:
    """``text`` defines ``load_judge`` and ``judged``; ``network`` the class it looks with. ``seen`` is the split whose
    pictures are the real ones, and how many of them."""

    network: str
    text: str
    imports: tuple[str, ...]
    files: dict[str, Any]
    seen: tuple[str, int]


def judge_part(
    project: Project, dataset: Dataset, splits: Splits, stem: str, loop: str, taken: set[str]
) -> JudgePart | None:
    """The judge of a project's drawn pictures; ``None`` where no network judges. ``taken`` are names that the script
    has already. Raises :class:`graph.code.CodeError` with a sentence."""
    from runtime.frechet import portions
    from runtime.training.judged import COUNT, compared, digits_judge, folder_of

    name, recipe = practices_of(project.training).judge, project.training.recipe
    if name == PIXELS or recipe not in DRAWING:
        return None
    if name == DIGITS:
        threads = torch.get_num_threads()
        with torch.random.fork_rng():
            try:
                judge = digits_judge()
            finally:
                torch.set_num_threads(threads)
        made = "digits_network()"
        network, imports = "", _NONE
        weights, shape, span = judge.network.state_dict(), judge.shape, judge.range
    else:
        network, imports, made, weights, shape, span = _of_run(folder_of(name), name, taken)
    file = f"{stem}_judge.pt"
    lines = [
        "def load_judge() -> Judge:",
        f'    """Whose eyes measure how near drawn pictures are to real ones: {_plain(name)}."""',
        *file_lines(file),
        f"    network = {made}",
        "    network.load_state_dict(torch.load(path, weights_only=True))",
        f"    return Judge(network.eval(), {literal(shape)}, {literal(span)})",
    ]
    before = ""
    if recipe == "variational":
        before = "    code = recipe.network(real[:2])[1].shape[1:]\n"
    labels = LABELS if len(project.main.inputs) > 2 else "None"
    counts = portions(compared(recipe))
    low, high = usual_range(dataset.inputs[:512])
    load_text = "\n".join(lines)
    measure = JUDGED.format(
        loop=loop,
        before=before,
        drawn=DRAWN[recipe].format(labels=labels, first=counts[0], counts=literal(tuple(counts))),
    )
    parts = [
        trimmed(support_text("judge"), f"{load_text}\n\n\n{measure}"),
        f"SPAN = {literal((low, high))}  # between these lie the values of the pictures",
        load_text,
        measure,
    ]
    if recipe != "adversarial":  # which has it in its own loop
        parts.insert(0, _definition(adversarial.__file__, "frechet_distance"))
    split = "validation" if len(splits.validation) > 1 else "train"
    return JudgePart(
        network,
        "\n\n\n".join(parts),
        ("import torch", "import torch.nn.functional as F", "from torch import nn", *imports),
        {file: {key: value.clone() for key, value in weights.items()}},
        (split, COUNT),
    )


def _of_run(folder: Any, name: str, taken: set[str]) -> tuple[str, tuple[str, ...], str, Any, Any, Any]:
    """Code, imports, the call that makes the network, weights, shape and range of pictures of a run."""
    run = Run(folder)
    try:
        project = load(run.project)
        weights = read(run.best)
    except (FileError, WeightsError, OSError) as error:
        raise CodeError(
            f"The run “{name}”, which is to judge the pictures, cannot be read: {error}"
        ) from error
    training = project.training
    source = generate(project, Inference().run(project, facts_for(project)), project.main.id)
    head, _, text = source.text.partition("\n\n\n")
    made = source.class_name
    for node in ast.parse(text).body:
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and node.name in taken:
            text = re.sub(rf"\b{node.name}\b", f"{node.name}OfJudge", text)
            made = f"{made}OfJudge" if made == node.name else made
    data, _ = load_prepared(
        project.data.source,
        project.data.options,
        steps=project.data.steps,
        val_fraction=training.validation_fraction,
        test_fraction=training.test_fraction,
        seed=training.seed,
    )
    if data.schema.kind != "image" or len(project.networks) > 1:
        raise CodeError(
            f"The network of {name} does not judge pictures. Choose another judge in the settings."
        )
    imports = tuple(line for line in head.splitlines() if line.startswith(("import ", "from ")))
    return (
        text.rstrip("\n"),
        imports,
        f"{made}()",
        dict(weights),
        data.schema.input_shape,
        usual_range(data.inputs[:512]),
    )


def _plain(name: str) -> str:
    """A name as it can stand in a docstring."""
    return "a network for digits" if name == DIGITS else re.sub(r"[^\w .-]", "_", name)


def _definition(path: str | None, name: str) -> str:
    """The text of a function of a file."""
    with open(str(path), encoding="utf-8") as file:
        whole = file.read()
    node = next(
        node for node in ast.parse(whole).body if isinstance(node, ast.FunctionDef) and node.name == name
    )
    return ast.get_source_segment(whole, node) or ""
