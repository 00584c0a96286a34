"""Figures as people read them; what is not known is a dash."""

UNKNOWN = "–"
_UNITS = ("bytes", "KB", "MB", "GB")


def size_text(size_bytes: int | None) -> str:
    """A length in decimal units.

    >>> size_text(87_340)
    '87.3 KB'
    """
    if size_bytes is None:
        return UNKNOWN
    value, unit = float(size_bytes), 0
    while value >= 1000 and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{size_bytes} bytes" if unit == 0 else f"{value:.1f} {_UNITS[unit]}"


def count_text(count: int | None) -> str:
    """A count with its thousands parted.

    >>> count_text(21840)
    '21,840'
    """
    return UNKNOWN if count is None else f"{count:,}"


def share_text(share: float | None) -> str:
    """A share as percent: 0.9833 is ``98.33 %``."""
    return UNKNOWN if share is None else f"{share:.2%}".replace("%", " %")


def number_text(value: float | None) -> str:
    """A number with four significant digits."""
    return UNKNOWN if value is None else f"{value:.4g}"


def decibels_text(value: float | None) -> str:
    """A ratio of signal to noise."""
    return UNKNOWN if value is None else f"{value:.1f} dB"


def milliseconds_text(value: float | None) -> str:
    """A latency with three significant digits."""
    return UNKNOWN if value is None else f"{value:.3g} ms"


def ratio_text(ratio: float | None) -> str:
    """Before ÷ after: 3.4166 is ``3.42×``."""
    return UNKNOWN if ratio is None else f"{ratio:.2f}×"


def points_text(change: float | None) -> str:
    """A change of a share, in points with its sign: −0.0028 is ``−0.28 pt``."""
    return UNKNOWN if change is None else f"{100 * change:+.2f} pt".replace("-", "−")


def seconds_text(seconds: float) -> str:
    """A duration: ``8.4 s``, ``2 min 05 s``."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s"


def shape_text(shape: tuple[int, ...]) -> str:
    """A shape: ``10 × 1 × 5 × 5``; of what is gone a dash."""
    return " × ".join(map(str, shape)) or "–"


def visible(text: str) -> str:
    r"""Text with what acts unseen (escape codes, changes of direction) spelled out; line breaks stay.

    Names of layers and files come from strangers.

    >>> visible("conv\x1b[2J")
    'conv\\u001b[2J'
    """
    return "".join(char if char.isprintable() or char == "\n" else f"\\u{ord(char):04x}" for char in text)
