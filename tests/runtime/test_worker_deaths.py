"""What happens when the worker dies, when it must, and when its parent does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from runtime.client import death_sentence
from runtime.runs import Run
from runtime.training.guard import is_out_of_memory
from tests.conftest import PATIENCE

from .listening import Listener
from .running import digits_cnn, moons_mlp

ROOT = Path(__file__).resolve().parents[2]
posix = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")

ENDS = [
    (signal.SIGKILL, "The system ended the trainer (signal 9), most likely because the memory ran out."),
    (
        signal.SIGSEGV,
        "The trainer crashed in native code: it touched memory that is not its own (signal 11).",
    ),
]


@posix
def test_a_worker_that_dies_is_told_of_and_replaced(tmp_path: Path) -> None:
    """Killed as the kernel does when memory is short, then crashed, each in the middle of a run; the fresh
    worker continues what was saved."""
    made = digits_cnn(epochs=100_000)
    with Listener() as listener:
        listener.wait("ready")
        for number, (end, sentence) in enumerate(ENDS):
            listener.train(made, tmp_path, resume=number > 0)
            listener.wait("epoch", number=3)
            listener.client.send({"do": "pause"})
            listener.wait("paused")  # a checkpoint is written
            listener.client.send({"do": "resume"})
            listener.wait("resumed")
            pid = listener.client.pid
            assert pid is not None
            os.kill(pid, end)
            died = listener.wait("died")
            assert died["sentence"] == sentence and died["restarted"]
            assert "fresh trainer" in died["hint"]
            assert (end == signal.SIGSEGV) == ("Segmentation fault" in died["details"])
            assert listener.all("died") == [died], "one sentence, once"
            listener.messages.clear()
            assert listener.wait("ready")["pid"] == listener.client.pid != pid
        listener.train(moons_mlp(epochs=1), tmp_path / "next")
        listener.wait("finished")
        _close_while_another_starts(listener)
    assert Run(tmp_path).checkpoint.is_file()


def _close_while_another_starts(listener: Listener) -> None:
    """Nobody else would end a worker that was started while its client was being closed."""
    client = listener.client
    spawn, reader, pid = client._spawn, client._reader, client.pid
    assert reader is not None and pid is not None

    def closed_meanwhile() -> None:
        spawn()
        client._closing = True

    client._spawn = closed_meanwhile  # type: ignore[method-assign]
    os.kill(pid, signal.SIGKILL)
    reader.join(PATIENCE)
    assert not reader.is_alive() and not client.alive and client.pid != pid


@posix
def test_a_hung_worker_is_ended_on_request() -> None:
    """Stopped by SIGSTOP it answers nothing, not even a request to end; it is killed after a while."""
    with Listener(restart=False) as listener:
        listener.wait("ready")
        pid = listener.client.pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        listener.client.terminate()
        died = listener.wait("died")
        assert died["exitcode"] in (-signal.SIGTERM, -signal.SIGKILL) and not died["restarted"]
        assert not psutil.pid_exists(pid)
        assert not listener.client.alive and not listener.client.send({"do": "devices"})


PARENT = """
import sys, time
from pathlib import Path
sys.path.insert(0, {root!r})
from tests.runtime.listening import Listener
from tests.runtime.running import digits_cnn

if __name__ == "__main__":
    listener = Listener()
    listener.client.start()
    listener.wait("ready")
    listener.train(digits_cnn(epochs=100_000), Path({folder!r}))
    listener.wait("epoch")
    print(listener.client.pid, flush=True)
    time.sleep(600)
"""


@posix
def test_no_worker_outlives_its_window(tmp_path: Path) -> None:
    script = tmp_path / "window.py"
    script.write_text(PARENT.format(root=str(ROOT), folder=str(tmp_path / "run")))
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as window:
        assert window.stdout is not None
        pid = int(window.stdout.readline())
        worker = psutil.Process(pid)
        window.send_signal(signal.SIGKILL)
        window.wait()
    deadline = time.monotonic() + PATIENCE
    while worker.is_running() and worker.status() != psutil.STATUS_ZOMBIE and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE


def test_exit_codes_in_words() -> None:
    assert "memory" in death_sentence(-9)[0]
    assert "signal 15" in death_sentence(-15)[0]
    assert "exit code 3" in death_sentence(3)[0]
    assert "crashed" in death_sentence(0xC0000005)[0]
    assert is_out_of_memory(RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"))
    assert is_out_of_memory(MemoryError()) and not is_out_of_memory(RuntimeError("shape"))
