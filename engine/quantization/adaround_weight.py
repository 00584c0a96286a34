"""Weights whose levels were chosen one by one: the nearest, or the one on the other side of the weight.

Nagel 2020 (*Up or down? Adaptive rounding for post-training quantization*) rounds each weight down or up; which, it
chooses by what the layer answers (:mod:`engine.joint.adaround`).
"""

from dataclasses import replace

import torch
from torch import Tensor

from engine.quantization.coded import CodedWeight
from engine.quantization.weights import UniformWeight, WeightQuantizer, weight_limit


class AdaRoundWeight(UniformWeight):
    """Evenly spaced levels; the buffer ``moved`` says by how many levels each weight lies beside its nearest one.

    Until something was chosen it is 0 everywhere, which is rounding to the nearest. As a buffer it is part of every
    checkpoint, and files are written from the same levels.
    """

    moved: Tensor

    def start_(self, weight: Tensor) -> None:
        """Nothing is chosen yet."""
        self.register_buffer("moved", torch.zeros_like(weight, dtype=torch.int8))

    def code(self, weight: Tensor) -> CodedWeight:
        """The chosen levels."""
        nearest = super().code(weight)
        limit = weight_limit(self.form.bits)
        return replace(nearest, levels=(nearest.levels + self.moved).clamp(-limit, limit))

    def forward(self, weight: Tensor) -> Tensor:
        """The rounded weight; torch's kernels know the nearest level only."""
        return WeightQuantizer.forward(self, weight)
