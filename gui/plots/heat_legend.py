"""What the colours of a heat map mean: a band of them with numbers below."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.plots.heat_colours import STOPS, colours_of
from gui.theme import current_theme, theme_signals

_BAND_HEIGHT = 8
_FONT_PIXELS = 11
_SIDE = 22


class HeatLegend(QWidget):
    """``texts`` stand below the stops of the scale, from harmless to harmful."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._texts: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme_signals().changed.connect(self.update)

    def show_texts(self, texts: tuple[str, ...]) -> None:
        """Writes other numbers; the legend is hidden where there are none."""
        self._texts = texts
        self.setVisible(bool(texts))
        self.setAccessibleDescription(", ".join(texts))
        self.update()

    def texts(self) -> tuple[str, ...]:
        """The numbers as they are written."""
        return self._texts

    def sizeHint(self) -> QSize:
        """Qt's hook: as wide as four numbers need."""
        return QSize(210, _BAND_HEIGHT + 18)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Qt's hook: the band, then its numbers."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        band = QRectF(_SIDE, 0, self.width() - 2 * _SIDE, _BAND_HEIGHT)
        gradient = QLinearGradient(band.left(), 0, band.right(), 0)
        for stop, colour in zip(STOPS, colours_of(current_theme()), strict=True):
            gradient.setColorAt(stop, QColor(colour))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(gradient)
        painter.drawRoundedRect(band, 3, 3)
        font = QFont(self.font())
        font.setPixelSize(_FONT_PIXELS)
        painter.setFont(font)
        painter.setPen(QColor(current_theme().text_muted))
        for stop, text in zip(STOPS, self._texts, strict=False):
            middle = band.left() + stop * band.width()
            place = QRectF(middle - _SIDE, _BAND_HEIGHT + 2, 2 * _SIDE, 16)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
