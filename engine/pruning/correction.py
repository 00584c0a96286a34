"""Weights corrected after a cut, without training: what is left of a layer makes up for the inputs it lost.

He 2017 (*Channel pruning for accelerating very deep neural networks*, equation 2) and Luo 2017 (*ThiNet*, equation 6)
solve each layer anew, so that its answers come nearest to those of the uncut one:

    min over W, b:  Σ ‖y − W x − b‖² + ρ ‖(W, b) − (W₀, b₀)‖²

``x`` are patches of the cut network's own values, behind layers that are corrected already; ``y`` what the uncut
network answers there. The ridge ``ρ`` pulls to the weights ``W₀`` that the cut left rather than to zero, so that
samples that say nothing change nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, fx

from engine.analysis.reaching import values_at
from engine.context import RunContext
from engine.pruning.channels import ChannelMap
from engine.pruning.least_squares import (
    Correctable,
    NormalEquations,
    answers_at,
    choose_positions,
    patches_at,
)

RIDGE = 1e-3
MOST_UNKNOWNS = 8192
"""Of one output; the matrix of the normal equations takes its square times 8 bytes."""


@dataclass(frozen=True, kw_only=True)
class Cut:
    """A cut network beside the one it was cut from.

    Attributes:
        module: the cut network; its weights are what is corrected.
        uncut: the network as it was, with the same names.
        channels: the channels of the uncut network.
        removed: root atoms of the channels that went.
    """

    module: fx.GraphModule
    uncut: fx.GraphModule
    channels: ChannelMap
    removed: frozenset[int]


@torch.no_grad()
def correct_(cut: Cut, batches: Sequence[Tensor], ctx: RunContext, *, seed: int) -> tuple[str, ...]:
    """Solves every convolution and Linear layer that lost inputs anew, in the order of the graph.

    Both networks run over the batches once for each layer, as far as that layer; values are held for one batch only.

    Args:
        cut: the two networks, in evaluation mode afterwards.
        batches: samples.
        ctx: asked between batches whether to stop.
        seed: chooses the positions of images that are looked at.

    Returns:
        Names of layers that are left as they are, as they have more than :data:`MOST_UNKNOWNS` inputs.
    """
    cut.module.eval()
    cut.uncut.eval()
    kept = cut.channels.kept(cut.removed)
    too_large = []
    for name, calls in _calls(cut.module).items():
        dims = kept.get(f"{name}.weight", {})
        layer = cut.module.get_submodule(name)
        if 1 not in dims or not isinstance(layer, Correctable):
            continue
        if layer.weight[0].numel() > MOST_UNKNOWNS:
            too_large.append(name)
            continue
        equations = NormalEquations()
        for rows in _rows_of(cut, _Layer(name, layer, calls, dims.get(0)), batches, seed=seed):
            ctx.raise_if_cancelled()
            equations.add(*rows)
        _apply_(layer, equations.solve(RIDGE))
    return tuple(too_large)


@dataclass(frozen=True)
class _Layer:
    """A layer to be solved, how often the graph calls it, and which outputs of the uncut one it still has."""

    name: str
    module: Correctable
    calls: int
    outputs: np.ndarray | None


def _calls(module: fx.GraphModule) -> dict[str, int]:
    """How often each module is called, in the order of first calls."""
    calls: dict[str, int] = {}
    for node in module.graph.nodes:
        if node.op == "call_module":
            calls[str(node.target)] = calls.get(str(node.target), 0) + 1
    return calls


def _rows_of(
    cut: Cut, layer: _Layer, batches: Sequence[Tensor], *, seed: int
) -> Iterator[tuple[Tensor, Tensor]]:
    generator = torch.Generator().manual_seed(seed)
    samples = sum(map(len, batches))
    for batch in batches:
        inputs = values_at(cut.module, layer.name, batch, calls=layer.calls, is_input=True)
        wanted = values_at(cut.uncut, layer.name, batch, calls=layer.calls, is_input=False)
        for x, y in zip(inputs, wanted, strict=True):
            yield _rows(layer, x, y, choose_positions(layer.module, y, samples, generator))


def _rows(
    layer: _Layer, inputs: Tensor, wanted: Tensor, positions: tuple[Tensor, ...]
) -> tuple[Tensor, Tensor]:
    """Patches and what the layer's answers to them lack: (groups, rows, unknowns), (groups, rows, outputs).

    The last unknown is the bias, where there is one.
    """
    module = layer.module
    patches = patches_at(module, inputs, positions)
    answers = answers_at(module, wanted, positions)
    if layer.outputs is not None:
        answers = answers[:, torch.from_numpy(np.flatnonzero(layer.outputs)).to(answers.device)]
    groups, rows, unknowns = patches.shape
    weight = module.weight.double().reshape(groups, -1, unknowns)
    lacking = answers.reshape(rows, groups, -1).movedim(1, 0) - patches @ weight.mT
    if module.bias is not None:
        lacking = lacking - module.bias.double().reshape(groups, 1, -1)
        patches = torch.cat([patches, torch.ones_like(patches[..., :1])], -1)
    return patches, lacking


def _apply_(layer: Correctable, change: Tensor) -> None:
    """Adds the change of weights and bias, (groups, unknowns, outputs), in the layer's own memory format."""
    unknowns = layer.weight[0].numel()
    layer.weight += change[:, :unknowns].mT.reshape(layer.weight.shape).to(layer.weight.dtype)
    if layer.bias is not None:
        layer.bias += change[:, unknowns].flatten().to(layer.bias.dtype)
