"""The form for a model of the user's own: what the file does not say by itself, and on what it is measured."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from engine.contract.errors import PenjingError
from engine.contract.recipe import DataSpec
from engine.contract.source import FileContents, ModelSource
from gui.pages.open_data import DataCard
from gui.pages.open_model import ModelCard
from gui.pages.open_request import FieldError, field_of_error
from gui.session import OpenRequest
from gui.theme import Space
from gui.translation import error_text
from gui.widgets.buttons import primary_button, quiet_button

_WIDTH_OF_TWO = 860


class OpenForm(QWidget):
    """Two cards side by side, the model and its data.

    ``open_requested`` carries an :class:`OpenRequest`, ``look_requested`` a :class:`ModelSource`, and
    ``preview_requested`` a :class:`DataSpec`.
    """

    open_requested = Signal(object)
    look_requested = Signal(object)
    preview_requested = Signal(object)
    back_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model, self.data = ModelCard(), DataCard()
        self._open, self._back = primary_button(), quiet_button()
        self._cards, self._area = QWidget(), QScrollArea()
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight, self._cards)
        self._lay_out()
        self._open.clicked.connect(self._on_open_clicked)
        self._back.clicked.connect(self.back_requested)
        self.model.look_requested.connect(self.look_requested)
        self.data.preview_requested.connect(self._on_data_preview_requested)
        for card in (self.model, self.data):
            card.committed.connect(self._on_open_clicked)

    def _lay_out(self) -> None:
        self._cards.setObjectName("scrolled")
        self._columns.setContentsMargins(0, 0, 0, 0)
        self._columns.setSpacing(Space.L)
        for card in (self.model, self.data):
            self._columns.addWidget(card, 1)
        self._area.setWidgetResizable(True)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(self._cards)
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.S)
        buttons.addWidget(self._back)
        buttons.addStretch(1)
        buttons.addWidget(self._open)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.L)
        layout.addWidget(self._area, 1)
        layout.addLayout(buttons)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt's hook: where it is narrow, the cards stand below one another."""
        super().resizeEvent(event)
        is_narrow = event.size().width() < _WIDTH_OF_TWO
        self._columns.setDirection(
            QBoxLayout.Direction.TopToBottom if is_narrow else QBoxLayout.Direction.LeftToRight
        )

    def set_request(self, request: OpenRequest) -> None:
        """Shows a file and what is known of it."""
        self.data.set_data(request.data)
        self.model.set_source(request.source)
        self.model.take_focus()

    def set_contents(self, source: ModelSource, contents: FileContents) -> None:
        """The file is this."""
        self.model.set_contents(source, contents)

    def show_look_error(self, source: ModelSource, error: PenjingError) -> None:
        """The file could not be looked at."""
        self.model.show_look_error(source, error)

    def set_busy(self, is_busy: bool) -> None:
        """While the engine reads the file nothing can be changed."""
        self._cards.setEnabled(not is_busy)
        self._back.setEnabled(not is_busy)
        self._open.setEnabled(not is_busy)

    def show_error(self, error: PenjingError) -> bool:
        """Marks the field that is to be mended and says why; whether there is one."""
        try:
            data = self.data.data()
        except FieldError:
            data = None
        name = field_of_error(error, data)
        if name is None:
            return False
        card = self.model if self.model.has_field(name) else self.data
        card.show_error(name, lambda: error_text(error))
        self._bring_into_sight()
        return bool(card.error())

    def error(self) -> str:
        """What is said to be wrong with a field; empty while nothing is."""
        return self.model.error() or self.data.error()

    def _on_open_clicked(self) -> None:
        if not self._open.isEnabled():
            return
        request = self._read(lambda: OpenRequest(source=self.model.source(), data=self.data.data()))
        if isinstance(request, OpenRequest):
            self.open_requested.emit(request)

    def _on_data_preview_requested(self) -> None:
        data = self._read(self.data.data)
        if isinstance(data, DataSpec):
            self.preview_requested.emit(data)

    def _read(self, read: Callable[[], OpenRequest | DataSpec | None]) -> OpenRequest | DataSpec | None:
        self.model.clear_errors()
        self.data.clear_errors()
        try:
            return read()
        except FieldError as error:
            card = self.model if self.model.has_field(error.field) else self.data
            card.show_mistake(error.field)
            self._bring_into_sight()
            return None

    def _bring_into_sight(self) -> None:
        focused = self.focusWidget()
        if focused is not None and self._cards.isAncestorOf(focused):
            self._area.ensureWidgetVisible(focused)

    def retranslate(self) -> None:
        """Sets all texts in the language of now."""
        self.model.retranslate()
        self.data.retranslate()
        self._open.setText(self.tr("Open"))
        self._back.setText(self.tr("Back"))
