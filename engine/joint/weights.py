"""Single weights, blocks of them and patterns (granularities ``weight``, ``block`` and ``n_m``) on a model."""

import torch
from torch import fx, nn

from engine.contract.methods import PruneMethod
from engine.contract.recipe import PruneSpec
from engine.joint.pieces import Look
from engine.joint.selecting import selecting_spec
from engine.joint.structure import Structure
from engine.models.cuts.narrowing import Replaced
from engine.models.cuts.records import Cut
from engine.models.graph import CapturedGraph, layers_of
from engine.pruning.channels import ChannelMap, Reason, why_locked
from engine.pruning.evidence import Scene
from engine.pruning.masks import attach_masks_, masked_tensor, set_weight_masks_
from engine.pruning.scoring import element_scores
from engine.pruning.selection import layer_ratio
from engine.pruning.weight_selection import has_pieces, matrix_axes, select_weights


class SingleWeights:
    """Masks alone say what is gone, and no tensor gets smaller.

    Args:
        captured: traced or not.
        spec: what is asked.
        channels: of the same model; it says which layers keep all of their weights.
    """

    missing = "no layer has weights that can be removed"

    def __init__(self, captured: CapturedGraph, spec: PruneSpec, channels: ChannelMap) -> None:
        self._module, self._spec = captured.module, spec
        self.locked: dict[str, Reason] = why_locked(captured, channels)

    @property
    def layers(self) -> tuple[str, ...]:
        """Those whose weight the pattern fits."""
        return tuple(
            name
            for name, layer in layers_of(self._module)
            if layer_ratio(self._spec, name) > 0 and self._is_fit(layer)
        )

    def _is_fit(self, layer: nn.Module) -> bool:
        weight = getattr(layer, "weight", None)
        return isinstance(weight, torch.Tensor) and has_pieces(weight, self._spec, matrix_axes(layer))

    def attach_(self, scene: Scene) -> None:
        """A mask on each weight."""
        names = [f"{name}.weight" for name in self.layers]
        is_noting = self._spec.method is PruneMethod.MOVEMENT
        attach_masks_(scene.module, names, noting=frozenset(names if is_noting else ()))

    def move_(self, look: Look, structure: Structure, *, share: float) -> frozenset[int]:
        """The lowest scores go."""
        spec, module = selecting_spec(self._spec), look.scene.module
        scores = element_scores(look.scene, self.layers, spec.method)
        axes = {name: matrix_axes(module.get_submodule(name)) for name in scores}
        set_weight_masks_(module, select_weights(scores, spec, share=share, axes=axes))
        return frozenset()

    def cut_(
        self, module: fx.GraphModule, removed: frozenset[int], optimizer: torch.optim.Optimizer | None
    ) -> list[Replaced]:
        """Nothing gets smaller."""
        return []

    def plan_cut(self, removed: frozenset[int]) -> Cut:
        """A cut of nothing."""
        return Cut()

    def removed_share(self, module: nn.Module, structure: Structure) -> float:
        """Zeros ÷ weights of the layers that may lose some."""
        weights = [masked_tensor(module, f"{name}.weight") for name in self.layers]
        total = sum(weight.numel() for weight in weights)
        return sum(int((weight == 0).sum()) for weight in weights) / max(total, 1)
