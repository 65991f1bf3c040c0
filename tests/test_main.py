"""``main.py`` as people and programs call it: real processes, their output and their exit codes."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import main
from runtime.commands.output import Output
from runtime.commands.train import Report
from tests.conftest import PATIENCE

ROOT = Path(__file__).resolve().parent.parent
Run = Callable[..., subprocess.CompletedProcess[str]]


def objects(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    """Every line of standard output, which must be JSON objects and nothing else."""
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert all(isinstance(item, dict) for item in found)
    return found


def test_help_names_every_command_and_imports_nothing_heavy(run_main: Run) -> None:
    done = run_main("--help")
    assert done.returncode == 0
    for command in ("presets", "layers", "check", "export", "train", "new", "devices"):
        assert f"    {command} " in done.stdout
    code = (
        "import sys, main\n"
        "try: main.main(['--help'])\n"
        "except SystemExit: pass\n"
        "print([name for name in ('torch', 'PySide6', 'networkx', 'pydantic', 'numpy', 'graph', 'gui')"
        " if name in sys.modules])"
    )
    listed = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert listed.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("command", ["presets", "layers", "check", "export", "train", "new", "devices"])
def test_each_command_has_help(command: str, run_main: Run) -> None:
    done = run_main(command, "--help")
    assert done.returncode == 0
    assert "--json" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["chek", "digits-cnn"], "chek"),
        (["nothing-of-that-name"], "nothing-of-that-name"),
        (["train", "digits-cnn", "--epochs", "0"], "at least 1"),
        (["train", "digits-cnn", "--resume"], "--run-folder"),
        (["export", "digits-cnn"], "--output"),
        (["check", "digit-cnn"], "digits-cnn"),
        (["check", "absent.loom"], "absent.loom"),
        (["new", "x.loom", "--preset", "lenet55"], "lenet5"),
    ],
)
def test_what_cannot_be_used_is_named_and_exits_with_2(
    arguments: list[str], named: str, run_main: Run, tmp_path: Path
) -> None:
    done = run_main(*arguments)
    assert done.returncode == main.USAGE
    assert named in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_no_display_is_a_sentence_that_names_a_way_out(
    run_main: Run, outside_display: dict[str, str]
) -> None:
    for environment in (outside_display, {**outside_display, "QT_QPA_PLATFORM": "xcb"}):
        done = run_main(env=environment)
        assert done.returncode == main.NO_WINDOW
        assert "no display" in done.stderr
        assert "main.py train" in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_a_display_that_does_not_answer_is_a_sentence(run_main: Run, outside_display: dict[str, str]) -> None:
    done = run_main(env={**outside_display, "DISPLAY": ":987"})
    assert done.returncode == main.NO_WINDOW
    assert ":987" in done.stderr or "apt install" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def without(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """``main.py`` in an interpreter that cannot find a package, as if it had never been installed."""
    code = (
        "import sys, runpy, importlib.abc\n"
        "class Hidden(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name.split('.')[0] in {module!r}.split():\n"
        "            raise ModuleNotFoundError(f'No module named {name!r}', name=name)\n"
        "sys.meta_path.insert(0, Hidden())\n"
        f"sys.argv = ['main.py', *{list(arguments)!r}]\n"
        "runpy.run_path('main.py', run_name='__main__')"
    )
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )


def test_without_pyside_the_window_says_what_to_install() -> None:
    done = without("PySide6 shiboken6")
    assert done.returncode == main.NO_WINDOW
    assert 'pip install ".[gui]"' in done.stderr
    assert "Traceback" not in done.stderr


def test_missing_system_libraries_are_named_with_their_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    from gui import preflight

    absent = {"libEGL.so.1": "libegl1", "libtorchloom-absent.so.9": "libtorchloom-absent9"}
    monkeypatch.setattr(preflight, "ALWAYS_NEEDED", absent | {"libc.so.6": "libc6"})
    sentence = preflight.obstacle({"QT_QPA_PLATFORM": "offscreen"})
    if sys.platform.startswith("linux"):
        assert sentence is not None
        assert "libtorchloom-absent9" in sentence
        assert "libc6" not in sentence


def test_the_window_is_painted_before_torch_is_imported() -> None:
    from tests.benchmarks.start_up import UNTIL_PAINTED

    done = subprocess.run(
        [sys.executable, "-c", UNTIL_PAINTED],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["torch"] is False


def test_presets_as_json(run_main: Run) -> None:
    found = {item["id"]: item for item in objects(run_main("presets", "--json"))}
    for item in found.values():
        assert set(item) >= {"id", "title", "tags", "parameters", "networks"}
        assert item["id"] == item["id"].lower()
    assert found["resnet50"]["parameters"] == 25_557_032
    assert found["vgg16"]["parameters"] == 138_357_544
    assert found["vgg16-bn"]["parameters"] == 138_365_992
    assert len(found["resnet50"]["networks"]) == 1


def test_layers_as_json(run_main: Run) -> None:
    found = {item["type"]: item for item in objects(run_main("layers", "--json"))}
    assert len(found) >= 90
    conv = found["Conv2d"]
    assert conv["category"] == "Convolution"
    assert conv["help"]
    assert [param["name"] for param in conv["parameters"]][:3] == [
        "in_channels",
        "out_channels",
        "kernel_size",
    ]


def test_check_of_a_sound_preset_where_qt_is_not_installed() -> None:
    done = without("PySide6 shiboken6 pyqtgraph qtawesome qtpy pygments", "check", "digits-cnn", "--json")
    assert done.returncode == 0, done.stderr
    found = objects(done)
    assert [item for item in found if item["event"] == "problem" and item["severity"] == "error"] == []
    assert found[-1]["event"] == "summary"
    assert found[-1]["ok"] is True
    nodes = [item for item in found if item["event"] == "node"]
    assert sum(item["parameters"] for item in nodes if len(item["place"]) == 1) == found[-1]["parameters"]


def broken(tmp_path: Path) -> Path:
    """The digits CNN with its last layer's input size pinned to a wrong number."""
    from graph.files import save
    from presets import find

    project = find("digits-cnn").build()
    linear = [node for node in project.main.nodes.values() if node.type == "Linear"][-1]
    linear.params["in_features"] = 9216
    save(project, tmp_path / "broken.loom")
    return tmp_path / "broken.loom"


def test_check_of_a_broken_project_exits_with_1_and_offers_fixes(run_main: Run, tmp_path: Path) -> None:
    done = run_main("check", str(broken(tmp_path)), "--json")
    assert done.returncode == main.PROBLEMS
    problems = [item for item in objects(done) if item["event"] == "problem" and item["severity"] == "error"]
    assert len(problems) == 1
    assert "9216" in problems[0]["text"]
    assert problems[0]["fixes"]


def test_a_broken_project_is_not_trained(run_main: Run, tmp_path: Path) -> None:
    done = run_main("train", str(broken(tmp_path)), "--json", "--run-folder", str(tmp_path / "run"))
    assert done.returncode == main.PROBLEMS
    assert objects(done)[-1]["event"] == "failed"


def test_new_makes_a_file_that_checks(run_main: Run, tmp_path: Path) -> None:
    path = tmp_path / "mine.loom"
    assert run_main("new", str(path), "--preset", "digits-cnn").returncode == 0
    assert run_main("check", str(path)).returncode == 0
    again = run_main("new", str(path), "--preset", "digits-cnn")
    assert again.returncode == main.USAGE
    assert "--force" in again.stderr


def test_devices_as_json(run_main: Run) -> None:
    found = objects(run_main("devices", "--json"))
    assert "cpu" in [item["name"] for item in found]


def test_training_on_the_terminal(run_main: Run, tmp_path: Path) -> None:
    run = tmp_path / "run"
    common = ("--device", "cpu", "--seed", "3", "--json", "--run-folder", str(run))
    done = run_main("train", "digits-cnn", "--epochs", "4", *common)
    assert done.returncode == 0, done.stderr
    found = objects(done)
    epochs = [item for item in found if item.get("event", "epoch") == "epoch"]
    assert [item["epoch"] for item in epochs] == [1, 2, 3, 4]
    wanted = {"train_loss", "val_loss", "train_accuracy", "val_accuracy", "seconds", "samples_per_second"}
    assert all(set(item) >= wanted for item in epochs)
    assert epochs[-1]["train_loss"] < epochs[0]["train_loss"]
    assert found[-1]["event"] == "finished"
    assert found[-1]["test_accuracy"] > 0.8
    assert (run / "model.py").is_file()

    longer = run_main("train", "digits-cnn", "--epochs", "5", "--resume", *common)
    assert longer.returncode == 0, longer.stderr
    resumed = [item["epoch"] for item in objects(longer) if item.get("event", "epoch") == "epoch"]
    assert resumed == [5]


@pytest.mark.skipif(sys.platform == "win32", reason="signals are told apart on Unix only")
def test_ctrl_c_keeps_the_best_weights(tmp_path: Path) -> None:
    run = tmp_path / "run"
    command = [sys.executable, str(ROOT / "main.py"), "train", "digits-cnn", "--json", "--epochs", "100000"]
    with subprocess.Popen(
        [*command, "--run-folder", str(run)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["epoch"] == 1
        process.send_signal(signal.SIGINT)
        rest, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == main.INTERRUPTED, said
    assert json.loads(rest.splitlines()[-1])["event"] == "stopped"
    assert (run / "best.safetensors").is_file()


def test_an_exported_module_stands_alone(run_main: Run, tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    assert run_main("export", "digits-cnn", "-o", str(path)).returncode == 0
    code = (
        "import ast, torch\n"
        f"source = open({str(path)!r}, encoding='utf-8').read()\n"
        "name = [item.name for item in ast.parse(source).body if isinstance(item, ast.ClassDef)][-1]\n"
        "scope = {'__name__': 'net'}\n"
        "exec(source, scope)\n"
        "print(tuple(scope[name]()(torch.zeros(2, 1, 8, 8)).shape))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "(2, 10)"


def test_reading_only_the_first_line_of_the_output_is_fine() -> None:
    done = subprocess.run(
        f'"{sys.executable}" main.py layers | head -n 1', shell=True, cwd=ROOT, capture_output=True, text=True
    )
    assert done.stderr == ""


def test_the_terminal_tells_the_scores_of_the_test_split() -> None:
    told = io.StringIO()
    report = Report(Output(told, as_json=False))
    scores = {"loss": 0.5, "pixel_accuracy": 0.75, "miou": 0.625}
    report.take({"event": "finished", "test_loss": 0.5, "scores": scores, "folder": "runs/one"})
    assert told.getvalue().splitlines() == [
        "Finished.  Test loss 0.5000",
        "On the test split: loss 0.5000  pixel_accuracy 0.7500  miou 0.6250",
        "The run is kept in runs/one",
    ]
