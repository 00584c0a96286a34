"""What stands over a page while the engine works on something that can be given up."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QWidget

from gui.theme import Space
from gui.widgets.buttons import secondary_button


class BusyStrip(QFrame):
    """One sentence, a bar that moves, and the button that stops it; hidden while nothing is done."""

    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("tone", "busy")
        self._sentence: Callable[[], str] = str
        self._text, self._bar, self._cancel = QLabel(), QProgressBar(), secondary_button()
        self._bar.setTextVisible(False)
        self._bar.setMaximumWidth(220)
        self._cancel.clicked.connect(self._on_cancel_clicked)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(Space.L, Space.S, Space.S, Space.S)
        layout.setSpacing(Space.L)
        layout.addWidget(self._text)
        layout.addStretch(1)
        layout.addWidget(self._bar, 2)
        layout.addWidget(self._cancel)
        self.hide()

    def tell(self, sentence: Callable[[], str]) -> None:
        """Shows what is being done; a function, as it is said anew when the language changes."""
        self._sentence = sentence
        self._bar.setRange(0, 0)
        self._cancel.setEnabled(True)
        self._show_texts()
        self.show()

    def stop(self) -> None:
        """Nothing is done any more."""
        # A bar that moves goes on moving, unseen, for as long as its end is unknown.
        self._bar.setRange(0, 1)
        self.hide()

    def text(self) -> str:
        """What it says."""
        return self._text.text()

    def take_focus(self) -> None:
        """Enter and Space stop it."""
        self._cancel.setFocus()

    def _show_texts(self) -> None:
        self._text.setText(self._sentence())
        is_asked = not self._cancel.isEnabled()
        self._cancel.setText(self.tr("Cancelling…") if is_asked else self.tr("Cancel"))

    def _on_cancel_clicked(self) -> None:
        self._cancel.setEnabled(False)
        self._show_texts()
        self.cancelled.emit()

    def changeEvent(self, event: QEvent) -> None:
        """Qt's hook: hears of a new language."""
        if event.type() is QEvent.Type.LanguageChange:
            self._show_texts()
        super().changeEvent(event)
