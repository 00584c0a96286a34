"""Safetensors: eight bytes of length, a JSON header, and the tensors' bytes, one behind the other."""

import json
from pathlib import Path
from typing import Any

from engine.contract.errors import RequestError

_LARGEST_HEADER = 100_000_000
_BITS = {
    "BOOL": 8,
    "U8": 8,
    "I8": 8,
    "U16": 16,
    "I16": 16,
    "U32": 32,
    "I32": 32,
    "U64": 64,
    "I64": 64,
    "F4": 4,
    "F6_E2M3": 6,
    "F6_E3M2": 6,
    "F8_E4M3": 8,
    "F8_E4M3FNUZ": 8,
    "F8_E5M2": 8,
    "F8_E5M2FNUZ": 8,
    "F8_E8M0": 8,
    "F16": 16,
    "BF16": 16,
    "F32": 32,
    "F64": 64,
    "C64": 64,
}


def check_safetensors(path: Path) -> None:
    """Compares the header with the file.

    Raises:
        RequestError: the header is broken, or its tensors do not fill the file exactly, in order, without overlap.
    """
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if length > _LARGEST_HEADER:
                raise ValueError(f"its header claims {length} bytes")
            text = file.read(length)
        header = json.loads(text.decode("utf-8"), object_pairs_hook=_once)
        end = _end_of_tensors(header)
    except (OSError, ValueError, RecursionError) as error:
        raise RequestError("file_truncated", path=path, reason=error) from None
    held = path.stat().st_size - 8 - length
    if end != held:
        raise RequestError("file_truncated", path=path, reason=f"it claims {end} bytes and holds {held}")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("its header has one name twice")
    return found


def _end_of_tensors(header: object) -> int:
    if not isinstance(header, dict):
        raise ValueError("its header is no table")
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict):
        raise ValueError("its metadata is no table")
    extents = sorted((_extent(name, entry), name) for name, entry in header.items())
    end = 0
    for (start, stop), name in extents:
        if start != end:
            raise ValueError(f'"{name}" overlaps another tensor or leaves a hole')
        end = stop
    return end


def _extent(name: str, entry: object) -> tuple[int, int]:
    """Where the tensor lies, once that is as long as its shape and type say."""
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise ValueError(f'"{name}" is not described')
    bits, shape, offsets = _BITS.get(str(entry["dtype"])), entry["shape"], entry["data_offsets"]
    if bits is None:
        raise ValueError(f'"{name}" has the unknown type {entry["dtype"]}')
    if not _are_counts(shape) or not _are_counts(offsets) or len(offsets) != 2:
        raise ValueError(f'"{name}" has an impossible shape or place')
    for size in shape:
        # Step by step: the product of a thousand huge sizes would take long to compute.
        bits *= size
        if bits > 2**66:
            raise ValueError(f'"{name}" claims more elements than any file holds')
    start, stop = offsets
    if (stop - start) * 8 != bits:
        raise ValueError(f'"{name}" has {stop - start} bytes for the shape {shape}')
    return start, stop


def _are_counts(values: object) -> bool:
    return isinstance(values, list) and all(type(value) is int and 0 <= value < 2**63 for value in values)
