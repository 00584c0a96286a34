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
    if words == [] or (len(words) == 1 and _is_file(words[0])):
        return _open_window(words)
    if words == ["demo"] and demo_problem() is None:
        from gui.app import run_window

        return run_window(is_demo=True)
    from engine.cli import main as run_command

    return run_command(words)


def _is_file(word: str) -> bool:
    return not word.startswith("-") and Path(word).exists()


def _open_window(words: list[str]) -> int:
    problem = window_problem()
    if problem is not None:
        from engine.contract.texts import TEXTS

        print(TEXTS["display_missing"].format(reason=problem), file=sys.stderr)  # noqa: T201 - the terminal's one line
        return 2
    from gui.app import run_window

    return run_window(Path(words[0]) if words else None)


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
