"""What a model costs: parameters, multiplications, bit operations.

Counted are the multiplications of weights with values and, in attention, of values with values, by layers and by
functions of the graph (:mod:`engine.analysis.products`); additions, biases, norms, activations and the gates' products
of recurrent layers are left out, as in the papers' tables.
"""

from collections.abc import Callable, Iterable
from math import prod

import torch
from torch import fx, nn

from engine.analysis.products import count_products, per_sample
from engine.models.attention import PrunedAttention
from engine.models.graph import CapturedGraph, layers_of, nodes_in, shape_of
from engine.models.shapes import LayerCall, Shape


def convolution_macs(layer: nn.Module, call: LayerCall) -> int:
    """Every output value reads ``in_channels / groups × kernel`` weights; transposed, every input value writes."""
    assert isinstance(layer, nn.modules.conv._ConvNd) and call.output is not None
    kernel = prod(layer.kernel_size)
    values, width = (
        (call.sources[0], layer.out_channels) if layer.transposed else (call.output, layer.in_channels)
    )
    return per_sample(prod(values), values[0]) * width // layer.groups * kernel


def matrix_macs(layer: nn.Module, call: LayerCall) -> int:
    """Every output value reads ``in_features`` weights."""
    assert isinstance(layer, nn.Linear) and call.output is not None
    return per_sample(prod(call.output), call.output[0]) * layer.in_features


def recurrent_macs(layer: nn.Module, call: LayerCall) -> int:
    """Every step of a sequence multiplies all matrices once: G·H·(I + H) for each layer and direction.

    G gates of H units read I inputs and H hidden values: 4 in an LSTM (Hochreiter & Schmidhuber 1997, with the
    forget gate of Gers 2000), 3 in a GRU (Cho 2014), 1 in an RNN (Elman 1990). With a projection to P values the
    hidden ones are P, and H·P multiplications more make them (Sak 2014). All that is in the matrices' shapes.

    >>> recurrent_macs(nn.LSTM(3, 5, batch_first=True), LayerCall(((2, 7, 3),), None)) == 7 * 4 * 5 * (3 + 5)
    True
    """
    assert isinstance(layer, nn.RNNBase)
    steps = per_sample(prod(call.sources[0][:-1]), call.sources[0][0])
    return steps * sum(weight.numel() for name, weight in layer.named_parameters() if "weight" in name)


def attention_macs(layer: nn.Module, call: LayerCall) -> int:
    """Four projections, and two products of values for each pair of a query and a key (Vaswani 2017, section 3.2).

    T queries and S keys of E features: T·E·E for the query, S·E·Ek and S·E·Ev for key and value of Ek and Ev features,
    T·S·E for Q·Kᵀ and T·S·E for its product with V, over all heads, and T·E·E for the output.

    >>> layer, tokens = nn.MultiheadAttention(8, 2, batch_first=True), (2, 5, 8)
    >>> attention_macs(layer, LayerCall((tokens, tokens, tokens), None)) == 4 * 5 * 8 * 8 + 2 * 5 * 5 * 8
    True
    """
    assert isinstance(layer, nn.MultiheadAttention)
    queries, keys = call.sources[0], call.sources[1]
    is_batched = len(queries) == 3
    length = 1 if layer.batch_first and is_batched else 0
    sequences = queries[1 - length] if is_batched else 1
    asked, read, width = queries[length], keys[length], int(layer.embed_dim)
    macs = width * (2 * asked * width + read * int(layer.kdim + layer.vdim) + 2 * asked * read)
    return per_sample(sequences * macs, sequences)


def pruned_attention_macs(layer: nn.Module, call: LayerCall) -> int:
    """As of attention with one sequence and heads that are I values wide together: T·E·3I + 2·T·T·I + T·I·E.

    >>> pruned_attention_macs(PrunedAttention(8, 1, 4, batch_first=True), LayerCall(((2, 5, 8),), None))
    840
    """
    assert isinstance(layer, PrunedAttention)
    tokens = call.sources[0]
    length, inside = tokens[1 if layer.batch_first else 0], layer.heads * layer.width
    return length * inside * (4 * layer.stream + 2 * length)


def no_macs(layer: nn.Module, call: LayerCall) -> int:
    """A look-up multiplies nothing."""
    return 0


MACS: dict[type[nn.Module], Callable[[nn.Module, LayerCall], int]] = {
    nn.modules.conv._ConvNd: convolution_macs,
    nn.Linear: matrix_macs,
    nn.RNNBase: recurrent_macs,
    nn.MultiheadAttention: attention_macs,
    PrunedAttention: pruned_attention_macs,
    nn.Embedding: no_macs,
}
"""What counts the multiplications of each kind of layer for one sample, from shapes that have the batch."""


def count_macs(captured: CapturedGraph) -> dict[str, int | None]:
    """Multiplications of one sample by layer; None where they are not known."""
    nodes = _nodes_by_layer(captured)
    return {
        name: _macs_of(layer, _seen(nodes[name]) if name in nodes else captured.hidden_calls.get(name))
        for name, layer in layers_of(captured.module)
    }


def _nodes_by_layer(captured: CapturedGraph) -> dict[str, list[fx.Node]]:
    nodes: dict[str, list[fx.Node]] = {}
    for node in captured.graph.nodes if captured.graph is not None else ():
        if node.op == "call_module":
            nodes.setdefault(str(node.target), []).append(node)
    return nodes


def _seen(nodes: Iterable[fx.Node]) -> list[LayerCall]:
    """The calls that the graph shows, with the shapes of now: a cut changes them."""
    return [LayerCall(tuple(_shapes_of((node.args, node.kwargs))), shape_of(node)) for node in nodes]


def _shapes_of(arguments: fx.node.Argument) -> Iterable[Shape]:
    return (shape for node in nodes_in(arguments) if (shape := shape_of(node)) is not None)


def _macs_of(layer: nn.Module, calls: list[LayerCall] | None) -> int | None:
    count = next((count for kind, count in MACS.items() if isinstance(layer, kind)), None)
    # A layer that takes no plain tensor, such as packed sequences, is one whose steps are not known.
    if count is None or not calls or not all(call.sources for call in calls):
        return None
    return sum(count(layer, call) for call in calls)


def total_macs(captured: CapturedGraph) -> int | None:
    """Multiplications of one sample by all layers and functions; None where some of them are not known."""
    counts = [*count_macs(captured).values(), functions_macs(captured)]
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def known_macs(captured: CapturedGraph) -> int:
    """As :func:`total_macs`, with 0 for what is not known."""
    return sum(count or 0 for count in (*count_macs(captured).values(), functions_macs(captured)))


def functions_macs(captured: CapturedGraph) -> int | None:
    """Multiplications of one sample that no layer makes; 0 without a graph, as nobody sees functions there."""
    return 0 if captured.graph is None else count_products(captured.graph)


def count_parameters(module: nn.Module) -> tuple[int, int]:
    """Elements of all parameters, and how many are not zero; shared ones count once."""
    parameters = list(module.parameters())
    total = sum(parameter.numel() for parameter in parameters)
    return total, sum(int(torch.count_nonzero(parameter)) for parameter in parameters)
