"""Where the wizard stands: its steps in a row, each a button."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from gui.theme import Space
from gui.widgets.labels import set_style_property
from gui.wizard.flow import Step


class Stepper(QWidget):
    """Numbered steps; ``chosen`` carries the :class:`Step` that the user wants to see."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons: dict[Step, QPushButton] = {}
        self._arrows: dict[Step, QLabel] = {}
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(Space.XS)
        for step in Step:
            self._add_step(step)
        self._layout.addStretch(1)

    def _add_step(self, step: Step) -> None:
        if self._buttons:
            self._arrows[step] = QLabel("›")
            self._arrows[step].setProperty("role", "caption")
            self._layout.addWidget(self._arrows[step])
        button = QPushButton()
        button.setProperty("role", "step")
        button.setAutoDefault(True)
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.clicked.connect(lambda: self.chosen.emit(step))
        self._buttons[step] = button
        self._layout.addWidget(button)

    def show_steps(self, steps: Sequence[Step], current: Step, *, is_free: bool) -> None:
        """Shows these steps; while ``is_free`` is false the others cannot be gone to."""
        place = steps.index(current)
        for step, button in self._buttons.items():
            is_there = step in steps
            button.setVisible(is_there)
            if step in self._arrows:
                self._arrows[step].setVisible(is_there)
            if is_there:
                index = steps.index(step)
                state = "current" if step is current else "done" if index < place else "coming"
                set_style_property(button, "state", state)
                button.setEnabled(is_free or step is current)
                button.setText(f"{index + 1}  {self._title(step)}")

    def _title(self, step: Step) -> str:
        return {
            Step.GOAL: self.tr("Goal"),
            Step.PRUNING: self.tr("Pruning"),
            Step.QUANTIZATION: self.tr("Quantization"),
            Step.RECOVERY: self.tr("Recovery"),
            Step.REVIEW: self.tr("Review"),
        }[step]
