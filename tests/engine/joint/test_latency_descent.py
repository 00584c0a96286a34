"""The greedy descent: against every other choice of widths, one by one."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
import pytest

from engine.joint.latency.descent import Descent
from engine.joint.latency.prices import Prices
from engine.joint.latency.table import LatencyTable, LayerLatency
from engine.joint.latency.widths import Dimension, LayerWidths

Kept = Mapping[int, int]
Stairs = dict[int, dict[int, float]]


@dataclass(frozen=True)
class Apart:
    """Every group has a layer of its own."""

    stairs: Stairs

    def of_group(self, number: int, kept: Kept) -> float:
        return self.stairs[number][kept[number]]

    def neighbours(self, number: int) -> frozenset[int]:
        return frozenset({number})


def lost(descent: Descent, kept: Kept) -> float:
    return sum(sum(descent.values[n][: descent.start[n] - kept[n]]) for n in descent.start)


def random_descent(seed: int) -> Descent:
    """Three groups of up to 16 channels; milliseconds fall by blocks of 4, by unequal steps."""
    random = np.random.default_rng(seed)
    stairs: Stairs = {}
    for number in range(3):
        steps = np.cumsum(random.choice([0.0, 0.1, 1.0, 2.5], size=5))
        stairs[number] = {width: float(steps[-(-width // 4)]) for width in range(2, 17, 2)}
    return Descent(
        start=dict.fromkeys(stairs, 16),
        widths={number: tuple(stairs[number]) for number in stairs},
        values={number: sorted(random.random(16).tolist()) for number in stairs},
        prices=Apart(stairs),
    )


@pytest.mark.parametrize("seed", range(8))
def test_that_nothing_as_fast_as_a_state_of_free_moves_loses_less(seed: int) -> None:
    descent = random_descent(seed)
    prices = descent.prices
    times, losses = [], []
    for widths in product(*(descent.widths[number] for number in descent.start)):
        kept = dict(zip(descent.start, widths, strict=True))
        times.append(sum(prices.of_group(number, kept) for number in kept))
        losses.append(lost(descent, kept))
    for kept in descent.states():
        took = sum(prices.of_group(number, kept) for number in kept)
        if took < min(times) * 1.05:
            break
        fast = np.array(times) <= took + 1e-9
        assert np.array(losses)[fast].min() >= lost(descent, kept) - 1e-9


def test_that_a_width_that_saves_nothing_is_jumped_over() -> None:
    descent = Descent(
        start={0: 32},
        widths={0: (16, 24, 32)},
        values={0: [1.0] * 32},
        prices=Apart({0: {16: 1.0, 24: 2.0, 32: 2.0}}),
    )
    assert list(descent.states()) == [{0: 32}, {0: 16}]


def test_that_moves_that_save_no_time_come_last_and_lose_least() -> None:
    descent = Descent(
        start={0: 2, 1: 2, 2: 2},
        widths={0: (1, 2), 1: (1, 2), 2: (1, 2)},
        values={0: [0.3, 1.0], 1: [0.2, 1.0], 2: [50.0, 60.0]},
        prices=Apart({0: {1: 1.0, 2: 1.0}, 1: {1: 1.0, 2: 1.0}, 2: {1: 1.0, 2: 3.0}}),
    )
    assert [tuple(kept.values()) for kept in descent.states()] == [(2, 2, 2), (2, 2, 1), (2, 1, 1), (1, 1, 1)]


def test_that_what_a_group_saves_is_asked_again_once_its_neighbour_has_moved() -> None:
    """One layer between two groups: where one half is gone, the other half saves but half as much."""
    only = LayerLatency(outputs=(8, 16), inputs=(8, 16), milliseconds=((2.0, 8.0), (5.0, 16.0)))
    prices = Prices(
        LatencyTable(layers={"only": only}, whole_ms=20.0),
        {"only": LayerWidths(Dimension(0, {0: 1.0}), Dimension(0, {1: 1.0}))},
    )
    descent = Descent(
        start={0: 16, 1: 16},
        widths={0: (8, 16), 1: (8, 16)},
        values={0: [1.0] * 16, 1: [1.0] * 16},
        prices=prices,
    )
    states = list(descent.states())
    assert states == [{0: 16, 1: 16}, {0: 16, 1: 8}, {0: 8, 1: 8}]
    assert [prices.of_network(kept) for kept in states] == [20.0, 9.0, 6.0]


def test_that_a_group_goes_down_from_what_it_has_lost_before() -> None:
    descent = Descent(
        start={0: 12},
        widths={0: (8, 16)},
        values={0: [1.0] * 12},
        prices=Apart({0: {8: 1.0, 12: 2.0, 16: 3.0}}),
    )
    assert list(descent.states()) == [{0: 12}, {0: 8}]
