"""What the terminal says: results on standard output, everything else on standard error."""

import sys

from rich.console import Console

from engine.contract.errors import one_line
from engine.contract.texts import TEXTS
from engine.reporting.figures import visible

# A pipe has no width: tables are printed whole there, never cut.
_PIPE_WIDTH = 240


class QuietConsole(Console):
    """A console that leaves it to :func:`engine.cli.main` when nobody reads any more: that is no error."""

    def on_broken_pipe(self) -> None:
        """Passes the end of the pipe on, where rich would end with status 1."""
        raise BrokenPipeError


def output() -> Console:
    """Standard output, for tables."""
    return _console(is_error=False)


def progress_console() -> Console:
    """Standard error, for progress."""
    return _console(is_error=True)


def _console(*, is_error: bool) -> Console:
    stream = sys.stderr if is_error else sys.stdout
    width = None if stream.isatty() else _PIPE_WIDTH
    return QuietConsole(file=stream, width=width, highlight=False, markup=False, emoji=False)


def complain(message: str) -> None:
    """What is wrong, as one line on standard error."""
    note(f"penjing: {message}")


def note(message: str) -> None:
    """How it goes, as one line on standard error."""
    print(one_line(visible(message), limit=1000), file=sys.stderr, flush=True)  # noqa: T201


def say(code: str, **arguments: object) -> None:
    """A sentence of :data:`TEXTS` as one line on standard error."""
    complain(TEXTS[code].format(**arguments))


def write_json(line: bytes) -> None:
    """One JSON value as a line of standard output, at once: somebody may be reading along."""
    sys.stdout.write(line.decode() + "\n")
    sys.stdout.flush()
