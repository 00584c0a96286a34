"""Plots that wear the theme: no frame, quiet axes, a faint grid."""

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QFont, QGuiApplication, QPen

from gui.theme import current_theme, theme_signals


class ThemedPlot(pg.PlotWidget):  # type: ignore[misc]  # pyqtgraph has no types
    """A plot that follows the theme; override :meth:`restyle` to recolour curves."""

    def __init__(self, **options: object) -> None:
        super().__init__(**options)
        self.setMenuEnabled(False)
        self.hideButtons()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFrameShape(self.Shape.NoFrame)
        self.showGrid(x=False, y=True, alpha=0.12)
        self.restyle()
        theme_signals().changed.connect(self.restyle)

    def close(self) -> bool:
        """Qt's hook: pyqtgraph takes a closed plot apart, so that it cannot be restyled any more."""
        theme_signals().changed.disconnect(self.restyle)
        return bool(super().close())

    def restyle(self) -> None:
        """Takes the colours of the theme of now."""
        theme = current_theme()
        self.setBackground(theme.surface)
        small = QFont(self.font())
        small.setPixelSize(11)
        for side in ("left", "bottom"):
            axis = self.getAxis(side)
            axis.setPen(pg.mkPen(theme.border_strong))
            axis.setTextPen(pg.mkPen(theme.text_muted))
            axis.setStyle(tickLength=-4, tickFont=small, tickTextOffset=6)


def line_pen(colour: str, width: float = 2.0) -> QPen:
    """A pen for curves, as wide at every zoom."""
    application = QGuiApplication.instance()
    # A cosmetic pen counts the screen's own pixels, of which a sharp screen has more.
    scale = application.devicePixelRatio() if isinstance(application, QGuiApplication) else 1.0
    pen = QPen(QColor(colour), width * scale)
    pen.setCosmetic(True)
    return pen


def fill_brush(colour: str, opacity: float = 0.25) -> QBrush:
    """A translucent brush of a theme's colour."""
    filled = QColor(colour)
    filled.setAlphaF(opacity)
    return QBrush(filled)
