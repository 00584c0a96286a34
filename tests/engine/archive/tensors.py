"""Tensors to archive, and the entropy they are measured against."""

import numpy as np

from engine.archive.container import decode_archive, encode_archive
from engine.archive.records import Archive, DataType, GridTensor, PlainTensor, Tensor

LENET5 = {"conv1": (20, 1, 5, 5), "conv2": (50, 20, 5, 5), "fc1": (500, 800), "fc2": (10, 500)}


def there_and_back(*tensors: Tensor, document: bytes = b"") -> tuple[Tensor, ...]:
    data = encode_archive(Archive(tensors=tensors, document=document))
    return decode_archive(data, path="net.penjing").tensors


def grid(levels: np.ndarray, scale: float = 0.01, name: str = "weight") -> GridTensor:
    return GridTensor(name=name, levels=levels.astype(np.int32), scales=np.array([scale], np.float32))


def plain(values: np.ndarray, name: str = "bias") -> PlainTensor:
    return PlainTensor(name=name, values=values, data_type=DataType[values.dtype.name.upper()])


def levels_of(keep: np.ndarray, rng: np.random.Generator, bits: int = 4) -> np.ndarray:
    """Where something is kept, a level other than 0 as of Laplace's distribution."""
    most = 2 ** (bits - 1) - 1
    sizes = np.clip(np.ceil(np.abs(rng.laplace(size=keep.shape)) * most / 4), 1, most)
    return (keep * sizes * rng.choice([-1, 1], keep.shape)).astype(np.int32)


def order_zero_bytes(levels: np.ndarray) -> float:
    """The empirical entropy of which are zero, and of those that are not: closed form, no code of ours."""
    flat = levels.ravel()
    return (_entropy_bits(flat != 0) + _entropy_bits(flat[flat != 0])) / 8


def _entropy_bits(symbols: np.ndarray) -> float:
    counts = np.unique(symbols, return_counts=True)[1]
    return float(-(counts * np.log2(counts / symbols.size)).sum())
