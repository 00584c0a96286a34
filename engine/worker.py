"""The JSON-lines loop: the only process that imports torch.

The main thread does jobs; a reader thread takes requests, so that pause and cancel are heard during a job; a third
says every second that the process lives. The real standard output is kept for answers: descriptor 1 is pointed at
standard error before anything heavy is imported, as libraries print.
"""

import importlib.metadata
import logging
import os
import queue
import sys
import threading
import time
from io import BufferedWriter
from pathlib import Path

import msgspec

from engine import __version__
from engine.context import Control, RunContext
from engine.contract.errors import PenjingError, RequestError, RunError
from engine.contract.events import RunEvent
from engine.contract.messages import (
    PROTOCOL,
    Answer,
    Busy,
    Cancel,
    Continue,
    Detach,
    Event,
    Failed,
    Heartbeat,
    Job,
    Pause,
    Question,
    Ready,
    Request,
    Result,
    Run,
    Shutdown,
    Trust,
)
from engine.contract.run_folder import RunFolder, sha256_of

log = logging.getLogger("penjing")
_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Request)
GAVE_UP = 75
"""Exit status of a worker whose job could not be stopped in order."""


class Worker:
    """One client's engine: requests in, answers out."""

    def __init__(self, output: BufferedWriter) -> None:
        self._output = output
        self._output_lock = threading.Lock()
        self._jobs: queue.Queue[Job | None] = queue.Queue()
        self._current: Job | None = None
        self._current_lock = threading.Lock()
        self._control = Control()
        self._trust: queue.Queue[bool] = queue.Queue()
        self._is_detached = False
        self._ended = threading.Event()

    def serve(self) -> int:
        """Runs until the input ends; returns the process's exit status."""
        threading.Thread(target=self._read, name="requests", daemon=True).start()
        threading.Thread(target=self._beat, name="heartbeat", daemon=True).start()
        self.answer(Ready(protocol=PROTOCOL, versions=_versions()))
        self._warm_up()
        while (job := self._jobs.get()) is not None:
            self._do(job)
        self._ended.set()
        return 0

    def answer(self, answer: Answer) -> None:
        """Writes one line; once nobody reads any more, answers are dropped."""
        with self._output_lock:
            try:
                self._output.write(_ENCODER.encode(answer) + b"\n")
                self._output.flush()
            except (BrokenPipeError, ValueError):
                self._output = open(os.devnull, "wb")  # noqa: SIM115, PTH123 - it takes the place of the pipe

    def _warm_up(self) -> None:
        """Loads what jobs need while the user still looks at the first page."""
        import engine.pipeline.jobs  # noqa: F401

    def _read(self) -> None:
        for line in sys.stdin.buffer:
            try:
                self._take(_DECODER.decode(line))
            except msgspec.MsgspecError as error:
                refused = RequestError("request_unreadable", reason=error)
                self.answer(_failed(_id_of(line), refused))
        if not self._is_detached:
            self._control.cancel()
        self._trust.put(False)
        self._jobs.put(None)

    def _take(self, request: Request) -> None:
        match request:
            case Trust(granted=granted):
                self._trust.put(granted)
            case Pause():
                self._control.pause()
            case Continue():
                self._control.resume()
            case Cancel():
                self._cancel(request.id)
            case Detach():
                self._detach()
            case Shutdown():
                self._control.cancel()
                self._trust.put(False)
                self._jobs.put(None)
            case _:
                self._queue(request)

    def _queue(self, job: Job) -> None:
        with self._current_lock:
            if self._current is not None:
                self.answer(Busy(id=job.id))
                return
            self._current = job
            self._control.reset()
        self._jobs.put(job)

    def _cancel(self, job_id: int) -> None:
        with self._current_lock:
            if self._current is not None and self._current.id == job_id:
                self._control.cancel()
                self._trust.put(False)

    def _detach(self) -> None:
        self._is_detached = True
        job = self._current
        if isinstance(job, Run):
            self._control.follow(RunFolder(Path(job.folder)).control)

    def _beat(self) -> None:
        while not self._ended.wait(1.0):
            self.answer(Heartbeat())

    def _do(self, job: Job) -> None:
        answer: Answer
        try:
            from engine.pipeline.jobs import do_job

            value = do_job(job, self._context(job))
            answer = Result(id=job.id, value=msgspec.Raw(_ENCODER.encode(value)))
        except PenjingError as error:
            answer = _failed(job.id, error)
        except MemoryError as error:
            answer = _failed(job.id, RunError("out_of_memory", reason=error))
        except Exception as error:
            log.exception("job %s failed", type(job).__name__)
            answer = _failed(job.id, PenjingError("internal", reason=f"{type(error).__name__}: {error}"))
        with self._current_lock:
            self._current = None
        self.answer(answer)

    def _context(self, job: Job) -> RunContext:
        def emit(event: RunEvent) -> None:
            self.answer(Event(id=job.id, event=event))

        def ask(path: Path, wants: tuple[str, ...]) -> bool:
            if job.trust:
                return True
            while not self._trust.empty():
                self._trust.get()
            sha256 = sha256_of(path) if path.is_file() else ""
            self.answer(Question(id=job.id, path=str(path), wants=wants, sha256=sha256))
            return self._trust.get()

        folder = Path(job.folder) if isinstance(job, Run) else None
        return RunContext(
            emit=emit,
            control=self._control,
            folder=folder,
            ask=ask,
            remembers_word=not job.trust,
            give_up=lambda error: self._give_up(job, error),
        )

    def _give_up(self, job: Job, error: PenjingError) -> None:
        """Answers for a job that cannot be stopped otherwise, and ends the process with it."""
        log.error("gave up on %s: %s", type(job).__name__, error)
        self.answer(msgspec.structs.replace(_failed(job.id, error), is_last=True))
        sys.stderr.flush()
        os._exit(GAVE_UP)


def _failed(job_id: int, error: PenjingError) -> Failed:
    return Failed(
        id=job_id,
        code=error.code,
        arguments=error.arguments,
        message=error.message,
        exit_status=error.exit_status,
    )


def _id_of(line: bytes) -> int:
    try:
        return msgspec.json.decode(line, type=dict[str, object]).get("id", 0)  # type: ignore[return-value]
    except msgspec.MsgspecError:
        return 0


def _versions() -> dict[str, str]:
    versions = {"penjing": __version__, "python": sys.version.split()[0]}
    for name in ("torch", "torchvision", "onnx", "onnxruntime"):
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = ""
    return versions


def main() -> int:
    """Keeps the real standard output for answers, then serves."""
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s")
    logging.Formatter.converter = time.gmtime
    status = Worker(output).serve()
    sys.stderr.flush()
    # The reader thread may still wait for input, and an interpreter that ends meanwhile aborts.
    os._exit(status)
