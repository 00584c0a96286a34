"""Line icons in the theme's colours, sharp at every scale."""

from functools import lru_cache
from importlib.resources import files

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QLabel

from gui.theme import current_theme


@lru_cache(maxsize=256)
def _renderer(name: str, colour: str) -> QSvgRenderer:
    drawn = files("resources").joinpath("icons", f"{name}.svg").read_text(encoding="utf-8")
    return QSvgRenderer(QByteArray(drawn.replace("#000000", colour).encode()))


class _ThemedEngine(QIconEngine):
    """Looks up the colour when it paints, so that an icon follows the theme without being told."""

    def __init__(self, name: str, tone: str, checked_tone: str) -> None:
        super().__init__()
        self._name, self._tone, self._checked_tone = name, tone, checked_tone

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        tone = self._checked_tone if state is QIcon.State.On else self._tone
        colour = getattr(current_theme(), "text_muted" if mode is QIcon.Mode.Disabled else tone)
        _renderer(self._name, colour).render(painter, QRectF(rect))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        return _ThemedEngine(self._name, self._tone, self._checked_tone)


def icon(name: str, tone: str = "text_secondary", checked_tone: str = "accent") -> QIcon:
    """The icon ``resources/icons/NAME.svg`` in the colour of the theme that ``tone`` names."""
    return QIcon(_ThemedEngine(name, tone, checked_tone))


class IconLabel(QLabel):
    """An icon alone; follows the theme."""

    def __init__(self, name: str, size: int = 20, tone: str = "text_secondary") -> None:
        super().__init__()
        self._name, self._tone = name, tone
        self.setFixedSize(size, size)

    def set_icon(self, name: str, tone: str) -> None:
        """Shows another icon."""
        self._name, self._tone = name, tone
        self.update()

    def paintEvent(self, _event: object) -> None:
        """Qt's hook: draws in the colour of now."""
        painter = QPainter(self)
        _renderer(self._name, getattr(current_theme(), self._tone)).render(painter, QRectF(self.rect()))
