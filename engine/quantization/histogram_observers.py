"""Observers that choose a range from the histogram of all values of the calibration.

In training each batch has its range by the same rule, from its own histogram, and the range follows it slowly.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from engine.quantization.histograms import BINS, MagnitudeHistogram
from engine.quantization.observing import RangeForm, RangeObserver

Range = tuple[Tensor, Tensor]
Rule = Callable[[MagnitudeHistogram, RangeForm], Range]
SEARCH_POINTS = 16
SEARCH_ROUNDS = 3


class HistogramObserver(RangeObserver):
    """The base: a rule makes a range of a histogram."""

    histogram: MagnitudeHistogram
    rule: Rule

    def __init__(self, form: RangeForm | None = None) -> None:
        super().__init__(form)
        self.histogram = MagnitudeHistogram()

    def take_in(self, values: Tensor) -> None:
        """Counts the batch's values."""
        self.histogram.add(values)

    def settle(self) -> None:
        """Sets the range by the rule."""
        low, high = type(self).rule(self.histogram, self.form)
        self.low.copy_(low)
        self.high.copy_(high)

    def range_of(self, values: Tensor) -> Range:
        """Of one batch, by the same rule."""
        own = MagnitudeHistogram().to(values.device)
        own.add(values)
        return type(self).rule(own, self.form)


def percentile_range(histogram: MagnitudeHistogram, form: RangeForm) -> Range:
    """The two values that a share of ``percentile`` lies below, and above, among all values, zeros included.

    Within a bin values are taken to lie evenly; zero lies in every range.
    """
    counts = torch.cat([histogram.counts[1].flip(0), histogram.zeros.view(1), histogram.counts[0]]).double()
    edges = torch.arange(-BINS, BINS + 1, device=counts.device, dtype=torch.float64) * histogram.width
    starts, ends = (
        torch.cat([edges[: BINS + 1], edges[BINS:-1]]),
        torch.cat([edges[1 : BINS + 1], edges[BINS:]]),
    )
    reached = counts.cumsum(0)

    def value_at(share: float) -> Tensor:
        rank = reached[-1] * share
        place = int(torch.searchsorted(reached, rank).clamp(max=len(counts) - 1))
        part = (rank - (reached[place] - counts[place])) / counts[place].clamp_min(1)
        return torch.lerp(starts[place], ends[place], part.clamp(0, 1)).to(histogram.low.dtype)

    share = form.percentile / 100
    low, high = value_at(1 - share), value_at(share)
    return torch.maximum(low, histogram.low).clamp_max(0), torch.minimum(high, histogram.high).clamp_min(0)


def least_error_range(histogram: MagnitudeHistogram, form: RangeForm) -> Range:
    """The range whose grid has the least mean squared error, of rounding and of clipping together.

    Both ends are searched over 16 shares each of the range that was seen, then twice more around the best.
    """
    values, counts = histogram.filled()
    if not len(values):
        return histogram.low, histogram.high
    low_share, high_share, step = torch.tensor(0.5), torch.tensor(0.5), 0.5
    for _ in range(SEARCH_ROUNDS):
        offsets = torch.linspace(-step, step, SEARCH_POINTS + 1)
        shares = [
            (share + offsets).clamp(1 / 256, 1) if float(end) else share.view(1)
            for share, end in ((low_share, histogram.low), (high_share, histogram.high))
        ]
        pairs = torch.cartesian_prod(*shares).to(values.device)
        errors = _rounding_errors(
            values, counts, ends=(histogram.low * pairs[:, 0], histogram.high * pairs[:, 1]), steps=form.steps
        )
        low_share, high_share = pairs[int(errors.argmin())].cpu()
        step /= SEARCH_POINTS / 2
    return histogram.low * low_share, histogram.high * high_share


def _rounding_errors(values: Tensor, counts: Tensor, *, ends: Range, steps: int) -> Tensor:
    """The sum of squared errors of each range, (ranges,), with the grid that the quantizer itself would have."""
    low, high = (end.unsqueeze(1) for end in ends)
    scale = ((high - low) / steps).clamp_min(1e-30)
    zero = (-low / scale).round().clamp(0, steps)
    rounded = ((values / scale).round_().add_(zero).clamp_(0, steps) - zero) * scale
    return rounded.sub_(values).square_().double() @ counts.double()


def entropy_range(histogram: MagnitudeHistogram, form: RangeForm) -> Range:
    """The threshold whose levels tell the distribution of magnitudes best (Migacz 2017, TensorRT's calibration).

    For each number of bins i kept: P is the histogram's first i bins, with all beyond them added to the last; Q is
    the same bins without those beyond, merged into as many groups as the grid has levels of one sign, and spread out
    again evenly over the bins of each group that are not empty in P. The i with the least KL(P ‖ Q) is taken. Where
    no value is negative, the grid gives all its levels to the positive ones.
    """
    levels = form.steps + 1 if float(histogram.low) == 0 else (form.steps + 1) // 2
    counts = histogram.counts.sum(0).double()
    filled = counts.nonzero()
    if not len(filled) or int(filled[-1]) + 1 <= levels:
        return histogram.low, histogram.high
    sizes = torch.arange(levels, int(filled[-1]) + 2, device=counts.device)
    kept = int(sizes[divergences(counts, sizes, levels).argmin()])
    threshold = torch.tensor(kept * histogram.width, device=counts.device)
    return torch.maximum(histogram.low, -threshold), torch.minimum(histogram.high, threshold)


def divergences(counts: Tensor, sizes: Tensor, levels: int) -> Tensor:
    """KL(P ‖ Q) for each number of bins kept, (sizes,), float64; infinite where Q is empty and P is not.

    All bins of one group have the same Q, so sums over groups do, and cumulative sums give those.
    """
    total = counts.sum()
    sums = torch.cat([counts.new_zeros(1), counts.cumsum(0)])
    filled = torch.cat([counts.new_zeros(1), (counts > 0).double().cumsum(0)])
    logs = torch.cat([counts.new_zeros(1), torch.xlogy(counts, counts).cumsum(0)])
    edges = torch.arange(levels + 1, device=counts.device) * sizes.unsqueeze(1) // levels
    inside = sums[edges].diff()
    bins = filled[edges].diff()
    last, beyond = counts[sizes - 1], total - sums[sizes]
    bins[:, -1] += (last == 0) & (beyond > 0)
    mass = inside.clone()
    mass[:, -1] += beyond
    entropy = logs[sizes] - torch.xlogy(last, last) + torch.xlogy(last + beyond, last + beyond)
    # Q is made of the values inside and has to be brought to a sum of one, as P has.
    spread = inside / bins.clamp_min(1) / sums[sizes].unsqueeze(1)
    cross = torch.xlogy(mass, spread).sum(1)
    found = (entropy - torch.xlogy(total, total)) / total - cross / total
    return found.nan_to_num(nan=torch.inf, posinf=torch.inf)


class PercentileObserver(HistogramObserver):
    """Leaves the outermost values out, by their share."""

    rule = staticmethod(percentile_range)


class ErrorObserver(HistogramObserver):
    """The range with the least mean squared error."""

    rule = staticmethod(least_error_range)


class EntropyObserver(HistogramObserver):
    """The range that keeps most of what the distribution tells."""

    rule = staticmethod(entropy_range)
