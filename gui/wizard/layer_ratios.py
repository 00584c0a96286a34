"""What a recipe asks of each layer, as the engine will understand it, without a window.

Where channels go, layers that make the same channels move together: the engine takes the most cautious of the ratios
that the recipe names for them. So an edit of one of them speaks for all, and takes the place of what stood there. So
do the layers of a residual block, which goes or stays as a whole.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from engine.contract.methods import PruneGranularity
from engine.contract.recipe import LayerPruneSpec, PruneSpec
from engine.contract.stats import LayerStats

Companions = dict[str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class LayerShare:
    """What one layer loses: its ratio, whether it is held by the user, and whether it differs from the rest."""

    ratio: float
    is_held: bool = False
    is_own: bool = False


def companions_of(layers: Iterable[LayerStats], prune: PruneSpec | None) -> Companions:
    """For each layer that does not stand alone, the layers that move with it."""
    if prune is None or prune.granularity.is_of_weights:
        return {}
    is_by_block = prune.granularity is PruneGranularity.LAYER
    groups: dict[int, list[str]] = defaultdict(list)
    for layer in layers:
        group = layer.block if is_by_block else layer.group if layer.prunable else None
        if group is not None:
            groups[group].append(layer.name)
    return {
        name: tuple(other for other in names if other != name)
        for names in groups.values()
        if len(names) > 1
        for name in names
    }


def share_of(prune: PruneSpec, layer: str, companions: Companions) -> LayerShare:
    """What ``prune`` asks of ``layer``.

    >>> share_of(PruneSpec(ratio=0.5, layers={"b": LayerPruneSpec(ratio=0.2)}), "a", {"a": ("b",)}).ratio
    0.2
    """
    named = [prune.layers[name] for name in (layer, *companions.get(layer, ())) if name in prune.layers]
    if not named:
        return LayerShare(ratio=prune.ratio)
    if any(spec.skip for spec in named):
        return LayerShare(ratio=0.0, is_held=True, is_own=True)
    return LayerShare(ratio=min(_ratio(spec, prune.ratio) for spec in named), is_own=True)


def exceptions_of(
    layers: Iterable[LayerStats], prune: PruneSpec, companions: Companions
) -> dict[str, LayerPruneSpec]:
    """The exception of every layer that has one, or that moves with one that has."""
    found = dict(prune.layers)
    for name in (layer.name for layer in layers if layer.name in companions):
        share = share_of(prune, name, companions)
        if share.is_own:
            found[name] = LayerPruneSpec(skip=True) if share.is_held else LayerPruneSpec(ratio=share.ratio)
    return found


def _ratio(spec: LayerPruneSpec, common: float) -> float:
    return common if spec.ratio is None else spec.ratio
