"""One editor for each kind of field: it shows a plain value and tells when the user changed it.

Editors let values beyond the contract's limits be typed: the form refuses them with a sentence, which teaches
more than a box that silently types something else.
"""

from collections.abc import Callable

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLineEdit,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from engine.contract.fields import FieldKind, FieldSpec
from gui.translation import translate_contract
from gui.widgets.choice_box import ChoiceBox
from gui.wizard.boxes import IntegerBox, NumberBox
from gui.wizard.explained_box import ExplainedBox

_NARROW = 80
_FIRST_NUMBER = 2.0
_FEW = 3
"""Up to so many choices are known by their names; of more, each comes with its sentence."""


class FieldEditor(QWidget):
    """The base of editors; ``changed`` carries the new plain value, only where the user changed it."""

    changed = Signal(object)

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.spec = spec

    def set_value(self, value: object) -> None:
        """Shows ``value`` without telling."""
        with QSignalBlocker(self):
            self._show(value)

    def _show(self, value: object) -> None:
        raise TypeError(f"{type(self).__name__} shows nothing")

    def help_text(self) -> str:
        """The sentence that belongs to what is shown."""
        return translate_contract(self.spec.help)

    def retranslate(self) -> None:
        """Renews texts in the current language."""

    def _lay_out(self, *widgets: QWidget) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        for widget in widgets:
            layout.addWidget(widget)
        self.setFocusProxy(widgets[-1])


class IntegerEditor(FieldEditor):
    """A whole number."""

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self.box = IntegerBox(spec)
        self.box.valueChanged.connect(self._on_box_value_changed)
        self._lay_out(self.box)

    def _show(self, value: object) -> None:
        if isinstance(value, int):
            self.box.setValue(value)

    def _on_box_value_changed(self, value: int) -> None:
        self.changed.emit(value)


class NumberEditor(FieldEditor):
    """A real number, or a share in percent; a ratio has a slider too."""

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self.box = NumberBox(spec)
        self.box.valueChanged.connect(self._on_box_value_changed)
        self.slider: QSlider | None = None
        if spec.name == "ratio":
            self.slider = QSlider(Qt.Orientation.Horizontal)
            self.slider.setRange(0, 95)
            self.slider.setPageStep(5)
            self.slider.setMinimumWidth(64)
            self.slider.setMaximumWidth(180)
            self.slider.valueChanged.connect(self.box.setValue)
            self._lay_out(self.slider, self.box)
        else:
            self._lay_out(self.box)

    def _show(self, value: object) -> None:
        if isinstance(value, int | float):
            self.box.setValue(value * self.box.factor)

    def _on_box_value_changed(self, shown: float) -> None:
        if self.slider is not None:
            with QSignalBlocker(self.slider):
                self.slider.setValue(round(shown))
        self.changed.emit(round(shown / self.box.factor, 10))


class ChoiceEditor(FieldEditor):
    """One of several; the help is the chosen one's own sentence."""

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self.box = ExplainedBox() if len(spec.choices) > _FEW else ChoiceBox()
        self.box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.box.setMinimumWidth(180)
        for choice in spec.choices:
            self.box.addItem("", choice.value)
        self.retranslate()
        self.box.currentIndexChanged.connect(self._on_box_index_changed)
        self._lay_out(self.box)

    def _show(self, value: object) -> None:
        self.box.setCurrentIndex(self.box.findData(str(value)))

    def help_text(self) -> str:
        """The chosen one's sentence."""
        index = self.box.currentIndex()
        return translate_contract(self.spec.choices[index].help) if index >= 0 else super().help_text()

    def retranslate(self) -> None:
        """Names the choices in the current language."""
        for index, choice in enumerate(self.spec.choices):
            self.box.setItemText(index, translate_contract(choice.label))
            self.box.setItemData(index, translate_contract(choice.help), Qt.ItemDataRole.ToolTipRole)

    def _on_box_index_changed(self, index: int) -> None:
        self.changed.emit(self.spec.choices[index].value)


class ChoicesEditor(FieldEditor):
    """Any of several."""

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self.boxes = {choice.value: QCheckBox() for choice in spec.choices}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for box in self.boxes.values():
            box.toggled.connect(self._on_box_toggled)
            layout.addWidget(box)
        self.retranslate()

    def _show(self, value: object) -> None:
        chosen = value if isinstance(value, list | tuple) else ()
        for name, box in self.boxes.items():
            with QSignalBlocker(box):
                box.setChecked(name in chosen)

    def retranslate(self) -> None:
        """Names the choices in the current language."""
        for choice in self.spec.choices:
            self.boxes[choice.value].setText(translate_contract(choice.label))
            self.boxes[choice.value].setToolTip(translate_contract(choice.help))

    def _on_box_toggled(self) -> None:
        self.changed.emit([name for name, box in self.boxes.items() if box.isChecked()])


class SwitchEditor(FieldEditor):
    """On or off."""

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self.box = QCheckBox()
        self.box.clicked.connect(self._on_box_clicked)
        self._lay_out(self.box)

    def _show(self, value: object) -> None:
        self.box.setChecked(value is True)

    def _on_box_clicked(self, is_on: bool) -> None:
        self.changed.emit(is_on)


class TextEditor(FieldEditor):
    """One line of text."""

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self.box = QLineEdit()
        self.box.setMinimumWidth(200)
        self.box.editingFinished.connect(self._on_box_editing_finished)
        self._lay_out(self.box)

    def _show(self, value: object) -> None:
        self.box.setText(str(value or ""))
        self.box.setToolTip(self.box.text())
        self.box.setCursorPosition(0)

    def _on_box_editing_finished(self) -> None:
        if self.box.isModified():
            self.box.setModified(False)
            self.changed.emit(self.box.text())


class IntegersEditor(FieldEditor):
    """A few whole numbers in a row, as many as the field's default has."""

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        count = len(spec.default) if isinstance(spec.default, list | tuple) else 1
        self.boxes = [IntegerBox(spec) for _ in range(count)]
        for box in self.boxes:
            box.setFixedWidth(_NARROW)
            box.valueChanged.connect(self._on_box_value_changed)
        self._lay_out(*self.boxes)

    def _show(self, value: object) -> None:
        if isinstance(value, list | tuple):
            for box, number in zip(self.boxes, value, strict=True):
                with QSignalBlocker(box):
                    box.setValue(number)

    def _on_box_value_changed(self) -> None:
        self.changed.emit([box.value() for box in self.boxes])


class OptionalNumberEditor(FieldEditor):
    """A real number that may be left out: a switch before the box."""

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self.switch, self.box = QCheckBox(), NumberBox(spec)
        self.box.setValue(_FIRST_NUMBER * self.box.factor)
        self.switch.clicked.connect(self._on_edited)
        self.box.valueChanged.connect(self._on_edited)
        self._lay_out(self.switch, self.box)
        self.retranslate()

    def _show(self, value: object) -> None:
        is_given = isinstance(value, int | float)
        self.switch.setChecked(is_given)
        self.box.setEnabled(is_given)
        if isinstance(value, int | float):
            with QSignalBlocker(self.box):
                self.box.setValue(value * self.box.factor)

    def retranslate(self) -> None:
        """Names the switch, which has no text of its own, for those who hear the window."""
        self.switch.setAccessibleName(translate_contract(self.spec.title))

    def _on_edited(self) -> None:
        is_given = self.switch.isChecked()
        self.box.setEnabled(is_given)
        self.changed.emit(round(self.box.value() / self.box.factor, 10) if is_given else None)


EDITORS: dict[FieldKind, Callable[[FieldSpec], FieldEditor]] = {
    FieldKind.INTEGER: IntegerEditor,
    FieldKind.NUMBER: NumberEditor,
    FieldKind.CHOICE: ChoiceEditor,
    FieldKind.CHOICES: ChoicesEditor,
    FieldKind.TEXT: TextEditor,
    FieldKind.INTEGERS: IntegersEditor,
    FieldKind.SWITCH: SwitchEditor,
}
"""What edits each kind of field that the wizard shows."""

OPTIONAL_EDITORS: dict[FieldKind, Callable[[FieldSpec], FieldEditor]] = {
    FieldKind.NUMBER: OptionalNumberEditor,
}
"""The same for fields that may be left out."""


def editor_of(spec: FieldSpec) -> FieldEditor:
    """A new editor for a field that has one (see :func:`can_edit`)."""
    return _table_of(spec)[spec.kind](spec)


def can_edit(spec: FieldSpec) -> bool:
    """Whether the wizard has an editor for a field."""
    return spec.kind in _table_of(spec)


def _table_of(spec: FieldSpec) -> dict[FieldKind, Callable[[FieldSpec], FieldEditor]]:
    return OPTIONAL_EDITORS if spec.is_optional else EDITORS
