"""Weights whose steps are learned with them (LSQ: Esser 2020, *Learned step size quantization*)."""

import math

import torch
from torch import Tensor, nn

from engine.quantization.coded import INT8_MAX, CodedWeight
from engine.quantization.learned_grid import Levels, nearest_levels, round_rows
from engine.quantization.weights import SMALLEST_SCALE, WeightForm, WeightQuantizer


class LearnedStepWeight(WeightQuantizer):
    """Evenly spaced levels −2^(bits − 1) … 2^(bits − 1) − 1, at 8 bits from −127; the step is a parameter.

    The parameter is ``step``, shaped as a file's scale; its magnitude counts, so that a step stays positive whatever
    an optimizer does. It is not decayed: decay would clip more and more weights.
    """

    is_decayed = False

    def __init__(self, form: WeightForm) -> None:
        super().__init__(form)
        self.levels = signed_levels(form.bits)
        self.step = nn.Parameter(torch.ones(1))

    def start_(self, weight: Tensor) -> None:
        """The step to begin with, ``2 · E|w| / √p`` (section 2.1), over what is not masked; 1 where all is."""
        rows = self.form.rows(weight.detach())
        mean = rows.abs().sum(1) / (rows != 0).sum(1).clamp_min(1)
        start = torch.where(mean > 0, 2 * mean / math.sqrt(max(self.levels.top, 1)), torch.ones_like(mean))
        self.step = nn.Parameter(self.form.scale_of(start, weight))

    def code(self, weight: Tensor) -> CodedWeight:
        """The nearest levels, halves to even."""
        scale = self.scale().detach()
        levels = nearest_levels(self.form.rows(weight), scale.view(-1, 1), self.levels).to(torch.int32)
        return CodedWeight(
            levels=self.form.unrows(levels, weight), scale=scale, group_size=self.form.group_of(weight)
        )

    def forward(self, weight: Tensor) -> Tensor:
        """The rounded weight, through which gradients reach weight and step."""
        if not self.is_on:
            return weight
        rounded = round_rows(self.form.rows(weight), self.scale().view(-1, 1), self.levels)
        return self.form.unrows(rounded, weight)

    def scale(self) -> Tensor:
        """The steps as they count."""
        return self.step.abs().clamp_min(SMALLEST_SCALE)


def signed_levels(bits: int) -> Levels:
    """Of two's complement, without −128: folding a batch norm may turn a channel's sign.

    >>> signed_levels(2)
    Levels(low=-2, top=1)
    """
    return Levels(max(-(2 ** (bits - 1)), -INT8_MAX), 2 ** (bits - 1) - 1)
