import os
import subprocess
import sys

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

    assert "there is no display" in capsys.readouterr().err


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
