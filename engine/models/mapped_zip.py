"""Tensors that lie uncompressed in a zip, mapped from the file instead of read."""

import math
import struct
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

_LOCAL_HEADER = struct.Struct("<26xHH")


@dataclass(frozen=True, kw_only=True)
class TensorPlace:
    """Where a tensor lies in its member: strides and offset count elements."""

    dtype: torch.dtype
    sizes: Sequence[int]
    strides: Sequence[int]
    offset: int = 0


class MappedZip:
    """One zip whose members are looked into without being loaded.

    Raises:
        ValueError: a member or a tensor does not lie in the file as it says.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with zipfile.ZipFile(path) as archive:
            self._members = {member.filename.partition("/")[2]: member for member in archive.infolist()}
        self._bytes = torch.UntypedStorage.from_file(str(path), shared=False, nbytes=path.stat().st_size)

    def has(self, name: str) -> bool:
        """Whether there is a member of that name below the zip's one folder."""
        return name in self._members

    def names(self) -> tuple[str, ...]:
        """Of all members, below the zip's one folder."""
        return tuple(self._members)

    def read(self, name: str) -> bytes:
        """A member's bytes, unpacked."""
        with zipfile.ZipFile(self._path) as archive:
            return archive.read(self._member(name))

    def storage(self, name: str) -> torch.UntypedStorage:
        """A member's bytes, mapped; what is written to them never reaches the file."""
        member = self._member(name)
        if member.compress_type != zipfile.ZIP_STORED:
            raise ValueError(f"{name} is compressed")
        with self._path.open("rb") as file:
            file.seek(member.header_offset)
            lengths = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
        start = member.header_offset + _LOCAL_HEADER.size + sum(lengths)
        part: torch.UntypedStorage = self._bytes[start : start + member.file_size]  # type: ignore[assignment]
        return part

    def tensor(self, name: str, place: TensorPlace) -> Tensor:
        """A tensor in a member."""
        return tensor_in(self.storage(name), place)

    def _member(self, name: str) -> zipfile.ZipInfo:
        if name not in self._members:
            raise ValueError(f"{name} is missing")
        return self._members[name]


def tensor_in(storage: torch.UntypedStorage, place: TensorPlace) -> Tensor:
    """A view of a storage, once it is seen to lie within it, each element at a place of its own.

    Raises:
        ValueError: it does not.
    """
    sizes, strides = list(place.sizes), list(place.strides)
    numbers = [*sizes, *strides, place.offset]
    if len(sizes) != len(strides) or any(type(number) is not int or number < 0 for number in numbers):
        raise ValueError("a tensor has impossible sizes")
    last = place.offset + sum((size - 1) * stride for size, stride in zip(sizes, strides, strict=True))
    available = storage.nbytes() // place.dtype.itemsize
    count = math.prod(sizes)
    if count and (last >= available or count > available):
        raise ValueError("a tensor claims more elements than the file holds")
    made = torch.empty(0, dtype=place.dtype)
    return made.set_(storage, place.offset if count else 0, sizes, strides)  # type: ignore[call-overload,no-any-return]
