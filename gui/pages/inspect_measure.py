"""The controls of a measurement: which kind, on how many samples, start and stop, and how far it is."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QSpinBox, QVBoxLayout, QWidget

from engine.contract.methods import SensitivityKind
from gui.theme import Space
from gui.widgets.buttons import SegmentedControl, danger_button, secondary_button
from gui.widgets.labels import ElidedLabel

KINDS = (SensitivityKind.QUICK, SensitivityKind.FULL)
_SAMPLES = (16, 1_000_000, 1000)
_STEPS_OF_BAR = 1000


class MeasureControls(QWidget):
    """``started`` carries the kind and the number of samples."""

    started = Signal(object, int)
    cancelled = Signal()
    kind_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kinds, self.samples = SegmentedControl(), QSpinBox()
        self._samples_name = ElidedLabel(role="caption", mode=Qt.TextElideMode.ElideRight)
        self.measure, self.cancel = secondary_button(icon_name="run"), danger_button(icon_name="cancel")
        self._note = ElidedLabel(role="caption", mode=Qt.TextElideMode.ElideRight)
        self._note.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        low, high, value = _SAMPLES
        self.samples.setRange(low, high)
        self.samples.setValue(value)
        self.samples.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._lay_out()
        self.kinds.chosen.connect(self._on_kinds_chosen)
        self.measure.clicked.connect(lambda: self.started.emit(self.kind(), self.samples.value()))
        self.cancel.clicked.connect(self.cancelled)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(Space.M)
        for widget in (self.kinds, self._samples_name, self.samples, self.measure, self.cancel):
            row.addWidget(widget)
        row.addWidget(self._note, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        column.addLayout(row)
        column.addWidget(self.bar)

    def kind(self) -> SensitivityKind:
        """Which kind is shown."""
        return KINDS[max(0, self.kinds.index())]

    def set_kind(self, kind: SensitivityKind) -> None:
        """Shows the other kind, without a signal."""
        self.kinds.set_index(KINDS.index(kind))
        self._show_samples()

    def show_state(self, *, is_measuring: bool, can_measure: bool, step: int = 0, steps: int = 0) -> None:
        """What can be done now, and how far a measurement is; without ``steps`` nobody knows yet."""
        self.measure.setVisible(not is_measuring)
        self.measure.setEnabled(can_measure)
        self.cancel.setVisible(is_measuring)
        self.bar.setVisible(is_measuring)
        self.bar.setRange(0, _STEPS_OF_BAR if steps else 0)
        self.bar.setValue(_STEPS_OF_BAR * step // steps if steps else 0)
        self._show_samples()

    def set_note(self, text: str) -> None:
        """Says what was measured."""
        self._note.setText(text)

    def note(self) -> str:
        """What is said of the measurement."""
        return self._note.text()

    def _show_samples(self) -> None:
        is_full = self.kind() is SensitivityKind.FULL
        for widget in (self._samples_name, self.samples):
            widget.setVisible(is_full)

    def _on_kinds_chosen(self, index: int) -> None:
        self._show_samples()
        self.kind_chosen.emit(KINDS[index])

    def retranslate(self) -> None:
        """Sets all texts in the language of now."""
        self.kinds.set_texts([self.tr("Quick"), self.tr("Full")])
        self.measure.setText(self.tr("Measure"))
        self.cancel.setText(self.tr("Stop"))
        self._samples_name.setText(self.tr("Validation samples"))
        self.samples.setAccessibleName(self.tr("Validation samples"))
