"""Autoencoders, GANs, diffusion and energy models: the published numbers, and networks that run and learn."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
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
    "pix2pix": {"UNetGenerator": 1_546_083, "PatchDiscriminator": 169_377},
    "cyclegan": {
        "GeneratorAtoB": 272_515,
        "GeneratorBtoA": 272_515,
        "DiscriminatorA": 167_841,
        "DiscriminatorB": 167_841,
    },
    "ddpm": {"DiffusionUNet": 428_225},
    "ddpm-classes": {"ClassDiffusionUNet": 429_633},
    "rbm": {"RBM": 101_264},  # 784·128 + 128 + 784
    "dbn": {"DBN": 219_098},  # 784·256 + 256 + 784, 256·64 + 64 + 256, 64·10 + 10
}
NETWORKS = [(preset, network) for preset, networks in PARAMETERS.items() for network in networks]


@pytest.mark.parametrize("preset_id", PARAMETERS)
def test_parameters_of_every_network(preset_id: str) -> None:
    assert made(preset_id).parameters == PARAMETERS[preset_id]


@pytest.mark.parametrize(("preset_id", "network"), NETWORKS)
def test_every_network_runs_and_learns(preset_id: str, network: str) -> None:
    model = module(preset_id, network)
    assert sum(weight.numel() for weight in model.parameters()) == PARAMETERS[preset_id][network]
    assert learns(model, samples(made(preset_id).sources[network], batch=2))


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


class TimedByHand(nn.Module):
    """One residual block of the diffusion U-Net."""

    def __init__(self, before: int, channels: int) -> None:
        super().__init__()
        self.shortcut = nn.Conv2d(before, channels, 1)
        self.norm1, self.conv1 = nn.GroupNorm(8, before), nn.Conv2d(before, channels, 3, padding=1)
        self.time = nn.Linear(128, channels)
        self.norm2, self.conv2 = nn.GroupNorm(8, channels), nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: torch.Tensor, time: torch.Tensor) -> torch.Tensor:
        h = self.conv1(F.silu(self.norm1(x))) + self.time(F.silu(time)).unsqueeze(-1).unsqueeze(-1)
        return self.shortcut(x) + self.conv2(F.silu(self.norm2(h)))


class DiffusionByHand(nn.Module):
    """The diffusion U-Net with classes."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(1, 32, 3, padding=1)
        self.fc1, self.fc2 = nn.Linear(128, 128), nn.Linear(128, 128)
        self.digit = nn.Embedding(11, 128)
        self.down1, self.halve1 = TimedByHand(32, 32), nn.Conv2d(32, 32, 3, stride=2, padding=1)
        self.down2, self.halve2 = TimedByHand(32, 64), nn.Conv2d(64, 64, 3, stride=2, padding=1)
        self.bottom, self.up2, self.up1 = TimedByHand(64, 64), TimedByHand(128, 64), TimedByHand(96, 32)
        self.norm, self.last = nn.GroupNorm(8, 32), nn.Conv2d(32, 1, 3, padding=1)

    def forward(self, noisy: torch.Tensor, t: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        rates = 10000 ** (-torch.arange(64) / 64)
        waves = torch.cat([torch.sin(t[:, None] * rates), torch.cos(t[:, None] * rates)], dim=1)
        time = self.fc2(F.silu(self.fc1(waves))) + self.digit(label)
        large = self.down1(self.stem(noisy), time)
        middle = self.down2(self.halve1(large), time)
        x = self.bottom(self.halve2(middle), time)
        x = self.up2(torch.cat([F.interpolate(x, scale_factor=2), middle], 1), time)
        x = self.up1(torch.cat([F.interpolate(x, scale_factor=2), large], 1), time)
        found: torch.Tensor = self.last(F.silu(self.norm(x)))
        return found


RENAMED = {
    "down1.": "down1.block.",
    "down2.": "down2.block.",
    "up2.": "up2.block.",
    "up1.": "up1.block.",
    "halve1": "down1.halve",
    "halve2": "down2.halve",
    "fc": "time.fc",
    "norm.": "head.0.",
    "last.": "head.2.",
}


def test_the_diffusion_network_gives_what_one_written_by_hand_gives() -> None:
    ours, theirs = module("ddpm-classes").eval(), DiffusionByHand().eval()
    mine, wanted = dict(ours.named_parameters()), dict(theirs.named_parameters())
    assert len(mine) == len(wanted)
    with torch.no_grad():
        for name, weight in wanted.items():
            name = name.replace(".time.", ".time_shift.")
            for old, new in RENAMED.items():
                name = name.replace(old, new, 1) if name.startswith(old) else name
            weight.copy_(mine[name])
        noisy, t, label = torch.randn(3, 1, 28, 28), torch.tensor([0, 17, 999]), torch.tensor([0, 10, 7])
        assert torch.allclose(ours(noisy, t, label), theirs(noisy, t, label), atol=1e-5)
        assert not torch.allclose(ours(noisy, t, label), ours(noisy, t.flip(0), label), atol=1e-3)


def test_a_machine_dreams_with_the_weights_it_reads_with() -> None:
    model = module("rbm").eval()
    v = torch.rand(3, 1, 28, 28)
    with torch.no_grad():
        weights, machine = model.machine.weights, model.machine
        machine.hidden_bias.normal_(), machine.visible_bias.normal_()
        dream, hidden = model(v)
        assert torch.allclose(
            hidden, torch.sigmoid(v.flatten(1) @ weights.T + machine.hidden_bias), atol=1e-6
        )
        assert torch.allclose(
            dream.flatten(1), torch.sigmoid(hidden @ weights + machine.visible_bias), atol=1e-6
        )
        states: list[torch.Tensor] = []
        machine.states.register_forward_hook(lambda _module, _inputs, output: states.append(output))
        model.train()(v)
        assert set(states[0].unique().tolist()) <= {0.0, 1.0}


def test_a_deep_belief_network_learns_the_digits(tmp_path: Path) -> None:
    last = train_project(find("dbn").build(), tmp_path / "run", {"epochs": 16, "threads": 1})
    assert last["event"] == "finished" and last["scores"]["accuracy"] > 0.8, last


def test_a_generator_and_its_inverse_fit_each_other() -> None:
    there, back = module("cyclegan", "GeneratorAtoB"), module("cyclegan", "GeneratorBtoA")
    picture = torch.rand(1, 3, 64, 64)
    assert back(there(picture)).shape == picture.shape
    assert module("cyclegan", "DiscriminatorB")(there(picture)).shape == (1, 1, 7, 7)
    sketch = torch.rand(2, 3, 64, 64)
    drawn = module("pix2pix", "UNetGenerator")(sketch)
    assert module("pix2pix", "PatchDiscriminator")(sketch, drawn).shape == (2, 1, 7, 7)
