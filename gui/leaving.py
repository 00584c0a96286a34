"""Closing the window while a run goes on: in the background, paused and saved, or cancelled."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from engine.contract.events import Paused, RunEvent
from gui.desk import Desk
from gui.dialogs.closing import Closing, ClosingDialog

_PAUSE_PATIENCE_MS = 15_000


class Leaving(QObject):
    """Asks what is to become of the run, sees to it, and says by ``done`` when the window may close."""

    done = Signal()

    def __init__(self, desk: Desk, window: QWidget) -> None:
        super().__init__(window)
        self._desk, self._window = desk, window
        self._is_pausing = False
        self._ways: dict[Closing, Callable[[], None]] = {
            Closing.STAY: lambda: None,
            Closing.BACKGROUND: self._detach,
            Closing.PAUSE: self._pause,
            Closing.CANCEL: self._cancel,
        }
        desk.engine.events_arrived.connect(self._on_engine_events_arrived)

    def ask(self) -> None:
        """Opens the dialog."""
        folder = self._desk.jobs.run_folder
        dialog = ClosingDialog(folder.name if folder else "", self._window)
        dialog.finished.connect(lambda _result: self._ways[dialog.choice]())
        dialog.open()

    def _detach(self) -> None:
        self._desk.engine.detach()
        self.done.emit()

    def _pause(self) -> None:
        """A paused run has saved its checkpoint: after that its process can end without a loss."""
        self._window.setEnabled(False)
        self._is_pausing = True
        self._desk.engine.pause()
        QTimer.singleShot(_PAUSE_PATIENCE_MS, self, self._end_paused)

    def _on_engine_events_arrived(self, events: list[RunEvent]) -> None:
        if self._is_pausing and any(isinstance(event, Paused) for event in events):
            self._end_paused()

    def _end_paused(self) -> None:
        if self._is_pausing:
            self._is_pausing = False
            self._desk.engine.kill()
            self.done.emit()

    def _cancel(self) -> None:
        """The window stays until the best so far is written."""
        self._window.setEnabled(False)
        self._desk.jobs.run_ended.connect(lambda *_: self.done.emit())
        self._desk.engine.cancel()
