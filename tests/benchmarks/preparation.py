"""The 48 × 48 CNN with its augmentation, against the loop that tutorials write: PIL transforms in a DataLoader.

Both train the same network from the same weights on the same pictures, split alike, with as many threads, and are
timed per epoch with validation. Where the network itself takes nearly all the time (a processor instead of a
graphics card), the whole epoch says little about the preparation; so its own time is reported too. The preset computes
in the precision that the device is fastest in, the loop as tutorials have it in float32; with that on both sides is a
figure of its own.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

from graph.model import Project
from tests.benchmarks.report import Report

Spent = list[tuple[float, float]]
"""Of each epoch the seconds on the clock and of processor time."""
EPOCHS = 3
PRESET = "cnn48"


def run(report: Report) -> None:
    import torch

    from presets import find
    from runtime.devices import default_threads, pick_device
    from runtime.precision import precision_on

    project = find(PRESET).build()
    project.training.epochs = EPOCHS
    threads = default_threads()
    torch.set_num_threads(threads)
    device = torch.device(pick_device("auto"))
    with tempfile.TemporaryDirectory() as folder:
        ours, accuracy, model_text = _ours(project, Path(folder))
        theirs, their_accuracy = _theirs(project, model_text, device)
    where = f"on {device}, {threads} thread(s), the preset ({precision_on(project.training, device)})"
    _compare(report, f"an epoch {where}", ours, accuracy, theirs, their_accuracy, "at least 2")
    alike = project.copy()
    alike.training.options.clear()
    with tempfile.TemporaryDirectory() as folder:
        same, same_accuracy, _ = _ours(alike, Path(folder))
    _compare(report, "an epoch in float32 like theirs", same, same_accuracy, theirs, their_accuracy)
    here, pil = _preparation(project, device)
    report("preparing the training split once", here * 1000, "ms", "PIL transforms", pil * 1000)
    report("how much faster the preparation is", pil / here, "×", goal="at least 2")


def _compare(
    report: Report,
    name: str,
    ours: Spent,
    accuracy: float,
    theirs: Spent,
    their_accuracy: float,
    goal: str | None = None,
) -> None:
    """Seconds of the fastest epoch, on the clock and of processor time, and the accuracy they led to."""
    (clock, processor), (their_clock, their_processor) = (
        map(min, zip(*spent, strict=True)) for spent in (ours, theirs)
    )
    report(f"{name}: seconds", clock, "s", "PIL transforms", their_clock)
    report(f"{name}: times faster", their_clock / clock, "×", goal=goal)
    report(f"{name}: the same in processor time", their_processor / processor, "×", goal=goal)
    report(f"{name}: test accuracy", accuracy, "", "PIL transforms", their_accuracy)


def _ours(project: Project, folder: Path) -> tuple[Spent, float, Path]:
    """What each epoch took, the accuracy on the test split, and the file of the network's code."""
    from runtime.training.loop import train
    from runtime.training.preparing import prepare

    session = prepare(project, folder)
    seconds: Spent = []
    accuracy = 0.0
    since = time.process_time()
    for message in train(session):
        if message is not None and message["event"] == "epoch":
            seconds.append((message["seconds"], time.process_time() - since))
            since = time.process_time()
        elif message is not None and message["event"] == "finished":
            accuracy = message["test_accuracy"]
    return seconds, accuracy, session.run.model


def _pictures(project: Project) -> tuple[list[Any], list[int], Any]:
    """The source's pictures as PIL's, their classes, and the splits of the run."""
    from PIL import Image

    from runtime.data import load_prepared

    training = project.training
    data, splits = load_prepared(
        project.data.source,
        project.data.options,
        val_fraction=training.validation_fraction,
        test_fraction=training.test_fraction,
        seed=training.seed,
    )
    pixels = (data.inputs[:, 0] * 255).round().byte().numpy()
    return [Image.fromarray(each) for each in pixels], data.targets.tolist(), splits


def _transforms(augmented: bool) -> Any:
    from torchvision import transforms

    steps = [transforms.Resize((48, 48)), transforms.Grayscale(3)]
    if augmented:
        steps += [transforms.RandomRotation(10), transforms.ColorJitter(brightness=0.2, contrast=0.2)]
    mean, deviation = (0.1307,) * 3, (0.3081,) * 3
    return transforms.Compose([*steps, transforms.ToTensor(), transforms.Normalize(mean, deviation)])


def _loader(pictures: list[Any], classes: list[int], rows: Any, augmented: bool, size: int) -> Any:
    from torch.utils.data import DataLoader, Dataset

    change = _transforms(augmented)

    class Pictures(Dataset[Any]):
        def __len__(self) -> int:
            return len(rows)

        def __getitem__(self, number: int) -> Any:
            row = int(rows[number])
            return change(pictures[row]), classes[row]

    return DataLoader(Pictures(), batch_size=size, shuffle=augmented)


def _theirs(project: Project, model_text: Path, device: Any) -> tuple[Spent, float]:
    """The same by hand, as a tutorial has it."""
    import torch
    from torch import nn

    from graph.code import load_module

    training = project.training
    pictures, classes, splits = _pictures(project)
    size = training.batch_size
    train = _loader(pictures, classes, splits.train, True, size)
    validation, test = (
        _loader(pictures, classes, rows, False, size) for rows in (splits.validation, splits.test)
    )
    torch.manual_seed(training.seed)
    model = load_module(model_text, project.main.name)().to(device)
    loss_of = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(
        model.parameters(), lr=training.learning_rate, weight_decay=training.weight_decay
    )

    def accuracy(loader: Any) -> float:
        model.eval()
        right = count = 0
        with torch.no_grad():
            for x, y in loader:
                right += (model(x.to(device)).argmax(1) == y.to(device)).sum().item()
                count += len(y)
        return right / count

    seconds: Spent = []
    for _ in range(training.epochs):
        since, spent = time.perf_counter(), time.process_time()
        model.train()
        for x, y in train:
            x, y = x.to(device), y.to(device)
            loss = loss_of(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        accuracy(validation)
        seconds.append((time.perf_counter() - since, time.process_time() - spent))
    return seconds, accuracy(test)


def _preparation(project: Project, device: Any) -> tuple[float, float]:
    """Seconds to prepare the training split once, ours and theirs: the better of three."""
    import torch

    from runtime.data import load_prepared

    training = project.training
    size = training.batch_size
    data, splits = load_prepared(project.data.source, project.data.options, steps=project.data.steps)
    preparation = data.preparation
    augment = preparation.augmentation() if preparation is not None else None
    if preparation is None or augment is None:
        raise RuntimeError("The preset has no augmentation any more.")
    columns = {name: values.to(device) for name, values in preparation.before.items()}
    pictures, classes, _ = _pictures(project)
    loader = _loader(pictures, classes, splits.train, True, size)
    ours, theirs = [], []
    for _ in range(3):
        since = time.perf_counter()
        for rows in splits.train.to(device).split(size):
            augment({name: values[rows] for name, values in columns.items()})
        if device.type == "cuda":
            torch.cuda.synchronize()
        ours.append(time.perf_counter() - since)
        since = time.perf_counter()
        for x, y in loader:
            x.to(device), y.to(device)
        theirs.append(time.perf_counter() - since)
    return min(ours), min(theirs)
