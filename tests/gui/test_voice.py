"""What threads say reaches the window, and nobody when the window has gone."""

from __future__ import annotations

import threading

from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtWidgets import QApplication
from shiboken6 import delete

from gui.data.background import Background
from gui.voice import Voice
from tests.gui.training_hand import until


class Listener(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.heard: list[tuple[object, bool]] = []

    def hear(self, thing: object) -> None:
        self.heard.append((thing, threading.current_thread() is threading.main_thread()))


def in_a_thread(voice: Voice, thing: object) -> None:
    thread = threading.Thread(target=voice.say, args=(thing,))
    thread.start()
    thread.join()


def test_a_listener_hears_in_the_windows_thread_until_it_goes(qapp: QApplication) -> None:
    listener = Listener()
    heard, voice = listener.heard, Voice(listener.hear)
    in_a_thread(voice, "here")
    assert not heard, "nothing is heard in the thread that speaks"
    until(lambda: heard, "it is heard")
    in_a_thread(voice, "while it is on its way, the listener goes")
    delete(listener)
    in_a_thread(voice, "to nobody")
    QCoreApplication.processEvents()
    assert heard == [("here", True)]


def test_work_that_outlives_its_page_is_given_up(qapp: QApplication) -> None:
    page, go, seen = QObject(), threading.Event(), []
    background = Background(page)
    background.done.connect(seen.append)

    def work(cancelled, progress):  # type: ignore[no-untyped-def]
        progress(0.5, "half")
        go.wait(100)
        seen.append(cancelled())
        return "found"

    background.start(work)
    thread = next(thread for thread in threading.enumerate() if thread.name == "data")
    delete(page)
    go.set()
    thread.join()
    QCoreApplication.processEvents()
    assert seen == [True]
