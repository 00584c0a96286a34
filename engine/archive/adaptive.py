"""Symbols of one alphabet, coded with the frequencies of those before them.

No table is sent: coder and decoder count alike, and use what they counted for the next block, which is a quarter as
long as all before it. What is not known yet costs about half of log2(n) bits for each symbol of the alphabet, which a
table sent at its best precision costs as well (Rissanen 1984, Universal coding, theorem 1).
"""

from enum import IntEnum

import numpy as np

from engine.archive.coder import Coder, LengthGauge, Symbols, Weights, code_choice

_COUNT = 64
_FIRST_BLOCK = 32
_MOST_BLOCK = 1 << 18
_FLOOR_SHIFT = 12
_SAMPLE = 1 << 14
_SOON_FORGOTTEN = 32


class Prior(IntEnum):
    """What is believed of an alphabet before the first symbol."""

    RAW = 0
    """All are equally probable, and stay so."""
    FLAT = 1
    """All are equally probable; half a count each (Krichevsky and Trofimov 1981, equation 1.8)."""
    SPARSE = 2
    """All are equally probable; few will be seen."""
    STEEP = 3
    """Small ones are more probable: half of them are below 2."""
    FALLING = 4
    """The same, about half of them below 6."""
    SLOPING = 5
    """The same, about half of them below 22."""
    GENTLE = 6
    """The same, about half of them below 90."""


_SHARES_LEFT = {Prior.STEEP: 1 / 2, Prior.FALLING: 7 / 8, Prior.SLOPING: 31 / 32, Prior.GENTLE: 127 / 128}
_BELIEF = 16 * _COUNT


def code_adaptive(coder: Coder, symbols: Symbols, size: int, prior: Prior = Prior.FLAT) -> Symbols:
    """Codes symbols below ``size``, at least 1, with what was counted so far; a reader fills ``symbols``.

    >>> gauge = LengthGauge()
    >>> _ = code_adaptive(gauge, np.zeros(10_000, np.int32), 16)
    >>> gauge.bits < 300
    True
    """
    weights = _first_weights(size, prior)
    first = _MOST_BLOCK if prior is Prior.RAW else _FIRST_BLOCK
    start = 0
    while start < symbols.size:
        stop = start + min(max(first, start // 4), _MOST_BLOCK)
        block = symbols[start:stop]
        block[:] = coder.symbols(block, _floored(weights))
        if prior is not Prior.RAW:
            weights += _COUNT * np.bincount(block, minlength=size)
        start = stop
    return symbols


def code_best(coder: Coder, symbols: Symbols, size: int) -> Symbols:
    """Codes symbols with the prior that makes their first thousands shortest, which is coded before them."""
    prior = Prior.RAW if coder.is_reading else best_prior(symbols, size)
    prior = Prior(code_choice(coder, prior, len(Prior)))
    return code_adaptive(coder, symbols, size, prior)


def best_prior(symbols: Symbols, size: int) -> Prior:
    """The prior that makes the first thousands of ``symbols`` shortest; many symbols soon forget theirs."""
    sample = symbols[:_SAMPLE]
    priors = (Prior.RAW, Prior.FLAT) if sample.size > _SOON_FORGOTTEN * size else tuple(Prior)
    return min(priors, key=lambda prior: coded_bits(sample, size, prior))


def coded_bits(symbols: Symbols, size: int, prior: Prior) -> float:
    """How long ``symbols`` become."""
    gauge = LengthGauge()
    code_adaptive(gauge, symbols, size, prior)
    return gauge.bits


def _first_weights(size: int, prior: Prior) -> Weights:
    if prior is Prior.RAW:
        return np.ones(size, np.int64)
    if prior is Prior.FLAT:
        return np.full(size, _COUNT // 2, np.int64)
    if prior is Prior.SPARSE:
        return np.full(size, _COUNT // 16, np.int64)
    left = _SHARES_LEFT[prior]
    falling = np.cumprod(np.full(size, left)) / left
    return (falling * (_BELIEF * (1 - left))).astype(np.int64) + 2


def _floored(weights: Weights) -> Weights:
    """No symbol is certain, as :data:`engine.archive.coder.LEAST_CHANCE` has it of flags."""
    scaled = weights << _FLOOR_SHIFT
    return scaled + int(weights.sum()) // weights.size + 1
