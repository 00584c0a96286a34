"""The rail at the left: the pages, the engine's state, language and theme."""

from enum import StrEnum

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.theme import Space, current_theme
from gui.widgets.icons import IconLabel, icon
from gui.widgets.labels import ElidedLabel, caption


class PageName(StrEnum):
    """The pages, from first to last; each has an icon of its name."""

    OPEN = "open"
    INSPECT = "inspect"
    DATA = "data"
    COMPRESS = "compress"
    RUN = "run"
    COMPARE = "compare"
    EXPORT = "export"


class EngineState(StrEnum):
    """What the engine does; each is shown as a dot in a colour of the theme."""

    STARTING = "starting"
    READY = "ready"
    WORKING = "working"
    DEAD = "dead"


_DOTS = {
    EngineState.STARTING: "text_muted",
    EngineState.READY: "success",
    EngineState.WORKING: "warning",
    EngineState.DEAD: "danger",
}


class _Dot(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(8, 8)
        self._tone = "text_muted"

    def set_tone(self, tone: str) -> None:
        self._tone = tone
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(getattr(current_theme(), self._tone))
        painter.drawEllipse(self.rect())


class Rail(QFrame):
    """Says where one is and where one can go."""

    page_chosen = Signal(str)
    language_clicked = Signal()
    theme_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rail")
        self.setFixedWidth(196)
        self._state = EngineState.STARTING
        self._group = QButtonGroup(self)
        self._buttons = {name: self._page_button(name) for name in PageName}
        self._dot, self._status = _Dot(), ElidedLabel(role="caption")
        self._language, self._theme = _small_button("language"), _small_button("moon")
        self._language.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._language.clicked.connect(self.language_clicked)
        self._theme.clicked.connect(self.theme_clicked)
        self._lay_out()
        self.retranslate()

    def _page_button(self, name: PageName) -> QPushButton:
        button = QPushButton(icon(name), "")
        button.setProperty("role", "page")
        button.setIconSize(QSize(19, 19))
        button.setCheckable(True)
        button.setAutoDefault(True)
        button.clicked.connect(lambda: self.page_chosen.emit(name))
        self._group.addButton(button)
        return button

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.M, Space.L, Space.M, Space.M)
        layout.setSpacing(2)
        layout.addLayout(_brand())
        layout.addSpacing(Space.L)
        for button in self._buttons.values():
            layout.addWidget(button)
        layout.addStretch(1)
        layout.addLayout(_row(self._dot, self._status, margin=Space.S))
        layout.addSpacing(Space.S)
        bottom = _row(self._language)
        bottom.addStretch(1)
        bottom.addWidget(self._theme)
        layout.addLayout(bottom)

    def set_page(self, name: PageName) -> None:
        """Marks the page that is shown."""
        self._buttons[name].setChecked(True)

    def set_engine(self, state: EngineState, detail: str = "") -> None:
        """Shows what the engine does; ``detail`` stands in the tool tip."""
        self._state = state
        self._dot.set_tone(_DOTS[state])
        self._status.setText(self._state_text(state))
        self._status.setToolTip(detail)

    def set_look(self, *, other_language: str, is_dark: bool) -> None:
        """Names what the two buttons at the bottom switch to."""
        self._language.setText(other_language)
        self._theme.setIcon(icon("sun" if is_dark else "moon"))

    def retranslate(self) -> None:
        """Sets all texts in the language of now."""
        for index, (name, button) in enumerate(self._buttons.items(), start=1):
            button.setText(f"  {self._page_text(name)}")
            button.setToolTip(f"{self._page_text(name)}  Ctrl+{index}")
        self._theme.setToolTip(self.tr("Light or dark"))
        self._theme.setAccessibleName(self.tr("Light or dark"))
        self._language.setToolTip(self.tr("Language"))
        self._status.setText(self._state_text(self._state))

    def _page_text(self, name: PageName) -> str:
        return {
            PageName.OPEN: self.tr("Open"),
            PageName.INSPECT: self.tr("Inspect"),
            PageName.DATA: self.tr("Data"),
            PageName.COMPRESS: self.tr("Compress"),
            PageName.RUN: self.tr("Run"),
            PageName.COMPARE: self.tr("Compare"),
            PageName.EXPORT: self.tr("Export"),
        }[name]

    def _state_text(self, state: EngineState) -> str:
        return {
            EngineState.STARTING: self.tr("Engine is starting"),
            EngineState.READY: self.tr("Engine is ready"),
            EngineState.WORKING: self.tr("Engine is working"),
            EngineState.DEAD: self.tr("Engine has stopped"),
        }[state]

    def changeEvent(self, event: QEvent) -> None:
        """Qt's hook: hears of a new language."""
        if event.type() is QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)


def _small_button(icon_name: str) -> QToolButton:
    button = QToolButton()
    button.setIcon(icon(icon_name))
    button.setIconSize(QSize(17, 17))
    return button


def _brand() -> QHBoxLayout:
    name = QLabel("Penjing")
    name.setProperty("role", "heading")
    row = _row(IconLabel("tree", 24, "accent"), name, caption("盆景"), margin=Space.S)
    row.addStretch(1)
    return row


def _row(*widgets: QWidget, margin: int = 0) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setContentsMargins(margin, 0, margin, 0)
    row.setSpacing(Space.S)
    for widget in widgets:
        row.addWidget(widget)
    return row
