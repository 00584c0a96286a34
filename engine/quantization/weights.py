"""Quantizers of weights: parametrizations that round what they are given, and say what a file holds of it.

A uniform grid is symmetric: ``q = clamp(round(w / s), -Q, Q)`` with ``s = max|w| / Q`` and ``Q = 2^(bits - 1) - 1``
(Jacob 2018, equation 1, without a zero point). As it is symmetric and per channel, batch norm can be folded afterwards
without moving a single level.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.contract.methods import QuantizeGranularity
from engine.quantization.coded import CodedWeight, straight_through

SMALLEST_SCALE = 1e-12


@dataclass(frozen=True, kw_only=True)
class WeightForm:
    """What is asked of one weight's quantizer.

    Attributes:
        bits: of each weight.
        granularity: which weights share a scale.
    """

    bits: int
    granularity: QuantizeGranularity = QuantizeGranularity.PER_CHANNEL

    def rows(self, weight: Tensor) -> Tensor:
        """The weights (outputs, …) as (scales, weights of each)."""
        is_whole = self.granularity is QuantizeGranularity.PER_TENSOR
        return weight.reshape(1, -1) if is_whole else weight.flatten(1)


class WeightQuantizer(nn.Module):
    """The base: a method says in :meth:`code` what becomes of a weight; rounding is switched from outside.

    Where a mask stands before it, what is masked is 0 and must stay 0: every method's levels hold a zero.
    """

    def __init__(self, form: WeightForm) -> None:
        super().__init__()
        self.form = form
        self.is_on = True

    def code(self, weight: Tensor) -> CodedWeight:
        """What a file holds of a weight (outputs, …), which may be masked."""
        raise TypeError(f"{type(self).__name__} has no levels")

    def forward(self, weight: Tensor) -> Tensor:
        """The rounded weight, of the same shape; equal to ``code(weight).values()``."""
        if not self.is_on:
            return weight
        with torch.no_grad():
            coded = self.code(weight)
            inside = self.passes(weight, coded)
        return straight_through(weight, coded.values(), inside)

    def passes(self, weight: Tensor, coded: CodedWeight) -> Tensor:
        """Where gradients pass the rounding, of the weight's shape; everywhere, where a method does not say less."""
        return torch.ones_like(weight, dtype=torch.bool)


class UniformWeight(WeightQuantizer):
    """Evenly spaced levels; it has no state of its own."""

    def code(self, weight: Tensor) -> CodedWeight:
        """The nearest levels, halves to even."""
        return round_to_grid(weight, self._scale(weight), bits=self.form.bits)

    def forward(self, weight: Tensor) -> Tensor:
        """The rounded weight; torch's own kernels give the same bits in one pass."""
        if not self.is_on:
            return weight
        limit = weight_limit(self.form.bits)
        scale = self._scale(weight)
        zero_point = torch.zeros(len(scale), dtype=torch.int32, device=weight.device)
        if self.form.granularity is QuantizeGranularity.PER_TENSOR:
            return torch.fake_quantize_per_tensor_affine(weight, scale[0], zero_point[0], -limit, limit)
        return torch.fake_quantize_per_channel_affine(weight, scale, zero_point, 0, -limit, limit)

    def _scale(self, weight: Tensor) -> Tensor:
        largest = self.form.rows(weight.detach()).abs().amax(1)
        return (largest / weight_limit(self.form.bits)).clamp_min(SMALLEST_SCALE)


def round_to_grid(weight: Tensor, scale: Tensor, *, bits: int) -> CodedWeight:
    """The nearest multiples of a scale of (1,) or (outputs,) that ``bits`` bits hold, halves to even."""
    limit = weight_limit(bits)
    steps = weight * (1 / scale).view(-1, *[1] * (weight.dim() - 1))
    return CodedWeight(levels=steps.round().clamp(-limit, limit).to(torch.int32), scale=scale)


def weight_limit(bits: int) -> int:
    """The largest integer that a weight of ``bits`` bits becomes.

    >>> weight_limit(8)
    127
    """
    return int(2 ** (bits - 1) - 1)
