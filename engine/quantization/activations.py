"""The quantizer of values between layers: affine per tensor on 0 … 2^bits - 1 (Jacob 2018, equations 1 and 12)."""

import torch
from torch import Tensor, nn

from engine.quantization.observing import RangeObserver

SMALLEST_SCALE = 1e-12


class ActivationQuantizer(nn.Module):
    """Stands behind a value of the graph: watches its range, and rounds it to 0 … ``top``, which is 2^bits - 1.

    ``is_observing`` and ``is_on`` are switched from outside and are not saved.
    """

    def __init__(self, observer: RangeObserver, *, bits: int = 8) -> None:
        super().__init__()
        self.observer = observer
        self.top = int(2**bits - 1)
        self.is_observing = False
        self.is_on = False

    def forward(self, values: Tensor) -> Tensor:
        """The rounded values, of the same shape."""
        if self.is_observing:
            self.observer.observe(values, is_training=self.training)
        if not self.is_on:
            return values
        scale, zero_point = self.grid()
        return torch.fake_quantize_per_tensor_affine(values, scale, zero_point, 0, self.top)

    def settle(self) -> None:
        """The calibration is over: the range is made from all that was seen."""
        self.observer.settle()

    def grid(self) -> tuple[Tensor, Tensor]:
        """Scale (float32) and zero point (int32), each of shape (); zero is always a level."""
        low, high = self.observer.low.clamp_max(0), self.observer.high.clamp_min(0)
        scale = ((high - low) / self.top).clamp_min(SMALLEST_SCALE)
        zero_point = (-low / scale).round().clamp(0, self.top).to(torch.int32)
        return scale, zero_point
