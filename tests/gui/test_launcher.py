import os
import subprocess
import sys
from pathlib import Path

import pytest

from gui import launcher

PROBE = "import sys; from gui import launcher; {}; print(sorted({{'torch', 'PySide6', 'numpy'}} & set(sys.modules)))"


def modules_after(code: str) -> str:
    """Which heavy modules a fresh interpreter has loaded after ``code``."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE.format(code)], capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()[-1]


def test_that_the_launcher_loads_neither_qt_nor_torch():
    assert modules_after("pass") == "[]"


def test_that_the_window_loads_no_torch_and_no_numpy_before_its_first_page():
    assert modules_after("import gui.app, gui.main_window, gui.pages.open") == "['PySide6']"


@pytest.fixture
def no_display(monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")


def test_that_a_machine_without_a_display_opens_no_window(no_display, capsys):
    assert launcher.main([]) == 2

    error = capsys.readouterr().err
    assert error.startswith("penjing: ")
    assert "there is no display" in error


def test_that_a_display_that_does_not_answer_opens_no_window(no_display, monkeypatch, capsys):
    monkeypatch.setenv("DISPLAY", ":4711")

    assert launcher.main([]) == 2

    error = capsys.readouterr().err
    assert ":4711" in error
    assert "Traceback" not in error


def test_that_offscreen_is_a_display_for_a_window_but_not_for_the_demo(monkeypatch):
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")

    assert launcher.window_problem() is None
    assert launcher.demo_problem() == "QT_QPA_PLATFORM=offscreen"


@pytest.fixture
def demos(monkeypatch) -> list[Path | None]:
    """The folders of the demos that were shown on a display, which stands in for the machine's."""
    shown: list[Path | None] = []
    monkeypatch.setattr(launcher, "demo_problem", lambda: None)
    monkeypatch.setattr("gui.app.run_demo", lambda folder: shown.append(folder) or 0)
    return shown


def test_that_the_demo_runs_in_the_window_into_the_folder_that_was_named(demos, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert launcher.main(["demo", "--out", "bonsai"]) == 0
    assert launcher.main(["demo"]) == 0

    assert demos == [tmp_path / "bonsai", None]


def test_that_a_folder_that_cannot_be_the_demos_is_refused_before_a_window_opens(demos, tmp_path, capsys):
    (tmp_path / "notes.txt").write_text("mine")

    assert launcher.main(["demo", "--out", str(tmp_path)]) == 2

    assert demos == []
    assert capsys.readouterr().err.startswith(f'penjing: The folder "{tmp_path}" is not empty')


def test_that_commands_and_options_go_to_the_terminal(capsys):
    assert launcher.main(["methods", "--json"]) == 0
    assert '"prune' in capsys.readouterr().out


def test_that_a_word_that_is_no_file_is_refused_in_one_line():
    done = subprocess.run(
        [sys.executable, "-m", "gui.launcher", "nothing-of-this-name"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )

    assert done.returncode == 2
    assert "nothing-of-this-name" in done.stderr
    assert len(done.stderr.splitlines()) == 1
