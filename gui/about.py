"""Help ▸ About."""

from __future__ import annotations

import platform
import sys

import PySide6
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMessageBox, QWidget

from gui.icons import app_icon


def show_about(parent: QWidget) -> None:
    """Versions, and whose work is inside."""

    def tr(text: str) -> str:
        return QCoreApplication.translate("About", text)

    torch = sys.modules.get("torch")
    box = QMessageBox(parent)
    box.setIconPixmap(app_icon().pixmap(72, 72))
    box.setWindowTitle(tr("About TorchLoom"))
    box.setText(
        f"<h3>TorchLoom</h3>{tr('Draw neural networks, check them, train them, watch them, export them.')}"
    )
    versions = [f"Python {platform.python_version()}", f"Qt for Python {PySide6.__version__}"]
    versions.append(f"torch {torch.__version__}" if torch else tr("torch is still loading"))
    box.setInformativeText(
        "<br>".join(versions)
        + "<br><br>"
        + tr("MIT licence. Icons: Material Design Icons (Apache licence 2.0), through QtAwesome (MIT).")
    )
    box.open()
