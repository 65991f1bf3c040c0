"""Advice about a run, the search for a learning rate, and scores of any kind."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph.edits import SetProject
from gui.training.finder import RateFinder
from gui.training.panel import TrainingPanel
from gui.training.results import ResultsPanel
from gui.training.session import TrainingSession
from tests.gui.training_hand import until, woken, workspace_of
from tests.runtime.running import digits_cnn

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def session(qapp: QApplication) -> TrainingSession:
    return TrainingSession(workspace_of(digits_cnn()))


def advise(session: TrainingSession, epoch: int, text: str) -> None:
    session._take({"event": "advice", "epoch": epoch, "text": text, "hint": f"Try {epoch}."})


def begin(session: TrainingSession, step: int = 0, **more: Any) -> None:
    session._take({"event": "started", "step": step, "epoch": 0, "epochs": 3, "device": "cpu", "learning_rate": 0.1,
                   "steps_per_epoch": 1, **more})  # fmt: skip


def test_advice_is_kept_until_it_is_dismissed(session: TrainingSession) -> None:
    panel = TrainingPanel(session.workspace, session)
    panel.resize(330, 700)
    panel.show()
    advice = panel.advice
    assert not advice.isVisible()
    begin(session)
    said: list[tuple[str, str]] = []
    session.workspace.message.connect(lambda level, text: said.append((level, text)))
    advise(session, 3, "The loss rises.")
    assert said == [("hint", "The loss rises.")], "also where the panel is out of sight"
    assert advice.isVisible() and len(advice.cards) == 1
    card = advice.cards[0]
    assert card.sentence.text() == "Epoch 3: The loss rises." and card.hint.text() == "Try 3."
    assert card.severity == "hint" and not advice.more.isVisible()
    advise(session, 4, "It learns by heart.")
    advise(session, 5, "The discriminator wins.")
    assert [card.sentence.text()[:7] for card in advice.cards] == ["Epoch 5", "Epoch 4"], "the newest on top"
    assert advice.more.text() == "Earlier advice (1)"
    QTest.mouseClick(advice.cards[0].dismiss, LEFT)
    assert [card.sentence.text()[:7] for card in advice.cards] == ["Epoch 4", "Epoch 3"]
    QTest.mouseClick(advice.more, LEFT)
    assert len(advice.cards) == 3, "dismissed advice stays in the list"
    advise(session, 6, "The loss rises.")
    assert len(advice.items) == 3, "the same thing said again replaces itself"
    begin(session, step=7)
    assert advice.items, "a run that is continued keeps its advice"
    begin(session)
    assert not advice.items and not advice.isVisible()


def found(session: TrainingSession, suggested: float | None) -> None:
    rates = [1e-5, 1e-4, 1e-3, 1e-2, 1e-1]
    session._take(
        {"event": "rates", "rates": rates, "losses": [2.3, 2.2, 1.5, 1.1, 4.0], "suggested": suggested}
    )


def test_a_rate_is_suggested_and_used_in_one_step(session: TrainingSession) -> None:
    finder = RateFinder(session)
    finder.show()
    assert not finder.use.isEnabled()
    found(session, 0.001)
    assert finder.use.isEnabled() and finder.rate == 0.001 and "0.001" in finder.verdict.text()
    assert finder.line.value() == pytest.approx(-3)
    finder.line.setValue(-2.0)
    assert finder.rate == 0.01
    QTest.mouseClick(finder.use, LEFT)
    workspace = session.workspace
    assert workspace.project.training.learning_rate == 0.01 and workspace.undo.count() == 1
    assert not finder.isVisible()
    found(session, None)
    assert not finder.use.isEnabled() and "fell at no rate" in finder.verdict.text()
    finder.line.setValue(-4.0)
    assert finder.rate == 0.0001 and finder.use.isEnabled()
    workspace.perform("One cycle", [SetProject("training", {"schedule": "one_cycle"})])
    found(session, 0.001)
    assert "(now 0.01)" in finder.verdict.text()
    finder.take()
    training = workspace.project.training
    assert training.schedule_options == {"max_lr": 0.001}, "one cycle has a rate of its own"
    assert training.learning_rate == 0.01
    session.workspace.open(digits_cnn())
    assert not finder.use.isEnabled()


def test_no_search_while_a_run_is_in_progress(session: TrainingSession) -> None:
    finder = RateFinder(session)
    session._set_state("running")
    finder.start()
    assert not finder.searching and "Stop the run first" in finder.verdict.text()


def test_the_real_trainer_finds_a_rate(qapp: QApplication) -> None:
    session = woken(digits_cnn())
    panel = TrainingPanel(session.workspace, session)
    panel.resize(330, 900)
    panel.show()
    try:
        QTest.mouseClick(panel.form.finder, LEFT)
        finder = panel.finder
        assert finder is not None and finder.isVisible() and finder.searching
        until(lambda: not finder.searching, "the search ends")
        assert finder.rate is not None and 1e-5 < finder.rate < 1
        assert len(finder.curve.getData()[0]) > 10
        assert session.state == "idle"
    finally:
        session.close()


def test_scores_of_every_kind_are_cards(session: TrainingSession) -> None:
    panel = ResultsPanel(session.workspace, session)
    panel.resize(900, 260)
    panel.show()
    begin(session, figures=[{"name": "exact", "title": "Exactly right", "kind": "score", "better": "high"}])
    session._take({"event": "finished", "epochs": 3, "test_loss": 0.5, "test_accuracy": None, "best_epoch": 2,
                   "scores": {"exact": 0.975, "miou": 0.91234, "perplexity": 12345.6, "note": "text"}})  # fmt: skip
    assert panel.cards.shown == {"Exactly right": "0.975", "mIoU": "0.9123", "Perplexity": "12,346"}
    assert panel.cards.isVisible() and not panel.views and not panel.picture.isVisible()
    session._take({"event": "evaluation", "test_loss": 0.5, "test_accuracy": 0.9, "mae": 0.25})
    assert panel.cards.shown == {"MAE": "0.25"}


def test_folds_are_told_with_mean_and_spread(session: TrainingSession) -> None:
    panel = ResultsPanel(session.workspace, session)
    begin(session)
    spread = {"val_loss": {"mean": 0.25, "std": 0.0123}, "val_accuracy": {"mean": 0.95, "std": 0.02}}
    session._take({"event": "finished", "epochs": 3, "test_loss": 0.5, "test_accuracy": 0.9, "best_epoch": 2,
                   "folds": [{}, {}, {}], "spread": spread})  # fmt: skip
    told = panel.folds.text().replace("&nbsp;", " ")
    assert told.startswith("3 folds: validation accuracy <b>95.0 ± 2.0 %</b>")
    assert "validation loss <b>0.25 ± 0.012</b>" in told
