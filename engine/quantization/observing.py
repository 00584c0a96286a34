"""What watches a value of the graph: the base of all observers."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

FOLLOW_RATE = 0.05


@dataclass(frozen=True, kw_only=True)
class RangeForm:
    """What is asked of a range.

    Attributes:
        steps: of the grid between its two ends, 255 for 8 bits.
        percentile: how much of the values lies below the upper end, and above the lower end, in percent.
    """

    steps: int = 255
    percentile: float = 99.99


class RangeObserver(nn.Module):
    """The base: in calibration all batches count alike, in training ranges follow each batch's own slowly.

    ``low`` and ``high`` are buffers of shape (); both are 0 until something was seen.
    """

    low: Tensor
    high: Tensor
    seen: Tensor

    def __init__(self, form: RangeForm | None = None) -> None:
        super().__init__()
        self.form = form or RangeForm()
        self.register_buffer("low", torch.zeros(()))
        self.register_buffer("high", torch.zeros(()))
        self.register_buffer("seen", torch.zeros((), dtype=torch.int64))

    @torch.no_grad()
    def observe(self, values: Tensor, *, is_training: bool) -> None:
        """Takes in one batch; of calibration it counts when :meth:`settle` is called."""
        if is_training and bool(self.seen):
            self.follow(*self.range_of(values.detach()))
        else:
            self.take_in(values.detach())
            if is_training:
                self.settle()
        self.seen += 1

    def follow(self, low: Tensor, high: Tensor) -> None:
        """Moves the range a little towards another one: an exponential moving average (Jacob 2018, section 3.1)."""
        self.low.lerp_(low, FOLLOW_RATE)
        self.high.lerp_(high, FOLLOW_RATE)

    def range_of(self, values: Tensor) -> tuple[Tensor, Tensor]:
        """The range of one batch alone."""
        low, high = torch.aminmax(values)
        return low, high

    def take_in(self, values: Tensor) -> None:
        """Takes one batch into what is known of all."""
        raise TypeError(f"{type(self).__name__} takes nothing in")

    def settle(self) -> None:
        """Makes the range from all that was taken in; where it stands already, nothing happens."""
