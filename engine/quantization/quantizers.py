"""Fake quantizers: they round in floats what the integers will be, and let gradients pass straight through.

Weights are symmetric per output channel, ``q = clamp(round(w / s), −Q, Q)`` with ``s = max|w| / Q`` and
``Q = 2^(bits − 1) − 1``; activations are affine per tensor on 0 … 255 (Jacob 2018, equations 1 and 12). As a weight's
grid is symmetric and per channel, batch norm can be folded afterwards without moving a single level.
"""

from collections.abc import Callable

import torch
from torch import nn

from engine.contract.methods import QuantizeMethod
from engine.quantization.observers import MinMaxObserver

ACTIVATION_MAX = 255
SMALLEST_SCALE = 1e-12


def weight_scale(weight: torch.Tensor, *, bits: int) -> torch.Tensor:
    """The scale of each output channel (dimension 0), shape (channels,), float32."""
    largest = weight.detach().abs().flatten(1).amax(1)
    return (largest / weight_limit(bits)).clamp_min(SMALLEST_SCALE)


def weight_limit(bits: int) -> int:
    """The largest integer that a weight of ``bits`` bits becomes.

    >>> weight_limit(8)
    127
    """
    return int(2 ** (bits - 1) - 1)


def round_weight(weight: torch.Tensor, scale: torch.Tensor, *, bits: int) -> torch.Tensor:
    """The integers, as floats, that a weight becomes; halves go to even."""
    limit = weight_limit(bits)
    return (weight / scale.view(-1, *[1] * (weight.dim() - 1))).round().clamp(-limit, limit)


class WeightQuantizer(nn.Module):
    """A parametrization that rounds a weight to its grid; it has no state of its own."""

    def __init__(self, *, bits: int) -> None:
        super().__init__()
        self.bits = bits
        self.is_on = True

    def forward(self, weight: torch.Tensor) -> torch.Tensor:
        """The rounded weight, of the same shape."""
        if not self.is_on:
            return weight
        limit = weight_limit(self.bits)
        scale = weight_scale(weight, bits=self.bits)
        zero_point = torch.zeros(len(scale), dtype=torch.int32, device=weight.device)
        return torch.fake_quantize_per_channel_affine(weight, scale, zero_point, 0, -limit, limit)


class ActivationQuantizer(nn.Module):
    """Stands behind a value of the graph: watches its range, and rounds it to 0 … 255.

    ``is_observing`` and ``is_on`` are switched from outside and are not saved.
    """

    def __init__(self, observer: MinMaxObserver) -> None:
        super().__init__()
        self.observer = observer
        self.is_observing = False
        self.is_on = False

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """The rounded values, of the same shape."""
        if self.is_observing:
            self.observer.observe(values, is_training=self.training)
        if not self.is_on:
            return values
        scale, zero_point = self.grid()
        return torch.fake_quantize_per_tensor_affine(values, scale, zero_point, 0, ACTIVATION_MAX)

    def grid(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Scale (float32) and zero point (int32), each of shape (); zero is always a level."""
        low, high = self.observer.low.clamp_max(0), self.observer.high.clamp_min(0)
        scale = ((high - low) / ACTIVATION_MAX).clamp_min(SMALLEST_SCALE)
        zero_point = (-low / scale).round().clamp(0, ACTIVATION_MAX).to(torch.int32)
        return scale, zero_point


def uniform(bits: int) -> WeightQuantizer:
    """Evenly spaced levels."""
    return WeightQuantizer(bits=bits)


WEIGHT_QUANTIZERS: dict[QuantizeMethod, Callable[[int], WeightQuantizer]] = {QuantizeMethod.UNIFORM: uniform}
"""What makes the weight quantizer of each method, from its bits."""
