"""What is prepared while the user looks at the first page, so that no later page keeps them waiting."""

from collections.abc import Callable
from importlib import import_module

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from gui.background import Background
from gui.widgets.rail import PageName

_HEAVY = ("numpy", "pyqtgraph")
_PAUSE_MS = 50


class Warming(QObject):
    """Imports the heavy libraries beside the window, then builds one page after another with pauses between.

    While ``is_busy``, nothing is built: whoever watches the engine work must not see the window halt.
    """

    done = Signal()

    def __init__(
        self, build: Callable[[PageName], QWidget], is_busy: Callable[[], bool], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._build, self._is_busy = build, is_busy
        self._names = list(PageName)
        self._imports = Background(_import_heavy, self)
        self._imports.done.connect(self._on_imports_done)
        self._pause = QTimer(self, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._on_pause_timeout)

    @Slot()
    def start(self) -> None:
        """Begins; returns at once."""
        self._imports.start()

    @Slot()
    def _on_imports_done(self) -> None:
        self._pause.start()

    @Slot()
    def _on_pause_timeout(self) -> None:
        if self._is_busy():
            return
        if self._names:
            # Drawn once where nobody sees it, so that styles, layouts and fonts are ready when it comes to the front.
            self._build(self._names.pop(0)).grab()
        else:
            self._pause.stop()
            self.done.emit()


def _import_heavy() -> None:
    for name in _HEAVY:
        import_module(name)
