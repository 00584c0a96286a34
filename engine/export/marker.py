"""A mark in the exported graph where integers begin and end: it becomes QuantizeLinear and DequantizeLinear.

Values ride on uint8, which ends at 255; where there are fewer levels a Clip of the integers stands between the two.
A Clip of the floats before them would keep the runtime from melting a convolution and its QuantizeLinear into one.
"""

from collections.abc import Callable
from typing import Any

import torch
from onnxscript import opset18
from torch import nn

_UINT8 = 2
UINT8_MAX = 255
# onnxscript's operators are written for its own compiler; as plain functions their type variables cannot be solved.
op: Any = opset18


@torch.library.custom_op("penjing::quantize_dequantize", mutates_args=())
def mark(values: torch.Tensor, scale: float, zero_point: int, top: int) -> torch.Tensor:
    """Rounds to the levels 0 … ``top``: computes what the ONNX operators compute."""
    return torch.fake_quantize_per_tensor_affine(values, scale, zero_point, 0, top)


@mark.register_fake
def _mark_shape(values: torch.Tensor, scale: float, zero_point: int, top: int) -> torch.Tensor:
    return torch.empty_like(values)


def translate_mark(values: Any, scale: float, zero_point: int, top: int) -> Any:
    """The operators, as the exporter is to write them."""
    scale_value = op.Constant(value_float=scale)
    zero_value = op.Cast(op.Constant(value_int=zero_point), to=_UINT8)
    levels = op.QuantizeLinear(values, scale_value, zero_value)
    if top < UINT8_MAX:
        levels = op.Clip(levels, None, op.Cast(op.Constant(value_int=top), to=_UINT8))
    return op.DequantizeLinear(levels, scale_value, zero_value)


@torch.library.custom_op("penjing::hard_gate", mutates_args=())
def hard_gate(values: torch.Tensor, scale: float, zero_point: int, top: int) -> torch.Tensor:
    """The levels of a grid that begins at -3, read as what a hard sigmoid makes of them: computes the operators."""
    levels = (values / scale).round() + zero_point
    return levels.clamp(0, top) * (scale / 6)


@hard_gate.register_fake
def _gate_shape(values: torch.Tensor, scale: float, zero_point: int, top: int) -> torch.Tensor:
    return torch.empty_like(values)


def translate_hard_gate(values: Any, scale: float, zero_point: int, top: int) -> Any:
    """The operators, on the integers that ``values`` were made from."""
    levels = values.producer().inputs[0]
    if top < UINT8_MAX:
        levels = op.Clip(levels, None, op.Cast(op.Constant(value_int=top), to=_UINT8))
    zero_value = op.Cast(op.Constant(value_int=0), to=_UINT8)
    return op.DequantizeLinear(levels, op.Constant(value_float=scale / 6), zero_value)


TRANSLATIONS: dict[Callable[..., Any], Callable[..., Any]] = {
    torch.ops.penjing.quantize_dequantize.default: translate_mark,
    torch.ops.penjing.hard_gate.default: translate_hard_gate,
}
"""What the exporter is told about the marks."""


class Mark(nn.Module):
    """The mark as a module of the export graph."""

    def __init__(self, scale: float, zero_point: int, top: int = UINT8_MAX) -> None:
        super().__init__()
        self.scale, self.zero_point, self.top = scale, zero_point, top

    def passed_on(self) -> "Mark":
        """The same grid for values that are on it already, and need no Clip."""
        return Mark(self.scale, self.zero_point)

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """The rounded values."""
        return mark(values, self.scale, self.zero_point, self.top)  # type: ignore[no-any-return]


class HardGate(Mark):
    """``min(max(x + 3, 0), 6) / 6`` of values whose grid begins at -3, without a multiplication.

    ``x + 3`` is then the level times the scale: a Clip of the levels, read with a sixth of the scale, is the result.
    """

    def __init__(self, source: Mark) -> None:
        super().__init__(source.scale / 6, 0, min(2 * source.zero_point, UINT8_MAX))
        self._source = source.scale, source.zero_point

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """What the values are multiplied by."""
        return hard_gate(values, *self._source, self.top)  # type: ignore[no-any-return]
