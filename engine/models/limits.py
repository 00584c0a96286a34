"""A memory cap and a time limit while files of strangers are being opened.

Memory that is asked for beyond the cap is refused by the system where it can (Linux), so that reading fails as any
broken file does. A thread watches the clock, what is really in use, and whether the user cancelled: what it finds ends
the process, after the client was told why; the client starts another.
"""

import contextlib
import faulthandler
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from engine.context import RunContext
from engine.contract.errors import PenjingError, RequestError, RunCancelled

_POLL_S = 0.1
_CANCEL_PATIENCE_S = 1.0
_BACKSTOP_S = 3.0
_LEAST_SECONDS = 30.0
_LEAST_BYTES = 8 * 2**30
_BYTES_PER_SECOND = 20e6
_SIZES_IN_MEMORY = 8
_SIZES_MAPPED = 4
_SHARE_OF_FREE = 0.8
_PROC = Path("/proc")


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How long opening may take, and how much memory it may take beyond what is in use."""

    seconds: float
    size_bytes: int


def limits_for(size_bytes: int, *, is_trusted: bool = False) -> Limits:
    """Generous for an honest file of that size, and within what the machine has free.

    ``PENJING_OPEN_SECONDS`` and ``PENJING_OPEN_BYTES`` go before. What is ``is_trusted`` may take half an hour and
    all that is free: code that the user vouched for, data, and models by name.
    """
    free = int(_free_bytes() * _SHARE_OF_FREE)
    seconds = 1800.0 if is_trusted else _LEAST_SECONDS
    wanted = free if is_trusted else max(_LEAST_BYTES, _SIZES_IN_MEMORY * size_bytes)
    return Limits(
        seconds=_from_environment("PENJING_OPEN_SECONDS", seconds + size_bytes / _BYTES_PER_SECOND),
        size_bytes=int(_from_environment("PENJING_OPEN_BYTES", min(free, wanted))),
    )


@contextmanager
def within_limits(file: str, ctx: RunContext, *, is_trusted: bool = False) -> Iterator[RunContext]:
    """Limits what is done in the block; where no process can be given up, nothing is limited.

    Yields:
        The context for the block: while it asks the user, the clock stands still, and a word given raises the limits.

    Raises:
        RequestError: the memory was used up.
    """
    if ctx.give_up is None:
        yield ctx
        return
    size = _size_of(Path(file))
    watch = _Watch(file, size, ctx, ctx.give_up)
    try:
        watch.start(limits_for(size, is_trusted=is_trusted))
        yield replace(ctx, ask=watch.ask)
    except (PenjingError, MemoryError, RuntimeError) as error:
        if _is_of_memory(error):
            raise watch.too_large() from None
        raise
    finally:
        watch.stop()


class _Watch:
    """The watching thread and the system's own limit, from start to stop."""

    def __init__(
        self, file: str, size_bytes: int, ctx: RunContext, give_up: Callable[[PenjingError], None]
    ) -> None:
        self._file = file
        self._file_bytes = size_bytes
        self._ctx = ctx
        self._give_up = give_up
        self._limits = Limits(seconds=0, size_bytes=0)
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._restore: Callable[[], None] = lambda: None

    def start(self, limits: Limits) -> None:
        """Begins to watch."""
        self._limits = limits
        self._ended = threading.Event()
        self._restore = _cap_memory(limits.size_bytes + _SIZES_MAPPED * self._file_bytes)
        self._thread = threading.Thread(target=self._watch, args=(limits, self._ended), daemon=True)
        self._thread.start()
        # Code in C that never lets go of Python's lock stops the thread, but not this.
        faulthandler.dump_traceback_later(limits.seconds + _BACKSTOP_S, exit=True, file=sys.__stderr__ or 2)

    def stop(self) -> None:
        """Ends watching; what was limited is free again."""
        faulthandler.cancel_dump_traceback_later()
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
        self._restore()

    def ask(self, path: Path, wants: tuple[str, ...]) -> bool:
        """Asks the user, who may take their time."""
        self.stop()
        granted = self._ctx.ask(path, wants)
        self.start(limits_for(self._file_bytes, is_trusted=granted))
        return granted

    def too_large(self) -> RequestError:
        """What is told when the memory is used up."""
        limit = f"{self._limits.size_bytes / 2**30:.1f} GiB"
        return RequestError("opening_too_large", path=self._file, limit=limit)

    def _watch(self, limits: Limits, ended: threading.Event) -> None:
        start, before = time.monotonic(), _own_bytes()
        cancelled_at: float | None = None
        while not ended.wait(_POLL_S):
            now = time.monotonic()
            if self._ctx.control.is_cancelled:
                cancelled_at = cancelled_at or now
                if now - cancelled_at > _CANCEL_PATIENCE_S:
                    self._give_up(RunCancelled())
            if now - start > limits.seconds:
                limit = f"{limits.seconds:.0f}"
                self._give_up(RequestError("opening_too_slow", path=self._file, limit=limit))
            if _own_bytes() - before > limits.size_bytes:
                self._give_up(self.too_large())


def _is_of_memory(error: BaseException | None) -> bool:
    """Whether memory was refused; readers turn that into errors of their own, whose context it is."""
    while error is not None:
        is_refused = isinstance(error, RuntimeError) and "can't allocate memory" in str(error)
        if is_refused or isinstance(error, MemoryError):
            return True
        error = error.__context__
    return False


def _cap_memory(size_bytes: int) -> Callable[[], None]:
    """Has the system refuse more private memory than that beyond what is in use; returns what ends it."""
    if sys.platform != "linux":
        return lambda: None
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    cap = _own("VmData") + size_bytes
    if hard != resource.RLIM_INFINITY:
        cap = min(cap, hard)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (cap, hard))
    return lambda: resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _own_bytes() -> int:
    """Memory that is this process's alone: pages of a mapped file are the system's to take back."""
    return _own("RssAnon") + _own("VmSwap")


def _free_bytes() -> int:
    if sys.platform == "linux":
        return _field_bytes(_PROC / "meminfo", "MemAvailable")
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 2**40


def _own(field: str) -> int:
    return _field_bytes(_PROC / "self" / "status", field)


def _field_bytes(file: Path, field: str) -> int:
    """A field of a file in /proc that counts KiB; 0 where there is none."""
    try:
        lines = file.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return 0
    found = (line.split()[1] for line in lines if line.startswith(f"{field}:"))
    return int(next(found, "0")) * 1024


def _from_environment(name: str, otherwise: float) -> float:
    try:
        return float(os.environ[name])
    except (KeyError, ValueError):
        return otherwise


def _size_of(path: Path) -> int:
    """The length of a file, or of all files in a folder; 0 for what is neither."""
    try:
        files = list(path.iterdir()) if path.is_dir() else [path]
        return sum(file.stat().st_size for file in files if file.is_file())
    except OSError:
        return 0
