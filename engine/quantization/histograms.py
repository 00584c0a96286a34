"""A histogram of a stream of values, in bounded memory, that does not depend on the order of the stream.

Magnitudes below a power of two, the bound, are counted in 2048 even bins, positive and negative ones apart. A larger
value doubles the bound, and neighbouring bins become one. As all edges are dyadic, no count ever has to be divided.
"""

import math

import torch
from torch import Tensor, nn

BINS = 2048
DOUBLINGS = 11
"""So many doublings leave everything in the first bin."""


class MagnitudeHistogram(nn.Module):
    """Counts of values by size and sign; zeros, a level of every grid, are counted by themselves.

    ``counts`` (2, BINS), int64: positive values in row 0, negative ones in row 1.
    """

    counts: Tensor
    zeros: Tensor
    bound: Tensor
    low: Tensor
    high: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("counts", torch.zeros(2, BINS, dtype=torch.int64))
        self.register_buffer("zeros", torch.zeros((), dtype=torch.int64))
        self.register_buffer("bound", torch.zeros(()))
        self.register_buffer("low", torch.zeros(()))
        self.register_buffer("high", torch.zeros(()))

    def add(self, values: Tensor) -> None:
        """Counts values; those that are not finite are passed over."""
        values = values[values.isfinite()]
        if not values.numel():
            return
        low, high = torch.aminmax(values)
        torch.minimum(self.low, low, out=self.low)
        torch.maximum(self.high, high, out=self.high)
        self._make_room(float(torch.maximum(-low, high)))
        zeros = (values == 0).sum()
        if float(self.bound) > 0:
            places = (values.abs() * (BINS / self.bound)).long().clamp_(max=BINS - 1)
            places += BINS * (values < 0)
            self.counts += torch.bincount(places, minlength=2 * BINS).view(2, BINS)
            self.counts[0, 0] -= zeros
        self.zeros += zeros

    def _make_room(self, largest: float) -> None:
        if largest <= float(self.bound):
            return
        # Smaller bounds than this would make the width of a bin, a power of two, underflow.
        wanted = max(2.0 ** math.ceil(math.log2(largest)), 2.0**-100)
        if float(self.bound) > 0:
            for _ in range(min(round(math.log2(wanted / float(self.bound))), DOUBLINGS)):
                halves = self.counts.view(2, BINS // 2, 2).sum(2)
                self.counts.zero_()
                self.counts[:, : BINS // 2] = halves
        self.bound.fill_(wanted)

    @property
    def width(self) -> float:
        """Of one bin."""
        return float(self.bound) / BINS

    def filled(self) -> tuple[Tensor, Tensor]:
        """The middles of all bins that are not empty, with their sign, and their counts; zeros left out."""
        middles = (torch.arange(BINS, device=self.counts.device) + 0.5) * self.width
        middles = torch.stack([middles, -middles])
        is_filled = self.counts > 0
        return middles[is_filled], self.counts[is_filled]
