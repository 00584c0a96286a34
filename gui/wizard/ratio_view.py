"""The table in which each layer's ratio is a slider and each layer can be locked, by mouse and by keyboard.

The sliders are painted, not widgets: a network has hundreds of layers.
"""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QApplication, QStyle, QStyleOptionViewItem, QTableView, QWidget

from gui.theme import current_theme
from gui.widgets.icons import icon
from gui.wizard.layer_delegate import LayerDelegate
from gui.wizard.layer_model import DONE, VALUE, Index, LayerExceptionModel

STEP, LAST = 5, 95
"""Sliders move by 5 % and end at 95 %; numbers between and beyond can be typed."""
_TEXT_WIDTH, _PADDING, _HANDLE = 58, 12, 12
_WIDTH = 190
_LOCK_SIZE = 18


def snapped(percent: float) -> int:
    """The nearest step of a slider.

    >>> [snapped(percent) for percent in (-3, 12, 13, 99)]
    [0, 10, 15, 95]
    """
    return min(max(STEP * round(percent / STEP), 0), LAST)


def next_step(percent: float, direction: int) -> int:
    """The step after ``percent`` in a direction of 1 or -1.

    >>> [next_step(30, 1), next_step(33, 1), next_step(33, -1)]
    [35, 35, 30]
    """
    whole = round(percent, 4)
    floor = STEP * int(whole // STEP)
    is_on_step = whole == floor
    return snapped(floor + STEP if direction > 0 else floor - STEP * is_on_step)


def groove_in(cell: QRect) -> QRect:
    """Where in a cell the slider runs: what is left of the number."""
    return cell.adjusted(_PADDING, 0, -_TEXT_WIDTH, 0)


def percent_at(cell: QRect, x: int) -> int:
    """The ratio under the hand, in percent."""
    groove = groove_in(cell)
    return snapped(LAST * (x - groove.left()) / max(groove.width(), 1))


class RatioView(QTableView):
    """Sliders and locks over a :class:`LayerExceptionModel`; what is done to one selected row is done to all."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dragged: list[int] = []
        self._percent: int | None = None
        self.setItemDelegate(_RatioDelegate(self))
        self.setSelectionMode(QTableView.SelectionMode.ExtendedSelection)

    def layers(self) -> LayerExceptionModel:
        """The model, which is always one of layers."""
        model = self.model()
        assert isinstance(model, LayerExceptionModel)
        return model

    def chosen_rows(self) -> list[int]:
        """The rows that are selected, from the top."""
        return sorted(index.row() for index in self.selectionModel().selectedRows())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Qt's hook: takes hold of a slider, or turns a lock."""
        index = self.indexAt(event.position().toPoint())
        if event.button() is not Qt.MouseButton.LeftButton or not self._is_free(index):
            super().mousePressEvent(event)
            return
        is_slider = self._is_on_slider(index, event.position().toPoint())
        if not is_slider and index.column() != DONE:
            super().mousePressEvent(event)
            return
        if index.row() not in self.chosen_rows():
            super().mousePressEvent(event)
        self.selectionModel().setCurrentIndex(index, self.selectionModel().SelectionFlag.NoUpdate)
        if is_slider:
            self._dragged, self._percent = self.chosen_rows(), None
            self._drag_to(event.position().toPoint())
        else:
            self._turn_locks()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Qt's hook: moves the slider that is held."""
        if self._dragged:
            self._drag_to(event.position().toPoint())
        else:
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Qt's hook: lets the slider go."""
        is_dragged = bool(self._dragged)
        self._dragged = []
        if not is_dragged:
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt's hook: ← and → move the ratio, Space turns the lock, Delete follows the rest, digits type a number."""
        direction = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        row = self.currentIndex().row()
        if row < 0 or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
        elif direction is not None:
            self._step(row, direction)
        elif event.key() == Qt.Key.Key_Space:
            self._turn_locks()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.layers().reset(self.chosen_rows())
        else:
            self._stand_on_number(row)
            super().keyPressEvent(event)

    def _stand_on_number(self, row: int) -> None:
        """Typing and F2 then edit the number, whatever cell was clicked."""
        keep = self.selectionModel().SelectionFlag.NoUpdate
        self.selectionModel().setCurrentIndex(self.model().index(row, VALUE), keep)

    def _step(self, row: int, direction: int) -> None:
        layers = self.layers()
        rows = [chosen for chosen in self.chosen_rows() if not layers.is_held(chosen)]
        if not layers.is_held(row):
            layers.set_number(rows, next_step(100 * layers.number(row), direction) / 100)

    def _turn_locks(self) -> None:
        self.layers().set_held(self.chosen_rows(), not self.layers().is_held(self.currentIndex().row()))

    def _drag_to(self, point: QPoint) -> None:
        percent = percent_at(self.visualRect(self.model().index(self._dragged[0], VALUE)), point.x())
        if percent != self._percent:
            self._percent = percent
            rows = [row for row in self._dragged if not self.layers().is_held(row)]
            self.layers().set_number(rows, percent / 100)

    def _is_free(self, index: QModelIndex) -> bool:
        return index.isValid() and not self.layers().is_locked(index.row())

    def _is_on_slider(self, index: QModelIndex, point: QPoint) -> bool:
        if index.column() != VALUE or self.layers().is_held(index.row()):
            return False
        grip = groove_in(self.visualRect(index)).adjusted(-_HANDLE, 0, _HANDLE, 0)
        return grip.contains(point)


class _RatioDelegate(LayerDelegate):
    """Paints a slider before the number, and a lock in the place of a check mark."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Qt's hook: the cell as ever, then what belongs into it."""
        super().paint(painter, option, index)
        model = index.model()
        if not isinstance(model, LayerExceptionModel) or model.is_locked(index.row()):
            return
        if index.column() == DONE:
            _paint_lock(painter, option.rect, is_closed=model.is_held(index.row()))
        elif index.column() == VALUE and not model.is_held(index.row()):
            painter.save()
            _paint_slider(painter, groove_in(option.rect), model, index.row())
            painter.restore()

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        """Qt's hook: no check mark; the lock says the same."""
        super().initStyleOption(option, index)
        option.features &= ~QStyleOptionViewItem.ViewItemFeature.HasCheckIndicator

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Qt's hook: room for the slider."""
        hint = super().sizeHint(option, index)
        return QSize(_WIDTH, hint.height()) if index.column() == VALUE else hint


def _paint_lock(painter: QPainter, cell: QRect, *, is_closed: bool) -> None:
    drawn = icon("lock", "accent") if is_closed else icon("unlock", "border_strong")
    place = QStyle.alignedRect(
        QApplication.layoutDirection(),
        Qt.AlignmentFlag.AlignCenter,
        QSize(_LOCK_SIZE, _LOCK_SIZE),
        cell,
    )
    drawn.paint(painter, place)


def _paint_slider(painter: QPainter, groove: QRect, model: LayerExceptionModel, row: int) -> None:
    theme = current_theme()
    is_own = model.is_own(row)
    filled = theme.accent if is_own else theme.text_muted
    y, left = groove.center().y(), groove.left()
    place = left + round(groove.width() * min(100 * model.number(row) / LAST, 1))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for end, colour in ((groove.right(), theme.border), (place, filled)):
        painter.setPen(QPen(QColor(colour), 4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(left, y, end, y)
    if is_own:
        # Where the rest stands, to see by how much this layer differs.
        mark = left + round(groove.width() * min(100 * model.common() / LAST, 1))
        painter.setPen(QPen(QColor(theme.text_muted), 1.5))
        painter.drawLine(mark, y - 7, mark, y - 4)
    painter.setPen(QPen(QColor(filled), 2))
    painter.setBrush(QColor(theme.surface))
    painter.drawEllipse(QPoint(place, y), _HANDLE // 2, _HANDLE // 2)
