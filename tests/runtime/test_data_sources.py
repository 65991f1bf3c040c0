"""Every source that needs no download: schema and samples agree, and the samples are the right ones."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import pytest
import sklearn.datasets
import torch

from runtime.data import SOURCES, Cancelled, DataError, get_source, load_prepared
from runtime.data.options import SCALING, shaped_pictures
from runtime.data.schema import UNLABELLED
from runtime.data.sources.characters import SHIP, WOW

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = [source for source in SOURCES.values() if source.category != "Own data"]
OFFLINE = [source.id for source in SHIPPED if not source.schema().needs_download]
WANTED = {
    "digits", "iris", "wine", "breast-cancer", "diabetes", "logic-and", "logic-or", "logic-xor", "moons",
    "circles", "spirals", "linear-toy", "logistic-toy", "softmax-toy", "sequences", "char-wow", "char-ship",
    "time-series", "sentences", "digits-again", "mnist", "fashion-mnist", "cifar10", "cifar100", "pictures",
}  # fmt: skip
OTHER_OPTIONS = [
    ("digits", {"image_size": 16, "rgb": True, "scaling": "-1 to 1"}),
    ("spirals", {"arms": 3, "n": 90}),
    ("char-ship", {"encoding": "tokens", "window": 5}),
    ("char-wow", {"encoding": "tokens"}),
    ("sequences", {"rule": "order", "n": 20, "length": 7, "features": 2}),
    ("time-series", {"days": 40, "window": 3, "scaling": "none"}),
    ("time-series", {"days": 40, "window": 300}),
    ("pictures", {"classes": 2, "n": 5, "image_size": 224, "scaling": "standardised"}),
    ("digits-again", {"image_size": 14, "noise": 0.5}),
    ("diabetes", {"standardise": False, "standardise_target": False}),
]


def test_every_promised_source_is_found() -> None:
    assert set(SOURCES) >= WANTED
    for source in SOURCES.values():
        assert source.help.endswith(".") and source.title


def test_schemas_import_no_torch_sklearn_or_torchvision() -> None:
    program = (
        "import sys; from runtime.data import SOURCES; "
        "sizes = [s.schema().size for s in SOURCES.values() if s.category != 'Own data'];"
        "print(sorted({'torch', 'sklearn', 'torchvision', 'PySide6'} & set(sys.modules)))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("source_id", "options"), [*((source_id, {}) for source_id in OFFLINE), *OTHER_OPTIONS]
)
def test_samples_are_what_the_schema_promises(source_id: str, options: dict[str, object]) -> None:
    source = SOURCES[source_id]
    schema = source.schema(options)
    dataset = source.load(options)
    assert dataset.schema == schema
    assert len(dataset) == schema.size
    assert tuple(dataset.inputs.shape[1:]) == schema.input_shape
    assert str(dataset.inputs.dtype) == f"torch.{schema.input_dtype}"
    assert tuple(dataset.targets.shape[1:]) == schema.target_shape
    assert str(dataset.targets.dtype) == f"torch.{schema.target_dtype}"
    assert dataset.inputs.isfinite().all() and dataset.targets.isfinite().all()
    if schema.classes is not None and schema.task != "detection":
        numbers = dataset.targets.long()
        if schema.task == "sequence-labels":
            numbers = numbers[numbers != UNLABELLED]
        assert numbers.min() >= 0 and numbers.max() < len(schema.classes)
    if schema.features:
        axis = 0 if schema.kind == "image" else -1
        assert len(schema.features) == schema.input_shape[axis]
    again = source.load(options)
    assert torch.equal(dataset.inputs, again.inputs) and torch.equal(dataset.targets, again.targets)


def test_another_seed_gives_other_samples() -> None:
    for source_id in ("moons", "sequences", "time-series", "pictures"):
        source = SOURCES[source_id]
        assert not torch.equal(source.load({"seed": 1}).inputs, source.load({"seed": 2}).inputs)


def test_digits_are_scikit_learns() -> None:
    found = sklearn.datasets.load_digits()
    dataset = SOURCES["digits"].load()
    assert torch.equal(dataset.inputs[:, 0] * 16, torch.from_numpy(found.images).float())
    assert dataset.targets.tolist() == found.target.tolist()
    wide = SOURCES["digits"].load({"scaling": "-1 to 1", "rgb": True})
    assert wide.inputs.min() == -1 and wide.inputs.max() == 1
    assert torch.equal(wide.inputs[:, 0], wide.inputs[:, 2])


def test_resizing_is_antialiased_like_torchvisions() -> None:
    from torchvision.transforms.v2.functional import resize

    pixels = torch.rand(3, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    ours = shaped_pictures(pixels.clone(), {"image_size": 16, "scaling": SCALING.default})
    torch.testing.assert_close(ours, resize(pixels, [16, 16], antialias=True))


@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer", "diabetes"])
def test_tables_are_scikit_learns(name: str) -> None:
    found = getattr(sklearn.datasets, f"load_{name}")(**({"scaled": False} if name == "diabetes" else {}))
    dataset = SOURCES[name.replace("_", "-")].load()
    assert torch.equal(dataset.inputs, torch.from_numpy(found.data).float())
    assert dataset.targets.reshape(-1).tolist() == found.target.tolist()
    assert dataset.schema.features == tuple(found.feature_names)
    if dataset.schema.classes:
        assert dataset.schema.classes == tuple(found.target_names)


@pytest.mark.parametrize(
    ("gate", "answers"), [("and", [0, 0, 0, 1]), ("or", [0, 1, 1, 1]), ("xor", [0, 1, 1, 0])]
)
def test_truth_tables(gate: str, answers: list[int]) -> None:
    dataset = SOURCES[f"logic-{gate}"].load()
    assert dataset.inputs.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert dataset.targets.tolist() == [[answer] for answer in answers]


def test_the_first_lessons_hold_the_rows_of_the_course() -> None:
    linear = SOURCES["linear-toy"].load()
    assert linear.inputs.tolist() == [[1, 2, 3], [3, 5, 6], [8, 9, 10]]
    assert linear.targets.tolist() == [[2], [4], [6]]
    logistic = SOURCES["logistic-toy"].load()
    assert logistic.inputs.tolist() == [[1, 2], [2, 3], [3, 1], [4, 3], [5, 3], [6, 2]]
    assert logistic.targets.tolist() == [[0], [0], [0], [1], [1], [1]]
    softmax = SOURCES["softmax-toy"].load()
    rows = ["".join(str(int(value)) for value in row) for row in softmax.inputs.tolist()]
    assert rows == ["1211", "2132", "3134", "4155", "1755", "1256", "1666", "1777"]
    assert softmax.targets.tolist() == [2, 2, 2, 1, 1, 1, 0, 0]


def test_circles_have_the_radii_they_say() -> None:
    dataset = SOURCES["circles"].load({"noise": 0.0, "factor": 0.25})
    radius = dataset.inputs.norm(dim=1)
    expected = torch.where(dataset.targets[:, 0] == 0, 1.0, 0.25)
    torch.testing.assert_close(radius, expected)


def test_characters() -> None:
    assert len(WOW) == 17 and len(set(WOW)) == 13
    assert len(SHIP) == 180 and len(set(SHIP)) == 25
    wow = SOURCES["char-wow"].load()
    characters = wow.schema.classes or ()
    assert "".join(characters[number] for number in wow.inputs[0].argmax(-1)) == WOW[:-1]
    assert wow.label(0) == WOW[1:]
    assert wow.inputs.sum(-1).eq(1).all()
    ship = SOURCES["char-ship"].load({"encoding": "tokens"})
    assert tuple(ship.inputs.shape) == (170, 10)
    letters = ship.schema.classes or ()
    assert "".join(letters[number] for number in ship.inputs[0]) == "if you wan"
    assert ship.label(0) == "f you want"
    assert ship.label(169) == SHIP[-10:]


def test_a_weather_window_is_followed_by_its_target() -> None:
    dataset = SOURCES["time-series"].load({"scaling": "none", "days": 50, "window": 4})
    assert torch.equal(dataset.inputs[1:, -1, -1], dataset.targets[:-1, 0])
    assert torch.equal(dataset.inputs[1:, :-1], dataset.inputs[:-1, 1:])
    assert dataset.ordered


def test_labels_of_sequences_follow_their_rule() -> None:
    total = SOURCES["sequences"].load({"noise": 0.0})
    rises = total.inputs[:, :, 0].sum(1) > 0
    assert torch.equal(rises, total.targets[:, 0] == 1)
    order = SOURCES["sequences"].load({"noise": 0.0, "rule": "order"})
    b_first = order.inputs[:, :, 1].argmax(1) < order.inputs[:, :, 0].argmax(1)
    assert torch.equal(b_first, order.targets[:, 0] == 1)
    assert total.class_counts() == {"falls": 300, "rises": 300}


def test_short_verdicts_are_filled_up_at_the_end() -> None:
    found = SOURCES["sentences"].load()
    assert len(found.schema.vocabulary) == 30 and found.schema.vocabulary[0] == ""
    lengths = (found.inputs != 0).sum(1)
    assert (lengths.min(), lengths.max()) == (2, 6)
    for row, length in zip(found.inputs, lengths, strict=True):
        assert bool((row[:length] > 0).all()) and not row[length:].any()
    assert found.targets.sum() == 9


def test_digits_to_draw_again_are_their_own_targets() -> None:
    clean = SOURCES["digits-again"].load()
    assert torch.equal(clean.inputs, clean.targets)
    assert torch.equal(clean.inputs, SOURCES["digits"].load().inputs)
    assert clean.schema.summary.endswith("as a target a picture of 1 × 8 × 8") and clean.label(0) == ""
    noisy = SOURCES["digits-again"].load({"noise": 0.5})
    assert torch.equal(noisy.targets, clean.targets) and not torch.equal(noisy.inputs, noisy.targets)
    assert noisy.inputs.min() >= 0 and noisy.inputs.max() <= 1


def test_a_drawn_circle_has_a_circles_area_at_every_size() -> None:
    for size in (32, 128):
        picture = SOURCES["pictures"].load({"n": 4, "noise": 0.0, "image_size": size}).inputs[0]
        background = picture[:, 0, 0].view(3, 1, 1)
        covered = ((picture - background).abs().sum(0) > 0.02).float()
        across = covered.amax(0).sum()
        assert covered.sum() == pytest.approx(math.pi / 4 * float(across) ** 2, rel=0.12)


def test_a_network_can_learn_the_drawn_shapes() -> None:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    dataset, splits = load_prepared("pictures", {"image_size": 16, "n": 600, "classes": 3, "noise": 0.02})
    model = torch.nn.Sequential(
        torch.nn.Conv2d(3, 16, 3, padding=1), torch.nn.ReLU(), torch.nn.MaxPool2d(2),
        torch.nn.Conv2d(16, 32, 3, padding=1), torch.nn.ReLU(), torch.nn.AdaptiveMaxPool2d(1),
        torch.nn.Flatten(), torch.nn.Linear(32, 3),
    )  # fmt: skip
    optimizer = torch.optim.Adam(model.parameters(), 1e-2)
    generator = torch.Generator().manual_seed(0)
    for _ in range(12):
        for rows in splits.train[torch.randperm(len(splits.train), generator=generator)].split(32):
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(model(dataset.inputs[rows]), dataset.targets[rows]).backward()
            optimizer.step()
    right = model(dataset.inputs[splits.test]).argmax(1) == dataset.targets[splits.test]
    assert float(right.float().mean()) > 0.6  # chance is 0.33


def test_wrong_options_are_refused_by_name() -> None:
    with pytest.raises(
        DataError, match=r"Two moons has no option colour. It has n, noise, standardise, seed"
    ):
        SOURCES["moons"].load({"colour": 1})
    with pytest.raises(DataError, match="noise must be a number from 0 to 5, not 9"):
        SOURCES["moons"].schema({"noise": 9})
    with pytest.raises(DataError, match=r"AND gate has no option n. It has none"):
        SOURCES["logic-and"].load({"n": 3})
    with pytest.raises(DataError, match="There is no data source called “nothing”"):
        get_source("nothing")
    with pytest.raises(DataError, match="No data is chosen"):
        get_source("")


def test_loading_can_be_cancelled_and_tells_how_far_it_is() -> None:
    with pytest.raises(Cancelled):
        SOURCES["pictures"].load(cancelled=lambda: True)
    seen: list[tuple[float, str]] = []
    SOURCES["pictures"].load(
        {"n": 200, "image_size": 8}, progress=lambda part, text: seen.append((part, text))
    )
    assert [part for part, _ in seen] == [0, 0.32, 0.64, 0.96, 1]
    assert seen[-1][1] == "Coloured shapes: 200 samples"
