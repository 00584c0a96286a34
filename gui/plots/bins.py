"""How many bins of a histogram a reader can make something of."""

from engine.contract.stats import Histogram

_LEAST_BINS = 16
_LEAST_IN_A_BIN = 8


def readable(histogram: Histogram) -> Histogram:
    """The same counts in fewer, wider bins where there are too few values for all: single ones look like a comb.

    >>> len(readable(Histogram(edges=tuple(range(65)), counts=(1,) * 64)).counts)
    16
    """
    edges, counts = histogram.edges, histogram.counts
    while (
        len(counts) >= 2 * _LEAST_BINS
        and len(counts) % 2 == 0
        and sum(counts) < _LEAST_IN_A_BIN * len(counts)
    ):
        edges, counts = edges[::2], tuple(sum(pair) for pair in zip(counts[::2], counts[1::2], strict=True))
    return Histogram(edges=edges, counts=counts)
