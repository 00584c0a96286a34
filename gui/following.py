"""A run that goes on without us, in another process: its events as they come, and the way to steer it."""

from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from engine.contract.events import RunEvent, RunFinished
from engine.contract.run_folder import RunFolder, write_atomically

_POLL_MS = 500
_DECODER = msgspec.json.Decoder(RunEvent)


class Following(QObject):
    """Reads on in ``events.jsonl`` of one run.

    ``grown`` says, once, that another process writes there, and brings all events until now; ``events_arrived``
    brings those after; ``ended`` says that the run's end was among them.
    """

    grown = Signal(list)
    events_arrived = Signal(list)
    ended = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder: RunFolder | None = None
        self._offset = 0
        self._before: list[RunEvent] = []
        self.is_alive = False
        self._timer = QTimer(self, interval=_POLL_MS)
        self._timer.timeout.connect(self._on_timer_timeout)

    def start(self, folder: Path) -> list[RunEvent]:
        """Follows a run from now on; returns what was written before."""
        self._folder, self._offset, self.is_alive = RunFolder(folder), 0, False
        self._before = self._read_on()
        if not _is_over(self._before):
            self._timer.start()
        return self._before

    def stop(self) -> None:
        """Follows no run any more."""
        self._timer.stop()
        self._folder, self.is_alive = None, False

    def send(self, command: str) -> None:
        """Asks the run to ``pause``, ``continue`` or ``cancel``."""
        if self._folder is not None:
            write_atomically(self._folder.control, msgspec.json.encode({"command": command}))

    @Slot()
    def _on_timer_timeout(self) -> None:
        events = self._read_on()
        if not events:
            return
        if self.is_alive:
            self.events_arrived.emit(events)
        else:
            self.is_alive = True
            self.grown.emit(self._before + events)
        if _is_over(events):
            self.stop()
            self.ended.emit()

    def _read_on(self) -> list[RunEvent]:
        """The whole lines that were added; a line that is being written is left for the next time."""
        if self._folder is None:
            return []
        try:
            with self._folder.events.open("rb") as file:
                file.seek(self._offset)
                whole, _, _ = file.read().rpartition(b"\n")
        except OSError:
            return []
        if not whole:
            return []
        self._offset += len(whole) + 1
        return _decoded(whole.split(b"\n"))


def _decoded(lines: list[bytes]) -> list[RunEvent]:
    events = []
    for line in lines:
        try:
            events.append(_DECODER.decode(line))
        except msgspec.MsgspecError:
            break
    return events


def _is_over(events: list[RunEvent]) -> bool:
    return bool(events) and isinstance(events[-1], RunFinished)
