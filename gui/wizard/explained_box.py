"""A box for a choice among many: its list tells each choice's sentence, and typing finds a word of either."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from gui.theme import FONT_SIZES, Space, current_theme
from gui.widgets.choice_box import ChoiceBox

_WIDTH = 420
_FORGET_MS = 1500
_SHOWN = 9
Index = QModelIndex | QPersistentModelIndex


class ExplainedBox(ChoiceBox):
    """The sentences are the items' tool tips, as in any :class:`ChoiceBox`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        listed = _FoundByWords()
        self.setView(listed)
        self.setItemDelegate(_ExplainedDelegate(listed))
        self.setMaxVisibleItems(_SHOWN)
        # Fusion else opens it over the whole screen, as a menu.
        self.setStyleSheet("combobox-popup: 0;")
        listed.setMinimumWidth(_WIDTH)


class _FoundByWords(QListView):
    """Letters typed in a row go to the next choice whose name or sentence holds them."""

    def __init__(self) -> None:
        super().__init__()
        self._typed = ""
        self._forget = QTimer(self, singleShot=True, interval=_FORGET_MS)
        self._forget.timeout.connect(self._on_forget_timeout)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt's hook: letters search, other keys do what they ever do."""
        if event.text().strip() and event.text().isprintable():
            self.keyboardSearch(event.text())
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, typed: str) -> None:
        """Qt's hook: finds what was typed so far, names first; stays where nothing holds it."""
        self._typed = f"{self._typed}{typed}".casefold()
        self._forget.start()
        for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            for row in range(self.model().rowCount()):
                index = self.model().index(row, 0)
                if self._typed in str(index.data(role) or "").casefold():
                    self.setCurrentIndex(index)
                    return

    def _on_forget_timeout(self) -> None:
        self._typed = ""


class _ExplainedDelegate(QStyledItemDelegate):
    """A name in bold over its sentence, which wraps."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Qt's hook: as high as the sentence needs at the list's width."""
        name, sentence = _fonts(option.font)
        width = _WIDTH - 3 * Space.M
        text = str(index.data(Qt.ItemDataRole.ToolTipRole) or "")
        needed = QFontMetrics(sentence).boundingRect(QRect(0, 0, width, 0), _WRAPPED, text).height()
        return QSize(_WIDTH - Space.M, QFontMetrics(name).height() + needed + 2 * Space.S)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Qt's hook: both, on the colour of what is pointed at."""
        theme, (name, sentence) = current_theme(), _fonts(option.font)
        place = option.rect.adjusted(Space.M, Space.S, -Space.M, -Space.S)
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(theme.accent_soft))
        painter.setFont(name)
        painter.setPen(QColor(theme.text))
        painter.drawText(place, Qt.AlignmentFlag.AlignTop, str(index.data()))
        painter.setFont(sentence)
        painter.setPen(QColor(theme.text_secondary))
        below = place.adjusted(0, QFontMetrics(name).height(), 0, 0)
        painter.drawText(below, _WRAPPED, str(index.data(Qt.ItemDataRole.ToolTipRole) or ""))
        painter.restore()


_WRAPPED = Qt.TextFlag.TextWordWrap.value


def _fonts(body: QFont) -> tuple[QFont, QFont]:
    """The fonts of a name and of its sentence."""
    name, sentence = QFont(body), QFont(body)
    name.setWeight(QFont.Weight.Bold)
    sentence.setPixelSize(FONT_SIZES["caption"])
    return name, sentence
