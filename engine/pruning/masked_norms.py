"""Norms over the channels while channels are masked: mean and variance of those that are left.

A masked channel is zero, and a norm over all channels would count that zero; the cut network has no such channel. So
while masks stand, the norm counts what its scale's mask keeps, and the masked network is the cut one. By numbers: of
(2, 0, 4) with a mask of (1, 0, 1) the mean is 3, not 2.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, fx, nn
from torch.nn.utils import parametrize

from engine.pruning.atoms import NormSlot
from engine.pruning.channels import ChannelMap


def normalise_kept(x: Tensor, scale: Tensor, shift: Tensor | None, keep: Tensor, eps: float) -> Tensor:
    """Layer norm (Ba 2016, equation 4) over those positions of the last axis where ``keep`` is 1; 0 elsewhere."""
    count = keep.sum()
    mean = (x * keep).sum(-1, keepdim=True) / count
    centred = (x - mean) * keep
    variance = centred.square().sum(-1, keepdim=True) / count
    result = centred * torch.rsqrt(variance + eps) * scale
    return result if shift is None else result + shift


def mask_norms_(module: nn.Module, channels: ChannelMap) -> None:
    """Makes every norm over masked channels count the kept ones; its scale must have its mask already."""
    if not isinstance(module, fx.GraphModule):
        return
    nodes = {node.name: node for node in module.graph.nodes}
    for norm in channels.table.norms:
        path, _, leaf = norm.scale.rpartition(".")
        if parametrize.is_parametrized(module.get_submodule(path), leaf):
            with module.graph.inserting_before(nodes[norm.node]):
                keep = _read(module, f"{path}.parametrizations.{leaf}.0.keep")
                _mask_(module, nodes[norm.node], norm, keep)
    module.recompile()


def _mask_(module: fx.GraphModule, node: fx.Node, norm: NormSlot, keep: fx.Node) -> None:
    if norm.layer is None:
        scale, shift, eps = (node.kwargs.get(name) for name in ("weight", "bias", "eps"))
    else:
        layer = module.get_submodule(norm.layer)
        assert isinstance(layer, nn.LayerNorm)
        scale = _read(module, norm.scale)
        shift = None if layer.bias is None else _read(module, f"{norm.layer}.bias")
        eps = layer.eps
    node.args = (node.args[0], scale, shift, keep, 1e-5 if eps is None else eps)
    node.op, node.target, node.kwargs = "call_function", normalise_kept, {}


def _read(module: fx.GraphModule, name: str) -> fx.Node:
    # Graph.get_attr warns of what is computed when it is read, as parameters with masks are.
    return module.graph.create_node("get_attr", name)


def unmask_norms_(module: fx.GraphModule, channels: ChannelMap) -> None:
    """Takes the counting back: every norm is what it was before :func:`mask_norms_`."""
    nodes = {node.name: node for node in module.graph.nodes}
    for norm in channels.table.norms:
        node = nodes[norm.node]
        if node.target is not normalise_kept:
            continue
        x, scale, shift, keep, eps = node.args
        if norm.layer is None:
            node.args, node.kwargs = (x, norm.sizes), {"weight": scale, "bias": shift, "eps": eps}
            node.target = F.layer_norm
        else:
            node.op, node.target, node.args = "call_module", norm.layer, (x,)
        for unused in (keep, scale, shift):
            if isinstance(unused, fx.Node) and not unused.users:
                module.graph.erase_node(unused)
    module.recompile()
