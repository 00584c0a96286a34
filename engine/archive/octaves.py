"""Counts as octaves: 0, 1, 2 to 3, 4 to 7 and so on, as few symbols for how full a row is."""

import numpy as np
from numpy.typing import NDArray

from engine.archive.coder import Symbols

OCTAVES = 40


def octaves_of(counts: NDArray[np.int64]) -> Symbols:
    """The octave of each count.

    >>> octaves_of(np.array([0, 1, 2, 3, 4, 7, 8])).tolist()
    [0, 1, 2, 2, 3, 3, 4]
    """
    return np.searchsorted(_STARTS, counts, "right").astype(np.int32)


def counts_of(octaves: Symbols) -> NDArray[np.int64]:
    """Twice the middle of each octave, a whole number.

    >>> counts_of(np.array([0, 1, 2, 3], np.int32)).tolist()
    [0, 2, 5, 11]
    """
    return _DOUBLED_MIDDLES[octaves]


_STARTS = 1 << np.arange(OCTAVES - 1, dtype=np.int64)
_DOUBLED_MIDDLES = np.concatenate([np.zeros(1, np.int64), 3 * _STARTS - 1])
