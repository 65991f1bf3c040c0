"""The form of the training panel: data, loss, optimiser, schedule and everything else a run can be told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from graph.changes import ChangeSet
from graph.edits import UNSET, Edit, SetProject
from gui.data.sources import SourcePicker
from gui.icons import icon
from gui.inspector.param_row import ParamRow
from gui.recipes.fitting import choose_recipe, losses_of, networks_refusal, refusal, schema_of
from gui.theme import theme
from gui.training.fields import (
    BATCH_SIZE,
    CHOICES,
    EPOCHS,
    LEARNING_RATE,
    SEED,
    THREADS,
    WEIGHT_DECAY,
    Field,
    choice_fields,
    choose,
    choose_data,
    data_fields,
    practice_fields,
    recipe_fields,
    split_fields,
)
from gui.training.session import TrainingSession
from gui.widgets import Heading, Picker, WrappedLabel, clear
from gui.workspace import Workspace
from runtime.data import DataError, get_source, prepared_schema
from runtime.precision import PRECISION
from runtime.recipes import OWN, RECIPES, known_recipe, recipe_problem

LABEL_WIDTH = 120


class _Choice(Picker):
    """A list that the wheel does not change in passing."""

    def __init__(self, name: str, tip: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setToolTip(tip)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class Section(QWidget):
    """Rows of label and editor that are built anew when what they belong to is chosen anew."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.workspace = workspace
        self.rows: list[tuple[Field, ParamRow]] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._inside: QWidget | None = None

    def show_fields(self, found: list[Field]) -> None:
        """Rows for these fields, with the document's values."""
        if [field for field, _ in self.rows] != found:
            clear(self._column)
            self.rows = []
            self._inside = QWidget()
            grid = QGridLayout(self._inside)
            grid.setContentsMargins(0, 0, 0, 0)
            grid.setVerticalSpacing(5)
            grid.setColumnMinimumWidth(0, LABEL_WIDTH)
            grid.setColumnStretch(1, 1)
            for field in found:
                row = ParamRow(field.param, frozenset(), self._setter(field), grid, self._inside)
                row.label.setText(label(field.param.name))
                self.rows.append((field, row))
            self._column.addWidget(self._inside)
        for field, row in self.rows:
            row.show_values(field.stored(self.workspace.project), None)
        self.setVisible(bool(found))

    def _setter(self, field: Field) -> Callable[[str, Any], bool]:
        def set_value(name: str, value: Any) -> bool:
            edit = field.edit(self.workspace.project, value)
            text = self.tr("Change {0}").format(label(name))
            return self.workspace.perform(text, [edit], merge=f"{field.part}/{field.table}/{name}")

        return set_value


class Groups(QWidget):
    """Sections under headings of their own, as many as are declared."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.workspace = workspace
        self.sections: dict[str, tuple[Heading, Section]] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)

    def show_groups(self, groups: list[tuple[str, list[Field]]]) -> None:
        """A heading and rows for each group; those that are not among them are hidden."""
        new = [title for title, _ in groups if title not in self.sections]
        for title in new:
            self.sections[title] = (Heading(title), Section(self.workspace))
        for title, found in groups:
            for widget in self.sections[title] if new else ():
                self._column.addWidget(widget)  # moves to the end: all stand as they are declared
            self.sections[title][1].show_fields(found)
        shown = {title for title, found in groups if found}
        for title, (heading, section) in self.sections.items():
            heading.setVisible(title in shown)
            section.setVisible(title in shown)


def label(name: str) -> str:
    """A setting's name as it is read; those too short to be understood are spelt out."""
    spelt_out = {
        "n": QCoreApplication.translate("Settings", "samples"),
        "rgb": QCoreApplication.translate("Settings", "three colours"),
        "l1": QCoreApplication.translate("Settings", "L1"),
        "ema": QCoreApplication.translate("Settings", "averaged weights"),
        "clip_norm": QCoreApplication.translate("Settings", "clip the norm at"),
        "clip_value": QCoreApplication.translate("Settings", "clip values at"),
        "accumulate": QCoreApplication.translate("Settings", "batches per step"),
        "watch": QCoreApplication.translate("Settings", "best epoch by"),
        "judge": QCoreApplication.translate("Settings", "judged by"),
        "warmup_epochs": QCoreApplication.translate("Settings", "warm-up epochs"),
        "init_layers": QCoreApplication.translate("Settings", "given to"),
    }
    return spelt_out.get(name, name.replace("_", " "))


class SettingsForm(QWidget):
    """Every change is one undo step of the workspace; the form shows what the document holds."""

    recipe_asked = Signal()
    """The person wants to see the recipe's drawing and code."""
    finder_asked = Signal()
    """The person wants to find a learning rate."""

    def __init__(self, workspace: Workspace, session: TrainingSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.session = session
        self.choices: dict[str, QComboBox] = {}
        self.sections: dict[str, Section] = {}
        self._rows: dict[QWidget, QWidget] = {}
        self._build()
        workspace.changed.connect(self._changed)
        session.devices_changed.connect(self._fill_devices)
        theme().changed.connect(self.refresh)
        self._fill_devices()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(Heading(self.tr("Data")))
        self.source = SourcePicker()
        self.source.chosen.connect(self._choose_data)
        column.addWidget(self.source)
        self.summary = WrappedLabel(muted=True)
        column.addWidget(self.summary)
        self._section("data", column)
        self._section("splits", column)
        self._build_recipe(column)
        column.addWidget(Heading(self.tr("Learning")))
        self._choice("loss", self.tr("loss"), column)
        self._choice("optimizer", self.tr("optimiser"), column, between="rate")
        self.finder = QPushButton(self.tr("Find a learning rate…"))
        self.finder.setProperty("link", True)
        self.finder.setToolTip(
            self.tr(
                "Tries rates from very small to very large on a copy of the network, and shows what they do"
            )
        )
        self.finder.clicked.connect(self.finder_asked)
        column.addWidget(self.finder, 0, Qt.AlignmentFlag.AlignLeft)
        self._choice("schedule", self.tr("schedule"), column)
        column.addWidget(Heading(self.tr("Run")))
        self._section("run", column)
        self.device = _Choice(self.tr("device"), self.tr("Where the network trains"))
        self.device.activated.connect(self._choose_device)
        column.addWidget(self._labelled(self.tr("device"), self.device))
        self.more = QToolButton()
        self.more.setText(self.tr("More"))
        self.more.setCheckable(True)
        self.more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.more.toggled.connect(self.refresh)
        column.addWidget(self.more)
        self.extra = QWidget()
        inner = QVBoxLayout(self.extra)
        inner.setContentsMargins(0, 0, 0, 0)
        self._choice("initialisation", self.tr("initial weights"), inner)
        self._section("extra", inner)
        self.practices = Groups(self.workspace)
        inner.addWidget(self.practices)
        column.addWidget(self.extra)

    def _build_recipe(self, column: QVBoxLayout) -> None:
        """How batches become steps; a recipe that does not go with data or networks says why."""
        column.addWidget(Heading(self.tr("Recipe")))
        self.recipe = _Choice(self.tr("recipe"), self.tr("How batches become steps of one or more networks"))
        for recipe in RECIPES.values():
            self.recipe.addItem(recipe.title, recipe.id)
        self.recipe.addItem(self.tr("Your own, in Python"), OWN)
        self.recipe.activated.connect(self._choose_recipe)
        column.addWidget(self.recipe)
        self.recipe_trouble = WrappedLabel()
        self.recipe_trouble.setProperty("sentence", "warning")
        column.addWidget(self.recipe_trouble)
        self._section("recipe", column)
        self.recipe_link = QPushButton(self.tr("Show who is fed by what, and the code"))
        self.recipe_link.setProperty("link", True)
        self.recipe_link.clicked.connect(self.recipe_asked)
        column.addWidget(self.recipe_link, 0, Qt.AlignmentFlag.AlignLeft)

    def _section(self, name: str, column: QVBoxLayout) -> None:
        self.sections[name] = Section(self.workspace)
        column.addWidget(self.sections[name])

    def _labelled(self, text: str, widget: QWidget) -> QWidget:
        box = QWidget()
        self._rows[widget] = box
        grid = QGridLayout(box)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setColumnMinimumWidth(0, LABEL_WIDTH)
        grid.setColumnStretch(1, 1)
        label = QLabel(text)
        label.setToolTip(widget.toolTip())
        grid.addWidget(label, 0, 0)
        grid.addWidget(widget, 0, 1)
        return box

    def _choice(self, kind: str, label: str, column: QVBoxLayout, between: str = "") -> None:
        """A list, and below it the options of what is chosen; ``between`` is a section before those."""
        table, purpose = CHOICES[kind]
        box = _Choice(label, purpose)
        for name, choice in table.items():
            box.addItem(choice.title, name)
            box.setItemData(box.count() - 1, f"<p>{choice.help}</p>", Qt.ItemDataRole.ToolTipRole)
        box.activated.connect(lambda _index: self._choose(kind, label, box))
        self.choices[kind] = box
        column.addWidget(self._labelled(label, box))
        if between:
            self._section(between, column)
        self._section(kind, column)

    # -- what the person chooses -------------------------------------------------------------------------

    def _choose_data(self, source_id: str) -> None:
        project = self.workspace.project
        if source_id != project.data.source:
            title = get_source(source_id).title
            self.perform(self.tr("Use {0}").format(title), choose_data(project, source_id))

    def _choose(self, kind: str, label: str, box: QComboBox) -> None:
        project = self.workspace.project
        name = box.currentData()
        if name != getattr(project.training, kind):
            self.perform(self.tr("Change {0}").format(label), choose(project, kind, name))

    def _choose_recipe(self) -> None:
        project, name = self.workspace.project, self.recipe.currentData()
        if name is not None and name != project.training.recipe:
            text = self.tr("Use the recipe {0}").format(self.recipe.currentText())
            self.perform(text, choose_recipe(project, name))
            if name == OWN:
                self.recipe_asked.emit()

    def _choose_device(self) -> None:
        name = self.device.currentData()
        if name != self.workspace.project.training.device:
            self.perform(self.tr("Change device"), [SetProject("training", {"device": name})])

    def perform(self, name: str, edits: list[Edit]) -> None:
        """One undo step; when it is refused the form shows again what is."""
        if not self.workspace.perform(name, edits):
            self.refresh()

    # -- showing -----------------------------------------------------------------------------------------

    def _changed(self, changes: ChangeSet) -> None:
        if changes.everything or changes.project & {"data", "training"}:
            self.refresh()

    def refresh(self) -> None:
        """Show what the document holds."""
        project = self.workspace.project
        training = project.training
        self.source.show_source(project.data.source)
        self._show_recipe()
        self.summary.setText(self._data_text())
        for kind, box in self.choices.items():
            value = getattr(training, kind)
            box.setCurrentIndex(box.findData(value))
            choice = CHOICES[kind][0].get(value)
            box.setToolTip(f"<p>{CHOICES[kind][1]}</p><p>{choice.help if choice else ''}</p>")
            self.sections[kind].show_fields(choice_fields(project, kind))
        self._show_loss()
        show = {
            "data": data_fields(project),
            "splits": split_fields(project),
            "rate": [Field(LEARNING_RATE, "training"), Field(WEIGHT_DECAY, "training")],
            "run": [Field(EPOCHS, "training"), Field(BATCH_SIZE, "training"), Field(SEED, "training")],
            "extra": [Field(THREADS, "training"), Field(PRECISION, "training", "options")],
        }
        for name, found in show.items():
            self.sections[name].show_fields(found)
        groups = practice_fields(project)
        self.practices.show_groups(groups)
        self._show_device()
        told = any(
            field.stored(project) not in (UNSET, field.param.default)
            for _, found in groups
            for field in found
        )
        changed = training.initialisation != "default" or training.threads != 0 or told
        open_ = self.more.isChecked() or changed
        self.extra.setVisible(open_)
        self.more.setVisible(not changed)
        self.more.setIcon(icon("chevron-down" if open_ else "chevron-right", theme().muted))

    def _show_recipe(self) -> None:
        """The chosen recipe; those that do not fit are grey and say why."""
        project = self.workspace.project
        training, schema = project.training, schema_of(project)
        place = self.recipe.findData(training.recipe)
        if place < 0:
            self.recipe.addItem(training.recipe, training.recipe)
            place = self.recipe.count() - 1
        self.recipe.setCurrentIndex(place)
        for number in range(self.recipe.count()):
            recipe = RECIPES.get(self.recipe.itemData(number))
            if recipe is None:
                continue
            why = (recipe.refusal(schema) if schema is not None else None) or networks_refusal(
                recipe, project
            )
            tip = f"<p>{recipe.help}</p>" + (f"<p><b>{why}</b></p>" if why else "")
            self.recipe.setItemData(number, tip, Qt.ItemDataRole.ToolTipRole)
            color = theme().disabled if why else None
            self.recipe.setItemData(number, color, Qt.ItemDataRole.ForegroundRole)
        recipe = known_recipe(training)
        sentence = refusal(recipe, project, schema) if recipe is not None else recipe_problem(training)
        # once the data is known the banner above says it, with what helps
        sentence = sentence if schema is None else None
        self.recipe_trouble.setText(sentence or "")
        self.recipe_trouble.setVisible(bool(sentence))
        self.recipe.setToolTip(f"<p>{recipe.help}</p>" if recipe is not None else "")
        self.sections["recipe"].show_fields(recipe_fields(project))

    def _show_loss(self) -> None:
        """The choice of a loss, with those that the recipe can use; no choice where it has losses of its own."""
        training = self.workspace.project.training
        recipe = known_recipe(training)
        box = self.choices["loss"]
        allowed = set(losses_of(recipe)) if recipe is not None else set(CHOICES["loss"][0])
        view = box.view()
        for number in range(box.count()):
            view.setRowHidden(number, box.itemData(number) not in allowed)  # type: ignore[attr-defined]
        self._rows[box].setVisible(bool(allowed))
        if not allowed:
            self.sections["loss"].hide()

    def _data_text(self) -> str:
        choice = self.workspace.project.data
        try:
            return prepared_schema(choice).summary
        except DataError as error:
            return str(error)

    def _fill_devices(self) -> None:
        self.device.clear()
        best = _short(self.session.devices[0]) if self.session.devices else ""
        self.device.addItem(self.tr("Automatic ({0})").format(best) if best else self.tr("Automatic"), "auto")
        for device in self.session.devices:
            self.device.addItem(_short(device), device["name"])
            self.device.setItemData(
                self.device.count() - 1, f"{device['name']}: {device['title']}", Qt.ItemDataRole.ToolTipRole
            )
        self.refresh()

    def _show_device(self) -> None:
        wanted = self.workspace.project.training.device or "auto"
        place = self.device.findData(wanted)
        if place < 0 and self.session.devices:
            self.device.addItem(self.tr("{0} (not on this machine)").format(wanted), wanted)
            place = self.device.count() - 1
        self.device.setCurrentIndex(place)


def _short(device: dict[str, Any]) -> str:
    """A device as it fits into the form."""
    return "CPU" if device["name"] == "cpu" else f"{device['title']}, {device['name']}"
