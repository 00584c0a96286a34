"""What the chosen layers bear: their curves, the suggestion in words, and the button that takes it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from engine.contract.methods import SensitivityKind
from engine.contract.stats import LayerSensitivity, SensitivityMap
from gui.figures import percent_text
from gui.models.sensitivity_grid import Subject, borne_score, scores_of
from gui.plots.curve_legend import CurveLegend
from gui.plots.sensitivity_curves import Curve, SensitivityCurves
from gui.theme import Space
from gui.widgets.buttons import secondary_button
from gui.widgets.labels import ElidedLabel, secondary

_NAMED = 4
_LEAST_PLOT_HEIGHT = 90


class LayerBears(QWidget):
    """``take_requested`` carries the names of the layers whose suggestions shall enter the recipe."""

    take_requested = Signal(tuple)

    def __init__(self, *, is_wide: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._found: SensitivityMap | None = None
        self._names: tuple[str, ...] = ()
        self.pruning = SensitivityCurves(lambda value: self._tick(value, Subject.WEIGHTS))
        self.bits = SensitivityCurves(lambda value: self._tick(value, Subject.BITS), is_over_bits=True)
        self._titles = [ElidedLabel(role="caption", mode=Qt.TextElideMode.ElideRight) for _ in range(2)]
        self._legend, self._words = CurveLegend(), secondary()
        self.take, self.take_all = secondary_button(icon_name="compress"), secondary_button()
        self.take_all.setVisible(is_wide)
        self._lay_out(is_wide)
        self.take.clicked.connect(lambda: self.take_requested.emit(self._names))
        self.take_all.clicked.connect(self._on_take_all_clicked)
        self.retranslate()

    def _lay_out(self, is_wide: bool) -> None:
        direction = QBoxLayout.Direction.LeftToRight if is_wide else QBoxLayout.Direction.TopToBottom
        whole = QBoxLayout(direction, self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(Space.L if is_wide else Space.S)
        for title, plot in zip(self._titles, (self.pruning, self.bits), strict=True):
            plot.setMinimumHeight(_LEAST_PLOT_HEIGHT)
            column = QVBoxLayout()
            column.setSpacing(2)
            column.addWidget(title)
            column.addWidget(plot, 1)
            whole.addLayout(column, 3)
        side = QVBoxLayout()
        side.setSpacing(Space.S)
        for part in (self._legend, self._words):
            side.addWidget(part)
        side.addStretch(1)
        for button in (self.take, self.take_all):
            side.addWidget(button)
        whole.addLayout(side, 2 if is_wide else 0)

    def show_layers(self, found: SensitivityMap | None, names: tuple[str, ...]) -> None:
        """Shows what the map says of these layers."""
        shown = self._shown()
        self._found = found
        self._names = tuple(name for name in names if found is not None and name in found.layers)
        if shown == self._shown():
            # A map that grows tells many times of the same layers, and curves take long to draw.
            self._show_words()
            return
        for plot, subjects in (
            (self.pruning, (Subject.WEIGHTS, Subject.CHANNELS)),
            (self.bits, (Subject.BITS,)),
        ):
            curves = self._curves(subjects)
            limit = borne_score(found, subjects[0]) if found is not None else None
            plot.show_curves(curves, limit)
        self.retranslate()

    def _shown(self) -> tuple[object, ...]:
        """All that the curves are made of."""
        if self._found is None:
            return ()
        layers = tuple((name, self._layer(name)) for name in self._names)
        return (self._found.kind, self._found.baseline, layers)

    def _curves(self, subjects: tuple[Subject, ...]) -> list[Curve]:
        curves = []
        for series, name in enumerate(self._names[:_NAMED]):
            for subject in subjects:
                points = tuple(scores_of(self._layer(name), subject).items())
                if points:
                    curves.append(Curve(points, series, is_dashed=subject is Subject.CHANNELS))
        return curves

    def _layer(self, name: str) -> LayerSensitivity:
        assert self._found is not None
        return self._found.layers[name]

    def _tick(self, value: float, subject: Subject) -> str:
        kind = self._found.kind if self._found is not None else SensitivityKind.FULL
        if kind is SensitivityKind.QUICK and subject is Subject.BITS:
            return f"{value:.0f} dB"
        return f"{100 * value:.3g} %"

    def words(self) -> str:
        """What is suggested."""
        return self._words.text()

    def _show_words(self) -> None:
        self._legend.show_names(self._names[:_NAMED])
        self._words.setText(self._suggestion() if self._names else self.tr("Choose a measured layer."))
        self.take.setEnabled(bool(self._names))
        self.take_all.setEnabled(self._found is not None and bool(self._found.layers))

    def _suggestion(self) -> str:
        """Of one layer all that it bears, of several how many there are."""
        if len(self._names) > 1:
            return self.tr("{count} layers chosen").format(count=len(self._names))
        suggestion = self._layer(self._names[0]).suggestion
        parts = (
            (self.tr("{value} of the weights pruned"), suggestion.weight_ratio),
            (self.tr("{value} of the channels pruned"), suggestion.channel_ratio),
        )
        borne = [text.format(value=_unbroken(value)) for text, value in parts if value is not None]
        if suggestion.bits is not None:
            borne.append(self.tr("{bits}-bit weights").format(bits=suggestion.bits))
        if not borne:
            return self.tr("By itself it bears none of this.")
        return self.tr("Bears by itself: {list}.").format(list=self.tr(", ").join(borne))

    def _on_take_all_clicked(self) -> None:
        if self._found is not None:
            self.take_requested.emit(tuple(self._found.layers))

    def retranslate(self) -> None:
        """Sets all texts in the language of now."""
        is_quick = self._found is not None and self._found.kind is SensitivityKind.QUICK
        self._titles[0].setText(
            self.tr("Energy left by share pruned  (– – channels)")
            if is_quick
            else self.tr("Accuracy by share pruned  (– – channels)")
        )
        self._titles[1].setText(
            self.tr("Signal to noise by weight bits") if is_quick else self.tr("Accuracy by weight bits")
        )
        self.take.setText(self.tr("Take into the recipe"))
        self.take_all.setText(self.tr("Take all layers"))
        self._show_words()


def _unbroken(share: float) -> str:
    """A share whose sign is not left for the next line."""
    return percent_text(share, 0).replace(" ", "\u00a0")
