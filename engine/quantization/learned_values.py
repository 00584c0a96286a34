"""Values between layers whose grid is learned with the weights (LSQ: Esser 2020; LSQ+: Bhalgat 2020)."""

import torch
from torch import Tensor, nn

from engine.quantization.activations import SMALLEST_SCALE, ActivationQuantizer
from engine.quantization.learned_grid import round_values, zero_point
from engine.quantization.observing import RangeObserver


class LearnedStepValue(ActivationQuantizer):
    """Begins with the grid of the observed range, and learns its step, and its offset where values fall below 0.

    Bhalgat 2020 has no offset behind a ReLU either. ``step`` and ``offset`` are parameters of shape (),
    not decayed; the step's magnitude counts, so that it stays positive. While nothing is rounded yet they follow the
    observer; what rounds, learns.
    """

    is_decayed = False
    has_offset: Tensor

    def __init__(self, observer: RangeObserver, *, bits: int = 8) -> None:
        super().__init__(observer, bits=bits)
        self.step = nn.Parameter(torch.ones(()))
        self.offset = nn.Parameter(torch.zeros(()))
        self.register_buffer("has_offset", torch.zeros((), dtype=torch.bool))

    def forward(self, values: Tensor) -> Tensor:
        """The rounded values, through which gradients reach values, step and offset."""
        if not self.is_on:
            return self._watch(values)
        offset = self.offset if bool(self.has_offset) else self.offset.detach()
        return round_values(values, self._scale(), offset, top=self.top)

    def _watch(self, values: Tensor) -> Tensor:
        if self.is_observing:
            self.observer.observe(values, is_training=self.training)
            if self.training:
                self._begin_()
        return values

    def settle(self) -> None:
        """Begins with the range of the calibration."""
        super().settle()
        self._begin_()

    @torch.no_grad()
    def _begin_(self) -> None:
        scale, zero = super().grid()
        self.step.copy_(scale)
        self.offset.copy_(-zero * scale)
        self.has_offset.copy_(self.observer.low < 0)

    def _scale(self) -> Tensor:
        return self.step.abs().clamp_min(SMALLEST_SCALE)

    def grid(self) -> tuple[Tensor, Tensor]:
        """Scale (float32) and zero point (int32), each of shape (); zero is always a level."""
        scale = self._scale().detach()
        return scale, zero_point(scale, self.offset.detach(), top=self.top)
