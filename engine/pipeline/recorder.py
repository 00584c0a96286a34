"""Writes events into the run's folder as they happen, and passes them on to whoever listens."""

import os
from collections.abc import Callable
from pathlib import Path

import msgspec

from engine.contract.events import RunEvent

_ENCODER = msgspec.json.Encoder()


class Recorder:
    """Appends each event as one JSON line; call it with an event.

    Args:
        path: ``events.jsonl``; cut back to ``offset`` bytes when a run is resumed.
        listener: is told each event after it was written.
    """

    def __init__(self, path: Path, listener: Callable[[RunEvent], None], *, offset: int = 0) -> None:
        self._listener = listener
        self._file = path.open("ab")
        self._file.truncate(offset)
        self._file.seek(0, os.SEEK_END)

    def __call__(self, event: RunEvent) -> None:
        """Writes and passes on one event."""
        self._file.write(_ENCODER.encode(event) + b"\n")
        self._file.flush()
        self._listener(event)

    def offset(self) -> int:
        """The file's length after all that was recorded is on the disk."""
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._file.tell()

    def close(self) -> None:
        """Ends the recording."""
        self._file.close()
