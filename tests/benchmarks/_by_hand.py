"""A training loop as one writes it by hand, in a process of its own: ``python -m tests.benchmarks._by_hand``.

It trains the very model and data of a preset. For each epoch it prints the samples per second (validation apart)
and the seconds of processor time (validation included).
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

import torch
from torch import nn

from graph.code import generate, load_module
from graph.shapes import Inference
from presets import find
from runtime.data import load_prepared
from runtime.devices import default_threads


def main(preset: str, epochs: int, options: dict[str, int]) -> None:
    torch.set_num_threads(default_threads())
    project = find(preset).build()
    project.data.options.update(options)
    training = project.training
    source = generate(project, Inference().run(project), project.main.id)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.py"
        path.write_text(source.text, encoding="utf-8")
        model = load_module(path, source.class_name)()
    data, splits = load_prepared(project.data.source, project.data.options)
    inputs, targets = data.inputs[splits.train], data.targets[splits.train]
    unseen, answers = data.inputs[splits.validation], data.targets[splits.validation]
    loss_of = {"cross_entropy": nn.CrossEntropyLoss, "bce_with_logits": nn.BCEWithLogitsLoss}[training.loss]()
    optimizer = getattr(torch.optim, training.optimizer)(model.parameters(), lr=training.learning_rate)
    for _ in range(epochs):
        spent, start = time.process_time(), time.perf_counter()
        model.train()
        order = torch.randperm(len(inputs))
        for first in range(0, len(inputs), training.batch_size):
            rows = order[first : first + training.batch_size]
            x, y = inputs[rows], targets[rows]
            loss = loss_of(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        speed = len(inputs) / (time.perf_counter() - start)
        model.eval()
        with torch.no_grad():
            loss_of(model(unseen), answers).item()
        print(json.dumps({"speed": speed, "processor": time.process_time() - spent}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3]))
