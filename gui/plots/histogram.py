"""The histogram of one layer's weights, with counts on a linear or a logarithmic axis."""

import numpy as np
import pyqtgraph as pg

from engine.contract.stats import Histogram
from gui.figures import count_text
from gui.plots.plot_theme import ThemedPlot, fill_brush, line_pen
from gui.theme import current_theme


class HistogramPlot(ThemedPlot):
    """One standing curve that is given other data.

    On the logarithmic axis a count ``n`` stands at ``log10(1 + n)``, so that empty bins stay at the bottom.
    """

    def __init__(self) -> None:
        self._curve: pg.PlotCurveItem | None = None
        super().__init__()
        self._histogram: Histogram | None = None
        self._is_logarithmic = False
        self._curve = pg.PlotCurveItem([0.0, 1.0], [0.0], stepMode="center", fillLevel=0)
        self.addItem(self._curve)
        self.setMouseEnabled(x=False, y=False)
        self.restyle()

    def set_histogram(self, histogram: Histogram | None) -> None:
        """Shows other counts; None clears the plot."""
        self._histogram = histogram
        self._draw()

    def set_logarithmic(self, is_logarithmic: bool) -> None:
        """Chooses the axis of counts."""
        self._is_logarithmic = is_logarithmic
        self._draw()

    def heights(self) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
        """How high each bin is drawn."""
        counts = np.asarray(self._histogram.counts if self._histogram else (), dtype=float)
        return np.log10(1 + counts) if self._is_logarithmic else counts

    def restyle(self) -> None:
        """Takes the colours of the theme of now."""
        super().restyle()
        if self._curve is not None:
            accent = current_theme().accent
            self._curve.setPen(line_pen(accent, 1.2))
            self._curve.setBrush(fill_brush(accent, 0.28))

    def _draw(self) -> None:
        assert self._curve is not None
        if self._histogram is None or not self._histogram.counts:
            self._curve.setData([0.0, 1.0], [0.0], stepMode="center")
            return
        edges, heights = np.asarray(self._histogram.edges), self.heights()
        self._curve.setData(edges, heights, stepMode="center")
        top = max(float(heights.max()), 1e-9)
        self.setXRange(float(edges[0]), float(edges[-1]), padding=0.02)
        self.setYRange(0, 1.06 * top, padding=0)
        self.getAxis("left").setTicks(_decades(max(self._histogram.counts)) if self._is_logarithmic else None)


def _decades(highest: int) -> list[list[tuple[float, str]]]:
    """Ticks at 0, 1, 10, 100 …, where :func:`numpy.log10` of one more puts them."""
    counts = [0, *(10**power for power in range(len(str(highest))))]
    return [[(float(np.log10(1 + count)), count_text(count)) for count in counts]]
