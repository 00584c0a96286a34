"""Whether data fits into memory, asked before it is read: a machine that swaps answers nobody."""

import os
from pathlib import Path

from engine.contract.errors import RequestError

_MEMINFO = Path("/proc/meminfo")
# The splits are copies of what was read.
_COPIES = 2


def require_memory(path: str, *, samples: int, sample_bytes: int) -> None:
    """Refuses data that would not fit beside its splits.

    Raises:
        RequestError: it would not; the sentence says how many samples would.
    """
    available = available_bytes()
    needed = samples * sample_bytes * _COPIES
    if available is None or needed <= available:
        return
    raise RequestError(
        "data_too_large",
        path=path,
        samples=samples,
        needed=in_words(needed),
        available=in_words(available),
        # The limit counts for each of two splits.
        limit=max(available // (sample_bytes * _COPIES * 2), 1),
    )


def available_bytes() -> int | None:
    """Memory that is free now; all that there is where the system does not say, None where it says nothing."""
    if _MEMINFO.is_file():
        for line in _MEMINFO.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None


def in_words(size: int) -> str:
    """A size as people say it.

    >>> in_words(3_500_000_000)
    '3.5 GB'
    """
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"
