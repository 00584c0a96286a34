"""Which weights become zeros, for a given share of the recipe's ratio: one function a granularity."""

import math
from collections.abc import Callable, Mapping

import torch
from torch import nn

from engine.contract.methods import PruneGranularity, Scope
from engine.contract.recipe import PruneSpec
from engine.models.graph import TRANSPOSED
from engine.pruning.pieces import OUTPUT_FIRST, MatrixAxes, block_scores, keep_n_of_m, spread_blocks
from engine.pruning.selection import layer_ratio

Tensors = Mapping[str, torch.Tensor]
Axes = Mapping[str, MatrixAxes]


def select_weights(
    scores: Tensors, spec: PruneSpec, *, share: float, axes: Axes | None = None
) -> dict[str, torch.Tensor]:
    """For each layer a mask (true: kept) of the shape of its weight, when ``share`` of the ratio is reached.

    Args:
        scores: of each element of each layer's weight.
        spec: its granularity is one of weights.
        share: how far a ramp is.
        axes: of the weights whose outputs and inputs are not their first and second dimension.
    """
    known = {name: (axes or {}).get(name, OUTPUT_FIRST) for name in scores}
    return SELECTORS[spec.granularity](scores, spec, share, known)


def _single(scores: Tensors, spec: PruneSpec, share: float, axes: Axes) -> dict[str, torch.Tensor]:
    """Exactly the rounded number of elements goes; of equal scores, the first ones."""
    masks = {name: torch.ones_like(score, dtype=torch.bool) for name, score in scores.items()}
    own = [name for name in scores if spec.scope is Scope.LAYER or name in spec.layers]
    for name in own:
        _drop_smallest_([masks[name]], [scores[name]], layer_ratio(spec, name) * share)
    free = [name for name in scores if name not in own]
    _drop_smallest_([masks[name] for name in free], [scores[name] for name in free], spec.ratio * share)
    return masks


def _blocks(scores: Tensors, spec: PruneSpec, share: float, axes: Axes) -> dict[str, torch.Tensor]:
    """As single weights, counted in whole blocks."""
    sums = {name: block_scores(score, spec.block, axes[name]) for name, score in scores.items()}
    kept = _single(sums, spec, share, axes)
    return {name: spread_blocks(kept[name], scores[name], spec.block, axes[name]) for name in scores}


def _patterns(scores: Tensors, spec: PruneSpec, share: float, axes: Axes) -> dict[str, torch.Tensor]:
    """The pattern says how much goes; ratios are not looked at."""
    return {
        name: keep_n_of_m(score, spec.kept_of, share=share, axes=axes[name]) for name, score in scores.items()
    }


SELECTORS: dict[PruneGranularity, Callable[[Tensors, PruneSpec, float, Axes], dict[str, torch.Tensor]]] = {
    PruneGranularity.WEIGHT: _single,
    PruneGranularity.BLOCK: _blocks,
    PruneGranularity.N_M: _patterns,
}
"""The function of each granularity of weights."""


def _drop_smallest_(masks: list[torch.Tensor], scores: list[torch.Tensor], ratio: float) -> None:
    if not masks:
        return
    flat = torch.cat([score.flatten() for score in scores])
    count = math.floor(flat.numel() * ratio + 0.5)
    gone = torch.zeros_like(flat, dtype=torch.bool)
    gone[torch.sort(flat, stable=True).indices[:count]] = True
    for mask, part in zip(masks, torch.split(gone, [score.numel() for score in scores]), strict=True):
        mask.logical_and_(~part.view_as(mask))


def has_pieces(weight: torch.Tensor, spec: PruneSpec, axes: MatrixAxes) -> bool:
    """Whether a weight has at least one whole piece of the spec's granularity."""
    sizes = {
        PruneGranularity.N_M: (1, spec.kept_of[1]),
        PruneGranularity.BLOCK: spec.block,
    }.get(spec.granularity, (1, 1))
    return weight.dim() >= 2 and all(
        weight.shape[axis] >= size for axis, size in zip(axes, sizes, strict=True)
    )


def matrix_axes(layer: nn.Module) -> MatrixAxes:
    """Which dimensions of a layer's weight are its outputs and its inputs."""
    return MatrixAxes(output=1, input=0) if isinstance(layer, TRANSPOSED) else OUTPUT_FIRST
