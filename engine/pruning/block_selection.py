"""Which residual blocks go, for a given share of the recipe's ratio."""

from collections.abc import Iterable, Mapping

from engine.contract.methods import Scope
from engine.contract.recipe import PruneSpec
from engine.pruning.blocks import Block
from engine.pruning.selection import layer_ratio


def prunable_blocks(blocks: Iterable[Block], spec: PruneSpec) -> tuple[Block, ...]:
    """The blocks of which the recipe spares no layer."""
    return tuple(block for block in blocks if all(layer_ratio(spec, layer) > 0 for layer in block.layers))


def select_blocks(
    blocks: Iterable[Block], importance: Mapping[int, float], spec: PruneSpec, *, share: float
) -> frozenset[int]:
    """The blocks to remove when ``share`` (0 to 1) of the ratio is reached; of several, one stays.

    Blocks whose answers have one shape, which make a stage, are compared with each other; all of them where the scope
    is the whole model.
    """
    stages: dict[object, list[Block]] = {}
    for block in prunable_blocks(blocks, spec):
        stages.setdefault(block.shape if spec.scope is Scope.LAYER else None, []).append(block)
    removed: set[int] = set()
    for stage in stages.values():
        ranked = sorted(stage, key=lambda block: (importance[block.number], block.number))
        count = min(int(len(stage) * spec.ratio * share + 0.5), max(len(stage) - 1, 1))
        removed.update(block.number for block in ranked[:count])
    return frozenset(removed)
