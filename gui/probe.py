"""Can Qt run here? ``python -m gui.probe`` loads what a window needs and names what is missing.

It needs no display: the libraries of the platform plugins are loaded without asking them for a screen. Exit status
0 where nothing is missing, else 1 with one line for each missing thing.
"""

import ctypes
import os
import sys
from pathlib import Path

_MODULES = ("QtCore", "QtGui", "QtWidgets")
_PLUGINS = ("libqxcb.so", "libqoffscreen.so")


def missing_libraries() -> list[str]:
    """What Qt cannot load, as the loader says it; empty where a window can be opened."""
    for name in _MODULES:
        try:
            __import__(f"PySide6.{name}")
        except ImportError as error:
            return [str(error)]
    return _missing_plugins() if sys.platform == "linux" else []


def _missing_plugins() -> list[str]:
    from PySide6.QtCore import QLibraryInfo

    folder = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath)) / "platforms"
    missing = []
    for name in _PLUGINS:
        try:
            ctypes.CDLL(str(folder / name))
        except OSError as error:
            missing.append(str(error))
    return missing


def has_chinese_font() -> bool:
    """Whether some font here has the letters of 中文."""
    from PySide6.QtGui import QFontDatabase, QGuiApplication

    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    application = QGuiApplication.instance() or QGuiApplication(["probe"])
    families = QFontDatabase.families(QFontDatabase.WritingSystem.SimplifiedChinese)
    del application
    return bool(families)


def main() -> int:
    """Prints what is missing, one thing a line."""
    missing = missing_libraries() or (
        [] if has_chinese_font() else ["a font with 中文 (such as fonts-noto-cjk)"]
    )
    for line in missing:
        print(f"missing: {line}", file=sys.stderr)  # noqa: T201 - it is a program of one answer
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
