"""Weights that share a few values, trained with them (Han 2016, *Deep Compression*, section 3)."""

from typing import Any

import torch
from torch import Tensor, nn

from engine.quantization.coded import CodedWeight
from engine.quantization.weights import WeightForm, WeightQuantizer

ROUNDS = 30


class CodebookWeight(WeightQuantizer):
    """``2^bits`` values for all weights of a layer: 0, and the centroids of k-means, which are parameters.

    Each weight stands for the nearest value. The centroids begin evenly spaced from the smallest to the largest weight,
    as large weights matter most and are few (section 3.2), when rounding comes on; from then on they are trained by the
    gradients of their weights (equation 3). What is masked is 0, counts for no centroid and gives none a gradient.

    The paper keeps which weight belongs to which centroid; here weights go on learning beneath their values, as with
    other quantizers, so that one may come nearer to another centroid (docs/decisions.md).

    The parameter ``centroids`` (2^bits - 1,) is all zero until rounding comes on.
    """

    def __init__(self, form: WeightForm) -> None:
        super().__init__(form)
        self.centroids = nn.Parameter(torch.zeros(2**form.bits - 1))

    def code(self, weight: Tensor) -> CodedWeight:
        """A table that begins with 0, and places in it."""
        self._begin_(weight)
        table = self._table().detach()
        one = torch.ones(1, dtype=table.dtype, device=table.device)
        return CodedWeight(levels=nearest_places(weight, table), scale=one, table=table)

    def forward(self, weight: Tensor) -> Tensor:
        """The shared values, of the same shape, through which gradients reach weights and centroids."""
        if not self.is_on:
            return weight
        self._begin_(weight)
        table = self._table()
        places = nearest_places(weight.detach(), table.detach())
        values = _SharedValues.apply(weight, table, places)  # type: ignore[no-untyped-call]
        assert isinstance(values, Tensor)
        return values

    def _table(self) -> Tensor:
        return torch.cat([self.centroids.new_zeros(1), self.centroids])

    @torch.no_grad()
    def _begin_(self, weight: Tensor) -> None:
        """Once: k-means over what is not masked."""
        if not bool(self.centroids.any()):
            kept = weight.detach().flatten()
            self.centroids.copy_(find_centroids(kept[kept != 0], len(self.centroids)))


class _SharedValues(torch.autograd.Function):
    """Answers ``table[places]``; gradients pass to each weight, and their mean over a place to its entry.

    Equation 3 takes the sum. With n weights to a centroid it would be moved n times as far as a single weight by the
    same learning rate; divided by n it moves as its weights do on the average.
    """

    @staticmethod
    def forward(ctx: Any, weight: Tensor, table: Tensor, places: Tensor) -> Tensor:
        ctx.save_for_backward(table, places)
        return table[places.long()].view_as(weight)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, None]:
        table, places = ctx.saved_tensors
        flat = places.flatten().long()
        counts = torch.bincount(flat, minlength=len(table))
        sums = torch.zeros_like(table).index_add_(0, flat, gradients[0].flatten())
        return gradients[0], sums / counts.clamp_min(1), None


def nearest_places(weight: Tensor, table: Tensor) -> Tensor:
    """int32, of the weight's shape: the place of the nearest entry; that of 0, which is the first, for what is 0.

    >>> nearest_places(torch.tensor([0.0, 0.9, -0.3, 0.2]), torch.tensor([0.0, 1.0, -0.5])).tolist()
    [0, 1, 2, 0]
    """
    ordered, places = table.sort(stable=True)
    borders = (ordered[1:] + ordered[:-1]) / 2
    found = places[torch.bucketize(weight.contiguous(), borders)]
    return torch.where(weight == 0, torch.zeros_like(found), found).to(torch.int32)


def find_centroids(weights: Tensor, count: int) -> Tensor:
    """Lloyd's k-means of numbers (n,) around ``count`` centroids and 0, which stays; ascending.

    Empty clusters keep their centroid. Sums of a cluster are differences of running sums over the sorted numbers, in
    float64. Without numbers all are 0.
    """
    if not len(weights):
        return weights.new_zeros(count)
    numbers = weights.double().sort().values
    running = torch.cat([numbers.new_zeros(1), numbers.cumsum(0)])
    centroids = torch.linspace(float(numbers[0]), float(numbers[-1]), count, dtype=torch.float64).to(numbers)
    for _ in range(ROUNDS):
        moved = _moved(numbers, running, centroids)
        if torch.equal(moved, centroids):
            break
        centroids = moved
    return centroids.to(weights.dtype)


def _moved(numbers: Tensor, running: Tensor, centroids: Tensor) -> Tensor:
    """Each centroid at the mean of the numbers that are nearest to it, and not to 0."""
    zero_place = int(torch.searchsorted(centroids, 0.0))
    values = torch.cat([centroids[:zero_place], centroids.new_zeros(1), centroids[zero_place:]])
    ends = torch.searchsorted(numbers, (values[1:] + values[:-1]) / 2, right=True)
    borders = torch.cat([ends.new_zeros(1), ends, ends.new_full((1,), len(numbers))])
    counts = borders.diff()
    means = (running[borders[1:]] - running[borders[:-1]]) / counts.clamp_min(1)
    moved = torch.where(counts > 0, means, values)
    return torch.cat([moved[:zero_place], moved[zero_place + 1 :]])
