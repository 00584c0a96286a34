"""Cross-layer equalization (Nagel 2019, *Data-free quantization through weight equalization and bias correction*).

A ReLU and all that is positively homogeneous passes a factor on: ``f(s x) = s f(x)`` for ``s > 0``. So each channel
between two layers may be made smaller in the one and larger in the other, and the network computes what it computed.
With r₁ the largest weight of the channel in the first layer and r₂ that in the second (section 4.1, equation 11),

    s = √(r₁ / r₂),    W₁ ← W₁ / s,    b₁ ← b₁ / s,    W₂ ← W₂ · s

both become √(r₁ r₂): one scale then serves all channels. As the first layer of one pair is the second of another, the
pairs are gone through again until nothing changes.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, fx, nn

from engine.models.graph import shape_of
from engine.pruning.masks import masked_tensor, original_of

SWEEPS = 30
SETTLED = 1e-3
LARGEST_FACTOR = 2.0**10
Equalizable = nn.Conv1d | nn.Conv2d | nn.Linear
_Norm = nn.BatchNorm1d | nn.BatchNorm2d
_PASSES: tuple[object, ...] = (
    nn.ReLU, nn.LeakyReLU, nn.Identity, nn.Dropout, nn.Dropout2d, nn.Flatten, nn.MaxPool1d, nn.MaxPool2d,
    nn.AvgPool1d, nn.AvgPool2d, nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d, F.relu, F.leaky_relu, F.dropout,
    F.max_pool1d, F.max_pool2d, F.avg_pool1d, F.avg_pool2d, F.adaptive_avg_pool1d, F.adaptive_avg_pool2d,
    torch.relu, torch.flatten, torch.reshape, "relu", "relu_", "flatten", "reshape", "view", "contiguous",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two layers with nothing but homogeneous operations between, and the batch norm behind the first."""

    first: str
    norm: str | None
    second: str


def find_pairs(module: fx.GraphModule) -> tuple[Pair, ...]:
    """All pairs of a traced network whose nodes have shapes, in graph order.

    A layer that is called twice, or whose weight another one shares, is in none; nor is what more than one reader
    reads, such as the trunk of a residual network, or what a ReLU6 cuts off.
    """
    search = _Search(module)
    return tuple(pair for node in module.graph.nodes for pair in search.from_(node))


class _Search:
    """Goes from a layer forward to the next one."""

    def __init__(self, module: fx.GraphModule) -> None:
        self._module = module
        targets = [str(node.target) for node in module.graph.nodes if node.op == "call_module"]
        self._once = {target for target in targets if targets.count(target) == 1}
        weights = [id(part.weight) for part in module.modules() if isinstance(part, Equalizable)]
        self._shared = {weight for weight in weights if weights.count(weight) > 1}

    def from_(self, node: fx.Node) -> Iterator[Pair]:
        first = self._layer(node)
        reader = self._reader(node)
        if first is None or reader is None:
            return
        norm = self._module_of(reader)
        has_norm = isinstance(norm, _Norm)
        if has_norm and (str(reader.target) not in self._once or not _can_be_scaled(norm)):
            return
        second = self._end(reader if has_norm else node)
        if second is not None and _channels_fit(first, self._module.get_submodule(second)):
            yield Pair(first=str(node.target), norm=str(reader.target) if has_norm else None, second=second)

    def _end(self, node: fx.Node) -> str | None:
        """The layer that reads a value through homogeneous operations alone."""
        reader = self._reader(node)
        while reader is not None:
            if self._layer(reader) is not None:
                return str(reader.target)
            if not self._passes(reader):
                return None
            reader = self._reader(reader)
        return None

    def _passes(self, node: fx.Node) -> bool:
        kind = type(self._module_of(node)) if node.op == "call_module" else node.target
        before, after = shape_of(node.args[0]) or (), shape_of(node) or ()
        # A reshape may join pixels to channels, in the order of channels, and nothing else.
        is_alike = len(after) == 2 or (len(before) == len(after) and before[1] == after[1])
        return kind in _PASSES and is_alike and before[:1] == after[:1]

    def _layer(self, node: fx.Node) -> Equalizable | None:
        layer = self._module_of(node)
        if not isinstance(layer, Equalizable) or str(node.target) not in self._once:
            return None
        if id(layer.weight) in self._shared or (
            isinstance(layer, nn.Linear) and len(shape_of(node) or ()) != 2
        ):
            return None
        return layer

    def _module_of(self, node: fx.Node) -> nn.Module | None:
        return self._module.get_submodule(str(node.target)) if node.op == "call_module" else None

    def _reader(self, node: fx.Node) -> fx.Node | None:
        readers = list(node.users)
        return readers[0] if len(readers) == 1 and readers[0].args[:1] == (node,) else None


def _can_be_scaled(norm: nn.Module | None) -> bool:
    return isinstance(norm, _Norm) and norm.affine and norm.running_mean is not None


def _channels_fit(first: nn.Module, second: nn.Module) -> bool:
    outputs = _outputs(first)
    if isinstance(second, nn.Linear):
        return second.in_features % outputs == 0
    return isinstance(second, nn.Conv1d | nn.Conv2d) and second.in_channels == outputs


def _outputs(layer: nn.Module) -> int:
    assert isinstance(layer, Equalizable)
    return layer.out_features if isinstance(layer, nn.Linear) else layer.out_channels


@torch.no_grad()
def equalize_(module: fx.GraphModule) -> int:
    """Equalizes all pairs, with no quantizers attached; in evaluation mode the network answers as before.

    What a batch norm multiplies by moves into the weights before it, which so become those that folding would make.

    Returns:
        How many pairs there are.
    """
    pairs = find_pairs(module)
    for pair in pairs:
        _move_norm_into_weights_(module, pair)
    for _ in range(SWEEPS):
        if max((_equalize_pair_(module, pair) for pair in pairs), default=0.0) < SETTLED:
            break
    return len(pairs)


def _move_norm_into_weights_(module: fx.GraphModule, pair: Pair) -> None:
    """``γ (W x − μ) / σ`` with ``f = |γ| / σ`` is ``(γ / f) (f W x − f μ) / σ``."""
    if pair.norm is None:
        return
    norm = module.get_submodule(pair.norm)
    assert isinstance(norm, _Norm) and norm.running_mean is not None and norm.running_var is not None
    factor = norm.weight.abs() / torch.sqrt(norm.running_var + norm.eps)
    factor = torch.where(factor > 0, factor, torch.ones_like(factor))
    _scale_outputs_(module, pair.first, factor)
    norm.running_mean *= factor
    original_of(module, f"{pair.norm}.weight").div_(factor)


def _equalize_pair_(module: fx.GraphModule, pair: Pair) -> float:
    """How far the largest factor is from 1, as a logarithm."""
    groups = _groups(module.get_submodule(pair.second))
    first = masked_tensor(module, f"{pair.first}.weight").abs().flatten(1).amax(1)
    second = _by_input(masked_tensor(module, f"{pair.second}.weight"), len(first), groups).abs().amax((1, 3))
    second = second.flatten()
    is_alive = (first > 0) & (second > 0)
    factor = torch.where(is_alive, torch.sqrt(first / second), torch.ones_like(first))
    factor.nan_to_num_(nan=1.0).clamp_(1 / LARGEST_FACTOR, LARGEST_FACTOR)
    _scale_outputs_(module, pair.first, 1 / factor)
    if pair.norm is not None:
        norm = module.get_submodule(pair.norm)
        assert isinstance(norm, _Norm) and norm.running_mean is not None
        norm.running_mean /= factor
        original_of(module, f"{pair.norm}.bias").div_(factor)
    weight = original_of(module, f"{pair.second}.weight")
    view = _by_input(weight, len(factor), groups)
    weight.copy_((view * factor.view(groups, 1, -1, 1)).view_as(weight))
    return float(factor.log().abs().max())


def _groups(layer: nn.Module) -> int:
    return layer.groups if isinstance(layer, nn.Conv1d | nn.Conv2d) else 1


def _by_input(weight: Tensor, channels: int, groups: int) -> Tensor:
    """A weight as (groups, outputs of each, input channels of each, the rest)."""
    return weight.reshape(groups, weight.shape[0] // groups, channels // groups, -1)


def _scale_outputs_(module: fx.GraphModule, layer: str, factor: Tensor) -> None:
    weight = original_of(module, f"{layer}.weight")
    weight.mul_(factor.view(-1, *[1] * (weight.dim() - 1)))
    if module.get_submodule(layer).bias is not None:
        original_of(module, f"{layer}.bias").mul_(factor)
