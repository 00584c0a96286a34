"""The fields of the form: a label, something to type into or to choose from, and what is wrong with it."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from engine.contract.fields import FieldKind
from gui.pages.open_request import SPECS, default_text
from gui.theme import Space
from gui.translation import translate_contract
from gui.widgets.buttons import secondary_button
from gui.widgets.choice_box import ChoiceBox
from gui.widgets.labels import caption, error_label, set_style_property

_EXAMPLES = {
    "architecture": "torchvision:resnet18?num_classes=10",
    "input_shape": "3, 224, 224",
    "image_size": "224, 224",
    "class_names": "cat, dog, …",
    "mean": "0.485, 0.456, 0.406",
    "std": "0.229, 0.224, 0.225",
    "limit": "10000",
    "text.text_column": "text",
    "text.label_column": "label",
    "text.tokenizer": "tokenizer.json",
}


class Field(QWidget):
    """The base: subclasses put one box into it and say what stands there.

    ``edited`` is sent for the user's changes only; ``committed`` when Enter is pressed in it.
    """

    edited = Signal()
    committed = Signal()

    def __init__(self, box: QWidget) -> None:
        super().__init__()
        self.box = box
        self._sentence: Callable[[], str] = str
        self._label, self._help, self._error = QLabel(), caption(), error_label()
        self._label.setBuddy(box)
        self._help.hide()
        self._row = QHBoxLayout()
        self._row.setSpacing(Space.S)
        self._row.addWidget(box, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.XS)
        layout.addWidget(self._label)
        layout.addLayout(self._row)
        layout.addWidget(self._error)
        layout.addWidget(self._help)
        self.edited.connect(self.clear_error)

    def text(self) -> str:
        """What stands in it."""
        raise TypeError(f"{type(self).__name__} has no text")

    def set_text(self, text: str) -> None:
        """Shows another value, without telling."""
        raise TypeError(f"{type(self).__name__} has no text")

    def add_button(self, icon_name: str, choose: Callable[[], str]) -> QPushButton:
        """A button beside the box; ``choose`` asks the user and returns what is to stand there, or nothing."""
        button = secondary_button("", icon_name)
        button.clicked.connect(lambda: self._take(choose()))
        self._row.addWidget(button)
        return button

    def _take(self, text: str) -> None:
        if text:
            self.set_text(text)
            self.box.setFocus()
            if isinstance(self.box, QLineEdit):
                # After FILE.py: comes the name of a function, which only the user knows.
                self.box.end(False)
            self.edited.emit()

    def set_label(self, label: str, help_text: str = "", *, is_shown: bool = False) -> None:
        """Names the field; its help is the tool tip, and stands below it where ``is_shown``."""
        self._label.setText(label)
        self._help.setText(help_text)
        self._help.setVisible(is_shown and bool(help_text))
        self.box.setToolTip(help_text)
        self.box.setAccessibleName(label)
        self._tell(self._sentence)

    def show_error(self, sentence: Callable[[], str], *, takes_focus: bool = True) -> None:
        """Marks the field, says why, and takes the keyboard there."""
        set_style_property(self.box, "invalid", "true")
        self._tell(sentence)
        if takes_focus:
            self.box.setFocus()

    def error(self) -> str:
        """What is wrong; empty where nothing is."""
        return self._error.text()

    def clear_error(self) -> None:
        """Takes the mark away."""
        set_style_property(self.box, "invalid", "false")
        self._tell(str)

    def _tell(self, sentence: Callable[[], str]) -> None:
        self._sentence = sentence
        self._error.setText(sentence())
        self._error.setVisible(bool(self._error.text()))


class LineField(Field):
    """A line to type into."""

    def __init__(self) -> None:
        self.edit = QLineEdit()
        super().__init__(self.edit)
        self.edit.textEdited.connect(self.edited)
        self.edit.returnPressed.connect(self.committed)

    def text(self) -> str:
        """What was typed."""
        return self.edit.text()

    def set_text(self, text: str) -> None:
        """Shows another text, its beginning first."""
        self.edit.setText(text)
        self.edit.setCursorPosition(0)


class ChoiceField(Field):
    """A box to choose from; each choice has a value, and a text that people read."""

    def __init__(self) -> None:
        self.combo = ChoiceBox()
        self.combo.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        super().__init__(self.combo)
        self.combo.activated.connect(self.edited)

    def set_choices(self, choices: list[tuple[str, str]]) -> None:
        """Values and their texts; what was chosen stays so where it is still among them."""
        chosen = self.text()
        with QSignalBlocker(self.combo):
            self.combo.clear()
            for value, text in choices:
                self.combo.addItem(text, value)
            self.combo.setCurrentIndex(max(0, self.combo.findData(chosen)))

    def text(self) -> str:
        """The value that is chosen."""
        return str(self.combo.currentData() or "")

    def set_text(self, text: str) -> None:
        """Chooses a value; the first where it is not among them."""
        with QSignalBlocker(self.combo):
            self.combo.setCurrentIndex(max(0, self.combo.findData(text)))


class ContractField:
    """A field whose label, help and choices are the contract's."""

    def __init__(self, name: str, field: "LineField | ChoiceField | None" = None) -> None:
        self._name, self._spec = name, SPECS[name]
        made = ChoiceField if self._spec.kind is FieldKind.CHOICE else LineField
        self.field: LineField | ChoiceField = field if field is not None else made()

    def retranslate(self, *, is_help_shown: bool = False) -> None:
        """Sets all texts in the language of now."""
        spec = self._spec
        self.field.set_label(
            translate_contract(spec.title), translate_contract(spec.help), is_shown=is_help_shown
        )
        if isinstance(self.field, ChoiceField):
            choices = [(choice.value, translate_contract(choice.label)) for choice in spec.choices]
            chosen = self.field.text() or str(spec.default)
            self.field.set_choices(choices)
            self.field.set_text(chosen)
        else:
            self.field.edit.setPlaceholderText(default_text(self._name) or _EXAMPLES.get(self._name, ""))

    def mistake(self) -> str:
        """What the field takes, for one that cannot be read."""
        example = default_text(self._name) or _EXAMPLES.get(self._name, "")
        return _mistake(self._spec.kind).format(example=example)

    def show_mistake(self) -> None:
        """Marks the field, which cannot be read."""
        self.field.show_error(self.mistake)


def _mistake(kind: FieldKind) -> str:
    translate = QCoreApplication.translate
    whole = translate("OpenForm", "Write whole numbers within their limits, such as {example}.")
    real = translate("OpenForm", "Write numbers within their limits, such as {example}.")
    return whole if kind in (FieldKind.INTEGER, FieldKind.INTEGERS) else real
