"""How the range of activations is measured: one class an observer."""

import torch
from torch import nn

from engine.contract.methods import Observer

FOLLOW_RATE = 0.05


class MinMaxObserver(nn.Module):
    """The smallest and largest value of all batches seen in calibration; a moving average of them in training.

    ``low`` and ``high`` are buffers of shape (); both are 0 until something was seen.
    """

    low: torch.Tensor
    high: torch.Tensor
    seen: torch.Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("low", torch.zeros(()))
        self.register_buffer("high", torch.zeros(()))
        self.register_buffer("seen", torch.zeros((), dtype=torch.int64))

    @torch.no_grad()
    def observe(self, values: torch.Tensor, *, is_training: bool) -> None:
        """Takes in one batch."""
        low, high = torch.aminmax(values.detach())
        if is_training and bool(self.seen):
            self.low.lerp_(low, FOLLOW_RATE)
            self.high.lerp_(high, FOLLOW_RATE)
        else:
            torch.minimum(self.low, low, out=self.low)
            torch.maximum(self.high, high, out=self.high)
        self.seen += 1


OBSERVERS: dict[Observer, type[MinMaxObserver]] = {Observer.MIN_MAX: MinMaxObserver}
"""The class of each observer."""
