"""ONNX files: what they hold, and the network that they compute, proved against ONNX Runtime."""

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import helper, numpy_helper
from torch import Tensor, fx

from engine.contract.errors import PenjingError, RequestError, one_line
from engine.models.example import Example
from engine.models.onnx_graph.operators import RULES
from engine.models.onnx_graph.sizes import SIZE_RULES
from engine.models.onnx_graph.walk import Known, Operation, Sizes, Value, Walk
from engine.models.raising.proof import prove_equal, prove_rows_equal
from engine.models.raising.sketch import as_parameter

_FLOAT, _WORDS = 1, (6, 7)
_INTEGER_OPERATORS = frozenset(
    {
        "QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "QLinearConv", "QLinearMatMul", "QLinearAdd",
        "QGemm", "ConvInteger", "MatMulInteger", "MatMulNBits",
    }
)  # fmt: skip
_FIXED_BATCH_PROOFS = (1, 3)


def load_graph(path: Path) -> onnx.ModelProto:
    """The protobuf, with tensors that lie in files beside it; those must have been checked to lie in its folder.

    Raises:
        RequestError: it cannot be read.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return onnx.load_model(path, format="protobuf")
    except Exception as error:
        raise RequestError("file_truncated", path=path, reason=error) from None


def onnx_state(path: Path) -> dict[str, Tensor]:
    """The graph's tensors of numbers by name; nothing is converted.

    Raises:
        RequestError: it cannot be read.
    """
    return {name: known.tensor for name, known in _initializers(load_graph(path).graph).items()}


def onnx_files(path: Path) -> tuple[Path, ...]:
    """The file and those beside it that hold tensors of it, sorted."""
    model = onnx.load_model(path, format="protobuf", load_external_data=False)
    beside = {
        entry.value
        for tensor in model.graph.initializer
        for entry in tensor.external_data
        if entry.key == "location"
    }
    return (path, *(path.parent / name for name in sorted(beside)))


def _initializers(graph: onnx.GraphProto) -> dict[str, Known]:
    found = {}
    for tensor in graph.initializer:
        array = np.array(numpy_helper.to_array(tensor))
        if array.dtype.kind in "biuf":
            found[tensor.name] = Known(as_parameter(torch.from_numpy(array)), tensor.name)
    return found


def raise_onnx(path: Path, shape: tuple[int, ...] | None) -> tuple[fx.GraphModule, Example]:
    """The network that the file computes, once its answers equal ONNX Runtime's on random batches.

    Args:
        path: the file, whose structure has been checked.
        shape: of one sample, where the file leaves sizes open.

    Raises:
        RequestError: an operator is not understood, or the answers differ.
    """
    model = load_graph(path)
    _refuse_integers(path, model.graph)
    source = _samples_of(model.graph)
    example, batch = _form_of(model.graph, source, shape, path)
    try:
        raised = _walk(model.graph, source.name, example, batch)
    except PenjingError:
        raise
    except Exception as error:
        if batch is not None:
            raise RequestError("graph_one_batch", batch=batch) from None
        reason = one_line(f"{type(error).__name__}: {error}", 200)
        raise RequestError("graph_not_raised", reason=reason) from None
    run = _runtime(path, source)
    if batch is None:
        prove_equal(raised, run, example, batches=_FIXED_BATCH_PROOFS)
    else:
        prove_rows_equal(raised, run, example, batch=batch)
    return raised, example


def _refuse_integers(path: Path, graph: onnx.GraphProto) -> None:
    found = next((node.op_type for node in graph.node if node.op_type in _INTEGER_OPERATORS), None)
    if found is not None:
        raise RequestError("graph_quantized", path=path, operator=found)


def _samples_of(graph: onnx.GraphProto) -> onnx.ValueInfoProto:
    held = {tensor.name for tensor in graph.initializer}
    inputs = [value for value in graph.input if value.name not in held]
    if len(inputs) != 1:
        raise RequestError("graph_inputs", found=len(inputs))
    source: onnx.ValueInfoProto = inputs[0]
    return source


def _form_of(
    graph: onnx.GraphProto, source: onnx.ValueInfoProto, shape: tuple[int, ...] | None, path: Path
) -> tuple[Example, int | None]:
    """The form of one sample, and the batch where the file fixes it."""
    kind = source.type.tensor_type
    sizes = [size.dim_value if size.HasField("dim_value") else 0 for size in kind.shape.dim]
    own = tuple(sizes[1:])
    if not sizes or (shape is None and not all(own)):
        raise RequestError("input_shape_needed", architecture=path.name)
    is_words = kind.elem_type in _WORDS
    if not is_words and kind.elem_type != _FLOAT:
        reason = f"it takes samples of type {onnx.TensorProto.DataType.Name(kind.elem_type)}"
        raise RequestError("graph_not_raised", reason=reason)
    return Example(shape or own, _words(graph) if is_words else None), sizes[0] or None


def _words(graph: onnx.GraphProto) -> int:
    """Rows of the first table that is looked into."""
    tables = {tensor.name: tensor.dims[0] for tensor in graph.initializer if len(tensor.dims) == 2}
    looked = (node.input[0] for node in graph.node if node.op_type == "Gather")
    return next((int(tables[name]) for name in looked if name in tables), 2)


def _walk(graph: onnx.GraphProto, name: str, example: Example, batch: int | None) -> fx.GraphModule:
    walk = Walk(graph, example, batch)
    walk.values |= _initializers(graph)
    walk.take_input(name)
    for proto in graph.node:
        if proto.output[0] not in walk.values:
            _raise_one(walk, proto)
    answers = [walk.values[value.name] for value in graph.output]
    return walk.sketch.finish(answers[0] if len(answers) == 1 else tuple(answers), example)


def _raise_one(walk: Walk, proto: onnx.NodeProto) -> None:
    attributes = {item.name: _attribute(item) for item in proto.attribute}
    inputs: list[Value | None] = [walk.values[name] if name else None for name in proto.input]
    operation = Operation(proto, attributes, inputs)
    table = SIZE_RULES if _is_about_sizes(inputs) and operation.kind in SIZE_RULES else RULES
    if operation.kind not in table or proto.domain not in ("", "ai.onnx"):
        raise operation.unknown()
    made: Any = table[operation.kind](walk, operation)
    for output, value in zip(proto.output, made if isinstance(made, tuple) else (made,), strict=False):
        walk.values[output] = value


def _is_about_sizes(inputs: list[Value | None]) -> bool:
    has_tensors = any(isinstance(value, fx.Node) for value in inputs)
    return not has_tensors and any(isinstance(value, Sizes) for value in inputs)


def _attribute(item: onnx.AttributeProto) -> Any:
    value = helper.get_attribute_value(item)
    if isinstance(value, bytes):
        return value.decode()
    return (
        [part.decode() if isinstance(part, bytes) else part for part in value]
        if isinstance(value, list)
        else value
    )


def _runtime(path: Path, source: onnx.ValueInfoProto) -> Callable[[Tensor], Tensor]:
    """ONNX Runtime on this file, on one thread.

    Raises:
        RequestError: it does not open the file.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise RequestError("artifact_broken", path=path, runtime="ONNX Runtime", reason=error) from None
    kind = np.int32 if source.type.tensor_type.elem_type == _WORDS[0] else None

    def run(inputs: Tensor) -> Tensor:
        array = inputs.numpy() if kind is None else inputs.numpy().astype(kind)
        return torch.from_numpy(np.asarray(session.run(None, {source.name: array})[0]))

    return run
