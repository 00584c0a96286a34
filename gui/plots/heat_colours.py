"""The colours of a heat map: calm for what is borne, alarming for what is not, in light and in dark."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from gui.theme import Scheme, Theme

Bytes = NDArray[np.uint8]
STOPS = (0.0, 0.25, 0.6, 1.0)
_COLOURS = {
    Scheme.LIGHT: ("#dcefe5", "#f7eabf", "#eb9d62", "#a8321f"),
    Scheme.DARK: ("#1f4232", "#57491d", "#a75f2c", "#e4705a"),
}
_DARK_TEXT, _LIGHT_TEXT = "#141816", "#ffffff"
# Where both have the same contrast.
_HALFWAY = 0.19


def colours_of(theme: Theme) -> tuple[str, ...]:
    """The colours at :data:`STOPS`."""
    return _COLOURS[theme.scheme]


def coloured(harms: NDArray[np.float64], theme: Theme) -> Bytes:
    """Each number between 0 and 1 as red, green and blue; what is not a number in the colour of an empty cell."""
    stops = np.array([_rgb(colour) for colour in colours_of(theme)])
    clean = np.nan_to_num(harms)
    mixed = np.stack([np.interp(clean, STOPS, stops[:, part]) for part in range(3)], axis=-1)
    mixed[np.isnan(harms)] = _rgb(theme.raised)
    result: Bytes = np.rint(mixed).astype(np.uint8)
    return result


def text_on(colour: QColor) -> QColor:
    """Black or white, whichever is read better on ``colour``: by relative luminance (WCAG 2.1)."""
    red, green, blue = (_linear(part) for part in (colour.redF(), colour.greenF(), colour.blueF()))
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return QColor(_DARK_TEXT if luminance > _HALFWAY else _LIGHT_TEXT)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _rgb(colour: str) -> tuple[int, int, int]:
    shown = QColor(colour)
    return shown.red(), shown.green(), shown.blue()
