"""ONNX operators that read weights become layers, named as the file names their weights or the operator."""

import operator
from typing import Any

import torch
from torch import Tensor, fx, nn

from engine.models.onnx_graph.walk import Known, Operation, Rule, Walk, shape_of
from engine.models.raising.layers import (
    ConvolutionForm,
    NormTensors,
    RecurrentForm,
    make_batch_norm,
    make_convolution,
    make_embedding,
    make_layer_norm,
    make_linear,
    make_recurrent,
)
from engine.models.raising.sketch import fill_

_LEAVES = ("weight", "bias", "running_mean", "running_var", "gamma", "beta")


def layer_name(operation: Operation, *tensors: Known | None) -> str:
    """What comes before ``.weight`` in a tensor's name, else the scope in the operator's.

    ``/layer1/layer1.0/conv1/Conv`` lies in the scope ``layer1.0.conv1``: containers say their path whole.
    """
    for known in tensors:
        path, _, leaf = known.name.rpartition(".") if known is not None else ("", "", "")
        if path and leaf in _LEAVES:
            return path
    parts: list[str] = []
    for part in [part for part in operation.proto.name.split("/") if part][:-1]:
        if parts and part.startswith(f"{parts[-1]}."):
            parts.pop()
        parts.append(part)
    return ".".join(parts) or operation.proto.name or operation.proto.output[0]


def known_input(operation: Operation, place: int) -> Known | None:
    """An input that must be known where it is given."""
    value = operation.input(place)
    if value is not None and not isinstance(value, Known):
        raise operation.unknown()
    return value


def _needed(operation: Operation, place: int) -> Known:
    value = known_input(operation, place)
    if value is None:
        raise operation.unknown()
    return value


def _tensor(known: Known | None) -> Tensor | None:
    return None if known is None else known.tensor


def symmetric_padding(walk: Walk, operation: Operation, rank: int) -> tuple[list[int], list[int] | None]:
    """Padding that is the same on both sides, and what must be padded before, as F.pad wants it, if anything."""
    pads = list(operation.get("pads") or [0] * 2 * rank)
    automatic = operation.get("auto_pad", "NOTSET")
    if automatic in ("SAME_UPPER", "SAME_LOWER"):
        pads = _same_pads(operation, shape_of(operation.input(0))[2:], is_upper=automatic == "SAME_UPPER")
    before, after = pads[:rank], pads[rank:]
    if before == after:
        return before, None
    return [0] * rank, [width for pair in reversed(list(zip(before, after, strict=True))) for width in pair]


def _same_pads(operation: Operation, sizes: tuple[int, ...], *, is_upper: bool) -> list[int]:
    """Pads so that the output has ``size / stride`` places, rounded up."""
    kernel = operation.get("kernel_shape") or list(shape_of(operation.input(1))[2:])
    strides = operation.get("strides") or [1] * len(sizes)
    dilations = operation.get("dilations") or [1] * len(sizes)
    before, after = [], []
    for size, width, stride, dilation in zip(sizes, kernel, strides, dilations, strict=True):
        total = max((-(-size // stride) - 1) * stride + (width - 1) * dilation + 1 - size, 0)
        small, large = total // 2, total - total // 2
        before.append(small if is_upper else large)
        after.append(large if is_upper else small)
    return before + after


def _convolve(walk: Walk, operation: Operation) -> fx.Node:
    weight, bias, source = _needed(operation, 1), known_input(operation, 2), operation.input(0)
    rank = weight.tensor.dim() - 2
    padding, outside = symmetric_padding(walk, operation, rank)
    if outside is not None:
        source = walk.call(torch.nn.functional.pad, source, outside)
    form = ConvolutionForm(
        stride=operation.get("strides") or [1] * rank,
        padding=padding,
        dilation=operation.get("dilations") or [1] * rank,
        groups=operation.get("group", 1),
        is_transposed=operation.kind == "ConvTranspose",
        output_padding=operation.get("output_padding") or [0] * rank,
    )
    if form.is_transposed and (outside is not None or operation.get("output_shape")):
        raise operation.unknown()
    layer = make_convolution(weight.tensor, _tensor(bias), form)
    return walk.layer(layer_name(operation, weight, bias), layer, source)


def _gemm(walk: Walk, operation: Operation) -> fx.Node:
    """``alpha·A·B + beta·C``: with a known B, a matrix product; the factors go into the weights."""
    weight, bias = _needed(operation, 1), known_input(operation, 2)
    matrix = weight.tensor if operation.get("transB", 0) else walk.turned(weight)
    alpha, beta = operation.get("alpha", 1.0), operation.get("beta", 1.0)
    if operation.get("transA", 0) or not isinstance(operation.input(0), fx.Node):
        raise operation.unknown()
    is_whole = bias is None or tuple(bias.tensor.shape) == (matrix.shape[0],)
    shift = bias.tensor if bias is not None and is_whole else _spread(bias, matrix.shape[0])
    layer = make_linear(
        matrix if alpha == 1 else matrix * alpha, shift if shift is None or beta == 1 else shift * beta
    )
    return walk.layer(layer_name(operation, weight, bias), layer, operation.input(0))


def _spread(bias: Known | None, width: int) -> Tensor | None:
    return None if bias is None else bias.tensor.detach().flatten().expand(width).contiguous()


def _multiply(walk: Walk, operation: Operation) -> Any:
    """A product with a known matrix is a layer, together with the bias that is added behind it."""
    left, right = operation.input(0), operation.input(1)
    if not isinstance(right, Known) or right.tensor.dim() != 2 or not isinstance(left, fx.Node):
        return walk.call(torch.matmul, left, right)
    bias, result = _bias_behind(walk, operation, right.tensor.shape[1])
    layer = make_linear(walk.turned(right), _tensor(bias))
    made = walk.layer(layer_name(operation, right, bias), layer, left)
    if result is not None:
        walk.values[result] = made
    return made


def _bias_behind(walk: Walk, operation: Operation, width: int) -> tuple[Known | None, str | None]:
    """A vector of ``width`` that alone is added to the result, and the name of the sum."""
    reader = walk.only_reader(operation.proto.output[0], "Add")
    if reader is None:
        return None, None
    other = next((name for name in reader.input if name != operation.proto.output[0]), "")
    known = walk.values.get(other)
    if isinstance(known, Known) and tuple(known.tensor.shape) == (width,):
        return known, reader.output[0]
    return None, None


def _normalise(walk: Walk, operation: Operation) -> fx.Node:
    weight, bias, mean, variance = (_needed(operation, place) for place in (1, 2, 3, 4))
    if operation.get("training_mode", 0):
        raise operation.unknown()
    tensors = NormTensors(
        weight=walk.own(weight), bias=walk.own(bias), running_mean=mean.tensor, running_var=variance.tensor
    )
    source = operation.input(0)
    layer = make_batch_norm(
        tensors,
        rank=len(shape_of(source)),
        eps=operation.get("epsilon", 1e-5),
        momentum=1 - operation.get("momentum", 0.9),
    )
    return walk.layer(layer_name(operation, weight, bias, mean), layer, source)


def _normalise_layer(walk: Walk, operation: Operation) -> fx.Node:
    weight, bias, source = _needed(operation, 1), known_input(operation, 2), operation.input(0)
    rank = len(shape_of(source))
    shape = shape_of(source)[operation.get("axis", -1) % rank :]
    if tuple(weight.tensor.shape) != shape:
        raise operation.unknown()
    own = walk.own(weight)
    assert own is not None
    layer = make_layer_norm(shape, own, walk.own(bias), eps=operation.get("epsilon", 1e-5))
    return walk.layer(layer_name(operation, weight, bias), layer, source)


def _rectify(walk: Walk, operation: Operation) -> fx.Node:
    slope = _needed(operation, 1)
    layer = fill_(
        nn.PReLU(slope.tensor.numel(), device="meta"), weight=slope.tensor.detach().flatten().clone()
    )
    return walk.layer(layer_name(operation, slope), layer, operation.input(0))


def _gather(walk: Walk, operation: Operation) -> Any:
    """Rows of a table that the file holds are an embedding; single places are picked."""
    source, places, axis = operation.input(0), operation.input(1), operation.get("axis", 0)
    if isinstance(source, Known) and isinstance(places, fx.Node):
        if source.tensor.dim() != 2 or axis != 0 or not source.tensor.is_floating_point():
            raise operation.unknown()
        return walk.layer(layer_name(operation, source), make_embedding(source.tensor, None), places)
    if not isinstance(places, Known):
        raise operation.unknown()
    dim = axis % len(shape_of(source))
    if places.tensor.dim() == 0:
        return walk.call(torch.select, source, dim, int(places.tensor))
    if places.tensor.dim() == 1:
        numbers = [int(number) for number in places.tensor]
        if len(numbers) == 1:
            part = slice(numbers[0], numbers[0] + 1 or None)
            return walk.call(operator.getitem, source, (*[slice(None)] * dim, part))
        whole = Known(places.tensor % shape_of(source)[dim])
        return walk.call(torch.index_select, source, dim, whole)
    raise operation.unknown()


_KINDS: dict[str, type[nn.RNNBase]] = {"LSTM": nn.LSTM, "GRU": nn.GRU, "RNN": nn.RNN}
# Where torch's gates stand in ONNX's: input, forget, cell, output of iofc; reset, update, new of zrh.
_GATES = {"LSTM": (0, 2, 3, 1), "GRU": (1, 0, 2), "RNN": (0,)}


def _recur(walk: Walk, operation: Operation) -> tuple[Any, ...]:
    """One recurrent layer, for samples in the second dimension; answers all outputs and the last states."""
    kind, source = operation.kind, operation.input(0)
    directions = 2 if operation.get("direction", "forward") == "bidirectional" else 1
    plain = {"LSTM": ["Sigmoid", "Tanh", "Tanh"], "GRU": ["Sigmoid", "Tanh"], "RNN": ["Tanh"]}[kind]
    is_usual = operation.get("activations") in (None, plain * directions)
    is_linear = kind != "GRU" or operation.get("linear_before_reset", 0) == 1
    if operation.get("direction") == "reverse" or operation.get("layout", 0) or not is_usual or not is_linear:
        raise operation.unknown()
    if operation.input(4) is not None or operation.input(7) is not None or operation.get("clip"):
        raise operation.unknown()
    form = RecurrentForm(kind=_KINDS[kind], is_bidirectional=directions == 2, is_batch_first=False)
    layer = make_recurrent(_recurrent_weights(operation, directions), form)
    states = [value for place in (5, 6) if (value := operation.input(place)) is not None]
    inputs = [source]
    if not all(_is_zero(walk, state) for state in states):
        inputs.append(tuple(states) if kind == "LSTM" else states[0])
    made = walk.layer(layer_name(operation, _needed(operation, 1)), layer, *inputs)
    return _answers(walk, made, kind, directions)


def _answers(walk: Walk, made: fx.Node, kind: str, directions: int) -> tuple[Any, ...]:
    outputs, ends = walk.pick(made, 0), walk.pick(made, 1)
    length, _, width = shape_of(outputs)
    if directions == 1:
        parted = walk.call(torch.unsqueeze, outputs, 1)
    else:
        split = walk.call(torch.reshape, outputs, (length, -1, directions, width // directions))
        parted = walk.call(torch.transpose, split, 1, 2)
    return (parted, *([walk.pick(ends, 0), walk.pick(ends, 1)] if kind == "LSTM" else [ends]))


def _recurrent_weights(operation: Operation, directions: int) -> list[Tensor]:
    inputs, states, bias = (
        _needed(operation, 1).tensor,
        _needed(operation, 2).tensor,
        known_input(operation, 3),
    )
    order = _GATES[operation.kind]
    weights = []
    for direction in range(directions):
        weights += [_in_order(inputs[direction], order), _in_order(states[direction], order)]
        if bias is not None:
            weights += [_in_order(half, order) for half in bias.tensor[direction].chunk(2)]
    return weights


def _in_order(tensor: Tensor, order: tuple[int, ...]) -> Tensor:
    gates = tensor.chunk(len(order))
    return torch.cat([gates[place] for place in order]).contiguous()


def _is_zero(walk: Walk, state: object) -> bool:
    if isinstance(state, Known):
        return not bool(state.tensor.any())
    return state in walk.zeros


LAYER_RULES: dict[str, Rule] = {
    "Conv": _convolve,
    "ConvTranspose": _convolve,
    "Gemm": _gemm,
    "MatMul": _multiply,
    "BatchNormalization": _normalise,
    "LayerNormalization": _normalise_layer,
    "PRelu": _rectify,
    "Gather": _gather,
    **dict.fromkeys(_KINDS, _recur),
}
"""How each operator that reads weights is raised."""
