"""Weights as floats of 16 bits: they follow from the weight alone, and are computed with in 32."""

import torch
from torch import Tensor

from engine.quantization.coded import CodedWeight, straight_through
from engine.quantization.weights import WeightQuantizer


class HalfWeight(WeightQuantizer):
    """The base: rounded to the nearest of a type, halves to even; what is past its range becomes its largest number.

    Gradients pass straight through, as everywhere within a grid's range.
    """

    stored_type: torch.dtype

    def code(self, weight: Tensor) -> CodedWeight:
        """A table of the numbers that occur, and places in it."""
        table, places = torch.unique(self._rounded(weight), return_inverse=True)
        one = torch.ones(1, dtype=weight.dtype, device=weight.device)
        return CodedWeight(
            levels=places.to(torch.int32), scale=one, table=table, stored_type=self.stored_type
        )

    def forward(self, weight: Tensor) -> Tensor:
        """The rounded weight; torch's own conversion gives what the table does."""
        if not self.is_on:
            return weight
        return straight_through(weight, self._rounded(weight), torch.ones_like(weight, dtype=torch.bool))

    def _rounded(self, weight: Tensor) -> Tensor:
        limit = torch.finfo(self.stored_type).max
        return weight.detach().clamp(-limit, limit).to(self.stored_type).to(weight.dtype)


class Float16Weight(HalfWeight):
    """Half precision (IEEE 754): 10 bits of fraction, magnitudes from 6e-8 to 65504."""

    stored_type = torch.float16


class BFloat16Weight(HalfWeight):
    """The upper half of a float32: its range, and 7 bits of fraction."""

    stored_type = torch.bfloat16
