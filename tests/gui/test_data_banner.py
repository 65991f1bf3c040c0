"""What the banner says when recipe, network and data do not fit, and what its buttons do."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from graph.build import GraphBuilder, project
from graph.edits import SetProject
from graph.model import DataChoice, Project, Training
from gui.data.banner import DataBanner, fitting_sources
from gui.data.replacing import replacing_edits
from gui.training.panel import TrainingPanel
from gui.training.session import TrainingSession
from gui.workspace import Workspace
from presets import find
from runtime.data import get_source
from runtime.recipes import RECIPES
from tests.gui.window_hand import click, show, until, workspace_of


def banner_of(made: Project) -> tuple[Workspace, DataBanner]:
    workspace = workspace_of(made)
    banner = DataBanner(workspace)
    show(banner, 320, 200)
    banner.look()
    return workspace, banner


def use(workspace: Workspace, source: str, **options: object) -> None:
    workspace.perform("data", [SetProject("data", {"source": source, "options": options})])
    until(lambda: not workspace.behind, "the shapes")


def test_what_was_said_of_one_project_is_not_said_of_the_next(qapp: QApplication) -> None:
    g = GraphBuilder("Net")
    g.output(g.add("Linear", g.input("x", shape=(4,)), out_features=3), "y")
    workspace = workspace_of(project("Nothing yet", g))
    session = TrainingSession(workspace)
    panel = TrainingPanel(workspace, session)
    show(panel, 330, 700)
    assert not session.train() and panel.fit.isVisible() and "No data is chosen" in panel.fit.sentence.text()
    click(panel.fit.dismiss)
    session.train()
    assert panel.fit.isVisible(), "asked for again, it is said again"
    workspace.ready = False  # as it is in the first second of the program
    workspace.open(find("digits-cnn").build())
    assert not panel.fit.isVisible()
    session.close()


def test_sources_that_fit_are_offered_where_none_is_chosen(qapp: QApplication) -> None:
    g = GraphBuilder("Net")
    g.output(g.add("Linear", g.input("x", shape=(4,)), out_features=3), "y")
    workspace, banner = banner_of(project("Nothing yet", g))
    offered = [banner.press(number) for number in range(3)]
    iris = next(
        button for button in offered if button.text() == "Use Iris flowers"
    )  # four numbers, as it takes
    click(iris)
    assert workspace.project.data.source == "iris" and workspace.undo.undoText() == "Use Iris flowers"
    until(lambda: not banner.isVisible(), "it fits")


def test_a_recipe_names_the_data_it_needs(qapp: QApplication) -> None:
    workspace, banner = banner_of(find("unet").build())
    assert not banner.isVisible()
    use(workspace, "iris")
    until(banner.isVisible, "the sentence")
    assert banner.sentence.text().startswith("Segmentation needs data with")
    assert "Supervised" in banner.hint.text()
    assert banner.press(0).text() == "Use Shapes with masks"
    click(banner.press(0))
    assert workspace.project.data.source == "shape-masks"
    until(lambda: not banner.isVisible(), "it fits")


@pytest.mark.parametrize("recipe", sorted(RECIPES))
def test_every_recipe_has_data_that_comes_with_the_program(recipe: str) -> None:
    made = find("digits-cnn").build()
    made.training.recipe = recipe
    found = fitting_sources(made)
    assert found and not get_source(found[0].id).schema().needs_download


def test_a_network_is_fitted_to_other_pictures_and_classes(qapp: QApplication) -> None:
    workspace, banner = banner_of(find("digits-cnn").build())
    use(workspace, "pictures", image_size=16, classes=4)
    until(banner.isVisible, "the sentence")
    steps = workspace.undo.count()
    button = banner.press(0)
    assert button.text() == "Fit network to the data"
    click(button)
    assert workspace.undo.count() == steps + 1
    graph = workspace.project.main
    schema = get_source("pictures").schema(workspace.project.data.options)
    assert graph.inputs[0].params["shape"] == schema.input_shape
    head = next(node for node in graph.nodes.values() if node.name == "fc1")
    assert head.params["out_features"] == schema.class_count == 4
    until(lambda: not banner.isVisible(), "it fits")


def test_the_recipe_of_masks_fits_its_network_too(qapp: QApplication) -> None:
    workspace, banner = banner_of(find("unet").build())
    use(workspace, "shape-masks", classes=6, image_size=96)
    until(banner.isVisible, "the sentence")
    assert "3 × 96 × 96" in banner.sentence.text()
    click(banner.press(0))
    graph = workspace.project.main
    assert graph.inputs[0].params["shape"] == (3, 96, 96)
    assert 7 in [node.params.get("out_channels") for node in graph.nodes.values()], (
        "six shapes and the ground"
    )
    until(lambda: not banner.isVisible(), "it fits")


def test_several_inputs_take_the_shapes_of_their_columns(qapp: QApplication) -> None:
    g = GraphBuilder("Two")
    tokens = g.input("input", shape=(4,), dtype="int64")
    segments = g.input("segments", shape=(4,), dtype="int64")
    both = g.add("Add", tokens, segments)
    g.output(both, "scores")
    made = project(
        "Two inputs",
        g,
        data=DataChoice("sentence-pairs"),
        training=Training(recipe="several", loss="cross_entropy"),
    )
    schema = get_source("sentence-pairs").schema()
    workspace, banner = banner_of(made)
    until(banner.isVisible, "the sentence")
    click(banner.press(0))
    shapes = [node.params["shape"] for node in workspace.project.main.inputs]
    assert shapes == [schema.input_shape, schema.fields[0].shape]


def test_a_recipe_for_the_data_is_offered_where_the_networks_can_take_it(qapp: QApplication) -> None:
    made = find("unet").build()
    made.training.recipe = "supervised"
    workspace, banner = banner_of(made)
    until(banner.isVisible, "the sentence")
    assert "Supervised cannot use data with" in banner.sentence.text()
    buttons = [banner.press(number) for number in range(4)]
    click(next(button for button in buttons if button.text() == "Use the recipe Segmentation"))
    assert workspace.project.training.recipe == "segmentation"
    until(lambda: not banner.isVisible(), "it fits")


def numbers(made: Project, network: int = 0) -> dict[str, dict[str, object]]:
    """Parameters of the nodes of a network, by name."""
    graph = list(made.networks.values())[network]
    return {node.name: dict(node.params) for node in graph.nodes.values()}


def test_a_vocabulary_finds_room_in_tables_blocks_and_heads(qapp: QApplication, tmp_path: Path) -> None:
    file = tmp_path / "pairs.tsv"
    animals = (
        "cat",
        "dog",
        "cow",
        "owl",
        "fox",
        "hen",
        "bee",
        "ant",
        "eel",
        "bat",
        "yak",
        "elk",
        "ape",
        "emu",
        "ewe",
    )
    file.write_text("".join(f"the {one} sees\tder {one}x sieht\n" for one in animals), encoding="utf-8")
    workspace, banner = banner_of(find("seq2seq").build())
    assert not banner.isVisible()
    use(workspace, "own-pairs", path=str(file))
    until(banner.isVisible, "the sentence")
    assert "different tokens" in banner.sentence.text()
    schema = get_source("own-pairs").schema(workspace.project.data.options)
    click(banner.press(0))
    found = numbers(workspace.project)
    assert found["encoder"]["tokens"] == len(schema.vocabulary)
    assert found["decoder"]["tokens"] == found["head"]["out_features"] == len(schema.target_vocabulary)
    assert workspace.undo.undoText() == "Fit network to the data"
    until(lambda: not banner.isVisible(), "it fits")


def test_a_text_that_is_longer_than_the_positions(qapp: QApplication, tmp_path: Path) -> None:
    file = tmp_path / "book.txt"
    file.write_text("to be or not to be, that is the question. " * 60, encoding="utf-8")
    workspace, banner = banner_of(find("char-gpt").build())
    use(workspace, "own-text", path=str(file), window=48)
    until(banner.isVisible, "the sentence")
    assert banner.sentence.text() == ("Input “tokens” expects samples of 32 int64, but Text gives 48 int64.")
    click(banner.press(0))
    count = len(get_source("own-text").schema(workspace.project.data.options).vocabulary)
    found = numbers(workspace.project)
    assert found["embedding"]["places"] == 48 and found["embedding"]["tokens"] == count
    assert found["head"]["out_features"] == count


def test_pictures_are_resized_for_a_gan_whose_first_network_sees_none(qapp: QApplication) -> None:
    workspace, banner = banner_of(find("dcgan-14").build())
    assert not banner.isVisible()
    use(workspace, "digits", image_size=28)
    until(banner.isVisible, "the sentence")
    button = next(banner.press(number) for number in (0, 1) if "Resize" in banner.press(number).text())
    click(button)
    assert workspace.project.data.options["image_size"] == 14
    until(lambda: not banner.isVisible(), "it fits")


def test_letters_for_a_network_that_takes_vectors_meet_an_embedding(
    qapp: QApplication, tmp_path: Path
) -> None:
    file = tmp_path / "book.txt"
    file.write_text("to be or not to be, that is the question. " * 60, encoding="utf-8")
    workspace, banner = banner_of(find("char-rnn").build())
    use(workspace, "own-text", path=str(file), window=20)
    until(banner.isVisible, "the sentence")
    click(banner.press(0))
    assert workspace.undo.undoText() == "Fit network to the data"
    schema = get_source("own-text").schema(workspace.project.data.options)
    found = numbers(workspace.project)
    assert found["x"] == {"shape": (20,), "dtype": "int64"}
    assert found["embedding1"]["num_embeddings"] == len(schema.vocabulary)
    assert found["fc"]["out_features"] == len(schema.vocabulary)
    until(lambda: not banner.isVisible(), "it fits")
    workspace.undo.undo()
    assert "embedding1" not in numbers(workspace.project)


def test_a_preset_with_the_data_is_offered_where_sizes_do_not_help(qapp: QApplication) -> None:
    made = find("lstm").build()
    made.training.loss = "cross_entropy"
    workspace, banner = banner_of(made)
    opened: list[Project] = []
    banner.project_asked.connect(opened.append)
    use(workspace, "iris")
    until(banner.isVisible, "the sentence")
    assert banner.press(0).text() == "Open MLP on iris flowers", "and no button to fit"
    assert "made for sequences of measurements, and this data gives rows of numbers" in banner.hint.text()
    click(banner.press(0))
    assert [one.data.source for one in opened] == ["iris"] and opened[0].main.name == "IrisMLP"


def test_a_network_with_other_layers_after_the_fit_is_shown_whole(qapp: QApplication) -> None:
    workspace, banner = banner_of(find("iris-mlp").build())
    rebuilt: list[bool] = []
    banner.rebuilt.connect(lambda: rebuilt.append(True))
    use(workspace, "wine")
    until(banner.isVisible, "the sentence")
    click(banner.press(0))
    assert not rebuilt, "only sizes have changed"
    use(workspace, "digits")
    until(banner.isVisible, "the sentence")
    click(banner.press(0))
    assert rebuilt == [True]


def test_scores_to_spare_are_asked_about_with_data_of_ones_own(qapp: QApplication, tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_text(
        "a,b,kind\n" + "".join(f"{n},{n % 7},{'xyz'[n % 3]}\n" for n in range(60)), encoding="utf-8"
    )
    g = GraphBuilder("Net")
    g.output(g.add("Linear", g.input("x", shape=(2,)), name="head", out_features=5), "scores")
    workspace, banner = banner_of(project("Five scores", g, training=Training(loss="cross_entropy")))
    use(workspace, "own-table", path=str(file), target="kind")
    until(lambda: "2 of them stay without use" in banner.sentence.text(), "the sentence")
    assert banner.severity == "hint" and banner.isVisible()
    click(banner.press(0))
    until(lambda: not banner.isVisible(), "it fits")
    assert numbers(workspace.project)["head"]["out_features"] == 3


@pytest.mark.parametrize(
    ("shape", "titles", "scaled"),
    [
        ((40, 16, 16), ["Autoencoder", "Variational autoencoder", "DCGAN 14 × 14", "Diffusion"], ["min_max", "clip"]),
        ((40, 7), ["Autoencoder", "Variational autoencoder", "GAN", "Restricted Boltzmann machine"],
         ["min_max", "clip"]),
    ],
)  # fmt: skip
def test_arrays_without_targets_meet_networks_that_need_none(
    shape: tuple[int, ...], titles: list[str], scaled: list[str], qapp: QApplication, tmp_path: Path
) -> None:
    import numpy

    numpy.save(tmp_path / "x.npy", numpy.random.default_rng(0).normal(size=shape))
    workspace, banner = banner_of(find("digits-cnn").build())
    opened: list[Project] = []
    banner.project_asked.connect(opened.append)
    use(workspace, "own-arrays", path=str(tmp_path / "x.npy"))
    until(lambda: "A preset made for it can be opened" in banner.hint.text(), "the presets")
    assert [banner.press(number).text() for number in range(4)] == [f"Open {title}" for title in titles]
    click(banner.press(0))
    workspace.perform("ready", replacing_edits(workspace.project, opened[0]))
    until(lambda: not workspace.behind, "the shapes")
    assert not workspace.shapes.problems and workspace.project.training.recipe == "autoencoding"
    assert [step.kind for step in workspace.project.data.steps] == scaled
    workspace.undo.undo()
    assert workspace.project.main.name == "DigitsCNN" and not workspace.project.data.steps
