"""The small pieces that panels are made of."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication

from gui.widgets import Picker


def test_a_choice_too_long_for_its_place_ends_in_dots(qapp: QApplication) -> None:
    picker = Picker()
    picker.addItems(["SGD", "Binary cross-entropy with logits"])
    picker.resize(110, 28)
    picker.show()
    assert picker.shown_text() == "SGD"
    picker.setCurrentIndex(1)
    assert picker.shown_text().startswith("Bin") and picker.shown_text().endswith("…")
    picker.resize(400, 28)
    assert picker.shown_text() == picker.currentText() == "Binary cross-entropy with logits"
    picker.resize(110, 28)
    picker.showPopup()
    assert picker.view().width() > 150
    picker.hidePopup()
