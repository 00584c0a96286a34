"""Live curves: points come in at any pace, standing lines are redrawn once a batch."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg

from gui.models.curve_buffer import CurveBuffer
from gui.plots.plot_theme import ThemedPlot, line_pen
from gui.theme import current_theme

# Smoothing a line of 1,200 points takes 40 ms, without it 5 ms: the window would stutter.
_SMOOTH_POINTS = 150
_AXIS_WIDTH = 58
_ROOM_ABOVE = 1.04


class FormattedAxis(pg.AxisItem):  # type: ignore[misc]  # pyqtgraph has no types
    """An axis whose numbers are written by a function."""

    def __init__(self, side: str, write: Callable[[float], str]) -> None:
        super().__init__(side)
        self._write = write
        self.enableAutoSIPrefix(False)
        # An axis that grows with its numbers moves the whole plot, and leaves them out until it is drawn again.
        self.setWidth(_AXIS_WIDTH)

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """The hook of pyqtgraph: the texts of the ticks."""
        return [self._write(value) for value in values]


class LiveCurves(ThemedPlot):
    """One line for each name, in the theme's series of colours; the last name is drawn on top.

    Args:
        names: of the lines.
        write: the text of a tick.
        most: no value is larger; None where there is no such limit.
    """

    def __init__(
        self, names: Sequence[str], write: Callable[[float], str], *, most: float | None = None
    ) -> None:
        self._buffers = {name: CurveBuffer() for name in names}
        self._lines: dict[str, Any] = {}
        self._changed: set[str] = set()
        self._most = most
        super().__init__(axisItems={"left": FormattedAxis("left", write)})
        self.setMouseEnabled(x=False, y=False)
        for name in names:
            line = self.plot([], [])
            line.setDownsampling(auto=True, method="peak")
            line.setClipToView(True)
            self._lines[name] = line
        self.restyle()

    def append(self, name: str, x: float, y: float) -> None:
        """Adds a point, which is drawn with the next :meth:`redraw`."""
        self._buffers[name].append(x, y)
        self._changed.add(name)

    def redraw(self) -> None:
        """Draws what was added; lines without news are left alone."""
        for name in self._changed:
            x, y = self._buffers[name].points()
            symbol = "o" if len(x) == 1 else None
            self._lines[name].setData(x, y, symbol=symbol, antialias=len(x) <= _SMOOTH_POINTS)
        if self._changed:
            self._frame()
        self._changed.clear()

    def _frame(self) -> None:
        """Follows the lines; where they are level, or there is a point at most, they stand above zero."""
        points = [buffer.points() for buffer in self._buffers.values()]
        across, upward = (np.concatenate([part[side] for part in points]) for side in (0, 1))
        if len(upward) > 1 and np.ptp(upward) > 0:
            self.enableAutoRange()
            return
        top = max([1e-9, *(2 * upward)]) if len(upward) else 1.0
        if self._most is not None:
            top = min(top, self._most * _ROOM_ABOVE)
        right = max([1.0, *across]) if len(across) > 1 else max([1.0, *(2 * across)])
        self.setRange(xRange=(0, right), yRange=(0, top), padding=0)

    def names(self) -> tuple[str, ...]:
        """The lines."""
        return tuple(self._buffers)

    def last(self, name: str) -> float | None:
        """The newest value of a line."""
        return self._buffers[name].last

    def length(self, name: str) -> int:
        """How many points a line has."""
        return len(self._buffers[name])

    def cut_after(self, x: float) -> None:
        """Forgets what lies beyond ``x``, as a resumed run walks it again."""
        for name, buffer in self._buffers.items():
            buffer.cut_after(x)
            self._changed.add(name)

    def clear_points(self) -> None:
        """Forgets all points."""
        for name, buffer in self._buffers.items():
            buffer.clear()
            self._changed.add(name)

    def restyle(self) -> None:
        """Takes the colours of the theme of now."""
        super().restyle()
        for line, colour in zip(self._lines.values(), current_theme().series, strict=False):
            line.setPen(line_pen(colour))
            line.setSymbolBrush(pg.mkBrush(colour))
            line.setSymbolPen(None)
            line.setSymbolSize(6)
