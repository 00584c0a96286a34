"""The terminal: ``penjing`` and ``python -m engine``.

Exit status: 0 done, 2 the request is wrong, 3 the run failed, 4 cancelled, 5 an artifact failed its verification.
"""

import contextlib
import io
import os
import sys
import traceback

from engine.contract.errors import PenjingError
from engine.terminal.arguments import Arguments, Command, parse
from engine.terminal.doctor import DOCTOR
from engine.terminal.init import INIT
from engine.terminal.inspect import INSPECT
from engine.terminal.messages import complain
from engine.terminal.methods import METHODS
from engine.terminal.results import COMPARE, EXPORT, VERIFY
from engine.terminal.run import DEMO, RUN

_CANCELLED = 4


def _serve(arguments: Arguments) -> int:
    # Only here, as the worker is what imports torch.
    from engine.worker import main as serve

    return serve()


COMMANDS: dict[str, Command] = {
    "demo": DEMO,
    "inspect": INSPECT,
    "init": INIT,
    "run": RUN,
    "compare": COMPARE,
    "export": EXPORT,
    "verify": VERIFY,
    "methods": METHODS,
    "doctor": DOCTOR,
    "worker": Command(help="Serve the engine's protocol.", add_arguments=lambda parser: None, run=_serve),
}


def main(arguments: list[str] | None = None) -> int:
    """Runs one command and returns its exit status; what is wrong is told in one line."""
    words = sys.argv[1:] if arguments is None else arguments
    _accept_any_letter()
    try:
        typed = parse(words or ["--help"], COMMANDS)
        return COMMANDS[typed.command].run(typed)
    except PenjingError as error:
        return _told(error, words, error)
    except SystemExit as ended:  # --help and --version have printed what they had to
        return int(ended.code or 0)
    except KeyboardInterrupt:
        return _CANCELLED
    except BrokenPipeError:
        # Whoever read along (head, less) has seen enough; nothing more may be flushed at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        return _told(PenjingError("internal", reason=f"{type(error).__name__}: {error}"), words, error)


def _told(error: PenjingError, words: list[str], cause: Exception) -> int:
    if "--debug" in words:
        traceback.print_exception(cause)
    complain(error.message)
    return error.exit_status


def _accept_any_letter() -> None:
    """A terminal without Unicode shows a question mark instead of ending the run."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            with contextlib.suppress(ValueError):
                stream.reconfigure(errors="replace")
