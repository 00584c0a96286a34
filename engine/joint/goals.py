"""A goal in place of a ratio: the share of channels that leaves so many multiplications, found by trial cuts."""

from collections.abc import Callable

import msgspec

from engine.contract.recipe import PruneSpec

TRIALS = 16
# A ramp passes through most of its moves: only where it ends has it to be near.
TOLERANCE, TOLERANCE_ON_RAMP = 0.002, 0.05
Removed = frozenset[int]


def reach_macs(
    spec: PruneSpec,
    select: Callable[[PruneSpec], Removed],
    macs_without: Callable[[Removed], int],
    *,
    is_final: bool,
) -> PruneSpec:
    """The same spec with the ratio at which a model has ``target_macs`` times fewer multiplications, or nearest to it.

    Bisection: what is counted never grows with the ratio, as every group loses at least what it lost before.

    Args:
        spec: its ``target_macs`` is set.
        select: the channels that go at the full share of a spec.
        macs_without: multiplications of the model without these channels.
        is_final: whether the ramp is over.

    >>> half = reach_macs(PruneSpec(target_macs=2.0), lambda s: frozenset(range(round(100 * s.ratio))),
    ...                   lambda gone: 100 - len(gone), is_final=True)
    >>> half.ratio
    0.5
    """
    assert spec.target_macs is not None
    wanted = macs_without(frozenset()) / spec.target_macs
    tolerance = TOLERANCE if is_final else TOLERANCE_ON_RAMP
    low, high, best, error = 0.0, 1.0, spec, float("inf")
    known: dict[Removed, int] = {}
    for _ in range(TRIALS):
        tried = msgspec.structs.replace(spec, ratio=(low + high) / 2)
        removed = select(tried)
        found = known[removed] if removed in known else known.setdefault(removed, macs_without(removed))
        if abs(found / wanted - 1) < error:
            best, error = tried, abs(found / wanted - 1)
        if error <= tolerance:
            break
        low, high = (tried.ratio, high) if found > wanted else (low, tried.ratio)
    return best
