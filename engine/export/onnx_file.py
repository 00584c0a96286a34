"""From a prepared module to an ONNX file: exported, integers put in, stripped of what nobody runs."""

import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from engine.contract.errors import RunError
from engine.contract.methods import ExportFormat
from engine.contract.run_folder import write_atomically
from engine.export.averages import pool_averages_
from engine.export.marker import TRANSLATIONS
from engine.export.prepare import IntegerLayer, Prepared
from engine.export.stored import write_stored_
from engine.export.tensors_apart import data_path_of, tensor_bytes, write_apart
from engine.models.example import Example

INPUT_NAME = "input"
OUTPUT_NAME = "logits"
TENSORS_LIMIT_BYTES = 2**31 - 2**26
"""More bytes of tensors than this go to a file of their own: a protobuf ends at 2 GiB, and the graph needs room too."""


def build_onnx(prepared: Prepared, example: Example, *, is_batch_open: bool = True) -> onnx.ModelProto:
    """The module as an ONNX model with one input (batch, …) and one output (batch, classes).

    The batch is left open where that is wanted and the module allows it, and 1 elsewhere.

    Raises:
        RunError: the exporter cannot write the module.
    """
    model = _export(prepared.module, example, is_batch_open=is_batch_open)
    write_stored_(model)
    for name, layer in prepared.integers.items():
        put_integers_(model.graph, name, layer)
    pool_averages_(model)
    strip_(model)
    return model


def write_onnx(model: onnx.ModelProto, path: Path) -> None:
    """Writes one file, atomically, or two where it would be longer than a protobuf may be."""
    if tensor_bytes(model) > TENSORS_LIMIT_BYTES:
        write_apart(model, path)
        return
    write_atomically(path, model.SerializeToString(deterministic=True))
    # What an earlier and larger file left would be taken for a part of this one.
    data_path_of(path).unlink(missing_ok=True)


def _export(module: nn.Module, example: Example, *, is_batch_open: bool) -> onnx.ModelProto:
    problems: list[str] = []
    ways = ((2, ({0: torch.export.Dim("batch", min=1)},)), (1, None))
    for batch, shapes in ways if is_batch_open else ways[1:]:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                program = torch.onnx.export(
                    module,
                    (example.zeros(batch),),
                    dynamo=True,
                    verbose=False,
                    dynamic_shapes=shapes,
                    input_names=[INPUT_NAME],
                    output_names=[OUTPUT_NAME],
                    custom_translation_table=TRANSLATIONS,
                )
            assert program is not None
            if _has_open_batch(program.model_proto) or batch == 1:
                return program.model_proto
        except Exception as error:
            problems.append(_reason_of(error))
    raise RunError("export_failed", format="onnx", reason=problems[0])


def _has_open_batch(model: onnx.ModelProto) -> bool:
    """Code such as ``len(x)`` fixes the batch that was asked to stay open, and the exporter says nothing."""
    return bool(model.graph.input[0].type.tensor_type.shape.dim[0].dim_param)


def _reason_of(error: Exception) -> str:
    """The first line of what lies beneath: the exporter's own message is advice on how to report it."""
    cause = error.__cause__ or error
    first = next((line for line in str(cause).splitlines() if line.strip()), "")
    return f"{type(cause).__name__}: {first}"


def put_integers_(graph: onnx.GraphProto, layer: str, integers: IntegerLayer) -> None:
    """Replaces a layer's float weight and bias by integers behind DequantizeLinear, which the runtime melts in.

    Raises:
        RunError: the exporter has renamed or rearranged the layer's weight.
    """
    node = _reader(graph, f"{layer}.weight")
    if node is None or node.op_type not in ("Conv", "Gemm"):
        found = "renamed" if node is None else node.op_type
        raise RunError(
            "export_failed", format="onnx-int8", reason=f'the weight of layer "{layer}" was {found}'
        )
    weight = _dequantize_(graph, f"{layer}.weight", integers.levels, integers.scale)
    _remove_initializer_(graph, node.input[1])
    node.input[1] = weight
    if integers.bias is None:
        return
    bias = _dequantize_(graph, f"{layer}.bias", integers.bias, integers.bias_scale)
    if len(node.input) > 2:
        _remove_initializer_(graph, node.input[2])
        node.input[2] = bias
    else:
        node.input.append(bias)


def _dequantize_(graph: onnx.GraphProto, name: str, values: np.ndarray, scale: np.ndarray) -> str:
    """Adds integers, their scale and zero point, and the operator that reads them; returns its output's name."""
    zero = np.zeros(len(scale), dtype=values.dtype)
    parts = {"integers": values, "scale": scale.astype(np.float32), "zero_point": zero}
    for part, array in parts.items():
        graph.initializer.append(numpy_helper.from_array(np.ascontiguousarray(array), f"{name}.{part}"))
    node = helper.make_node(
        "DequantizeLinear",
        [f"{name}.{part}" for part in parts],
        [f"{name}.dequantized"],
        f"{name}.dequantize",
        axis=0,
    )
    graph.node.insert(0, node)
    return f"{name}.dequantized"


def _reader(graph: onnx.GraphProto, name: str) -> onnx.NodeProto | None:
    return next((node for node in graph.node if len(node.input) > 1 and node.input[1] == name), None)


def _remove_initializer_(graph: onnx.GraphProto, name: str) -> None:
    """Takes a tensor out of the file, unless another operator still reads it."""
    readers = sum(name in node.input for node in graph.node)
    if readers > 1:
        return
    for place, tensor in enumerate(graph.initializer):
        if tensor.name == name:
            del graph.initializer[place]
            return


def strip_(model: onnx.ModelProto) -> None:
    """Removes the exporter's notes: they can weigh as much as the weights (docs/decisions.md)."""
    for part in (
        model,
        model.graph,
        *model.graph.node,
        *model.graph.input,
        *model.graph.output,
        *model.graph.initializer,
    ):
        del part.metadata_props[:]
        part.doc_string = ""
    del model.graph.value_info[:]
    del model.functions[:]
    model.graph.name = "penjing"
    model.producer_name = "penjing"
    for number, node in enumerate(model.graph.node):
        node.name = f"n{number}"


def kind_of(model: onnx.ModelProto) -> ExportFormat:
    """Which of our formats a file has, by how its weights lie in it."""
    if any(node.op_type == "MatMulNBits" for node in model.graph.node):
        return ExportFormat.ONNX_INT4
    return ExportFormat.ONNX_INT8 if integer_weights(model) > 0 else ExportFormat.ONNX_FLOAT32


def is_symmetric(model: onnx.ModelProto) -> bool:
    """Whether all values are rounded to int8, which ONNX Runtime computes with in floats."""
    signed = {t.name for t in model.graph.initializer if t.data_type == TensorProto.INT8}
    zeros = [node.input[2] for node in model.graph.node if node.op_type == "QuantizeLinear"]
    return bool(zeros) and signed.issuperset(zeros)


def integer_weights(model: onnx.ModelProto) -> int:
    """How many initializers are int8 tensors of at least two dimensions."""
    return sum(t.data_type == TensorProto.INT8 and len(t.dims) > 1 for t in model.graph.initializer)
