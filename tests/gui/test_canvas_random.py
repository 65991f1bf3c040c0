"""Hundreds of random gestures: scene and document agree after each, and undo leads back to the start."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt, QTimer
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget

from graph.files import dumps
from gui.blocks.group_popup import GroupPopup
from gui.canvas.title_edit import TitleEdit
from tests.gui.canvas_hand import ALT, CTRL, PLAIN, SHIFT, Hand, chain, mirror, with_block

Key = Qt.Key
RIGHT = Qt.MouseButton.RightButton
LAYERS = (
    "Conv2d",
    "ReLU",
    "Add",
    "Concat",
    "LSTM",
    "Split",
    "Flatten",
    "Linear",
    "Embedding",
    "Input",
    "Output",
)


class Monkey:
    """Chooses a gesture and where to do it."""

    def __init__(self, hand: Hand, seed: int) -> None:
        self.hand = hand
        self.random = random.Random(seed)
        self.done: list[str] = []
        self.questions = 0
        self._asked = QTimer()
        self._asked.setInterval(5)
        self._asked.timeout.connect(self._reply)
        self._asked.start()

    def _reply(self) -> None:
        """Answer a question that stops everything (ungrouping a long row): yes and no by turns."""
        box = QApplication.activeModalWidget()
        if isinstance(box, QMessageBox):
            self.questions += 1
            box.buttons()[self.questions % len(box.buttons())].click()

    def somewhere(self) -> QPointF:
        """On a node, a port, a wire or nothing."""
        hand, pick = self.hand, self.random
        nodes = list(hand.scene.nodes.values())
        kind = pick.random()
        frames = list(hand.graph.frames.values())
        if frames and kind > 0.93:
            frame = pick.choice(frames)
            return QPointF(
                frame.x + pick.choice((0, 40, frame.width)), frame.y + pick.choice((12, frame.height))
            )
        if nodes and kind < 0.35:
            item = pick.choice(nodes)
            return item.body.topLeft() + QPointF(pick.uniform(8, 160), pick.uniform(4, 60))
        if nodes and kind < 0.75:
            item = pick.choice(nodes)
            ports = [item.input_point(p.name) for p in item.look.inputs]
            ports += [item.output_point(p.name) for p in item.look.outputs]
            return pick.choice(ports) + QPointF(pick.uniform(-4, 4), pick.uniform(-4, 4))
        wires = list(hand.scene.wires.values())
        if wires and kind < 0.85:
            wire = pick.choice(wires)
            return (wire.start + wire.end) / 2
        return hand.view.mapToScene(pick.randrange(1200), pick.randrange(700))

    def answer(self) -> bool:
        """Deal with a title, a name or a list that waits for the keyboard; whether there was one."""
        hand = self.hand
        waiting: list[QWidget] = [edit for edit in hand.view.findChildren(TitleEdit) if edit.isVisible()]
        waiting += [popup for popup in hand.view.findChildren(GroupPopup) if popup.isVisible()]
        if hand.view.connecting.popup is not None and hand.view.connecting.popup.isVisible():
            waiting.append(hand.view.connecting.popup.field)
        for field in waiting:
            hand.key(self.random.choice((Key.Key_Return, Key.Key_Return, Key.Key_Escape)), to=field)
        if waiting:
            self.done.append("answer")
        return bool(waiting)

    def step(self) -> None:
        hand, pick = self.hand, self.random
        keys = pick.choice((PLAIN, PLAIN, PLAIN, SHIFT, CTRL, ALT))
        kind = pick.random()
        if self.answer():
            return
        if hand.view.adding.popup is not None and hand.view.adding.popup.isVisible():
            if pick.random() < 0.5:
                hand.write(pick.choice(("re", "li", "po", "ad", "zz")))
                hand.key(Key.Key_Return, to=hand.view.adding.popup.field)
            if hand.view.adding.popup is not None and hand.view.adding.popup.isVisible():
                hand.key(Key.Key_Escape, to=hand.view.adding.popup.field)
            self.done.append("search")
        elif kind < 0.06:
            hand.drag(self.somewhere(), self.somewhere(), CTRL, RIGHT, steps=6)
            self.done.append("cut")
        elif kind < 0.4:
            drop = pick.random() < 0.85
            hand.drag(self.somewhere(), self.somewhere(), keys, steps=3, drop=drop)
            if not drop:
                hand.key(Key.Key_Escape)
                hand.release(self.somewhere())
            self.done.append("drag")
        elif kind < 0.55:
            hand.drop(self.somewhere(), pick.choice(LAYERS))
            self.done.append("drop")
        elif kind < 0.65:
            hand.click(self.somewhere(), keys)
            self.done.append("click")
        elif kind < 0.7:
            hand.double_click(self.somewhere())
            self.done.append("double click")
        elif kind < 0.71:
            hand.view.commands.turn("right" if hand.scene.flow == "down" else "down")
            self.done.append("turn")
        elif kind < 0.75:
            hand.wheel(self.somewhere(), angle=pick.choice((-120, 120)))
            self.done.append("wheel")
        elif kind < 0.85:
            undo = hand.workspace.undo
            (undo.undo if pick.random() < 0.6 else undo.redo)()
            hand.settle()
            self.done.append("undo")
        else:
            key, with_keys = pick.choice(
                (
                    (Key.Key_Delete, PLAIN), (Key.Key_Delete, CTRL), (Key.Key_C, CTRL), (Key.Key_V, CTRL),
                    (Key.Key_X, CTRL), (Key.Key_D, CTRL), (Key.Key_L, PLAIN), (Key.Key_Right, PLAIN),
                    (Key.Key_B, CTRL), (Key.Key_M, CTRL), (Key.Key_C, ALT), (Key.Key_C, PLAIN), (Key.Key_W, PLAIN),
                    (Key.Key_R, PLAIN), (Key.Key_Backtab, SHIFT), (Key.Key_X, CTRL | SHIFT), (Key.Key_G, CTRL),
                    (Key.Key_G, CTRL | SHIFT), (Key.Key_U, SHIFT), (Key.Key_A, CTRL), (Key.Key_V, CTRL | SHIFT),
                    (Key.Key_Right, ALT | SHIFT), (Key.Key_Left, ALT | SHIFT),
                    (Key.Key_Tab, PLAIN), (Key.Key_Up, CTRL), (Key.Key_Home, PLAIN), (Key.Key_Escape, PLAIN),
                )
            )  # fmt: skip
            if len(hand.graph.nodes) < 60 or key not in (Key.Key_V, Key.Key_D):
                hand.key(key, with_keys)
            self.done.append(f"key {key.name}")


def kinds(hand: Hand) -> Counter[str]:
    """How many widgets of each kind the view holds."""
    return Counter(type(widget).__name__ for widget in hand.view.findChildren(QWidget))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_random_gestures(qapp: QApplication, seed: int) -> None:
    print(f"seed {seed}")
    hand = Hand(chain() if seed % 2 else with_block())
    start = dumps(hand.workspace.project)
    widgets = kinds(hand)
    monkey = Monkey(hand, seed)
    if seed == 3:
        hand.view.commands.turn("down")
    for _ in range(250):
        monkey.step()
        hand.view.glider.finish()
        if hand.view.interaction is None:
            assert mirror(hand) == [], monkey.done[-3:]
    hand.view.cancel_interaction()
    assert hand.workspace.undo.count() > 20
    while hand.workspace.undo.canUndo():
        hand.workspace.undo.undo()
    hand.settle()
    hand.view.glider.finish()
    assert mirror(hand) == []
    assert dumps(hand.workspace.project) == start
    hand.key(Key.Key_Escape)
    while monkey.answer():
        pass
    hand.view.adding.close()
    hand.view.close_bubble()
    hand.settle()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert kinds(hand) == widgets, "a gesture left a widget behind"
