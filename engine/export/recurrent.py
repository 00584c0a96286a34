"""Recurrent layers whose matrices a file holds as integers: modules that take a layer's place in what is exported.

ONNX Runtime's DynamicQuantizeLSTM rounds the whole sequence by its own range, and the states of all samples at each
step by theirs; gates are computed in floats.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from engine.export.exact import product_at_run_time
from engine.export.stored import stored
from engine.quantization.coded import CodedWeight
from engine.quantization.coded_tensors import sides_of

onnx_operator: Any = torch.onnx.ops.symbolic_multi_out
State = tuple[Tensor, Tensor]
_LSTM_ORDER = (0, 3, 1, 2)
"""Gates stand as input, forget, cell, output in torch, and as input, output, forget, cell in ONNX."""
_GRU_ORDER = (1, 0, 2)
"""Gates stand as reset, update, new in torch, and as update, reset, new in ONNX."""


class DynamicLSTM(nn.Module):
    """An LSTM on (batch, time, inputs), or time first, that begins with states of zero.

    Args:
        layer: with its biases.
        coded: its matrices, by their names in it.
    """

    def __init__(self, layer: nn.LSTM, coded: Mapping[str, CodedWeight]) -> None:
        super().__init__()
        self.batch_first = layer.batch_first
        self.layers = nn.ModuleList(
            _DynamicLayer(directions) for directions in _layers_of(layer, coded, _LSTM_ORDER)
        )

    def forward(self, sequences: Tensor) -> tuple[Tensor, State]:
        """As torch's: what the last layer says at each time, and the last states of all layers."""
        values = sequences.transpose(0, 1) if self.batch_first else sequences
        hidden, cells = [], []
        for layer in self.layers:
            values, last_hidden, last_cells = layer(values)
            hidden.append(last_hidden)
            cells.append(last_cells)
        answers = values.transpose(0, 1) if self.batch_first else values
        return answers, (torch.cat(hidden), torch.cat(cells))


class CodedGRU(nn.Module):
    """A GRU that computes in floats with matrices that the file holds as integers; it begins with states of zero.

    ONNX Runtime has no GRU of integers.

    Args:
        layer: its matrices become the rounded ones.
        coded: its matrices, by their names in it.
    """

    def __init__(self, layer: nn.GRU, coded: Mapping[str, CodedWeight]) -> None:
        super().__init__()
        self.batch_first = layer.batch_first
        self.layers = nn.ModuleList(
            _StoredLayer(directions) for directions in _layers_of(layer, coded, _GRU_ORDER)
        )
        for name, code in coded.items():
            layer.get_parameter(name).data = code.values()
        self.rounded = layer

    def forward(self, sequences: Tensor) -> tuple[Tensor, Tensor]:
        """As torch's: what the last layer says at each time, and the last states of all layers."""
        if not torch.onnx.is_in_onnx_export():
            said, last = self.rounded(sequences)
            return said, last
        values = sequences.transpose(0, 1) if self.batch_first else sequences
        hidden = []
        for layer in self.layers:
            values, last_hidden = layer(values)
            hidden.append(last_hidden)
        return (values.transpose(0, 1) if self.batch_first else values), torch.cat(hidden)


@dataclass(frozen=True, kw_only=True)
class _Gates:
    """A matrix of gates in ONNX's order: ``levels`` int8 (gates · hidden, inputs), ``scale`` (gates · hidden,)."""

    levels: Tensor
    scale: Tensor


@dataclass(frozen=True, kw_only=True)
class _Direction:
    """One direction of one layer; ``bias`` holds those of both matrices, one behind the other."""

    inputs: _Gates
    states: _Gates
    bias: Tensor | None


Order = tuple[int, ...]


def _layers_of(
    layer: nn.RNNBase, coded: Mapping[str, CodedWeight], order: Order
) -> Iterator[list[_Direction]]:
    for number in range(layer.num_layers):
        yield [_direction(layer, coded, order, end=f"l{number}{side}") for side in sides_of(layer)]


def _direction(layer: nn.RNNBase, coded: Mapping[str, CodedWeight], order: Order, *, end: str) -> _Direction:
    gates = []
    for code in (coded[f"weight_{kind}_{end}"] for kind in ("ih", "hh")):
        scale = code.scale.detach().expand(len(code.levels))
        gates.append(_Gates(levels=_ordered(code.levels.to(torch.int8), order), scale=_ordered(scale, order)))
    biases = [layer.get_parameter(f"bias_{kind}_{end}").detach() for kind in ("ih", "hh") if layer.bias]
    bias = torch.cat([_ordered(part, order) for part in biases]) if biases else None
    return _Direction(inputs=gates[0], states=gates[1], bias=bias)


def _ordered(gates: Tensor, order: Order) -> Tensor:
    parts = gates.chunk(len(order))
    return torch.cat([parts[place] for place in order])


def _bias_of(directions: list[_Direction]) -> Tensor | None:
    biases = [one.bias for one in directions if one.bias is not None]
    return torch.stack(biases) if biases else None


def _way(directions: int) -> str:
    return "forward" if directions == 1 else "bidirectional"


class _StoredLayer(nn.Module):
    """One layer as it is exported: (time, batch, inputs) to (time, batch, directions · hidden)."""

    inputs: Tensor
    input_scale: Tensor
    states: Tensor
    state_scale: Tensor
    bias: Tensor | None

    def __init__(self, directions: list[_Direction]) -> None:
        super().__init__()
        self.register_buffer("inputs", torch.stack([one.inputs.levels for one in directions]))
        self.register_buffer(
            "input_scale", torch.stack([one.inputs.scale for one in directions]).unsqueeze(2)
        )
        self.register_buffer("states", torch.stack([one.states.levels for one in directions]))
        self.register_buffer(
            "state_scale", torch.stack([one.states.scale for one in directions]).unsqueeze(2)
        )
        self.register_buffer("bias", _bias_of(directions))
        self.hidden = self.states.shape[2]

    def forward(self, values: Tensor) -> tuple[Tensor, Tensor]:
        """What is said at each time, and the last states, (directions, batch, hidden)."""
        (times, batch), directions = values.shape[:2], len(self.states)
        matrices = stored(self.inputs, self.input_scale), stored(self.states, self.state_scale)
        answers, hidden = onnx_operator(
            "GRU",
            (values, *matrices, self.bias),
            {"direction": _way(directions), "hidden_size": self.hidden, "linear_before_reset": 1},
            dtypes=(torch.float32,) * 2,
            shapes=((times, directions, batch, self.hidden), (directions, batch, self.hidden)),
        )
        return answers.transpose(1, 2).flatten(2), hidden


class _DynamicLayer(nn.Module):
    """One layer: the sequence (time, batch, inputs) one way, or both ways, (time, batch, directions · hidden)."""

    inputs: Tensor
    input_scale: Tensor
    states: Tensor
    state_scale: Tensor
    zeros: Tensor
    bias: Tensor | None

    def __init__(self, directions: list[_Direction]) -> None:
        super().__init__()
        self.register_buffer("inputs", torch.stack([one.inputs.levels.t() for one in directions]))
        self.register_buffer("input_scale", torch.stack([one.inputs.scale for one in directions]))
        self.register_buffer("states", torch.stack([one.states.levels.t() for one in directions]))
        self.register_buffer("state_scale", torch.stack([one.states.scale for one in directions]))
        self.register_buffer("zeros", torch.zeros_like(self.input_scale, dtype=torch.int8))
        self.register_buffer("bias", _bias_of(directions))
        self.hidden = self.states.shape[1]

    def forward(self, values: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """What is said at each time, and the last states and cells, (directions, batch, hidden)."""
        if torch.onnx.is_in_onnx_export():
            answers, hidden, cells = self._as_operator(values)
        else:
            ways = [self._run(values, direction) for direction in range(len(self.states))]
            answers, hidden, cells = (
                torch.stack(parts, dim) for parts, dim in zip(zip(*ways, strict=True), (1, 0, 0), strict=True)
            )
        return answers.transpose(1, 2).flatten(2), hidden, cells

    def _as_operator(self, values: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        (times, batch), directions = values.shape[:2], len(self.states)
        states = (directions, batch, self.hidden)
        scales = (self.input_scale, self.zeros, self.state_scale, self.zeros)
        answers, hidden, cells = onnx_operator(
            "com.microsoft::DynamicQuantizeLSTM",
            (values, self.inputs, self.states, self.bias, *[None] * 4, *scales),
            {"direction": _way(directions), "hidden_size": self.hidden},
            dtypes=(torch.float32,) * 3,
            shapes=((times, directions, batch, self.hidden), states, states),
            version=1,
        )
        return answers, hidden, cells

    def _run(self, values: Tensor, direction: int) -> tuple[Tensor, Tensor, Tensor]:
        """One way through time (Hochreiter & Schmidhuber 1997, with the forget gate of Gers 2000)."""
        from_inputs = product_at_run_time(values, self.inputs[direction], self.input_scale[direction])
        if self.bias is not None:
            from_inputs = from_inputs + self.bias[direction].view(2, -1).sum(0)
        hidden = cells = values.new_zeros(values.shape[1], self.hidden)
        steps = from_inputs if direction == 0 else from_inputs.flip(0)
        answers = []
        for step in steps:
            gates = step + product_at_run_time(hidden, self.states[direction], self.state_scale[direction])
            enter, leave, keep, new = gates.chunk(4, dim=1)
            cells = keep.sigmoid() * cells + enter.sigmoid() * new.tanh()
            hidden = leave.sigmoid() * cells.tanh()
            answers.append(hidden)
        said = torch.stack(answers)
        return said if direction == 0 else said.flip(0), hidden, cells
