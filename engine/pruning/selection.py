"""Which channels go, for a given share of the recipe's ratio."""

import math
from collections.abc import Mapping

from engine.contract.methods import Scope
from engine.contract.recipe import PruneSpec
from engine.pruning.channels import ChannelGroup


def layer_ratio(spec: PruneSpec, layer: str) -> float:
    """The ratio that the recipe asks of one layer."""
    override = spec.layers.get(layer)
    if override is None:
        return spec.ratio
    if override.skip:
        return 0.0
    return spec.ratio if override.ratio is None else override.ratio


def group_ratio(spec: PruneSpec, group: ChannelGroup) -> float:
    """The ratio of a group: the most cautious of its layers' own."""
    named = [layer_ratio(spec, layer) for layer in group.layers if layer in spec.layers]
    return min(named) if named else spec.ratio


def select_channels(
    groups: tuple[ChannelGroup, ...], importance: Mapping[int, float], spec: PruneSpec, *, share: float
) -> frozenset[int]:
    """The channels to remove when ``share`` (0 to 1) of the ratio is reached.

    Every group keeps at least ``minimum`` channels, or ``round_to``; at the full share, numbers kept are rounded to the
    nearest multiple of ``round_to``.
    """
    if spec.scope is Scope.LAYER:
        removed = {g.number: round(len(g.channels) * group_ratio(spec, g) * share) for g in groups}
    else:
        removed = _global_counts(groups, importance, spec, share=share)
    result: set[int] = set()
    for group in groups:
        count = _rounded(len(group.channels), removed[group.number], spec, is_final=share >= 1)
        result.update(sorted(group.channels, key=lambda channel: (importance[channel], channel))[:count])
    return frozenset(result)


def _global_counts(
    groups: tuple[ChannelGroup, ...], importance: Mapping[int, float], spec: PruneSpec, *, share: float
) -> dict[int, int]:
    """How many channels each group loses when all are compared; layers with ratios of their own keep to them."""
    own = [g for g in groups if any(layer in spec.layers for layer in g.layers)]
    free = [g for g in groups if g not in own]
    counts = {g.number: round(len(g.channels) * group_ratio(spec, g) * share) for g in own}
    ranked = sorted(
        (importance[channel], channel, group.number) for group in free for channel in group.channels
    )
    counts.update({group.number: 0 for group in free})
    for _, _, number in ranked[: round(len(ranked) * spec.ratio * share)]:
        counts[number] += 1
    return counts


def _rounded(total: int, removed: int, spec: PruneSpec, *, is_final: bool) -> int:
    """How many of ``total`` go so that a multiple stays, and the minimum; none where the total is too small."""
    if removed <= 0:
        return 0
    multiple = spec.round_to if is_final else 1
    fewest = max(math.ceil(spec.minimum / multiple), 1)
    kept = multiple * max(round((total - removed) / multiple), fewest)
    return max(total - kept, 0)
