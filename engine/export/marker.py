"""A mark in the exported graph where integers begin and end: it becomes QuantizeLinear and DequantizeLinear."""

from collections.abc import Callable
from typing import Any

import torch
from onnxscript import opset18
from torch import nn

from engine.quantization.activations import ACTIVATION_MAX

_UINT8 = 2
# onnxscript's operators are written for its own compiler; as plain functions their type variables cannot be solved.
op: Any = opset18


@torch.library.custom_op("penjing::quantize_dequantize", mutates_args=())
def mark(values: torch.Tensor, scale: float, zero_point: int) -> torch.Tensor:
    """Rounds to the uint8 grid: computes what the two ONNX operators compute."""
    return torch.fake_quantize_per_tensor_affine(values, scale, zero_point, 0, ACTIVATION_MAX)


@mark.register_fake
def _mark_shape(values: torch.Tensor, scale: float, zero_point: int) -> torch.Tensor:
    return torch.empty_like(values)


def translate_mark(values: Any, scale: float, zero_point: int) -> Any:
    """The two operators, as the exporter is to write them."""
    scale_value = op.Constant(value_float=scale)
    zero_value = op.Cast(op.Constant(value_int=zero_point), to=_UINT8)
    return op.DequantizeLinear(op.QuantizeLinear(values, scale_value, zero_value), scale_value, zero_value)


TRANSLATIONS: dict[Callable[..., Any], Callable[..., Any]] = {
    torch.ops.penjing.quantize_dequantize.default: translate_mark
}
"""What the exporter is told about the mark."""


class Mark(nn.Module):
    """The mark as a module of the export graph."""

    def __init__(self, scale: float, zero_point: int) -> None:
        super().__init__()
        self.scale, self.zero_point = scale, zero_point

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """The rounded values."""
        return mark(values, self.scale, self.zero_point)  # type: ignore[no-any-return]
