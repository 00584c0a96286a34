"""Matrix products whose weights a file holds as integers: modules that take a layer's place in what is exported.

While they are exported they are the operators of the file; otherwise they compute what those compute.
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.export.exact import exact_product, product_at_run_time
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


class DynamicMatrix(CodedMatrix):
    """A Linear layer, (…, inputs) → (…, outputs), whose inputs are rounded by their own range as they come."""

    def forward(self, values: Tensor) -> Tensor:
        """The products, and the bias added in floats."""
        if torch.onnx.is_in_onnx_export():
            product: Tensor = onnx_operator(
                "com.microsoft::DynamicQuantizeMatMul",
                (values, self.levels, self.scale, None, self.bias),
                dtype=torch.float32,
                shape=(*values.shape[:-1], len(self.scale)),
                version=1,
            )
            return product
        products = product_at_run_time(values, self.levels, self.scale)
        return products if self.bias is None else products + self.bias


class CodedTable(nn.Module):
    """An Embedding whose rows lie in the file as int8 levels, each row with its scale; what is looked up is float.

    Args:
        coded: the table, (words, width), on a grid of int8 levels.
    """

    levels: Tensor
    scale: Tensor

    def __init__(self, coded: CodedWeight) -> None:
        super().__init__()
        self.register_buffer("levels", coded.levels.to(torch.int8))
        self.register_buffer("scale", coded.scale.detach().expand(len(coded.levels)).unsqueeze(1).clone())

    def forward(self, words: Tensor) -> Tensor:
        """The rows of some words, (…, width)."""
        return F.embedding(words, self.levels).to(torch.float32) * F.embedding(words, self.scale)
