"""The Compare page's second view: a layer's weights before and after."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout

from engine.contract.report import LayerReport, Report
from engine.contract.stats import Histogram, ModelStats
from gui.figures import percent_text, shape_text
from gui.pages.compare_view import CompareView, Legend
from gui.plots.overlay import HistogramOverlay
from gui.theme import Space
from gui.translation import text_of
from gui.widgets.buttons import SegmentedControl
from gui.widgets.cards import Card
from gui.widgets.labels import caption


class WeightsView(CompareView):
    """A layer's weights before and after."""

    def __init__(self) -> None:
        super().__init__()
        self.layer, self._scale, self._legend = QComboBox(), SegmentedControl(), Legend()
        self.layer.setMinimumWidth(260)
        self.plot, self._note = HistogramOverlay(), caption()
        self.layer.currentIndexChanged.connect(self._show_layer)
        self._scale.chosen.connect(lambda index: self.plot.set_logarithmic(bool(index)))
        card = Card()
        top = QHBoxLayout()
        top.setSpacing(Space.L)
        top.addWidget(self.layer)
        top.addWidget(self._legend, 1, Qt.AlignmentFlag.AlignLeft)
        top.addWidget(self._scale)
        card.body.addLayout(top)
        card.body.addWidget(self.plot, 1)
        card.body.addWidget(self._note)
        self.row.addWidget(card)

    def show_report(self, report: Report) -> None:
        """Lists the report's layers and shows the first."""
        super().show_report(report)
        self.layer.clear()
        self.layer.addItems([layer.name for layer in report.layers])

    def retranslate(self) -> None:
        """Renews what is shown in the current language."""
        self._scale.set_texts([self.tr("Linear"), self.tr("Logarithmic")])
        self._legend.retranslate()
        self._show_layer()

    def note(self) -> str:
        """What is said of the layer."""
        return self._note.text()

    def _show_layer(self) -> None:
        index = self.layer.currentIndex()
        if self._report is None or not 0 <= index < len(self._report.layers):
            return
        layer = self._report.layers[index]
        before, after = self._report.before, self._report.after
        self.plot.show_histograms(_histogram(before, layer.name), _histogram(after, layer.name))
        self._note.setText(self._words(layer))

    def _words(self, layer: LayerReport) -> str:
        why = text_of(layer.why_code, layer.why_arguments, layer.why or "")
        shapes = f"{shape_text(layer.shape_before)} → {shape_text(layer.shape_after)}"
        if not layer.shape_after:
            return f"{shapes}   ·   {why}"
        parts = [
            shapes,
            self.tr("zeros {before} → {after}").format(
                before=percent_text(layer.sparsity_before), after=percent_text(layer.sparsity_after)
            ),
            self.tr("{weight}-bit weights, {activation}-bit activations").format(
                weight=layer.weight_bits, activation=layer.activation_bits
            ),
        ]
        if layer.sqnr_db is not None:
            parts.append(self.tr("SQNR {value} dB").format(value=f"{layer.sqnr_db:.1f}"))
        return "   ·   ".join([*parts, why] if why else parts)


def _histogram(stats: ModelStats, layer: str) -> Histogram | None:
    return next((found.histogram for found in stats.layers if found.name == layer), None)
