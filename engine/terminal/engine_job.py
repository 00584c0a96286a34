"""Jobs on the engine, with Ctrl-C: the first press cancels in order, the second ends the engine."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, Self

import msgspec

from engine.client import EngineClient
from engine.contract.errors import RunCancelled, RunError
from engine.contract.events import RunEvent
from engine.contract.messages import Job
from engine.contract.methods import Device
from engine.terminal.arguments import Arguments
from engine.terminal.messages import say

JOB_ID = 1
OnEvent = Callable[[RunEvent], None]


def _unheard(event: RunEvent) -> None:
    """Nobody listens."""


class Interrupts:
    """Counts presses of Ctrl-C while it is open."""

    def __init__(self, client: EngineClient) -> None:
        self._client = client
        self._presses = 0
        self._previous: Any = None

    @property
    def is_asked(self) -> bool:
        """Whether a stop was asked for."""
        return self._presses > 0

    @property
    def is_forced(self) -> bool:
        """Whether the engine was ended at once."""
        return self._presses > 1

    def _on_press(self, number: int, frame: FrameType | None) -> None:
        self._presses += 1
        if self._presses == 1:
            say("cancelling")
        else:
            self._client.kill()

    def __enter__(self) -> Self:
        self._previous = signal.signal(signal.SIGINT, self._on_press)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        signal.signal(signal.SIGINT, self._previous)


class Engine:
    """A worker that does one job after another, as the options of the command line say."""

    def __init__(self, arguments: Arguments, client: EngineClient, interrupts: Interrupts) -> None:
        self._arguments = arguments
        self._client = client
        self._interrupts = interrupts

    def do(self, job: Job, on_event: OnEvent = _unheard) -> Any:
        """Has the worker do the job, and returns the record that answers it.

        Raises:
            PenjingError: as the worker reports; RunCancelled after Ctrl-C.
        """
        job = msgspec.structs.replace(
            job,
            threads=self._arguments.threads or 0,
            device=msgspec.convert(self._arguments.device or "cpu", Device),
            trust=self._arguments.trust,
        )
        try:
            return self._client.run_job(
                job, on_event=on_event, is_cancelled=lambda: self._interrupts.is_asked
            )
        except RunError:
            if self._interrupts.is_forced:
                raise RunCancelled from None
            raise


@contextmanager
def started_engine(arguments: Arguments) -> Iterator[Engine]:
    """A worker for several jobs; it ends with the block."""
    client = EngineClient(is_verbose=arguments.debug)
    with Interrupts(client) as interrupts, client:
        yield Engine(arguments, client, interrupts)


def do_job(arguments: Arguments, job: Job, on_event: OnEvent = _unheard) -> Any:
    """Starts a worker for one job, and returns the record that answers it.

    Raises:
        PenjingError: as the worker reports; RunCancelled after Ctrl-C.
    """
    with started_engine(arguments) as engine:
        return engine.do(job, on_event)
