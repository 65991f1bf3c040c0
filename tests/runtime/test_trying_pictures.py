"""Pictures of one's own come to the network as those of the data do."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import presets
from graph.model import Step
from runtime.protocol import Message, array
from runtime.training.preparing import prepare
from runtime.training.session import Session
from runtime.trying import tried
from runtime.trying_pictures import picture_inputs, takes_pictures
from tests.runtime.running import digits_cnn


def session_of(tmp_path: Path, steps: tuple[Step, ...] = (), **options: object) -> Session:
    project = digits_cnn()
    project.data.options |= options  # type: ignore[arg-type]
    project.data.steps = list(steps)
    return prepare(project, tmp_path / "run")


def sent(pixels: torch.Tensor) -> Message:
    """A picture (C, H, W) in 0…1 as it travels."""
    plain = (pixels * 255).round().to(torch.uint8)
    return array(plain.numpy().tobytes(), list(plain.shape), "uint8")


@pytest.mark.parametrize("scaling", ["0 to 1", "-1 to 1", "standardised"])
def test_a_picture_of_the_data_comes_out_as_it_went_in(tmp_path: Path, scaling: str) -> None:
    session = session_of(tmp_path, scaling=scaling)
    original = session_of(tmp_path / "plain").dataset.inputs[:1]
    found = picture_inputs(session, sent(original[0]))
    assert found.shape == (1, 1, 8, 8)
    assert torch.allclose(found, session.dataset.inputs[:1], atol=0.05)


def test_steps_are_done_with_it(tmp_path: Path) -> None:
    session = session_of(tmp_path, (Step("normalise", {}),))
    original = session_of(tmp_path / "plain").dataset.inputs[:1]
    found = picture_inputs(session, sent(original[0]))
    assert torch.allclose(found, session.dataset.inputs[:1], atol=0.05)


def test_colour_size_and_light_are_brought_to_the_data(tmp_path: Path) -> None:
    session = session_of(tmp_path)
    wide = torch.zeros(3, 16, 40)
    wide[:, :, 12:28] = 1.0  # the middle square is white
    assert torch.allclose(picture_inputs(session, sent(wide)), torch.ones(1, 1, 8, 8))
    assert torch.allclose(picture_inputs(session, sent(wide), invert=True), torch.zeros(1, 1, 8, 8))
    green = torch.zeros(3, 8, 8)
    green[1] = 1.0
    assert picture_inputs(session, sent(green)).mean().item() == pytest.approx(0.587, abs=1e-3)


def test_what_is_no_picture_is_refused_with_a_sentence(tmp_path: Path) -> None:
    session = session_of(tmp_path)
    assert takes_pictures(session)
    for picture in (
        {**sent(torch.zeros(1, 8, 8)), "dtype": "float32"},
        {**sent(torch.zeros(1, 8, 8)), "shape": [1, 9, 9]},
        {**sent(torch.zeros(1, 8, 8)), "shape": [1, -8, -8]},
    ):
        answer = tried(session, {"do": "try", "picture": picture})
        assert answer["problem"].endswith(".") and not answer["shows"]
    answer = tried(session, {"do": "try", "picture": sent(torch.zeros(1, 8, 8))})
    assert "problem" not in answer and len(answer["probabilities"][0]) == 10
    assert answer["seen"]["shape"] == [1, 1, 8, 8]


@pytest.mark.parametrize(("preset", "kind"), [("unet", "masks"), ("detector", "boxes")])
def test_recipes_mark_a_picture_of_ones_own(tmp_path: Path, preset: str, kind: str) -> None:
    project = presets.find(preset).build()
    project.data.options["n"] = 40
    project.training.device = "cpu"
    session = prepare(project, tmp_path / "run")
    answer = tried(session, {"do": "try", "picture": sent(torch.rand(3, 50, 70))})
    (show,) = answer["shows"]
    assert "problem" not in answer and show["kind"] == kind and show["images"]["shape"][0] == 1
    assert len(show["truth"]) == 1 if kind == "boxes" else set(show["truth"]["data"]) == {255}
    assert not session.memory, "the run's own shows are left alone"
