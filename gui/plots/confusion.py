"""A confusion matrix as a heat map with numbers: rows are the true classes, columns the answers."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QHelpEvent, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui.theme import Theme, current_theme, theme_signals

Matrix = Sequence[Sequence[int]]
_MOST_PAINTED_CLASSES = 64
_MOST_SQUARES = 100
_LABEL_HEIGHT = 18.0
_LABEL_ROOM = 0.16
_MOST_LABEL_ROOM = 72
_SMALLEST_FOR_NUMBERS = 17
_SMALLEST_FOR_NAMES = 12


class ConfusionPlot(QWidget):
    """Right answers in the accent colour, wrong ones in the colour of errors, each by its share of its row."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._matrix: Matrix = ()
        self._names: tuple[str, ...] = ()
        self._image = QImage()
        self._image_of: Theme | None = None
        self.setMinimumSize(160, 160)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme_signals().changed.connect(self.update)

    def show_matrix(self, matrix: Matrix, names: Sequence[str] = ()) -> None:
        """Shows counts; classes without names are numbered."""
        self._matrix, self._image_of = matrix, None
        self._names = tuple(names) if len(names) == len(matrix) else tuple(map(str, range(len(matrix))))
        is_readable = len(matrix) <= _MOST_PAINTED_CLASSES
        rows = (
            [f"{name}: {' '.join(map(str, row))}" for name, row in self._named_rows()] if is_readable else []
        )
        self.setAccessibleDescription("\n".join(rows))
        self.update()

    def sizeHint(self) -> QSize:
        """Qt's hook: a square."""
        return QSize(360, 360)

    def share(self, row: int, column: int) -> float:
        """The share of a true class that got this answer."""
        whole = sum(self._matrix[row])
        return self._matrix[row][column] / whole if whole else 0.0

    def text_at(self, x: float, y: float) -> str:
        """What the cell at a point says, empty outside of the matrix."""
        left, side, cell = self._geometry()
        if not self._matrix or not (left <= x < left + side and 0 <= y < side):
            return ""
        row, column = int(y // cell), int((x - left) // cell)
        count, share = self._matrix[row][column], self.share(row, column)
        return f"{self._names[row]} → {self._names[column]}: {count} ({100 * share:.1f} %)"

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Qt's hook: draws cells, numbers and names."""
        if not self._matrix:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left, side, cell = self._geometry()
        if len(self._matrix) > _MOST_PAINTED_CLASSES:
            if self._image_of is not current_theme():
                self._image, self._image_of = self._drawn_image(), current_theme()
            painter.drawImage(QRectF(left, 0, side, side), self._image)
            return
        for row in range(len(self._matrix)):
            for column in range(len(self._matrix)):
                place = QRectF(left + column * cell, row * cell, cell, cell).adjusted(1, 1, -1, -1)
                self._paint_cell(painter, place, row, column)
        if cell >= _SMALLEST_FOR_NAMES:
            self._paint_names(painter, left, cell)

    def classes_a_square(self) -> int:
        """How many classes one square sums up: a thousand classes have more cells than there are pixels."""
        return 1 if len(self._matrix) <= _MOST_PAINTED_CLASSES else -(-len(self._matrix) // _MOST_SQUARES)

    def _drawn_image(self) -> QImage:
        """The matrix with a pixel for each square of classes."""
        theme, starts = current_theme(), np.arange(0, len(self._matrix), self.classes_a_square())
        every = np.asarray(self._matrix, dtype=float)
        counts = np.add.reduceat(np.add.reduceat(every, starts, axis=0), starts, axis=1)
        shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        is_right = np.eye(len(counts), dtype=bool)
        strength = np.where(is_right, shares, np.sqrt(shares))[..., None]
        colours = np.where(is_right[..., None], _rgb(theme.accent), _rgb(theme.danger))
        mixed = (strength * colours + (1 - strength) * _rgb(theme.raised)).astype(np.uint8)
        rows, columns, _ = mixed.shape
        return QImage(mixed.tobytes(), columns, rows, 3 * columns, QImage.Format.Format_RGB888).copy()

    def _paint_cell(self, painter: QPainter, place: QRectF, row: int, column: int) -> None:
        theme, share = current_theme(), self.share(row, column)
        colour = QColor(theme.accent if row == column else theme.danger)
        # Errors are rare: on a linear scale one in a hundred could not be seen.
        colour.setAlphaF(share if row == column else min(1.0, share**0.5))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.raised))
        painter.drawRoundedRect(place, 3, 3)
        painter.setBrush(colour)
        painter.drawRoundedRect(place, 3, 3)
        count = self._matrix[row][column]
        if count and place.width() >= _SMALLEST_FOR_NUMBERS:
            painter.setPen(QColor(theme.on_accent if colour.alphaF() > 0.55 else theme.text))
            painter.setFont(self._small_font(place.width(), str(count)))
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, str(count))

    def _paint_names(self, painter: QPainter, left: float, cell: float) -> None:
        painter.setPen(QColor(current_theme().text_muted))
        for place, name in enumerate(self._names):
            painter.setFont(self._small_font(cell, ""))
            metrics = painter.fontMetrics()
            beside = metrics.elidedText(name, Qt.TextElideMode.ElideRight, int(left) - 8)
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(0, place * cell, left - 8, cell), right, beside)
            below = metrics.elidedText(name, Qt.TextElideMode.ElideRight, int(cell) - 2)
            under = QRectF(left + place * cell, len(self._names) * cell + 2, cell, _LABEL_HEIGHT)
            painter.drawText(under, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, below)

    def _small_font(self, room: float, text: str) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(max(8, min(13, int(room / max(2, len(text)) * 0.95))))
        return font

    def _geometry(self) -> tuple[float, float, float]:
        """The matrix' left edge, its side, and the side of a cell."""
        longest = max((self.fontMetrics().horizontalAdvance(name) for name in self._names), default=0) + 12
        room = min(longest, _MOST_LABEL_ROOM, self.width() * _LABEL_ROOM)
        side = max(1.0, min(self.width() - room, self.height() - _LABEL_HEIGHT))
        left = max(room, (self.width() - side) / 2)
        return left, side, side / max(1, len(self._matrix))

    def _named_rows(self) -> list[tuple[str, Sequence[int]]]:
        return list(zip(self._names, self._matrix, strict=True))

    def event(self, event: QEvent) -> bool:
        """Qt's hook: the tool tip of a cell."""
        if isinstance(event, QHelpEvent):
            text = self.text_at(event.pos().x(), event.pos().y())
            if text:
                QToolTip.showText(event.globalPos(), text, self)
                return True
        return super().event(event)


def _rgb(colour: str) -> NDArray[np.float64]:
    shown = QColor(colour)
    return np.array([shown.red(), shown.green(), shown.blue()], dtype=np.float64)
