"""What follows a layer channel by channel: the batch norm and the ReLU that alone read its answers."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, fx, nn

_CLAMPS: dict[object, tuple[float, float]] = {
    **dict.fromkeys((nn.ReLU, F.relu, torch.relu, "relu", "relu_"), (0.0, torch.inf)),
    **dict.fromkeys((nn.ReLU6, F.relu6), (0.0, 6.0)),
}


@dataclass(frozen=True)
class Follower:
    """``clamp(factor · answer + shift, low, high)`` for each output channel."""

    factor: Tensor | float = 1.0
    shift: Tensor | float = 0.0
    low: float = -torch.inf
    high: float = torch.inf

    def answer(self, answers: Tensor) -> Tensor:
        """What stands behind answers of the shape (rows, outputs)."""
        return (answers * self.factor + self.shift).clamp(self.low, self.high)


def what_follows(module: fx.GraphModule, layer: str) -> Follower:
    """What reads a layer's answers and nothing else does; nothing, where a layer is called more than once."""
    calls = [node for node in module.graph.nodes if node.op == "call_module" and node.target == layer]
    factor: Tensor | float = 1.0
    shift: Tensor | float = 0.0
    node = _only_reader(calls[0]) if len(calls) == 1 else None
    norm = _module_of(module, node)
    if isinstance(norm, nn.BatchNorm1d | nn.BatchNorm2d) and norm.running_mean is not None:
        assert node is not None and norm.running_var is not None
        factor = (norm.weight if norm.affine else 1.0) / torch.sqrt(norm.running_var + norm.eps)
        shift = (norm.bias if norm.affine else 0.0) - norm.running_mean * factor
        node = _only_reader(node)
    if node is None:
        return Follower(factor, shift)
    kind = type(_module_of(module, node)) if node.op == "call_module" else node.target
    return Follower(factor, shift, *_CLAMPS.get(kind, (-torch.inf, torch.inf)))


def _only_reader(node: fx.Node) -> fx.Node | None:
    readers = list(node.users)
    return readers[0] if len(readers) == 1 else None


def _module_of(module: fx.GraphModule, node: fx.Node | None) -> nn.Module | None:
    is_call = node is not None and node.op == "call_module"
    return module.get_submodule(str(node.target)) if node is not None and is_call else None
