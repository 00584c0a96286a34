"""Which channels go where milliseconds count: a state of the descent, by the recipe's ratio or its goal."""

from collections.abc import Mapping
from math import inf

import msgspec

from engine.contract.methods import Scope
from engine.contract.recipe import PruneSpec
from engine.joint.latency.descent import Descent
from engine.joint.latency.prices import Prices
from engine.joint.latency.widths import Kept, Widths
from engine.pruning.channels import ChannelGroup, ChannelMap
from engine.pruning.selection import select_channels

Removed = frozenset[int]


class LatencyChoice:
    """Chooses channels of a model whose layers were measured; called as :func:`select_channels` is.

    Args:
        channels: of the uncut model.
        importance: of every channel; minus infinity where it is gone already, and stays gone.
        prices: of its layers.
        widths: that its groups may have.
    """

    def __init__(
        self, channels: ChannelMap, importance: Mapping[int, float], *, prices: Prices, widths: Widths
    ) -> None:
        self._groups = channels.groups
        self._importance = importance
        self._prices = prices
        self._widths = widths
        self._states: dict[Removed, list[dict[int, int]]] = {}

    def __call__(self, spec: PruneSpec, *, share: float) -> Removed:
        """The channels to remove when ``share`` (0 to 1) of the way is gone.

        Layers with ratios of their own keep to them. All others go down to the state that is nearest to the ratio, or
        the first that is fast enough.
        """
        own = tuple(group for group in self._groups if any(layer in spec.layers for layer in group.layers))
        fixed = select_channels(
            own, self._importance, msgspec.structs.replace(spec, scope=Scope.LAYER), share=share
        )
        free = [group for group in self._groups if group not in own]
        if fixed not in self._states:
            self._states[fixed] = list(self._descent(free, fixed).states())
        kept = self._state(self._states[fixed], free, spec, share=share)
        return fixed.union(
            *(self._ranked(group)[: len(group.channels) - kept[group.number]] for group in free)
        )

    def _descent(self, free: list[ChannelGroup], fixed: Removed) -> Descent:
        gone = fixed | {channel for channel, value in self._importance.items() if value == -inf}
        start = kept_without(self._groups, gone)
        return Descent(
            start=start,
            widths={group.number: self._widths[group.number] for group in free},
            values={
                group.number: [
                    self._importance[channel]
                    for channel in self._ranked(group)[len(group.channels) - start[group.number] :]
                ]
                for group in free
            },
            prices=self._prices,
        )

    def _state(
        self, states: list[dict[int, int]], free: list[ChannelGroup], spec: PruneSpec, *, share: float
    ) -> Kept:
        if spec.target_latency is None:
            total = sum(len(group.channels) for group in free)
            wanted = total * (1 - spec.ratio * share)
            return min(states, key=lambda kept: abs(sum(kept[g.number] for g in free) - wanted))
        before = self._prices.of_network(kept_without(self._groups, frozenset()))
        limit = before * (1 - share * (1 - 1 / spec.target_latency))
        fast = (kept for kept in states if self._prices.of_network(kept) <= limit)
        return next(fast, min(states, key=self._prices.of_network))

    def _ranked(self, group: ChannelGroup) -> list[int]:
        """Its channels, those that go first first."""
        return sorted(group.channels, key=lambda channel: (self._importance[channel], channel))


def kept_without(groups: tuple[ChannelGroup, ...], removed: Removed) -> dict[int, int]:
    """How many channels each group keeps, by its number."""
    return {g.number: sum(channel not in removed for channel in g.channels) for g in groups}
