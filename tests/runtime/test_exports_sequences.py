"""What of recurrent networks can leave as a program: cells run step by step can, packed sequences cannot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from graph.build import GraphBuilder, project
from graph.code import Source, generate
from graph.model import Project
from graph.shapes import Inference
from presets import find
from runtime.exports.model import ExportError, build
from runtime.exports.program import write_pt2


def written(drawn: Project) -> tuple[Source, Any]:
    source = generate(drawn, Inference().run(drawn), drawn.main.id)
    return source, build(drawn, source, None)


def test_a_cell_run_over_time_is_a_program(tmp_path: Path) -> None:
    source, model = written(find("gru-cell").build())
    write_pt2(source, model, tmp_path / "gru.pt2")
    program = torch.export.load(tmp_path / "gru.pt2").module()
    x = torch.randn(5, 30, 4)
    torch.testing.assert_close(program(x), model(x))


def test_packed_sequences_are_refused_with_a_way_out(tmp_path: Path) -> None:
    g = GraphBuilder("Packed")
    words = g.input("words", shape=(6,), dtype="int64")
    x = g.add("Embedding", words, num_embeddings=9, embedding_dim=3)
    lengths = g.add("Lengths", words)
    out = g.add("GRU", x, lengths=lengths, name="gru", hidden_size=4)
    g.output(g.add("LastStep", out, lengths))
    source, model = written(project("Packed", g))
    with pytest.raises(ExportError, match="packs its sequences by their lengths"):
        write_pt2(source, model, tmp_path / "packed.pt2")


def test_a_cell_over_any_number_of_steps_is_refused_too(tmp_path: Path) -> None:
    g = GraphBuilder("Open")
    b = GraphBuilder("Frame")
    b.output(b.add("Linear", b.input("x"), out_features=2))
    g.output(g.use(b, g.input("x", shape=(-1, 3)), over="time"))
    source, model = written(project("Open", g))
    with pytest.raises(ExportError, match="Write a number instead of -1"):
        write_pt2(source, model, tmp_path / "open.pt2")
