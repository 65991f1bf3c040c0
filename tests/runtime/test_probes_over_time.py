"""Looking into a block that runs over time while it trains: its nodes show all their steps."""

from __future__ import annotations

from pathlib import Path

import torch

from presets import find
from runtime.probes import Watch, activations, maps, undisturbed
from runtime.training.guard import first_not_finite
from runtime.training.preparing import prepare


def test_the_gates_of_a_drawn_lstm_can_be_watched(tmp_path: Path) -> None:
    torch.set_num_threads(1)
    session = prepare(find("lstm-cell").build(), tmp_path)
    cell = next(iter(session.project.blocks.values()))
    use = next(node.id for node in session.project.main.nodes.values() if node.block)
    inside = {node.name: node.id for node in cell.nodes.values()}
    inputs, _ = session.take(session.splits.train[:4])
    with undisturbed(session):
        keep, old, write, new, now = (
            activations(session, (use, inside[name]), inputs)
            for name in ("forget", "c", "write", "candidate", "cell")
        )
        whole = activations(session, (use,), inputs)
    assert keep.shape == now.shape == whole.shape == (4, 30, 64)
    assert torch.equal(old[:, 0], torch.zeros(4, 64)) and torch.equal(old[:, 1:], now[:, :-1])
    torch.testing.assert_close(now, keep * old + write * new)
    message = maps(session, Watch(("g1", use), inside["forget"], (0,)))
    assert message["samples"][0]["maps"]["shape"] == [30, 64]
    with torch.no_grad():
        session.model.get_submodule("cell.cell.hh").weight[0, 0] = torch.nan
    found = first_not_finite(session, inputs)
    assert found is not None and found[-1] == inside["hh"], found
