"""What a stage is given by its caller: somewhere to send events, a way to be stopped, and the run's folder."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from engine.contract.errors import PenjingError, RunCancelled
from engine.contract.events import Continued, Paused, RunEvent, WarningRaised
from engine.contract.texts import TEXTS

log = logging.getLogger("penjing")
_CONTROL_POLL_S = 0.5


class Control:
    """Pause and cancel, set by another thread or by ``control.json`` in the folder of a detached run."""

    def __init__(self) -> None:
        self._cancelled = threading.Event()
        self._running = threading.Event()
        self._running.set()
        self._file: Path | None = None
        self._next_poll = 0.0

    def cancel(self) -> None:
        """Asks the job to stop at the next batch or layer; a paused job stops too."""
        self._cancelled.set()
        self._running.set()

    def pause(self) -> None:
        """Asks the job to wait at the next batch or layer."""
        if not self._cancelled.is_set():
            self._running.clear()

    def resume(self) -> None:
        """Lets a paused job go on."""
        self._running.set()

    def reset(self) -> None:
        """Makes ready for the next job."""
        self._cancelled.clear()
        self._running.set()

    def follow(self, file: Path) -> None:
        """From now on obeys ``file`` as well: ``{"command": "pause" | "continue" | "cancel"}``."""
        self._file = file

    @property
    def is_cancelled(self) -> bool:
        """Whether a stop was asked for."""
        self._poll()
        return self._cancelled.is_set()

    @property
    def is_paused(self) -> bool:
        """Whether a wait was asked for."""
        self._poll()
        return not self._running.is_set()

    def wait_while_paused(self) -> None:
        """Returns when the job may go on or must stop."""
        while not self._running.wait(_CONTROL_POLL_S):
            self._poll()

    def _poll(self) -> None:
        now = time.monotonic()
        if self._file is None or now < self._next_poll:
            return
        self._next_poll = now + _CONTROL_POLL_S
        try:
            command = msgspec.json.decode(self._file.read_bytes(), type=dict[str, str]).get("command")
        except (OSError, msgspec.MsgspecError):
            return
        self._file.unlink(missing_ok=True)
        {"pause": self.pause, "continue": self.resume, "cancel": self.cancel}.get(
            command or "", lambda: None
        )()


@dataclass(frozen=True, kw_only=True)
class RunContext:
    """Given to every stage; a stage does not know whether a window, a test or a terminal listens.

    Attributes:
        emit: takes each event.
        control: pause and cancel.
        folder: the run's folder, or None for jobs that write nothing.
        ask: asks the user to vouch for a file (path, what it wants); True if so.
        remembers_word: whether what ``ask`` says is the user's own word, to be remembered between sessions.
        give_up: answers the job with an error and ends the process; None where there is no process to be ended.
    """

    emit: Callable[[RunEvent], None] = lambda event: None
    control: Control = field(default_factory=Control)
    folder: Path | None = None
    ask: Callable[[Path, tuple[str, ...]], bool] = lambda path, wants: False
    remembers_word: bool = False
    give_up: Callable[[PenjingError], None] | None = None

    def raise_if_cancelled(self) -> None:
        """Called between batches and layers: waits while paused, stops when cancelled.

        Raises:
            RunCancelled: the user asked to stop.
        """
        if self.control.is_paused:
            self.emit(Paused(time=time.time()))
            self.control.wait_while_paused()
            if not self.control.is_cancelled:
                self.emit(Continued(time=time.time()))
        if self.control.is_cancelled:
            raise RunCancelled

    def warn(self, code: str, **arguments: object) -> None:
        """Tells the user something that does not stop the run."""
        texts = {name: str(value) for name, value in arguments.items()}
        message = TEXTS[code].format(**texts)
        log.warning(message)
        self.emit(WarningRaised(code=code, arguments=texts, message=message, time=time.time()))
