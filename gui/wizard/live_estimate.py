"""What the recipe gives, in three figures that follow the hand."""

from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from engine.contract.errors import PenjingError
from gui.figures import UNKNOWN, bytes_text, count_text, ratio_text
from gui.theme import Space
from gui.translation import error_text
from gui.widgets.cards import Card
from gui.widgets.labels import ElidedLabel, caption, strong_label
from gui.wizard.quick_estimate import QuickEstimate


class _Figure(QWidget):
    """A name, what is left, and how many times less that is: one below the other, as the card may be narrow."""

    def __init__(self) -> None:
        super().__init__()
        self.name, self.left, self.gain = caption(), strong_label(), QLabel()
        self.name.setWordWrap(False)
        self.gain.setProperty("role", "gain")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        for label in (self.name, self.left, self.gain):
            layout.addWidget(label)


class LiveEstimate(Card):
    """Weights, MACs and parameters that are left; about, until the engine has said."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._figures: QuickEstimate | None = None
        self._error: PenjingError | None = None
        self.weights, self.macs, self.parameters = _Figure(), _Figure(), _Figure()
        self._note = ElidedLabel(role="caption")
        row = QHBoxLayout()
        row.setSpacing(Space.M)
        for figure in (self.weights, self.macs, self.parameters):
            row.addWidget(figure, 1)
        self.body.addLayout(row)
        self.body.addWidget(self._note)
        self.retranslate()

    def show_figures(self, figures: QuickEstimate | None, error: PenjingError | None = None) -> None:
        """Shows what is known now; ``error`` says why it will not become exact."""
        self._figures, self._error = figures, error
        self.retranslate()

    def note(self) -> str:
        """How far the figures can be trusted."""
        return self._note.text()

    def retranslate(self) -> None:
        """Renews the texts in the current language."""
        self.weights.name.setText(self.tr("Weights"))
        self.macs.name.setText(self.tr("MACs"))
        self.parameters.name.setText(self.tr("Parameters"))
        self.setVisible(self._figures is not None)
        if self._figures is None:
            return
        before, after = self._figures.before, self._figures.after
        self._note.setText(self._note_text(self._figures))
        if after is None:
            self._show_nothing()
            return
        self._show(
            self.weights, bytes_text(after.parameter_bytes), before.parameter_bytes, after.parameter_bytes
        )
        self._show(self.macs, count_text(after.macs), before.macs, after.macs)
        self._show(self.parameters, count_text(after.parameters), before.parameters, after.parameters)

    def _note_text(self, figures: QuickEstimate) -> str:
        if figures.is_exact:
            return self.tr("Counted by the engine on a copy of the network.")
        if figures.after is None and self._error is not None:
            return error_text(self._error)
        if figures.after is None:
            return self.tr("What goes and what is left, the engine says when the hand rests.")
        if self._error is not None:
            return self.tr("About, from the shapes of the layers. {reason}").format(
                reason=error_text(self._error)
            )
        return self.tr("About, from the shapes of the layers; the engine counts when the hand rests.")

    def _show_nothing(self) -> None:
        for figure in (self.weights, self.macs, self.parameters):
            figure.left.setText(UNKNOWN)
            figure.gain.setText("")

    def _show(self, figure: _Figure, left: str, before: float | None, after: float | None) -> None:
        is_exact = self._figures is not None and self._figures.is_exact
        figure.left.setText(left if is_exact else f"≈ {left}")
        figure.gain.setText(ratio_text(before / after) if before and after else "")
