"""From a network's full widths down, one group's jump at a time: the least importance lost for each millisecond saved.

A knapsack whose items are whole blocks of channels (HALP, Shen 2022, equations 3 to 5) and whose prices change with
every choice, solved by the greedy rule of Dantzig (1957). A step looks past every width that saves nothing: of all
narrower widths of all groups it takes the one of the best exchange. Where each layer depends on one group alone these
are the corners of the lower convex hull, and no other choice of the same milliseconds loses less.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from engine.joint.latency.widths import Kept, Widths

# What is faster by less than this share of a group's time cannot be told from noise.
LEAST_GAIN = 0.01


class GroupPrices(Protocol):
    """What layers take: :class:`engine.joint.latency.prices.Prices`, or any other prices."""

    def of_group(self, number: int, kept: Kept) -> float:
        """Milliseconds of all layers that a group changes."""

    def neighbours(self, number: int) -> frozenset[int]:
        """The groups whose moves cost something else once this group has moved, itself included."""


@dataclass(frozen=True, order=True)
class Move:
    """A group goes down to ``width``; the smallest move is the best: those that save time, by their exchange."""

    is_forced: bool
    exchange: float
    group: int
    width: int


@dataclass(frozen=True)
class Descent:
    """Where groups begin, where they may go, what their channels are worth and what their layers take.

    Attributes:
        start: channels that each group keeps now; groups without a narrower width stay.
        widths: where each group may go, rising.
        values: importance of the channels of each group that may go, rising: the first to go comes first.
        prices: milliseconds.
    """

    start: Kept
    widths: Widths
    values: Mapping[int, Sequence[float]]
    prices: GroupPrices

    def states(self) -> Iterator[dict[int, int]]:
        """What groups keep after each move, from the start to where no narrower width is left.

        Moves that save no time come only once none saves any: those that lose least for each channel.
        """
        kept = dict(self.start)
        best = {number: self._best_move(number, kept) for number in sorted(self.widths)}
        yield dict(kept)
        while moves := [move for move in best.values() if move is not None]:
            move = min(moves)
            kept[move.group] = move.width
            for number in self.prices.neighbours(move.group) & best.keys():
                best[number] = self._best_move(number, kept)
            best[move.group] = self._best_move(move.group, kept)
            yield dict(kept)

    def _best_move(self, number: int, kept: dict[int, int]) -> Move | None:
        moves = (self._move(number, width, kept) for width in self.widths[number] if width < kept[number])
        return min(moves, default=None)

    def _move(self, number: int, width: int, kept: dict[int, int]) -> Move:
        before = self.prices.of_group(number, kept)
        saved = before - self.prices.of_group(number, {**kept, number: width})
        begin, end = self.start[number] - kept[number], self.start[number] - width
        lost = sum(self.values[number][begin:end])
        is_forced = saved <= LEAST_GAIN * before
        exchange = lost / (end - begin if is_forced else saved)
        return Move(is_forced=is_forced, exchange=exchange, group=number, width=width)
