"""What a layer's weights are like: range, spread, zeros, dead channels, histogram."""

import math
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from engine.analysis.mapped import let_go
from engine.analysis.streaming import BINS, Spread, one_thread, pieces_of, spread_of
from engine.contract.stats import ChannelRanges, Histogram, LayerStats

_OTHER_BITS = 32
_MOST_RANGES = 128
_LEAST_WIDTH = 1e-30


@dataclass(frozen=True, kw_only=True)
class WeightFacts:
    """Numbers of one weight; None where it has no finite element.

    Attributes:
        std: of the population, as numpy's.
        kurtosis: 3 for a normal distribution.
        sparsity: share of zeros.
        channels: slices along the output axis, None for vectors.
        dead_channels: those that are all zero.
        ranges: of the channels.
    """

    min: float | None
    max: float | None
    mean: float | None
    std: float | None
    kurtosis: float | None
    sparsity: float
    channels: int | None
    dead_channels: int
    ranges: ChannelRanges | None
    histogram: Histogram


def histogram_of(weight: Tensor, bins: int = BINS) -> Histogram:
    """Counts of the finite elements in ``bins`` equal steps from the smallest to the largest, at most 256.

    >>> histogram_of(torch.tensor([0.0, 1.0, 1.0]), bins=2)
    Histogram(edges=(0.0, 0.5, 1.0), counts=(1, 2))
    """
    extremes = _extremes_of(weight.detach().reshape(1, -1), output_axis=0)
    return _histogram(*_spread(weight, extremes, bins=bins, is_read_only=False))


def weight_facts(weight: Tensor, *, output_axis: int = 0, is_read_only: bool = False) -> WeightFacts:
    """Measures one weight; what is not finite is left out of range, mean and spread.

    Args:
        weight: any shape, any real type.
        output_axis: along which its channels lie.
        is_read_only: see :func:`engine.analysis.streaming.pieces_of`.
    """
    with one_thread():
        return _facts_of(weight.detach(), output_axis, is_read_only=is_read_only)


def _facts_of(weight: Tensor, output_axis: int, *, is_read_only: bool) -> WeightFacts:
    extremes = _extremes_of(weight if weight.dim() > 1 else weight.reshape(1, -1), output_axis)
    low, high = extremes.low, extremes.high
    zeros = weight.numel() - int(weight.count_nonzero())
    if is_read_only:
        let_go(weight)
    spread, edges = _spread(weight, extremes, bins=BINS, is_read_only=is_read_only)
    is_known = bool((low <= high).any())
    return WeightFacts(
        min=float(low.min()) if is_known else None,
        max=float(high.max()) if is_known else None,
        mean=spread.mean if is_known else None,
        std=math.sqrt(spread.variance) if is_known else None,
        kurtosis=spread.kurtosis,
        sparsity=zeros / max(weight.numel(), 1),
        channels=len(low) if weight.dim() > 1 else None,
        dead_channels=int(((low == 0) & (high == 0)).sum()) if weight.dim() > 1 else 0,
        ranges=_ranges(low, high) if weight.dim() > 1 and is_known else None,
        histogram=_histogram(spread, edges),
    )


@dataclass(frozen=True, kw_only=True)
class _Extremes:
    """The smallest and largest finite value of each channel; (inf, -inf) for one that has none."""

    low: Tensor
    high: Tensor
    is_finite: bool


def _extremes_of(weight: Tensor, output_axis: int) -> _Extremes:
    if weight.numel() == 0:
        none = torch.full((weight.shape[output_axis],), math.inf)
        return _Extremes(low=none, high=-none, is_finite=True)
    axes = [axis for axis in range(weight.dim()) if axis != output_axis]
    low, high = weight.amin(dim=axes).float(), weight.amax(dim=axes).float()
    if bool((low.isfinite() & high.isfinite()).all()):
        return _Extremes(low=low, high=high, is_finite=True)
    known = weight.isfinite()
    return _Extremes(
        low=weight.float().where(known, math.inf).amin(dim=axes),
        high=weight.float().where(known, -math.inf).amax(dim=axes),
        is_finite=False,
    )


def _spread(
    weight: Tensor, extremes: _Extremes, *, bins: int, is_read_only: bool
) -> tuple[Spread, tuple[float, ...]]:
    """Moments and counts, and the edges that the counts lie between."""
    least, most = float(extremes.low.min()), float(extremes.high.max())
    if least > most:
        least = most = 0.0
    if most - least < _LEAST_WIDTH:
        least, most = least - 0.5, most + 0.5
    pieces = partial(pieces_of, weight, is_finite=extremes.is_finite, is_read_only=is_read_only)
    edges = torch.linspace(least, most, bins + 1, dtype=torch.float64)
    return spread_of(pieces, least, most, bins=bins), tuple(edges.tolist())


def _histogram(spread: Spread, edges: tuple[float, ...]) -> Histogram:
    return Histogram(edges=edges, counts=spread.counts)


def _ranges(low: Tensor, high: Tensor) -> ChannelRanges:
    """At most :data:`_MOST_RANGES` of them; neighbours share one where there are more channels."""
    together = -(-len(low) // _MOST_RANGES)
    lows, highs = torch.split(low, together), torch.split(high, together)
    return ChannelRanges(
        low=tuple(float(part.min()) for part in lows),
        high=tuple(float(part.max()) for part in highs),
        together=together,
    )


def layer_stats(  # noqa: PLR0913 - a row has as many columns
    name: str,
    kind: str,
    weight: Tensor,
    other_elements: int,
    *,
    macs: int | None,
    prunable: bool,
    locked_because: str | None,
    group: int | None,
    bits: int = 32,
    output_axis: int = 0,
    is_read_only: bool = False,
) -> LayerStats:
    """One row of the layer table.

    ``bits`` are those of the weight; ``other_elements`` of the layer, a bias or further matrices, take 32 in every
    file (int32 beside integer weights).
    """
    return LayerStats(
        name=name,
        kind=kind,
        shape=tuple(weight.shape),
        parameters=weight.numel() + other_elements,
        parameter_bytes=math.ceil((weight.numel() * bits + other_elements * _OTHER_BITS) / 8),
        macs=macs,
        prunable=prunable,
        locked_because=locked_because,
        group=group,
        **vars(weight_facts(weight, output_axis=output_axis, is_read_only=is_read_only)),
    )
