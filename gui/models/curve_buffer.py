"""Points of a live curve: appended one by one in amortised constant time, read thinned out for drawing."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
DRAWN_POINTS = 5_000
_FIRST_CAPACITY = 256


class CurveBuffer:
    """Pairs of (x, y) with x never going back.

    >>> buffer = CurveBuffer()
    >>> buffer.append(1, 0.5)
    >>> buffer.points()
    (array([1.]), array([0.5]))
    """

    def __init__(self) -> None:
        self._x: Floats = np.empty(_FIRST_CAPACITY)
        self._y: Floats = np.empty(_FIRST_CAPACITY)
        self._length = 0

    def __len__(self) -> int:
        return self._length

    @property
    def last(self) -> float | None:
        """The newest y, None while there is none."""
        return float(self._y[self._length - 1]) if self._length else None

    def append(self, x: float, y: float) -> None:
        """Adds one point at the end."""
        if self._length == len(self._x):
            self._x = np.concatenate([self._x, np.empty_like(self._x)])
            self._y = np.concatenate([self._y, np.empty_like(self._y)])
        self._x[self._length] = x
        self._y[self._length] = y
        self._length += 1

    def cut_after(self, x: float) -> None:
        """Forgets the points beyond ``x``, as a resumed run walks them again."""
        self._length = int(np.searchsorted(self._x[: self._length], x, side="right"))

    def clear(self) -> None:
        """Forgets all points."""
        self._length = 0

    def points(self, limit: int = DRAWN_POINTS) -> tuple[Floats, Floats]:
        """All points; past ``limit`` the lowest and highest of each run of neighbours, so no peak is lost."""
        x, y = self._x[: self._length], self._y[: self._length]
        if self._length <= limit:
            return x.copy(), y.copy()
        kept = _extremes(y, limit // 2)
        return x[kept], y[kept]


def _extremes(y: Floats, buckets: int) -> NDArray[np.intp]:
    """The places of the lowest and highest value in each of ``buckets`` runs, in order, each once."""
    width = -(-len(y) // buckets)
    padding = -len(y) % width
    rows = np.pad(y, (0, padding), mode="edge").reshape(-1, width)
    starts = np.arange(len(rows)) * width
    places = np.concatenate([starts + rows.argmin(axis=1), starts + rows.argmax(axis=1)])
    return np.unique(np.minimum(places, len(y) - 1))
