"""Quantizers of weights: parametrizations that round what they are given, and say what a file holds of it.

A uniform grid is symmetric: ``q = clamp(round(w / s), -Q, Q)`` with ``s = max|w| / Q`` and ``Q = 2^(bits - 1) - 1``
(Jacob 2018, equation 1, without a zero point). As it is symmetric and per channel, batch norm can be folded afterwards
without moving a single level.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.contract.methods import QuantizeGranularity
from engine.quantization.coded import CodedWeight, straight_through, times_scale

SMALLEST_SCALE = 1e-12


@dataclass(frozen=True, kw_only=True)
class WeightForm:
    """What is asked of one weight's quantizer.

    Attributes:
        bits: of each weight.
        granularity: which weights share a scale.
        group_size: how many neighbours of a channel share one, where groups do; the last group may be shorter.
    """

    bits: int
    granularity: QuantizeGranularity = QuantizeGranularity.PER_CHANNEL
    group_size: int = 32

    def rows(self, weight: Tensor) -> Tensor:
        """The weights (outputs, …) as (scales, weights of each); zeros fill up a shorter group."""
        if self.granularity is QuantizeGranularity.PER_TENSOR:
            return weight.reshape(1, -1)
        channels = weight.flatten(1)
        size = self.group_of(weight)
        return channels if size is None else F.pad(channels, (0, -channels.shape[1] % size)).reshape(-1, size)

    def unrows(self, rows: Tensor, weight: Tensor) -> Tensor:
        """What :meth:`rows` made of ``weight``, or a number for each of it, in the weight's shape again."""
        if self.group_of(weight) is not None:
            rows = rows.reshape(len(weight), -1)[:, : weight[0].numel()]
        return rows.reshape(weight.shape)

    def group_of(self, weight: Tensor) -> int | None:
        """The length of a group of this weight, at most a whole channel; None where there are no groups."""
        is_grouped = self.granularity is QuantizeGranularity.PER_GROUP
        return min(self.group_size, weight[0].numel()) if is_grouped else None

    def scale_of(self, scale: Tensor, weight: Tensor) -> Tensor:
        """One number for each of :meth:`rows`, (scales,), in the shape that a coded weight holds it."""
        return scale if self.group_of(weight) is None else scale.reshape(len(weight), -1)


class WeightQuantizer(nn.Module):
    """The base: a method says in :meth:`code` what becomes of a weight; rounding is switched from outside.

    Where a mask stands before it, what is masked is 0 and must stay 0: every method's levels hold a zero.
    """

    def __init__(self, form: WeightForm) -> None:
        super().__init__()
        self.form = form
        self.is_on = True

    def start_(self, weight: Tensor) -> None:
        """Told, before it is put on, the weight that it will round; a method that learns begins with it."""

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
        return round_to_grid(weight, self._scale(weight), self.form)

    def forward(self, weight: Tensor) -> Tensor:
        """The rounded weight; torch's own kernels give the same bits in one pass."""
        if not self.is_on:
            return weight
        limit = weight_limit(self.form.bits)
        scale = self._scale(weight)
        zero_point = torch.zeros(len(scale), dtype=torch.int32, device=weight.device)
        if self.form.granularity is QuantizeGranularity.PER_TENSOR:
            return torch.fake_quantize_per_tensor_affine(weight, scale[0], zero_point[0], -limit, limit)
        if self.form.granularity is QuantizeGranularity.PER_CHANNEL:
            return torch.fake_quantize_per_channel_affine(weight, scale, zero_point, 0, -limit, limit)
        rows = self.form.rows(weight)
        rounded = torch.fake_quantize_per_channel_affine(rows, scale, zero_point, 0, -limit, limit)
        return self.form.unrows(rounded, weight)

    def _scale(self, weight: Tensor) -> Tensor:
        largest = self.form.rows(weight.detach()).abs().amax(1)
        return (largest / weight_limit(self.form.bits)).clamp_min(SMALLEST_SCALE)


def round_to_grid(weight: Tensor, scale: Tensor, form: WeightForm) -> CodedWeight:
    """The nearest multiples of a scale, one number for each of the form's rows, halves to even."""
    limit, group_size = weight_limit(form.bits), form.group_of(weight)
    shaped = form.scale_of(scale, weight)
    levels = times_scale(weight, 1 / shaped, group_size).round().clamp(-limit, limit)
    return CodedWeight(levels=levels.to(torch.int32), scale=shaped, group_size=group_size)


def weight_limit(bits: int) -> int:
    """The largest integer that a weight of ``bits`` bits becomes.

    >>> weight_limit(8)
    127
    """
    return int(2 ** (bits - 1) - 1)
