"""What computes in floats between layers of integers, by name: so that nobody takes such a network for all integers."""

import torch
import torch.nn.functional as F
from torch import fx, nn

from engine.models.attention import ATTENTION
from engine.quantization.placement import Placement

_NAMES: dict[object, str] = {
    nn.LayerNorm: "LayerNorm",
    F.layer_norm: "LayerNorm",
    nn.GELU: "GELU",
    F.gelu: "GELU",
    nn.Softmax: "softmax",
    F.softmax: "softmax",
    torch.softmax: "softmax",
    F.scaled_dot_product_attention: "softmax",
} | dict.fromkeys(ATTENTION, "softmax")


def floats_between(module: nn.Module) -> tuple[str, ...]:
    """The operations of a Transformer that have no form of integers, in order of their first use."""
    if not isinstance(module, fx.GraphModule):
        return ()
    names = (_NAMES[kind] for node in module.graph.nodes for kind in _kinds(module, node) if kind in _NAMES)
    return tuple(dict.fromkeys(names))


def _kinds(module: fx.GraphModule, node: fx.Node) -> tuple[object, ...]:
    """A layer's class and those it is made of: parametrizations give modules a class of their own."""
    if node.op != "call_module":
        return (node.target,)
    return type(module.get_submodule(str(node.target))).__mro__


def stored_only(placement: Placement) -> tuple[str, ...]:
    """Layers whose weights are integers in the file alone, where others read values of integers."""
    return tuple(name for name in placement.bits if name not in placement.input_bits)
