"""Work of a moment that reads the disk: done beside the window, answered in its thread."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal


class Background(QObject):
    """Calls a function in the thread pool; ``done`` brings its value to the window's thread.

    The newest call counts: an answer that comes after a newer call was made is dropped.
    """

    done = Signal(object)
    _answered = Signal(int, object)

    def __init__(self, function: Callable[[], object], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._function = function
        self._call = 0
        self._answered.connect(self._on_self_answered)

    def start(self) -> None:
        """Calls the function."""
        self._call += 1
        call = self._call
        QThreadPool.globalInstance().start(
            QRunnable.create(lambda: self._answered.emit(call, self._function()))
        )

    def _on_self_answered(self, call: int, value: object) -> None:
        if call == self._call:
            self.done.emit(value)
