"""Every preset opens as a clear drawing: no node on another, no wire through a node it does not belong to."""

from __future__ import annotations

import pytest

from presets import all_presets, find
from tests.presets.clear import overlaps, run_through


@pytest.mark.parametrize("preset_id", [preset.id for preset in all_presets()])
def test_the_drawing_is_clear(preset_id: str) -> None:
    made = find(preset_id).build()
    for graph in made.graphs():
        assert overlaps(made, graph) == [], graph.name
        assert run_through(made, graph) == [], graph.name
