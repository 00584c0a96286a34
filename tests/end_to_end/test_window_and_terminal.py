"""The window and the terminal are two clients of one engine: the same recipe gives the same weights in both."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from engine.contract.run_folder import RunFolder
from gui.app import make_application
from gui.engine_thread import EngineThread
from gui.main_window import MainWindow
from gui.settings import Settings
from gui.widgets.rail import PageName
from resources import sample_recipe

PATIENCE_MS = 240_000


@pytest.fixture(scope="session")
def qapp() -> QApplication:
    instance = QApplication.instance()
    return instance if isinstance(instance, QApplication) else make_application()


@pytest.fixture
def window(qtbot) -> Iterator[MainWindow]:
    engine = EngineThread()
    window = MainWindow(engine, Settings())
    qtbot.addWidget(window)
    engine.start()
    window.show()
    yield window
    window.close()
    assert engine.wait(20_000)


@pytest.mark.slow
def test_that_the_demo_in_the_window_gives_the_weights_of_the_terminal(window, qtbot, tmp_path: Path):
    with qtbot.waitSignal(window.desk.jobs.run_ended, timeout=PATIENCE_MS) as ended:
        window.desk.start_demo()
    folder, report, error = ended.args
    assert error is None

    command = [
        sys.executable,
        "-m",
        "engine",
        "run",
        str(sample_recipe()),
        "--out",
        str(tmp_path / "terminal"),
    ]
    subprocess.run(command, check=True, capture_output=True)

    terminal = RunFolder(tmp_path / "terminal").read_report()
    assert RunFolder(folder).read_report() == report
    assert report.weights_sha256 == terminal.weights_sha256
    assert window.page(PageName.COMPARE).isVisible()
    assert window.desk.session.report == report
