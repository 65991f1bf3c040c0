"""A cell run over the steps of sequences, with states carried along."""

import torch
from torch import nn


class OverTime(nn.Module):
    """Runs a cell once for every step: ``OverTime(cell, "x, h -> y, h", h=(8,))``.

    Before the arrow stand the cell's arguments, behind it its results. What stands on
    both sides is a state: each step hands it to the next. Unless it is given it starts
    from zeros of its shape, and it is returned as it is after the last step. All other
    arguments and results are sequences, (B, T, ...).
    """

    def __init__(self, cell, pattern, direction="forwards", /, **states):
        super().__init__()
        self.cell = cell
        arguments, results = pattern.split(" -> ")
        self.arguments, self.results = arguments.split(", "), results.split(", ")
        self.states, self.backwards = states, direction == "backwards"

    def forward(self, /, *given, **named):
        now = dict(zip(self.arguments, given, strict=False)) | named
        changing = [k for k in self.arguments if k not in self.results]
        sequences = {k: now[k].unbind(1) for k in changing}
        steps = sequences[changing[0]]
        like = next(self.cell.parameters(), steps[0])
        for k, shape in self.states.items():
            if k not in now:
                now[k] = like.new_zeros(steps[0].size(0), *shape)
        rows = {k: [] for k in self.results if k not in self.arguments}
        order = range(len(steps))
        for t in reversed(order) if self.backwards else order:
            now |= {k: sequences[k][t] for k in changing}
            made = self.cell(*(now[k] for k in self.arguments))
            made = made if len(self.results) > 1 else (made,)
            now |= zip(self.results, made, strict=True)
            for k, row in rows.items():
                row.append(now[k])
        for k, row in rows.items():
            now[k] = torch.stack(row[::-1] if self.backwards else row, dim=1)
        found = tuple(now[k] for k in self.results)
        return found if len(found) > 1 else found[0]
