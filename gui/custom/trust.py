"""The question whether a project's own code may run: a bar above the canvas, and the code to read."""

from __future__ import annotations

from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QVBoxLayout,
    QWidget,
)

from graph.custom import CodeFault, fingerprint, read
from graph.model import Graph
from gui.code_view import CodeView
from gui.custom.asker import CodeAsker
from gui.training.banner import Banner
from gui.widgets import WrappedLabel
from gui.workspace import Workspace


class TrustBar(Banner):
    """Asks when a project with code that nobody trusted yet is open. "Not now" is kept until the code changes."""

    def __init__(self, workspace: Workspace, asker: CodeAsker, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("trust-bar")
        self.workspace = workspace
        self.asker = asker
        self._declined: frozenset[str] = frozenset()
        self._asked: frozenset[str] = frozenset()
        for label in (self.sentence, self.hint):
            label.setMinimumHeight(1)  # or what it needs at its narrowest would make the window grow
        self.dismiss.clicked.connect(self.decline)
        workspace.changed.connect(lambda _changes: self.look())
        asker.trust_changed.connect(self.look)
        self.look()

    def look(self, anew: bool = False) -> None:
        """Show the bar if there is something to ask; ``anew`` also where the person said "Not now"."""
        waiting = self.asker.waiting()
        codes = frozenset(fingerprint(block.code) for block in waiting.values())
        if not codes or (codes <= self._declined and not anew):
            self._asked = frozenset()
            self.hide()
            return
        if codes == self._asked and not self.isHidden():
            return
        self._asked = codes
        self.tell(
            "warning",
            self._sentence([block.name for block in waiting.values()]),
            self.tr(
                "It does not run until you say so. Code that you trust can do whatever you can do on this "
                "computer: this is trust, not a sandbox."
            ),
            [
                (self.tr("Show code"), self.show_code),
                (self.tr("Trust this code"), self.asker.trust_all),
                (self.tr("Not now"), self.decline),
            ],
        )

    def _sentence(self, names: list[str]) -> str:
        shown = ", ".join(names[:4]) + (
            self.tr(" and {0} more").format(len(names) - 4) if len(names) > 4 else ""
        )
        if len(names) == 1:
            return self.tr("This project brings Python code of its own: the block {0}.").format(shown)
        return self.tr("This project brings Python code of its own: {0} blocks, {1}.").format(
            len(names), shown
        )

    def decline(self) -> None:
        """Leave the code alone for now."""
        self._declined |= self._asked
        self.hide()

    def show_code(self) -> None:
        """All code that is asked about, with the same question below it."""
        TrustDialog(self.asker, self.window()).open()


class TrustDialog(QDialog):
    """Code to read before it is trusted."""

    def __init__(self, asker: CodeAsker, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.asker = asker
        self.blocks: list[Graph] = list(asker.waiting().values())
        self.setWindowTitle(self.tr("Code of this project"))
        self.setModal(True)
        self.setMinimumWidth(560)
        self.resize(860, 620)
        self.list = QListWidget()
        self.list.addItems([block.name for block in self.blocks])
        self.list.setMaximumWidth(200)
        self.list.setVisible(len(self.blocks) > 1)
        self.list.currentRowChanged.connect(self._show)
        self.heading = QLabel()
        self.heading.setProperty("title", True)
        self.says = WrappedLabel(muted=True)
        self.view = CodeView()
        self.view.setMinimumHeight(240)
        side = QVBoxLayout()
        side.setSpacing(6)
        for widget in (self.heading, self.says):
            side.addWidget(widget)
        side.addWidget(self.view, 1)
        row = QHBoxLayout()
        row.addWidget(self.list)
        row.addLayout(side, 1)
        warning = WrappedLabel(
            self.tr(
                "Trusted code runs in a process of its own, so that it cannot take the window down. It is not "
                "locked in, though: it can read and write your files and use the network, as you can. Trust it "
                "only if you know who wrote it, or have read it."
            )
        )
        for label in (warning, self.says):
            label.setMinimumHeight(1)  # or what it needs at its narrowest would make the dialog grow
        self.buttons = QDialogButtonBox()
        self.trust = self.buttons.addButton(
            self.tr("Trust this code"), QDialogButtonBox.ButtonRole.AcceptRole
        )
        self.not_now = self.buttons.addButton(self.tr("Not now"), QDialogButtonBox.ButtonRole.RejectRole)
        self.trust.setAutoDefault(False)
        self.not_now.setDefault(True)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(10)
        column.addLayout(row, 1)
        column.addWidget(warning)
        column.addWidget(self.buttons)
        if self.blocks:
            self.list.setCurrentRow(0)

    def _show(self, row: int) -> None:
        block = self.blocks[row]
        self.heading.setText(block.name)
        try:
            packages = read(block.code).packages
            text = (
                self.tr("Imports {0}.").format(", ".join(packages))
                if packages
                else self.tr("Imports nothing besides torch.")
            )
        except CodeFault as fault:
            text = self.tr("Line {0}: {1}").format(fault.line, fault)
        self.says.setText(text)
        self.view.show_text(block.code)

    def accept(self) -> None:
        """Trust exactly the texts that were shown."""
        self.asker.trust([block.code for block in self.blocks])
        super().accept()
