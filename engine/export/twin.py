"""The compressed torch model with its arithmetic carried out in the integers that its fake quantizers stand for.

Fake quantizers round real sums of floats; a runtime multiplies integers and rescales once. Where a network amplifies
the smallest difference (an untrained one doubles it in every layer), two correct computations drift apart. The twin
accumulates exactly and rescales as ONNX Runtime documents QLinearConv, QGemm, QLinearAdd and QLinearMul, in float32,
so that what is left between it and the file is the file's own fault.
"""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import fx, nn

from engine.export.exact import exact_type
from engine.export.marker import HardGate, Mark
from engine.export.prepare import IntegerLayer, Prepared
from engine.quantization.operations import is_addition, is_product


class IntegerTwin(fx.Interpreter):
    """Runs a prepared integer model, node by node; call it with a batch of inputs.

    Values between nodes are floats on their grids, as everywhere else.
    """

    def __init__(self, prepared: Prepared) -> None:
        assert isinstance(prepared.module, fx.GraphModule)
        super().__init__(prepared.module)
        self._layers = prepared.integers

    def __call__(self, inputs: torch.Tensor) -> torch.Tensor:
        """The answers, float32 (N, classes)."""
        with torch.no_grad():
            return self.run(inputs)  # type: ignore[no-any-return]

    def run_node(self, n: fx.Node) -> Any:
        """Layers and additions in integers, everything else as it stands."""
        if n.op == "call_module" and n.target in self._layers:
            return self._run_layer(n, self._layers[str(n.target)])
        if is_addition(n) and self._is_between_marks(n):
            return self._run_addition(n)
        if is_product(n) and self._is_between_marks(n):
            return self._run_product(n)
        mark = self._mark_of(n)
        if mark is not None and not isinstance(mark, HardGate):
            return _on_grid(self._value(n.args[0]) / torch.tensor(mark.scale), mark)
        return super().run_node(n)

    def _is_between_marks(self, node: fx.Node) -> bool:
        """Whether an operation on two values reads levels and makes levels."""
        reads_levels = all(self._mark_of(argument) is not None for argument in node.args[:2])
        return reads_levels and self._mark_behind(node) is not None

    def _run_layer(self, node: fx.Node, layer: IntegerLayer) -> torch.Tensor:
        source = self._mark_of(node.args[0])
        assert source is not None
        values = self.fetch_attr(str(node.target))
        levels = torch.round(self._value(node.args[0]) / source.scale)
        sums = _accumulate(values, levels, torch.from_numpy(layer.levels)).double()
        shape = (1, -1, *[1] * (sums.dim() - 2))
        if layer.bias is not None:
            sums += torch.from_numpy(layer.bias).double().view(shape)
        scale = torch.tensor(source.scale) * torch.from_numpy(layer.scale).view(shape)
        behind = self._mark_behind(node)
        if behind is None:
            return sums.float() * scale
        return _on_grid(sums.float() * (scale / torch.tensor(behind.scale)), behind)

    def _run_addition(self, node: fx.Node) -> torch.Tensor:
        """``a·(s_a/s) + (b·(s_b/s) + (z − z_a·s_a/s − z_b·s_b/s))`` in float32, in this order: QLinearAdd's own."""
        behind = self._mark_behind(node)
        first, second = (self._levels_of(argument) for argument in node.args[:2])
        assert behind is not None
        scale = torch.tensor(behind.scale)
        ratios = [torch.tensor(mark.scale) / scale for _, mark in (first, second)]
        zeros = [ratio * mark.zero_point for ratio, (_, mark) in zip(ratios, (first, second), strict=True)]
        fixed = torch.tensor(float(behind.zero_point)) - (zeros[0] + zeros[1])
        total = first[0] * ratios[0] + (second[0] * ratios[1] + fixed)
        return (total.round().clamp(0, behind.top) - behind.zero_point) * scale

    def _run_product(self, node: fx.Node) -> torch.Tensor:
        """``(a − z_a)·(b − z_b)``, whole, times ``s_a·s_b/s`` in float32: QLinearMul's own."""
        behind = self._mark_behind(node)
        (first, one), (second, other) = (self._levels_of(argument) for argument in node.args[:2])
        assert behind is not None
        whole = (first - one.zero_point) * (second - other.zero_point)
        scale = torch.tensor(one.scale) * torch.tensor(other.scale) / torch.tensor(behind.scale)
        return _on_grid(whole * scale, behind)

    def _levels_of(self, argument: object) -> tuple[torch.Tensor, Mark]:
        """The levels (whole numbers from 0, as floats) of a value that a mark has rounded."""
        mark = self._mark_of(argument)
        assert mark is not None
        return torch.round(self._value(argument) / mark.scale) + mark.zero_point, mark

    def _value(self, argument: object) -> torch.Tensor:
        value = self.env[argument]  # type: ignore[index]
        assert isinstance(value, torch.Tensor)
        return value

    def _mark_of(self, argument: object) -> Mark | None:
        """The mark that an argument comes from."""
        if not isinstance(argument, fx.Node) or argument.op != "call_module":
            return None
        module = self.fetch_attr(str(argument.target))
        return module if isinstance(module, Mark) else None

    def _mark_behind(self, node: fx.Node) -> Mark | None:
        """The mark that rounds what a node makes, behind its ReLU if it has one."""
        for _ in range(2):
            readers = list(node.users)
            if len(readers) != 1:
                return None
            mark = self._mark_of(readers[0])
            if mark is not None:
                return mark
            node = readers[0]
        return None


def _accumulate(layer: nn.Module, levels: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Sums of products of integers, exact: in float32 where no sum can pass 2^24, else in float64."""
    precision = exact_type(levels, weight.double().abs().flatten(1).sum(1).amax())
    levels, weight = levels.to(precision), weight.to(precision)
    if isinstance(layer, nn.Linear):
        return F.linear(levels, weight)
    assert isinstance(layer, nn.Conv1d | nn.Conv2d)
    convolve: Callable[..., torch.Tensor] = F.conv1d if isinstance(layer, nn.Conv1d) else F.conv2d
    return convolve(levels, weight, None, layer.stride, layer.padding, layer.dilation, layer.groups)


def _on_grid(values: torch.Tensor, mark: Mark) -> torch.Tensor:
    """Rounds multiples of a mark's scale to its levels, halves to even, and gives them back as floats."""
    levels = (values.round() + mark.zero_point).clamp(0, mark.top)
    return (levels - mark.zero_point) * torch.tensor(mark.scale)
