"""What the window remembers: language, theme, where it stood, what was opened last."""

import os
from pathlib import Path

import msgspec
import platformdirs
from PySide6.QtCore import QByteArray, QSettings

from gui.session import OpenRequest

_RECENT_LIMIT = 6


def config_file() -> Path:
    """The settings file: in ``PENJING_CONFIG``, or in the user's configuration folder of this platform."""
    named = os.environ.get("PENJING_CONFIG")
    folder = Path(named) if named else Path(platformdirs.user_config_dir("penjing", appauthor=False))
    return folder / "window.ini"


class Settings:
    """The settings file; what is absent or damaged in it reads as not set."""

    def __init__(self) -> None:
        self._store = QSettings(str(config_file()), QSettings.Format.IniFormat)

    def language(self) -> str:
        """The language's code, or empty for the desktop's own."""
        return self._text("language")

    def set_language(self, code: str) -> None:
        """Remembers a language."""
        self._store.setValue("language", code)

    def scheme(self) -> str:
        """``light``, ``dark``, or empty for the desktop's own."""
        return self._text("scheme")

    def set_scheme(self, scheme: str) -> None:
        """Remembers a theme."""
        self._store.setValue("scheme", scheme)

    def geometry(self) -> QByteArray:
        """Where the window stood, as ``QWidget.saveGeometry`` tells it."""
        value = self._store.value("geometry")
        return value if isinstance(value, QByteArray) else QByteArray()

    def set_geometry(self, geometry: QByteArray) -> None:
        """Remembers where the window stands."""
        self._store.setValue("geometry", geometry)

    def recent(self) -> tuple[OpenRequest, ...]:
        """What was opened last, newest first."""
        try:
            return msgspec.json.decode(self._text("recent") or "[]", type=tuple[OpenRequest, ...])
        except msgspec.MsgspecError:
            return ()

    def add_recent(self, request: OpenRequest) -> None:
        """Puts a model first; the same file is listed once, as it was opened last."""
        others = [old for old in self.recent() if old.source.file != request.source.file]
        newest = (request, *others)[:_RECENT_LIMIT]
        self._store.setValue("recent", msgspec.json.encode(newest).decode())

    def _text(self, key: str) -> str:
        value = self._store.value(key, "")
        return value if isinstance(value, str) else ""
