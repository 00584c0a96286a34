"""What an archive holds: tensors as they were compressed, and a document about them."""

import hashlib
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[Any]
_MOST = 1 << 24


class DataType(IntEnum):
    """The type of a tensor that is kept as it is; the file holds the number."""

    FLOAT32 = 0
    FLOAT16 = 1
    BFLOAT16 = 2
    """numpy has no such type: the bits are held as uint16."""
    FLOAT64 = 3
    INT64 = 4
    INT32 = 5
    INT16 = 6
    INT8 = 7
    UINT8 = 8
    BOOL = 9

    @property
    def numpy(self) -> np.dtype[Any]:
        """The type of the array that holds it."""
        return np.dtype("uint16" if self is DataType.BFLOAT16 else self.name.lower())

    @property
    def is_float(self) -> bool:
        """Whether its bits are sign, exponent and mantissa."""
        return self <= DataType.FLOAT64


@dataclass(frozen=True, kw_only=True, eq=False)
class GridTensor:
    """Whole numbers times scales.

    Attributes:
        name: of the tensor, such as ``conv1.weight``.
        levels: of any shape, below 2²⁴ in magnitude, so that float32 holds each of them.
        scales: one for all, one for each entry of the first dimension, or one for each group of consecutive values;
            their number divides that of the levels.
        group_size: how many values of an entry of the first dimension share a scale, where the last of its groups may
            be shorter; 0 where all groups are equally long.

    >>> GridTensor(name="w", levels=np.array([[1, -2]]), scales=np.array([0.5])).dense().tolist()
    [[0.5, -1.0]]
    """

    name: str
    levels: NDArray[np.int32]
    scales: NDArray[np.float32]
    group_size: int = 0

    def __post_init__(self) -> None:
        _check(self.scales.ndim == 1 and self.scales.size >= 1, "scales are a list of at least one")
        _check(self._is_shared_out(), "scales are as many as the groups of levels")
        _check(self.levels.min(initial=0) > -_MOST, "levels are above -2²⁴")
        _check(self.levels.max(initial=0) < _MOST, "levels are below 2²⁴")
        object.__setattr__(self, "levels", _exactly(self.levels, np.int32))
        object.__setattr__(self, "scales", _exactly(self.scales, np.float32))

    def dense(self) -> NDArray[np.float32]:
        """The float32 values, ``levels.astype(float32) * scale``."""
        values = self.levels.astype(np.float32)
        if self.group_size:
            rows = values.reshape(len(values), -1)
            # A file may claim any size of a group: no more than a row is made of it.
            size = min(self.group_size, rows.shape[1])
            each = self.scales.reshape(len(rows), -1).repeat(size, axis=1)[:, : rows.shape[1]]
            return (rows * each).reshape(values.shape)
        return (values.reshape(self.scales.size, -1) * self.scales[:, None]).reshape(values.shape)

    def _is_shared_out(self) -> bool:
        if not self.group_size:
            return self.levels.size % self.scales.size == 0
        if self.group_size < 0 or self.levels.ndim == 0 or not self.levels.size:
            return False
        groups = -(-self.levels[0].size // self.group_size)
        return bool(self.scales.size == len(self.levels) * groups)


@dataclass(frozen=True, kw_only=True, eq=False)
class CodebookTensor:
    """Indices into a small table of float32, of which one may be zero."""

    name: str
    indices: NDArray[np.int32]
    table: NDArray[np.float32]

    def __post_init__(self) -> None:
        _check(self.table.ndim == 1 and self.table.size >= 1, "a table is a list of at least one")
        object.__setattr__(self, "indices", _exactly(self.indices, np.int32))
        object.__setattr__(self, "table", _exactly(self.table, np.float32))
        inside = (self.indices >= 0) & (self.indices < self.table.size)
        _check(bool(inside.all()), "indices point into the table")

    def dense(self) -> NDArray[np.float32]:
        """The float32 values."""
        return self.table[self.indices].reshape(self.indices.shape)


@dataclass(frozen=True, kw_only=True, eq=False)
class PlainTensor:
    """Floats or integers, kept bit for bit."""

    name: str
    values: Values
    data_type: DataType

    def __post_init__(self) -> None:
        _check(self.values.dtype == self.data_type.numpy, "values are of their data type")

    def dense(self) -> Values:
        """The values."""
        return self.values


Tensor = GridTensor | CodebookTensor | PlainTensor


@dataclass(frozen=True, kw_only=True, eq=False)
class Archive:
    """All tensors of a network, in any order, and a document of the caller's own about them."""

    tensors: tuple[Tensor, ...]
    document: bytes = b""


def hash_tensors(tensors: tuple[Tensor, ...]) -> bytes:
    """SHA-256 over name, type, shape and bytes of all dense tensors, sorted by name; 32 bytes.

    It is kept whole: its 32 bytes come once in a file, and a shorter one could be forged.
    """
    digest = hashlib.sha256()
    for tensor in sorted(tensors, key=lambda tensor: tensor.name):
        dense = tensor.dense()
        data_type = tensor.data_type if isinstance(tensor, PlainTensor) else DataType.FLOAT32
        digest.update(f"{tensor.name} {data_type.name.lower()} {dense.shape}\n".encode())
        digest.update(dense.astype(dense.dtype.newbyteorder("<"), copy=False).tobytes())
    return digest.digest()


def _exactly(values: Values, wanted: type[np.number[Any]]) -> Values:
    if values.dtype == wanted:
        return values
    result = values.astype(wanted)
    is_same = np.array_equal(result, values, equal_nan=values.dtype.kind == "f")
    _check(is_same, f"all values fit into {wanted.__name__}")
    return result


def _check(is_so: bool, wanted: str) -> None:
    if not is_so:
        raise ValueError(f"not so: {wanted}")
