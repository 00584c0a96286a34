"""Matrix products whose weights a file holds as integers: modules that take a layer's place in what is exported.

While they are exported they are the operators of the file; otherwise they compute what those compute.
"""

from typing import Any

import torch
from torch import Tensor, nn

from engine.export.exact import exact_product
from engine.quantization.coded import CodedWeight

onnx_operator: Any = torch.onnx.ops.symbolic


class CodedMatrix(nn.Module):
    """The base: ``levels`` int8 (inputs, outputs), ``scale`` float32 (outputs,), ``bias`` float32 (outputs,) or None.

    Args:
        coded: the weight, (outputs, inputs), on a grid of int8 levels.
        bias: (outputs,), or None.
    """

    levels: Tensor
    scale: Tensor
    bias: Tensor | None

    def __init__(self, coded: CodedWeight, bias: Tensor | None) -> None:
        super().__init__()
        outputs = len(coded.levels)
        self.register_buffer("levels", coded.levels.to(torch.int8).t().contiguous())
        self.register_buffer("scale", coded.scale.detach().expand(outputs).clone())
        self.register_buffer("bias", None if bias is None else bias.detach().clone())


class IntegerRows(CodedMatrix):
    """A Linear layer on tokens, (…, inputs) → (…, outputs), that reads levels: the runtime makes integers of it.

    ONNX Runtime melts DequantizeLinear → MatMul ← DequantizeLinear into MatMulIntegerToFloat: int32 sums, times
    ``scale · input_scale`` in float32. The bias is added in floats behind it, where it melts into a GELU.
    """

    def __init__(self, coded: CodedWeight, bias: Tensor | None, *, input_scale: float) -> None:
        super().__init__(coded, bias)
        self.input_scale = input_scale

    def forward(self, tokens: Tensor) -> Tensor:
        """The products of values that lie on the grid of ``input_scale``."""
        if torch.onnx.is_in_onnx_export():
            weight = onnx_operator(
                "DequantizeLinear",
                (self.levels, self.scale),
                {"axis": 1},
                dtype=torch.float32,
                shape=self.levels.shape,
            )
            products = torch.matmul(tokens, weight)
        else:
            step = torch.tensor(self.input_scale)
            products = exact_product(torch.round(tokens / step), self.levels) * (step * self.scale)
        return products if self.bias is None else products + self.bias
