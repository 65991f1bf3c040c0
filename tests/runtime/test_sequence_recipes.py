"""The presets about sequences through the real trainer: losses that fall, shows, scripts, resuming, trying."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from graph.model import Project
from presets import find
from runtime.headless import train_project
from runtime.loops.sequence_to_sequence import SequenceToSequence
from runtime.protocol import Message, decode
from runtime.recipes import RECIPES
from runtime.runs import Run
from runtime.script import write_script
from runtime.showing.answering import courses
from tests.conftest import PATIENCE

from .listening import Listener

SMALL: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "seq2seq": ({"n": 150, "digits": 3}, {}),
    "seq2seq-attention": ({"n": 150, "digits": 3}, {}),
    "seq2seq-dates": ({"n": 150}, {}),
    "transformer": ({"n": 80, "digits": 3}, {}),
    "transformer-pre-norm": ({"n": 80, "digits": 3}, {}),
    "char-gpt": ({}, {"batch_size": 64}),
    "char-gpt-tied": ({"window": 16, "stride": 160}, {}),
    "bert": ({"n": 60}, {}),
    "char-rnn": ({}, {}),
    "time-series": ({"days": 120}, {}),
    "variable-length": ({}, {"learning_rate": 0.05}),
    "negations": ({"n": 200}, {}),
    "word-kinds": ({"n": 200}, {}),
}
"""Presets about sequences: options of their data and of their training that make a few quick steps of it."""
WITH_RECIPE = ("seq2seq-attention", "char-gpt-tied", "bert", "word-kinds")


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def small(preset: str, **training: Any) -> Project:
    made = find(preset).build()
    data, settings = SMALL[preset]
    made.data.options.update(data)
    wanted = {"device": "cpu", "threads": 1, "epochs": 3, "batch_size": 32, "schedule": "constant"}
    for name, value in {**wanted, **settings, **training}.items():
        setattr(made.training, name, value)
    return made


def run(made: Project, folder: Path, **more: Any) -> tuple[Message, list[Message]]:
    told: list[Message] = []
    last = train_project(made, folder, emit=told.append, **more)
    assert last["event"] == "finished", last
    return last, told


def of(told: list[Message], event: str) -> list[Message]:
    return [message for message in told if message["event"] == event]


@pytest.mark.parametrize(
    "preset", [name for name in SMALL if find(name).build().training.recipe != "supervised"]
)
def test_every_preset_with_a_recipe_of_its_own_has_its_figures_and_shows(preset: str, tmp_path: Path) -> None:
    made = small(preset)
    last, told = run(made, tmp_path)
    figures = of(told, "epoch")[-1]["figures"]["validation"]
    recipe = RECIPES[made.training.recipe]
    assert set(figures) == {figure.name for figure in recipe.figures} == set(last["scores"])
    assert of(told, "shows")[0]["epoch"] == 0 and of(told, "shows")[-1]["epoch"] == 3


def test_every_recipe_about_sequences_is_in_the_table() -> None:
    from presets import all_presets

    recipes = {"sequence_to_sequence", "language_model", "masked_language_model", "sequence_labelling"}
    assert {preset.id for preset in all_presets() if preset.build().training.recipe in recipes} <= set(SMALL)


def test_the_scripts_give_the_runs_figures_in_a_clean_interpreter(tmp_path: Path) -> None:
    """All in one interpreter that knows nothing of TorchLoom."""
    projects = {preset: small(preset, epochs=2) for preset in WITH_RECIPE}
    projects["seq2seq-attention"].training.options["teacher_forcing_end"] = 0.5
    scripts = [write_script(made, tmp_path / f"{preset}.py")[0] for preset, made in projects.items()]
    for script in scripts:
        text = script.read_text(encoding="utf-8")
        assert "torchloom" not in text.lower().replace("drawn with torchloom", ""), script.name
        assert "import runtime" not in text, script.name
    names = [str(script) for script in scripts]
    judged = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--line-length", "110", *names],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert judged.returncode == 0, judged.stdout
    program = "import runpy, sys\nfor file in sys.argv[1:]:\n    print('file', file, flush=True)\n"
    program += "    runpy.run_path(file, run_name='__main__')\n"
    done = subprocess.run(
        [sys.executable, "-I", "-c", program, *names],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for (preset, made), text in zip(projects.items(), done.stdout.split("file ")[1:], strict=True):
        said = re.findall(r"epoch +\d+ +loss (\S+).*? val_loss (\S+)", text)
        _, told = run(made, tmp_path / "runs" / preset)
        ends = [(f"{line['train_loss']:.6f}", f"{line['val_loss']:.6f}") for line in of(told, "epoch")]
        assert said == ends and len(said) == 2, preset


@pytest.mark.parametrize("preset", WITH_RECIPE)
def test_a_run_goes_on_as_if_it_had_never_stopped(preset: str, tmp_path: Path) -> None:
    options = {"teacher_forcing_end": 0.5} if preset == "seq2seq-attention" else {}
    whole = small(preset, epochs=4)
    whole.training.options.update(options)
    _, told = run(whole, tmp_path / "whole")
    half: list[Message] = []

    def stop_after_two(message: Message) -> None:
        half.append(message)

    first = small(preset, epochs=4)
    first.training.options.update(options)
    _stopped(first, tmp_path / "part", stop_after_two)
    _, rest = run(whole, tmp_path / "part", resume=True)
    ends = [(line["epoch"], line["train_loss"], line["val_loss"]) for line in of(told, "epoch")]
    again = [(line["epoch"], line["train_loss"], line["val_loss"]) for line in of([*half, *rest], "epoch")]
    assert again == ends


def _stopped(made: Project, folder: Path, tell: Any) -> None:
    """Train two of the epochs and stop, as a person does."""
    from runtime.training.loop import train
    from runtime.training.preparing import prepare

    session = prepare(made, folder, "cpu")
    for message in train(session):
        if message is not None:
            tell(message)
            session.stopping = session.stopping or (message["event"] == "epoch" and message["epoch"] == 2)


def kinds(message: Message) -> dict[str, str]:
    return {show["name"]: show["kind"] for show in message["shows"]}


def matrix(value: Message) -> np.ndarray:
    return np.frombuffer(value["data"], value["dtype"]).reshape(value["shape"])


@pytest.mark.parametrize("preset", ["seq2seq-attention", "transformer"])
def test_translations_show_where_the_network_looks(preset: str, tmp_path: Path) -> None:
    _, told = run(small(preset, epochs=1), tmp_path)
    shown = of(told, "shows")[-1]
    expected = {"seq2seq-attention": {"attention:attention"}, "transformer": {
        f"attention:decoder.{number}.cross_attention" for number in range(3)
    }}[preset]  # fmt: skip
    assert set(kinds(shown)) == {"translations", *expected}
    texts = shown["shows"][0]["rows"]
    assert len(texts) == 8 and all(row["right"] == (row["output"] == row["wanted"]) for row in texts)
    for row in shown["shows"][1]["rows"]:
        weights = matrix(row["weights"])
        assert weights.shape == (len(row["target"]), len(row["source"])) and row["source"][-1] == "<end>"
        assert np.allclose(weights.sum(1), 1, atol=1e-5), "every written token looks at words only"
    kept = decode((Run(tmp_path).shows / "00001.show").read_bytes())
    assert kinds(kept) == kinds(shown)


def test_a_network_that_is_watched_for_attention_gives_the_same(tmp_path: Path) -> None:
    from runtime.showing.looking import attention_of
    from tests.presets.made import module

    model = module("transformer").eval()
    source, target = torch.tensor([[4, 5, 1, 0]]), torch.tensor([[1, 3, 4]])
    with torch.no_grad():
        plain = model(source, target)
        with attention_of(model, across=True) as layers:
            seen = model(source, target)
        assert torch.allclose(plain, seen, atol=1e-6)
    assert len(layers) == 3 and all(weights.shape == (1, 3, 4) for weights in layers.values())
    assert not any(part._forward_hooks or part._forward_pre_hooks for part in model.modules())


def test_what_language_models_and_readers_show(tmp_path: Path) -> None:
    _, told = run(small("char-gpt-tied", epochs=1), tmp_path / "text")
    shown = of(told, "shows")[-1]
    assert kinds(shown) == {"written": "text", "drawn": "text", "attention:layers.2.attention": "attention"}
    for show in shown["shows"][:2]:
        output = show["rows"][0]["output"]
        assert len(output) == 200 or output == "␣" * 40 + "…"
    weights = matrix(shown["shows"][2]["rows"][0]["weights"])
    assert np.allclose(np.triu(weights, 1), 0), "nothing looks at what comes later"
    _, told = run(small("bert", epochs=1), tmp_path / "bert")
    first, last = of(told, "shows")[0], of(told, "shows")[-1]
    assert kinds(last) == {"hidden": "text", "following": "text", "attention:layers.3.attention": "attention"}
    assert [row["input"] for row in first["shows"][0]["rows"]] == [
        row["input"] for row in last["shows"][0]["rows"]
    ]
    assert all("___" in row["input"] and row["wanted"] for row in last["shows"][0]["rows"])


def test_supervised_runs_show_text_verdicts_and_forecasts(tmp_path: Path) -> None:
    _, told = run(small("char-rnn", epochs=60, learning_rate=0.05), tmp_path / "text")
    (row,) = of(told, "shows")[-1]["shows"][0]["rows"]
    assert row == {"input": "w", "output": "ow it's amazing!", "wanted": "ow it's amazing!", "right": True}
    _, told = run(small("negations"), tmp_path / "words")
    rows = of(told, "shows")[-1]["shows"][0]["rows"]
    assert all(
        row["output"].split()[0] in ("good", "bad") and row["wanted"] in ("good", "bad") for row in rows
    )
    assert all(row["right"] == row["output"].startswith(row["wanted"]) for row in rows)
    _, told = run(small("time-series"), tmp_path / "series")
    (forecast,) = of(told, "shows")[-1]["shows"]
    truth, predicted = matrix(forecast["truth"]), matrix(forecast["predicted"])
    assert truth.shape == predicted.shape and 0 < forecast["from"] < len(truth)
    assert truth.min() > -20 and truth.max() < 45, "degrees, not shares"
    steps = find("sequence-transformer").build()
    steps.data.options, steps.training.epochs = {"n": 60}, 1
    steps.training.device, steps.training.threads = "cpu", 1
    _, told = run(steps, tmp_path / "steps")
    answers, looks = of(told, "shows")[-1]["shows"]
    assert all(re.fullmatch("x1 [▁-█]{30}  x2 [▁-█]{30}", row["input"]) for row in answers["rows"])
    assert looks["title"] == "Attention, layers 2" and matrix(looks["rows"][0]["weights"]).shape == (30, 30)
    rises = torch.arange(6.0).reshape(1, 6, 1).repeat(2, 1, 1) * torch.tensor([1.0, 0.0]).reshape(2, 1, 1)
    assert courses(rises, ()) == ["▁▂▄▅▇█", "▁▁▁▁▁▁"], "one scale for both"


def test_a_packed_layer_is_watched_sentence_by_sentence(tmp_path: Path) -> None:
    from runtime.probes import Watch, maps
    from runtime.training.preparing import prepare

    session = prepare(small("word-kinds"), tmp_path, "cpu")
    (lstm,) = [node for node in session.project.main.nodes.values() if node.name == "lstm"]
    shown = maps(session, Watch((session.network,), lstm.id, (0, 1, 2)))["samples"]
    lengths = [len(sample["label"].split()) for sample in shown]
    assert [sample["full_shape"] for sample in shown] == [[max(lengths), 32]] * 3
    for sample, length in zip(shown, lengths, strict=True):
        assert not matrix(sample["maps"])[length:].any() and matrix(sample["maps"])[:length].any(axis=1).all()


def test_teacher_forcing_starts_again_where_it_was() -> None:
    settled = RECIPES["sequence_to_sequence"].settled(find("seq2seq").build().training)
    assert settled["teacher_forcing"] == settled["teacher_forcing_end"] == 1.0
    assert RECIPES["sequence_to_sequence"].loop == SequenceToSequence.__name__


@pytest.fixture(scope="module")
def worker() -> Iterator[Listener]:
    with Listener() as listener:
        listener.wait("ready")
        yield listener


def test_a_person_types_something_and_the_network_answers(worker: Listener, tmp_path: Path) -> None:
    worker.train(small("seq2seq-attention", epochs=1), tmp_path / "translation")
    assert worker.wait("started")["reads_text"] is True
    worker.wait("finished")
    worker.client.send({"do": "try", "text": "Two hundred three", "width": 3})
    answer = worker.wait("tried", 1)
    assert answer["text"] == "Two hundred three" and kinds(answer)["attention:attention"] == "attention"
    rows = answer["shows"][0]["rows"]
    assert answer["shows"][0]["title"] == "“two hundred three”"
    assert [row["input"] for row in rows] == ["the likeliest token each time", "a beam of 3"]
    worker.client.send({"do": "try", "text": "two hundrd"})
    assert "“hundrd” is not among the words" in worker.wait("tried", 2)["problem"]
    worker.client.send({"do": "try", "sample": 0, "split": "test"})
    row = worker.wait("tried", 3)["shows"][0]["rows"][0]
    assert row["wanted"].isdigit() and row["right"] is (row["output"] == row["wanted"])
    worker.train(small("bert", epochs=1), tmp_path / "bert")
    worker.wait("finished", 2)
    worker.client.send({"do": "try", "text": "anna buys a ___ ball | she likes the red ball"})
    answer = worker.wait("tried", 4)
    assert len(answer["shows"][0]["rows"][0]["output"].split(" / ")) == 3
    assert "follow" in answer["shows"][1]["rows"][0]["output"]
    for number, wrong in enumerate(("anna buys a ball", "anna | buys | a ball"), start=5):
        worker.client.send({"do": "try", "text": wrong})
        assert "a bar |" in (said := worker.wait("tried", number)["problem"]) or "3 sentences" in said
    worker.client.send({"do": "try", "sample": 1, "split": "test"})
    answer = worker.wait("tried", 7)
    assert answer["text"].count(" | ") == 1 and "<" not in answer["text"]
    (show,) = answer["shows"]
    assert show["name"] == "following" and show["rows"][0]["wanted"] in ("follows", "does not follow")
    for number, (preset, text) in enumerate(
        (("variable-length", "we love this film"), ("word-kinds", "we play"))
    ):
        worker.train(small(preset, epochs=1), tmp_path / preset)
        worker.wait("finished", 3 + number)
        worker.client.send({"do": "try", "text": text})
        assert worker.wait("tried", 8 + number)["shows"][0]["rows"][0]["input"] == text


def test_networks_with_too_few_tokens_are_told_how_many_there_are(tmp_path: Path) -> None:
    for node, param in (("words", "num_embeddings"), ("fc", "out_features")):
        made = small("word-kinds")
        (found,) = [each for each in made.main.nodes.values() if each.name == node]
        found.params[param] = 3
        last = train_project(made, tmp_path / node)
        assert last["event"] == "failed"
        wanted = "has room for 3 different tokens, but Kinds of words has 50."
        if node == "fc":
            wanted = "should be (B, T, 7), for 7 classes at every step, but receives (B, T, 3) from “fc”."
        assert last["sentence"].endswith(wanted), last
