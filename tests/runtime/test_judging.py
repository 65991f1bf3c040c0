"""Where a network errs: figures against scikit-learn and by hand, and the samples behind them."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import torch

from graph.build import GraphBuilder, project
from graph.model import DataChoice, Project, Training
from presets import find
from runtime.curves import detections
from runtime.data.schema import Task
from runtime.judging import JUDGES, judge_of
from runtime.judging.boxes import of_picture
from runtime.judging.exam import cases, exam_of, results
from runtime.judging.marked import differences, distance, runs
from runtime.judging.masks import overlaps, picture_iou
from runtime.judging.samples import texts
from runtime.judging.series import goals_of
from runtime.judging.views import histogram, members, pairs_table, scatter, thinned
from runtime.loops.detection import average_precision
from runtime.protocol import encode
from runtime.recipes import RECIPES
from runtime.training.errors import RunError
from runtime.training.loop import train
from runtime.training.preparing import prepare
from runtime.training.session import Session

Message = dict[str, Any]


def network(
    kind: str, shape: tuple[int, ...], layers: list[Any], data: DataChoice, **training: Any
) -> Project:
    """A small chain of layers, trained for a moment."""
    g = GraphBuilder(kind)
    g.output(g.chain(g.input("x", shape=shape), *layers))
    wanted = {"epochs": 1, "batch_size": 64, "device": "cpu", "threads": 1, **training}
    return project(kind, g, data=data, training=Training(**wanted))


def linear(size: int) -> tuple[str, dict[str, int]]:
    return ("Linear", {"out_features": size})


def trained(made: Project, folder: Path) -> Session:
    torch.set_num_threads(1)
    session = prepare(made, folder)
    for _ in train(session):
        pass
    return session


def judged(session: Session, split: str = "test") -> tuple[list[Message], dict[str, Message]]:
    """The parts of a split, and all views of the first by name. Every sample a view points at can be shown."""
    answer = results(session, {"split": split})
    assert encode(answer) and answer["looked_at"] <= answer["total"] == len(session.rows(split))
    views = {view["name"]: view for one in answer["parts"][0]["pages"] for view in one["views"]}
    for part in answer["parts"][:3]:
        for view in [view for page in part["pages"] for view in page["views"]]:
            behind = next(
                (one for one in [*(view.get("samples") or []), *view.get("cells", {}).values()] if one), None
            )
            if behind is not None:
                asked = behind if isinstance(behind, list) else [behind]
                shown = cases(session, {"split": split, "part": part["name"], "samples": asked})
                assert shown["samples"] == asked[:24] and shown["views"] and encode(shown)
                assert shown["rows"] == session.rows(split)[shown["samples"]].tolist()
    return answer["parts"], views


def test_every_recipe_has_a_judge() -> None:
    named = {recipe for judge in JUDGES for recipe in judge.recipes}
    assert named <= {*RECIPES, "own"}, "a recipe that does not exist"
    assert judge_of("own", "binary", "table").id == "figures"
    assert judge_of("supervised", "regression", "series").id == "series"
    assert judge_of("supervised", "regression", "table").id == "numbers"
    assert judge_of("supervised", "binary", "table").id == "classes"
    assert judge_of("something new", "binary", "table").id == "figures"
    assert all(judge.coming and judge.judge and judge.cases for judge in JUDGES)
    tasks = Task.__args__  # type: ignore[attr-defined]
    assert {task for judge in JUDGES for task in judge.tasks} <= set(tasks)


def test_classes_are_scikit_learns(tmp_path: Path) -> None:
    from sklearn.metrics import accuracy_score, confusion_matrix, f1_score

    session = trained(network("Iris", (4,), [linear(3)], DataChoice("iris")), tmp_path)
    (part,), views = judged(session)
    x, truth = session.take(session.rows("test"))
    with torch.no_grad():
        given = session.forward(x).argmax(1).numpy()
    assert part["scores"]["accuracy"] == pytest.approx(accuracy_score(truth, given))
    assert part["scores"]["macro_f1"] == pytest.approx(f1_score(truth, given, average="macro"))
    counts = views["confusion"]["counts"]
    assert counts == confusion_matrix(truth, given, labels=range(3)).tolist()
    f1 = [row[3] for row in views["report"]["rows"][:3]]
    assert f1 == pytest.approx(
        f1_score(truth, given, average=None, zero_division=0, labels=range(3)).tolist()
    )
    for key, places in views["confusion"]["cells"].items():
        row, column = map(int, key.split(","))
        assert len(places) == counts[row][column]
        assert all((int(truth[place]), given[place]) == (row, column) for place in places)
    wrong = [place for place in range(len(truth)) if given[place] != truth[place]]
    assert sorted(views["mistakes"]["samples"]) == wrong
    sure = [row[3] for row in views["mistakes"]["rows"]]
    assert sure == sorted(sure, reverse=True)


def test_numbers_are_scikit_learns_in_the_datas_own_units(tmp_path: Path) -> None:
    from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

    made = network("Diabetes", (10,), [linear(1)], DataChoice("diabetes"), loss="mse")
    session = trained(made, tmp_path)
    (part,), views = judged(session)
    rows = session.rows("test")
    x, y = session.take(rows)
    scaler = session.dataset.target_scaler
    with torch.no_grad():
        given, truth = session.forward(x), y
    if scaler is not None:
        given, truth = scaler.invert(given), scaler.invert(truth)
    assert part["scores"]["mae"] == pytest.approx(mean_absolute_error(truth, given), rel=1e-5)
    assert part["scores"]["mse"] == pytest.approx(root_mean_squared_error(truth, given) ** 2, rel=1e-5)
    assert part["scores"]["rmse"] == pytest.approx(root_mean_squared_error(truth, given), rel=1e-5)
    assert part["scores"]["r2"] == pytest.approx(r2_score(truth, given), rel=1e-4)
    assert sum(views["left"]["counts"]) == len(rows)
    away = (given - truth).abs().flatten()
    assert views["worst"]["samples"][0] == int(away.argmax())
    raw = session.dataset.input_scaler
    worst = x[int(away.argmax())]
    assert views["worst"]["rows"][0][4] == pytest.approx(
        float((raw.invert(worst) if raw else worst)[0]), rel=1e-3
    )
    shown = cases(session, {"split": "test", "samples": [3], "part": "all"})["views"][0]
    assert shown["rows"][0][1] == pytest.approx(float(truth[3]), rel=1e-4)


def test_a_series_is_compared_with_saying_as_it_is_now(tmp_path: Path) -> None:
    made = network("Weather", (10, 5), ["Flatten", linear(1)], DataChoice("time-series"), loss="mse")
    session = trained(made, tmp_path)
    (part,), views = judged(session)
    rows = session.rows("test")
    record = session.dataset.target_scaler.invert(session.targets)[:, 0]  # type: ignore[union-attr]
    naive = float((record[rows - 1] - record[rows]).abs().mean())
    assert part["scores"]["naive_mae"] == pytest.approx(naive, rel=1e-4) and part["note"]
    assert views["timeline"]["truth"]["shape"] == [1, 1, len(rows)]
    drawn = cases(session, {"split": "test", "samples": [0], "part": "all"})["views"][0]["lines"]
    assert drawn[0]["x"] == list(range(-9, 2)) and drawn[1]["dashed"]
    assert drawn[0]["y"][-1] == pytest.approx(float(record[rows[0]]), rel=1e-4)
    assert goals_of(["a +1", "b +1", "a +2", "b +2"]) == (["a", "b"], 2)
    assert goals_of(["a +1", "b"]) == (["a +1", "b"], 1)


def test_tags_and_the_sentences_behind_them(tmp_path: Path) -> None:
    from sklearn.metrics import confusion_matrix

    data = DataChoice("word-kinds")
    recipe = {"recipe": "sequence_labelling"}
    g = GraphBuilder("Tags")
    x = g.input("x", shape=(7,), dtype="int64")
    x = g.add("Embedding", x, num_embeddings=100, embedding_dim=4)
    g.output(g.add("Linear", x, out_features=7))
    made = project(
        "Tags", g, data=data, training=Training(epochs=1, batch_size=256, device="cpu", threads=1, **recipe)
    )
    session = trained(made, tmp_path)
    (part,), views = judged(session)
    batch = session.batch_of(session.rows("test"))
    with torch.no_grad():
        given = session.loop.scores(batch["input"]).argmax(-1)
    there = batch["target"] != -100
    wanted = confusion_matrix(batch["target"][there], given[there], labels=range(7))
    assert views["confusion"]["counts"] == wanted.tolist()
    exact = ((given == batch["target"]) | ~there).all(1).double().mean()
    assert part["scores"]["exact"] == pytest.approx(float(exact))
    lengths = views["lengths"]
    assert sum(lengths["counts"]) == len(session.rows("test"))
    share = sum(value * count for value, count in zip(lengths["values"], lengths["counts"], strict=True))
    assert share / sum(lengths["counts"]) == pytest.approx(float(exact))


def test_what_is_drawn_again_has_an_error_of_its_own(tmp_path: Path) -> None:
    layers = ["Flatten", linear(8), linear(64), ("Unflatten", {"dim": 1, "unflattened_size": (1, 8, 8)})]
    made = network("Again", (1, 8, 8), layers, DataChoice("digits"), recipe="autoencoding", loss="mse")
    session = trained(made, tmp_path)
    (part,), views = judged(session)
    x = session.batch_of(session.rows("test"))["input"]
    with torch.no_grad():
        each = (session.loop.draw(x) - x).square().flatten(1).mean(1)
    assert part["scores"]["mse"] == pytest.approx(float(each.mean()), rel=1e-5)
    assert views["worst"]["samples"][0] == int(each.argmax())
    assert sum(views["errors"]["counts"]) == len(x)
    assert {row[0] for row in views["classes"]["rows"]} == {str(number) for number in range(10)}
    assert views["drawn"]["row_titles"] == ["original", "drawn again", "difference"]


def test_overlaps_by_hand() -> None:
    counts = torch.tensor([[6, 2, 0], [1, 3, 0], [0, 0, 0]])
    iou, dice = overlaps(counts)
    assert iou[:2].tolist() == pytest.approx([6 / 9, 3 / 6]) and bool(iou[2].isnan())
    assert dice[:2].tolist() == pytest.approx([12 / 15, 6 / 9])
    assert picture_iou(counts.unsqueeze(0)).tolist() == pytest.approx([(6 / 9 + 3 / 6) / 2])


def test_boxes_are_judged_as_the_recipe_does() -> None:
    torch.manual_seed(3)
    wanted, found = [], []
    for _ in range(12):
        corner = torch.rand(4, 2) * 0.6
        things = torch.cat([corner, corner + 0.2, torch.randint(0, 2, (4, 1)).float()], dim=1)
        guesses = torch.cat([things.repeat(2, 1), torch.rand(8, 1)], dim=1)
        guesses[:, :4] += 0.04 * torch.randn(8, 4)
        wanted.append(things)
        found.append(guesses)
    each = detections(found, wanted, 3)
    areas = average_precision(found, wanted, 3)
    assert each[2].area is areas[2] is None
    for one, area in zip(each[:2], areas[:2], strict=True):
        assert one.area == pytest.approx(area)
        assert one.hits(0.0) + one.alarms(0.0) == len(one.scores)
        curve = one.curve()
        steps = zip(curve["x"], curve["x"][1:], curve["y"][1:], strict=False)
        assert sum((after - before) * height for before, after, height in steps) == pytest.approx(area)
    here = torch.tensor([[0.0, 0.0, 0.2, 0.2, 0.0]])
    twice = torch.tensor(
        [[0.0, 0.0, 0.2, 0.2, 0.0, 0.9], [0.0, 0.0, 0.2, 0.2, 0.0, 0.8], [0, 0, 0.2, 0.2, 1, 0.3]]
    )
    assert of_picture(twice, here) == (1, 0, 1, 1.0), "a second box is a false alarm, an unsure one is none"


def test_differences_are_marked() -> None:
    wrong, missed, swapped = differences(["the", "cat", "sat"], ["the", "dog", "sat", "down"])
    assert (
        wrong == [False, True, False] and missed == [False, True, False, True] and swapped == [("dog", "cat")]
    )
    assert runs(["the", "cat", "sat"], wrong) == [["the", 0], [" cat", 1], [" sat", 0]]
    assert runs("abc", [True, True, False], characters=True) == [["ab", 1], ["c", 0]]
    assert distance("kitten", "sitting") == 3 and distance("", "ab") == 2


def test_many_points_are_thinned_but_the_worst_stay() -> None:
    y = torch.zeros(100_000)
    y[[17, 70_001]] = 5.0
    drawn = scatter("s", "", torch.zeros(100_000), y, torch.arange(100_000), ("", ""), "zero")
    assert len(drawn["samples"]) <= 3000 and drawn["total"] == 100_000
    assert {17, 70_001} <= set(drawn["samples"])
    assert thinned(5, torch.tensor([1])).tolist() == [0, 1, 2, 3, 4]
    bars = histogram("h", "", torch.tensor([-1.0, 0.0, 0.0, 3.0]), torch.arange(4), "", around_zero=True)
    assert bars["edges"][0] == -3.0 and max(bars["counts"]) == 2 and bars["samples"][20] == [1, 2]
    cells = members(torch.tensor([0, 0, 1]), torch.tensor([1, 1, 1]), torch.tensor([4, 4, 9]))
    assert cells == {(0, 1): [4], (1, 1): [9]}


def test_what_cannot_be_shown_is_a_sentence(tmp_path: Path) -> None:
    session = trained(network("Digits", (1, 8, 8), ["Flatten", linear(10)], DataChoice("digits")), tmp_path)
    shown = cases(session, {"split": "test", "samples": [0, 5], "part": "all"})
    assert shown["views"][0]["kind"] == "pictures" and shown["views"][0]["images"]["shape"] == [2, 1, 8, 8]
    with pytest.raises(RunError, match="none with the number 1000000"):
        cases(session, {"split": "test", "samples": [10**6]})
    with pytest.raises(RunError, match="There is no split “holiday”"):
        results(session, {"split": "holiday"})


def small(preset: str, **options: Any) -> Project:
    """A preset that is trained for one epoch, on less data."""
    made = find(preset).build()
    made.training.epochs, made.training.device, made.training.threads = 1, "cpu", 1
    made.data.options.update(options)
    return made


def test_pixels_are_scikit_learns(tmp_path: Path) -> None:
    from sklearn.metrics import f1_score, jaccard_score

    data = DataChoice("shape-masks", {"n": 60, "image_size": 32})
    made = network("Pixels", (3, 32, 32), [("Conv2d", {"out_channels": 5, "kernel_size": 3, "padding": 1})], data,
                   recipe="segmentation", learning_rate=0.05, epochs=3)  # fmt: skip
    session = trained(made, tmp_path)
    (part,), views = judged(session)
    batch = session.batch_of(session.rows("test"))
    with torch.no_grad():
        given, truth = session.loop.masks(batch["input"]).flatten(), batch["target"].flatten()
    there = sorted(set(truth.tolist()) | set(given.tolist()))
    iou = jaccard_score(truth, given, average=None, labels=there, zero_division=0)
    assert part["scores"]["miou"] == pytest.approx(iou.mean())
    assert [views["classes"]["rows"][number][1] for number in there] == pytest.approx(iou.tolist())
    dice = f1_score(truth, given, average=None, labels=there, zero_division=0)
    assert [views["classes"]["rows"][number][2] for number in there] == pytest.approx(dice.tolist())
    first = torch.tensor(views["pictures"]["samples"][:2])
    assert views["pictures"]["rows"][0][1] <= views["pictures"]["rows"][1][1] and len(first.unique()) == 2


def test_boxes_of_a_detector(tmp_path: Path) -> None:
    layers = [
        ("Conv2d", {"out_channels": 9, "kernel_size": 8, "stride": 8}),
        ("Permute", {"dims": (0, 2, 3, 1)}),
    ]
    data = DataChoice("shape-boxes", {"n": 60, "image_size": 32})
    session = trained(network("Boxes", (3, 32, 32), layers, data, recipe="detection", epochs=2), tmp_path)
    (part,), views = judged(session)
    for batch in (session.batch_of(session.rows("test")),):
        with torch.no_grad():
            session.loop.evaluate(batch)
    assert part["scores"]["map50"] == pytest.approx(session.loop.summary()["map50"])
    level = views["classes"]
    things = int((batch["target"][..., 0] >= 0).sum())
    for at in range(len(level["levels"])):
        assert sum(level[key][kind][at] for key in ("hits", "misses") for kind in range(4)) == things
    assert views["pictures"]["rows"] and views["worst"]["kind"] == "boxes"


def test_an_output_of_its_own_has_a_part_of_its_own(tmp_path: Path) -> None:
    g = GraphBuilder("Two")
    x = g.chain(g.input("x", shape=(1, 8, 8)), "Flatten", linear(16), "ReLU")
    g.output(g.add("Linear", x, name="scores", out_features=10), name="digit")
    g.output(g.chain(x, linear(64), ("Unflatten", {"dim": 1, "unflattened_size": (1, 8, 8)})), name="again")
    training = Training(
        recipe="several", loss="cross_entropy", epochs=1, batch_size=256, device="cpu", threads=1,
        options={"losses": "digit: cross_entropy, again: mse × 0.5 with input"},
    )  # fmt: skip
    session = trained(project("Two", g, data=DataChoice("digits"), training=training), tmp_path)
    parts, views = judged(session)
    assert [part["title"] for part in parts] == ["all outputs", "digit (cross_entropy)", "again (mse)"]
    batch = session.batch_of(session.rows("test"))
    with torch.no_grad():
        digit, again = session.loop.network(batch["input"])
    right = float((digit.argmax(1) == batch["target"]).double().mean())
    assert parts[1]["scores"]["accuracy"] == pytest.approx(right) == views["outputs"]["rows"][0][4]
    assert parts[2]["scores"]["mae"] == pytest.approx(float((again - batch["input"]).abs().mean()), rel=1e-4)


def test_two_columns_foreseen_three_steps_ahead(tmp_path: Path) -> None:
    path = tmp_path / "waves.csv"
    rows = [f"{math.sin(step / 5):.4f},{math.cos(step / 7):.4f}" for step in range(160)]
    path.write_text("\n".join(["u,v", *rows]), encoding="utf-8")
    data = DataChoice("own-series", {"path": str(path), "window": 8, "horizon": 3, "predict": ("u", "v")})
    session = trained(network("Waves", (8, 2), ["Flatten", linear(6)], data, loss="mse"), tmp_path / "run")
    parts, views = judged(session)
    assert [part["title"] for part in parts] == [
        "all columns",
        *(f"{name} +{n}" for n in (1, 2, 3) for name in "uv"),
    ]
    assert views["timeline"]["goals"] == ["u", "v"] and views["timeline"]["steps"] == 3
    ahead = {line["name"]: line["y"] for line in views["ahead"]["lines"]}
    mae = {row[0]: row[1] for row in views["columns"]["rows"]}
    assert ahead["v"] == pytest.approx([mae["v +1"], mae["v +2"], mae["v +3"]], rel=1e-5)
    naive = [
        abs(math.sin(step / 5) - math.sin((step + 3) / 5)) for step in (session.rows("test") + 7).tolist()
    ]
    assert ahead["u, as it is now"][2] == pytest.approx(sum(naive) / len(naive), abs=1e-3)


@pytest.mark.parametrize(
    ("preset", "options", "scores", "names"),
    [
        ("seq2seq", {"n": 300}, {"exact", "bleu", "edits"}, {"worst", "lengths", "places", "swapped"}),
        (
            "char-rnn",
            {},
            {"accuracy", "perplexity", "loss"},
            {"worst", "tokens", "pairs", "right", "confusion"},
        ),
        ("bert", {"n": 120}, {"masked_accuracy"}, {"worst", "words", "pairs"}),
        ("multi-task", {"n": 60}, {"accuracy", "exact"}, {"questions", "worst"}),
    ],
)
def test_what_is_written_guessed_and_answered(
    preset: str, options: dict[str, Any], scores: set[str], names: set[str], tmp_path: Path
) -> None:
    session = trained(small(preset, **options), tmp_path)
    split = "test" if len(session.rows("test")) else "train"
    parts, views = judged(session, split)
    assert set(parts[0]["scores"]) == scores and names <= set(views)
    again, _ = judged(session, split)
    assert [part["scores"] for part in again] == [part["scores"] for part in parts], (
        "it judges alike every time"
    )
    if preset == "seq2seq":
        with torch.no_grad():
            session.loop.evaluate(session.batch_of(session.rows("test")))
        found = session.loop.summary()
        nothing = exam_of(session, "test", 9).part_of(torch.tensor([], dtype=torch.int64))
        assert texts(nothing) == [], "a network that errs nowhere is judged too"
        assert {key: parts[0]["scores"][key] for key in found} == pytest.approx(found)


def test_what_has_no_right_answer_says_so(tmp_path: Path) -> None:
    (part,) = results(trained(small("gan"), tmp_path), {"split": "test"})["parts"]
    assert "no right answer" in part["note"] and "Watch it learn" in part["note"]
    assert len(part["pages"][0]["views"][0]["rows"]) == len(part["scores"]) > 1


def test_words_that_are_taken_for_each_other_are_counted_also_where_there_are_many() -> None:
    """A matrix of 200,000 words would take 320 GB."""
    words = [f"w{number}" for number in range(200_000)]
    truth = torch.tensor([5, 199_999, 5, 7, 5, 5])
    given = torch.tensor([6, 0, 6, 7, 5, 1])
    found = pairs_table(truth, given, words, members(truth, given, torch.arange(6)), "tokens")
    assert found["rows"] == [["w5", "w6", 2, 0.5], ["w5", "w1", 1, 0.25], ["w199999", "w0", 1, 1.0]]
    assert found["samples"] == [[0, 2], [5], [1]]
