"""Unsigned integers of a tensor, 0 being what is left out: first the positions of the others, then their values.

Values of few bits are symbols, values of many are parted into planes of 8 bits, the highest first; where there are few
different ones, they are sent as a palette, and values become their indices. The highest plane may have a model for each
octave of how full the row or the column is: in a full row, values tend to be larger, and its fullness is known by then.
"""

from enum import IntEnum

import numpy as np

from engine.archive.adaptive import best_prior, code_best, coded_bits
from engine.archive.coder import Coder, DamagedError, Flags, Symbols, Words, code_choice, code_number
from engine.archive.octaves import octaves_of
from engine.archive.position_plans import choose_plan
from engine.archive.positions import PositionPlan, View, as_matrix, code_positions

_PLANE_BITS = 8
_MOST_COLORS = 256
_SAMPLE = 1 << 13
_WIDTH_BITS = 7


class Context(IntEnum):
    """What a value's model may depend on."""

    NONE = 0
    ROW = 1
    COLUMN = 2


def code_words(coder: Coder, words: Words, shape: tuple[int, ...]) -> Words:
    """Codes the words of a tensor of ``shape``, flat; a reader is given as many zeros of their type.

    Raises:
        DamagedError: what is read is no such tensor.
    """
    plan = PositionPlan() if coder.is_reading else choose_plan(words != 0, shape)
    flags = code_positions(coder, words != 0, shape, plan)
    # Not zeros_like, which writes them: what stays zero need never be touched.
    result: Words = np.zeros(words.shape, words.dtype)
    result[flags] = _code_values(coder, words[flags], _Surroundings(flags, shape))
    return result


class _Surroundings:
    """The octaves of a value's row and column, which both ends know."""

    def __init__(self, flags: Flags, shape: tuple[int, ...]) -> None:
        self._flags = flags
        self._shape = shape

    def octaves(self, context: Context) -> Symbols:
        matrix = as_matrix(self._flags, self._shape, View.ROWS)
        axis = 0 if context is Context.COLUMN else 1
        full = np.count_nonzero(matrix, axis=axis)
        octaves = octaves_of(np.minimum(full, 1 + matrix.shape[axis] - full))
        if context is Context.ROW:
            return np.repeat(octaves, full)
        return np.asarray(octaves[np.flatnonzero(self._flags) % matrix.shape[1]])


def _code_values(coder: Coder, values: Words, surroundings: _Surroundings) -> Words:
    if not values.size:
        return values
    if not code_choice(coder, _has_palette(coder, values), 2):
        return _code_planes(coder, values, surroundings)
    palette = _code_palette(coder, np.unique(values))
    indices = np.searchsorted(palette, values).astype(np.int32)
    return palette[_code_top(coder, indices, palette.size, surroundings)]


def _has_palette(coder: Coder, values: Words) -> bool:
    """Whether so few values occur that naming them is shorter than their planes."""
    if coder.is_reading or np.unique(values[:_SAMPLE]).size > _MOST_COLORS:
        return False
    colors = np.unique(values)
    width = int(colors[-1]).bit_length()
    has_planes = width > _PLANE_BITS and colors.size * width < values.size * (width - _PLANE_BITS)
    return colors.size <= _MOST_COLORS and (has_planes or 8 * colors.size < 1 << width)


def _code_palette(coder: Coder, palette: Words) -> Words:
    """Codes distinct, rising words as the steps between them."""
    count = 1 + code_number(coder, palette.size - 1, _PLANE_BITS)
    steps = np.diff(palette, prepend=palette.dtype.type(0))
    most = 0 if coder.is_reading else int(steps.max())
    width = code_number(coder, most.bit_length(), _WIDTH_BITS)
    place = steps if not coder.is_reading else np.zeros(count, palette.dtype)
    coded = [code_number(coder, int(step), width) for step in place]
    largest = int(np.iinfo(palette.dtype).max)
    if sum(coded) > largest:
        raise DamagedError("a value beyond its type")
    return np.cumsum(np.array(coded, palette.dtype), dtype=palette.dtype)


def _code_planes(coder: Coder, values: Words, surroundings: _Surroundings) -> Words:
    """Codes values, at least 1, less 1, from their highest bits to their lowest."""
    rest = values - values.dtype.type(not coder.is_reading)
    width = code_number(coder, int(rest.max()).bit_length(), _WIDTH_BITS)
    if width > 8 * values.dtype.itemsize:
        raise DamagedError("a value beyond its type")
    result = np.zeros_like(rest)
    for stop in range(width, 0, -_PLANE_BITS):
        start = max(0, stop - _PLANE_BITS)
        size = 1 << (stop - start)
        plane = _plane(rest, start, size)
        is_top = stop == width
        plane = _code_top(coder, plane, size, surroundings) if is_top else code_best(coder, plane, size)
        shifted = plane.astype(rest.dtype)
        shifted <<= rest.dtype.type(start)
        result |= shifted
    result += rest.dtype.type(1)
    return result


def _plane(words: Words, start: int, size: int) -> Symbols:
    shifted = words >> words.dtype.type(start)
    shifted &= words.dtype.type(size - 1)
    return shifted.astype(np.int32)


def _code_top(coder: Coder, symbols: Symbols, size: int, surroundings: _Surroundings) -> Symbols:
    context = Context.NONE if coder.is_reading else _best_context(symbols, size, surroundings)
    context = Context(code_choice(coder, context, len(Context)))
    if context is Context.NONE:
        return code_best(coder, symbols, size)
    octaves = surroundings.octaves(context)
    result = np.empty_like(symbols)
    for octave in np.unique(octaves):
        members = octaves == octave
        result[members] = code_best(coder, symbols[members], size)
    return result


def _best_context(symbols: Symbols, size: int, surroundings: _Surroundings) -> Context:
    """The context that makes a sample, spread over the whole tensor, shortest with one prior for all."""
    if size == 1 or symbols.size < _SAMPLE // 64:
        return Context.NONE
    stride = -(-symbols.size // _SAMPLE)
    sample = symbols[::stride]
    prior = best_prior(sample, size)
    bits = {Context.NONE: coded_bits(sample, size, prior)}
    for context in (Context.ROW, Context.COLUMN):
        octaves = surroundings.octaves(context)[::stride]
        parts = [sample[octaves == octave] for octave in np.unique(octaves)]
        bits[context] = sum(coded_bits(part, size, prior) for part in parts)
    return min(bits, key=lambda context: bits[context])
