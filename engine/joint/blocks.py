"""Whole residual blocks (granularity ``layer``) on a model: which there are, which go, and how."""

import math
from collections.abc import Callable, Sequence
from functools import partial

import torch
from torch import fx, nn

from engine.analysis.cost import count_macs
from engine.contract.errors import RequestError
from engine.contract.methods import Objective, PruneMethod, Scope
from engine.contract.recipe import PruneSpec
from engine.joint.goals import reach_macs
from engine.joint.objective import divide_by_savings_
from engine.joint.pieces import Look
from engine.joint.structure import Structure
from engine.models.cuts.narrowing import Replaced
from engine.models.cuts.records import Cut
from engine.models.graph import CapturedGraph, propagate_shapes_
from engine.pruning.block_criteria import BLOCK_CRITERIA, norm_at_end, tensors_of
from engine.pruning.block_gates import attach_gates_, remove_gates_, set_gates_
from engine.pruning.block_selection import prunable_blocks, select_blocks
from engine.pruning.blocks import Block, cut_blocks_, find_blocks, parts_of, plan_block_cut, why_not_in_blocks
from engine.pruning.channels import Reason
from engine.pruning.evidence import Scene
from engine.pruning.masks import attach_masks_, locate
from engine.training.optimizers import drop_parameters_


class ResidualBlocks:
    """The blocks of a captured model, uncut, and what a recipe wants of them.

    Args:
        captured: traced or not; without a graph it has no blocks.
        spec: its granularity is ``layer``.

    Raises:
        RequestError: the criterion wants batch norms where there are none.
    """

    missing = "no branch is added to its own input"

    def __init__(self, captured: CapturedGraph, spec: PruneSpec) -> None:
        self._captured, self._spec = captured, spec
        self.every: tuple[Block, ...] = find_blocks(captured.module)
        self.locked: dict[str, Reason] = why_not_in_blocks(captured, self.every)
        self.prunable: tuple[Block, ...] = prunable_blocks(self.every, spec)
        self._saved = SAVINGS[spec.objective](captured, self.prunable) if spec.objective in SAVINGS else {}
        if spec.method is PruneMethod.BATCH_NORM:
            self._require_norms()

    def _require_norms(self) -> None:
        scene = Scene(module=self._captured.module, tensor_of=self._captured.module.get_parameter)
        for block in self.prunable:
            if norm_at_end(scene, block) is None:
                raise RequestError(
                    "block_without_norm", method=self._spec.method.value, layer=block.layers[-1]
                )

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers that may go with their blocks."""
        return tuple(dict.fromkeys(name for block in self.prunable for name in block.layers))

    def attach_(self, scene: Scene) -> None:
        """Puts an open gate behind every branch, and masks that note how training moves what is in it."""
        assert isinstance(scene.module, fx.GraphModule)
        attach_gates_(scene.module, self.every)
        if self._spec.method is PruneMethod.MOVEMENT:
            names = dict.fromkeys(name for block in self.prunable for name in tensors_of(scene.module, block))
            attach_masks_(scene.module, names, noting=frozenset(names))

    def move_(self, look: Look, structure: Structure, *, share: float) -> frozenset[int]:
        """The least important go, each with its gate shut."""
        removed = self._select(look, frozenset(structure.removed), share=share)
        if structure.is_masked:
            set_gates_(look.scene.module, removed)
        return removed

    def _select(self, look: Look, gone: frozenset[int], *, share: float) -> frozenset[int]:
        spec = self._spec
        importance = BLOCK_CRITERIA[spec.method](look.scene, self.prunable)
        if spec.scope is Scope.GLOBAL and self._saved:
            divide_by_savings_(importance, self._saved)
        importance.update(dict.fromkeys(gone, -math.inf))
        select = partial(select_blocks, self.prunable, importance)
        if spec.target_macs is not None:
            spec = reach_macs(spec, partial(select, share=1.0), look.macs_without, is_final=share >= 1)
        return select(spec, share=share)

    def cut_(
        self, module: fx.GraphModule, removed: frozenset[int], optimizer: torch.optim.Optimizer | None
    ) -> list[Replaced]:
        """Takes the gates off and the removed branches out; the optimizer forgets what is gone."""
        remove_gates_(module)
        gone = cut_blocks_(module, self.every, removed)
        if optimizer is not None:
            drop_parameters_(optimizer, gone)
        propagate_shapes_(module, self._captured.example)
        return []

    def plan_cut(self, removed: frozenset[int]) -> Cut:
        """The same cut as a record."""
        return plan_block_cut(self.every, removed)

    def removed_share(self, module: nn.Module, structure: Structure) -> float:
        """Blocks that are gone ÷ all."""
        return len(structure.removed) / max(len(self.every), 1)


def elements_saved(captured: CapturedGraph, blocks: Sequence[Block]) -> dict[int, int]:
    """Parameters of all that only a branch uses, its norms and scales too."""
    module = captured.module
    assert isinstance(module, fx.GraphModule)
    return {
        block.number: sum(_elements_at(module, name) for name in parts_of(module, block)) for block in blocks
    }


def _elements_at(module: nn.Module, name: str) -> int:
    """Parameters of a part, or of the one tensor of that name."""
    part, leaf = locate(module, name)
    found = getattr(part, leaf)
    if isinstance(found, nn.Module):
        return sum(parameter.numel() for parameter in found.parameters())
    return found.numel() if isinstance(found, nn.Parameter) else 0


def macs_saved(captured: CapturedGraph, blocks: Sequence[Block]) -> dict[int, int]:
    """Multiplications of a branch's layers."""
    macs = count_macs(captured)
    return {block.number: sum(macs.get(layer) or 0 for layer in block.layers) for block in blocks}


SAVINGS: dict[Objective, Callable[[CapturedGraph, Sequence[Block]], dict[int, int]]] = {
    Objective.SIZE: elements_saved,
    Objective.MACS: macs_saved,
}
"""What is saved without each block, for each objective that is weighed; of the uncut model, without gates."""
