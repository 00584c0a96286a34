"""Drives the engine's process from a thread of its own; answers come out as Qt signals, in batches."""

import queue
import threading
from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QObject, QThread, QTimer, Signal, SignalInstance, Slot

from engine.client import CANCEL_PATIENCE_S, EngineClient, decode_value, error_of
from engine.contract.errors import PenjingError, RunCancelled
from engine.contract.events import RunEvent
from engine.contract.messages import (
    Answer,
    Cancel,
    Continue,
    Detach,
    Event,
    Failed,
    Job,
    Pause,
    Question,
    Ready,
    Result,
    Trust,
)

BATCH_MS = 66
_POLL_S = 0.05
_IDLE_PATIENCE_S = 1.0
_Order = Callable[[], None]
_Telling = tuple[SignalInstance, tuple[object, ...]]
_Note = _Telling | RunEvent


class EngineThread(QThread):
    """Owns one engine process and the jobs that wait for it; jobs run one at a time, in order.

    All signals are sent from the window's thread, at most fifteen times a second: the thread of this object puts
    what it hears into a queue, and a timer in the window drains it. The process is started again after it died.
    """

    events_arrived = Signal(list)
    job_started = Signal(object)
    job_finished = Signal(object, object)
    job_failed = Signal(object, object)
    question_asked = Signal(object)
    engine_ready = Signal(object)
    engine_died = Signal(str)
    _arrived = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._orders: queue.SimpleQueue[_Order] = queue.SimpleQueue()
        self._notes: queue.SimpleQueue[_Note] = queue.SimpleQueue()
        self._held: _Telling | None = None
        self._is_announced = threading.Event()
        self._client = EngineClient()
        self._waiting: deque[Job] = deque()
        self._current: Job | None = None
        self._is_ready = False
        self._is_ending = False
        self._last_id = 0
        self._timer = QTimer(self, interval=BATCH_MS, singleShot=True)
        self._timer.timeout.connect(self._drain)
        self._arrived.connect(self._on_self_arrived)

    # What the window asks for; each returns at once.

    def next_id(self) -> int:
        """An id for the next job."""
        self._last_id += 1
        return self._last_id

    def submit(self, job: Job) -> None:
        """Does a job as soon as those before it are done."""
        self._orders.put(lambda: self._waiting.append(job))

    def cancel(self) -> None:
        """Stops the job of now in order."""
        self._orders.put(lambda: self._send_for_current(Cancel))

    def withdraw(self, job_id: int) -> None:
        """Stops one job in order, or takes it out of those that wait."""
        self._orders.put(lambda: self._withdraw(job_id))

    def pause(self) -> None:
        """Holds the job of now at its next batch or layer."""
        self._orders.put(lambda: self._send_for_current(Pause))

    def resume(self) -> None:
        """Lets a held job go on."""
        self._orders.put(lambda: self._send_for_current(Continue))

    def answer_trust(self, granted: bool) -> None:
        """The user's word on the question that the job of now asked."""
        self._orders.put(lambda: self._grant(granted))

    def detach(self) -> None:
        """Lets the job of now go on without us, and ends this thread."""
        self._orders.put(self._detach)

    def end(self) -> None:
        """Ends the process in order (a job of now is cancelled) and this thread."""
        self._orders.put(self._end)

    def kill(self) -> None:
        """Ends the process at once, as a power cut would (a run can be resumed), and this thread."""
        self._orders.put(self._kill)

    # The thread.

    def run(self) -> None:
        """Qt's hook: the life of the thread."""
        while not self._is_ending:
            try:
                self._client.start()
                self._live()
            except PenjingError as error:
                self._bury(error)
            finally:
                self._client.close(_IDLE_PATIENCE_S if self._current is None else CANCEL_PATIENCE_S)

    def _live(self) -> None:
        while not self._is_ending:
            self._obey()
            if self._is_ending:
                return
            self._send_next()
            answer = self._client.receive(_POLL_S)
            if answer is not None:
                self._take(answer)
            if isinstance(answer, Failed) and answer.is_last:
                # The process has ended with it, on purpose; another one takes the jobs that wait.
                self._is_ready = False
                return

    def _obey(self) -> None:
        while not self._orders.empty():
            self._orders.get()()

    def _send_next(self) -> None:
        if self._current is None and self._waiting:
            job = self._current = self._waiting.popleft()
            self._client.send(job)
            self._tell(self.job_started, job)

    def _bury(self, error: PenjingError) -> None:
        """Tells of the death; a process that died before it was ready is started again on the next order only."""
        if self._is_ending:
            return
        if self._current is not None:
            job, self._current = self._current, None
            self._tell(self.job_failed, job, error)
        self._tell(self.engine_died, error.message)
        if not self._is_ready:
            self._orders.get()()
        self._is_ready = False

    def _send_for_current(self, request: type[Cancel | Pause | Continue]) -> None:
        if self._current is not None:
            self._client.send(request(id=self._current.id))

    def _withdraw(self, job_id: int) -> None:
        if self._current is not None and self._current.id == job_id:
            self._send_for_current(Cancel)
        for job in [waiting for waiting in self._waiting if waiting.id == job_id]:
            self._waiting.remove(job)
            self._tell(self.job_failed, job, RunCancelled())

    def _grant(self, granted: bool) -> None:
        if self._current is not None:
            self._client.send(Trust(id=self._current.id, granted=granted))

    def _detach(self) -> None:
        self._is_ending = True
        if self._current is not None:
            self._client.send(Detach(id=self._current.id))
            self._client.detach()

    def _end(self) -> None:
        self._is_ending = True

    def _kill(self) -> None:
        self._is_ending = True
        self._client.kill()

    # What the engine says.

    def _take(self, answer: Answer) -> None:
        """Heartbeats say nothing to a window; Busy cannot come, as jobs are sent one at a time."""
        match answer:
            case Event():
                self._put(answer.event)
            case Ready():
                self._is_ready = True
                self._tell(self.engine_ready, answer.versions)
            case Question():
                self._tell(self.question_asked, answer)
            case Result() if self._current is not None:
                job, self._current = self._current, None
                self._tell(self.job_finished, job, decode_value(job, answer))
            case Failed() if self._current is not None:
                job, self._current = self._current, None
                self._tell(self.job_failed, job, error_of(answer))
            case _:
                pass

    def _tell(self, signal: SignalInstance, *values: object) -> None:
        self._put((signal, values))

    def _put(self, note: _Note) -> None:
        """Queues a note for the window's thread, and wakes it once for all that comes until it looks."""
        self._notes.put(note)
        if not self._is_announced.is_set():
            self._is_announced.set()
            self._arrived.emit()

    # The window's thread again.

    @Slot()
    def _on_self_arrived(self) -> None:
        self._timer.start()

    @Slot()
    def _drain(self) -> None:
        """Sends one thing a turn, so that timers and the mouse come in between.

        Events that follow one another go out as one list, everything else in its place between them.
        """
        self._is_announced.clear()
        events: list[RunEvent] = []
        while self._held is None and not self._notes.empty():
            note = self._notes.get()
            if isinstance(note, tuple):
                self._held = note
            else:
                events.append(note)
        if events:
            self.events_arrived.emit(events)
        elif self._held is not None:
            (signal, values), self._held = self._held, None
            signal.emit(*values)
        if self._held is not None or not self._notes.empty():
            QTimer.singleShot(0, self, self._drain)
