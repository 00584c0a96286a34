"""Ranges of activations: against numpy, brute force, and the papers' formulas written out."""

import itertools

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.contract.methods import Observer
from engine.contract.recipe import QuantizeSpec
from engine.quantization.attach import activation_quantizers
from engine.quantization.histogram_observers import (
    ErrorObserver,
    PercentileObserver,
    divergences,
    entropy_range,
)
from engine.quantization.histograms import BINS, MagnitudeHistogram
from engine.quantization.observers import OBSERVERS, MovingAverageObserver
from engine.quantization.observing import FOLLOW_RATE, RangeForm, RangeObserver
from tests.engine.networks import compress, make_network, some_inputs

HISTOGRAMS = (Observer.PERCENTILE, Observer.MSE, Observer.ENTROPY)


def heavy_tailed(count: int, seed: int = 0) -> Tensor:
    """A few values lie far out, as activations do."""
    return torch.randn(count, generator=torch.Generator().manual_seed(seed)) ** 3


def observed(name: Observer, *batches: Tensor, form: RangeForm | None = None) -> RangeObserver:
    observer = OBSERVERS[name](form or RangeForm())
    for batch in batches:
        observer.observe(batch, is_training=False)
    observer.settle()
    return observer


def ends(observer: RangeObserver) -> tuple[float, float]:
    return float(observer.low), float(observer.high)


def test_that_a_moving_average_follows_each_batch() -> None:
    """r ← r + 0.05 (r_batch − r) from the second batch on (Jacob 2018, section 3.1)."""
    batches = [heavy_tailed(50, seed) for seed in range(4)]
    low, high = batches[0].numpy().min(), batches[0].numpy().max()
    for batch in batches[1:]:
        low += FOLLOW_RATE * (batch.numpy().min() - low)
        high += FOLLOW_RATE * (batch.numpy().max() - high)
    assert ends(observed(Observer.MOVING_AVERAGE, *batches)) == pytest.approx((low, high), rel=1e-6)
    assert ends(MovingAverageObserver()) == (0, 0)


@pytest.mark.parametrize("name", HISTOGRAMS)
def test_that_the_order_and_size_of_batches_do_not_matter(name: Observer) -> None:
    values = heavy_tailed(3000)
    pieces = [values[:1], values[1:7].view(2, 3), values[7:2000], values[2000:].view(10, 100)]
    wanted = ends(observed(name, values))
    assert wanted[0] < 0 < wanted[1]
    for order in itertools.permutations(pieces):
        assert ends(observed(name, *order)) == wanted


def test_that_a_histogram_equals_numpys_at_any_size() -> None:
    values = torch.cat([heavy_tailed(5000) * 1e-3, torch.zeros(7), torch.tensor([-0.0, float("inf")])])
    histogram = MagnitudeHistogram()
    histogram.add(torch.full((2, 2), 1e-6))
    for part in values.split(100):
        histogram.add(part)
    x = torch.cat([values[:-1], torch.full((4,), 1e-6)]).numpy()
    largest = float(np.abs(x).max())
    assert largest <= float(histogram.bound) < 2 * largest
    for row, part in zip(histogram.counts, (x[x > 0], -x[x < 0]), strict=True):
        # numpy's bins are open above, as these are.
        wanted = np.bincount((part / (float(histogram.bound) / BINS)).astype(int), minlength=BINS)
        assert row.tolist() == wanted.tolist()
    assert int(histogram.zeros) == 8


def test_that_a_histogram_of_zeros_and_of_nothing_gives_an_empty_range() -> None:
    for name in HISTOGRAMS:
        assert ends(observed(name)) == (0, 0)
        assert ends(observed(name, torch.zeros(3), torch.zeros(0))) == (0, 0)
        assert ends(observed(name, torch.tensor([0.0, 3.0]))) == pytest.approx((0, 3), rel=0.05)


@pytest.mark.parametrize("percentile", [90.0, 99.0, 99.9])
@pytest.mark.parametrize("is_rectified", [False, True])
def test_that_percentiles_are_numpys(percentile: float, is_rectified: bool) -> None:
    values = heavy_tailed(20_000)
    values = values.relu() if is_rectified else values
    observer = PercentileObserver(RangeForm(percentile=percentile))
    observer.observe(values, is_training=False)
    observer.settle()
    low, high = np.percentile(values.numpy(), [100 - percentile, percentile])
    # Within a bin, or within the gap between two neighbours in the tail.
    assert float(observer.high) == pytest.approx(high, rel=0.01)
    assert float(observer.low) == pytest.approx(low, rel=0.01)


def mean_squared_error(values: np.ndarray, low: float, high: float, steps: int) -> float:
    scale = (high - low) / steps
    zero = np.round(-low / scale)
    rounded = scale * (np.clip(np.round(values / scale) + zero, 0, steps) - zero)
    return float(((rounded - values) ** 2).mean())


@pytest.mark.parametrize(("steps", "is_rectified"), [(15, False), (255, True), (3, True)])
def test_that_no_range_of_a_fine_grid_has_a_much_smaller_error(steps: int, is_rectified: bool) -> None:
    values = heavy_tailed(3000)
    values = values.relu() if is_rectified else values
    observer = ErrorObserver(RangeForm(steps=steps))
    observer.observe(values, is_training=False)
    observer.settle()
    x = values.double().numpy()
    lows = [0.0] if is_rectified else np.linspace(0.02, 1, 50) * x.min()
    best = min(
        mean_squared_error(x, low, high, steps) for low in lows for high in np.linspace(0.01, 1, 60) * x.max()
    )
    found = mean_squared_error(x, *ends(observer), steps)
    assert found <= 1.03 * best
    assert found < 0.9 * mean_squared_error(x, x.min(), x.max(), steps) or steps == 255


def divergence(counts: np.ndarray, kept: int, levels: int) -> float:
    """Migacz 2017, slide 39, bin by bin."""
    p = counts[:kept].astype(float)
    p[-1] += counts[kept:].sum()
    q = np.zeros(kept)
    for level in range(levels):
        start, end = level * kept // levels, (level + 1) * kept // levels
        is_filled = p[start:end] > 0
        if is_filled.any():
            q[start:end][is_filled] = counts[start:end].sum() / is_filled.sum()
    p, q = p / p.sum(), q / q.sum()
    with np.errstate(divide="ignore"):
        return float(np.sum(p[p > 0] * np.log(p[p > 0] / q[p > 0])))


def test_that_divergences_are_those_of_the_formula() -> None:
    histogram = MagnitudeHistogram()
    histogram.add(heavy_tailed(4000))
    counts = histogram.counts.sum(0).double()
    sizes = torch.arange(128, BINS + 1, 97)
    found = divergences(counts, sizes, 128).numpy()
    wanted = [divergence(counts.numpy(), int(kept), 128) for kept in sizes]
    assert np.isfinite(wanted).any()
    assert np.allclose(found, wanted, rtol=1e-9, atol=1e-12)


def test_that_the_entropy_range_has_the_least_divergence_and_leaves_outliers_out() -> None:
    values = torch.cat([heavy_tailed(20_000).abs().clamp(max=4), torch.tensor([64.0])])
    histogram = MagnitudeHistogram()
    histogram.add(values)
    low, high = entropy_range(histogram, RangeForm(steps=15))
    counts = histogram.counts[0].numpy()
    last = int(counts.nonzero()[0][-1]) + 1
    best = min(range(16, last + 1, 1), key=lambda kept: divergence(counts, kept, 16))
    assert float(low) == 0
    assert float(high) == pytest.approx(best * histogram.width)
    assert float(high) < 10


@pytest.mark.parametrize("name", list(Observer))
def test_that_training_follows_each_batchs_own_range(name: Observer) -> None:
    first, second = heavy_tailed(500, 1), heavy_tailed(500, 2)
    observer = observed(name, first)
    before = ends(observer)
    observer.observe(second, is_training=True)
    wanted = ends(observed(name, second))
    for found, old, new in zip(ends(observer), before, wanted, strict=True):
        assert found == pytest.approx(old + FOLLOW_RATE * (new - old), rel=1e-5)


@pytest.mark.parametrize("name", list(Observer))
def test_that_an_observer_goes_on_from_its_checkpoint(name: Observer) -> None:
    first, second = heavy_tailed(300, 1), heavy_tailed(300, 2) * 9
    resumed = OBSERVERS[name](RangeForm())
    resumed.load_state_dict(observed(name, first).state_dict())
    resumed.observe(second, is_training=False)
    resumed.settle()
    assert ends(resumed) == ends(observed(name, first, second))


@pytest.mark.parametrize("name", list(Observer))
def test_that_a_model_is_calibrated_by_the_recipes_observer(name: Observer) -> None:
    network, shape = make_network("residual")
    model = compress(network, shape, quantize=QuantizeSpec(observer=name, percentile=95.0))
    model.attach_quantizers()
    inputs = some_inputs(shape)
    model.calibrate([inputs])
    assert isinstance(model.module, torch.fx.GraphModule)
    quantizer = activation_quantizers(model.module)["x"]
    wanted = observed(name, inputs, form=RangeForm(percentile=95.0))
    assert ends(quantizer.observer) == ends(wanted)
