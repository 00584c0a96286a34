"""What is quantized where ranges are measured as the file runs: matrices of integers, and values rounded before each.

Nothing is calibrated and no value of the graph has a quantizer: in torch the weights alone are rounded. Which layers
the runtime computes in integers, and which only have their weights as integers in the file, is measured
(docs/decisions.md).
"""

from collections.abc import Callable
from typing import cast

from torch import fx, nn

from engine.contract.recipe import QuantizeSpec
from engine.models.attention import Attention, PrunedAttention
from engine.models.graph import CapturedGraph, layers_of, shape_of
from engine.models.self_attention import is_plain, is_plainly_called
from engine.quantization.placement import Placement, ends_of, weight_bits_of

INPUT_BITS = 8
Reason = tuple[str, dict[str, str]]


def place_dynamic(captured: CapturedGraph, spec: QuantizeSpec) -> Placement:
    """Decides which layers have integers for weights, and how many operators will compute in integers."""
    float_because = {}
    bits, input_bits, operators = {}, {}, 0
    ends = ends_of(captured)
    for name, layer in layers_of(captured.module):
        reason = _why_float(captured, spec, name=name, layer=layer)
        if reason is not None:
            float_because[name] = reason
            continue
        bits[name] = weight_bits_of(spec, name, is_end=name in ends)
        count = _OPERATORS[type(layer)](layer)
        operators += count * len(captured.nodes_of(name))
        if count:
            input_bits[name] = INPUT_BITS
    return Placement(
        bits=bits, input_bits=input_bits, float_because=float_because, integer_operators=operators
    )


def _why_float(captured: CapturedGraph, spec: QuantizeSpec, *, name: str, layer: nn.Module) -> Reason | None:
    if captured.untraced_because is not None:
        return "locked_untraced", {"reason": captured.untraced_because}
    if type(layer) not in _FITS:
        return "float_dynamic", {"kind": type(layer).__name__}
    if name in spec.layers and spec.layers[name].skip:
        return "locked_request", {}
    calls = captured.nodes_of(name)
    if not calls:
        return "float_unreached", {}
    if not all(_FITS[type(layer)](layer, call) for call in calls):
        return "float_call", {"kind": type(layer).__name__}
    return None


def _is_of_rows(layer: nn.Module, call: fx.Node) -> bool:
    return len(shape_of(call.args[0]) or ()) >= 2


def _is_table(layer: nn.Module, call: fx.Node) -> bool:
    return cast("nn.Embedding", layer).max_norm is None


def _is_of_sequences(layer: nn.Module, call: fx.Node) -> bool:
    """A batch of sequences, each from a state of zeros, and no projection of the states."""
    is_plain_call = len(call.args) == 1 and not call.kwargs and len(shape_of(call.args[0]) or ()) == 3
    return is_plain_call and not cast("nn.RNNBase", layer).proj_size


def _is_to_itself(layer: nn.Module, call: fx.Node) -> bool:
    attention = cast("Attention", layer)
    return is_plain(attention) and is_plainly_called(attention, call)


_FITS: dict[type[nn.Module], Callable[[nn.Module, fx.Node], bool]] = {
    nn.Linear: _is_of_rows,
    nn.Embedding: _is_table,
    nn.LSTM: _is_of_sequences,
    nn.GRU: _is_of_sequences,
    nn.MultiheadAttention: _is_to_itself,
    PrunedAttention: _is_to_itself,
}
"""Kinds whose weights become integers, and whether one call of such a layer is of the form that files have."""

_OPERATORS: dict[type[nn.Module], Callable[[nn.Module], int]] = {
    nn.Linear: lambda layer: 1,
    nn.Embedding: lambda layer: 0,
    nn.LSTM: lambda layer: cast("nn.LSTM", layer).num_layers,
    nn.GRU: lambda layer: 0,
    nn.MultiheadAttention: lambda layer: 2,
    PrunedAttention: lambda layer: 2,
}
"""How many operators of integers one call of a layer is; none where integers are only stored."""
