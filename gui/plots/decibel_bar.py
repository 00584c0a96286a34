"""How far a layer's answers stand above the noise of its rounding, as one bar."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme import current_theme, theme_signals

FULL_DB = 60.0
_HEIGHT = 9
_RADIUS = 3


class DecibelBar(QWidget):
    """Full at 60 decibels, empty at 0 and where nothing is known; the guilty are drawn as warnings."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._share, self._is_guilty = 0.0, False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme_signals().changed.connect(self.update)

    def show_decibels(self, value: float | None, *, is_guilty: bool) -> None:
        """Shows another value."""
        self._share, self._is_guilty = min(max((value or 0.0) / FULL_DB, 0.0), 1.0), is_guilty
        self.update()

    def share(self) -> float:
        """How much of it is filled."""
        return self._share

    def sizeHint(self) -> QSize:
        """Qt's hook: a bar's height."""
        return QSize(160, _HEIGHT + 4)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Qt's hook: the filled part over the whole."""
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        top = (self.height() - _HEIGHT) / 2
        for share, colour in ((1.0, theme.border), (self._share, self._colour())):
            painter.setBrush(QColor(colour))
            painter.drawRoundedRect(QRectF(0, top, self.width() * share, _HEIGHT), _RADIUS, _RADIUS)

    def _colour(self) -> str:
        theme = current_theme()
        return theme.warning if self._is_guilty else theme.after
