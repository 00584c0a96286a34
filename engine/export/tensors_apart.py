"""ONNX files whose tensors lie in a second file beside them: a protobuf is never longer than 2 GiB.

The second file has the first one's name and ``.data`` behind it; ONNX Runtime finds it there by itself. Tensors stand
in it one behind the other, each at a multiple of :data:`ALIGNMENT`, so that it can be mapped into memory as it is.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import onnx
from onnx import TensorProto, helper

from engine.contract.report import DataFile
from engine.contract.run_folder import sha256_of, write_parts_atomically

DATA_SUFFIX = ".data"
ALIGNMENT = 64
SMALLEST_BYTES = 1024


def data_path_of(path: Path) -> Path:
    """Where the tensors of an ONNX file lie if they lie apart.

    >>> data_path_of(Path("model.onnx")).name
    'model.onnx.data'
    """
    return path.with_name(f"{path.name}{DATA_SUFFIX}")


def data_file_of(path: Path) -> DataFile | None:
    """What lies beside an ONNX file of ours; None where it holds its tensors itself."""
    data = data_path_of(path)
    if not data.is_file():
        return None
    return DataFile(name=data.name, size_bytes=data.stat().st_size, sha256=sha256_of(data))


def size_of(path: Path) -> int:
    """The bytes of a file, together with those that lie beside it."""
    return sum(file.stat().st_size for file in (path, data_path_of(path)) if file.is_file())


def tensor_bytes(model: onnx.ModelProto) -> int:
    """The bytes of all tensors; a protobuf that is too long does not even say how long it is."""
    return sum(len(tensor.raw_data) for tensor in model.graph.initializer)


def write_apart(model: onnx.ModelProto, path: Path) -> None:
    """Writes both files, each whole or not at all; the one that names the other comes last."""
    large = [tensor for tensor in model.graph.initializer if _is_large(tensor)]
    write_parts_atomically(data_path_of(path), _aligned(tensor.raw_data for tensor in large))
    graph = _without_large_tensors(model, data_path_of(path).name)
    write_parts_atomically(path, [graph.SerializeToString(deterministic=True)])


def _is_large(tensor: TensorProto) -> bool:
    """Shapes and other small tensors stay: the runtime reads them before it opens the second file."""
    return len(tensor.raw_data) >= SMALLEST_BYTES


def _aligned(parts: Iterable[bytes]) -> Iterator[bytes]:
    for part in parts:
        yield part
        yield bytes(-len(part) % ALIGNMENT)


def _without_large_tensors(model: onnx.ModelProto, location: str) -> onnx.ModelProto:
    """A model of the same graph that says of each large tensor where it begins."""
    tensors, offset = [], 0
    for tensor in model.graph.initializer:
        if _is_large(tensor):
            length = len(tensor.raw_data)
            tensors.append(_reference(tensor, location=location, offset=offset, length=length))
            offset += length + -length % ALIGNMENT
        else:
            tensors.append(tensor)
    graph = model.graph
    return helper.make_model(
        helper.make_graph(graph.node, graph.name, graph.input, graph.output, initializer=tensors),
        opset_imports=model.opset_import,
        ir_version=model.ir_version,
        producer_name=model.producer_name,
    )


def _reference(tensor: TensorProto, **place: str | int) -> TensorProto:
    reference = TensorProto(name=tensor.name, data_type=tensor.data_type, dims=tensor.dims)
    reference.data_location = TensorProto.EXTERNAL
    for key, value in place.items():
        reference.external_data.add(key=key, value=str(value))
    return reference
