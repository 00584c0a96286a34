"""What a careful look at the window finds: text that is cut, text that has no glyphs, things beyond the edge."""

import re
from collections.abc import Iterator

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFont, QTextLayout
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)

from gui.widgets.labels import ElidedLabel

Texts = Iterator[tuple[str, QFont, QWidget]]
_TOLERANCE = 1
# What a line break never parts: a word, or one sign of Chinese.
_UNBROKEN = re.compile(r"[⺀-鿿＀-￯]|[^\s⺀-鿿＀-￯]+")


def missing_glyphs(window: QWidget) -> list[str]:
    """Every character that is shown and has no glyph in any font, with the text it stands in."""
    return [
        f"{text!r} of {type(widget).__name__}"
        for text, font, widget in shown_texts(window)
        if has_missing_glyph(text, font)
    ]


def has_missing_glyph(text: str, font: QFont) -> bool:
    """Whether a character of ``text`` has no glyph in ``font`` or in what stands in for it."""
    for line in text.splitlines():
        layout = QTextLayout(line, font)
        layout.beginLayout()
        layout.createLine().setLineWidth(1e6)
        layout.endLayout()
        if any(0 in run.glyphIndexes() for run in layout.glyphRuns()):
            return True
    return False


def shown_texts(window: QWidget) -> Texts:
    """All texts that can be seen, each with its font."""
    for widget in _visible(window, QWidget):
        for text in _texts_of(widget):
            if text.strip():
                yield text, widget.font(), widget


def _texts_of(widget: QWidget) -> list[str]:
    if isinstance(widget, QLabel):
        return [widget.text()] if widget.textFormat() is not Qt.TextFormat.RichText else []
    if isinstance(widget, QAbstractButton):
        return [widget.text()]
    if isinstance(widget, QComboBox):
        return [widget.itemText(index) for index in range(widget.count())]
    if isinstance(widget, QLineEdit):
        return [widget.text(), widget.placeholderText()]
    if isinstance(widget, QPlainTextEdit):
        return [widget.toPlainText()]
    return _cell_texts(widget) if isinstance(widget, QAbstractItemView) else []


def _cell_texts(view: QAbstractItemView) -> list[str]:
    model = view.model()
    if model is None:
        return []
    columns = range(model.columnCount())
    heads = [str(model.headerData(column, Qt.Orientation.Horizontal) or "") for column in columns]
    cells = [
        str(model.index(row, column).data() or "") for row in range(model.rowCount()) for column in columns
    ]
    return [*heads, *cells]


def clipped_texts(window: QWidget) -> list[str]:
    """Labels and buttons that have less room than their text needs; those that elide must have a tool tip."""
    found = []
    for widget in (*_visible(window, QLabel), *_visible(window, QAbstractButton)):
        if isinstance(widget, ElidedLabel):
            needed = widget.fontMetrics().horizontalAdvance(widget.text())
            is_cut = needed > widget.contentsRect().width() + _TOLERANCE and not widget.toolTip()
        else:
            is_cut = bool(widget.text()) and not _has_room(widget)
        if is_cut:
            found.append(f"{type(widget).__name__} {widget.text()!r}: {widget.size()} < {widget.sizeHint()}")
    return found


def _has_room(widget: QLabel | QAbstractButton) -> bool:
    needed = widget.sizeHint()
    if isinstance(widget, QLabel) and widget.wordWrap():
        metrics = widget.fontMetrics()
        width = max(metrics.horizontalAdvance(word) for word in _UNBROKEN.findall(widget.text()))
        needed = QSize(width, widget.heightForWidth(widget.width()))
    room = widget.size()
    return room.width() + _TOLERANCE >= needed.width() and room.height() + _TOLERANCE >= needed.height()


def beyond_the_edge(window: QWidget) -> list[str]:
    """Widgets that stick out of what holds them; what scrolls may be larger than its view."""
    found = []
    for widget in _visible(window, QWidget):
        holder = widget.parentWidget()
        if widget.isWindow() or holder is None or _is_scrolled(widget):
            continue
        place = QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())
        inside = QRect(holder.mapTo(window, QPoint(0, 0)), holder.size())
        if not inside.adjusted(-_TOLERANCE, -_TOLERANCE, _TOLERANCE, _TOLERANCE).contains(place):
            found.append(f"{type(widget).__name__} {place} beyond {type(holder).__name__} {inside}")
    return found


def _is_scrolled(widget: QWidget) -> bool:
    holder = widget.parentWidget()
    while holder is not None:
        if isinstance(holder, QAbstractScrollArea):
            return True
        holder = holder.parentWidget()
    return False


def _visible(window: QWidget, kind: type[QWidget]) -> list[QWidget]:
    return [widget for widget in window.findChildren(kind) if widget.isVisibleTo(window)]
