"""Which model codes the zeros of a tensor shortest: a few are tried, each on the same sample of its rows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from engine.archive.coder import Flags, LengthGauge
from engine.archive.positions import (
    BELIEFS,
    MOST_AROUND,
    Fullness,
    PositionPlan,
    View,
    as_matrix,
    code_positions,
)

_SAMPLE_CELLS = 1 << 17
_SAMPLE_SHARE = 32
_LEAST_COUNT = 8
_BELIEF = 2
_AROUND = (4, 16)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Sample:
    """Every n-th output of a tensor, and all of a small one."""

    flags: Flags
    shape: tuple[int, ...]

    @property
    def kernel(self) -> int:
        """How many columns belong to one input."""
        return int(np.prod(self.shape[2:], dtype=np.int64))

    def bits(self, plan: PositionPlan) -> float:
        """How long it becomes."""
        gauge = LengthGauge()
        code_positions(gauge, self.flags, self.shape, plan)
        return gauge.bits

    def has_empty(self, view: View, axis: int) -> bool:
        """Whether there is nothing in some row (1) or column (0), or everywhere, as zeros may be the fewer."""
        matrix = as_matrix(self.flags, self.shape, view)
        return not (matrix.any(axis=axis).all() and (~matrix).any(axis=axis).all())


def choose_plan(flags: Flags, shape: tuple[int, ...]) -> PositionPlan:
    """The shortest plan that was found by changing one part after the other.

    Of a large tensor every n-th output is looked at. Where few flags differ from the others, no model pays.
    """
    best = PositionPlan()
    count = int(np.count_nonzero(flags))
    if min(count, flags.size - count) < _LEAST_COUNT:
        return best
    sample = _sample(flags, shape)
    bits = sample.bits(best)
    for step in _STEPS:
        for plan in step(best, sample):
            tried = sample.bits(plan)
            if tried < bits:
                best, bits = plan, tried
        if best == PositionPlan():
            return best
    return best


def _sample(flags: Flags, shape: tuple[int, ...]) -> _Sample:
    most = max(_SAMPLE_CELLS, flags.size // _SAMPLE_SHARE)
    stride = -(-flags.size // most)
    if stride == 1 or len(shape) < 2:
        return _Sample(flags=flags, shape=shape)
    some = flags.reshape(shape)[::stride]
    return _Sample(flags=some.ravel(), shape=some.shape)


def _views(plan: PositionPlan, sample: _Sample) -> Iterator[PositionPlan]:
    for view in View:
        if len(sample.shape) > 1 + (view is View.KERNELS):
            yield replace(plan, view=view, fullness=Fullness.OCTAVES, belief=_BELIEF)
            if sample.has_empty(view, axis=1):
                yield replace(plan, view=view, fullness=Fullness.DEAD, belief=_BELIEF)
    if sample.kernel > 1:
        yield replace(plan, belief=_BELIEF, around=min(sample.kernel, MOST_AROUND))


def _beliefs(plan: PositionPlan, sample: _Sample) -> Iterator[PositionPlan]:
    return (replace(plan, belief=belief) for belief in range(len(BELIEFS)) if belief != plan.belief)


def _fullness(plan: PositionPlan, sample: _Sample) -> Iterator[PositionPlan]:
    return (replace(plan, fullness=fullness) for fullness in Fullness if fullness is not plan.fullness)


def _around(plan: PositionPlan, sample: _Sample) -> Iterator[PositionPlan]:
    sizes = {size for size in (*_AROUND, sample.kernel) if 1 < size <= MOST_AROUND}
    return (replace(plan, around=size) for size in sorted(sizes) if plan.belief)


def _dropped(plan: PositionPlan, sample: _Sample) -> Iterator[PositionPlan]:
    if sample.has_empty(plan.view, axis=0):
        yield replace(plan, drops_columns=True)


_Step = Callable[[PositionPlan, _Sample], Iterator[PositionPlan]]
_STEPS: tuple[_Step, ...] = (_views, _beliefs, _fullness, _around, _dropped)
