"""``penjing``: the window, or the terminal; imports Qt only when a window is wanted and can be opened."""

import os
import subprocess
import sys
from pathlib import Path

_NO_WINDOW = "--no-window"
_PROBE_PATIENCE_S = 10


def main(arguments: list[str] | None = None) -> int:
    """Opens the window for no word, for a file, and for ``demo`` where there is a display; else the terminal."""
    words = sys.argv[1:] if arguments is None else arguments
    if words == [] or (len(words) == 1 and _is_file(words[0])):
        return _open_window(words)
    if words == ["demo"] and display_problem() is None:
        from gui.app import run_window

        return run_window(is_demo=True)
    from engine.cli import main as run_command

    return run_command(words)


def _is_file(word: str) -> bool:
    return not word.startswith("-") and Path(word).exists()


def _open_window(words: list[str]) -> int:
    problem = display_problem(is_offscreen_meant=True)
    if problem is not None:
        from engine.contract.texts import TEXTS

        print(TEXTS["display_missing"].format(reason=problem), file=sys.stderr)  # noqa: T201 - the terminal's one line
        return 2
    from gui.app import run_window

    return run_window(Path(words[0]) if words else None)


def display_problem(*, is_offscreen_meant: bool = False) -> str | None:
    """Why no window can be opened here; None where one can.

    A platform without a screen, such as ``offscreen``, counts as a display only where it is meant: a demo in it
    would wait for somebody to close a window that nobody sees.
    """
    platform = os.environ.get("QT_QPA_PLATFORM", "")
    if platform.partition(":")[0] in {"offscreen", "minimal"}:
        return None if is_offscreen_meant else f"QT_QPA_PLATFORM={platform}"
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return "there is no display"
    return _probe()


def _probe() -> str | None:
    """Tries in a process of its own, as Qt ends the process that asks a display which does not answer."""
    code = "from PySide6.QtGui import QGuiApplication; QGuiApplication([])"
    try:
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            timeout=_PROBE_PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "the display does not answer"
    if done.returncode == 0:
        return None
    lines = done.stderr.strip().splitlines()
    return lines[0] if lines else f"Qt ended with status {done.returncode}"
