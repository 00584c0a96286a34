"""The form for a model of the user's own: what the file does not say by itself."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from engine.contract.fields import fields_of
from engine.contract.recipe import DataSpec, ModelSpec
from gui.pages.open_request import FieldError, OpenField, request_from, texts_of
from gui.session import OpenRequest
from gui.theme import Space
from gui.translation import translate_contract
from gui.widgets.buttons import primary_button, quiet_button, secondary_button
from gui.widgets.cards import Card
from gui.widgets.icons import IconLabel
from gui.widgets.labels import ElidedLabel, caption, error_label, set_style_property

_SPECS = {field.name: field for record in (ModelSpec, DataSpec) for field in fields_of(record)}
_PLACEHOLDERS = {
    OpenField.ARCHITECTURE: "torchvision:resnet18?num_classes=10",
    OpenField.SOURCE: "npz:FILE",
    OpenField.INPUT_SHAPE: "3, 224, 224",
    OpenField.CLASS_NAMES: "cat, dog, …",
    OpenField.MEAN: "0.485, 0.456, 0.406",
    OpenField.STD: "0.229, 0.224, 0.225",
}


class _FormField(QWidget):
    """A label, a line to type into, help below it, and what is wrong with it."""

    def __init__(self, field: OpenField, choose: Callable[[], str] | None) -> None:
        super().__init__()
        self._field, self._choose = field, choose
        self._sentence: Callable[[], str] = str
        self._label, self._help, self._error = QLabel(), caption(), error_label()
        self.edit = QLineEdit()
        self.edit.setPlaceholderText(_PLACEHOLDERS[field])
        self.edit.textEdited.connect(self.clear_error)
        self._label.setBuddy(self.edit)
        self._button = secondary_button("", "file")
        self._button.setVisible(choose is not None)
        self._button.clicked.connect(self._on_button_clicked)
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        row.addWidget(self.edit, 1)
        row.addWidget(self._button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.XS)
        layout.addWidget(self._label)
        layout.addLayout(row)
        layout.addWidget(self._error)
        layout.addWidget(self._help)

    def _on_button_clicked(self) -> None:
        text = self._choose() if self._choose is not None else ""
        if text:
            self.edit.setText(text)
            self.clear_error()

    def show_error(self, sentence: Callable[[], str]) -> None:
        """Marks the field, says why where that is not said elsewhere, and takes the keyboard there."""
        set_style_property(self.edit, "invalid", "true")
        self._tell(sentence)
        self.edit.setFocus()

    def clear_error(self) -> None:
        """Takes the mark away."""
        set_style_property(self.edit, "invalid", "false")
        self._tell(str)

    def _tell(self, sentence: Callable[[], str]) -> None:
        self._sentence = sentence
        self._error.setText(sentence())
        self._error.setVisible(bool(self._error.text()))

    def retranslate(self, button: str) -> None:
        """Sets all texts in the language of now."""
        spec = _SPECS[self._field]
        self._label.setText(translate_contract(spec.title))
        self._help.setText(translate_contract(spec.help))
        self._button.setText(button)
        self._tell(self._sentence)


class OpenForm(QWidget):
    """Asks for architecture, data, input shape, class names and normalisation of one file."""

    open_requested = Signal(object)
    back_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._file = ""
        self._name, self._folder = ElidedLabel(role="heading"), ElidedLabel(role="caption")
        choosers = {OpenField.ARCHITECTURE: self._choose_architecture, OpenField.SOURCE: self._choose_data}
        self._fields = {field: _FormField(field, choosers.get(field)) for field in OpenField}
        self._open, self._back = primary_button(), quiet_button()
        self._open.clicked.connect(self._on_open_clicked)
        self._back.clicked.connect(self.back_requested)
        for field in self._fields.values():
            field.edit.returnPressed.connect(self._on_open_clicked)
        self._lay_out()

    def _lay_out(self) -> None:
        card = Card(Space.XL)
        card.setMaximumWidth(820)
        card.body.setSpacing(Space.L)
        card.body.addLayout(self._file_row())
        card.body.addLayout(self._grid())
        card.body.addLayout(_right_aligned(self._back, self._open))
        inner = QWidget()
        inner.setObjectName("scrolled")
        centred = QVBoxLayout(inner)
        centred.setContentsMargins(0, 0, 0, 0)
        centred.addWidget(card)
        centred.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(inner)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(area)

    def _file_row(self) -> QHBoxLayout:
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(self._name)
        texts.addWidget(self._folder)
        row = QHBoxLayout()
        row.setSpacing(Space.M)
        row.addWidget(IconLabel("file", 28, "accent"))
        row.addLayout(texts, 1)
        return row

    def _grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.XL)
        grid.setVerticalSpacing(Space.L)
        grid.addWidget(self._fields[OpenField.ARCHITECTURE], 0, 0, 1, 2)
        grid.addWidget(self._fields[OpenField.SOURCE], 1, 0, 1, 2)
        pairs = ((OpenField.INPUT_SHAPE, OpenField.CLASS_NAMES), (OpenField.MEAN, OpenField.STD))
        for row, pair in enumerate(pairs, start=2):
            for column, field in enumerate(pair):
                grid.addWidget(self._fields[field], row, column, Qt.AlignmentFlag.AlignTop)
        return grid

    def set_request(self, request: OpenRequest) -> None:
        """Shows a file and what is known of it."""
        path = Path(request.source.file)
        self._file = request.source.file
        self._name.setText(path.name)
        self._folder.setText(str(path.parent))
        for field, text in texts_of(request).items():
            self._fields[field].edit.setText(text)
            self._fields[field].clear_error()
        self._fields[OpenField.ARCHITECTURE].edit.setFocus()

    def set_busy(self, is_busy: bool) -> None:
        """While the engine reads the file nothing can be changed."""
        self._open.setEnabled(not is_busy)
        self._open.setText(self.tr("Opening…") if is_busy else self.tr("Open"))
        for field in self._fields.values():
            field.setEnabled(not is_busy)

    def show_error(self, field: OpenField, sentence: Callable[[], str] = str) -> None:
        """Marks the field that is to be mended; ``sentence`` says why, in the language of now."""
        self._fields[field].show_error(sentence)

    def _on_open_clicked(self) -> None:
        for field in self._fields.values():
            field.clear_error()
        try:
            request = request_from(
                self._file, {name: field.edit.text() for name, field in self._fields.items()}
            )
        except FieldError as error:
            wrong = error.field
            self.show_error(wrong, lambda: self._mistake(wrong))
            return
        self.open_requested.emit(request)

    def _mistake(self, field: OpenField) -> str:
        if field is OpenField.INPUT_SHAPE:
            return self.tr("Write whole numbers from 1, such as 3, 224, 224.")
        if field is OpenField.STD:
            return self.tr("Write numbers above 0, such as 0.229, 0.224, 0.225.")
        return self.tr("Write numbers, such as 0.485, 0.456, 0.406.")

    def _choose_architecture(self) -> str:
        path, _ = QFileDialog.getOpenFileName(self, self.tr("Python file"), "", self.tr("Python (*.py)"))
        return f"{path}:" if path else ""

    def _choose_data(self) -> str:
        kinds = self.tr("Data (*.npz *.py)")
        path, _ = QFileDialog.getOpenFileName(self, self.tr("Data source"), "", kinds)
        if not path:
            return ""
        return f"{path}:" if path.endswith(".py") else f"npz:{path}"

    def retranslate(self) -> None:
        """Sets all texts in the language of now."""
        for field in self._fields.values():
            field.retranslate(self.tr("Choose…"))
        self._open.setText(self.tr("Open"))
        self._back.setText(self.tr("Back"))


def _right_aligned(*buttons: QPushButton) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(Space.S)
    row.addStretch(1)
    for button in buttons:
        row.addWidget(button)
    return row
