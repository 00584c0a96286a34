"""What a layer's weights are like: range, spread, zeros, dead channels, histogram."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.contract.stats import Histogram, LayerStats

_OTHER_BITS = 32
_EXACT_COUNT = 2**24


@dataclass(frozen=True, kw_only=True)
class WeightFacts:
    """Numbers of one weight; None where it has no finite element.

    Attributes:
        std: of the population, as numpy's.
        sparsity: share of zeros.
        channels: slices along the output axis, None for vectors.
        dead_channels: those that are all zero.
    """

    min: float | None
    max: float | None
    mean: float | None
    std: float | None
    sparsity: float
    channels: int | None
    dead_channels: int


def histogram_of(weight: Tensor, bins: int = 64) -> Histogram:
    """Counts of the finite elements in ``bins`` equal steps from the smallest to the largest.

    >>> histogram_of(torch.tensor([0.0, 1.0, 1.0]), bins=2)
    Histogram(edges=(0.0, 0.5, 1.0), counts=(1, 2))
    """
    values = _finite(weight)
    low, high = (float(value) for value in values.aminmax()) if len(values) else (0.0, 0.0)
    if low == high:
        low, high = low - 0.5, high + 0.5
    # histc counts in float32, which cannot go past 2^24.
    parts = [torch.histc(part, bins, low, high).long() for part in torch.split(values, _EXACT_COUNT)]
    counts = torch.stack(parts).sum(dim=0)
    edges = torch.linspace(low, high, bins + 1, dtype=torch.float64)
    return Histogram(edges=tuple(edges.tolist()), counts=tuple(counts.tolist()))


def weight_facts(weight: Tensor, *, output_axis: int = 0) -> WeightFacts:
    """Measures one weight; what is not finite is left out of range, mean and spread."""
    values = _finite(weight)
    dead, channels = 0, None
    if weight.dim() > 1:
        channels = weight.shape[output_axis]
        dead = channels - int(weight.detach().ne(0).movedim(output_axis, 0).flatten(1).any(dim=1).sum())
    zeros = weight.numel() - int(weight.detach().count_nonzero())
    low, high = values.aminmax() if len(values) else (None, None)
    return WeightFacts(
        min=None if low is None else float(low),
        max=None if high is None else float(high),
        mean=float(values.mean()) if len(values) else None,
        std=float(values.std(correction=0)) if len(values) else None,
        sparsity=zeros / max(weight.numel(), 1),
        channels=channels,
        dead_channels=dead,
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
        histogram=histogram_of(weight),
        prunable=prunable,
        locked_because=locked_because,
        group=group,
        **vars(weight_facts(weight, output_axis=output_axis)),
    )


def _finite(weight: Tensor) -> Tensor:
    """The elements as a flat float32 vector, without NaN and infinity."""
    flat = weight.detach().float().flatten()
    # The range is not finite where any element is not, and costs a tenth of asking each of them.
    is_whole = len(flat) > 0 and math.isfinite(sum(map(float, flat.aminmax())))
    return flat if is_whole else flat[flat.isfinite()]
