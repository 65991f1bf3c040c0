"""A network with several outputs: a part for each that is compared with the data."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from runtime.judging.classes import class_cases, class_pages, class_shares
from runtime.judging.exam import Exam
from runtime.judging.numbers import number_cases, number_parts, target_names
from runtime.judging.samples import caption
from runtime.judging.views import page, part, table
from runtime.loops.several import CLASSES, fitted
from runtime.protocol import Message
from runtime.scores import accuracy, confusion_matrix
from runtime.showing._pictures import one_below, pictures, side_by_side

YES_OR_NO = ("bce", "bce_with_logits")


def judge(exam: Exam) -> list[Message]:
    found, rows = [], []
    for number, (name, _, loss, weight, column) in enumerate(exam.session.loop.losses):
        outputs, targets = _answers(exam, number)
        key = f"output {number}"
        chosen = classes_of(exam, loss, outputs, targets)
        if chosen is not None:
            shares, truth, given, classes = chosen
            each = outputs.shape[1] if outputs.dim() == 3 else 1
            spread = exam.part_of(torch.arange(len(exam)).repeat_interleave(each)) if each > 1 else exam
            counts = confusion_matrix(truth, given, len(classes))
            scores, pages = class_pages(spread, shares, truth, given, classes)
            scores["accuracy"] = accuracy(counts)
            found.append(part(key, f"{name} ({loss})", pages, scores))
            rows.append([name, loss, weight, column, scores["accuracy"], None])
            continue
        if loss in CLASSES:  # a class for every pixel: too many answers for a table of mistakes
            right = float((outputs.argmax(1) == targets).double().mean())
            rows.append([name, loss, weight, column, right, None])
            continue
        predicted, wanted, names = numbers_of(exam, outputs, targets, column)
        parts = number_parts(exam, predicted, wanted, names)
        scores = parts[0]["scores"]
        found.append({**parts[0], "name": key, "title": f"{name} ({loss})"})
        rows.append([name, loss, weight, column, None, scores.get("mae")])
    heads = (
        ("output", "text"), ("loss", "text"), ("weight", "number"), ("compared with", "text"), ("accuracy", "share"),
        ("MAE", "number"),
    )  # fmt: skip
    whole = page("Outputs", table("outputs", "Every output", heads, rows))
    return [part("all", "all outputs", [whole], {}), *found]


def _answers(exam: Exam, number: int) -> tuple[torch.Tensor, torch.Tensor]:
    """What one output gives and what it is compared with, on the CPU."""
    found = list(_batches(exam, number))
    return torch.cat([one for one, _ in found]), torch.cat([one for _, one in found])


def _batches(exam: Exam, number: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    loop = exam.session.loop
    _, place, _, _, column = loop.losses[number]
    for batch in exam.batches():
        given = loop.network(*loop.inputs(batch)["network"])
        outputs = given if isinstance(given, tuple) else (given,)
        yield outputs[place].float().cpu(), batch[column].cpu()


def classes_of(
    exam: Exam, loss: str, outputs: torch.Tensor, targets: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, list[str]] | None:
    """Shares, true and given classes and their names where an output chooses classes; ``None`` for numbers."""
    if loss in CLASSES and outputs.dim() in (2, 3):
        scores, truth = fitted(loss, outputs, targets)
        count = max(exam.schema.class_count, int(truth.max()) + 1)
        shares = class_shares(scores[:, :count], count, loss)
        names = list(exam.schema.classes or ())[:count]
        names += [str(number) for number in range(len(names), count)]
        return shares, truth, shares.argmax(1), names
    if loss in YES_OR_NO and outputs.dim() == 2 and outputs.shape[1] == 1 and targets.numel() == len(outputs):
        shares = class_shares(outputs, 2, loss)
        names = list(exam.schema.classes or ("no", "yes"))[:2]
        return shares, (targets.flatten() > 0.5).long(), (shares[:, 1] > 0.5).long(), names
    return None


def numbers_of(
    exam: Exam, outputs: torch.Tensor, targets: torch.Tensor, column: str
) -> tuple[torch.Tensor, torch.Tensor, list[str]]:
    """Predicted and true numbers (N, K) and their names; targets in the data's own units."""
    if not targets.is_floating_point() and outputs.dim() > targets.dim():
        targets = torch.nn.functional.one_hot(targets, outputs.shape[-1]).float()
    scaler = exam.session.dataset.target_scaler if column == "target" else None
    targets = targets.float().reshape(outputs.shape)
    if scaler is not None:
        outputs, targets = scaler.invert(outputs), scaler.invert(targets)
    flat, wanted = (one.double().reshape(len(outputs), -1) for one in (outputs, targets))
    names = target_names(exam, flat.shape[1]) if column == "target" else [column] * (flat.shape[1] == 1)
    return flat, wanted, names or [f"{column} {number + 1}" for number in range(flat.shape[1])]


def cases(exam: Exam, name: str) -> list[Message]:
    number = int(name.split()[1]) if name.startswith("output ") else 0
    _, _, loss, _, column = exam.session.loop.losses[number]
    outputs, targets = _answers(exam, number)
    chosen = classes_of(exam, loss, outputs, targets)
    if chosen is None and outputs.dim() == 4 and outputs.shape[1] in (1, 3):
        wanted = targets.float().reshape(outputs.shape)
        kinds = (wanted, outputs, (outputs - wanted).abs())
        titles = ["wanted", "network", "difference"]
        if len(exam) == 1:
            return [pictures(exam.look, "case", "", side_by_side(*kinds), 3, column_titles=titles)]
        rows = [caption(exam, one) for one in range(len(exam))]
        images = one_below(*kinds)
        return [pictures(exam.look, "case", "", images, len(exam), column_titles=rows, row_titles=titles)]
    if chosen is None:
        return number_cases(exam, *numbers_of(exam, outputs, targets, column))
    shares, truth, given, classes = chosen
    each = len(truth) // len(exam)
    return class_cases(exam, shares[::each], truth[::each], given[::each], classes)
