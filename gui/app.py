"""Starts the window: look and language first, then the first page, then, once that is painted, the engine."""

import signal
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication

from engine import __version__
from gui.desk import Desk
from gui.engine_thread import EngineThread
from gui.main_window import MainWindow
from gui.settings import Settings
from gui.theme import Scheme, apply_theme, system_scheme
from gui.translation import Language, install_language, system_language
from gui.warming import Warming
from gui.widgets.icons import icon

_END_PATIENCE_MS = 10_000
_SIGNAL_POLL_MS = 200


def run_window(target: Path | None = None) -> int:
    """Shows the window until it is closed; ``target`` is opened."""

    def begin(desk: Desk) -> None:
        if target is not None:
            desk.open_path(str(target))

    return _live(begin)


def run_demo(folder: Path | None = None) -> int:
    """Shows the window until it is closed; the sample is run at once, into ``folder`` if given."""
    return _live(lambda desk: desk.start_demo(folder))


def _live(begin: Callable[[Desk], None]) -> int:
    application, engine = make_application(), EngineThread()
    window = MainWindow(engine, Settings())
    window.first_painted.connect(engine.start, Qt.ConnectionType.QueuedConnection)
    warming = Warming(window.page, lambda: window.desk.jobs.is_working, window)
    window.first_painted.connect(warming.start, Qt.ConnectionType.QueuedConnection)
    warming.done.connect(window.warmed_up)
    window.first_painted.connect(lambda: QTimer.singleShot(0, window, lambda: begin(window.desk)))
    window.show()
    _close_on_interrupt(window)
    status = application.exec()
    engine.end()
    engine.wait(_END_PATIENCE_MS)
    return status


def make_application() -> QApplication:
    """The application in the look and language that the user chose last, or that the desktop has."""
    QApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    application = QApplication(sys.argv[:1])
    application.setApplicationName("Penjing")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("penjing")
    application.setStyle("Fusion")
    settings = Settings()
    apply_theme(application, _scheme(settings))
    install_language(application, _language(settings))
    application.setWindowIcon(icon("tree", "accent"))
    return application


def _scheme(settings: Settings) -> Scheme:
    stored = settings.scheme()
    return Scheme(stored) if stored in set(Scheme) else system_scheme()


def _language(settings: Settings) -> Language:
    stored = settings.language()
    return Language(stored) if stored in set(Language) else system_language()


def _close_on_interrupt(window: MainWindow) -> None:
    """Ctrl-C in the terminal closes the window; Python sees the signal only between two of its own steps."""
    signal.signal(signal.SIGINT, lambda *_: window.close())
    timer = QTimer(window, interval=_SIGNAL_POLL_MS)
    timer.timeout.connect(lambda: None)
    timer.start()
