"""How the removed share grows: one function a schedule, from the part of the ramp that is over to a share."""

import math
from collections.abc import Callable

from engine.contract.methods import Schedule


def at_once(progress: float, rounds: int) -> float:
    """Everything from the start."""
    return 1.0


def in_rounds(progress: float, rounds: int) -> float:
    """Equal steps with training between (Han 2015, section 3.5): the first at 0, the last at 1.

    >>> [in_rounds(t, 3) for t in (0.0, 0.4, 0.5, 1.0)] == [1 / 3, 1 / 3, 2 / 3, 1.0]
    True
    """
    passed = math.floor(min(max(progress, 0.0), 1.0) * (rounds - 1))
    return (passed + 1) / rounds


def cubic(progress: float, rounds: int) -> float:
    """``1 − (1 − t)³``: fast at first, slower later (Zhu & Gupta 2018, equation 1).

    >>> cubic(0.5, 1)
    0.875
    """
    return 1.0 - (1.0 - min(max(progress, 0.0), 1.0)) ** 3


SCHEDULES: dict[Schedule, Callable[[float, int], float]] = {
    Schedule.ONE_SHOT: at_once,
    Schedule.ITERATIVE: in_rounds,
    Schedule.CUBIC: cubic,
}
"""The function of each schedule, from progress (0 to 1) and the number of rounds, which only one of them has."""
