"""Numbers as people read them: three significant digits, a unit, a dash where nothing is known."""

import math

UNKNOWN = "–"
_COUNTS = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
_BYTES = ((1e9, "GB"), (1e6, "MB"), (1e3, "KB"))


def count_text(value: float | None) -> str:
    """A count with a decimal unit.

    >>> [count_text(value) for value in (7, 21_840, 11_689_512, None)]
    ['7', '21.8 k', '11.7 M', '–']
    """
    return _scaled(value, _COUNTS, "")


def bytes_text(value: float | None) -> str:
    """A length in decimal units, as file managers show it.

    >>> bytes_text(46_757_000)
    '46.8 MB'
    """
    return _scaled(value, _BYTES, " B")


def percent_text(share: float | None, digits: int = 1) -> str:
    """A share between 0 and 1.

    >>> percent_text(0.9722)
    '97.2 %'
    """
    return UNKNOWN if share is None else f"{100 * share:.{digits}f} %"


def ratio_text(ratio: float | None) -> str:
    """How many times.

    >>> [ratio_text(5.934), ratio_text(123.4)]
    ['5.93×', '123×']
    """
    return UNKNOWN if ratio is None else f"{_significant(ratio)}×"


def gain_text(ratio: float | None) -> str:
    """How many times better, or how many times worse: the words around it say which.

    >>> [gain_text(1.25), gain_text(0.8)]
    ['1.25×', '1.25×']
    """
    return ratio_text(1 / ratio if ratio and ratio < 1 else ratio)


def points_text(change: float | None) -> str:
    """A change of a share, in percentage points with its sign.

    >>> points_text(-0.0052)
    '−0.5'
    """
    return UNKNOWN if change is None else f"{100 * change:+.1f}".replace("-", "−")


def value_text(value: float | None) -> str:
    """A real number of any size.

    >>> [value_text(0.0123456), value_text(-1.5), value_text(3e-7)]
    ['0.0123', '−1.50', '3.00e−7']
    """
    if value is None:
        return UNKNOWN
    text = f"{value:.2e}".replace("e-0", "e-") if 0 < abs(value) < 1e-4 else _significant(value)
    return text.replace("-", "−")


def decibels_text(value: float | None) -> str:
    """A ratio of signal to noise.

    >>> decibels_text(14.25)
    '14.2 dB'
    """
    return UNKNOWN if value is None else f"{value:.1f} dB".replace("-", "−")


def cosine_text(value: float | None) -> str:
    """A cosine, with the digits in which layers differ.

    >>> cosine_text(0.99871)
    '0.9987'
    """
    return UNKNOWN if value is None else f"{value:.4f}".replace("-", "−")


def shape_text(shape: tuple[int, ...] | None) -> str:
    """A tensor's shape.

    >>> shape_text((64, 3, 7, 7))
    '64×3×7×7'
    """
    return "×".join(str(size) for size in shape) if shape else UNKNOWN


def clock_text(seconds: float) -> str:
    """A length of time, as on a clock.

    >>> [clock_text(7.4), clock_text(754), clock_text(3_725)]
    ['0:07', '12:34', '1:02:05']
    """
    minutes, rest = divmod(round(max(seconds, 0)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _scaled(value: float | None, units: tuple[tuple[float, str], ...], plain: str) -> str:
    if value is None:
        return UNKNOWN
    for size, unit in units:
        if abs(value) >= size:
            return f"{_significant(value / size)} {unit}"
    return f"{value:.0f}{plain}"


def _significant(value: float) -> str:
    """Three significant digits, zeros kept: 5.90, 46.8, 123."""
    whole_digits = math.floor(math.log10(abs(value))) if value else 0
    return f"{value:.{max(2 - whole_digits, 0)}f}"
