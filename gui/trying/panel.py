"""Try it: what the trained network says about a picture, a text or a sample that a person gives it."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QSize, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from graph.catalogue.spec import Param
from gui.inspector.number_box import NumberBox
from gui.shows.contents import ShowError, read
from gui.shows.kinds import view_for
from gui.shows.view import View, image_of
from gui.training.arrays import unpack
from gui.training.session import TrainingSession
from gui.trying.bars import ClassBars
from gui.trying.pad import PicturePad
from gui.trying.row_form import RowForm
from gui.widgets import Column, Heading, WrappedLabel, clear
from runtime.data import DataError, get_source
from runtime.protocol import array
from runtime.recipes import known_recipe

WIDTH = Param("beam_width", "int", 4, "How many beginnings are followed at once.", minimum=1, maximum=64)
LENGTH = Param("length", "int", 200, "How many tokens are written.", minimum=1, maximum=2000)
TEMPERATURE = Param(
    "temperature",
    "float",
    0.0,
    "0 always takes the likeliest and soon says the same again and again; more makes it freer.",
    minimum=0.0,
    maximum=10.0,
)
WAIT = 250
"""Milliseconds after a stroke until the drawing is tried."""
LEAST_HEIGHT, MOST_HEIGHT = 48, 420
"""Pixels of an answer; a longer one scrolls."""


class TextBox(QPlainTextEdit):
    """Ctrl and Enter try what is written."""

    def __init__(self, do: Any) -> None:
        super().__init__()
        self._do = do
        self.setTabChangesFocus(True)

    def event(self, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and self._tries(event)
        ):
            event.accept()  # or the window's own Ctrl+Return would take it
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._tries(event):
            self._do()
        else:
            super().keyPressEvent(event)

    @staticmethod
    def _tries(event: QKeyEvent) -> bool:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        return enter and bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)


class TryPanel(QWidget):
    """Asks the worker, which still holds the network of the last run, trained or in training."""

    def __init__(self, session: TrainingSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.asked = False
        """Whether an answer is awaited."""
        self.views: list[View] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WAIT)
        self._timer.timeout.connect(self.try_picture)
        self._build()
        session.message.connect(self._message)
        session.cleared.connect(self._cleared)
        self._ready()

    def _build(self) -> None:
        self.hint = WrappedLabel(muted=True)
        self.pad = PicturePad()
        self.pad.changed.connect(self._picture_changed)
        self.pad.refused.connect(self._complain)
        self.invert = QCheckBox(self.tr("dark on light"))
        self.invert.setToolTip(
            self.tr("Turn light and dark around, for a network that learnt light strokes on a dark ground")
        )
        self.invert.toggled.connect(self._picture_changed)
        buttons = QHBoxLayout()
        buttons.setSpacing(4)
        for text, do in (
            (self.tr("Open…"), self._open),
            (self.tr("Paste"), self.pad.paste),
            (self.tr("Clear"), self.pad.clear),
        ):
            button = QPushButton(text)
            button.clicked.connect(lambda _=False, do=do: do())
            buttons.addWidget(button)
        self.picture_part = self._part(self.pad, buttons, self.invert)
        self.text = TextBox(self.try_text)
        self.text.setFixedHeight(76)
        self.text.setAccessibleName(self.tr("Text to try"))
        self.text.setPlaceholderText(self.tr("Write what the network is to read, then press Ctrl+Enter"))
        self.width_box, self.length, self.temperature = (
            NumberBox(param) for param in (WIDTH, LENGTH, TEMPERATURE)
        )
        self.options: dict[NumberBox, QWidget] = {}
        self.go = QPushButton(self.tr("Try it"))
        self.go.setProperty("primary", True)
        self.go.setToolTip(self.tr("Ctrl+Enter"))
        self.go.clicked.connect(self.try_text)
        self.text_part = self._part(
            self.text,
            self._option(self.tr("beam of"), self.width_box),
            self._option(self.tr("length"), self.length),
            self._option(self.tr("temperature"), self.temperature),
            self.go,
        )
        self.row_form = RowForm()
        self.row_form.asked.connect(self.try_row)
        self.go_row = QPushButton(self.tr("Try it"))
        self.go_row.setProperty("primary", True)
        self.go_row.setToolTip(self.tr("Enter"))
        self.go_row.clicked.connect(self.try_row)
        self.row_part = self._part(self.row_form, self.go_row)
        self.split = QComboBox()
        for name, word in (
            ("validation", self.tr("validation")),
            ("test", self.tr("test")),
            ("train", self.tr("training")),
        ):
            self.split.addItem(word, name)
        self.split.setAccessibleName(self.tr("Part of the data"))
        self.sample = QSpinBox()
        self.sample.lineEdit().setTextMargins(4, 0, 0, 0)
        self.sample.setMaximum(99_999)
        self.sample.setAccessibleName(self.tr("Sample"))
        self.take = QPushButton(self.tr("Take"))
        self.take.clicked.connect(self.try_sample)
        row = QHBoxLayout()
        row.addWidget(QLabel(self.tr("sample")))
        for widget in (self.sample, self.split, self.take):
            row.addWidget(widget, 1 if widget is self.split else 0)
        self.sample_part = self._part(row)
        self.trouble = WrappedLabel()
        self.trouble.setProperty("sentence", "error")
        self.answer = Heading(self.tr("Answer"))
        self.seen = QLabel()
        self.seen.setToolTip(self.tr("The picture as the network was given it"))
        self.label = WrappedLabel()
        self.bars = ClassBars()
        self.shows = QVBoxLayout()
        self.shows.setSpacing(6)
        column = Column(margin=12)
        column.setAccessibleName(self.tr("Try it"))
        for widget in (
            self.hint, self.picture_part, self.text_part, self.row_part, self.sample_part, self.trouble,
            self.answer, self.seen, self.label, self.bars,
        ):  # fmt: skip
            column.layout_.addWidget(widget)
        column.layout_.addLayout(self.shows)
        column.layout_.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(column)

    def _part(self, *items: Any) -> QWidget:
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for item in items:
            if isinstance(item, QWidget):
                column.addWidget(item)
            else:
                column.addLayout(item)
        return part

    def _option(self, text: str, box: NumberBox) -> QWidget:
        part = QWidget()
        row = QHBoxLayout(part)
        row.setContentsMargins(0, 0, 0, 0)
        label = QLabel(text)
        label.setMinimumWidth(86)
        label.setToolTip(box.param.help)
        row.addWidget(label)
        row.addWidget(box, 1)
        box.setToolTip(box.param.help)
        box.show_value(box.param.default)
        self.options[box] = part
        return part

    def minimumSizeHint(self) -> QSize:
        return QSize(230, 120)

    def _cleared(self) -> None:
        """Another project: what was typed for the last one says nothing to it."""
        self.text.clear()
        self._ready()

    # -- what can be tried ---------------------------------------------------------------------------------

    def _ready(self) -> None:
        """Offer what the network of the run can be given."""
        started = self.session.started
        self._forget()
        text = bool(started and started.get("reads_text"))
        picture = bool(started and started.get("takes_pictures"))
        plain = bool(started and not started.get("figures"))
        questions = list((started or {}).get("questions") or ())
        self.row_form.show_questions(questions)
        self.row_part.setVisible(bool(questions))
        self.text_part.setVisible(text)
        self.picture_part.setVisible(picture)
        self.sample_part.setVisible(bool(started) and (text or plain))
        if started is None:
            self.hint.setText(
                self.tr(
                    "Train the network; then try it here on a picture, a text or a row of your own, or on a sample."
                )
            )
        elif not (text or picture or plain):
            self.hint.setText(self.tr("Look at “Watch it learn” for what this network makes."))
        else:
            self.hint.setText(
                self.tr("Type a row as it stands in your table.") if questions else self._wording(text)
            )
        self.hint.setVisible(bool(self.hint.text()))
        self.sample.setMaximum(max(0, int((started or {}).get("samples") or 1) - 1))
        recipe = self.session.workspace.project.training.recipe
        writes = bool(started) and (started or {}).get("task") == "next-token"
        self.options[self.width_box].setVisible(recipe == "sequence_to_sequence")
        self.options[self.length].setVisible(writes)
        self.options[self.temperature].setVisible(writes)
        if started is not None:
            self._suggest()

    def _suggest(self) -> None:
        """Begin with the recipe's own width and temperature; what is learnt by heart is written down as it is."""
        project = self.session.workspace.project
        recipe = known_recipe(project.training)
        settled = recipe.settled(project.training) if recipe is not None else {}
        if "beam_width" in settled:
            self.width_box.show_value(settled["beam_width"])
        try:
            by_heart = not get_source(project.data.source).schema(project.data.options).hold_out
        except DataError:
            by_heart = True
        self.temperature.show_value(0.0 if by_heart else settled.get("temperature", 0.0))

    def _wording(self, text: bool) -> str:
        recipe = self.session.workspace.project.training.recipe
        if recipe == "masked_language_model":
            return self.tr("Write ___ where a word is hidden, and a bar | between two sentences.")
        if recipe == "sequence_to_sequence":
            return self.tr("Type what is to be translated, in the words of the data.")
        if text and (self.session.started or {}).get("task") == "next-token":
            return self.tr("Type a beginning; the network goes on from there.")
        if recipe == "sequence_labelling":
            return self.tr("Type a sentence; the network says what it takes each word for.")
        return self.tr("Type a sentence; the network judges it.") if text else ""

    def _forget(self) -> None:
        self.asked = False
        self._timer.stop()
        clear(self.shows)
        self.views = []
        self.bars.show_shares((), ())
        for widget in (self.answer, self.seen, self.label, self.trouble):
            widget.hide()

    # -- asking --------------------------------------------------------------------------------------------

    def _ask(self, command: dict[str, Any]) -> None:
        self._complain("")
        self.asked = self.session.send(command)
        if not self.asked:
            self._complain(self.tr("The trainer is not running. Train the network first."))

    def try_text(self) -> None:
        """Give the network what is written."""
        self._ask({"do": "try", "text": self.text.toPlainText(), **self._options()})

    def try_row(self) -> None:
        """Give it the row that is typed."""
        self._ask({"do": "try", "values": self.row_form.values()})

    def _options(self) -> dict[str, Any]:
        names = {self.width_box: "width", self.length: "length", self.temperature: "temperature"}
        return {name: box.value for box, name in names.items() if not self.options[box].isHidden()}

    def try_sample(self) -> None:
        """Give it a sample of the data."""
        which = {"sample": self.sample.value(), "split": self.split.currentData()}
        if not self.text_part.isHidden():
            self._ask({"do": "try", **which, **self._options()})
        else:
            self._ask({"do": "predict", **which})

    def _picture_changed(self) -> None:
        if self.pad.image.isNull():
            self._forget()
        else:
            self._timer.start()

    def try_picture(self) -> None:
        """Give it the picture in the pad."""
        image = self.pad.image
        if image.isNull():
            return
        rows = bytes(image.constBits())
        stride, wide, high = image.bytesPerLine(), image.width(), image.height()
        packed = b"".join(rows[row * stride : row * stride + 3 * wide] for row in range(high))
        planes = b"".join(packed[channel::3] for channel in range(3))
        invert = self.invert.isChecked() and not self.pad.drawn
        self._ask({"do": "try", "picture": array(planes, [3, high, wide], "uint8"), "invert": invert})

    def _open(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self, self.tr("A picture to try"), "", self.tr("Pictures (*.png *.jpg *.jpeg *.bmp *.gif *.webp)")
        )
        if name:
            self.pad.open(Path(name))

    # -- answers -------------------------------------------------------------------------------------------

    def _message(self, message: dict[str, Any]) -> None:
        event = message["event"]
        if event == "started":
            self._ready()
        elif event == "died":
            self._forget()
        elif not self.asked:
            return
        elif event == "tried":
            self._tried(message)
        elif event == "prediction":
            self._predicted(message)
        elif event == "log" and message["level"] == "error":
            self.asked = False
            self._complain(str(message["text"]))

    def _tried(self, message: dict[str, Any]) -> None:
        self._forget()
        if message.get("problem"):
            self._complain(str(message["problem"]))
            return
        if message.get("text") and message["text"] != self.text.toPlainText():
            self.text.setPlainText(str(message["text"]))
        if message.get("seen"):
            pixels = unpack(message["seen"])[0]
            picture = image_of(pixels)  # type: ignore[arg-type]
            self.seen.setPixmap(picture_of(picture))
            self.seen.show()
        if "outputs" in message:
            self._predicted(message)
        for show in message.get("shows") or []:
            self._show(show)
        self.answer.show()

    def _show(self, show: Any) -> None:
        try:
            content = read(show)
        except ShowError as error:
            self._complain(str(error))
            return
        title = QLabel(content.title)
        title.setProperty("muted", True)
        view = view_for(content)
        self.shows.addWidget(title)
        self.shows.addWidget(view)
        self.views.append(view)
        view.take(content)
        height = view.wanted_height(self.go.width())
        view.setFixedHeight(max(LEAST_HEIGHT, min(height, MOST_HEIGHT)))

    def _predicted(self, message: dict[str, Any]) -> None:
        if "seen" not in message:
            self._forget()
        self.asked = False
        self.answer.show()
        shares, classes = message.get("probabilities"), message.get("classes")
        truth = (message.get("labels") or [""])[0]
        self.label.setText(self.tr("truth: <b>{0}</b>").format(escape(truth)) if truth else "")
        if shares and classes and not isinstance(shares[0][0], list):
            row = [float(share) for share in shares[0]]
            both = [1 - row[0], row[0]] if len(row) == 1 and len(classes) == 2 else row
            self.bars.show_shares(classes, both)
        elif message.get("answers"):
            said = [f"{escape(str(name))}: <b>{value:,.5g}</b>" for name, value in message["answers"][0][:12]]
            self.label.setText("<br>".join(part for part in (*said, self.label.text()) if part))
        else:
            values = unpack(message["outputs"]).reshape(-1)[:12]
            numbers = ", ".join(f"{value:.4g}" for value in values)
            self.label.setText("<br>".join(part for part in (self.label.text(), numbers) if part))
        self.label.setVisible(bool(self.label.text()))

    def _complain(self, sentence: str) -> None:
        self.trouble.setText(sentence)
        self.trouble.setVisible(bool(sentence))


def picture_of(image: Any) -> Any:
    """What the network saw, enlarged so that its pixels can be made out."""
    from PySide6.QtGui import QPixmap

    edge = max(64, min(112, 4 * max(image.width(), image.height())))
    mode = Qt.TransformationMode.FastTransformation
    return QPixmap.fromImage(image).scaled(edge, edge, Qt.AspectRatioMode.KeepAspectRatio, mode)
