"""Attention that has lost heads, or a part of its stream: another layer in the place of torch's, which has no such."""

from collections.abc import Iterable

import torch
from torch import fx, nn

from engine.models.attention import PrunedAttention

MASKS = ("key_padding_mask", "attn_mask")


def replace_attention_(module: fx.GraphModule, names: Iterable[str]) -> None:
    """Puts a layer of free widths where torch's has lost something; the parameters are those that the cut has made."""
    for name in names:
        layer = module.get_submodule(name)
        if isinstance(layer, nn.MultiheadAttention):
            module.set_submodule(name, _narrower(layer))
            for node in module.graph.nodes:
                if node.op == "call_module" and node.target == name:
                    masks = {mask: node.kwargs[mask] for mask in MASKS if node.kwargs.get(mask) is not None}
                    node.args, node.kwargs = node.args[:1], masks
    module.recompile()


def _narrower(layer: nn.MultiheadAttention) -> PrunedAttention:
    stream, inside = layer.out_proj.weight.shape
    with torch.device("meta"):
        narrow = PrunedAttention(
            stream,
            inside // layer.head_dim,
            layer.head_dim,
            bias=layer.in_proj_bias is not None,
            batch_first=layer.batch_first,
        )
    narrow.dropout = layer.dropout
    narrow.in_proj_weight, narrow.in_proj_bias = layer.in_proj_weight, layer.in_proj_bias
    narrow.out_proj.weight, narrow.out_proj.bias = layer.out_proj.weight, layer.out_proj.bias
    return narrow.train(layer.training)
