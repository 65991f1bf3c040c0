"""Watch it learn: what the network draws, writes or marks, epoch by epoch, of this run or of an old one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QProgressDialog,
    QScrollArea,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QTabBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.icons import icon, pixmap
from gui.settings import settings
from gui.shows.book import Book, kept_epochs
from gui.shows.contents import Content, ShowError
from gui.shows.expect import expectation
from gui.shows.kinds import view_for
from gui.shows.saving import frame_path, save_image
from gui.shows.scrubber import Scrubber
from gui.shows.slot import Slot
from gui.shows.view import View
from gui.theme import theme
from gui.training.session import TrainingSession
from gui.widgets import Invitation, WrappedLabel, flat_button
from runtime.data import DataError, get_source
from runtime.runs import list_runs

NARROW = 220
"""Least width of a show that stands beside others."""
LISTED = 12
"""Old runs that the menu offers; others are found by their folder."""


class WatchPanel(QWidget):
    """Follows the session's run; an old run can be opened beside it, and the next one is followed again."""

    arrived = Signal()
    """The first show of a project's runs has come."""

    def __init__(self, session: TrainingSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.book = Book()
        self.slots: dict[str, Slot] = {}
        self.shown: int | None = None
        """The epoch that the views show."""
        self._foreign = False
        self._announced = False
        """Whether this project has shown something before."""
        self._stale = False
        self._build()
        session.message.connect(self._message)
        session.cleared.connect(self._cleared)
        session.workspace.changed.connect(lambda _changes: self._invite())
        theme().changed.connect(self._icons)
        self._icons()
        self._invite()

    def _build(self) -> None:
        self.tabs = QTabBar()
        self.tabs.setAccessibleName(self.tr("What is shown"))
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setUsesScrollButtons(True)
        self.tabs.setElideMode(Qt.TextElideMode.ElideNone)
        self.tabs.currentChanged.connect(lambda _place: self._arrange())
        self.run = QLabel()
        self.run.setProperty("muted", True)
        self.run.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.run.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.beside = flat_button(self.tr("Show all of them side by side"))
        self.beside.setCheckable(True)
        self.beside.setChecked(bool(int(settings().value("shows/beside", 0))))
        self.beside.toggled.connect(self._beside)
        self.copy = flat_button(self.tr("Copy the picture"))
        self.copy.clicked.connect(self.copy_picture)
        self.save = flat_button(self.tr("Save as pictures"))
        self.save.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.save)
        menu.addAction(self.tr("Picture (PNG)…")).triggered.connect(self._ask_picture)
        menu.addAction(self.tr("All epochs as a sequence of pictures…")).triggered.connect(self._ask_sequence)
        self.save.setMenu(menu)
        self.runs = flat_button(self.tr("Look at another run"))
        self.runs.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.run_menu = QMenu(self.runs)
        self.run_menu.aboutToShow.connect(self._list_runs)
        self.runs.setMenu(self.run_menu)
        bar = QHBoxLayout()
        bar.setContentsMargins(2, 0, 6, 0)
        bar.setSpacing(2)
        bar.addWidget(self.tabs)
        bar.addWidget(self.run, 1)
        for button in (self.beside, self.copy, self.save, self.runs):
            bar.addWidget(button)
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.setChildrenCollapsible(False)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self.split)
        self.trouble = WrappedLabel()
        self.trouble.setProperty("sentence", "error")
        self.trouble.setContentsMargins(10, 4, 10, 4)
        self.trouble.hide()
        page = QWidget()
        inner = QVBoxLayout(page)
        inner.setContentsMargins(4, 2, 4, 0)
        inner.setSpacing(2)
        inner.addWidget(self.trouble)
        inner.addWidget(area, 1)
        self.scrubber = Scrubber()
        self.scrubber.moved.connect(self.show_epoch)
        inner.addWidget(self.scrubber)
        self.pages = QStackedWidget()
        self.empty = Invitation()
        self.pages.addWidget(self.empty)
        self.pages.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(self.pages, 1)

    def minimumSizeHint(self) -> QSize:
        return QSize(300, 110)

    # -- which run ---------------------------------------------------------------------------------------

    def _message(self, message: dict[str, Any]) -> None:
        event = message["event"]
        if event == "started":
            self._started(message)
        elif event == "shows" and message.get("shows"):
            self._take(message)

    def _started(self, message: dict[str, Any]) -> None:
        """A run begins: it is followed from now on."""
        folder = Path(message["folder"]) if message.get("folder") else None
        self.book = Book(folder)
        self.book.forget_after(int(message.get("epoch") or 0))
        self._foreign = False
        self.scrubber.play.setChecked(False)
        self.scrubber.live.setChecked(True)
        self._turn()

    def _take(self, message: dict[str, Any]) -> None:
        loud = any(not (isinstance(show, dict) and show.get("quiet")) for show in message["shows"])
        first = loud and not self._announced
        self._announced = self._announced or loud
        if self._foreign:
            return  # it is kept in the run's folder, and the person looks at another run
        self.book.take(message)
        if self.scrubber.live.isChecked() and self.shown == int(message["epoch"]):
            self.shown = None  # the same epoch, made anew
        self._turn()
        if first:
            self.arrived.emit()

    def _cleared(self) -> None:
        self.book = Book()
        self._foreign = self._announced = False
        self._turn()

    def open_run(self, folder: Path) -> bool:
        """Look at what a run has kept; ``False`` when it kept nothing."""
        if not kept_epochs(folder):
            self._say("warning", self.tr("{0} holds no shows of a run.").format(folder))
            return False
        own = self.session.folder
        self._foreign = own is None or folder.resolve() != own.resolve()
        self.book = Book(folder)
        self.scrubber.live.setChecked(not self._foreign)
        self._turn(last=True)
        return True

    def _list_runs(self) -> None:
        self.run_menu.clear()
        current = self.session.folder
        if current is not None and kept_epochs(current):
            self._offer(self.tr("This run"), current)
            self.run_menu.addSeparator()
        others = [run.folder for run in list_runs() if run.folder != current and kept_epochs(run.folder)]
        for folder in others[:LISTED]:
            self._offer(folder.name, folder)
        if not others:
            self.run_menu.addAction(self.tr("No older runs with pictures yet")).setEnabled(False)
        self.run_menu.addSeparator()
        self.run_menu.addAction(self.tr("Another folder…")).triggered.connect(self._ask_run)

    def _offer(self, text: str, folder: Path) -> None:
        action = self.run_menu.addAction(text)
        action.setCheckable(True)
        action.setChecked(folder == self.book.folder)
        action.triggered.connect(lambda _=False: self.open_run(folder))

    def _ask_run(self) -> None:
        name = QFileDialog.getExistingDirectory(self, self.tr("The folder of a run"))
        if name:
            self.open_run(Path(name))

    # -- which epoch -------------------------------------------------------------------------------------

    def _turn(self, last: bool = False) -> None:
        """The book has changed: other epochs, perhaps other shows."""
        self.shown = None if last or not self.book.epochs else self.shown
        started = self.session.started or {}
        total = 0 if self._foreign else int(started.get("epochs") or 0)
        self.scrubber.live.setVisible(not self._foreign)
        if last:
            self.scrubber.show_epochs([])
        self.scrubber.show_epochs(self.book.epochs, total)
        folder = self.book.folder
        self.run.setText(folder.name if self._foreign and folder is not None else "")
        self.run.setToolTip(str(folder) if folder is not None else "")
        epoch = self.scrubber.epoch
        if epoch is None:
            self._clear_slots()
            self.pages.setCurrentIndex(0)
            self._bar()
            return
        self.pages.setCurrentIndex(1)
        if epoch != self.shown:
            self.show_epoch(epoch)

    def show_epoch(self, epoch: int) -> None:
        """Show one epoch in all views; at once when the panel is seen, else when it will be."""
        self.shown = epoch
        if not self.isVisible() and self.slots:
            self._stale = True
            return
        self._stale = False
        try:
            page = self.book.page(epoch)
        except ShowError as error:
            self._complain(str(error))
            return
        bad = [str(found) for found in page if isinstance(found, ShowError)]
        self._complain("\n".join(bad[:3]))
        contents: dict[str, Content] = {}
        for found in page:
            if not isinstance(found, ShowError):
                contents.setdefault(found.name, found)
        self._fill(list(contents.values()))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale and self.shown is not None:
            self.show_epoch(self.shown)

    def _complain(self, sentence: str) -> None:
        self.trouble.setText(sentence)
        self.trouble.setVisible(bool(sentence))

    # -- the views ---------------------------------------------------------------------------------------

    def _fill(self, contents: list[Content]) -> None:
        """Give each content to its view; views stay from epoch to epoch, so what was chosen in them stays too."""
        wanted = [(content.name, type(content)) for content in contents]
        if wanted != [(name, slot.kind) for name, slot in self.slots.items()]:
            self._rebuild(contents)
        for content in contents:
            slot = self.slots[content.name]
            slot.title.setText(content.title)
            slot.view.take(content)

    def _rebuild(self, contents: list[Content]) -> None:
        """Other shows than before: keep the views that still have one."""
        current = self.tabs.tabData(self.tabs.currentIndex()) if self.tabs.count() else None
        old, self.slots = self.slots, {}
        for content in contents:
            slot = old.get(content.name)
            if slot is not None and slot.kind is type(content):
                del old[content.name]
            else:
                slot = Slot(view_for(content), type(content))
            self.slots[content.name] = slot
            self.split.addWidget(slot)
        self._remove(old)
        self.tabs.blockSignals(True)
        while self.tabs.count():
            self.tabs.removeTab(0)
        for content in contents:
            place = self.tabs.addTab(content.title)
            self.tabs.setTabData(place, content.name)
            self.tabs.setTabToolTip(place, content.title)
            if content.name == current:
                self.tabs.setCurrentIndex(place)
        self.tabs.blockSignals(False)
        self._arrange()

    def _remove(self, slots: dict[str, Slot]) -> None:
        for slot in slots.values():
            slot.hide()
            slot.setParent(None)
            slot.deleteLater()

    def _clear_slots(self) -> None:
        self._remove(self.slots)
        self.slots = {}
        while self.tabs.count():
            self.tabs.removeTab(0)
        self._complain("")

    def _arrange(self) -> None:
        """Either the chosen show alone, or all of them side by side."""
        many = len(self.slots) > 1
        beside = many and self.beside.isChecked()
        chosen = self.current
        for name, slot in self.slots.items():
            slot.title.setVisible(beside)
            slot.setMinimumWidth(NARROW if beside else 0)
            slot.setVisible(beside or name == chosen)
        if beside:
            self.split.setSizes([100] * len(self.slots))
        self._bar()

    def _bar(self) -> None:
        many, some = len(self.slots) > 1, bool(self.slots)
        self.tabs.setVisible(some and not (many and self.beside.isChecked()))
        self.beside.setVisible(many)
        self.copy.setVisible(some)
        self.save.setVisible(some)

    def _beside(self, on: bool) -> None:
        settings().setValue("shows/beside", int(on))
        self._arrange()

    @property
    def current(self) -> str | None:
        """The name of the show in front."""
        found = self.tabs.tabData(self.tabs.currentIndex()) if self.tabs.count() else None
        return found if found in self.slots else next(iter(self.slots), None)

    def view(self, name: str) -> View:
        """The view of a show, by name."""
        return self.slots[name].view

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and self.scrubber.play.isEnabled():
            self.scrubber.play.toggle()
        else:
            super().keyPressEvent(event)

    # -- words and pictures ------------------------------------------------------------------------------

    def _invite(self) -> None:
        project = self.session.workspace.project
        try:
            task = get_source(project.data.source).schema(project.data.options).task
        except DataError:
            task = ""
        self.empty.text.setText(expectation(project.training.recipe, task))

    def _icons(self) -> None:
        self.empty.picture.setPixmap(pixmap("eye-outline", theme().muted, 34))
        self.beside.setIcon(icon("view-column-outline"))
        self.copy.setIcon(icon("content-copy"))
        self.save.setIcon(icon("tray-arrow-down"))
        self.runs.setIcon(icon("history"))

    def copy_picture(self) -> None:
        """The show in front, into the clipboard."""
        name = self.current
        if name is not None:
            QApplication.clipboard().setImage(self.view(name).picture())
            self._say("info", self.tr("The picture is in the clipboard."))

    def _ask_picture(self) -> None:
        name = self.current
        if name is None or self.shown is None:
            return
        suggested = frame_path(Path(), name, self.shown).name
        path, _ = QFileDialog.getSaveFileName(
            self, self.tr("Save the picture"), suggested, self.tr("Pictures (*.png)")
        )
        if path:
            self.save_picture(Path(path))

    def save_picture(self, path: Path) -> bool:
        """The show in front as PNG."""
        assert self.current is not None
        problem = save_image(self.view(self.current).picture(), path)
        if problem:
            self._say("error", self.tr("{0} could not be written: {1}").format(path, problem))
        else:
            self._say("info", self.tr("Saved to {0}").format(path))
        return not problem

    def _ask_sequence(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Folder for the sequence of pictures"))
        if not folder or self.current is None:
            return
        dialog = QProgressDialog(
            self.tr("Saving pictures …"), self.tr("Cancel"), 0, len(self.book.epochs), self
        )
        dialog.setWindowModality(Qt.WindowModality.WindowModal)

        def went_on(done: int) -> bool:
            dialog.setValue(done)
            return not dialog.wasCanceled()

        self.save_sequence(Path(folder), went_on)
        dialog.close()

    def save_sequence(self, folder: Path, went_on: Callable[[int], bool] = lambda _done: True) -> int:
        """The show in front, one PNG for each epoch; how many were written. Damaged epochs are left out."""
        name, before = self.current, self.shown
        assert name is not None
        written, left_out = 0, 0
        for done, epoch in enumerate(list(self.book.epochs)):
            try:
                page = self.book.page(epoch)
            except ShowError:
                left_out += 1
                continue
            for content in page:
                if not isinstance(content, Content) or content.name != name:
                    continue
                if type(content) is not self.slots[name].kind:
                    continue
                self.view(name).take(content)
                path = frame_path(folder, name, epoch)
                problem = save_image(self.view(name).picture(), path)
                if problem:
                    self._say("error", self.tr("{0} could not be written: {1}").format(path, problem))
                    self._back(before)
                    return written
                written += 1
            if not went_on(done + 1):
                break
        self._back(before)
        text = self.tr("{0} pictures are in {1}").format(written, folder)
        if left_out:
            text += " " + self.tr("{0} damaged epochs were left out.").format(left_out)
        self._say("info", text)
        return written

    def _back(self, epoch: int | None) -> None:
        if epoch is not None:
            self.show_epoch(epoch)

    def _say(self, level: str, sentence: str) -> None:
        self.session.workspace.message.emit(level, sentence)
