"""The boxes in which fields are edited: what is typed may break a limit, which the form then tells; arrows may not."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractSpinBox, QDoubleSpinBox, QSpinBox

from engine.contract.fields import FieldSpec
from gui.widgets.choice_box import CalmWheel

_ANY_INTEGER = 2**31 - 1
_SHARES = {"ratio", "validation"}
_FIELD_WIDTH = 132


def is_share(spec: FieldSpec) -> bool:
    """Whether a field is a part of a whole, which people read in percent."""
    return spec.name in _SHARES


class IntegerBox(CalmWheel, QSpinBox):
    """A whole number; arrows stay within the field's limits."""

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__()
        self._spec = spec
        self.setRange(-_ANY_INTEGER, _ANY_INTEGER)
        _prepare_(self)

    def stepBy(self, steps: int) -> None:
        """Qt's hook: arrows and keys."""
        self.setValue(round(_clamped(self.value() + steps, self._spec)))


class NumberBox(CalmWheel, QDoubleSpinBox):
    """A number in its shortest form; a share is shown in percent."""

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__()
        self._spec = spec
        self.factor = 100 if is_share(spec) else 1
        self.setDecimals(8)
        self.setRange(-1e9, 1e9)
        self.setStepType(QAbstractSpinBox.StepType.AdaptiveDecimalStepType)
        if self.factor > 1:
            self.setSuffix(" %")
            self.setStepType(QAbstractSpinBox.StepType.DefaultStepType)
        _prepare_(self)

    def textFromValue(self, value: float) -> str:
        """Qt's hook: without trailing zeros."""
        return f"{value:.8f}".rstrip("0").rstrip(".")

    def stepBy(self, steps: int) -> None:
        """Qt's hook: arrows and keys."""
        before = self.value()
        super().stepBy(steps)
        within = _clamped(self.value() / self.factor, self._spec) * self.factor
        if self._spec.is_maximum_open and within >= (self._spec.maximum or 0) * self.factor:
            within = before
        if self._spec.is_minimum_open and within <= (self._spec.minimum or 0) * self.factor:
            within = before
        self.setValue(within)


def _prepare_(box: QAbstractSpinBox) -> None:
    box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    box.setKeyboardTracking(False)
    box.setFixedWidth(_FIELD_WIDTH)
    box.setAlignment(Qt.AlignmentFlag.AlignRight)


def _clamped(value: float, spec: FieldSpec) -> float:
    low = spec.minimum if spec.minimum is not None else value
    high = spec.maximum if spec.maximum is not None else value
    return min(max(value, low), high)
