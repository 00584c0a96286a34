"""The model that is being compressed: masks, quantizers and cuts, and the order in which they may come.

::

    traced ──attach masks──▶ masked ──cut──▶ smaller        (channels: masks become a cut, once)
       └────attach quantizers (before or after)────┘

What was done is a :class:`Structure`; a fresh copy of the source model on which the same structure is restored takes
the state_dict of a checkpoint.
"""

import copy
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial

import msgspec
import torch
from torch import fx, nn

from engine.analysis.cost import known_macs
from engine.contract.errors import RequestError
from engine.contract.methods import PruneGranularity, PruneMethod, Scope
from engine.contract.recipe import PruneSpec, Recipe
from engine.joint.blocks import ResidualBlocks
from engine.joint.goals import reach_macs
from engine.joint.latency.table import LatencyTable
from engine.joint.selecting import selection_of
from engine.models.cuts.narrowing import select_positions
from engine.models.graph import CapturedGraph, layers_of, propagate_shapes_
from engine.pruning.block_gates import set_gates_
from engine.pruning.channels import ChannelMap, map_channels, why_locked
from engine.pruning.cut import cut_
from engine.pruning.evidence import Samples, Scene
from engine.pruning.masked_norms import mask_norms_
from engine.pruning.masks import (
    attach_masks_,
    masked_tensor,
    note_movement_,
    original_of,
    remove_parametrizations_,
    set_channel_masks_,
    set_weight_masks_,
)
from engine.pruning.scoring import channel_importance, element_scores, noted_tensors
from engine.pruning.selection import layer_ratio
from engine.pruning.weight_selection import has_pieces, matrix_axes, select_weights
from engine.quantization.activations import ActivationQuantizer
from engine.quantization.attach import (
    activation_quantizers,
    attach_activation_quantizers_,
    attach_weight_quantizers_,
    calibrate_,
    give_ranges_,
    rounding_off,
    switch_quantizers_,
    take_activation_quantizers_,
    weight_quantizers_by_tensor,
)
from engine.quantization.following import carry_learned_
from engine.quantization.placement import Placement
from engine.quantization.placing import place
from engine.training.optimizers import replace_parameter_


@dataclass(frozen=True)
class Structure:
    """What stands on a model and what was cut from it; enough to rebuild it from its source.

    ``condemned`` are channels that a penalty grows on until they are removed.
    """

    removed: tuple[int, ...] = ()
    condemned: tuple[int, ...] = ()
    is_cut: bool = False
    is_masked: bool = False
    is_quantized: bool = False


class CompressedModel:
    """A captured model and what a recipe does to it; ``latencies`` are given before measured time chooses channels.

    Args:
        captured: fresh from its source; it is changed in place.
        recipe: what is asked.
        samples: for criteria that look at gradients or activations.

    Raises:
        RequestError: the recipe asks for pruning or quantizing of a model where nothing can be pruned or quantized.
    """

    def __init__(self, captured: CapturedGraph, recipe: Recipe, *, samples: Samples | None = None) -> None:
        self.captured = captured
        self.samples = samples
        self.latencies: LatencyTable | None = None
        self.module: nn.Module = captured.module
        self.recipe = recipe
        self.channels: ChannelMap = map_channels(captured, self.granularity or PruneGranularity.CHANNEL)
        self.blocks: ResidualBlocks | None = None
        self.locked = why_locked(captured, self.channels)
        if recipe.prune is not None and recipe.prune.granularity is PruneGranularity.LAYER:
            self.blocks = ResidualBlocks(captured, recipe.prune)
            self.locked = self.blocks.locked
        self.placement: Placement | None = None
        self.structure = Structure()
        if recipe.prune is not None:
            self._require_prunable()
        if recipe.quantize is not None:
            self.placement = place(captured, recipe.quantize)
            self._require_quantizable(self.placement)

    def _require_prunable(self) -> None:
        names = self.prunable_layers()
        if not names:
            missing = "no layer has channels that can be removed"
            if self.blocks is not None:
                missing = "no branch is added to its own input"
            reason = self.captured.untraced_because or missing
            assert self.recipe.prune is not None
            raise RequestError(
                "nothing_prunable", granularity=self.recipe.prune.granularity.value, reason=reason
            )

    def _require_quantizable(self, placement: Placement) -> None:
        if not placement.bits:
            reason = self.captured.untraced_because or "no convolution or Linear layer is left"
            raise RequestError("nothing_quantizable", reason=reason)

    @property
    def granularity(self) -> PruneGranularity | None:
        """What is removed as one piece; None where nothing is."""
        return None if self.recipe.prune is None else self.recipe.prune.granularity

    @property
    def is_cutting(self) -> bool:
        """Whether what is removed leaves by a cut that makes tensors smaller."""
        return self.granularity is not None and not self.granularity.is_of_weights

    def prunable_layers(self) -> tuple[str, ...]:
        """The layers that the recipe's granularity can prune and that it does not skip."""
        spec = self.recipe.prune
        if spec is None:
            return ()
        if self.blocks is not None:
            return self.blocks.layers
        return tuple(
            name
            for name, layer in layers_of(self.module)
            if layer_ratio(spec, name) > 0 and self._is_prunable(spec, name, layer)
        )

    def _is_prunable(self, spec: PruneSpec, name: str, layer: nn.Module) -> bool:
        if not spec.granularity.is_of_weights:
            return name in self.channels.layers
        weight = getattr(layer, "weight", None)
        return isinstance(weight, torch.Tensor) and has_pieces(weight, spec, matrix_axes(layer))

    def attach_masks(self) -> None:
        """Puts masks that keep everything on all that the recipe may prune."""
        self.structure = replace(self.structure, is_masked=True)
        if self.blocks is not None:
            assert isinstance(self.module, fx.GraphModule)
            self.blocks.attach_(self.module)
            return
        if self.granularity is not None and self.granularity.is_of_weights:
            names = [f"{name}.weight" for name in self.prunable_layers()]
        else:
            parameters = dict(self.module.named_parameters())
            removable = frozenset(channel for group in self.channels.groups for channel in group.channels)
            names = [name for name in self.channels.kept(removable) if name in parameters]
        attach_masks_(self.module, names, noting=self._noted_tensors(names))
        mask_norms_(self.module, self.channels)

    def _noted_tensors(self, masked: list[str]) -> frozenset[str]:
        """Of the masked tensors those whose movement decides what is removed."""
        spec = self.recipe.prune
        if spec is None or spec.method is not PruneMethod.MOVEMENT:
            return frozenset()
        if spec.granularity.is_of_weights:
            return frozenset(masked)
        return noted_tensors(self._scene(), self._channel_layers())

    def note_movement(self) -> None:
        """Between a backward pass and its step, where it is wanted: masks note how training moves weights."""
        if self.recipe.prune is not None and self.recipe.prune.method is PruneMethod.MOVEMENT:
            note_movement_(self.module)

    def attach_quantizers(self) -> None:
        """Puts quantizers on weights and values; switched off until they are calibrated."""
        assert self.placement is not None and self.recipe.quantize is not None
        assert isinstance(self.module, fx.GraphModule)
        attach_activation_quantizers_(self.module, self.placement, self.recipe.quantize)
        attach_weight_quantizers_(self.module, self.placement, self.recipe.quantize)
        switch_quantizers_(self.module, is_on=False)
        self.structure = replace(self.structure, is_quantized=True)

    def calibrate(self, batches: Iterable[torch.Tensor]) -> None:
        """Measures the ranges of activations."""
        calibrate_(self.module, batches)

    def switch_quantizers(self, *, is_on: bool, is_observing: bool = False) -> None:
        """Switches all rounding on or off, and the watching of ranges."""
        switch_quantizers_(self.module, is_on=is_on, is_observing=is_observing)

    @torch.no_grad()
    def set_share(self, share: float) -> None:
        """Moves the masks to ``share`` (0 to 1) of the recipe's ratio; what is gone stays gone."""
        spec = self._selecting_spec()
        if spec.granularity.is_of_weights:
            with rounding_off(self.module):
                scores = element_scores(self._scene(), self.prunable_layers(), spec.method)
            axes = {name: matrix_axes(self.module.get_submodule(name)) for name in scores}
            set_weight_masks_(self.module, select_weights(scores, spec, share=share, axes=axes))
            return
        removed = self._select_blocks(share) if self.blocks is not None else self._select_channels(share)
        self.structure = replace(self.structure, removed=tuple(sorted(removed)))
        if self.structure.is_masked and self.blocks is not None:
            set_gates_(self.module, removed)
        elif self.structure.is_masked:
            set_channel_masks_(self.module, self.channels.kept(removed))

    def condemn(self) -> None:
        """Chooses the channels that will be removed, now and for good."""
        self.structure = replace(self.structure, condemned=tuple(sorted(self._select_channels(1.0))))

    def _select_channels(self, share: float) -> frozenset[int]:
        if self.structure.condemned:
            return frozenset(self.structure.condemned)
        spec = self._selecting_spec()
        with rounding_off(self.module):
            importance = channel_importance(
                self._scene(),
                self.channels,
                self._channel_layers(),
                method=spec.method,
                removed=frozenset(self.structure.removed),
            )
        select = selection_of(
            spec, importance, captured=self.captured, channels=self.channels, latencies=self.latencies
        )
        if spec.target_macs is not None:
            spec = reach_macs(spec, partial(select, share=1.0), self.macs_without, is_final=share >= 1)
        return select(spec, share=share)

    def _select_blocks(self, share: float) -> frozenset[int]:
        assert self.blocks is not None
        removed = frozenset(self.structure.removed)
        with rounding_off(self.module):
            return self.blocks.select(
                self._scene(), removed=removed, share=share, macs_without=self.macs_without
            )

    def macs_without(self, removed: frozenset[int]) -> int:
        """Multiplications of one sample after a cut of these, tried on a copy; unknown ones count 0."""
        trial = copy.copy(self)
        trial.module = copy.deepcopy(self.module)
        trial.captured = replace(self.captured, module=trial.module)
        trial.structure = replace(self.structure, removed=tuple(sorted(removed)))
        trial.cut()
        return known_macs(trial.captured)

    def _selecting_spec(self) -> PruneSpec:
        """The recipe's; a criterion that gives layers their ratios compares over the whole model."""
        spec = self.recipe.prune
        assert spec is not None
        return msgspec.structs.replace(spec, scope=Scope.GLOBAL) if spec.method.is_of_ratios else spec

    def _channel_layers(self) -> list[str]:
        return [name for name, _ in layers_of(self.module) if name in self.channels.layers]

    def _scene(self) -> Scene:
        return Scene(
            module=self.module,
            tensor_of=self.masked_tensor,
            samples=self.samples,
            seed=self.recipe.seed,
            passing=(ActivationQuantizer,),
        )

    def masked_weight(self, layer: str) -> torch.Tensor:
        """A layer's weight with its mask, without rounding."""
        return self.masked_tensor(f"{layer}.weight")

    def masked_tensor(self, name: str) -> torch.Tensor:
        """A parameter by its full name, with its mask, without rounding."""
        return masked_tensor(self.module, name)

    def cut(self, optimizer: torch.optim.Optimizer | None = None) -> None:
        """Turns masks into a cut; quantizers stay (switched off), and the optimizer's memory follows."""
        assert isinstance(self.module, fx.GraphModule)
        self.switch_quantizers(is_on=False)
        if self.blocks is None:
            self._cut_channels(self.module, optimizer)
        else:
            self._cut_blocks(self.module, self.blocks, optimizer)
        self.structure = replace(self.structure, is_cut=True, is_masked=False)

    def _cut_channels(self, module: fx.GraphModule, optimizer: torch.optim.Optimizer | None) -> None:
        former = weight_quantizers_by_tensor(module)
        weights = {name: original_of(module, name) for name in former}
        remove_parametrizations_(module)
        removed = frozenset(self.structure.removed)
        replaced = cut_(module, self.channels, removed, example=self.captured.example)
        for old, new, kept in replaced if optimizer is not None else ():
            assert optimizer is not None
            replace_parameter_(optimizer, old, new, select=partial(select_positions, dims=kept))
        if self.structure.is_quantized:
            assert self.placement is not None and self.recipe.quantize is not None
            attach_weight_quantizers_(module, self.placement, self.recipe.quantize)
            self.switch_quantizers(is_on=False)
            kept_rows = {old: kept[0] for old, _, kept in replaced if 0 in kept}
            rows = {name: kept_rows[weight] for name, weight in weights.items() if weight in kept_rows}
            carry_learned_(former, weight_quantizers_by_tensor(module), rows=rows, optimizer=optimizer)

    def _cut_blocks(
        self, module: fx.GraphModule, blocks: ResidualBlocks, optimizer: torch.optim.Optimizer | None
    ) -> None:
        """Where values are rounded follows from the graph; those that are left keep their ranges."""
        former = weight_quantizers_by_tensor(module)
        ranges = take_activation_quantizers_(module)
        remove_parametrizations_(module)
        blocks.cut_(module, frozenset(self.structure.removed), optimizer)
        propagate_shapes_(module, self.captured.example)
        if self.recipe.quantize is not None:
            self.placement = place(self.captured, self.recipe.quantize)
        if self.structure.is_quantized:
            self.attach_quantizers()
            give_ranges_(module, ranges)
            carry_learned_(former, weight_quantizers_by_tensor(module), rows={}, optimizer=optimizer)
            carry_learned_(ranges, activation_quantizers(module), rows={}, optimizer=optimizer)

    def restore(self, structure: Structure) -> None:
        """Brings a fresh model to the structure of a checkpoint; its tensors come after, by ``load_state_dict``."""
        self.structure = replace(self.structure, removed=structure.removed, condemned=structure.condemned)
        if structure.is_cut:
            self.cut()
        if structure.is_masked:
            self.attach_masks()
        if structure.is_quantized:
            self.attach_quantizers()

    def finish(self) -> None:
        """Makes what stands on the model final: what is masked and can be cut is cut, rounding is on."""
        if self.structure.is_masked and self.is_cutting:
            self.cut()
        self.switch_quantizers(is_on=self.structure.is_quantized)
        self.module.eval()
        if isinstance(self.module, fx.GraphModule):
            propagate_shapes_(self.module, self.captured.example)

    def sparsity(self) -> float:
        """The share that is removed so far of what the recipe's granularity names."""
        if self.recipe.prune is None:
            return 0.0
        if self.is_cutting:
            total = sum(len(group.channels) for group in self.channels.groups)
            total = total if self.blocks is None else len(self.blocks.every)
            return len(self.structure.removed) / max(total, 1)
        weights = [self.masked_weight(name) for name in self.prunable_layers()]
        total = sum(weight.numel() for weight in weights)
        return sum(int((weight == 0).sum()) for weight in weights) / max(total, 1)
