"""Autoencoders, GANs, diffusion and energy models: the published numbers, and networks that run and learn."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from presets import find
from runtime.headless import train_project

from .made import learns, made, module, samples


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)


PARAMETERS = {
    "autoencoder": {"Autoencoder": 220_320},
    "vae": {"VAE": 652_824},
    "gan": {"Generator": 38_212, "Discriminator": 50_689},
    "dcgan-14": {"Generator": 1_259_265, "Discriminator": 19_521},
    "dcgan-28": {"Generator": 2_308_609, "Discriminator": 52_737},
}
NETWORKS = [(preset, network) for preset, networks in PARAMETERS.items() for network in networks]


@pytest.mark.parametrize("preset_id", PARAMETERS)
def test_parameters_of_every_network(preset_id: str) -> None:
    assert made(preset_id).parameters == PARAMETERS[preset_id]


@pytest.mark.parametrize(("preset_id", "network"), NETWORKS)
def test_every_network_runs_and_learns(preset_id: str, network: str) -> None:
    model = module(preset_id, network)
    assert sum(weight.numel() for weight in model.parameters()) == PARAMETERS[preset_id][network]
    assert learns(model, samples(made(preset_id).sources[network]))


@pytest.mark.parametrize("preset_id", ["gan", "dcgan-14", "dcgan-28"])
def test_the_discriminator_takes_what_data_and_generator_give(preset_id: str) -> None:
    from runtime.data import load_prepared

    project = made(preset_id).project
    dataset, _ = load_prepared(project.data.source, project.data.options)
    assert dataset.inputs.min() == -1 and dataset.inputs.max() <= 1
    fake = module(preset_id, "Generator")(
        torch.randn(4, *made(preset_id).sources["Generator"].inputs[0].shape)
    )
    assert fake.shape[1:] == dataset.inputs.shape[1:]
    for pictures in (fake, dataset.inputs[:4]):
        real = module(preset_id, "Discriminator")(pictures)
        assert real.shape == (4, 1) and bool(((real > 0) & (real < 1)).all())


class VaeByHand(nn.Module):
    """The variational autoencoder as PyTorch's own examples write it, with the mean for the sample."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(784, 400)
        self.mean = nn.Linear(400, 20)
        self.log_variance = nn.Linear(400, 20)
        self.wide = nn.Linear(20, 400)
        self.pixels = nn.Linear(400, 784)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        hidden = self.hidden(x.view(-1, 784)).relu()
        mean, log_variance = self.mean(hidden), self.log_variance(hidden)
        return self.pixels(self.wide(mean).relu()).sigmoid().view_as(x), mean, log_variance


def test_the_vae_gives_what_one_written_by_hand_gives() -> None:
    ours, theirs = module("vae"), VaeByHand()
    theirs.load_state_dict(dict(zip(theirs.state_dict(), ours.state_dict().values(), strict=True)))
    x = torch.rand(5, 1, 28, 28)
    ours.eval()
    for mine, wanted in zip(ours(x), theirs(x), strict=True):
        assert torch.equal(mine, wanted)
    ours.train()
    drawn, mean, log_variance = ours(x)
    assert torch.equal(mean, theirs(x)[1]) and not torch.equal(drawn, theirs(x)[0])
    (drawn.sum() + log_variance.sum()).backward()
    assert float(ours.encoder.to_log_variance.weight.grad.abs().sum()) > 0, (
        "the sample lets the gradient through"
    )


def test_the_autoencoder_trains_at_once(tmp_path: Path) -> None:
    told: list[dict[str, object]] = []
    last = train_project(
        find("autoencoder").build(), tmp_path / "run", {"epochs": 2, "threads": 1}, told.append
    )
    assert last["event"] == "finished", last
    losses = [float(str(m["train_loss"])) for m in told if m["event"] == "epoch"]
    assert losses[1] < losses[0] < 0.2
