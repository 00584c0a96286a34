"""Two histograms of one layer's weights over each other: before and after."""

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray

from engine.contract.stats import Histogram
from gui.figures import percent_text
from gui.plots.bins import readable
from gui.plots.curves import FormattedAxis
from gui.plots.plot_theme import ThemedPlot, fill_brush, line_pen
from gui.theme import current_theme

Floats = NDArray[np.float64]
_FLOOR = 1e-4


class HistogramOverlay(ThemedPlot):
    """Shares of the layer's weights, as a pruned layer has fewer of them.

    On the logarithmic axis a share ``s`` stands at ``log10(s)``, those below a ten-thousandth at the bottom.
    """

    def __init__(self) -> None:
        self._curves: tuple[pg.PlotCurveItem, ...] = ()
        self._histograms: tuple[Histogram | None, Histogram | None] = (None, None)
        self._is_logarithmic = False
        super().__init__(axisItems={"left": FormattedAxis("left", self._tick)})
        self._curves = tuple(
            pg.PlotCurveItem([0.0, 1.0], [0.0], stepMode="center", fillLevel=0) for _ in range(2)
        )
        for curve in self._curves:
            self.addItem(curve)
        self.setMouseEnabled(x=False, y=False)
        self.restyle()

    def show_histograms(self, before: Histogram | None, after: Histogram | None) -> None:
        """Shows a layer; what is None is left out."""
        self._histograms = (before and readable(before), after and readable(after))
        self._draw()

    def set_logarithmic(self, is_logarithmic: bool) -> None:
        """Chooses the axis of shares."""
        self._is_logarithmic = is_logarithmic
        self._draw()

    def heights(self, histogram: Histogram) -> Floats:
        """How high each bin is drawn: its share of all weights, per widest bin of the two."""
        counts = np.asarray(histogram.counts, dtype=float)
        widths = np.diff(np.asarray(histogram.edges))
        widest = max(float(np.diff(shown.edges).max()) for shown in self._histograms if shown is not None)
        shares: Floats = counts / max(1.0, counts.sum()) * widest / np.maximum(widths, 1e-30)
        if self._is_logarithmic:
            shares = np.log10(np.maximum(shares, _FLOOR))
        return shares

    def restyle(self) -> None:
        """Takes the colours of the theme of now."""
        super().restyle()
        theme = current_theme()
        for curve, colour in zip(self._curves, (theme.before, theme.after), strict=False):
            curve.setPen(line_pen(colour, 1.4))
            curve.setBrush(fill_brush(colour, 0.30))

    def _draw(self) -> None:
        floor = float(np.log10(_FLOOR)) if self._is_logarithmic else 0.0
        shown = [histogram for histogram in self._histograms if histogram is not None and histogram.counts]
        highest = floor
        for curve, histogram in zip(self._curves, self._histograms, strict=True):
            curve.setFillLevel(floor)
            if histogram is None or not histogram.counts:
                curve.setData([0.0, 1.0], [floor], stepMode="center")
                continue
            heights = self.heights(histogram)
            highest = max(highest, float(heights.max()))
            curve.setData(np.asarray(histogram.edges), heights, stepMode="center")
        if shown:
            low, high = min(item.edges[0] for item in shown), max(item.edges[-1] for item in shown)
            self.setXRange(low, high, padding=0.02)
            self.setYRange(floor, highest + 0.06 * max(highest - floor, 1e-9), padding=0)

    def _tick(self, value: float) -> str:
        return percent_text(10**value, 2) if self._is_logarithmic else percent_text(value)
