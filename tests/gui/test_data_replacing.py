"""A ready-made network takes the place of the present one in one step that can be taken back."""

from __future__ import annotations

import pytest

from graph.document import apply_edits
from graph.files import to_data
from gui.data.replacing import replacing_edits
from presets import find


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("digits-cnn", "seq2seq-attention"),
        ("gan", "digits-cnn"),
        ("small-resnet", "resnet50"),
        ("unet", "unet"),
    ],
)
def test_networks_and_training_change_places_and_the_data_stays(old: str, new: str) -> None:
    project, made = find(old).build(), find(new).build()
    project.training.seed, project.training.test_fraction = 7, 0.3
    made.data = project.copy().data
    before, data = to_data(project), project.data
    done = apply_edits(project, replacing_edits(project, made))
    for mine, theirs in ((project.networks, made.networks), (project.blocks, made.blocks)):
        wanted = {graph.name: graph for graph in theirs.values()}
        assert {graph.name for graph in mine.values()} == set(wanted)
        for graph in mine.values():
            other = wanted[graph.name]
            assert [node.type for node in graph.nodes.values()] == [
                node.type for node in other.nodes.values()
            ]
            assert len(graph.edges) == len(other.edges)
    training = project.training
    assert (training.recipe, training.loss) == (made.training.recipe, made.training.loss)
    assert (training.seed, training.test_fraction) == (7, 0.3) and project.data is data
    apply_edits(project, done.inverse)
    assert to_data(project) == before
