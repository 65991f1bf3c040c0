"""Autoencoders, GANs, diffusion and energy models: the published numbers, and networks that run and learn."""

from __future__ import annotations

import pytest
import torch

from .made import learns, made, module, samples


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)


PARAMETERS = {
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
