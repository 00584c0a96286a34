"""What matters least: one function a criterion, from a weight to a score of each element."""

from collections.abc import Callable

import torch

from engine.contract.methods import PruneMethod

Criterion = Callable[[torch.Tensor], torch.Tensor]


def magnitude(weight: torch.Tensor) -> torch.Tensor:
    """The absolute value of each weight (Han 2015); summed over a filter it is its L1 norm (Li 2017).

    >>> magnitude(torch.tensor([-2.0, 1.0])).tolist()
    [2.0, 1.0]
    """
    return weight.detach().abs()


CRITERIA: dict[PruneMethod, Criterion] = {PruneMethod.MAGNITUDE: magnitude}
"""The function of each criterion."""


def channel_scores(weight: torch.Tensor, criterion: Criterion, *, axis: int) -> torch.Tensor:
    """One score for each output channel: the sum over its weights, shape (channels,)."""
    scores = criterion(weight)
    return scores.sum(dim=[dim for dim in range(scores.dim()) if dim != axis])
