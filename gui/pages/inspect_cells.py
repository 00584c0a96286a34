"""How cells of the layers' table are painted: a bar for the share of size, bands of groups, marks of coupled rows."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPalette
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from gui.models.layer_rows import Column
from gui.models.layer_table import BAND_ROLE, BAR_ROLE, MARK_ROLE
from gui.theme import current_theme

_MARK_WIDTH = 3
_BAR_INSET = 9
_NUMBER_WIDTH = 58
_BAR_OPACITY = 0.26
_SECONDARY = frozenset({Column.KIND, Column.SHAPE, Column.RANGE, Column.PRUNABLE})


class LayerDelegate(QStyledItemDelegate):
    """Paints what the style sheet cannot."""

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Qt's hook: what is read last stands back; a reason is cut at its end, a name in its middle."""
        super().initStyleOption(option, index)
        if index.column() == Column.PRUNABLE:
            option.textElideMode = Qt.TextElideMode.ElideRight
        if index.column() in _SECONDARY:
            option.palette.setColor(QPalette.ColorRole.Text, QColor(current_theme().text_secondary))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Qt's hook: bands below the text, marks above."""
        theme, place = current_theme(), QRect(option.rect)
        if index.data(BAND_ROLE):
            painter.fillRect(place, QColor(theme.raised))
        is_marked = bool(index.data(MARK_ROLE))
        if is_marked:
            painter.fillRect(place, _translucent(theme.accent, 0.07))
        super().paint(painter, option, index)
        if is_marked and index.column() == Column.NAME:
            edge = QRect(place.left(), place.top(), _MARK_WIDTH, place.height() - 1)
            painter.fillRect(edge, QColor(theme.accent))
        self._paint_bar(painter, place, index.data(BAR_ROLE))

    def _paint_bar(self, painter: QPainter, place: QRect, share: float | None) -> None:
        if share is None:
            return
        room = QRectF(place).adjusted(_BAR_INSET, _BAR_INSET, -_NUMBER_WIDTH, -_BAR_INSET)
        room.setWidth(max(1.0, room.width() * share))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(0, 0, 0, 0))
        painter.setBrush(_translucent(current_theme().accent, _BAR_OPACITY))
        painter.drawRoundedRect(room, 3, 3)
        painter.restore()


def _translucent(colour: str, opacity: float) -> QColor:
    shown = QColor(colour)
    shown.setAlphaF(opacity)
    return shown
