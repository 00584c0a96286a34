"""The histogram of one layer's values, with counts on a linear or a logarithmic axis and a grid of levels over it."""

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QSize

from engine.contract.stats import Histogram
from gui.figures import count_text
from gui.plots.bins import readable
from gui.plots.plot_theme import ThemedPlot, fill_brush, line_pen
from gui.theme import current_theme

Floats = NDArray[np.float64]
# Of 8 bits nearly every pixel is a level: drawn as boldly as those of 2 bits they would hide all else.
_GRID_OPACITY = {8: 0.22, 4: 0.6, 2: 0.9}


def levels_of(bits: int, limit: float) -> Floats:
    """The levels of symmetric rounding to ``bits`` whose outermost are ±``limit``.

    >>> levels_of(2, 0.5).tolist()
    [-0.5, 0.0, 0.5]
    """
    highest = 2 ** (bits - 1) - 1
    levels: Floats = np.arange(-highest, highest + 1) * (limit / highest)
    return levels


class HistogramPlot(ThemedPlot):
    """One standing curve that is given other data, and one of the levels.

    On the logarithmic axis a count ``n`` stands at ``log10(1 + n)``, so that empty bins stay at the bottom.
    """

    def __init__(self) -> None:
        self._curve: pg.PlotCurveItem | None = None
        self._levels: pg.PlotCurveItem | None = None
        self._bits: int | None = None
        super().__init__()
        self._histogram: Histogram | None = None
        self._is_logarithmic = False
        self._curve = pg.PlotCurveItem([0.0, 1.0], [0.0], stepMode="center", fillLevel=0)
        self._levels = pg.PlotCurveItem([], [], connect="pairs")
        self.addItem(self._curve)
        self.addItem(self._levels)
        self.setMouseEnabled(x=False, y=False)
        self.restyle()

    def set_histogram(self, histogram: Histogram | None) -> None:
        """Shows other counts; None clears the plot."""
        self._histogram = None if histogram is None else readable(histogram)
        self._draw()

    def set_logarithmic(self, is_logarithmic: bool) -> None:
        """Chooses the axis of counts."""
        self._is_logarithmic = is_logarithmic
        self._draw()

    def set_grid(self, bits: int | None) -> None:
        """Lays the levels of so many bits over the histogram; None takes them away."""
        self._bits = bits
        self.restyle()
        self._draw()

    def heights(self) -> Floats:
        """How high each bin is drawn."""
        counts = np.asarray(self._histogram.counts if self._histogram else (), dtype=float)
        return np.log10(1 + counts) if self._is_logarithmic else counts

    def levels(self) -> Floats:
        """Where levels are drawn: the outermost at the value that is farthest from zero."""
        if self._bits is None or self._histogram is None or not self._histogram.counts:
            return np.empty(0)
        edges = self._histogram.edges
        return levels_of(self._bits, max(abs(edges[0]), abs(edges[-1])))

    def sizeHint(self) -> QSize:
        """Qt's hook: small, as it grows into what room there is."""
        return QSize(240, 140)

    def restyle(self) -> None:
        """Takes the colours of the theme of now."""
        super().restyle()
        theme = current_theme()
        if self._curve is not None:
            self._curve.setPen(line_pen(theme.accent, 1.2))
            self._curve.setBrush(fill_brush(theme.accent, 0.28))
        if self._levels is not None and self._bits is not None:
            pen = line_pen(theme.series[1], 1.0)
            pen.setColor(fill_brush(theme.series[1], _GRID_OPACITY[self._bits]).color())
            self._levels.setPen(pen)

    def _draw(self) -> None:
        assert self._curve is not None
        if self._histogram is None or not self._histogram.counts:
            self._curve.setData([0.0, 1.0], [0.0], stepMode="center")
            self._draw_levels(0.0)
            return
        edges, heights = np.asarray(self._histogram.edges), self.heights()
        self._curve.setData(edges, heights, stepMode="center")
        top = max(float(heights.max()), 1e-9)
        self.setXRange(float(edges[0]), float(edges[-1]), padding=0.02)
        self.setYRange(0, 1.06 * top, padding=0)
        self.getAxis("left").setTicks(_decades(max(self._histogram.counts)) if self._is_logarithmic else None)
        self._draw_levels(1.06 * top)

    def _draw_levels(self, top: float) -> None:
        assert self._levels is not None
        levels = self.levels()
        self._levels.setData(np.repeat(levels, 2), np.tile((0.0, top), len(levels)), connect="pairs")


def _decades(highest: int) -> list[list[tuple[float, str]]]:
    """Ticks at 0, 1, 10, 100 …, where :func:`numpy.log10` of one more puts them."""
    counts = [0, *(10**power for power in range(len(str(highest))))]
    return [[(float(np.log10(1 + count)), count_text(count)) for count in counts]]
