"""What layers bear, as curves: the score over the pruning ratio or over the bits."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pyqtgraph as pg
from PySide6.QtCore import QSize, Qt

from gui.models.sensitivity_grid import BITS
from gui.plots.curves import FormattedAxis
from gui.plots.plot_theme import ThemedPlot, line_pen
from gui.theme import current_theme


@dataclass(frozen=True)
class Curve:
    """Scores of one layer; ``series`` picks the colour, channels are dashed where weights are solid."""

    points: tuple[tuple[float, float], ...]
    series: int = 0
    is_dashed: bool = False


class SensitivityCurves(ThemedPlot):
    """Standing lines, made when first needed; ``is_over_bits`` puts bits on the lower axis, from many to few."""

    def __init__(self, write: Callable[[float], str], *, is_over_bits: bool = False) -> None:
        self._lines: list[pg.PlotDataItem] = []
        self._shown: tuple[Curve, ...] = ()
        self._limit: pg.InfiniteLine | None = None
        self._is_over_bits = is_over_bits
        super().__init__(axisItems={"left": FormattedAxis("left", write)})
        self._limit = pg.InfiniteLine(angle=0, movable=False)
        self._limit.setVisible(False)
        self.addItem(self._limit)
        self.setMouseEnabled(x=False, y=False)
        self._set_ticks()
        self.restyle()

    def _set_ticks(self) -> None:
        ticks = (
            [(float(place), f"{bits:.0f}") for place, bits in enumerate(BITS)]
            if self._is_over_bits
            else [(round(0.2 * step, 1), f"{20 * step} %") for step in range(5)]
        )
        self.getAxis("bottom").setTicks([ticks])
        low, high = (-0.2, len(BITS) - 0.8) if self._is_over_bits else (0.0, 0.95)
        self.setXRange(low, high, padding=0)

    def show_curves(self, curves: Sequence[Curve], limit: float | None = None) -> None:
        """Shows other curves; ``limit`` is the lowest score that is borne, None where there is none."""
        self._shown = tuple(curves)
        while len(self._lines) < len(self._shown):
            self._lines.append(self.plot([], []))
        for line, curve in zip(self._lines, self._shown, strict=False):
            x = [self._place(setting) for setting, _ in curve.points]
            line.setData(x, [score for _, score in curve.points])
        for line in self._lines[len(self._shown) :]:
            line.setData([], [])
        assert self._limit is not None
        self._limit.setVisible(limit is not None and bool(self._shown))
        if limit is not None:
            self._limit.setPos(limit)
        self._colour()
        self._frame(limit)

    def points(self, number: int) -> tuple[tuple[float, float], ...]:
        """Where a curve is drawn."""
        x, y = self._lines[number].getData()
        return tuple(zip(x.tolist(), y.tolist(), strict=True)) if x is not None else ()

    def _place(self, setting: float) -> float:
        return float(BITS.index(setting)) if self._is_over_bits else setting

    def _frame(self, limit: float | None) -> None:
        scores = [score for curve in self._shown for _, score in curve.points]
        scores += [limit] if limit is not None and scores else []
        low, high = (min(scores), max(scores)) if scores else (0.0, 1.0)
        room = 0.08 * max(high - low, 1e-3)
        self.setYRange(low - room, high + room, padding=0)

    def sizeHint(self) -> QSize:
        """Qt's hook: small, as it grows into what room there is."""
        return QSize(240, 140)

    def restyle(self) -> None:
        """Takes the colours of the theme of now."""
        super().restyle()
        self._colour()

    def _colour(self) -> None:
        theme = current_theme()
        if self._limit is not None:
            pen = line_pen(theme.text_muted, 1.0)
            pen.setStyle(Qt.PenStyle.DotLine)
            self._limit.setPen(pen)
        for line, curve in zip(self._lines, self._shown, strict=False):
            colour = theme.series[curve.series % len(theme.series)]
            pen = line_pen(colour)
            pen.setStyle(Qt.PenStyle.DashLine if curve.is_dashed else Qt.PenStyle.SolidLine)
            line.setPen(pen)
            line.setSymbol("o")
            line.setSymbolSize(5)
            line.setSymbolBrush(pg.mkBrush(colour))
            line.setSymbolPen(None)
