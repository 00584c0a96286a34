"""What a recipe would cost and give, as the engine computes it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QProgressBar, QWidget

from engine.contract.errors import PenjingError
from engine.contract.messages import Estimation
from gui.figures import bytes_text, count_text, ratio_text
from gui.theme import Space
from gui.translation import error_text
from gui.widgets.cards import Card
from gui.widgets.labels import caption, heading, strong_label


class EstimateCard(Card):
    """Size, MACs, parameters and minutes, before and after; a moving bar while they are awaited."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._estimation: Estimation | None = None
        self._error: PenjingError | None = None
        self._heading, self._note = heading(), caption()
        self._bar = QProgressBar()
        self._bar.setRange(0, 0)
        self._bar.setTextVisible(False)
        self._rows = [(caption(), strong_label(), QLabel()) for _ in range(4)]
        self._grid = QWidget()
        grid = QGridLayout(self._grid)
        grid.setContentsMargins(0, Space.XS, 0, Space.XS)
        grid.setVerticalSpacing(Space.M)
        grid.setColumnStretch(1, 1)
        for place, row in enumerate(self._rows):
            for column, label in enumerate(row):
                grid.addWidget(label, place, column)
            row[2].setProperty("role", "gain")
            row[2].setAlignment(Qt.AlignmentFlag.AlignRight)
        top = QHBoxLayout()
        top.addWidget(self._heading, 1)
        self.body.addLayout(top)
        for widget in (self._bar, self._grid, self._note):
            self.body.addWidget(widget)
        self.retranslate()

    def show_estimation(self, estimation: Estimation | None) -> None:
        """Shows the figures; None says that they are awaited."""
        self._estimation, self._error = estimation, None
        self.retranslate()

    def has_figures(self) -> bool:
        """Whether there is something to show."""
        return self._estimation is not None

    def show_error(self, error: PenjingError) -> None:
        """Says why there are no figures."""
        self._estimation, self._error = None, error
        self.retranslate()

    def retranslate(self) -> None:
        """Renews the texts in the current language."""
        self._heading.setText(self.tr("Estimate"))
        self._bar.setVisible(self._estimation is None and self._error is None)
        self._grid.setVisible(self._estimation is not None)
        if self._estimation is None:
            awaited = self.tr("A few batches are timed on this machine…")
            self._note.setText(awaited if self._error is None else error_text(self._error))
            return
        for row, texts in zip(self._rows, self._texts(self._estimation), strict=True):
            for label, text in zip(row, texts, strict=True):
                label.setText(text)
        self._note.setText(self._counts(self._estimation))

    def _texts(self, found: Estimation) -> tuple[tuple[str, str, str], ...]:
        before, after = found.parameter_bytes_before, found.parameter_bytes_after
        return (
            (self.tr("Time"), self._time(found.minutes), ""),
            (self.tr("Weights"), f"{bytes_text(before)} → {bytes_text(after)}", _gain(before, after)),
            (
                self.tr("MACs"),
                f"{count_text(found.macs_before)} → {count_text(found.macs_after)}",
                _gain(found.macs_before, found.macs_after),
            ),
            (
                self.tr("Parameters"),
                f"{count_text(found.parameters_before)} → {count_text(found.parameters_after)}",
                _gain(found.parameters_before, found.parameters_after),
            ),
        )

    def _time(self, minutes: float) -> str:
        if minutes < 1:
            return self.tr("less than a minute")
        if minutes < 90:
            return self.tr("about %n minute(s)", "", round(minutes))
        return self.tr("about %n hour(s)", "", round(minutes / 60))

    def _counts(self, found: Estimation) -> str:
        parts = []
        if found.pruned_layers:
            parts.append(self.tr("%n layer(s) are pruned.", "", found.pruned_layers))
        if found.locked_layers and found.pruned_layers:
            parts.append(self.tr("%n layer(s) are locked.", "", found.locked_layers))
        if found.quantized_layers:
            parts.append(self.tr("%n layer(s) are quantized.", "", found.quantized_layers))
        if found.float_layers and found.quantized_layers:
            parts.append(self.tr("%n layer(s) stay float.", "", found.float_layers))
        return " ".join(parts)


def _gain(before: float | None, after: float | None) -> str:
    return ratio_text(before / after) if before and after else ""
