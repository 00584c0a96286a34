"""How many samples each class has, as bars."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui.theme import Space, current_theme, theme_signals

_ROW_HEIGHT = 24
_BAR_HEIGHT = 8
_MOST_NAME_SHARE = 0.55


@dataclass(frozen=True)
class ClassCount:
    """One class and how many samples it has."""

    name: str
    count: int


class ClassBars(QWidget):
    """A row for each class: name, bar, number; only the rows in sight are drawn, as there may be thousands."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counts: tuple[ClassCount, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme_signals().changed.connect(self.update)

    def set_counts(self, counts: Sequence[ClassCount]) -> None:
        """Shows other classes."""
        self._counts = tuple(counts)
        self.setAccessibleDescription("\n".join(self.lines()))
        self.updateGeometry()
        self.update()

    def lines(self) -> list[str]:
        """The rows as text."""
        return [f"{one.name}: {one.count:,}" for one in self._counts]

    def sizeHint(self) -> QSize:
        """Qt's hook: a row's height for each class."""
        return QSize(220, max(1, len(self._counts)) * _ROW_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Qt's hook: all rows, whatever the width."""
        return QSize(140, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt's hook."""
        if not self._counts:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        names, numbers = self._widths()
        most = max(one.count for one in self._counts) or 1
        first = event.rect().top() // _ROW_HEIGHT
        last = min(event.rect().bottom() // _ROW_HEIGHT + 1, len(self._counts))
        for row in range(first, last):
            area = QRect(0, row * _ROW_HEIGHT, self.width(), _ROW_HEIGHT)
            bar = area.adjusted(names, 0, -numbers, 0)
            self._paint_texts(painter, area, self._counts[row], names)
            self._paint_bar(painter, QRectF(bar), self._counts[row].count / most)

    def event(self, event: QEvent) -> bool:
        """Qt's hook: a row's tool tip is its whole name."""
        if isinstance(event, QHelpEvent):
            row = event.pos().y() // _ROW_HEIGHT
            if 0 <= row < len(self._counts):
                QToolTip.showText(event.globalPos(), self.lines()[row], self)
                return True
        return super().event(event)

    def _widths(self) -> tuple[int, int]:
        metrics = self.fontMetrics()
        name = max(metrics.horizontalAdvance(one.name) for one in self._counts) + Space.M
        number = max(metrics.horizontalAdvance(f"{one.count:,}") for one in self._counts) + Space.M
        return min(name, int(self.width() * _MOST_NAME_SHARE)), number

    def _paint_texts(self, painter: QPainter, area: QRect, one: ClassCount, width: int) -> None:
        theme, middle = current_theme(), Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QColor(theme.text))
        name = painter.fontMetrics().elidedText(one.name, Qt.TextElideMode.ElideRight, width - Space.S)
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | middle, name)
        painter.setPen(QColor(theme.text_secondary))
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | middle, f"{one.count:,}")

    def _paint_bar(self, painter: QPainter, area: QRectF, share: float) -> None:
        theme = current_theme()
        bar = QRectF(area.left(), area.center().y() - _BAR_HEIGHT / 2, area.width(), _BAR_HEIGHT)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.hover))
        painter.drawRoundedRect(bar, 4, 4)
        if share > 0:
            bar.setWidth(max(4.0, bar.width() * share))
            painter.setBrush(QColor(theme.accent))
            painter.drawRoundedRect(bar, 4, 4)
