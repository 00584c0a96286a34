"""Averages over whole images, as the operator that has integers."""

import numpy as np
import onnx
from onnx import numpy_helper

_LAST_TWO = ((2, 3), (-2, -1))


def pool_averages_(model: onnx.ModelProto) -> None:
    """Writes each ReduceMean over height and width that keeps them as a GlobalAveragePool.

    The exporter writes ReduceMean, which has no integers in the runtime, is slow where channels come last, and in
    floats wants them put back in order first (docs/decisions.md).
    """
    ranks = {v.name: len(v.type.tensor_type.shape.dim) for v in (*model.graph.input, *model.graph.value_info)}
    axes = {tensor.name: tensor for tensor in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type != "ReduceMean" or ranks.get(node.output[0], ranks.get(node.input[0])) != 4:
            continue
        over = axes.get(node.input[1]) if len(node.input) > 1 else None
        if over is not None and _axes_of(over) in _LAST_TWO and _keeps_dimensions(node):
            node.op_type = "GlobalAveragePool"
            del node.input[1:], node.attribute[:]


def _axes_of(tensor: onnx.TensorProto) -> tuple[int, ...]:
    return tuple(sorted(int(axis) for axis in np.atleast_1d(numpy_helper.to_array(tensor))))


def _keeps_dimensions(node: onnx.NodeProto) -> bool:
    return next((bool(part.i) for part in node.attribute if part.name == "keepdims"), True)
