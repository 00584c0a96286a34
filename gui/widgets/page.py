"""The base of all pages: a title, a line below it, room for actions, and a body."""

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from gui.theme import Space
from gui.widgets.labels import caption, title_label


class Page(QWidget):
    """A page shows records through setters and asks by signals; it knows no other page.

    ``body`` takes the content, ``toolbar`` the buttons at the right of the title. A subclass sets all its texts in
    :meth:`retranslate`, which it calls once when it is built.
    """

    shown = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title_label()
        self._subtitle = caption()
        self.toolbar = QHBoxLayout()
        self.toolbar.setSpacing(Space.S)
        self.body = QVBoxLayout()
        self.body.setSpacing(Space.L)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(Space.XXL, Space.XL, Space.XXL, Space.XL)
        outer.setSpacing(Space.L)
        outer.addLayout(self._header())
        outer.addLayout(self.body, 1)

    def _header(self) -> QHBoxLayout:
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(self._title)
        texts.addWidget(self._subtitle)
        header = QHBoxLayout()
        header.addLayout(texts, 1)
        header.addLayout(self.toolbar)
        return header

    def set_heading(self, title: str, subtitle: str = "") -> None:
        """Shows the page's title and the line below it."""
        self._title.setText(title)
        self._subtitle.setText(subtitle)
        self._subtitle.setVisible(bool(subtitle))

    def title(self) -> str:
        """The page's title as it is shown."""
        return self._title.text()

    def take_focus(self) -> None:
        """Takes the keyboard when the page comes in front: Tab then leads to its first control."""
        self.setFocus()

    def prepare(self) -> bool:
        """Builds one more part of what is not shown yet; False when there is nothing left to build."""
        return False

    def retranslate(self) -> None:
        """Sets all texts in the language of now; called again whenever the language changes."""

    def changeEvent(self, event: QEvent) -> None:
        """Qt's hook: hears of a new language."""
        if event.type() is QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Qt's hook: says that the page is in front."""
        super().showEvent(event)
        self.shown.emit()
