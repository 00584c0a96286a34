"""How channels flow through each kind of operation: one small function for each, in three tables.

What stands in no table locks the channels that reach it, by name.
"""

import operator

import torch
import torch.nn.functional as F
import torchvision
from torch import fx, nn

from engine.models.attention import ATTENTION
from engine.models.graph import shape_of
from engine.pruning.atoms import AtomTable, Tracked
from engine.pruning.attention import attend
from engine.pruning.layer_rules import convolve, look_up, multiply_matrix, normalise, rectify
from engine.pruning.norm_rules import normalise_by_function, normalise_groups, normalise_layer
from engine.pruning.recurrent import remember, tie_units
from engine.pruning.shape_rules import (
    combine,
    concatenate,
    index,
    insert_axis,
    pad,
    permute,
    reduce,
    reshape,
    transpose,
    treat_alike,
)
from engine.pruning.shuffles import pick_again
from engine.pruning.split_rules import split, unbind
from engine.pruning.walk import Rule, Walk, ask_attribute, ask_nothing, keep, lock


def walk_graph(module: fx.GraphModule) -> AtomTable:
    """The atoms of a traced model whose nodes have shapes."""
    walk = Walk(module)
    for node in module.graph.nodes:
        value = _follow(walk, node)
        if value is not None:
            walk.values[node] = value
    tie_units(walk)
    return walk.table


def _follow(walk: Walk, node: fx.Node) -> Tracked | None:
    if node in walk.answers:
        return walk.answers[node]
    match node.op:
        case "placeholder" | "get_attr":
            return None
        case "output":
            walk.lock_inputs(node, "locked_output")
            return None
        case "call_module":
            layer = walk.module.get_submodule(str(node.target))
            rule = next((rule for kind, rule in MODULE_RULES.items() if isinstance(layer, kind)), lock)
        case "call_method":
            rule = METHOD_RULES.get(str(node.target), lock)
        case _:
            rule = FUNCTION_RULES.get(node.target, lock)
    return _checked(walk, node, rule(walk, node))


def _checked(walk: Walk, node: fx.Node, value: Tracked | None) -> Tracked | None:
    """A pool or a norm over the channel axis itself is nothing that a cut could follow."""
    shape = shape_of(node)
    if value is None or shape is None:
        return value
    is_whole = value.axis < len(shape) and shape[value.axis] == len(value.atoms)
    return value if is_whole else lock(walk, node)


MODULE_RULES: dict[type[nn.Module] | tuple[type[nn.Module], ...], Rule] = {
    nn.modules.conv._ConvNd: convolve,
    nn.Linear: multiply_matrix,
    nn.Embedding: look_up,
    nn.modules.batchnorm._BatchNorm: normalise,
    nn.LayerNorm: normalise_layer,
    nn.GroupNorm: normalise_groups,
    nn.PReLU: rectify,
    nn.Flatten: reshape,
    nn.RNNBase: remember,
    ATTENTION: attend,
    (
        nn.ReLU, nn.ReLU6, nn.LeakyReLU, nn.ELU, nn.SELU, nn.GELU, nn.SiLU, nn.Mish, nn.Hardswish, nn.Hardsigmoid,
        nn.Hardtanh, nn.Sigmoid, nn.Tanh, nn.Softplus, nn.Identity, nn.modules.dropout._DropoutNd,
        nn.modules.pooling._MaxPoolNd, nn.modules.pooling._AvgPoolNd, nn.modules.pooling._AdaptiveAvgPoolNd,
        nn.modules.pooling._AdaptiveMaxPoolNd, nn.modules.padding._ConstantPadNd,
        nn.modules.padding._ReflectionPadNd, nn.modules.padding._ReplicationPadNd, nn.Upsample,
        torchvision.ops.StochasticDepth,
    ): keep,
}  # fmt: skip
"""How channels flow through a module."""

FUNCTION_RULES: dict[object, Rule] = {
    **dict.fromkeys(
        (
            operator.add, operator.iadd, torch.add, operator.mul, operator.imul, torch.mul, operator.sub, torch.sub,
        ),
        combine,
    ),
    **dict.fromkeys(
        (
            F.relu, F.relu6, F.leaky_relu, F.elu, F.gelu, F.silu, F.mish, F.hardswish, F.hardsigmoid, F.hardtanh,
            F.sigmoid, F.tanh, F.softplus, torch.relu, torch.sigmoid, torch.tanh, F.dropout, F.dropout2d,
            F.max_pool1d, F.max_pool2d, torch.max_pool2d, F.avg_pool1d, F.avg_pool2d, F.adaptive_avg_pool1d,
            F.adaptive_avg_pool2d, F.adaptive_max_pool2d, F.interpolate, torchvision.ops.stochastic_depth,
        ),
        keep,
    ),
    **dict.fromkeys((operator.truediv, torch.div), treat_alike),
    **dict.fromkeys((torch.cat, torch.concat), concatenate),
    **dict.fromkeys((torch.flatten, torch.reshape), reshape),
    **dict.fromkeys((torch.mean, torch.sum, torch.amax, torch.squeeze), reduce),
    torch.unsqueeze: insert_axis,
    torch.permute: permute,
    **dict.fromkeys((torch.transpose, torch.swapaxes), transpose),
    **dict.fromkeys((torch.chunk, torch.split), split),
    torch.unbind: unbind,
    torch.index_select: pick_again,
    operator.getitem: index,
    F.pad: pad,
    F.layer_norm: normalise_by_function,
    getattr: ask_attribute,
}  # fmt: skip
"""How channels flow through a function."""

METHOD_RULES: dict[str, Rule] = {
    **dict.fromkeys(("relu", "relu_", "sigmoid", "tanh", "contiguous", "clone", "detach", "float"), keep),
    **dict.fromkeys(("add", "add_", "mul", "mul_", "sub", "sub_"), combine),
    **dict.fromkeys(("div", "masked_fill"), treat_alike),
    **dict.fromkeys(("flatten", "view", "reshape"), reshape),
    **dict.fromkeys(("size", "dim", "numel", "new_zeros"), ask_nothing),
    **dict.fromkeys(("mean", "sum", "amax", "squeeze"), reduce),
    "unsqueeze": insert_axis,
    "permute": permute,
    **dict.fromkeys(("transpose", "swapaxes"), transpose),
    **dict.fromkeys(("chunk", "split"), split),
    "unbind": unbind,
}
"""How channels flow through a method of a tensor."""
