"""Values between layers on a grid around zero, as signed hardware has it (Jacob 2018, equation 1 with Z = 0).

Levels are counted from 0 as everywhere else: the middle of 0 … 255 stands for 0, so that level - 128 is the int8.
"""

import torch
from torch import Tensor

from engine.quantization.activations import SMALLEST_SCALE, ActivationQuantizer


class SymmetricValue(ActivationQuantizer):
    """As far below zero as above it: ``s = max(|low|, |high|) / Q`` with ``Q = 2^(bits - 1) - 1``."""

    def grid(self) -> tuple[Tensor, Tensor]:
        """Scale (float32) and zero point (int32), each of shape (); the zero point is always the middle."""
        largest = torch.maximum(self.observer.low.abs(), self.observer.high.abs())
        middle = (self.top + 1) // 2
        scale = (largest / (middle - 1)).clamp_min(SMALLEST_SCALE)
        return scale, torch.tensor(middle, dtype=torch.int32, device=scale.device)
