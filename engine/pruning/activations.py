"""Where in a graph the channels of a layer are seen: behind its batch norm, and behind its activation."""

import operator

import torch
import torch.nn.functional as F
from torch import fx, nn

from engine.models.graph import shape_of
from engine.pruning.evidence import Scene

PLAIN_LAYERS = (nn.Linear, nn.modules.conv._ConvNd)
"""Layers that answer one tensor whose channels are the rows of their weight."""
_PASSING = (nn.modules.batchnorm._BatchNorm, nn.modules.dropout._DropoutNd, nn.Identity)
_ACTIVATIONS = (
    nn.ReLU, nn.ReLU6, nn.LeakyReLU, nn.PReLU, nn.ELU, nn.SELU, nn.CELU, nn.GELU, nn.SiLU, nn.Mish, nn.Hardswish,
    nn.Hardsigmoid, nn.Hardtanh, nn.Sigmoid, nn.Tanh, nn.Softplus,
)  # fmt: skip
_ACTIVATION_CALLS: frozenset[object] = frozenset((
    F.relu, F.relu6, F.leaky_relu, F.elu, F.selu, F.celu, F.gelu, F.silu, F.mish, F.hardswish, F.hardsigmoid,
    F.hardtanh, F.sigmoid, F.tanh, F.softplus, torch.relu, torch.sigmoid, torch.tanh,
    "relu", "relu_", "sigmoid", "tanh",
))  # fmt: skip
_PASSING_CALLS: frozenset[object] = frozenset(
    (operator.add, operator.iadd, torch.add, "add", "add_", F.dropout, F.batch_norm)
)


def channel_axis(layer: nn.Module) -> int:
    """Along which axis of a plain layer's answer its channels lie."""
    return -1 if isinstance(layer, nn.Linear) else 1


def norm_behind(scene: Scene, call: fx.Node) -> fx.Node | None:
    """The batch norm that reads what a call of a layer answers, rounded or not."""
    for user in call.users:
        part = _part(scene, user)
        if isinstance(part, nn.modules.batchnorm._BatchNorm):
            return user
        found = norm_behind(scene, user) if isinstance(part, scene.passing) else None
        if found is not None:
            return found
    return None


def activation_behind(scene: Scene, call: fx.Node) -> fx.Node:
    """The activation of a layer's channels, behind norms and additions; the norm, or the layer, where there is none."""
    settled = norm_behind(scene, call) or call
    seen: set[fx.Node] = set()
    waiting = [call]
    while waiting:
        node = waiting.pop(0)
        if _is_activation(scene, node) and _same_channels(scene, call, node):
            return node
        if node is call or _is_passing(scene, node):
            waiting += [user for user in node.users if user not in seen]
            seen.update(node.users)
    return settled


def _part(scene: Scene, node: fx.Node) -> nn.Module | None:
    return scene.module.get_submodule(str(node.target)) if node.op == "call_module" else None


def _is_activation(scene: Scene, node: fx.Node) -> bool:
    return isinstance(_part(scene, node), _ACTIVATIONS) or _is_call(node, _ACTIVATION_CALLS)


def _is_passing(scene: Scene, node: fx.Node) -> bool:
    return isinstance(_part(scene, node), (*_PASSING, *scene.passing)) or _is_call(node, _PASSING_CALLS)


def _is_call(node: fx.Node, targets: frozenset[object]) -> bool:
    return node.op in ("call_function", "call_method") and node.target in targets


def _same_channels(scene: Scene, call: fx.Node, node: fx.Node) -> bool:
    axis = channel_axis(scene.module.get_submodule(str(call.target)))
    made, found = shape_of(call), shape_of(node)
    return made is None or found is None or made[axis] == found[axis]
