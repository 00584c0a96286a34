"""What is prepared while the user looks at the first page, so that no later page keeps them waiting."""

from collections.abc import Callable
from importlib import import_module

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from gui.background import Background
from gui.widgets.page import Page
from gui.widgets.rail import PageName

_HEAVY = ("numpy", "pyqtgraph")
_PAUSE_MS = 50


class Warming(QObject):
    """Imports the heavy libraries beside the window, then builds page after page, part by part, with pauses between.

    While ``is_busy``, nothing is built: whoever watches the engine work must not see the window halt.
    """

    done = Signal()

    def __init__(
        self, build: Callable[[PageName], Page], is_busy: Callable[[], bool], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._build, self._is_busy = build, is_busy
        self._names = list(PageName)
        self._page: Page | None = None
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
        if self._page is not None:
            if not self._page.prepare():
                # Drawn once where nobody sees it, so that styles, layouts and fonts are ready when it comes in front.
                self._page.grab()
                self._page = None
        elif self._names:
            self._page = self._build(self._names.pop(0))
        else:
            self._pause.stop()
            self.done.emit()


def _import_heavy() -> None:
    for name in _HEAVY:
        import_module(name)
