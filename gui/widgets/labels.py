"""Labels by role; the style sheet gives each role its size, weight and colour."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QWidget


def _label(text: str, role: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("role", role)
    return label


def title_label(text: str = "") -> QLabel:
    """The name of a page."""
    return _label(text, "title")


def heading(text: str = "") -> QLabel:
    """The name of a part of a page."""
    return _label(text, "heading")


def strong_label(text: str = "") -> QLabel:
    """The name of a row or a choice."""
    return _label(text, "strong")


def caption(text: str = "") -> QLabel:
    """A small remark, which wraps."""
    label = _label(text, "caption")
    label.setWordWrap(True)
    return label


def secondary(text: str = "") -> QLabel:
    """Running text that stands back, which wraps."""
    label = _label(text, "secondary")
    label.setWordWrap(True)
    return label


def error_label(text: str = "") -> QLabel:
    """What is wrong with the field above; hidden until it says something."""
    label = _label(text, "error")
    label.setWordWrap(True)
    label.setVisible(bool(text))
    return label


def tag(text: str = "", tone: str = "") -> QLabel:
    """A short word on a pill; ``tone`` is empty, ``accent``, ``warning`` or ``danger``."""
    label = _label(text, "tag")
    label.setProperty("tone", tone)
    return label


def set_tone(widget: QWidget, tone: str) -> None:
    """Changes the ``tone`` property and has the style sheet read again."""
    set_style_property(widget, "tone", tone)


def set_style_property(widget: QWidget, name: str, value: str) -> None:
    """Sets a property that the style sheet selects by, and restyles the widget when it changed."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


class ElidedLabel(QLabel):
    """One line that is cut in its middle where there is no room; the whole stands in the tool tip."""

    def __init__(
        self, text: str = "", role: str = "", mode: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle
    ) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self._mode = mode
        self.setText(text)

    def setText(self, text: str) -> None:
        """Shows another text."""
        super().setText(text)
        self.setToolTip(text)

    def minimumSizeHint(self) -> QSize:
        """Narrow: it can always be cut."""
        return QSize(QFontMetrics(self.font()).averageCharWidth() * 6, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Qt's hook: draws what has room."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        shown = painter.fontMetrics().elidedText(self.text(), self._mode, self.contentsRect().width())
        painter.drawText(self.contentsRect(), int(self.alignment()), shown)
