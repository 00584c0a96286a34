"""The smallest and the largest weight of each output channel, as bars between the two."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QSize

from engine.contract.stats import ChannelRanges
from gui.plots.plot_theme import ThemedPlot, fill_brush, line_pen
from gui.theme import current_theme

_NOTHING = ChannelRanges(low=(0.0,), high=(0.0,))


class ChannelRangesPlot(ThemedPlot):
    """One standing item with a bar for each channel, or for a few neighbours, from left to right."""

    def __init__(self) -> None:
        self._bars: pg.BarGraphItem | None = None
        super().__init__()
        self._bars = pg.BarGraphItem(x0=[0.0], x1=[1.0], y0=[0.0], y1=[0.0])
        self.addItem(self._bars)
        self.setMouseEnabled(x=False, y=False)
        self.restyle()

    def set_ranges(self, ranges: ChannelRanges | None) -> None:
        """Shows another layer's channels; None clears the plot."""
        assert self._bars is not None
        shown = ranges if ranges is not None and ranges.low else _NOTHING
        edges = np.arange(len(shown.low) + 1, dtype=float) * shown.together
        low, high = np.asarray(shown.low, dtype=float), np.asarray(shown.high, dtype=float)
        self._bars.setOpts(x0=edges[:-1], x1=edges[1:], y0=low, y1=high)
        self.setXRange(0, float(edges[-1]), padding=0.02)
        lowest, highest = min(0.0, float(low.min())), max(0.0, float(high.max()))
        room = 0.06 * max(highest - lowest, 1e-9)
        self.setYRange(lowest - room, highest + room, padding=0)

    def spans(self) -> tuple[tuple[float, float], ...]:
        """The lower and the upper end of each bar."""
        assert self._bars is not None
        return tuple(zip(self._bars.opts["y0"].tolist(), self._bars.opts["y1"].tolist(), strict=True))

    def sizeHint(self) -> QSize:
        """Qt's hook: small, as it grows into what room there is."""
        return QSize(240, 140)

    def restyle(self) -> None:
        """Takes the colours of the theme of now."""
        super().restyle()
        if self._bars is not None:
            accent = current_theme().accent
            self._bars.setOpts(pen=line_pen(accent, 0.8), brush=fill_brush(accent, 0.45))
