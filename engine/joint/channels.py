"""Channels, hidden units and heads of attention on a model: chosen, masked, and cut with their group."""

from functools import partial

import torch
from torch import fx, nn

from engine.contract.methods import PruneMethod
from engine.contract.recipe import PruneSpec
from engine.joint.goals import reach_macs
from engine.joint.pieces import Look
from engine.joint.selecting import selecting_spec, selection_of
from engine.joint.structure import Structure
from engine.models.cuts.narrowing import Replaced, select_positions
from engine.models.cuts.records import Cut
from engine.models.graph import CapturedGraph, layers_of
from engine.pruning.channels import ChannelMap, Reason, why_locked
from engine.pruning.cut import cut_, plan_cut
from engine.pruning.evidence import Scene
from engine.pruning.masked_norms import mask_norms_
from engine.pruning.masks import attach_masks_, set_channel_masks_
from engine.pruning.scoring import channel_importance, noted_tensors
from engine.pruning.selection import layer_ratio
from engine.training.optimizers import replace_parameter_


class Channels:
    """The channels of a captured model; a number is the root atom of a channel.

    Args:
        captured: traced or not; without a graph it has none.
        spec: what is asked.
        channels: what goes together.
    """

    missing = "no layer has channels that can be removed"

    def __init__(self, captured: CapturedGraph, spec: PruneSpec, channels: ChannelMap) -> None:
        self._captured, self._spec, self._channels = captured, spec, channels
        self.locked: dict[str, Reason] = why_locked(captured, channels)

    @property
    def layers(self) -> tuple[str, ...]:
        """Those that make channels and are not skipped."""
        return tuple(name for name in self._makers() if layer_ratio(self._spec, name) > 0)

    def _makers(self) -> list[str]:
        return [name for name, _ in layers_of(self._captured.module) if name in self._channels.layers]

    def attach_(self, scene: Scene) -> None:
        """A mask on every parameter that a channel indexes; norms count what is left."""
        parameters = dict(scene.module.named_parameters())
        removable = frozenset(channel for group in self._channels.groups for channel in group.channels)
        names = [name for name in self._channels.kept(removable) if name in parameters]
        is_noting = self._spec.method is PruneMethod.MOVEMENT
        noting = noted_tensors(scene, self._makers()) if is_noting else frozenset[str]()
        attach_masks_(scene.module, names, noting=noting)
        mask_norms_(scene.module, self._channels)

    def move_(self, look: Look, structure: Structure, *, share: float) -> frozenset[int]:
        """The least important go, or those that were condemned."""
        removed = self.select(look, structure, share=share)
        if structure.is_masked:
            set_channel_masks_(look.scene.module, self._channels.kept(removed))
        return removed

    def select(self, look: Look, structure: Structure, *, share: float) -> frozenset[int]:
        """What :meth:`move_` removes; no mask moves."""
        if structure.condemned:
            return frozenset(structure.condemned)
        spec = selecting_spec(self._spec)
        importance = channel_importance(
            look.scene,
            self._channels,
            self._makers(),
            method=spec.method,
            removed=frozenset(structure.removed),
        )
        select = selection_of(
            spec, importance, captured=self._captured, channels=self._channels, latencies=look.latencies
        )
        if spec.target_macs is not None:
            spec = reach_macs(spec, partial(select, share=1.0), look.macs_without, is_final=share >= 1)
        return select(spec, share=share)

    def cut_(
        self, module: fx.GraphModule, removed: frozenset[int], optimizer: torch.optim.Optimizer | None
    ) -> list[Replaced]:
        """They leave every tensor that they index; the optimizer's memory of those gets as small."""
        replaced = cut_(module, self._channels, removed, example=self._captured.example)
        if optimizer is not None:
            for old, new, kept in replaced:
                replace_parameter_(optimizer, old, new, select=partial(select_positions, dims=kept))
        return replaced

    def plan_cut(self, removed: frozenset[int]) -> Cut:
        """The same cut as a record."""
        return plan_cut(self._channels, removed)

    def removed_share(self, module: nn.Module, structure: Structure) -> float:
        """Channels that are gone ÷ those that can go."""
        total = sum(len(group.channels) for group in self._channels.groups)
        return len(structure.removed) / max(total, 1)
