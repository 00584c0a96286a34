"""Channel groups: which channels of a model can be removed, and with what.

A *channel* here is a set of united atoms (see :mod:`engine.pruning.atoms`); a *group* holds the channels that the
same layers make together. Ratios count channels of groups; a layer of a residual stage loses what its stage loses.
"""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import fx, nn

from engine.contract.methods import PruneGranularity
from engine.models.attention import ATTENTION
from engine.models.graph import CapturedGraph, layers_of
from engine.pruning.atoms import AtomTable
from engine.pruning.flow import walk_graph


@dataclass(frozen=True)
class Reason:
    """Why a layer cannot be pruned: a code of the texts and its arguments."""

    code: str
    arguments: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class ChannelGroup:
    """Channels that the same layers make together.

    Attributes:
        number: its place among the groups.
        layers: the layers whose outputs these channels are.
        channels: the root atom of each channel, sorted.
    """

    number: int
    layers: tuple[str, ...]
    channels: tuple[int, ...]


class ChannelMap:
    """The channels of one captured model, before any cut."""

    def __init__(self, table: AtomTable) -> None:
        self.table = table
        self.roots = table.roots()
        self._locks: dict[int, Reason] = {}
        roots = self.roots.tolist()
        for atom, (code, arguments) in table.locks.items():
            if roots[atom] not in self._locks:
                self._locks[roots[atom]] = Reason(code, arguments)

    @cached_property
    def groups(self) -> tuple[ChannelGroup, ...]:
        """All groups whose channels can be removed."""
        cells, makers = self._cells()
        is_free = cells > 0
        is_free[np.fromiter(self._locks, dtype=np.int64)] = False
        free = np.flatnonzero(is_free)
        numbers, first, counts = np.unique(cells[free], return_index=True, return_counts=True)
        parts = np.split(free[np.argsort(cells[free], kind="stable")], np.cumsum(counts)[:-1])
        return tuple(
            ChannelGroup(
                number=number,
                layers=tuple(sorted(makers[numbers[place]])),
                channels=tuple(parts[place].tolist()),
            )
            for number, place in enumerate(np.argsort(first).tolist())
        )

    def _cells(self) -> tuple[np.ndarray, list[tuple[str, ...]]]:
        """For each atom a number, 0 where no layer makes it, and for each number the layers that make those atoms.

        Every layer splits the cells of the layers before it: what it makes of a cell becomes a cell of its own. So
        does every part of a split, of which something has to be left.
        """
        cells: np.ndarray = np.zeros(len(self.roots), dtype=np.int64)
        makers: list[tuple[str, ...]] = [()]
        for layer, (start, end) in self.table.ranges.items():
            made = np.unique(self.roots[start:end])
            before, place = np.unique(cells[made], return_inverse=True)
            cells[made] = len(makers) + place
            makers += [(*makers[cell], layer) for cell in before]
        for part in (part for split in self.table.splits for part in split.parts):
            inside = np.unique(self.roots[part])
            before, place = np.unique(cells[inside], return_inverse=True)
            cells[inside] = np.where(cells[inside] > 0, len(makers) + place, 0)
            makers += [makers[cell] for cell in before]
        return cells, makers

    @cached_property
    def layers(self) -> frozenset[str]:
        """The layers that make at least one channel that can be removed."""
        return frozenset(layer for group in self.groups for layer in group.layers)

    def group_of(self, layer: str) -> ChannelGroup | None:
        """The first group that a layer takes part in."""
        return self._first_groups.get(layer)

    @cached_property
    def _first_groups(self) -> dict[str, ChannelGroup]:
        return {layer: group for group in reversed(self.groups) for layer in group.layers}

    def reason(self, layer: str) -> Reason | None:
        """Why no channel of a layer can be removed; None where one can."""
        if layer in self.layers:
            return None
        start, end = self.table.ranges.get(layer, (0, 0))
        reasons = [self._locks[root] for root in self.roots[start:end].tolist() if root in self._locks]
        return reasons[0] if reasons else None

    def stays(self, removed: frozenset[int]) -> np.ndarray:
        """For every atom whether its channel is kept."""
        is_left = np.ones(len(self.roots), dtype=bool)
        is_left[np.fromiter(removed, dtype=np.int64)] = False
        stays: np.ndarray = is_left[self.roots]
        return stays

    def kept(self, removed: frozenset[int]) -> dict[str, dict[int, np.ndarray]]:
        """For every tensor that loses something: by dimension, which positions stay (a mask of booleans)."""
        result: dict[str, dict[int, np.ndarray]] = defaultdict(dict)
        stays = self.stays(removed)
        for slot in self.table.slots:
            keep = stays[slot.atoms]
            if not keep.all():
                result[slot.tensor][slot.dim] = keep
        return dict(result)


def map_channels(
    captured: CapturedGraph, granularity: PruneGranularity = PruneGranularity.CHANNEL
) -> ChannelMap:
    """What a granularity removes of a captured model as channels; none where it could not be traced.

    Channels are those of all layers, hidden units of recurrent ones too; heads of attention go by themselves only.
    """
    if not isinstance(captured.module, fx.GraphModule):
        return ChannelMap(AtomTable())
    table = walk_graph(captured.module)
    _lock_tied_weights(captured.module, table)
    _lock_others(captured.module, table, granularity)
    return ChannelMap(table)


_KINDS: dict[PruneGranularity, type[nn.Module] | tuple[type[nn.Module], ...]] = {
    PruneGranularity.UNIT: nn.RNNBase,
    PruneGranularity.HEAD: ATTENTION,
}


def _lock_others(module: nn.Module, table: AtomTable, granularity: PruneGranularity) -> None:
    """Locks what another granularity removes; a channel that a recurrent layer makes with others is a unit."""
    layers = dict(module.named_modules())
    makers = {name: places for name, places in table.ranges.items() if name in layers}
    kind = _KINDS.get(granularity)
    roots = table.roots()
    wanted = [
        roots[start:end]
        for name, (start, end) in makers.items()
        if (isinstance(layers[name], kind) if kind else not isinstance(layers[name], ATTENTION))
    ]
    others = ~np.isin(roots, np.concatenate(wanted)) if wanted else np.ones(len(roots), dtype=bool)
    table.lock(np.flatnonzero(others), "locked_granularity", granularity=granularity.value)


def _lock_tied_weights(module: nn.Module, table: AtomTable) -> None:
    """Parameters known under two names keep their shape: both users would have to agree."""
    names: dict[int, list[str]] = defaultdict(list)
    for name, parameter in module.named_parameters(remove_duplicate=False):
        names[id(parameter)].append(name)
    tied = {name for group in names.values() if len(group) > 1 for name in group}
    for slot in table.slots:
        if slot.tensor in tied:
            table.lock(slot.atoms, "locked_operation", operation="tied weights")


def why_locked(captured: CapturedGraph, channels: ChannelMap) -> dict[str, Reason]:
    """For every layer whose channels cannot be removed: why."""
    reasons = {}
    for name, layer in layers_of(captured.module):
        if captured.untraced_because is not None:
            reasons[name] = Reason("locked_untraced", {"reason": captured.untraced_because})
        elif name not in channels.layers:
            kind = Reason("locked_kind", {"kind": type(layer).__name__})
            reasons[name] = channels.reason(name) or _locked_inside(captured, name) or kind
    return reasons


def _locked_inside(captured: CapturedGraph, layer: str) -> Reason | None:
    """Where the graph calls a part that holds the layer, and not the layer: which kind of part."""
    path = layer
    while path := path.rpartition(".")[0]:
        if captured.nodes_of(path):
            part = captured.module.get_submodule(path)
            return Reason("locked_inside", {"kind": type(part).__name__})
    return None


def importance_of(channels: ChannelMap, scores: dict[str, torch.Tensor]) -> dict[int, float]:
    """Importance of every channel that can be removed, from the scores of single output channels.

    Args:
        channels: the map.
        scores: for each layer one score for each output channel, shape (channels,).

    Each layer's scores are divided by the mean of their sizes, so that layers of different scale can be compared, and a
    channel takes the mean over the positions that its layers make.
    """
    doubles = {layer: values.double() for layer, values in scores.items()}
    normalised = {layer: values / values.abs().mean().clamp_min(1e-12) for layer, values in doubles.items()}
    return mean_over_layers(channels, normalised)


def mean_over_layers(channels: ChannelMap, scores: dict[str, torch.Tensor]) -> dict[int, float]:
    """For every channel that can be removed the mean of the scores at the positions that its layers make.

    Args:
        channels: the map.
        scores: for each layer one score for each output channel, shape (channels,).
    """
    total: dict[int, float] = defaultdict(float)
    count: dict[int, int] = defaultdict(int)
    for layer in sorted(channels.layers & scores.keys()):
        start, end = channels.table.ranges[layer]
        for root, value in zip(channels.roots[start:end].tolist(), scores[layer].tolist(), strict=True):
            total[root] += value
            count[root] += 1
    return {root: total[root] / count[root] for root in total}
