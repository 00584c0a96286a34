"""Lets go of the memory behind tensors that are mapped from a file: they are read again when they are next needed."""

import ctypes
import mmap
import sys
from bisect import bisect_right
from functools import lru_cache
from pathlib import Path

from torch import Tensor

_MAPS = Path("/proc/self/maps")
_DONT_NEED = 4
_WORTHWHILE_BYTES = 2**22


def let_go(tensor: Tensor) -> None:
    """Drops the pages of ``tensor`` from this process where a file holds the same bytes; else does nothing.

    Only for tensors that are read and never written: a changed page would be lost. Linux only; elsewhere the
    system takes clean pages back by itself when memory gets short.
    """
    if not sys.platform.startswith("linux") or tensor.numel() * tensor.element_size() < _WORTHWHILE_BYTES:
        return
    first, last = tensor.data_ptr(), tensor.data_ptr() + tensor.numel() * tensor.element_size()
    if not tensor.is_contiguous() or not _is_mapped(first, last):
        return
    # Whole pages that lie between the ends; those at the ends may hold neighbours.
    begin = -(-first // mmap.PAGESIZE) * mmap.PAGESIZE
    end = last // mmap.PAGESIZE * mmap.PAGESIZE
    if begin < end:
        _libc().madvise(ctypes.c_void_p(begin), ctypes.c_size_t(end - begin), _DONT_NEED)


@lru_cache(maxsize=1)
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _is_mapped(first: int, last: int) -> bool:
    """Whether one mapping of a real file holds all of it, by the kernel's own list."""
    starts, ends = [], []
    for line in _MAPS.read_text().splitlines():
        span, _, _, _, inode, *_ = line.split(maxsplit=5)
        if inode != "0":
            start, end = (int(part, 16) for part in span.split("-"))
            starts.append(start)
            ends.append(end)
    place = bisect_right(starts, first) - 1
    return place >= 0 and last <= ends[place]
