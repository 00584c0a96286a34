"""Where a tensor is not zero, as a matrix of flags whose rows and columns are differently full.

The chance of a flag is how full its row is, which is coded before, times how much fuller than expected its column was
in the rows above, and that of the columns around it::

    chance[r, c] = full[r] · (seen[c] + s · around[c]) / (expected + s)

``s`` rows' worth of belief hold the product near the rows' own chances as long as little was seen. Rows go block by
block, so that all of it is a few calls of numpy for thousands of flags.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from engine.archive.adaptive import code_adaptive
from engine.archive.coder import (
    CHANCE_ONE,
    LEAST_CHANCE,
    Coder,
    DamagedError,
    Flags,
    Symbols,
    Weights,
    code_choice,
    code_number,
)
from engine.archive.octaves import OCTAVES, counts_of, octaves_of

_BLOCK_CELLS = 4096
_ALIKE_CELLS = 1 << 20
MOST_AROUND = 256
"""So many columns at most share what was seen of them."""
BELIEFS = (0, 2, 4, 16)
"""What ``s`` may be, in expected flags; 0 stands for columns that are all alike."""


class View(IntEnum):
    """How a tensor becomes a matrix."""

    ROWS = 0
    """The first dimension by all others: a row is what makes one output."""
    COLUMNS = 1
    """The same, turned: a row is what one input is taken for."""
    KERNELS = 2
    """The first two dimensions by the others: a row is the kernel between one input and one output."""


class Fullness(IntEnum):
    """What is told of the rows beforehand."""

    ALIKE = 0
    """Nothing."""
    DEAD = 1
    """Which are empty."""
    OCTAVES = 2
    """How full each is, by octaves."""


@dataclass(frozen=True, kw_only=True)
class PositionPlan:
    """Which model codes a tensor's flags.

    Attributes:
        view: how it becomes a matrix.
        fullness: what is told of the rows.
        drops_columns: whether empty columns are told beforehand, too.
        belief: the index of ``s`` in :data:`BELIEFS`.
        around: how many columns side by side share what was seen of them; 1: each is on its own.
    """

    view: View = View.ROWS
    fullness: Fullness = Fullness.ALIKE
    drops_columns: bool = False
    belief: int = 0
    around: int = 1


def as_matrix(flags: Flags, shape: tuple[int, ...], view: View) -> Flags:
    """The flags of a tensor of ``shape``, none of them empty, in two dimensions, sharing memory."""
    first = 2 if view is View.KERNELS else 1
    rows = int(np.prod(shape[:first])) if len(shape) > first else 1
    matrix = flags.reshape(rows, -1)
    return matrix.T if view is View.COLUMNS else matrix


def code_positions(coder: Coder, flags: Flags, shape: tuple[int, ...], plan: PositionPlan) -> Flags:
    """Codes the flags of a tensor of ``shape`` by ``plan``, which is coded too: a reader gives any.

    Raises:
        DamagedError: what is read is no such tensor.
    """
    count = code_number(coder, int(np.count_nonzero(flags)), flags.size.bit_length())
    if count > flags.size:
        raise DamagedError("more flags than there is room for")
    if count in (0, flags.size):
        return np.full(flags.size, count > 0)
    is_inverted = 2 * count > flags.size
    plan = _code_plan(coder, plan)
    fewer = flags ^ is_inverted
    _code_matrix(coder, as_matrix(fewer, shape, plan.view), min(count, flags.size - count), plan)
    return fewer ^ is_inverted


def _code_plan(coder: Coder, plan: PositionPlan) -> PositionPlan:
    belief = code_choice(coder, plan.belief, len(BELIEFS))
    return PositionPlan(
        view=View(code_choice(coder, plan.view, len(View))),
        fullness=Fullness(code_choice(coder, plan.fullness, len(Fullness))),
        drops_columns=bool(code_choice(coder, plan.drops_columns, 2)),
        belief=belief,
        around=1 + code_choice(coder, plan.around - 1, MOST_AROUND) if belief else 1,
    )


def _code_matrix(coder: Coder, matrix: Flags, count: int, plan: PositionPlan) -> None:
    """Codes ``matrix``, which a reader fills."""
    if len(matrix) == 1 and (plan.drops_columns or plan.belief):
        raise DamagedError("nobody learns from the rows above a single one")
    columns = np.ones(matrix.shape[1], np.bool_)
    if plan.drops_columns:
        columns = code_adaptive(coder, _any(matrix, 0), 2).astype(np.bool_)
    octaves = _code_fullness(coder, matrix, plan.fullness)
    rows = octaves > 0
    if not rows.any() or not columns.any():
        matrix[:] = False
        return
    size = int(np.count_nonzero(rows)), int(np.count_nonzero(columns))
    chances = np.full(size[0], count * CHANCE_ONE // (size[0] * size[1]), np.int64)
    if plan.fullness is Fullness.OCTAVES:
        chances = counts_of(octaves[rows]) * CHANCE_ONE // (2 * size[1])
    chances = np.clip(chances, 1, CHANCE_ONE)
    if size == matrix.shape:
        matrix[:] = _code_rows(coder, matrix, chances, plan)
        return
    block = np.ix_(rows, columns)
    inner = _code_rows(coder, matrix[block], chances, plan)
    matrix[:] = False
    matrix[block] = inner


def _code_fullness(coder: Coder, matrix: Flags, fullness: Fullness) -> Symbols:
    if fullness is Fullness.ALIKE:
        return np.ones(matrix.shape[0], np.int32)
    if fullness is Fullness.DEAD:
        return code_adaptive(coder, _any(matrix, 1), 2)
    return code_adaptive(coder, octaves_of(np.count_nonzero(matrix, axis=1)), OCTAVES)


def _code_rows(coder: Coder, matrix: Flags, chances: Weights, plan: PositionPlan) -> Flags:
    result = np.empty_like(matrix)
    if not plan.belief:
        for chance in np.unique(chances):
            alike = chances == chance
            result[alike] = _code_alike(coder, matrix[alike], int(chance))
        return result
    seen, start = _Columns(matrix.shape[1], plan), 0
    while start < len(matrix):
        stop = start + min(max(1, _BLOCK_CELLS // matrix.shape[1]), start // 4 + 1)
        rows, block = chances[start:stop], matrix[start:stop]
        expected = (rows[:, None] * seen.factors()).astype(np.int64)
        result[start:stop] = coder.flags(block.ravel(), expected.ravel()).reshape(block.shape)
        seen.add(result[start:stop], rows)
        start = stop
    return result


def _code_alike(coder: Coder, flags: Flags, chance: int) -> Flags:
    """Codes flags of one chance, some at a time: what a short stream cannot hold is then noticed early."""
    chance = min(max(chance, LEAST_CHANCE), CHANCE_ONE - LEAST_CHANCE)
    weights = np.array([CHANCE_ONE - chance, chance])
    flat = flags.ravel()
    result = np.empty_like(flat)
    for start in range(0, flat.size, _ALIKE_CELLS):
        part = slice(start, start + _ALIKE_CELLS)
        result[part] = coder.symbols(flat[part].astype(np.int32), weights)
    return result.reshape(flags.shape)


def _any(matrix: Flags, axis: int) -> Symbols:
    return np.asarray(np.count_nonzero(matrix, axis=axis) > 0, np.int32)


class _Columns:
    """How much fuller than expected each column was so far."""

    def __init__(self, count: int, plan: PositionPlan) -> None:
        self._belief = float(BELIEFS[plan.belief] * CHANCE_ONE)
        self._seen = np.zeros(count)
        self._expected = 0
        self._around = _Around(count, plan.around) if plan.around > 1 else None

    def factors(self) -> NDArray[np.float64]:
        around = self._around.factors(self._seen, self._expected, self._belief) if self._around else 1.0
        return (self._seen + self._belief * around) / (self._expected + self._belief)

    def add(self, flags: Flags, chances: Weights) -> None:
        self._seen += np.count_nonzero(flags, axis=0) * float(CHANCE_ONE)
        self._expected += int(chances.sum())


class _Around:
    """The same of columns side by side."""

    def __init__(self, count: int, size: int) -> None:
        self._groups = np.arange(count) // size
        self._sizes = np.bincount(self._groups)

    def factors(self, seen: NDArray[np.float64], expected: int, belief: float) -> NDArray[np.float64]:
        together = np.bincount(self._groups, seen)
        return ((together + belief) / (expected * self._sizes + belief))[self._groups]
