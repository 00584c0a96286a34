"""One job on the engine, with Ctrl-C: the first press cancels in order, the second ends the engine."""

import signal
from collections.abc import Callable
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


def do_job(arguments: Arguments, job: Job, on_event: Callable[[RunEvent], None] = lambda event: None) -> Any:
    """Starts a worker, has it do the job, and returns the record that answers it.

    Raises:
        PenjingError: as the worker reports; RunCancelled after Ctrl-C.
    """
    job = msgspec.structs.replace(
        job,
        threads=arguments.threads or 0,
        device=msgspec.convert(arguments.device or "cpu", Device),
        trust=arguments.trust,
    )
    client = EngineClient(is_verbose=arguments.debug)
    with Interrupts(client) as interrupts, client:
        try:
            return client.run_job(job, on_event=on_event, is_cancelled=lambda: interrupts.is_asked)
        except RunError:
            if interrupts.is_forced:
                raise RunCancelled from None
            raise
