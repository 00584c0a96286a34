"""The window under measurement, in a process of its own: ``paint``, or ``late`` with a model, data and a recipe.

Prints one JSON object a line. The real launcher and the real window are driven; only a clock is added.
"""

import json
import os
import sys
import time
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtGui import QGuiApplication

import gui.app
from engine.contract.methods import ExportFormat
from engine.contract.recipe_file import read_recipe
from engine.contract.recipe_paths import with_absolute_paths
from gui.main_window import MainWindow
from gui.session import OpenRequest
from gui.widgets.rail import PageName

TICK_MS = 10
SETTLE_MS = 300


class Lateness(QObject):
    """Notes how late each tick of a 10 ms timer comes."""

    def __init__(self) -> None:
        super().__init__()
        self._timer = QTimer(self, interval=TICK_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_timer_timeout)
        self._late_ms: list[float] = []
        self._last = 0.0

    def begin(self) -> None:
        """Begins a stretch."""
        self._late_ms, self._last = [], time.perf_counter()
        self._timer.start()

    @Slot()
    def _on_timer_timeout(self) -> None:
        now = time.perf_counter()
        self._late_ms.append(max(0.0, 1000 * (now - self._last) - TICK_MS))
        self._last = now

    def end(self, stretch: str) -> None:
        """Prints the stretch's quantiles."""
        self._timer.stop()
        late = sorted(self._late_ms)
        row = {"p50": late[len(late) // 2], "p99": late[int(0.99 * (len(late) - 1))], "max": late[-1]}
        say(stretch=stretch, ticks=len(late), **row)


class Drive(QObject):
    """Loads, runs and exports as a user would, one after the other."""

    def __init__(self, window: MainWindow, recipe: Path) -> None:
        super().__init__(window)
        self._window, self._desk, self._lateness = window, window.desk, Lateness()
        self._recipe = with_absolute_paths(read_recipe(recipe), recipe.parent)
        self._desk.jobs.inspected.connect(self._on_jobs_inspected)
        self._desk.jobs.run_ended.connect(self._on_jobs_run_ended)
        self._desk.jobs.exported.connect(self._on_jobs_exported)
        for failed in (self._desk.jobs.inspect_failed, self._desk.jobs.export_failed, self._desk.run.refused):
            failed.connect(self._on_failed)
        window.warmed_up.connect(self._on_window_warmed_up)

    @Slot()
    def _on_window_warmed_up(self) -> None:
        from engine.contract.source import ModelSource

        model = self._recipe.model
        source = ModelSource(file=model.file, architecture=model.architecture, input_shape=model.input_shape)
        self._lateness.begin()
        self._desk.open_request(OpenRequest(source=source, data=self._recipe.data))

    @Slot()
    def _on_jobs_inspected(self) -> None:
        # What the window does with an answer belongs to the stretch: its late tick is waited for.
        QTimer.singleShot(SETTLE_MS, self._end_load)

    def _end_load(self) -> None:
        self._lateness.end("load")
        self._lateness.begin()
        self._desk.run.start(self._recipe)

    @Slot(object, object, object)
    def _on_jobs_run_ended(self, _folder: object, report: object, _error: object) -> None:
        if report is None:
            self._window.close()
        else:
            QTimer.singleShot(SETTLE_MS, self._end_run)

    def _end_run(self) -> None:
        self._lateness.end("run")
        self._window.show_page(PageName.EXPORT)
        self._lateness.begin()
        self._desk.run.export(ExportFormat.ONNX_FLOAT32)

    @Slot()
    def _on_jobs_exported(self) -> None:
        QTimer.singleShot(SETTLE_MS, self._end_export)

    def _end_export(self) -> None:
        self._lateness.end("export")
        self._window.close()

    @Slot(object)
    def _on_failed(self, error: object) -> None:
        print(error, file=sys.stderr)
        self._window.close()


def say(**row: object) -> None:
    """One JSON object, at once."""
    print(json.dumps({"platform": QGuiApplication.platformName(), **row}), flush=True)


class PaintedWindow(MainWindow):
    """Says when its first page is on the screen, then closes."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)
        # A timer of 0 ms fires once the paint that is going on has reached the screen.
        self.first_painted.connect(lambda: QTimer.singleShot(0, self._on_painted))

    def _on_painted(self) -> None:
        say(painted_at=time.time())
        self.close()


class DrivenWindow(MainWindow):
    """Drives itself with the recipe of the command line."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)
        self._drive = Drive(self, Path(sys.argv[2]))


def end_at_once(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """An error in a slot would leave the window waiting."""
    sys.__excepthook__(kind, error, trace)
    sys.stderr.flush()
    os._exit(1)


def main() -> int:
    """Starts the window as ``penjing`` does."""
    from gui.launcher import main as launch

    sys.excepthook = end_at_once
    gui.app.MainWindow = PaintedWindow if sys.argv[1] == "paint" else DrivenWindow
    return launch([])


if __name__ == "__main__":
    sys.exit(main())
