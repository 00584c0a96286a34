"""Bars of every layer, before over after; painted by hand, as names and numbers belong to each pair."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui.theme import Space, current_theme, theme_signals

_ROW_HEIGHT = 40
_BAR_HEIGHT = 9
_MOST_NAME_SHARE = 0.4
_MOST_NUMBER_SHARE = 0.42


@dataclass(frozen=True)
class BarPair:
    """One layer's value before and after; ``note`` is its tool tip."""

    name: str
    before: float
    after: float
    note: str = ""


class PairedBars(QWidget):
    """A row for each pair: name, two bars on one scale, both numbers."""

    def __init__(self, write: Callable[[float], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._write = write
        self._pairs: tuple[BarPair, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        theme_signals().changed.connect(self.update)

    def show_pairs(self, pairs: Sequence[BarPair], write: Callable[[float], str]) -> None:
        """Shows other values."""
        self._pairs, self._write = tuple(pairs), write
        self.setAccessibleDescription("\n".join(self.lines()))
        self.updateGeometry()
        self.update()

    def lines(self) -> list[str]:
        """The rows as text."""
        return [f"{pair.name}: {self._numbers(pair)}" for pair in self._pairs]

    def sizeHint(self) -> QSize:
        """Qt's hook: a row's height for each pair."""
        return QSize(360, max(1, len(self._pairs)) * _ROW_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Qt's hook: all rows, whatever the width."""
        return QSize(200, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Qt's hook: draws all rows."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        highest = max((max(pair.before, pair.after) for pair in self._pairs), default=0) or 1
        for place, pair in enumerate(self._pairs):
            row = QRectF(0, place * _ROW_HEIGHT, self.width(), _ROW_HEIGHT)
            self._paint_row(painter, row, pair, highest)

    def _paint_row(self, painter: QPainter, row: QRectF, pair: BarPair, highest: float) -> None:
        theme = current_theme()
        name_width = self._width_of([pair.name for pair in self._pairs], row.width() * _MOST_NAME_SHARE)
        number_width = self._width_of(map(self._numbers, self._pairs), row.width() * _MOST_NUMBER_SHARE)
        room = row.width() - name_width - number_width
        centre = row.center().y()
        painter.setPen(Qt.PenStyle.NoPen)
        for value, colour, top in (
            (pair.before, theme.before, centre - _BAR_HEIGHT - 1),
            (pair.after, theme.after, centre + 1),
        ):
            length = max(2.0, room * value / highest) if value else 0.0
            painter.setBrush(QColor(colour))
            painter.drawRoundedRect(QRectF(name_width, top, length, _BAR_HEIGHT), 3, 3)
        self._paint_texts(painter, row, pair, int(name_width), int(number_width))

    def _paint_texts(
        self, painter: QPainter, row: QRectF, pair: BarPair, name_width: int, number_width: int
    ) -> None:
        theme, metrics = current_theme(), painter.fontMetrics()
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QColor(theme.text))
        name = metrics.elidedText(pair.name, Qt.TextElideMode.ElideMiddle, name_width - Space.M)
        painter.drawText(row, Qt.AlignmentFlag.AlignLeft | middle, name)
        painter.setPen(QColor(theme.text_secondary))
        numbers = metrics.elidedText(self._numbers(pair), Qt.TextElideMode.ElideRight, number_width - Space.M)
        painter.drawText(row, Qt.AlignmentFlag.AlignRight | middle, numbers)

    def _width_of(self, texts: Iterable[str], most: float) -> float:
        """As wide as the longest text, so that it is read whole wherever there is room."""
        return min(max(map(self.fontMetrics().horizontalAdvance, texts)) + Space.L, most)

    def _numbers(self, pair: BarPair) -> str:
        return f"{self._write(pair.before)} → {self._write(pair.after)}"

    def event(self, event: QEvent) -> bool:
        """Qt's hook: a row's tool tip is its layer's whole story."""
        if isinstance(event, QHelpEvent):
            place = int(event.pos().y() // _ROW_HEIGHT)
            if 0 <= place < len(self._pairs):
                pair = self._pairs[place]
                text = "\n".join(part for part in (pair.name, self._numbers(pair), pair.note) if part)
                QToolTip.showText(event.globalPos(), text, self)
                return True
        return super().event(event)
