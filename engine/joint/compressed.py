"""The model that is being compressed: masks, quantizers and cuts, and the order in which they may come.

::

    traced ──attach masks──▶ masked ──cut──▶ smaller        (channels: masks become a cut, once)
       └────attach quantizers (before or after)────┘

What was done is a :class:`Structure`; a fresh copy of the source model on which the same structure is restored takes
the state_dict of a checkpoint.
"""

import copy
from collections.abc import Iterable
from dataclasses import replace

import torch
from torch import fx, nn

from engine.analysis.cost import known_macs
from engine.contract.errors import RequestError
from engine.contract.methods import PruneGranularity, PruneMethod
from engine.contract.recipe import PruneSpec, Recipe
from engine.joint.blocks import ResidualBlocks
from engine.joint.channels import Channels
from engine.joint.latency.table import LatencyTable
from engine.joint.pieces import Look, Pieces
from engine.joint.structure import Structure
from engine.joint.weights import SingleWeights
from engine.models.graph import CapturedGraph, propagate_shapes_
from engine.pruning.channels import ChannelMap, map_channels, why_locked
from engine.pruning.evidence import Samples, Scene
from engine.pruning.masks import masked_tensor, note_movement_, original_of, remove_parametrizations_
from engine.quantization.activations import ActivationQuantizer
from engine.quantization.attach import (
    attach_activation_quantizers_,
    attach_weight_quantizers_,
    calibrate_,
    rounding_off,
    switch_quantizers_,
    take_activation_quantizers_,
)
from engine.quantization.following import Quantizers, Rows, carry_quantizers_, quantizers_of
from engine.quantization.placement import Placement
from engine.quantization.placing import Slower, place


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
        self.pieces: Pieces | None = None
        self.locked = why_locked(captured, self.channels)
        self.placement: Placement | None = None
        self.structure = Structure()
        if recipe.prune is not None:
            self.pieces = pieces_of(captured, recipe.prune, self.channels)
            self.locked = self.pieces.locked
            _require_prunable(captured, recipe.prune, self.pieces)
        if recipe.quantize is not None:
            self.placement = place(captured, recipe.quantize)
            self._require_quantizable(self.placement)

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
        return () if self.pieces is None else self.pieces.layers

    def attach_masks(self) -> None:
        """Puts masks that keep everything on all that the recipe may prune."""
        assert self.pieces is not None
        self.pieces.attach_(self._scene())
        self.structure = replace(self.structure, is_masked=True)

    def note_movement(self) -> None:
        """Between a backward pass and its step, where it is wanted: masks note how training moves weights."""
        if self.recipe.prune is not None and self.recipe.prune.method is PruneMethod.MOVEMENT:
            note_movement_(self.module)

    def leave_in_float(self, slower: Slower) -> None:
        """Layers that were measured to be slower in integers are not quantized; before quantizers are attached."""
        assert self.recipe.quantize is not None and not self.structure.is_quantized
        self.structure = replace(self.structure, slower=tuple(slower))
        self.placement = place(self.captured, self.recipe.quantize, slower)

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

    def switch_quantizers(
        self, *, is_on: bool, is_observing: bool = False, are_values_on: bool = True
    ) -> None:
        """Switches all rounding on or off, that of values too if they are on, and the watching of ranges."""
        switch_quantizers_(self.module, is_on=is_on, is_observing=is_observing, are_values_on=are_values_on)

    @torch.no_grad()
    def set_share(self, share: float) -> None:
        """Moves the masks to ``share`` (0 to 1) of the recipe's ratio; what is gone stays gone."""
        assert self.pieces is not None
        with rounding_off(self.module):
            removed = self.pieces.move_(self._look(), self.structure, share=share)
        self.structure = replace(self.structure, removed=tuple(sorted(removed)))

    def condemn(self) -> None:
        """Chooses the channels that will be removed, now and for good."""
        assert isinstance(self.pieces, Channels)
        with rounding_off(self.module):
            condemned = self.pieces.select(self._look(), self.structure, share=1.0)
        self.structure = replace(self.structure, condemned=tuple(sorted(condemned)))

    def _look(self) -> Look:
        return Look(scene=self._scene(), macs_without=self.macs_without, latencies=self.latencies)

    def macs_without(self, removed: frozenset[int]) -> int:
        """Multiplications of one sample after a cut of these, tried on a copy; unknown ones count 0."""
        trial = copy.deepcopy(self.module)
        assert isinstance(trial, fx.GraphModule)
        self._cut_bare(trial, removed)
        return known_macs(replace(self.captured, module=trial))

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
        """Turns masks into a cut; quantizers stay (switched off), and the optimizer's memory follows.

        Where values are rounded follows from the graph; those that are left keep their ranges.
        """
        assert isinstance(self.module, fx.GraphModule)
        taken, rows = self._cut_bare(self.module, frozenset(self.structure.removed), optimizer)
        self.structure = replace(self.structure, is_cut=True, is_masked=False)
        if self.recipe.quantize is not None:
            self.placement = place(self.captured, self.recipe.quantize, self.structure.slower)
        if self.structure.is_quantized:
            self.attach_quantizers()
            carry_quantizers_(taken, self.module, rows=rows, optimizer=optimizer)

    def _cut_bare(
        self,
        module: fx.GraphModule,
        removed: frozenset[int],
        optimizer: torch.optim.Optimizer | None = None,
    ) -> tuple[Quantizers, dict[str, Rows]]:
        """Takes masks and quantizers off and cuts.

        Returns:
            The quantizers, and by the tensor that one stood on the output channels that were kept of it.
        """
        assert self.pieces is not None
        switch_quantizers_(module, is_on=False)
        taken = quantizers_of(module)
        weights = {name: original_of(module, name) for name in taken.of_weights}
        take_activation_quantizers_(module)
        remove_parametrizations_(module)
        replaced = self.pieces.cut_(module, removed, optimizer)
        kept = {old: dims[0] for old, _, dims in replaced if 0 in dims}
        return taken, {name: kept[weight] for name, weight in weights.items() if weight in kept}

    def restore(self, structure: Structure) -> None:
        """Brings a fresh model to the structure of a checkpoint; its tensors come after, by ``load_state_dict``."""
        self.structure = replace(self.structure, removed=structure.removed, condemned=structure.condemned)
        if structure.slower:
            self.leave_in_float(structure.slower)
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
        return 0.0 if self.pieces is None else self.pieces.removed_share(self.module, self.structure)


def pieces_of(captured: CapturedGraph, spec: PruneSpec, channels: ChannelMap) -> Pieces:
    """What a recipe removes as one of a model that is whole.

    Raises:
        RequestError: the criterion cannot judge what the granularity names there.
    """
    if spec.granularity is PruneGranularity.LAYER:
        return ResidualBlocks(captured, spec)
    kind = SingleWeights if spec.granularity.is_of_weights else Channels
    return kind(captured, spec, channels)


def _require_prunable(captured: CapturedGraph, spec: PruneSpec, pieces: Pieces) -> None:
    if not pieces.layers:
        reason = captured.untraced_because or pieces.missing
        raise RequestError("nothing_prunable", granularity=spec.granularity.value, reason=reason)
