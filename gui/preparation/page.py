"""The page of the preparation: its steps on the left, real samples before and after them on the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QHideEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from graph.changes import ChangeSet
from graph.edits import UNSET, SetSteps
from graph.model import Step
from gui.data.notice import Notice
from gui.icons import icon
from gui.preparation.form import StepForm
from gui.preparation.histograms import Histograms, empty_one_hot
from gui.preparation.look import Looked, LookLoader, source_key
from gui.preparation.pictures import BeforeAfter
from gui.preparation.steps import StepList
from gui.preparation.texts import TextPairs
from gui.preparation.words import ICONS, change_of, shape_text, title_of
from gui.theme import theme
from gui.widgets import Column, WrappedLabel
from gui.workspace import Workspace
from runtime.data import DataError, Schema, get_source
from runtime.data.steps.plan import Planned, faults, warnings
from runtime.data.steps.registry import STEPS, steps_for
from runtime.data.steps.rules import names_of

WAIT = 160
"""Milliseconds after the last change until the samples are prepared anew."""
LEFT = 290
FORM = 320
LOW, WIDE = 460, 820
"""A page as low and as wide as this has its options beside its list."""


class PreparationPage(QWidget):
    """Every change is one undo step. Samples are loaded while the page is seen; those that may have to be
    downloaded only when asked for."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.loader = LookLoader(self)
        self.looked: Looked | None = None
        self.shuffle = 0
        self._planned: list[Planned] = []
        self._faults: dict[int, str] = {}
        self._cautions: dict[int, str] = {}
        self._shown: object = None
        self._asked: object = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WAIT)
        self._timer.timeout.connect(self._load_if_seen)
        self._build()
        self.loader.progress.connect(self.notice.progress)
        self.loader.done.connect(self._done)
        self.loader.failed.connect(self._failed)
        workspace.changed.connect(self._changed)
        workspace.torch_loaded.connect(self._timer.start)
        theme().changed.connect(self._icons)
        self._icons()
        self.refresh()

    # -- how it is made --------------------------------------------------------------------------------

    def _build(self) -> None:
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(self._left())
        self.split.addWidget(self._right())
        self.split.setStretchFactor(1, 1)
        self.split.setSizes([LEFT, 640])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.split)

    def _left(self) -> QWidget:
        self.add = QPushButton(self.tr("Add step"))
        self.add.setAutoDefault(False)
        self.menu = QMenu(self.add)
        self.menu.setToolTipsVisible(True)
        self.menu.aboutToShow.connect(self._fill_menu)
        self.add.setMenu(self.menu)
        self.up = self._button(self.tr("Move up (Alt+Up)"), lambda: self.list.move(-1))
        self.down = self._button(self.tr("Move down (Alt+Down)"), lambda: self.list.move(1))
        self.bin = self._button(self.tr("Remove (Del)"), lambda: self.remove(self.list.currentRow()))
        bar = QHBoxLayout()
        bar.setSpacing(4)
        bar.addWidget(self.add, 1)
        for button in (self.up, self.down, self.bin):
            bar.addWidget(button)
        self.list = StepList()
        self.list.currentRowChanged.connect(self._select)
        self.list.reordered.connect(self._reorder)
        self.list.removed.connect(self.remove)
        self.list.switched.connect(self._switch)
        self.empty = WrappedLabel(
            self.tr(
                "No steps yet: samples are used as the source gives them. Steps are done from top to bottom; those "
                "for training only are drawn anew for each batch."
            ),
            muted=True,
        )
        self.result = WrappedLabel(muted=True)
        self.form = StepForm(self._set_option)
        self.form.where_asked.connect(self._set_where)
        self.options = Column(margin=8, gap=4)
        self.options.layout_.addWidget(self.form)
        self.options.layout_.addStretch(1)
        self.options.setMinimumWidth(190)
        page = QWidget()
        page.setMinimumWidth(190)
        column = QVBoxLayout(page)
        column.setContentsMargins(8, 8, 8, 4)
        column.setSpacing(6)
        column.addLayout(bar)
        column.addWidget(self.empty)
        column.addWidget(self.list, 1)
        column.addWidget(self.result)
        self.beside = QSplitter(Qt.Orientation.Vertical)
        self.beside.setChildrenCollapsible(False)
        self.beside.addWidget(page)
        self.beside.addWidget(self.options)
        return self.beside

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # a low page (the dock below the canvas) has its room at the side
        low = self.height() < LOW and self.width() > WIDE
        way = Qt.Orientation.Horizontal if low else Qt.Orientation.Vertical
        if way != self.beside.orientation() or (self.height() < LOW) != self.caption.isHidden():
            self.beside.setOrientation(way)
            self._arrange()

    def _arrange(self) -> None:
        """Give the list, the options and the samples their room."""
        small = self.height() < LOW
        self.caption.setVisible(not small)
        self.result.setVisible(not small and bool(self.steps))
        aside = self.beside.orientation() == Qt.Orientation.Horizontal
        shown = not self.options.isHidden()
        left = min(LEFT * (2 if aside and shown else 1), max(200, self.width() // 2))
        self.split.setSizes([left, max(200, self.width() - left)])
        height = self.height()
        self.beside.setSizes([1, 1] if aside else [height - min(height // 2, FORM), min(height // 2, FORM)])

    def _right(self) -> QWidget:
        self.caption = WrappedLabel(muted=True)
        self.again = QToolButton()
        self.again.setText(self.tr("Other samples"))
        self.again.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.again.setToolTip(self.tr("Choose other samples and draw anew"))
        self.again.clicked.connect(self.reshuffle)
        self.larger = self._button(self.tr("Show in a window of its own"), self._enlarge)
        bar = QHBoxLayout()
        bar.setContentsMargins(10, 4, 6, 0)
        bar.addWidget(self.caption, 1)
        bar.addWidget(self.again, 0, Qt.AlignmentFlag.AlignTop)
        bar.addWidget(self.larger, 0, Qt.AlignmentFlag.AlignTop)
        self.notice = Notice()
        self.notice.load_asked.connect(self.load)
        self.notice.cancel_asked.connect(self._cancel)
        self.pictures = BeforeAfter()
        self.histograms = Histograms()
        self.texts = TextPairs()
        self.pages = QStackedWidget()
        self.pages.addWidget(self.notice)
        self.picture_area, self.histogram_area = _area(self.pictures), _area(self.histograms)
        for page in (self.picture_area, self.histogram_area, self.texts):
            self.pages.addWidget(page)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(bar)
        column.addWidget(self.pages, 1)
        return right

    def _button(self, tip: str, do: Any) -> QToolButton:
        button = QToolButton()
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.clicked.connect(lambda *_: do())
        return button

    def _icons(self) -> None:
        self.up.setIcon(icon("arrow-up"))
        self.down.setIcon(icon("arrow-down"))
        self.bin.setIcon(icon("delete-outline"))
        self.again.setIcon(icon("shuffle-variant"))
        self.larger.setIcon(icon("arrow-expand"))

    def _enlarge(self) -> None:
        """The same page in a window with more room."""
        window = PreparationWindow(self.workspace, self.window())
        window.page.shuffle = self.shuffle
        window.show()

    def minimumSizeHint(self) -> QSize:
        return QSize(300, 110)

    # -- what the document holds -----------------------------------------------------------------------

    @property
    def steps(self) -> list[Step]:
        return self.workspace.project.data.steps

    def schema(self) -> Schema | None:
        """The samples before all steps; ``None`` while nobody knows."""
        choice = self.workspace.project.data
        try:
            return get_source(choice.source).schema(choice.options)
        except DataError:
            return None

    def _changed(self, changes: ChangeSet) -> None:
        if changes.everything or changes.project & {"data", "training"}:
            self.refresh()

    def refresh(self) -> None:
        """Show the steps of the document, and prepare the samples anew."""
        schema = self.schema()
        self._planned, self._faults = faults(schema, self.steps) if schema is not None else ([], {})
        scaling = self.workspace.project.data.options.get("scaling", "0 to 1")
        bounds = {"0 to 1": (0.0, 1.0), "-1 to 1": (-1.0, 1.0)}.get(str(scaling), (-9.0, 9.0))
        self._cautions = warnings(self._planned, *bounds)
        changes = {item.number: change_of(item) for item in self._planned}
        self.list.show_steps(self.steps, changes, self._faults, self._cautions)
        self.empty.setVisible(not self.steps)
        self.list.setVisible(bool(self.steps))
        self.add.setEnabled(schema is not None)
        after = self._planned[-1].after if self._planned else schema
        self.result.setVisible(bool(self.steps) and schema is not None and self.height() >= LOW)
        if schema is not None and after is not None:
            shape = after.input_shape
            one = self.tr("{0} tokens") if after.kind == "tokens" else self.tr("{0} numbers")
            given = one.format(shape_text(shape)) if len(shape) == 1 else shape_text(shape)
            self.result.setText(self.tr("The network is given {0}.").format(given))
        self._select(self.list.currentRow())
        if self._key() != self._shown:
            self._timer.start()

    def _select(self, row: int) -> None:
        step = self.steps[row] if 0 <= row < len(self.steps) else None
        self.form.show_step(
            step, self._faults.get(row, ""), self._cautions.get(row, ""), self._columns_before(row)
        )
        if self.options.isHidden() == (step is not None):
            self.options.setVisible(step is not None)
            self._arrange()
        self.up.setEnabled(step is not None and row > 0)
        self.down.setEnabled(step is not None and row + 1 < len(self.steps))
        self.bin.setEnabled(step is not None)

    def _columns_before(self, row: int) -> tuple[str, ...]:
        """The names of the columns that a step is given; none where the samples have no columns."""
        before = [item.after for item in self._planned if item.number < row]
        schema = before[-1] if before else self.schema()
        if schema is None or schema.kind not in ("table", "series") or not schema.input_shape:
            return ()
        return names_of(schema)

    # -- what a person does ----------------------------------------------------------------------------

    def perform(self, name: str, steps: Sequence[Step], merge: str = "") -> bool:
        """One undo step; when it is refused the list shows again what is."""
        done = self.workspace.perform(name, [SetSteps(list(steps))], merge)
        if not done:
            self.refresh()
        return done

    def _fill_menu(self) -> None:
        """The kinds of steps that there are for such samples, group by group."""
        self.menu.clear()
        schema = self.schema()
        if schema is None:
            return
        group = ""
        for kind in steps_for(schema.kind):
            if kind.group != group:
                group = kind.group
                self.menu.addSection(self.tr(group))
            action = self.menu.addAction(icon(ICONS[kind.group]), kind.title)
            tail = self.tr("For training only.") if kind.random else ""
            refusal = self._refusal(kind.id)
            action.setEnabled(not refusal)
            action.setToolTip(f"<p style='white-space: normal'>{refusal or kind.help} {tail}</p>")
            action.setData(kind.id)
            action.triggered.connect(lambda _=False, kind_id=kind.id: self.add_step(kind_id))

    def _refusal(self, kind: str) -> str:
        """Why a step of this kind cannot be done with the samples as they are now, as a sentence."""
        schema = self._planned[-1].after if self._planned else self.schema()
        if schema is None:
            return ""
        _, found = faults(schema, [Step(kind, self._start(kind), STEPS[kind].where)])
        return found.get(0, "")

    def add_step(self, kind: str) -> None:
        """Put a new step behind the selected one, or at the end."""
        row = self.list.currentRow()
        place = row + 1 if 0 <= row < len(self.steps) else len(self.steps)
        steps = list(self.steps)
        steps.insert(place, Step(kind, self._start(kind), STEPS[kind].where))
        if self.perform(self.tr("Add {0}").format(STEPS[kind].title), steps):
            self.list.setCurrentRow(place)

    def _start(self, kind: str) -> dict[str, Any]:
        """Options a new step begins with where the default would hardly fit the samples at hand."""
        schema = self._planned[-1].after if self._planned else self.schema()
        if schema is not None and kind == "truncate" and schema.kind == "tokens":
            length = int(STEPS[kind].param("length").default)
            return {"length": schema.input_shape[0]} if 0 < schema.input_shape[0] < length else {}
        if schema is None or schema.kind != "image" or len(schema.input_shape) != 3:
            return {}
        height, width = schema.input_shape[-2:]
        if kind == "resize":
            shape = self._wanted()
            return {"size": shape[-1]} if shape is not None and shape[-1] == shape[-2] else {}
        if kind in ("centre_crop", "random_crop"):
            edge = min(height, width)
            return {"size": edge, "padding": max(1, edge // 8)} if kind == "random_crop" else {"size": edge}
        return {}

    def _wanted(self) -> tuple[int, ...] | None:
        """The shape of pictures that the network's input says."""
        inputs = self.workspace.project.main.inputs
        shape = inputs[0].params.get("shape") if inputs else None
        return shape if isinstance(shape, tuple) and len(shape) == 3 else None

    def remove(self, row: int) -> None:
        """Take a step out."""
        if 0 <= row < len(self.steps):
            name = self.tr("Remove {0}").format(title_of(self.steps[row]))
            self.perform(name, [*self.steps[:row], *self.steps[row + 1 :]])

    def _reorder(self, order: list[int]) -> None:
        row = self.list.currentRow()
        moved = self.steps[order[row]] if 0 <= row < len(order) else self.steps[0]
        self.perform(self.tr("Move {0}").format(title_of(moved)), [self.steps[place] for place in order])

    def _switch(self, row: int, done: bool) -> None:
        step = self.steps[row]
        name = self.tr("Switch on {0}") if done else self.tr("Switch off {0}")
        self._replace(name.format(title_of(step)), row, replace(step, off=not done))

    def _set_option(self, name: str, value: Any) -> bool:
        row = self.list.currentRow()
        step = self.steps[row]
        options = {**step.options, name: value}
        if value is UNSET:
            del options[name]
        text = self.tr("Change {0} of {1}").format(name.replace("_", " "), title_of(step))
        return self._replace(text, row, replace(step, options=options), f"steps/{row}/{name}")

    def _set_where(self, where: str) -> None:
        row = self.list.currentRow()
        step = self.steps[row]
        self._replace(
            self.tr("Change when {0} is done").format(title_of(step)), row, replace(step, where=where)
        )

    def _replace(self, name: str, row: int, step: Step, merge: str = "") -> bool:
        return self.perform(name, [*self.steps[:row], step, *self.steps[row + 1 :]], merge)

    # -- before and after ------------------------------------------------------------------------------

    def _key(self) -> object:
        """What the samples shown depend on."""
        return (source_key(self.workspace.project), repr(self.steps), self.shuffle)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def reshuffle(self) -> None:
        """Other samples, and other random numbers."""
        self.shuffle += 1
        self.load()

    def _load_if_seen(self) -> None:
        """Prepare unless it is there, is not looked at, or would be downloaded without being asked for."""
        if (
            not self.isVisible()
            or self._shown == self._key()
            or (self.loader.busy and self._asked == self._key())
        ):
            return
        schema = self.schema()
        if schema is None:
            self._tell(self.tr("Choose data first."))
        elif self._faults:
            number, sentence = min(self._faults.items())
            self._tell(self.tr("Step {0}: {1}").format(number + 1, sentence), wrong=True)
        elif schema.needs_download and not self.loader.has(self.workspace.project):
            self._tell(
                self.tr("These samples are downloaded when they are not on this computer yet."), load=True
            )
        elif self.workspace.ready:
            self.load()

    def load(self) -> None:
        """Prepare some samples to look at."""
        if self._faults or self.schema() is None:
            return
        self._asked = self._key()
        if self.looked is None or not self.loader.has(self.workspace.project):
            self._tell(self.tr("Loading …"), busy=True)
        self.loader.load(self.workspace.project, self.shuffle)

    def _cancel(self) -> None:
        self.loader.cancel()
        self._tell(self.tr("Cancelled."), load=True)

    def _tell(self, text: str, **how: bool) -> None:
        self._shown, self.looked = None, None
        self.caption.setText("")
        self.again.hide()
        self.notice.tell(text, **how)
        self.pages.setCurrentWidget(self.notice)

    def _failed(self, sentence: str) -> None:
        self._tell(sentence, load=True, wrong=True)

    def _done(self, looked: Looked) -> None:
        self.looked, self._shown = looked, self._asked
        self.again.show()
        self.caption.setText(self._caption(looked))
        kind = looked.schema.kind
        if kind == "image" and looked.before.ndim == 4:
            self.pictures.show_looked(looked)
            self.pages.setCurrentWidget(self.picture_area)
        elif kind == "tokens":
            self.texts.show_looked(looked)
            self.pages.setCurrentWidget(self.texts)
        else:
            self.histograms.show_looked(looked)
            self.pages.setCurrentWidget(self.histogram_area)

    def _caption(self, looked: Looked) -> str:
        if not self._planned:
            return self.tr("Samples of the training split, as they are.")
        text = self.tr("Samples of the training split before and after the steps.")
        if looked.draws:
            text += " " + self.tr(
                "What is random is drawn {0} times here, in training anew for each batch."
            ).format(len(looked.draws))
        empty = empty_one_hot(looked)
        if empty and any(item.type.id == "one_hot" for item in self._planned):
            text += " " + self.tr(
                "One-hot found nothing in {0}: it is for whole numbers from 0 on. Put Bins in front of it, or take the "
                "step that scales these numbers away."
            ).format(", ".join(f"“{name}”" for name in empty))
        return text


class PreparationWindow(QDialog):
    """The page in a window of its own; both show the same document."""

    def __init__(self, workspace: Workspace, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Preparation"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.page = PreparationPage(workspace)
        self.page.larger.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.page)
        self.resize(QSize(1180, 760).boundedTo(parent.size()))
        for redo, keys in ((False, QKeySequence.StandardKey.Undo), (True, QKeySequence.StandardKey.Redo)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.activated.connect(workspace.undo.redo if redo else workspace.undo.undo)


def _area(widget: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidget(widget)
    return area
