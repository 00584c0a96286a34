"""``penjing``: the window, or the terminal; imports Qt only when a window is wanted and can be opened."""

import os
import socket
import subprocess
import sys
from pathlib import Path

_SCREENLESS = {"offscreen", "minimal", "vnc"}
_PATIENCE_S = 3


def main(arguments: list[str] | None = None) -> int:
    """Opens the window for no word, for a file, and for ``demo`` where there is a display; else the terminal."""
    words = sys.argv[1:] if arguments is None else arguments
    match words:
        case []:
            return _open_window(None)
        case [word] if _is_file(word):
            return _open_window(Path(word))
        case ["demo"] if demo_problem() is None:
            return _open_demo(None)
        case ["demo", "--out", folder] if demo_problem() is None:
            return _open_demo(Path(folder))
        case _:
            from engine.cli import main as run_command

            return run_command(words)


def _is_file(word: str) -> bool:
    return not word.startswith("-") and Path(word).exists()


def _open_window(target: Path | None) -> int:
    problem = window_problem()
    if problem is not None:
        from engine.terminal.messages import say

        say("display_missing", reason=problem)
        return 2
    from gui.app import run_window

    return run_window(target)


def _open_demo(folder: Path | None) -> int:
    """The sample's run in the window; a folder that cannot be the run's is told before the window opens."""
    from engine.contract.errors import PenjingError
    from engine.contract.run_folder import check_folder_can_be_made

    try:
        if folder is not None:
            check_folder_can_be_made(folder.absolute(), is_resume=False)
    except PenjingError as error:
        from engine.terminal.messages import complain

        complain(error.message)
        return error.exit_status
    from gui.app import run_demo

    return run_demo(folder.absolute() if folder is not None else None)


def window_problem() -> str | None:
    """Why no window can be opened here; None where one can."""
    if _platform() in _SCREENLESS or sys.platform != "linux":
        return None
    return _screen_problem() or _libraries_problem()


def demo_problem() -> str | None:
    """Why the demo goes on in the terminal; None where somebody will see its window.

    Asks Qt itself, in a process of its own, as Qt ends the process that a display turns away: the demo must not end so.
    """
    if _platform() in _SCREENLESS:
        return f"QT_QPA_PLATFORM={_platform()}"
    return window_problem() or _qt_problem()


def _platform() -> str:
    return os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0]


def _qt_problem() -> str | None:
    code = "from PySide6.QtGui import QGuiApplication; QGuiApplication([])"
    try:
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, timeout=_PATIENCE_S * 10, check=False
        )
    except subprocess.TimeoutExpired:
        return "the display does not answer"
    return f"Qt ended with status {done.returncode}" if done.returncode else None


def _screen_problem() -> str | None:
    """Whether somebody listens where the display should be: Qt ends the process that asks in vain."""
    wayland, x11 = os.environ.get("WAYLAND_DISPLAY"), os.environ.get("DISPLAY")
    if wayland and (Path(os.environ.get("XDG_RUNTIME_DIR", "/")) / wayland).exists():
        return None
    if x11:
        return None if _listens(x11) else f"the display {x11} does not answer"
    return "there is no display"


def _listens(display: str) -> bool:
    host, _, rest = display.rpartition(":")
    number = rest.partition(".")[0]
    if not number.isdigit():
        return False
    try:
        if host in ("", "unix"):
            with socket.socket(socket.AF_UNIX) as local:
                local.connect(f"/tmp/.X11-unix/X{number}")  # noqa: S108 - where X puts it
        else:
            socket.create_connection((host, 6000 + int(number)), timeout=_PATIENCE_S).close()
    except OSError:
        return False
    return True


def _libraries_problem() -> str | None:
    from gui.probe import missing_libraries

    missing = missing_libraries()
    return missing[0] if missing else None


if __name__ == "__main__":
    sys.exit(main())
