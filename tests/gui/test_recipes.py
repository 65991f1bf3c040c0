"""The recipe page and the choice of a recipe: what is drawn, what fits, what an undo step is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

import presets
from graph.edits import SetProject
from graph.model import Project
from gui.custom.asker import CodeAsker
from gui.inspector.editors import NumberEditor
from gui.recipes.fitting import choose_recipe, losses_of, refusal, schema_of
from gui.recipes.layout import arranged, kind_of
from gui.recipes.page import RecipePage
from gui.shows.view import small
from gui.training.session import TrainingSession
from gui.training.settings import SettingsForm
from gui.workspace import Workspace
from runtime.practices import GROUPS
from runtime.recipes import RECIPES, Link, Recipe
from tests.gui.training_hand import until, workspace_of
from tests.gui.window_hand import write
from tests.runtime.running import digits_cnn

LEFT = Qt.MouseButton.LeftButton


def measured(width: float = 120.0) -> tuple[Callable[..., float], Callable[..., float]]:
    return (lambda _thing: width), (lambda text: 6.0 * len(text))


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=list(RECIPES))
def test_every_recipe_can_be_drawn(recipe: Recipe) -> None:
    drawing = arranged(recipe, *measured())
    boxes = {
        key: QRectF(thing.x, thing.y, thing.width, thing.height) for key, thing in drawing.things.items()
    }
    names = list(boxes)
    for number, one in enumerate(names):
        for other in names[number + 1 :]:
            assert not boxes[one].intersects(boxes[other]), f"{one} lies over {other}"
    assert {role.name for role in recipe.roles} <= set(names)
    figures = {figure.name for figure in recipe.figures}
    for key in names:
        kind, name = kind_of(key)
        assert kind != "group" or name in {group for group, _ in recipe.groups}
        assert kind != "loss" or name in figures or name
    for arrow in drawing.arrows:
        (x, y), (to_x, to_y) = arrow.points[0], arrow.points[-1]
        assert boxes[arrow.link.source].adjusted(-1, -1, 1, 1).contains(QPointF(x, y))
        assert boxes[arrow.link.target].adjusted(-1, -1, 1, 1).contains(QPointF(to_x, to_y))
        assert all(0 <= px <= drawing.width + 1 and -1 <= py <= drawing.height for px, py in arrow.points)


def test_data_stands_before_networks_before_losses_before_optimisers() -> None:
    drawing = arranged(RECIPES["adversarial"], *measured())
    x = {key: thing.x for key, thing in drawing.things.items()}
    assert (
        x["data:noise"]
        < x["generator"]
        < x["discriminator"]
        < x["loss:generator_loss"]
        < x["group:generator"]
    )
    back = [arrow.link for arrow in drawing.arrows if arrow.back]
    assert Link("group:generator", "generator", "moves the weights") in back


@pytest.fixture
def gan(qapp: QApplication) -> Workspace:
    return workspace_of(presets.find("gan").build())


def page_of(workspace: Workspace) -> RecipePage:
    page = RecipePage(workspace, CodeAsker(workspace))
    page.resize(1100, 320)
    page.show()
    return page


def test_the_page_shows_the_loop_word_for_word(gan: Workspace) -> None:
    page = page_of(gan)
    recipe = RECIPES["adversarial"]
    assert page.code.toPlainText() == recipe.whole and page.code.isReadOnly()
    assert page.title.text() == recipe.title and page.trouble.isHidden()
    assert page.drawing.texts(page.drawing.plan.things["generator"]) == ("Generator", "Generator")
    assert page.drawing.texts(page.drawing.plan.things["data:noise"])[1] == "made by the recipe"
    assert page.drawing.texts(page.drawing.plan.things["data:input"])[1] == "1 × 14 × 14"
    assert page.drawing.texts(page.drawing.plan.things["group:generator"]) == ("Adam", "lr 0.0002")
    gan.perform("Change rate", [SetProject("training", {"learning_rate": 0.5})])
    assert page.drawing.texts(page.drawing.plan.things["group:generator"]) == ("Adam", "lr 0.5")


def test_pointing_at_a_box_marks_its_lines(gan: Workspace) -> None:
    page = page_of(gan)
    QTest.mouseMove(page.drawing, page.drawing.box("generator").center().toPoint())
    QApplication.processEvents()
    assert page.drawing.here == "generator"
    lines = page.code.toPlainText().splitlines()
    assert page.code.marked and all("generator" in lines[number - 1] for number in page.code.marked)
    page.drawing.leaveEvent(QEvent(QEvent.Type.Leave))
    assert page.drawing.here == "" and not page.code.marked
    asked: list[str] = []
    page.network_asked.connect(asked.append)
    QTest.mouseDClick(page.drawing, LEFT, pos=page.drawing.box("discriminator").center().toPoint())
    assert asked == [list(gan.project.networks)[1]]


def test_words_at_arrows_do_not_lie_over_each_other(gan: Workspace) -> None:
    page = page_of(gan)
    for recipe in RECIPES.values():
        page.drawing.show_recipe(recipe, gan.project)
        boxes = [box for box, _ in page.drawing.label_boxes()]
        for number, one in enumerate(boxes):
            assert not any(one.intersects(other) for other in boxes[number + 1 :]), recipe.id
        metrics = QFontMetricsF(small(page.drawing.font()))
        assert all(box.width() >= metrics.horizontalAdvance("a") for box in boxes)


def test_a_small_page_shows_the_whole_drawing_or_the_code(qapp: QApplication) -> None:
    page = page_of(workspace_of(presets.find("cyclegan").build()))
    page.resize(714, 260)  # about what it has in a window of 1280 × 800
    until(lambda: page.texts.isHidden() and page.swap.isVisible(), "one of both")
    until(lambda: page.drawing.size() == page.area.viewport().size(), "nothing to scroll")
    assert page.drawing.close_together
    assert not page.drawing.label_boxes()
    QTest.mouseMove(page.drawing, page.drawing.box("generator_ab").center().toPoint())
    QApplication.processEvents()
    assert {arrow.link.label for _, arrow in page.drawing.label_boxes()} >= {"made B", "and back"}
    QTest.mouseClick(page.swap, LEFT)
    assert page.area.isHidden() and page.texts.isVisible()
    page.resize(2200, 400)
    until(lambda: page.area.isVisible() and page.texts.isVisible() and page.swap.isHidden(), "both")
    until(lambda: not page.drawing.close_together, "room for words")
    assert len(page.drawing.label_boxes()) > 6


def test_it_says_why_a_recipe_does_not_fit(qapp: QApplication) -> None:
    project = digits_cnn()
    schema = schema_of(project)
    assert refusal(RECIPES["supervised"], project, schema) is None
    assert "trains 2 networks (Generator, Discriminator), but the project has 1" in str(
        refusal(RECIPES["adversarial"], project, schema)
    )
    assert "needs data with pairs of sequences" in str(
        refusal(RECIPES["sequence_to_sequence"], project, schema)
    )
    page = page_of(workspace_of(digits_cnn(recipe="adversarial")))
    assert "trains 2 networks" in page.trouble.text() and page.trouble.isVisible()
    other = page_of(workspace_of(digits_cnn(recipe="dreaming")))
    assert "no recipe" in other.trouble.text() and other.code.toPlainText() == ""


def form_of(project: Project) -> SettingsForm:
    workspace = workspace_of(project)
    form = SettingsForm(workspace, TrainingSession(workspace))
    form.resize(330, 1600)
    form.show()
    return form


def test_choosing_a_recipe_is_one_undo_step(gan: Workspace) -> None:
    form = form_of(presets.find("gan").build())
    workspace = form.workspace
    assert form.recipe.currentData() == "adversarial" and form.recipe_trouble.isHidden()
    place = form.recipe.findData("diffusion")
    form.recipe.setCurrentIndex(place)
    form.recipe.activated.emit(place)
    assert workspace.project.training.recipe == "diffusion"
    assert workspace.project.training.loss == "mse", "a loss that goes with it"
    assert workspace.undo.count() == 1 and "Diffusion" in workspace.undo.undoText()
    workspace.undo.undo()
    assert workspace.project.training.recipe == "adversarial" and workspace.project.training.loss == "bce"
    assert form.recipe.currentData() == "adversarial"


def test_recipes_that_do_not_fit_are_grey_and_say_why(qapp: QApplication) -> None:
    form = form_of(digits_cnn())
    place = form.recipe.findData("sequence_to_sequence")
    assert "pairs of sequences" in form.recipe.itemData(place, Qt.ItemDataRole.ToolTipRole)
    assert form.recipe.itemData(place, Qt.ItemDataRole.ForegroundRole) is not None
    fits = form.recipe.findData("supervised")
    assert form.recipe.itemData(fits, Qt.ItemDataRole.ForegroundRole) is None
    form.perform("Choose", choose_recipe(form.workspace.project, "adversarial"))
    assert form.recipe_trouble.isHidden(), "the banner above says what is wrong, once"
    form.workspace.perform("no data", [SetProject("data", {"source": ""})])
    assert "trains 2 networks" in form.recipe_trouble.text()


def test_only_losses_that_the_recipe_can_use_are_offered(gan: Workspace) -> None:
    form = form_of(presets.find("gan").build())
    box = form.choices["loss"]
    shown = [box.itemData(row) for row in range(box.count()) if not box.view().isRowHidden(row)]  # type: ignore[attr-defined]
    assert set(shown) == set(losses_of(RECIPES["adversarial"])) == {"bce", "bce_with_logits", "mse"}
    form.perform("Choose", choose_recipe(form.workspace.project, "sequence_to_sequence"))
    assert not form.choices["loss"].isVisible()


def test_options_of_the_recipe_are_edited(gan: Workspace) -> None:
    form = form_of(presets.find("gan").build())
    rows = {field.param.name: row for field, row in form.sections["recipe"].rows}
    editor = rows["discriminator_steps"].editor
    assert isinstance(editor, NumberEditor)
    write(editor.box.lineEdit(), "3")
    assert form.workspace.project.training.options["discriminator_steps"] == 3
    assert form.workspace.undo.count() == 1


def test_all_practices_are_listed_by_themselves(qapp: QApplication) -> None:
    form = form_of(digits_cnn(threads=0))
    assert not form.extra.isVisible()
    QTest.mouseClick(form.more, LEFT)
    assert form.extra.isVisible()
    groups = [group for group in GROUPS if not group.recipes]  # the others are for some recipes only
    assert set(form.practices.sections) == {group.title for group in groups}
    listed = {
        field.param.name for _, section in form.practices.sections.values() for field, _ in section.rows
    }
    assert listed == {param.name for group in groups for param in group.params}
    rows = {
        field.param.name: row
        for _, section in form.practices.sections.values()
        for field, row in section.rows
    }
    editor = rows["patience"].editor
    assert isinstance(editor, NumberEditor)
    write(editor.box.lineEdit(), "5")
    assert form.workspace.project.training.options["patience"] == 5
    QTest.mouseClick(form.more, LEFT)
    assert form.extra.isVisible(), "what differs from the default is never hidden"
