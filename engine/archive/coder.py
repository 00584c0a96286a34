"""One stream of bits, written or read by the same calls, so that both ends follow one model.

A function that codes something is given it and returns it. While reading, what is given says only how many there are.
All probabilities are made of integers and of single operations of IEEE 754, never of sums or of ``exp``, whose last
bits differ between machines: a decoder that disagrees with the encoder in one bit reads nonsense from there on.
"""

from typing import Any, Protocol

import constriction
import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]
Symbols = NDArray[np.int32]
Weights = NDArray[np.int64]
Words = NDArray[np.unsignedinteger[Any]]

CHANCE_ONE = 1 << 20
"""A chance of 1, as chances are counted in integers."""
LEAST_CHANCE = CHANCE_ONE >> 13
"""No flag is less probable, so that a short stream cannot stand for endlessly many."""
_MOST_SYMBOLS_PER_BYTE = 1 << 17
_WORD_BYTES = 4
_DIGIT_BITS = 8


class DamagedError(ValueError):
    """What is read cannot have been written."""


class Coder(Protocol):
    """Writes what it is given, or reads what was written."""

    @property
    def is_reading(self) -> bool:
        """Whether what is given is only a place for what is read."""

    def flags(self, values: Flags, chances: Weights) -> Flags:
        """Codes flags, each of its own chance to be true, of :data:`CHANCE_ONE`."""

    def symbols(self, values: Symbols, weights: Weights) -> Symbols:
        """Codes symbols of one alphabet; they are as probable as their ``weights``, which are positive."""


class RangeWriter:
    """Writes a stream."""

    is_reading = False

    def __init__(self) -> None:
        self._encoder = constriction.stream.queue.RangeEncoder()

    def flags(self, values: Flags, chances: Weights) -> Flags:
        """Writes flags."""
        if values.size:
            self._encoder.encode(values.astype(np.int32), _BERNOULLI, _probabilities(chances))
        return values

    def symbols(self, values: Symbols, weights: Weights) -> Symbols:
        """Writes symbols; an alphabet of one costs nothing."""
        if values.size and weights.size > 1:
            self._encoder.encode(values, _categorical(weights))
        return values

    def to_bytes(self) -> bytes:
        """The whole stream."""
        return bytes(self._encoder.get_compressed().astype("<u4").tobytes())


class LengthGauge:
    """Writes nothing, and sums what :class:`RangeWriter` would take to a hair: to compare models with."""

    is_reading = False

    def __init__(self) -> None:
        self.bits = 0.0

    def flags(self, values: Flags, chances: Weights) -> Flags:
        """Adds the length of flags."""
        chance = _probabilities(chances).astype(np.float32)
        self.bits -= float(np.log2(1 - chance).sum(dtype=np.float64))
        true = chance[values].astype(np.float64)
        self.bits -= float((np.log2(true) - np.log2(1 - true)).sum())
        return values

    def symbols(self, values: Symbols, weights: Weights) -> Symbols:
        """Adds the length of symbols."""
        counts = np.bincount(values, minlength=weights.size)
        self.bits += float(counts @ (np.log2(weights.sum()) - np.log2(weights)))
        return values


class RangeReader:
    """Reads a stream.

    Raises:
        DamagedError: from any call, where the stream cannot hold what is asked for.
    """

    is_reading = True

    def __init__(self, stream: bytes) -> None:
        if len(stream) % _WORD_BYTES:
            raise DamagedError("a stream consists of words")
        words = np.frombuffer(stream, "<u4").astype(np.uint32)
        self._decoder = constriction.stream.queue.RangeDecoder(words)
        self._left = (len(stream) + _WORD_BYTES) * _MOST_SYMBOLS_PER_BYTE

    def flags(self, values: Flags, chances: Weights) -> Flags:
        """Reads as many flags as there are ``values``."""
        if not values.size:
            return values
        self._spend(values.size)
        return self._decode(_BERNOULLI, _probabilities(chances)).astype(np.bool_)

    def symbols(self, values: Symbols, weights: Weights) -> Symbols:
        """Reads as many symbols as there are ``values``."""
        if not values.size or weights.size == 1:
            return np.zeros(values.size, np.int32)
        self._spend(values.size)
        return self._decode(_categorical(weights), values.size)

    def check_end(self) -> None:
        """Raises where something was not read."""
        if not self._decoder.maybe_exhausted():
            raise DamagedError("the stream goes on")

    def _spend(self, count: int) -> None:
        self._left -= count
        if self._left < 0:
            raise DamagedError("so short a stream cannot hold so much")

    def _decode(self, model: object, amount: object) -> Symbols:
        try:
            return np.asarray(self._decoder.decode(model, amount), np.int32)
        except AssertionError as error:
            raise DamagedError("no symbol has this code") from error


def code_number(coder: Coder, value: int, bits: int) -> int:
    """Codes a number below ``2 ** bits``, all of them equally probable."""
    result = 0
    for start in range(0, bits, _DIGIT_BITS):
        width = min(_DIGIT_BITS, bits - start)
        digit = (value >> start) & ((1 << width) - 1)
        result |= code_choice(coder, digit, 1 << width) << start
    return result


def code_choice(coder: Coder, value: int, count: int) -> int:
    """Codes one of ``count`` choices, all of them equally probable."""
    return int(coder.symbols(np.array([value], np.int32), np.ones(count, np.int64))[0])


def _probabilities(chances: Weights) -> NDArray[np.float64]:
    return np.clip(chances, LEAST_CHANCE, CHANCE_ONE - LEAST_CHANCE) / float(CHANCE_ONE)


def _categorical(weights: Weights) -> object:
    return constriction.stream.model.Categorical(weights.astype(np.float64), perfect=False)


_BERNOULLI = constriction.stream.model.Bernoulli(perfect=False)
