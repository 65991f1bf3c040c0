"""A person's own files from the drop to a trained network and its script; what the window asks meanwhile."""

from __future__ import annotations

import subprocess
import sys
import threading
from itertools import count
from pathlib import Path
from typing import Any

import numpy
import pytest
import torch
from PIL import Image

from graph.build import GraphBuilder, project
from graph.model import DataChoice, Project, Training
from presets import find
from runtime.data import SOURCES, Cancelled, Dataset, get_source, split
from runtime.data import pixels as pixels_module
from runtime.data.own import NotScanned, answer_at_once, recognise, scan
from runtime.data.own import scans as scans_module
from runtime.data.own.warnings import warnings
from runtime.data.schema import UNKNOWN, Schema, classification
from runtime.data.splits import Splits
from runtime.runs import Run
from runtime.script import write_script

from .running import epochs, run


def stripes(root: Path, count: int = 40) -> Path:
    """Pictures of stripes that lie or stand, of several sizes and kinds."""
    chance = numpy.random.default_rng(0)
    for name in ("lying", "standing"):
        (root / name).mkdir(parents=True)
        for number in range(count):
            wave = numpy.sin(numpy.arange(24) * 0.8 + number) * 90 + 128
            plane = numpy.tile(wave, (24, 1)) + chance.normal(0, 12, (24, 24))
            made = Image.fromarray((plane.T if name == "lying" else plane).clip(0, 255).astype(numpy.uint8))
            made.save(root / name / f"{number}.{'png' if number % 2 else 'jpg'}")
    (root / "lying" / "broken.png").write_bytes(b"")
    return root


def small_cnn(choice: DataChoice, outputs: int, **more: Any) -> Project:
    channels, *edges = get_source(choice.source).schema(choice.options).input_shape
    g = GraphBuilder("StripesNet")
    x: Any = g.input("x", shape=(channels, *edges))
    x = g.add("ReLU", g.add("Conv2d", x, out_channels=6, kernel_size=3, padding=1))
    x = g.add(
        "Flatten",
        g.add("AdaptiveAvgPool2d", g.add("Conv2d", x, out_channels=8, kernel_size=5), output_size=2),
    )
    g.output(g.add("Linear", g.add("ReLU", x), out_features=outputs))
    settings: dict[str, Any] = {
        "learning_rate": 0.02,
        "epochs": 12,
        "batch_size": 16,
        "threads": 1,
        "device": "cpu",
    }
    return project("Stripes", g, data=choice, training=Training(**{**settings, **more}))


def test_from_a_folder_of_pictures_to_a_trained_network_and_its_script(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = recognise(stripes(tmp_path / "stripes"))
    choice = DataChoice(
        found.source, {**found.options, "image_size": 16, "colour": "grey", "scaling": "standardised"}
    )
    made = small_cnn(choice, 2)
    last, messages = run(made, tmp_path / "run")
    assert last["event"] == "finished", last
    assert last["test_accuracy"] > 0.9 and last["classes"] == ["lying", "standing"]
    # The same pictures from a file of bytes, as if they did not fit into the memory.
    monkeypatch.setattr(pixels_module, "MEMORY_SHARE", 0.0)
    made.training.seed, made.training.epochs = 1, 2  # another seed: nothing of the first run is reused
    last, messages = run(made, tmp_path / "stored")
    assert last["event"] == "finished", last
    script = tmp_path / "train.py"
    write_script(made, script)
    told = subprocess.run(
        [sys.executable, script.name], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert told.returncode == 0, told.stderr
    assert "pixels.float() / 255 - shift" in script.read_text()
    for message in epochs(messages):
        assert f"loss {message['train_loss']:.6f}" in told.stdout, told.stdout


def test_from_a_table_to_a_trained_network_and_its_script(tmp_path: Path) -> None:
    rows = []
    for number in range(300):
        weight, colour = number * 7 % 50, ("red", "blue", "?")[number % 3]
        colour = (
            f"odd{number}" if number % 60 == 7 else colour
        )  # one of each: some are held out, nobody learns them
        heavy = "yes" if weight + 10 * (colour == "red") > 30 else "no"
        rows.append(f"{weight if number % 11 else ''};{colour};2024-{number % 12 + 1:02d}-03;{heavy}")
    for name, part in (("train", rows[:230]), ("test", rows[230:])):
        path = tmp_path / "apples" / f"{name}.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes("\n".join(("weight;colour;picked;heavy", *part)).encode("utf-16"))
    found = recognise(tmp_path / "apples")
    schema = SOURCES["own-table"].schema(found.options)
    assert schema.classes == ("no", "yes") and schema.features[0] == "weight"
    g = GraphBuilder("Apples")
    x: Any = g.add("ReLU", g.add("Linear", g.input("x", shape=schema.input_shape), out_features=16))
    g.output(g.add("Linear", x, out_features=1))
    training = Training(loss="bce_with_logits", learning_rate=0.02, epochs=15, threads=1, device="cpu")
    made = project("Apples", g, data=DataChoice(found.source, found.options), training=training)
    last, messages = run(made, tmp_path / "run")
    assert last["event"] == "finished" and last["test_accuracy"] > 0.8, last
    assert sum(map(sum, last["confusion"])) == 70  # the rows of the test file
    known = Run(tmp_path / "run").read_learnt()["colour"]
    assert {"blue", "red"} < set(known) and len(known) < 2 + 5
    write_script(made, tmp_path / "train.py")
    told = subprocess.run(
        [sys.executable, "train.py"], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert told.returncode == 0, told.stderr
    assert f"loss {epochs(messages)[-1]['train_loss']:.6f}" in told.stdout


def test_a_resumed_run_goes_on_with_its_words(tmp_path: Path) -> None:
    words = ["ash", "oak", "elm", "fir", "yew", "may"]
    rows = [f"an {words[row % 6]} and {words[row % 5]},{'ny'[row % 6 > 2]}" for row in range(60)]
    path = tmp_path / "trees.csv"
    path.write_text("\n".join(("said,tall", *rows)))
    (tmp_path / "test.csv").write_text("\n".join(("said,tall", *rows[:6])))
    choice = DataChoice("own-sentences", {"path": str(path), "text": "said", "test_file": "test.csv"})
    schema = get_source(choice.source).schema(choice.options)
    g = GraphBuilder("Trees")
    x: Any = g.input("x", shape=schema.input_shape, dtype="int64")
    x = g.add("Embedding", x, num_embeddings=len(schema.vocabulary), embedding_dim=2)
    g.output(g.add("Linear", g.add("Flatten", x), out_features=1))
    training = Training(loss="bce_with_logits", epochs=1, threads=1, device="cpu")
    made = project("Trees", g, data=choice, training=training)
    assert run(made, tmp_path / "run")[0]["event"] == "finished"
    known = Run(tmp_path / "run").read_learnt()
    assert set(known["words"]) == {"", UNKNOWN, "an", "and", *words}
    for file in (path, tmp_path / "test.csv"):  # a new word, which would stand in another place
        file.write_text(file.read_text().replace("ash", "zzz"))
    made.training.epochs = 2
    assert run(made, tmp_path / "run", resume=True)[0]["event"] == "finished"
    assert Run(tmp_path / "run").read_learnt() == known
    assert run(made, tmp_path / "other")[0]["event"] == "finished"
    assert Run(tmp_path / "other").read_learnt()["words"][-1] == "zzz"


def test_a_file_that_is_gone_is_told(tmp_path: Path) -> None:
    choice = DataChoice("own-table", {"path": str(tmp_path / "gone.csv")})
    g = GraphBuilder("Net")
    g.output(g.add("Linear", g.input("x", shape=(2,)), out_features=1))
    last, _ = run(project("Gone", g, data=choice, training=Training(device="cpu")), tmp_path / "run")
    assert last["event"] == "failed" and "Was it moved?" in last["sentence"]


def shapes_as_files(root: Path, kind: str, count: int) -> Dataset:
    """The embedded shapes written as a person would have them."""
    made = SOURCES[f"shape-{kind}"].load({"image_size": 64, "n": count})
    (root / "images").mkdir(parents=True)
    (root / ("masks" if kind == "masks" else "labels")).mkdir()
    names = made.schema.classes or ()
    (root / "classes.txt").write_text("\n".join(names))
    for row in range(count):
        picture = (made.inputs[row] * 255).round().byte().permute(1, 2, 0).numpy()
        Image.fromarray(picture).save(root / "images" / f"{row:03d}.png")
        if kind == "masks":
            Image.fromarray(made.targets[row].byte().numpy()).save(root / "masks" / f"{row:03d}.png")
        else:
            lines = [line for line in made.targets[row].tolist() if line[0] >= 0]
            told = "".join(
                f"{line[0]:.0f} {' '.join(f'{value:.6f}' for value in line[1:])}\n" for line in lines
            )
            (root / "labels" / f"{row:03d}.txt").write_text(told)
    return made


@pytest.mark.parametrize(("kind", "preset"), [("masks", "unet"), ("boxes", "detector")])
def test_masks_and_boxes_train_by_their_recipes(tmp_path: Path, kind: str, preset: str) -> None:
    shipped = shapes_as_files(tmp_path / "shapes", kind, 16)
    found = recognise(tmp_path / "shapes")
    choice = DataChoice(found.source, {**found.options, "image_size": 64})
    ours = SOURCES[found.source].load(choice.options)
    assert ours.schema.classes == shipped.schema.classes and not ours.skipped
    torch.testing.assert_close(ours.inputs, shipped.inputs, atol=0.003, rtol=0)
    most = ours.targets.shape[1]
    wanted = shipped.targets if kind == "masks" else shipped.targets[:, :most]
    there = wanted[..., :1] >= 0 if kind == "boxes" else torch.ones(())
    torch.testing.assert_close(ours.targets * there, wanted * there, atol=1e-5, rtol=0)
    made = find(preset).build()
    made.data = choice
    made.training.epochs, made.training.threads, made.training.device, made.training.batch_size = (
        1,
        1,
        "cpu",
        8,
    )
    last, _ = run(made, tmp_path / "run")
    assert last["event"] == "finished", last


def test_pictures_without_classes_train_an_autoencoder(tmp_path: Path) -> None:
    (tmp_path / "faces").mkdir()
    chance = numpy.random.default_rng(0)
    for number in range(20):
        Image.fromarray(chance.integers(0, 256, (28, 28), numpy.uint8)).save(
            tmp_path / "faces" / f"{number}.png"
        )
    found = recognise(tmp_path / "faces")
    made = find("autoencoder").build()
    made.data = DataChoice(found.source, {**found.options, "image_size": 28, "colour": "grey"})
    made.training.epochs, made.training.threads, made.training.device = 1, 1, "cpu"
    last, _ = run(made, tmp_path / "run")
    assert last["event"] == "finished", last


def in_the_window(work: Any) -> Any:
    """What ``work`` gives or raises in a thread that must not wait."""
    result: list[Any] = []

    def one() -> None:
        answer_at_once()
        try:
            result.append(work())
        except NotScanned as error:
            result.append(error)
        finally:
            scans_module._hurried.discard(threading.get_ident())

    thread = threading.Thread(target=one)
    thread.start()
    thread.join()
    return result[0]


def test_the_window_never_waits_for_a_large_file(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    path.write_text("a,b,c\n" + "1,2,yes\n3,4,no\n5,,yes\n" * 200_000, encoding="utf-8")
    source, options = SOURCES["own-table"], {"path": str(path)}
    found = in_the_window(lambda: source.schema(options))
    assert isinstance(found, NotScanned) and "large.csv has not been looked through yet" in str(found)
    with pytest.raises(Cancelled):
        asked = count()
        scan("own-table", options, cancelled=lambda: next(asked) >= 2)
    seen: list[float] = []
    about = scan("own-table", options, progress=lambda part, text: seen.append(part))
    assert about["rows"] == 600_000 and len(seen) > 2
    schema = in_the_window(lambda: source.schema(options))
    assert isinstance(schema, Schema) and schema.size == 600_000
    # Another target needs no second look; another program finds the facts on the disk.
    assert in_the_window(lambda: source.schema({**options, "target": "a"})).classes == ("1", "3", "5")
    scans_module._facts.clear()
    assert in_the_window(lambda: source.schema(options)).size == 600_000
    path.write_text("a,b,c\n1,2,yes\n3,4,no\n")
    assert source.schema(options).size == 2


def test_a_small_file_is_looked_through_at_once(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        Image.new("RGB", (5, 5)).save(tmp_path / name / "x.png")
    schema = in_the_window(lambda: SOURCES["own-images"].schema({"path": str(tmp_path)}))
    assert schema.classes == ("a", "b")


def test_no_path_is_a_sentence() -> None:
    for source in SOURCES.values():
        if source.category == "Own data":
            with pytest.raises(Exception, match="No file or folder is chosen"):
                source.schema()


# -- warnings ---------------------------------------------------------------------------------------------


def table(inputs: Any, answers: Any, classes: tuple[str, ...] = ("no", "yes", "maybe")) -> Dataset:
    values = torch.as_tensor(inputs, dtype=torch.float32)
    names = [f"c{number}" for number in range(values.shape[1])]
    return Dataset(
        values, torch.as_tensor(answers), classification((values.shape[1],), classes, "table", features=names)
    )


def test_duplicates_between_splits_are_counted() -> None:
    chance = torch.randn(100, 3, generator=torch.Generator().manual_seed(0))
    chance[80:90] = chance[0:10]
    rows = torch.arange(100)
    splits = Splits(rows[:70], rows[70:90], rows[90:])
    said = warnings(table(chance, rows % 3), splits)
    assert said[0].startswith("10 of the 20 validation samples (50%) are in the training split, too.")
    assert len(said) == 1


def test_columns_that_give_the_answer_away_or_teach_nothing() -> None:
    answers = torch.arange(90) % 3
    noise = torch.randn(90, generator=torch.Generator().manual_seed(1))
    holes = noise.clone()
    holes[::3] = float("nan")
    gone = noise.clone()
    gone[10:] = float("nan")
    inputs = torch.stack((noise, answers * -2.0 + 7, torch.ones(90), holes, gone), dim=1)
    data = table(inputs, answers)
    said = warnings(data, split(data))
    assert said[0].startswith("“c1” tells the target one to one.")
    assert said[1] == "“c2” is the same in every row and teaches nothing."
    assert said[2] == "More than half of “c4” is missing. Consider leaving it out."
    assert said[3] == "Values are missing in “c3” (33.3%); the mean of the training rows takes their place."
    assert len(said) == 4


def test_dominant_rare_and_absent_classes() -> None:
    answers = torch.tensor([0] * 95 + [1] * 3 + [2] * 2)
    inputs = torch.randn(100, 2, generator=torch.Generator().manual_seed(2))
    data = table(inputs, answers, ("no", "yes", "maybe", "never"))
    rows = torch.arange(100)
    said = warnings(data, Splits(rows[:97], rows[97:98], rows[98:]))
    assert said[0].startswith("95% of all samples are “no”: a network that always says so")
    assert said[1] == "“yes”, “maybe” have fewer than 5 samples each."
    assert said[2] == "“never” has no sample at all."
    assert said[3] == "“maybe” is not in the training split."


def test_unreadable_files_are_counted_and_good_data_is_not_warned_about(tmp_path: Path) -> None:
    data = SOURCES["own-images"].load({"path": str(stripes(tmp_path / "s", 12)), "image_size": 8})
    said = warnings(data, split(data))
    assert said == [
        f"1 of 25 files could not be used. {Path('lying', 'broken.png')} is left out: the file is empty."
    ]
    for name in ("digits", "iris", "weather"):
        data = SOURCES[name].load({"rows": 300} if name == "weather" else {})
        assert not [text for text in warnings(data, split(data)) if "one to one" in text or "%" in text], name


def test_a_column_that_only_numbers_the_rows_is_named() -> None:
    noise = torch.randn(60, 1, generator=torch.Generator().manual_seed(3))
    number = torch.randperm(60, generator=torch.Generator().manual_seed(4)).float().unsqueeze(1) + 7
    data = table(torch.cat((noise, number, number * 2), dim=1), torch.arange(60) % 3)
    (sentence,) = [text for text in warnings(data, split(data)) if "different in every row" in text]
    assert sentence.startswith("“c1” is different") and sentence.endswith("Leave it out.")
