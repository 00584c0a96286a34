import numpy as np

from engine.contract.stats import Histogram
from gui.plots.bins import readable


def test_that_few_values_are_shown_in_few_bins_and_none_is_lost():
    values = np.random.default_rng(0).normal(size=260)
    counts, edges = np.histogram(values, 256)

    shown = readable(Histogram(edges=tuple(edges), counts=tuple(counts)))

    wanted, wider = np.histogram(values, 32)
    assert shown.counts == tuple(wanted)
    np.testing.assert_allclose(shown.edges, wider)


def test_that_many_values_keep_all_their_bins():
    histogram = Histogram(edges=tuple(range(257)), counts=(8,) * 256)
    assert readable(histogram) == histogram
