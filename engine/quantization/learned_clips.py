"""Values behind a ReLU whose upper end is learned (PACT: Choi 2018, *Parameterized clipping activation*).

With α the clip and levels 0 … p (equations 1 to 3):

    x̂ = round(clamp(x, 0, α) · p / α) · α / p
    ∂x̂/∂x = 1 where 0 < x < α, else 0
    ∂x̂/∂α = 1 where x ≥ α, else 0

The gradient only ever asks for what is clipped; decay, which takes the clip back, is that of the weights.
"""

from typing import Any

import torch
from torch import Tensor, nn

from engine.quantization.activations import SMALLEST_SCALE, ActivationQuantizer
from engine.quantization.learned_grid import COARSE_TOP
from engine.quantization.observing import RangeObserver


class _Clipped(torch.autograd.Function):
    """Values on the grid from 0 to a clip of shape ()."""

    @staticmethod
    def forward(ctx: Any, values: Tensor, clip: Tensor, top: int) -> Tensor:
        ctx.save_for_backward(values, clip)
        step = clip / top
        return (values * (1 / step)).round_().clamp_(0, top).mul_(step)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, None]:
        values, clip = ctx.saved_tensors
        end = float(clip)
        passed = torch.ops.aten.hardtanh_backward(gradients[0], values, 0.0, end)
        return passed, torch.ops.aten.threshold_backward(gradients[0], values, end).sum(), None


def clip_and_round(values: Tensor, clip: Tensor, *, top: int) -> Tensor:
    """Values on the levels 0 … ``top`` between 0 and a positive clip of shape ()."""
    if top > COARSE_TOP and values.dtype == torch.bfloat16:
        values = values.float()
    result = _Clipped.apply(values, clip, top)  # type: ignore[no-untyped-call]
    assert isinstance(result, Tensor)
    return result


class LearnedClipValue(ActivationQuantizer):
    """Learns the upper end of values that were never seen below 0, from the observed one on; others keep their range.

    ``clip`` is a parameter of shape () and decays with the weights; its magnitude counts, so that it stays positive.
    While nothing is rounded yet it follows the observer.
    """

    is_clipping: Tensor

    def __init__(self, observer: RangeObserver, *, bits: int = 8) -> None:
        super().__init__(observer, bits=bits)
        self.clip = nn.Parameter(torch.ones(()))
        self.register_buffer("is_clipping", torch.zeros((), dtype=torch.bool))

    def forward(self, values: Tensor) -> Tensor:
        """The rounded values, through which gradients reach values and clip."""
        if self.is_on and bool(self.is_clipping):
            return clip_and_round(values, self._clip(), top=self.top)
        rounded = super().forward(values)
        if self.training and self.is_observing and not self.is_on:
            self._begin_()
        return rounded

    def settle(self) -> None:
        """Begins with the range of the calibration."""
        super().settle()
        self._begin_()

    @torch.no_grad()
    def _begin_(self) -> None:
        self.clip.copy_(self.observer.high)
        self.is_clipping.copy_((self.observer.low >= 0) & (self.observer.high > 0))

    def _clip(self) -> Tensor:
        return self.clip.abs().clamp_min(SMALLEST_SCALE * self.top)

    def grid(self) -> tuple[Tensor, Tensor]:
        """Scale (float32) and zero point (int32), each of shape (); zero is always a level."""
        if not bool(self.is_clipping):
            return super().grid()
        scale = (self._clip() / self.top).detach()
        return scale, torch.zeros_like(scale, dtype=torch.int32)
