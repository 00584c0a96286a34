"""Which model codes the zeros of a tensor shortest: a few are tried, each on the same sample of its rows."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from engine.archive.coder import Flags, LengthGauge
from engine.archive.positions import BELIEFS, MOST_AROUND, Fullness, PositionPlan, View, code_positions

_SAMPLE_CELLS = 1 << 18
_SAMPLE_SHARE = 32
_BELIEF = 2
_LEAST_COUNT = 8
_AROUND = (4, 16)
_Step = Callable[[PositionPlan, tuple[int, ...]], Iterator[PositionPlan]]


def choose_plan(flags: Flags, shape: tuple[int, ...]) -> PositionPlan:
    """The shortest plan that was found by changing one part after the other.

    Of a large tensor every n-th output is looked at. Where few flags differ from the others, no model pays.
    """
    best = PositionPlan()
    count = int(np.count_nonzero(flags))
    if min(count, flags.size - count) < _LEAST_COUNT:
        return best
    sample, shape = _sample(flags, shape)
    bits = _coded_bits(sample, shape, best)
    for step in _STEPS:
        for plan in step(best, shape):
            tried = _coded_bits(sample, shape, plan)
            if tried < bits:
                best, bits = plan, tried
        if best == PositionPlan():
            return best
    return best


def _sample(flags: Flags, shape: tuple[int, ...]) -> tuple[Flags, tuple[int, ...]]:
    most = max(_SAMPLE_CELLS, flags.size // _SAMPLE_SHARE)
    stride = -(-flags.size // most)
    if stride == 1 or len(shape) < 2:
        return flags, shape
    sample = flags.reshape(shape)[::stride]
    return sample.ravel(), sample.shape


def _coded_bits(flags: Flags, shape: tuple[int, ...], plan: PositionPlan) -> float:
    gauge = LengthGauge()
    code_positions(gauge, flags, shape, plan)
    return gauge.bits


def _views(plan: PositionPlan, shape: tuple[int, ...]) -> Iterator[PositionPlan]:
    for view in View:
        if len(shape) > 1 + (view is View.KERNELS):
            yield replace(plan, view=view, fullness=Fullness.OCTAVES, belief=_BELIEF)
            yield replace(plan, view=view, fullness=Fullness.DEAD, belief=_BELIEF)
    if len(shape) > 2:
        yield replace(plan, belief=_BELIEF, around=min(_kernel(shape), MOST_AROUND))


def _fullness(plan: PositionPlan, shape: tuple[int, ...]) -> Iterator[PositionPlan]:
    return (replace(plan, fullness=fullness) for fullness in Fullness if fullness is not plan.fullness)


def _dropped(plan: PositionPlan, shape: tuple[int, ...]) -> Iterator[PositionPlan]:
    yield replace(plan, drops_columns=True)


def _beliefs(plan: PositionPlan, shape: tuple[int, ...]) -> Iterator[PositionPlan]:
    return (replace(plan, belief=belief) for belief in range(len(BELIEFS)) if belief != plan.belief)


def _around(plan: PositionPlan, shape: tuple[int, ...]) -> Iterator[PositionPlan]:
    sizes = {size for size in (*_AROUND, _kernel(shape)) if 1 < size <= MOST_AROUND}
    return (replace(plan, around=size) for size in sorted(sizes) if plan.belief)


def _kernel(shape: tuple[int, ...]) -> int:
    return int(np.prod(shape[2:], dtype=np.int64))


_STEPS: tuple[_Step, ...] = (_views, _beliefs, _fullness, _around, _dropped)
