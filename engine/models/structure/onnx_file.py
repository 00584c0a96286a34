"""ONNX: a protobuf, whose tensors lie in it or in files beside it."""

import math
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine.contract.errors import RequestError
from engine.models.structure.folders import inside

_LARGEST_PROTOBUF = 2**31 - 1
# Bits of an element by onnx.TensorProto.DataType.
_BITS = {1: 32, 2: 8, 3: 8, 4: 16, 5: 16, 6: 32, 7: 64, 9: 8, 10: 16, 11: 64, 12: 32, 13: 64, 14: 64, 15: 128}
_BITS |= {16: 16, 17: 8, 18: 8, 19: 8, 20: 8, 21: 4, 22: 4, 23: 4, 24: 8, 25: 2, 26: 2}
_STRING = 8
_TYPED = ("float_data", "int32_data", "int64_data", "double_data", "uint64_data")
_WIDEST = 64


def is_onnx(head: bytes) -> bool:
    """Whether a protobuf begins here whose first field is ONNX's version of its format."""
    return len(head) > 2 and head[0] == 0x08 and 0 < head[1] < 0x40 and head[2] & 7 in (0, 2)


def check_onnx(path: Path) -> None:
    """Opens the protobuf and compares every tensor in it with the bytes that it has.

    Raises:
        RequestError: it is broken, a tensor claims what it does not hold, or its data lie outside the folder.
    """
    import onnx

    if path.stat().st_size > _LARGEST_PROTOBUF:
        raise RequestError("file_truncated", path=path, reason="a protobuf is never longer than 2 GiB")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = onnx.load_model(path, format="protobuf", load_external_data=False)
        tensors = list(_tensors_of(model))
        if not model.HasField("graph") or not model.graph.node:
            raise ValueError("it has no graph")
        for tensor in tensors:
            _check_tensor(path, tensor)
    except RequestError:
        raise
    except Exception as error:  # protobuf has several kinds of its own
        raise RequestError("file_truncated", path=path, reason=error) from None


def _tensors_of(model: Any) -> Iterator[Any]:
    """Every tensor at any depth: initializers, attributes, functions and graphs within graphs."""
    left: list[Any] = [model]
    while left:
        message = left.pop()
        if message.DESCRIPTOR.name == "TensorProto":
            yield message
            continue
        for _, value in message.ListFields():
            items = value if hasattr(value, "__len__") and not isinstance(value, str | bytes) else (value,)
            left.extend(item for item in items if hasattr(item, "ListFields"))


def _check_tensor(path: Path, tensor: Any) -> None:
    if any(size < 0 for size in tensor.dims):
        raise ValueError(f'the tensor "{tensor.name}" has a negative size')
    count = math.prod(tensor.dims[:64])
    if tensor.data_type == _STRING:
        held, claimed = len(tensor.string_data), count
    else:
        bits = _BITS.get(tensor.data_type)
        if bits is None:
            raise ValueError(f'the tensor "{tensor.name}" has the unknown type {tensor.data_type}')
        held, claimed = _held_bits(path, tensor, bits), count * bits
    if len(tensor.dims) > 64 or claimed > held:
        raise ValueError(f'the tensor "{tensor.name}" claims more than the file holds')


def _held_bits(path: Path, tensor: Any, bits: int) -> int:
    if tensor.data_location == tensor.EXTERNAL:
        return _check_external(path, tensor) * 8
    if tensor.HasField("raw_data"):
        return len(tensor.raw_data) * 8
    # A typed list holds whole elements, except that int32_data packs those of less than eight bits.
    values = sum(len(getattr(tensor, name)) for name in _TYPED)
    return values * max(bits, 8)


def _check_external(path: Path, tensor: Any) -> int:
    """How many bytes the named file holds for the tensor."""
    entries = {entry.key: entry.value for entry in tensor.external_data}
    file = inside(path.parent, entries.get("location", ""), named_by=path)
    if file.is_symlink():
        raise RequestError("file_forged", path=path, reason=f'its data file "{file.name}" is a link')
    offset = int(entries.get("offset") or 0)
    rest = file.stat().st_size - offset
    length = int(entries.get("length") or rest)
    if offset < 0 or not 0 <= length <= rest:
        raise ValueError(f'the tensor "{tensor.name}" lies outside "{file.name}"')
    return length
