"""How the removed share grows: one function a schedule, from the part of the ramp that is over to a share."""

from collections.abc import Callable

from engine.contract.methods import Schedule


def at_once(progress: float) -> float:
    """Everything from the start."""
    return 1.0


def cubic(progress: float) -> float:
    """``1 − (1 − t)³``: fast at first, slower later (Zhu & Gupta 2018, equation 1).

    >>> cubic(0.5)
    0.875
    """
    return 1.0 - (1.0 - min(max(progress, 0.0), 1.0)) ** 3


SCHEDULES: dict[Schedule, Callable[[float], float]] = {Schedule.ONE_SHOT: at_once, Schedule.CUBIC: cubic}
"""The function of each schedule."""
