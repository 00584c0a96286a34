"""What selects channels by their importance: alone, weighed against what they save, or by measured time."""

from functools import partial
from typing import Protocol

import msgspec

from engine.contract.methods import Objective, PruneMethod, Scope
from engine.contract.recipe import PruneSpec
from engine.joint.latency.choosing import LatencyChoice
from engine.joint.latency.prices import prices_of
from engine.joint.latency.table import LatencyTable
from engine.joint.latency.widths import group_widths
from engine.joint.objective import weigh_
from engine.models.graph import CapturedGraph, layers_of
from engine.pruning.channel_criteria import CHANNEL_CRITERIA
from engine.pruning.channels import ChannelMap, importance_of, mean_over_layers
from engine.pruning.selection import select_channels


class Selection(Protocol):
    """Answers the channels to remove."""

    def __call__(self, spec: PruneSpec, *, share: float) -> frozenset[int]:
        """Those that are gone when ``share`` (0 to 1) of what the spec asks for is reached."""


def selection_of(
    spec: PruneSpec,
    importance: dict[int, float],
    *,
    captured: CapturedGraph,
    channels: ChannelMap,
    latencies: LatencyTable | None,
) -> Selection:
    """What the spec's scope and objective select by.

    Args:
        spec: its ratio may change from call to call of the selection, its scope and its objective not.
        importance: by the root atom of each channel; it may be changed in place.
        captured: uncut.
        channels: its channels.
        latencies: of its layers, where time is the objective.
    """
    if spec.objective is Objective.LATENCY:
        assert latencies is not None, "layers are timed before channels are chosen"
        return LatencyChoice(
            channels,
            added_up(importance, captured, channels, spec.method),
            prices=prices_of(captured, channels, latencies),
            widths=group_widths(captured, channels, spec),
        )
    if spec.scope is Scope.GLOBAL:
        weigh_(importance, captured, channels, spec.objective)
    return partial(select_channels, channels.groups, importance)


def selecting_spec(spec: PruneSpec) -> PruneSpec:
    """The spec itself; a criterion that gives layers their ratios compares over the whole model."""
    return msgspec.structs.replace(spec, scope=Scope.GLOBAL) if spec.method.is_of_ratios else spec


def added_up(
    importance: dict[int, float], captured: CapturedGraph, channels: ChannelMap, method: PruneMethod
) -> dict[int, float]:
    """Importance as the sum over the layers that make a channel, whatever the criterion made of them.

    What a channel saves it saves in all of its layers, so a mean over them would give those of residual streams away.
    """
    if CHANNEL_CRITERIA[method].join not in (importance_of, mean_over_layers):
        return importance
    layers = {name for name, _ in layers_of(captured.module)}
    makers = {c: len(layers.intersection(group.layers)) for group in channels.groups for c in group.channels}
    return {channel: value * makers[channel] for channel, value in importance.items()}
