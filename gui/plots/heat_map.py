"""A heat map of layers: one image, whatever many layers there are; names and numbers are painted where they show."""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip, QWidget

from gui.models.sensitivity_grid import COLUMNS, SETTINGS, SensitivityGrid, Subject
from gui.plots.heat_colours import coloured, text_on
from gui.theme import current_theme, theme_signals

_HEADER = 40
_ROW_HEIGHTS = (22, 48)
_GAP = 14
_MOST_NAME_WIDTH, _NAME_SHARE = 200, 0.22
_LEAST_CELL_FOR_TEXT = 27
_FONT_PIXELS = 11

_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}


class HeatMap(QAbstractScrollArea):
    """Shows a :class:`SensitivityGrid`; headers stay in place while rows scroll.

    ``row_chosen`` carries the row that was clicked or reached by the arrow keys, and whether it is added to those
    that are chosen.
    """

    row_chosen = Signal(int, bool)

    def __init__(self, describe: Callable[[int, int], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._describe = describe
        self._grid = SensitivityGrid((), None)
        self._titles: dict[Subject, str] = {}
        self._image, self._image_of = QImage(), current_theme()
        self._harms = self._grid.harms()
        self._chosen: frozenset[int] = frozenset()
        self._current = 0
        self._names_end, self._places = 0, [(0, 1)] * len(COLUMNS)
        self.setFrameShape(self.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_Hover)
        theme_signals().changed.connect(self._draw)

    def show_grid(self, grid: SensitivityGrid) -> None:
        """Shows other scores."""
        is_other = grid.names != self._grid.names
        self._grid, self._harms = grid, grid.harms()
        if is_other:
            self._current, self._chosen = 0, frozenset()
            self._arrange()
        self._draw()

    def set_titles(self, titles: dict[Subject, str]) -> None:
        """Names the blocks."""
        self._titles = titles
        self.viewport().update()

    def set_chosen(self, rows: frozenset[int]) -> None:
        """Marks rows."""
        self._chosen = rows
        if len(rows) == 1:
            (self._current,) = rows
        self.viewport().update()

    def image(self) -> QImage:
        """A pixel for each cell."""
        return self._image

    def sizeHint(self) -> QSize:
        """Qt's hook: wide, and as high as it may become."""
        return QSize(800, 360)

    def minimumSizeHint(self) -> QSize:
        """Qt's hook: a few rows."""
        return QSize(320, _HEADER + 3 * _ROW_HEIGHTS[0])

    def row_height(self) -> int:
        """How high a row is: few rows take what room there is."""
        rows = max(1, len(self._grid.names))
        return int(np.clip((self.viewport().height() - _HEADER) // rows, *_ROW_HEIGHTS))

    def cell_at(self, place: QPoint) -> tuple[int, int] | None:
        """Row and column at a point of the viewport; a column of -1 is the layer's name."""
        row = (place.y() - _HEADER + self.verticalScrollBar().value()) // self.row_height()
        if place.y() < _HEADER or not 0 <= row < len(self._grid.names):
            return None
        if place.x() < self._names_end:
            return row, -1
        found = (column for column, (left, right) in enumerate(self._places) if left <= place.x() < right)
        column = next(found, None)
        return None if column is None else (row, column)

    def cell_rect(self, row: int, column: int) -> QRect:
        """Where a cell stands in the viewport."""
        left, right = self._places[column]
        top = _HEADER + row * self.row_height() - self.verticalScrollBar().value()
        return QRect(left, top, right - left, self.row_height())

    def _name_width(self) -> int:
        metrics = self.fontMetrics()
        longest = max((metrics.horizontalAdvance(name) for name in self._grid.names), default=0) + 16
        return int(min(longest, _MOST_NAME_WIDTH, self.viewport().width() * _NAME_SHARE))

    def _arrange(self) -> None:
        """Finds where columns stand, with a gap between blocks, and how far rows scroll."""
        start = self._names_end = self._name_width()
        blocks = list(SETTINGS)
        room = self.viewport().width() - start - _GAP * (len(blocks) - 1) - 2
        width = max(1.0, room / len(COLUMNS))
        shifts = [start + _GAP * blocks.index(subject) for subject, _ in COLUMNS]
        self._places = [
            (int(shift + column * width), int(shift + (column + 1) * width))
            for column, shift in enumerate(shifts)
        ]
        self._set_range()

    def _draw(self) -> None:
        self._image_of = current_theme()
        colours = np.ascontiguousarray(coloured(self._harms, self._image_of))
        rows, columns, _ = colours.shape
        self._image = QImage(
            colours.tobytes(), columns, rows, 3 * columns, QImage.Format.Format_RGB888
        ).copy()
        self.viewport().update()

    def _set_range(self) -> None:
        bar, height = self.verticalScrollBar(), self.viewport().height() - _HEADER
        bar.setPageStep(max(1, height))
        bar.setSingleStep(self.row_height())
        bar.setRange(0, max(0, len(self._grid.names) * self.row_height() - height))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt's hook."""
        super().resizeEvent(event)
        self._arrange()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Qt's hook: the rows that show, then the headers over them."""
        painter = QPainter(self.viewport())
        painter.setFont(self._small_font())
        shown, height = self.verticalScrollBar().value(), self.row_height()
        first = shown // height
        last = min(len(self._grid.names), (shown + self.viewport().height() - _HEADER) // height + 1)
        painter.setClipRect(self.viewport().rect().adjusted(0, _HEADER, 0, 0))
        for row in range(first, last):
            self._paint_row(painter, row)
        painter.setClipping(False)
        self._paint_headers(painter)

    def _paint_row(self, painter: QPainter, row: int) -> None:
        theme, name = current_theme(), self._grid.names[row]
        place = QRect(0, self.cell_rect(row, 0).top(), self._names_end - 8, self.row_height())
        is_chosen = row in self._chosen
        if is_chosen:
            painter.fillRect(place.adjusted(0, 1, 8, -1), QColor(theme.accent_soft))
        if self.hasFocus() and row == self._current:
            painter.setPen(QPen(QColor(theme.focus), 2))
            painter.drawRect(place.adjusted(1, 2, 6, -2))
        painter.setPen(QColor(theme.accent if is_chosen else theme.text_secondary))
        text = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, place.width() - 8)
        painter.drawText(place.adjusted(6, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, text)
        for column in range(len(COLUMNS)):
            self._paint_cell(painter, row, column)

    def _paint_cell(self, painter: QPainter, row: int, column: int) -> None:
        place = self.cell_rect(row, column).adjusted(1, 1, 0, 0)
        colour = self._image.pixelColor(column, row)
        painter.fillRect(place, colour)
        if np.isnan(self._harms[row, column]):
            return
        painter.setPen(text_on(colour))
        if place.width() >= _LEAST_CELL_FOR_TEXT:
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, self._grid.text(row, column))
        if self._grid.is_suggested(row, column):
            painter.setPen(QPen(QColor(current_theme().accent), 2))
            painter.drawRect(QRectF(place).adjusted(1, 1, -1, -1))

    def _paint_headers(self, painter: QPainter) -> None:
        theme = current_theme()
        painter.fillRect(QRect(0, 0, self.viewport().width(), _HEADER), QColor(theme.surface))
        middle = Qt.AlignmentFlag.AlignCenter
        for subject, settings in SETTINGS.items():
            first = COLUMNS.index((subject, settings[0]))
            left, right = self._places[first][0], self._places[first + len(settings) - 1][1]
            painter.setPen(QColor(theme.text_secondary))
            painter.drawText(
                QRect(left, 0, right - left, _HEADER // 2), middle, self._titles.get(subject, "")
            )
            painter.setPen(QColor(theme.text_muted))
            for number, setting in enumerate(settings, first):
                edges = self._places[number]
                painter.drawText(
                    QRect(edges[0], _HEADER // 2, edges[1] - edges[0], _HEADER // 2 - 2),
                    middle,
                    setting_text(subject, setting, short=True),
                )

    def _small_font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(_FONT_PIXELS)
        return font

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Qt's hook: chooses a row; with Ctrl one more."""
        cell = self.cell_at(event.position().toPoint())
        if cell is not None and event.button() is Qt.MouseButton.LeftButton:
            self._choose(cell[0], is_added=bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Qt's hook: the end of a click is ours too."""
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt's hook: the arrow keys go through the layers."""
        step = _STEPS.get(Qt.Key(event.key()))
        row = self._current + (step or 0)
        if step is None or not 0 <= row < len(self._grid.names):
            super().keyPressEvent(event)
            return
        self._choose(row, is_added=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        self.show_row(row)

    def show_row(self, row: int) -> None:
        """Scrolls so that a row is seen."""
        bar, height = self.verticalScrollBar(), self.row_height()
        room = self.viewport().height() - _HEADER
        bar.setValue(int(np.clip(bar.value(), (row + 1) * height - room, row * height)))

    def _choose(self, row: int, *, is_added: bool) -> None:
        self._current = row
        self.row_chosen.emit(row, is_added)

    def viewportEvent(self, event: QEvent) -> bool:
        """Qt's hook: the tool tip of a cell."""
        if isinstance(event, QHelpEvent):
            cell = self.cell_at(event.pos())
            text = self._describe(*cell) if cell is not None else ""
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return bool(super().viewportEvent(event))


def setting_text(subject: Subject, setting: float, *, short: bool = False) -> str:
    """A ratio or a number of bits."""
    if subject is Subject.BITS:
        return f"{setting:.0f}"
    return f"{100 * setting:.0f}" if short else f"{100 * setting:.0f} %"
