"""Things that hold other things: a card, a headline number, an empty place, a notice."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from gui.theme import Space
from gui.widgets.buttons import primary_button, quiet_button, secondary_button
from gui.widgets.icons import IconLabel
from gui.widgets.labels import caption, heading, secondary, set_tone


class Card(QFrame):
    """A rounded surface; ``body`` takes its content."""

    def __init__(self, margin: int = Space.L, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(margin, margin, margin, margin)
        self.body.setSpacing(Space.S)


class StatTile(Card):
    """A headline number over what it is."""

    def __init__(self, value: str = "–", text: str = "", tone: str = "") -> None:
        super().__init__()
        self._value = QLabel(value)
        self._value.setProperty("role", "stat")
        self._value.setProperty("tone", tone)
        self._text = caption(text)
        self.body.setSpacing(2)
        self.body.addWidget(self._value)
        self.body.addWidget(self._text)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)

    def set_value(self, value: str, tone: str = "") -> None:
        """Shows another number."""
        self._value.setText(value)
        set_tone(self._value, tone)

    def set_caption(self, text: str) -> None:
        """Says what the number is."""
        self._text.setText(text)

    def value(self) -> str:
        """The number as it is shown."""
        return self._value.text()


_TEXT_WIDTH = 440


class EmptyState(QWidget):
    """What stands where there is nothing yet: why, and the way on."""

    clicked = Signal()

    def __init__(self, icon_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = IconLabel(icon_name, 44, "text_muted")
        self._title, self._text = heading(), secondary()
        self._button = primary_button()
        self._button.clicked.connect(self.clicked)
        self._text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._text.setFixedWidth(_TEXT_WIDTH)
        layout = QVBoxLayout(self)
        layout.setSpacing(Space.M)
        layout.addStretch(2)
        for widget in (self._icon, self._title, self._text, self._button):
            layout.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)

    def set_texts(self, title: str, text: str, button: str = "") -> None:
        """Says what is missing; without a text for it there is no button."""
        self._title.setText(title)
        self._text.setText(text)
        self._text.ensurePolished()
        # A wrapped label that is centred is not asked for its height by the layout.
        self._text.setFixedHeight(self._text.heightForWidth(_TEXT_WIDTH))
        self._button.setText(button)
        self._button.setVisible(bool(button))


_BANNER_ICONS = {
    "error": ("error", "danger"),
    "warning": ("warning", "warning"),
    "success": ("success", "success"),
    "info": ("info", "text_secondary"),
}


class Banner(QFrame):
    """A notice over a page: what is wrong and what to do; hidden while there is nothing to say.

    ``acted`` is sent by its optional button.
    """

    acted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = IconLabel("info")
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._button = secondary_button()
        self._button.clicked.connect(self.acted)
        self._close = quiet_button(icon_name="close")
        self._close.clicked.connect(self.hide)
        self._sentence: Callable[[], str] = str
        self._button_text: Callable[[], str] = str
        layout = QHBoxLayout(self)
        layout.setContentsMargins(Space.L, Space.S, Space.S, Space.S)
        layout.setSpacing(Space.M)
        layout.addWidget(self._icon)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._button)
        layout.addWidget(self._close)
        self.hide()

    def tell(self, sentence: Callable[[], str], tone: str = "error", button: Callable[[], str] = str) -> None:
        """Shows one sentence; ``tone`` is ``error``, ``warning``, ``success`` or ``info``.

        Texts are functions, as they are said anew when the language changes.
        """
        self._sentence, self._button_text = sentence, button
        self._icon.set_icon(*_BANNER_ICONS[tone])
        self._show_texts()
        set_tone(self, tone)
        self.show()

    def _show_texts(self) -> None:
        button = self._button_text()
        self._text.setText(self._sentence())
        self._button.setText(button)
        self._button.setVisible(bool(button))

    def changeEvent(self, event: QEvent) -> None:
        """Qt's hook: hears of a new language."""
        if event.type() is QEvent.Type.LanguageChange:
            self._show_texts()
        super().changeEvent(event)

    def text(self) -> str:
        """What it says."""
        return self._text.text()
