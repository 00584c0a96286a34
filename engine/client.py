"""Starts a worker process, sends it requests, receives its answers: what the window and the terminal both use.

No Qt and no torch. One thread of the caller sends and receives; a reader thread of the client's own empties the
pipe. When a cancelled job neither ends nor says anything for five seconds, the worker's process group is ended.
"""

import contextlib
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from engine.contract.errors import PenjingError, RequestError, RunCancelled, RunError
from engine.contract.events import RunEvent
from engine.contract.messages import (
    VALUE_TYPES,
    Answer,
    Busy,
    Cancel,
    Event,
    Failed,
    Heartbeat,
    Job,
    Question,
    Ready,
    Request,
    Result,
    Shutdown,
    Trust,
)

CANCEL_PATIENCE_S = 5.0
SILENCE_LIMIT_S = 120.0
_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Answer)


class ReportedError(PenjingError):
    """A failure that the worker reported: its code, arguments and exit status."""

    def __init__(self, failed: Failed) -> None:
        Exception.__init__(self, failed.message)
        self.code = failed.code
        self.arguments = failed.arguments
        self.exit_status = failed.exit_status


class EngineClient:
    """One worker process.

    >>> with EngineClient() as client:                                            # doctest: +SKIP
    ...     inspection = client.run_job(Inspect(id=1, source=ModelSource(file="sample")))
    """

    def __init__(self, *, is_verbose: bool = False) -> None:
        self._is_verbose = is_verbose
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: queue.Queue[Answer | None] = queue.Queue()
        self._send_lock = threading.Lock()
        self._cancelled_at: float | None = None
        self._last_sign = 0.0
        self._is_detached = False
        self._folder: Path | None = None

    @property
    def log(self) -> Path:
        """Where the worker's standard error goes."""
        return (self._folder or Path(tempfile.gettempdir())) / "worker.log"

    @property
    def is_running(self) -> bool:
        """Whether the worker's process lives."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Starts the worker in a private, empty working directory, where no file can shadow a module."""
        self._folder = Path(tempfile.mkdtemp(prefix="penjing-worker-"))
        self._answers = queue.Queue()
        self._cancelled_at = None
        self._last_sign = time.monotonic()
        errors = None if self._is_verbose else self.log.open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "engine", "worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=self._folder,
            env=_environment(),
            **_own_group(),
        )
        if errors is not None:
            errors.close()
        threading.Thread(
            target=self._read, args=(self._process, self._answers), name="engine-reader", daemon=True
        ).start()

    def _read(self, process: subprocess.Popen[bytes], answers: "queue.Queue[Answer | None]") -> None:
        assert process.stdout is not None
        for line in process.stdout:
            with contextlib.suppress(msgspec.MsgspecError):
                answers.put(_DECODER.decode(line))
        answers.put(None)
        if self._is_detached:
            # Nobody calls close() any more, so the one who read to the end tidies up.
            process.stdout.close()
            process.wait()

    def send(self, request: Request) -> None:
        """Sends one request.

        Raises:
            RunError: the worker is gone.
        """
        if isinstance(request, Cancel | Shutdown):
            self._cancelled_at = time.monotonic()
        process = self._process
        try:
            if process is None or process.stdin is None:
                raise BrokenPipeError
            with self._send_lock:
                process.stdin.write(_ENCODER.encode(request) + b"\n")
                process.stdin.flush()
        except (OSError, ValueError):
            raise self._death() from None

    def receive(self, timeout_s: float = 0.2) -> Answer | None:
        """The next answer, or None when none came within ``timeout_s``.

        Raises:
            RunError: the worker died, or did not obey a cancel and was ended.
        """
        try:
            answer = self._answers.get(timeout=timeout_s)
        except queue.Empty:
            self._end_if_unresponsive()
            return None
        if answer is None:
            self._answers.put(None)
            raise self._death()
        self._note_sign(answer)
        self._end_if_unresponsive()
        if isinstance(answer, Failed) and answer.is_last:
            # What were sent now would go to a process that is on its way out.
            self._await_end()
        return answer

    def _await_end(self) -> None:
        try:
            if self._process is not None:
                self._process.wait(timeout=CANCEL_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def _note_sign(self, answer: Answer) -> None:
        self._last_sign = time.monotonic()
        if self._cancelled_at is None:
            return
        if isinstance(answer, Result | Failed):
            self._cancelled_at = None
        elif not isinstance(answer, Heartbeat):
            self._cancelled_at = self._last_sign

    def _end_if_unresponsive(self) -> None:
        now = time.monotonic()
        limit = CANCEL_PATIENCE_S if self._cancelled_at is not None else SILENCE_LIMIT_S
        since = self._cancelled_at if self._cancelled_at is not None else self._last_sign
        if now - since > limit:
            self.kill()
            raise RunError("worker_unresponsive", seconds=f"{limit:.0f}")

    def _death(self) -> RunError:
        status = self._process.wait(timeout=5) if self._process is not None else None
        return RunError("worker_died", status=status, log=self.log)

    def run_job(
        self,
        job: Job,
        *,
        on_event: Callable[[RunEvent], None] = lambda event: None,
        on_question: Callable[[Question], bool] = lambda question: False,
        is_cancelled: Callable[[], bool] = lambda: False,
    ) -> Any:
        """Sends a job and waits for its record; events and the trust question go to the callbacks.

        Raises:
            RequestError, RunError, RunCancelled, ReportedError: as the worker reports.
        """
        self.send(job)
        has_cancelled = False
        while True:
            if is_cancelled() and not has_cancelled:
                has_cancelled = True
                self.send(Cancel(id=job.id))
            answer = self.receive()
            match answer:
                case Event(event=event):
                    on_event(event)
                case Question():
                    self.send(Trust(id=job.id, granted=on_question(answer)))
                case Result(id=job.id):
                    return decode_value(job, answer)
                case Failed(id=job.id):
                    raise error_of(answer)
                case Busy(id=job.id):
                    raise RequestError("busy")
                case _:
                    pass

    def wait_until_ready(self, timeout_s: float = 60) -> Ready:
        """The worker's first answer.

        Raises:
            RunError: it did not come.
        """
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            answer = self.receive()
            if isinstance(answer, Ready):
                return answer
        self.kill()
        raise RunError("worker_unresponsive", seconds=f"{timeout_s:.0f}")

    def detach(self) -> None:
        """Leaves the worker to itself: after a Detach request it goes on with its run when we are gone."""
        self._is_detached = True
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()

    def close(self, patience_s: float = CANCEL_PATIENCE_S) -> None:
        """Ends the worker in order: end of input, then patience, then the process group."""
        process = self._process
        if process is None or self._is_detached:
            return
        has_died = process.poll() not in (None, 0)
        with contextlib.suppress(OSError):
            if process.stdin is not None:
                process.stdin.close()
        try:
            process.wait(timeout=patience_s)
        except subprocess.TimeoutExpired:
            self.kill()
        if process.stdout is not None:
            process.stdout.close()
        self._process = None
        # The log of a worker that died by itself is what its last message points at.
        if self._folder is not None and not has_died:
            shutil.rmtree(self._folder, ignore_errors=True)

    def kill(self) -> None:
        """Ends the worker and all that it started, at once."""
        process = self._process
        if process is None or process.poll() is not None:
            return
        if sys.platform == "win32":
            subprocess.run(
                ["taskkill", "/F", "/T", "/PID", str(process.pid)], check=False, capture_output=True
            )
        else:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def decode_value(job: Job, result: Result) -> Any:
    """The record in a result, of the type that answers ``job``."""
    return msgspec.json.decode(result.value, type=VALUE_TYPES[type(job)])


def error_of(failed: Failed) -> PenjingError:
    """The worker's failure as an error to raise; a cancelled job as :class:`RunCancelled`."""
    return RunCancelled() if failed.code == "cancelled" else ReportedError(failed)


def _environment() -> dict[str, str]:
    """Ours, in which no module is looked for where the user happens to stand, such as beside a stranger's model."""
    here, ours = Path.cwd(), Path(__file__).resolve().parent.parent
    named = [Path(entry) for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry]
    kept = [str(path) for path in named if path.is_absolute() and (path == ours or path != here)]
    found = {**os.environ, "PYTHONSAFEPATH": "1", "PYTHONIOENCODING": "utf-8"}
    return {**found, "PYTHONPATH": os.pathsep.join(kept)} if named else found


def _own_group() -> dict[str, Any]:
    """So that the terminal's Ctrl-C reaches only us, and a kill reaches all that the worker started."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}
