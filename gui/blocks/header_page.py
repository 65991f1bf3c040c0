"""The inspector's page for a block when nothing is selected inside it: what it shows to its uses."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QToolButton

from graph.blocks import add_parameter, free_name, places_of, uses_of
from graph.edits import EditError, SetHeader
from graph.model import INPUT, OUTPUT
from gui.blocks.keeping import keep
from gui.blocks.parameter_rows import ParameterRows
from gui.blocks.port_list import PortList
from gui.icons import icon
from gui.inspector.network_page import NetworkPage
from gui.theme import theme
from gui.widgets import Heading, WrappedLabel
from gui.workspace import Workspace


class BlockPage(NetworkPage):
    """The block's name, help, ports and parameters, all of which can be edited; then flow and cost."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)

    def _header_part(self) -> None:
        """What stands between the class name and the numbers."""
        self.help_field = QPlainTextEdit(self.graph.help)
        self.help_field.setPlaceholderText(self.tr("What the block does"))
        self.help_field.setAccessibleName(self.tr("Help of the block"))
        self.help_field.setTabChangesFocus(True)
        self.help_field.setMaximumHeight(64)
        self.help_field.textChanged.connect(self._help_changed)
        self.layout_.addWidget(self.help_field)
        self.inputs = PortList(self.workspace, self.graph_id, INPUT, self.tr("Inputs"))
        self.outputs = PortList(self.workspace, self.graph_id, OUTPUT, self.tr("Outputs"))
        self.layout_.addWidget(self.inputs)
        self.layout_.addWidget(self.outputs)
        head = QHBoxLayout()
        head.addWidget(Heading(self.tr("Parameters of the block")), 1)
        self.more = QToolButton()
        self.more.setIcon(icon("plus", theme().muted))
        self.more.setProperty("quiet", True)
        self.more.setToolTip(self.tr("Add a parameter"))
        self.more.setAccessibleName(self.tr("Add a parameter"))
        self.more.clicked.connect(self.add_parameter)
        head.addWidget(self.more)
        self.layout_.addLayout(head)
        self.empty = WrappedLabel(
            self.tr(
                "None yet. Select a layer inside and press the arrow beside one of its parameters to let "
                "every use choose its own value."
            ),
            muted=True,
        )
        self.layout_.addWidget(self.empty)
        self.parameters = ParameterRows(self.workspace, self.graph_id)
        self.layout_.addWidget(self.parameters)

    def _last_part(self) -> None:
        """Where it is used, and what can be done with it as a whole."""
        self.layout_.addWidget(Heading(self.tr("Uses")))
        self.uses = WrappedLabel()
        self.layout_.addWidget(self.uses)
        self.keep_button = QPushButton(icon("content-save-outline"), self.tr("Save to my blocks"))
        self.keep_button.setToolTip(self.tr("Keep the block for other projects"))
        self.keep_button.clicked.connect(lambda *_: keep(self.window(), self.workspace, self.graph_id))
        self.layout_.addWidget(self.keep_button)

    def fits(self) -> bool:
        return super().fits() and self.graph_id in self.workspace.project.blocks

    def refresh(self) -> None:
        """Show the present state."""
        super().refresh()
        block, project = self.graph, self.workspace.project
        self.help.hide()
        if self.help_field.toPlainText() != block.help:
            self.help_field.blockSignals(True)
            self.help_field.setPlainText(block.help)
            self.help_field.blockSignals(False)
        for part in (self.inputs, self.outputs, self.parameters, self.more):
            part.setEnabled(not block.code)  # written in Python, they follow from the code
        self.inputs.refresh()
        self.outputs.refresh()
        self.empty.setVisible(not block.parameters)
        self.parameters.refresh(self._values_here())
        names = [f"{use.node.name} ({use.graph.name})" for use in uses_of(project, self.graph_id)]
        shown = ", ".join(names[:8]) + (" …" if len(names) > 8 else "")
        places = places_of(project, self.graph_id)
        if places > len(names):
            shown = self.tr("{0}; with all around it at {1} places").format(shown, places)
        self.uses.setText(shown or self.tr("Not used."))

    def add_parameter(self) -> None:
        """One more parameter, which no layer follows yet."""
        block = self.graph
        name = free_name(block, "size")
        try:
            edits = add_parameter(block, name, 1)
        except EditError as error:
            self.workspace.message.emit("warning", str(error))
            return
        if self.workspace.perform(self.tr("Add a parameter to {0}").format(block.name), edits):
            self.refresh()
            self.parameters.edit(name)

    def _help_changed(self) -> None:
        block = self.graph
        edit = SetHeader(self.graph_id, block.name, self.help_field.toPlainText(), block.parameters)
        step = self.tr("Change the help of {0}").format(block.name)
        self.workspace.perform(step, [edit], merge=f"help/{self.graph_id}")
