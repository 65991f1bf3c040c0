"""The loops of generative recipes as plain torch, against values worked out by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy
import pytest
import scipy.linalg
import torch
import torch.nn.functional as F
from torch import nn

from runtime.frechet import coarse, frechet_distance
from runtime.loops.adversarial import Adversarial
from runtime.loops.autoencoding import Autoencoding
from runtime.loops.contrastive_divergence import ContrastiveDivergence
from runtime.loops.cycle import Cycle, Pool
from runtime.loops.diffusion import Diffusion, signal_left
from runtime.loops.image_to_image import ImageToImage
from runtime.loops.variational import Variational


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)


def update(loss: torch.Tensor, optimizer: torch.optim.Optimizer) -> None:
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def sgd(*networks: nn.Module, rate: float = 0.1) -> torch.optim.Optimizer:
    return torch.optim.SGD([weight for network in networks for weight in network.parameters()], lr=rate)


class Told(nn.Module):
    """Gives its one number to every sample."""

    def __init__(self, value: float) -> None:
        super().__init__()
        self.value = nn.Parameter(torch.tensor(value))

    def forward(self, *x: torch.Tensor) -> torch.Tensor:
        return self.value.expand(len(x[0]), 1)


# Fréchet distance


def test_the_distance_of_shifted_and_stretched_numbers() -> None:
    """In one dimension it is (m − n)² + (s − t)²: here 3² + (2 − 1)² times the variance of −1, 1."""
    a = torch.tensor([[-1.0], [1.0]])
    assert frechet_distance(a, a) == pytest.approx(0, abs=1e-12)
    assert frechet_distance(a, a + 3) == pytest.approx(9)
    assert frechet_distance(a, 2 * a) == pytest.approx(1)
    assert frechet_distance(a, 2 * a + 3) == pytest.approx(10)


def test_the_distance_is_that_of_a_matrix_root() -> None:
    rng = numpy.random.default_rng(0)
    a, b = rng.normal(size=(50, 5)) @ rng.normal(size=(5, 5)), rng.normal(size=(40, 5)) + 0.3
    first, second = numpy.cov(a.T, bias=True), numpy.cov(b.T, bias=True)
    wanted = numpy.square(a.mean(0) - b.mean(0)).sum()
    wanted += numpy.trace(first + second - 2 * scipy.linalg.sqrtm(first @ second).real)
    assert frechet_distance(torch.from_numpy(a), torch.from_numpy(b)) == pytest.approx(wanted)
    few = torch.from_numpy(a[:3])  # fewer samples than features: the covariance has no inverse
    assert frechet_distance(few, few) == pytest.approx(0, abs=1e-6)


def test_coarse_features_are_means_of_patches() -> None:
    picture = torch.arange(16 * 16.0).view(1, 1, 16, 16)
    found = coarse(picture).view(8, 8)
    assert found[0, 0] == pytest.approx((0 + 1 + 16 + 17) / 4) and found.dtype == torch.float64
    assert coarse(torch.ones(3, 2)).shape == (3, 2) and coarse(torch.ones(2, 3, 4, 4)).shape == (2, 48)


# GAN


def adversarial(judge: nn.Module, loss: nn.Module, **options: Any) -> Adversarial:
    networks = {"generator": nn.Linear(2, 3), "discriminator": judge}
    optimizers = {name: sgd(network) for name, network in networks.items()}
    return Adversarial(networks, optimizers, loss, update, noise=(2,), **options)


def test_a_discriminator_that_guesses_has_a_loss_of_ln_2() -> None:
    batch = {"input": torch.rand(4, 3)}
    for value, loss in ((0.5, nn.BCELoss()), (0.0, nn.BCEWithLogitsLoss())):
        figures = adversarial(Told(value), loss).evaluate(batch)
        assert figures["generator_loss"].item() == pytest.approx(math.log(2))
        assert figures["discriminator_loss"].item() == pytest.approx(math.log(2))
        assert figures["real_score"] == figures["made_score"] == 0.5


def test_one_step_of_a_gan_by_hand() -> None:
    """D(x) = 0.5 for all: the gradient of its loss, −(ln(v)·t + ln(1 − v)·(2 − t))/2, at t = 0.9 is
    −(0.9/v − 1.1/(1 − v))/2 = 0.2; then the generator meets v = 0.48 and its loss is −ln 0.48."""
    loop = adversarial(Told(0.5), nn.BCELoss(), label_smoothing=0.1)
    before = loop.generator.weight.clone()
    figures = loop.step({"input": torch.rand(4, 3)})
    assert loop.discriminator.value.item() == pytest.approx(0.48)
    assert figures["generator_loss"].item() == pytest.approx(-math.log(0.48))
    assert torch.equal(loop.generator.weight, before), "a constant judge tells the generator nothing"
    twice = adversarial(Told(0.5), nn.BCELoss(), label_smoothing=0.1, discriminator_steps=2)
    twice.step({"input": torch.rand(4, 3)})
    assert twice.discriminator.value.item() < 0.479


def test_variety_and_distance_of_a_collapsed_generator() -> None:
    loop = adversarial(Told(0.5), nn.BCELoss())
    nn.init.zeros_(loop.generator.weight)
    nn.init.zeros_(loop.generator.bias)
    real = torch.tensor([[1.0, 1, 1], [-1, -1, -1]])
    with torch.no_grad():
        loop.evaluate({"input": real})
        loop.evaluate({"input": real})
    found = loop.summary()
    assert found["variety"] == 0 and found["fid"] == pytest.approx(3), "three variances of 1 are missing"
    assert not loop.seen


# Pix2Pix and CycleGAN


def test_the_generator_of_pairs_is_held_near_the_wanted_picture() -> None:
    networks = {"generator": nn.Identity(), "discriminator": Told(0.0)}
    loop = ImageToImage(
        networks,
        {"discriminator": sgd(networks["discriminator"])},
        nn.BCEWithLogitsLoss(),
        update,
        likeness=100,
    )
    given = torch.zeros(2, 1, 2, 2)
    figures = loop.evaluate({"input": given, "target": given + 0.25})
    assert figures["difference"] == 0.25
    assert figures["generator_loss"].item() == pytest.approx(math.log(2) + 25)
    assert figures["discriminator_loss"].item() == pytest.approx(math.log(2))


def cycle(**options: Any) -> Cycle:
    networks: dict[str, nn.Module] = {"generator_ab": nn.Linear(2, 2), "generator_ba": nn.Linear(2, 2)}
    networks |= {"discriminator_a": Told(0.5), "discriminator_b": Told(0.5)}
    groups = {
        "generators": ("generator_ab", "generator_ba"),
        "discriminators": ("discriminator_a", "discriminator_b"),
    }
    optimizers = {group: sgd(*(networks[name] for name in names)) for group, names in groups.items()}
    return Cycle(networks, optimizers, nn.MSELoss(), update, **options)


def test_generators_that_undo_each_other_have_no_loss_on_the_way_back() -> None:
    loop = cycle(identity=0.5)
    turn = torch.tensor([[0.0, 1], [-1, 0]])
    with torch.no_grad():
        for network, weight in ((loop.to_b, turn), (loop.to_a, turn.T)):
            network.weight.copy_(weight)
            network.bias.zero_()
        a, b = torch.tensor([[1.0, 0]]), torch.tensor([[0.0, 2]])
        figures = loop.evaluate({"input": a, "target": b})
    assert figures["cycle_loss"] == 0
    assert figures["discriminator_loss"].item() == pytest.approx(0.5), "two judges of 0.25 + 0.25, halved"
    # 2 × 0.25 for passing, 10 × 0.5 × (mean of |turned b − b| and of |turned a − a|: 2 and 1)
    assert figures["generator_loss"].item() == pytest.approx(0.5 + 5 * 3)


def test_the_pool_shows_old_pictures_again_and_travels_in_a_checkpoint() -> None:
    pool = Pool(3)
    first = torch.arange(3.0).view(3, 1)
    assert torch.equal(pool.mixed(first), first) and len(pool.pictures) == 3
    later = torch.arange(3.0, 203.0).view(200, 1)
    shown = pool.mixed(later)
    old = (shown != later).sum().item()
    assert 70 < old < 130, "about half of them are old ones"
    assert sorted([*shown.flatten().tolist(), *(p.item() for p in pool.pictures)]) == list(range(203))
    assert torch.equal(Pool(0).mixed(later), later)
    loop, other = cycle(pool=2), cycle(pool=2)
    loop.step({"input": torch.rand(3, 2), "target": torch.rand(3, 2)})
    other.restore(loop.state())
    assert torch.equal(torch.stack(other.pool_a.pictures), torch.stack(loop.pool_a.pictures))
    other.restore({})
    assert not other.pool_b.pictures


# Autoencoders


class Coded(nn.Module):
    """Gives its input again, with the mean and log-variance that it was told."""

    def __init__(self, mean: float, log_variance: float) -> None:
        super().__init__()
        self.mean, self.log_variance = nn.Parameter(torch.tensor(mean)), log_variance

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        return x / 2, self.mean.expand(len(x), 2), torch.full((len(x), 2), self.log_variance)


def test_the_divergence_from_a_normal_distribution() -> None:
    """KL(N(m, s²) ‖ N(0, 1)) = (m² + s² − 1 − ln s²) / 2 for each of the two numbers of the code."""
    network = Coded(1.0, math.log(4))
    loop = Variational(
        {"network": network}, {"network": sgd(network)}, nn.MSELoss(), update, shape=(3,), beta=2.0
    )
    figures = loop.evaluate({"input": torch.ones(5, 3)})
    assert figures["divergence"].item() == pytest.approx(1 + 4 - 1 - math.log(4))
    assert figures["reconstruction"].item() == pytest.approx(3 * 0.25)
    assert figures["loss"].item() == pytest.approx(0.75 + 2 * (4 - math.log(4)))
    loop.step({"input": torch.ones(5, 3)})
    assert network.mean.item() == pytest.approx(1 - 0.1 * 2 * 2), "the gradient is beta · 2 · m"


def test_noise_is_put_on_what_goes_in_alone() -> None:
    class Kept(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            self.seen = x
            return torch.zeros_like(x)

    network = Kept()
    loop = Autoencoding({"network": network}, {"network": None}, nn.MSELoss(), update, noise=0.5)  # type: ignore[dict-item]
    figures = loop.evaluate({"input": torch.ones(200, 5)})
    assert figures["loss"] == 1, "compared with the clean sample"
    assert network.seen.std().item() == pytest.approx(0.5, rel=0.1)


# Diffusion


def test_the_noise_grows_as_published() -> None:
    linear = signal_left(1000, "linear")
    betas = 1 - linear[1:] / linear[:-1]
    assert 1 - linear[0].item() == pytest.approx(1e-4, rel=1e-3) and betas[-1].item() == pytest.approx(
        0.02, rel=1e-3
    )
    cosine = signal_left(1000, "cosine")
    assert cosine[499].item() == pytest.approx(math.cos((0.5 + 0.008) / 1.008 * math.pi / 2) ** 2, rel=1e-3)
    for left in (linear, cosine, signal_left(10, "linear")):
        assert bool((left[1:] < left[:-1]).all()) and left[-1] < 0.02


class Knows(nn.Module):
    """A denoiser that knows the one sample there is, and so the noise."""

    def __init__(self, sample: torch.Tensor, left: torch.Tensor) -> None:
        super().__init__()
        self.sample, self.left = nn.Parameter(sample), left

    def forward(self, noisy: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        left = self.left[t].view(-1, 1)
        return (noisy - left.sqrt() * self.sample) / (1 - left).sqrt()


@pytest.mark.parametrize("steps", [None, 7])
def test_with_the_right_noise_the_sample_comes_back(steps: int | None) -> None:
    sample = torch.tensor([0.5, -0.25, 1.0])
    network = Knows(sample, signal_left(50, "cosine"))
    loop = Diffusion(
        {"network": network}, {"network": sgd(network)}, nn.MSELoss(), update, shape=(3,), noise_steps=50,
        noise_schedule="cosine",
    )  # fmt: skip
    with torch.no_grad():
        found = loop.evaluate({"input": sample.repeat(4, 1), "target": torch.zeros(4)})
    assert found["loss"].item() == pytest.approx(0, abs=1e-8)
    trail = list(loop.denoised(torch.randn(4, 3), None, steps))
    assert len(trail) == (steps or 50)
    assert torch.allclose(trail[-1], sample.expand(4, 3), atol=1e-4)
    assert torch.equal(loop.sample(trail[0], None, 1), next(loop.denoised(trail[0], None, 1)))


class TellsItsLabel(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.kept: list[torch.Tensor] = []
        self.weight = nn.Parameter(torch.zeros(()))

    def forward(self, noisy: torch.Tensor, t: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        self.kept.append(label)
        return label.float().view(-1, 1) + self.weight


def test_classes_are_withheld_now_and_then_and_guide_the_drawing() -> None:
    network = TellsItsLabel()
    loop = Diffusion(
        {"network": network},
        {"network": sgd(network)},
        nn.MSELoss(),
        update,
        shape=(1,),
        classes=5,
        guidance=3.0,
    )
    batch = {"input": torch.zeros(2000, 1), "target": torch.arange(2000) % 5}
    given = loop.inputs(batch)["network"]
    assert len(given) == 3
    withheld = given[2] == 5
    assert 150 < withheld.sum() < 250, "a tenth"
    assert torch.equal(given[2][~withheld], batch["target"][~withheld])
    # guess(label) + 3 · (guess(label) − guess(nothing)) with labels 1 and 5
    assert loop.guess(torch.zeros(2, 1), 9, torch.tensor([1, 5])).flatten().tolist() == [1 + 3 * (1 - 5), 5]
    assert loop.guess(torch.zeros(2, 1), 9, None).flatten().tolist() == [5, 5]


# Boltzmann machines


class Machine(nn.Module):
    def __init__(self, visible: int, hidden: int) -> None:
        super().__init__()
        self.weights = nn.Parameter(torch.randn(hidden, visible))
        self.hidden_bias = nn.Parameter(torch.randn(hidden))
        self.visible_bias = nn.Parameter(torch.randn(visible))


class Stack(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.low, self.high, self.head = Machine(6, 4), Machine(4, 3), nn.Linear(3, 2)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        low = F.linear(x, self.low.weights, self.low.hidden_bias).sigmoid()
        high = F.linear(low, self.high.weights, self.high.hidden_bias).sigmoid()
        return self.head(high), high


def test_a_step_of_contrastive_divergence_is_hintons_rule() -> None:
    machine = Machine(6, 4)
    before = {name: weight.detach().clone() for name, weight in machine.named_parameters()}
    loop = ContrastiveDivergence({"network": machine}, {"network": sgd(machine)}, nn.MSELoss(), update)
    v = torch.rand(5, 6)
    torch.manual_seed(3)
    h = (v @ before["weights"].T + before["hidden_bias"]).sigmoid()
    dream = (torch.bernoulli(h) @ before["weights"] + before["visible_bias"]).sigmoid()
    again = (dream @ before["weights"].T + before["hidden_bias"]).sigmoid()
    torch.manual_seed(3)
    loop.step({"input": v})
    moved = {name: weight.detach() - before[name] for name, weight in machine.named_parameters()}
    assert torch.allclose(moved["weights"], 0.1 * (h.T @ v - again.T @ dream) / 5, atol=1e-6)
    assert torch.allclose(moved["hidden_bias"], 0.1 * (h - again).mean(0), atol=1e-6)
    assert torch.allclose(moved["visible_bias"], 0.1 * (v - dream).mean(0), atol=1e-6)


def test_machines_learn_one_after_the_other_and_then_together() -> None:
    network = Stack()
    loop = ContrastiveDivergence(
        {"network": network}, {"network": sgd(network)}, nn.CrossEntropyLoss(), update, fine_tuning=2
    )
    batch = {"input": torch.rand(8, 6), "target": torch.arange(8) % 2}
    moving = []
    for epoch in range(1, 9):
        loop.begin_epoch(epoch, 8)
        before = {name: weight.clone() for name, weight in network.state_dict().items()}
        figures = loop.step(batch)
        assert list(figures) == ["reconstruction_error", "classification_loss", "accuracy"]
        parts = {
            name.split(".")[0]
            for name, weight in network.state_dict().items()
            if not weight.equal(before[name])
        }
        moving.append(parts)
    assert moving == [{"low"}] * 3 + [{"high"}] * 3 + [{"low", "high", "head"}] * 2
