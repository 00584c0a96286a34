"""How the range of activations is measured: one class an observer."""

from collections.abc import Callable

import torch
from torch import Tensor

from engine.contract.methods import Observer
from engine.quantization.histogram_observers import EntropyObserver, ErrorObserver, PercentileObserver
from engine.quantization.observing import RangeForm, RangeObserver


class MinMaxObserver(RangeObserver):
    """The smallest and largest value of all batches seen in calibration; a moving average of them in training."""

    def take_in(self, values: Tensor) -> None:
        """Widens the range."""
        low, high = torch.aminmax(values)
        torch.minimum(self.low, low, out=self.low)
        torch.maximum(self.high, high, out=self.high)


class MovingAverageObserver(RangeObserver):
    """The moving average of each batch's smallest and largest value, in calibration too (Jacob 2018, section 3.1).

    The first batch gives the range to begin with; a later batch counts for more than an earlier one.
    """

    def take_in(self, values: Tensor) -> None:
        """Follows the batch."""
        low, high = torch.aminmax(values)
        if bool(self.seen):
            self.follow(low, high)
        else:
            self.low.copy_(low)
            self.high.copy_(high)


OBSERVERS: dict[Observer, Callable[[RangeForm], RangeObserver]] = {
    Observer.MIN_MAX: MinMaxObserver,
    Observer.MOVING_AVERAGE: MovingAverageObserver,
    Observer.PERCENTILE: PercentileObserver,
    Observer.MSE: ErrorObserver,
    Observer.ENTROPY: EntropyObserver,
}
"""The class of each observer."""
