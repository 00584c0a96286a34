"""Goes once over a large weight in pieces that fit the processor's cache: moments and histogram together.

``torch.histc`` and ``torch.var_mean`` take some fifty times as long as finding the range. Here each piece is read from
memory once: its powers are summed by dot products, and its values become bytes, whose counting is cheap. Measured
in benchmarks/README.md.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.analysis.mapped import let_go

BINS = 256
_PIECE = 2**16
_LET_GO_EVERY = 2**24


@dataclass(frozen=True, kw_only=True)
class Spread:
    """Moments of all finite values, and how many fall into each of equal steps of the range.

    Attributes:
        variance: of the population.
        kurtosis: the fourth central moment by the variance squared, 3 for a normal distribution; None without spread.
    """

    mean: float
    variance: float
    kurtosis: float | None
    counts: tuple[int, ...]


def spread_of(pieces: Callable[[], Iterator[Tensor]], low: float, high: float, *, bins: int = BINS) -> Spread:
    """One pass for the sum, one for the rest.

    Args:
        pieces: goes over the values, see :func:`pieces_of`.
        low: where the histogram begins.
        high: where it ends, above ``low``.
        bins: at most 256.
    """
    total, number = 0.0, 0
    for piece in pieces():
        total += float(piece.sum())
        number += len(piece)
    mean = total / max(number, 1)
    second = fourth = 0.0
    counts = torch.zeros(bins, dtype=torch.int64)
    for piece in pieces():
        counts += torch.bincount(steps_of(piece, low, high, bins), minlength=bins)
        squares = piece.sub(mean).square_()
        second += float(squares.sum())
        fourth += float(torch.dot(squares, squares))
    variance = second / max(number, 1)
    return Spread(
        mean=mean,
        variance=variance,
        kurtosis=fourth / number / variance**2 if variance > 0 else None,
        counts=tuple(counts.tolist()),
    )


@contextmanager
def one_thread() -> Iterator[None]:
    """Threads would wait for each other longer than the small steps of a piece take, above all on a busy machine."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def steps_of(piece: Tensor, low: float, high: float, bins: int) -> Tensor:
    """The number of each value's step; the largest value belongs to the last one."""
    places = piece.sub(low).mul_(bins / (high - low)).clamp_(0, bins - 1)
    # By way of int16: torch turns floats into bytes one at a time.
    return places.to(torch.int16).to(torch.uint8)


def pieces_of(weight: Tensor, *, is_finite: bool = True, is_read_only: bool = False) -> Iterator[Tensor]:
    """The values in order, float32, piece by piece.

    Args:
        weight: any shape, any real type.
        is_finite: whether all values are; those that are not are left out otherwise.
        is_read_only: nobody writes to the weight, so pages of a mapped file may be let go after use.
    """
    flat = weight.detach().reshape(-1)
    for start in range(0, len(flat), _LET_GO_EVERY):
        part = flat[start : start + _LET_GO_EVERY]
        for piece in torch.split(part, _PIECE):
            values = piece.float()
            yield values if is_finite else values[values.isfinite()]
        if is_read_only:
            let_go(part)
