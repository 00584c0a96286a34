"""Whose curve has which colour: a square and a name a line, cut in its middle where there is no room."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme import current_theme, theme_signals

_LINE = 18
_SQUARE = 9
_NAME_FROM = 16


class CurveLegend(QWidget):
    """As many lines as there are names, in the theme's series of colours."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme_signals().changed.connect(self.update)

    def show_names(self, names: tuple[str, ...]) -> None:
        """Shows other names, which the tool tip says in full."""
        self._names = names
        self.setFixedHeight(_LINE * len(names))
        self.setToolTip("\n".join(names))
        self.setAccessibleDescription(", ".join(names))
        self.update()

    def names(self) -> tuple[str, ...]:
        """The names, in the order of their colours."""
        return self._names

    def minimumSizeHint(self) -> QSize:
        """Qt's hook: narrow, as names can be cut."""
        return QSize(60, _LINE * len(self._names))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Qt's hook."""
        painter, theme = QPainter(self), current_theme()
        for number, name in enumerate(self._names):
            top = number * _LINE
            colour = QColor(theme.series[number % len(theme.series)])
            painter.fillRect(QRectF(1, top + (_LINE - _SQUARE) / 2, _SQUARE, _SQUARE), colour)
            place = QRectF(_NAME_FROM, top, self.width() - _NAME_FROM, _LINE)
            shown = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, int(place.width()))
            painter.setPen(QColor(theme.text_secondary))
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, shown)
