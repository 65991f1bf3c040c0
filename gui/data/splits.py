"""How the samples are divided: the shares, the seed, and what came of them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from graph.changes import ChangeSet
from gui.data.loader import Loaded
from gui.theme import theme
from gui.training.fields import SEED, Field, practice_fields, split_fields
from gui.training.settings import Section
from gui.widgets import Column, Heading, WrappedLabel
from gui.workspace import Workspace

BAR = 18


class SplitBar(QWidget):
    """Training, validation and test samples as parts of one bar."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sizes = (0, 0, 0)
        self.setFixedHeight(BAR)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(260, BAR)

    def show_sizes(self, sizes: tuple[int, int, int]) -> None:
        """Samples to train, to validate, to test."""
        self.sizes = sizes
        self.update()

    def parts(self) -> list[tuple[str, int, str]]:
        """Name, samples and colour of each split."""
        names = (self.tr("training"), self.tr("validation"), self.tr("test"))
        return list(zip(names, self.sizes, ("training", "validation", "third"), strict=True))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        total, x = sum(self.sizes) or 1, 0.0
        for _, size, color in self.parts():
            width = self.width() * size / total
            if size:
                painter.fillRect(QRectF(x, 0, max(width - 1, 1), self.height()), theme().series(color))
            x += width

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(
                event.globalPos(), "\n".join(f"{name}: {size:,}" for name, size, _ in self.parts()), self
            )
            return True
        return super().event(event)


class SplitPage(Column):
    """The settings of the division, and the sentence that says how it is done."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent, margin=12, gap=7)
        self.workspace = workspace
        self.bar = SplitBar()
        self.legend = WrappedLabel()
        self.rule = WrappedLabel(muted=True)
        self.section = Section(workspace)
        self.section.setMaximumWidth(420)
        for widget in (self.bar, self.legend, self.rule, Heading(self.tr("Shares")), self.section):
            self.layout_.addWidget(widget)
        self.layout_.addStretch(1)
        self.bar.hide()
        workspace.changed.connect(self._changed)
        self.refresh()

    def _changed(self, changes: ChangeSet) -> None:
        if changes.everything or changes.project & {"data", "training"}:
            self.refresh()

    def refresh(self) -> None:
        """Show the settings that matter for this data."""
        fields = split_fields(self.workspace.project)
        folds = [
            field for _, group in practice_fields(self.workspace.project) for field in group
            if field.param.name == "folds"
        ]  # fmt: skip
        self.section.show_fields([*fields, Field(SEED, "training"), *folds] if fields else [])

    def show_loaded(self, found: Loaded | None) -> None:
        """What came of the shares; ``None`` while that is not known."""
        self.bar.setVisible(found is not None and found.rule != "shared")
        self.rule.setText(self.sentence(found) if found is not None else "")
        self.rule.setVisible(found is not None)
        self.legend.setVisible(found is not None)
        if found is None:
            return
        self.bar.show_sizes(found.sizes)
        total = sum(found.sizes) or 1
        self.legend.setText(
            found.splits if found.rule == "shared"
            else " &nbsp; ".join(
                f'<span style="color:{theme().series(color).name()}">■</span> {name} {size:,} ({size / total:.0%})'
                for name, size, color in self.bar.parts()
            )
        )  # fmt: skip

    def sentence(self, found: Loaded) -> str:
        """How the samples came into their splits."""
        if found.own_test and found.own_validation:
            return self.tr(
                "The validation and the test set came with the data and stay as they are: {0:,} and {1:,} samples that "
                "are never trained on."
            ).format(*found.sizes[1:])
        said = {
            "shared": self.tr("There are too few samples to hold any of them out."),
            "position": self.tr(
                "The order counts here: the first samples train, those behind them validate, the last ones test."
            ),
            "classes": self.tr(
                "Stratified: each class has the same share of every split. The seed decides which samples go where."
            ),
            "chance": self.tr("The seed decides which samples go where."),
        }[found.rule]
        if found.between:
            said += " " + self.tr(
                "Between the splits {0:,} samples are left out, because their windows overlap with those behind them."
            ).format(found.between)
        if found.own_test:
            said += " " + self.tr(
                "The test set came with the data and stays as it is: {0:,} samples that are never trained on."
            ).format(found.sizes[2])
        if found.own_validation:
            said += " " + self.tr(
                "The validation set came with the data and stays as it is: {0:,} samples that are never trained on."
            ).format(found.sizes[1])
        return said
