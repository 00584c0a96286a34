"""Tensors as unsigned words, 0 being the value that pruning leaves, for :mod:`engine.archive.words` to code."""

from typing import Any, assert_never

import numpy as np
from numpy.typing import NDArray

from engine.archive.coder import Coder, DamagedError, Words
from engine.archive.records import CodebookTensor, DataType, GridTensor, PlainTensor, Tensor, Values
from engine.archive.words import code_words

Signed = NDArray[np.signedinteger[Any]]


def code_tensor(coder: Coder, tensor: Tensor) -> Tensor:
    """Codes a tensor; a reader gives one of the same kind, name, type and shapes, full of zeros.

    Raises:
        DamagedError: what is read is no such tensor.
    """
    match tensor:
        case GridTensor():
            return _code_grid(coder, tensor)
        case CodebookTensor():
            return _code_codebook(coder, tensor)
        case PlainTensor():
            values = _code_plain(coder, tensor.values, tensor.data_type)
            return PlainTensor(name=tensor.name, values=values, data_type=tensor.data_type)
        case _:
            assert_never(tensor)


def _code_grid(coder: Coder, tensor: GridTensor) -> GridTensor:
    scales = _code_plain(coder, tensor.scales, DataType.FLOAT32)
    levels = _code_plain(coder, tensor.levels, DataType.INT32)
    return GridTensor(name=tensor.name, levels=levels, scales=scales, group_size=tensor.group_size)


def _code_codebook(coder: Coder, tensor: CodebookTensor) -> CodebookTensor:
    table = _code_plain(coder, tensor.table, DataType.FLOAT32)
    zeros = np.flatnonzero(table.view(np.uint32) == 0)
    zero = int(zeros[0]) if zeros.size else -1
    flat = tensor.indices.reshape(-1)
    words = np.where(flat == zero, 0, flat + 1).astype(np.uint32)
    coded = code_words(coder, words, tensor.indices.shape)
    if coded.size and (int(coded.max()) > table.size or (zero < 0 and int(coded.min()) == 0)):
        raise DamagedError("an index beyond its table")
    indices = np.where(coded == 0, zero, coded.astype(np.int64) - 1)
    return CodebookTensor(name=tensor.name, indices=indices.reshape(tensor.indices.shape), table=table)


def _code_plain(coder: Coder, values: Values, data_type: DataType) -> Values:
    flat = np.ascontiguousarray(values).reshape(-1)
    # A reader is given zeros, which are words of zeros either way: turning a gigabyte of them takes seconds.
    blank = flat.view(_unsigned(flat.dtype)) if coder.is_reading else None
    if data_type.is_float:
        words = _to_rotated(flat) if blank is None else blank
        return _from_rotated(code_words(coder, words, values.shape), flat.dtype, values.shape)
    if flat.dtype.kind == "i":
        words = _to_zigzag(flat) if blank is None else blank
        return _from_zigzag(code_words(coder, words, values.shape), flat.dtype, values.shape)
    return code_words(coder, flat.view(np.uint8), values.shape).view(flat.dtype).reshape(values.shape)


def _to_rotated(values: Values) -> Words:
    """The bits with the sign last, so that the highest plane is the exponent.

    >>> _to_rotated(np.array([0.0, -0.0], np.float32)).tolist()
    [0, 1]
    """
    bits: Words = values.view(_unsigned(values.dtype))
    one = bits.dtype.type(1)
    return np.asarray((bits << one) | (bits >> bits.dtype.type(8 * bits.dtype.itemsize - 1)))


def _from_rotated(words: Words, data_type: np.dtype[Any], shape: tuple[int, ...]) -> Values:
    """Takes the words over: an array less counts where a tensor is large."""
    bits = words >> words.dtype.type(1)
    words <<= words.dtype.type(8 * words.dtype.itemsize - 1)
    bits |= words
    return bits.view(data_type).reshape(shape)


def _to_zigzag(values: Signed) -> Words:
    """Small magnitudes as small words.

    >>> _to_zigzag(np.array([0, -1, 1, -2, 2], np.int8)).tolist()
    [0, 1, 2, 3, 4]
    """
    last = values.dtype.type(8 * values.dtype.itemsize - 1)
    folded = (values << values.dtype.type(1)) ^ (values >> last)
    return np.asarray(folded.view(_unsigned(values.dtype)))


def _from_zigzag(words: Words, data_type: np.dtype[Any], shape: tuple[int, ...]) -> Values:
    one = words.dtype.type(1)
    return ((words >> one) ^ (~(words & one) + one)).view(data_type).reshape(shape)


def _unsigned(data_type: np.dtype[Any]) -> np.dtype[Any]:
    return np.dtype(f"u{data_type.itemsize}")
