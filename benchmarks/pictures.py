"""Pictures of every page of the real window, in both languages and looks.

``python benchmarks/pictures.py docs/images`` opens the sample, walks through the wizard, runs it on the real
engine, and writes ``NAME-LANGUAGE-THEME.png`` for each scene, 1280 × 800.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QDeadlineTimer, QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from engine.contract.methods import SensitivityKind
from engine.contract.recipe import DataSpec
from engine.contract.source import ModelSource
from gui.engine_thread import EngineThread
from gui.main_window import MainWindow
from gui.models.run_progress import RunPhase
from gui.pages.compare import ComparePage
from gui.pages.inspect import InspectPage
from gui.pages.open import OpenPage
from gui.pages.run import RunPage
from gui.session import OpenRequest
from gui.settings import Settings
from gui.theme import Scheme, current_theme
from gui.translation import Language
from gui.widgets.rail import PageName
from gui.wizard.flow import Step
from gui.wizard.page import CompressPage

SIZE = (1280, 800)
_PATIENCE_MS = 240_000
_POLL_MS = 10
_LAYOUT_ROUNDS = 5
_SENSITIVITY_SAMPLES = 1000
# Late enough for curves that show something, early enough for stages that are still to come.
_MIDWAY = 0.55
# By a process of its own, as the window's knows no torch.
_CHECKPOINT = """
import sys, torch, torchvision
network = torchvision.models.resnet18(num_classes=10)
torch.save({"epoch": 90, "model": network.state_dict(), "model_ema": network.state_dict()}, sys.argv[1])
"""


def open_window() -> MainWindow:
    """The real window with its own engine, shown; close it with :func:`close_window`."""
    engine = EngineThread()
    window = MainWindow(engine, Settings())
    window.resize(*SIZE)
    window.first_painted.connect(engine.start)
    window.show()
    return window


def close_window(window: MainWindow) -> None:
    """Ends the window and its engine."""
    engine = window.desk.engine
    window.close()
    engine.end()
    engine.wait(_PATIENCE_MS)


def scenes(window: MainWindow) -> Iterator[str]:
    """Brings the window into one scene after another; each is named once it can be looked at."""
    window.desk.open_sample()
    wait_until(lambda: window.desk.session.inspection is not None)
    yield from _scenes_before_the_run(window)
    yield from _scenes_of_the_run(window)
    window.show_page(PageName.OPEN)
    yield "open"
    yield from _scenes_of_the_form(window)


def _scenes_of_the_form(window: MainWindow) -> Iterator[str]:
    page = window.page(PageName.OPEN)
    assert isinstance(page, OpenPage)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "resnet18.pt"
        subprocess.run([sys.executable, "-c", _CHECKPOINT, str(file)], check=True)
        source, data = ModelSource(file=str(file)), DataSpec(source="torchvision:CIFAR10")
        window.desk.form_wanted.emit(OpenRequest(source=source, data=data))
        wait_until(page.has_looked)
        yield "open-form"


def empty_scenes(window: MainWindow) -> Iterator[str]:
    """Every page before anything was opened; not for the documentation, which has something to show."""
    for name in PageName:
        window.show_page(name)
        yield f"{name}-empty"


def _scenes_before_the_run(window: MainWindow) -> Iterator[str]:
    yield from _scenes_of_the_layers(window)
    window.show_page(PageName.DATA)
    wait_until(lambda: window.desk.data.summary is not None)
    yield "data"
    window.show_page(PageName.COMPRESS)
    wizard = window.page(PageName.COMPRESS)
    assert isinstance(wizard, CompressPage)
    for step in Step:
        wizard.go_to(step)
        if step is Step.REVIEW:
            wait_until(wizard.has_estimation)
        yield f"compress-{step}"


def _scenes_of_the_layers(window: MainWindow) -> Iterator[str]:
    window.show_page(PageName.INSPECT)
    page = window.page(PageName.INSPECT)
    assert isinstance(page, InspectPage)
    yield "inspect"
    page.show_view(1)
    yield "inspect-unmeasured"
    for kind in SensitivityKind:
        page.measure_requested.emit(kind, _SENSITIVITY_SAMPLES)
        wait_until(lambda: window.desk.sensitivity.measurement is None)
        yield f"inspect-{kind}"
    page.show_view(0)


def _scenes_of_the_run(window: MainWindow) -> Iterator[str]:
    recipe = window.desk.session.recipe
    assert recipe is not None
    page = window.page(PageName.RUN)
    assert isinstance(page, RunPage)
    window.desk.run.start(recipe)
    wait_until(lambda: page.progress().share >= _MIDWAY or page.phase() not in _UNDER_WAY)
    wait_until(page.curves.is_drawn)
    yield "run"
    wait_until(lambda: window.desk.session.report is not None or page.phase() is RunPhase.FAILED)
    wait_until(page.curves.is_drawn)
    yield "run-done"
    window.show_page(PageName.COMPARE)
    compare = window.page(PageName.COMPARE)
    assert isinstance(compare, ComparePage)
    for index, name in enumerate(("compare", "compare-weights", "compare-rounding", "compare-confusion")):
        compare.show_view(index)
        yield name
    compare.show_view(0)
    window.show_page(PageName.EXPORT)
    yield "export"


_UNDER_WAY = {RunPhase.STARTING, RunPhase.RUNNING}


def wait_until(is_true: Callable[[], bool], patience_ms: int = _PATIENCE_MS) -> None:
    """Lets the window live until ``is_true``.

    Raises:
        TimeoutError: it did not become true.
    """
    loop, deadline = QEventLoop(), QDeadlineTimer(patience_ms)
    timer = QTimer(interval=_POLL_MS)
    timer.timeout.connect(lambda: loop.quit() if is_true() or deadline.hasExpired() else None)
    timer.start()
    loop.exec()
    if not is_true():
        raise TimeoutError("the window did not come to the scene; see the engine's log")


def looks(window: MainWindow) -> Iterator[tuple[Language, Scheme]]:
    """Puts the window into every language and look, beginning with the look of now: changing it takes longest."""
    first = current_theme().scheme
    for scheme in (first, *(other for other in Scheme if other is not first)):
        window.set_scheme(scheme)
        for language in Language:
            window.set_language(language)
            settle()
            yield language, scheme


def save_pictures(window: MainWindow, name: str, folder: Path) -> None:
    """The scene of now in both languages and both looks."""
    for language, scheme in looks(window):
        window.grab().save(str(folder / f"{name}-{language}-{scheme}.png"))


def settle() -> None:
    """Lets layouts find their place: a wrapped label learns its height in one round, what holds it in the next."""
    for _ in range(_LAYOUT_ROUNDS):
        QApplication.sendPostedEvents()
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)


def main() -> int:
    """Writes all pictures into a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where the pictures are written")
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as scratch:
        os.environ |= {"PENJING_CONFIG": f"{scratch}/config", "PENJING_RUNS": f"{scratch}/runs"}
        from gui.app import make_application

        application = make_application()
        window = open_window()
        for name in scenes(window):
            save_pictures(window, name, folder)
            print(name, flush=True)
        close_window(window)
        del application
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
