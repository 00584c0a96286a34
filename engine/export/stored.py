"""Matrices that are integers in a file and floats in the runtime: for operators that have no form of integers.

They are written as Cast and Mul of constants, which ONNX Runtime computes once, when it opens the file. Behind
DequantizeLinear, which it computes in every run, a GRU was a fifth slower than in floats (docs/decisions.md).
"""

from typing import Any

import onnx
import torch
from onnx import TensorProto, helper
from torch import Tensor

onnx_operator: Any = torch.onnx.ops.symbolic
_DOMAIN, _KIND = "penjing", "StoredMatrix"


def stored(levels: Tensor, scale: Tensor) -> Tensor:
    """``levels · scale`` where a module is exported; the exporter would compute what is written plainly."""
    matrix: Tensor = onnx_operator(
        f"{_DOMAIN}::{_KIND}", (levels, scale), dtype=torch.float32, shape=levels.shape, version=1
    )
    return matrix


def write_stored_(model: onnx.ModelProto) -> None:
    """Puts operators of ONNX in the place of :func:`stored`."""
    for place, node in reversed(list(enumerate(model.graph.node))):
        if node.op_type == _KIND:
            (levels, scale), (result,) = node.input, node.output
            del model.graph.node[place]
            floats = f"{result}.floats"
            model.graph.node.insert(place, helper.make_node("Mul", [floats, scale], [result]))
            model.graph.node.insert(place, helper.make_node("Cast", [levels], [floats], to=TensorProto.FLOAT))
    kept = [opset for opset in model.opset_import if opset.domain != _DOMAIN]
    del model.opset_import[:]
    model.opset_import.extend(kept)
