"""Aten operators that read weights: they become layers where the program holds those under names of a layer."""

from typing import Any

import torch.nn.functional as F
from torch import Tensor, fx, nn

from engine.contract.errors import RequestError
from engine.models.raising.aten import Call, Held, Raiser, Rule, shape_in
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


def _place(held: Held, leaf: str = "weight") -> str | None:
    """The layer's name where a tensor is called like a layer's; None for bare parameters."""
    path, _, last = held.name.rpartition(".")
    return path if path and last == leaf else None


def _tensor(raiser: Raiser, argument: Any) -> tuple[bool, Tensor | None]:
    """Whether an argument is held or absent, and its tensor."""
    if argument is None:
        return True, None
    held = raiser.held(argument)
    return held is not None, held.tensor if held is not None else None


def _convolve(raiser: Raiser, call: Call) -> fx.Node | None:
    weight = raiser.held(call["weight"])
    is_held, bias = _tensor(raiser, call["bias"])
    if weight is None or not is_held:
        return None
    form = ConvolutionForm(
        stride=call["stride"],
        padding=call["padding"],
        dilation=call["dilation"],
        groups=call["groups"],
        is_transposed=call.given.get("transposed", call.name.startswith("conv_transpose")),
        output_padding=call.given.get("output_padding", (0,)),
    )
    name = _place(weight) or f"{weight.name}_{call.name}"
    return raiser.layer(name, make_convolution(weight.tensor, bias, form), call["input"])


def _multiply(raiser: Raiser, call: Call) -> fx.Node | None:
    """``linear``, ``addmm(bias, x, weight turned)`` and ``mm(x, weight turned)``."""
    matrix, source, bias = _MATRICES[call.name]
    weight = raiser.held(call[matrix])
    is_held, shift = _tensor(raiser, call[bias] if bias else None)
    is_ready = weight is not None and weight.is_turned == (call.name != "linear") and weight.tensor.dim() == 2
    name = _place(weight) if weight is not None else None
    if weight is None or not is_ready or not is_held or name is None:
        return None if call.name != "linear" else _call_linear(raiser, call)
    return raiser.layer(name, make_linear(weight.tensor, shift), call[source])


def _call_linear(raiser: Raiser, call: Call) -> fx.Node:
    return raiser.sketch.call(F.linear, *raiser.value((call["input"], call["weight"], call["bias"])))


_MATRICES = {
    "linear": ("weight", "input", "bias"),
    "addmm": ("mat2", "mat1", "self"),
    "mm": ("mat2", "self", ""),
    "matmul": ("other", "self", ""),
}


def _normalise_batch(raiser: Raiser, call: Call) -> Any:
    if call.given.get("training", call.given.get("train", False)):
        raise RequestError(
            "graph_not_raised",
            reason="it was exported in training mode; call model.eval() before exporting it",
        )
    parts = [_tensor(raiser, call[name]) for name in ("weight", "bias", "running_mean", "running_var")]
    mean = raiser.held(call["running_mean"])
    if not all(is_held for is_held, _ in parts) or mean is None or parts[3][1] is None:
        raise RequestError("operator_unknown", operator=call.name, node=call.node.name)
    tensors = NormTensors(
        weight=parts[0][1], bias=parts[1][1], running_mean=mean.tensor, running_var=parts[3][1]
    )
    rank = len(shape_in(call["input"]))
    layer = make_batch_norm(tensors, rank=rank, eps=call["eps"], momentum=call["momentum"])
    made = raiser.layer(_place(mean, "running_mean") or call.node.name, layer, call["input"])
    return made if call.name == "batch_norm" else (made, None, None)


def _normalise_layer(raiser: Raiser, call: Call) -> Any:
    weight = raiser.held(call["weight"])
    is_held, bias = _tensor(raiser, call["bias"])
    name = _place(weight) if weight is not None else None
    if weight is not None and name is not None and is_held:
        layer = make_layer_norm(call["normalized_shape"], weight.tensor, bias, eps=call["eps"])
        made = raiser.layer(name, layer, call["input"])
    else:
        arguments = raiser.value((call["input"], call["normalized_shape"], call["weight"], call["bias"]))
        made = raiser.sketch.call(F.layer_norm, *arguments, call["eps"])
    return made if call.name == "layer_norm" else (made, None, None)


def _normalise_group(raiser: Raiser, call: Call) -> fx.Node | None:
    weight = raiser.held(call["weight"])
    is_held, bias = _tensor(raiser, call["bias"])
    name = _place(weight) if weight is not None else None
    if weight is None or name is None or not is_held:
        arguments = raiser.value((call["input"], call["num_groups"], call["weight"], call["bias"]))
        return raiser.sketch.call(F.group_norm, *arguments, call["eps"])
    layer = nn.GroupNorm(call["num_groups"], len(weight.tensor), eps=call["eps"], device="meta")
    return raiser.layer(name, fill_(layer, weight=weight.tensor, bias=bias), call["input"])


def _embed(raiser: Raiser, call: Call) -> fx.Node:
    weight = raiser.held(call["weight"])
    name = _place(weight) if weight is not None else None
    if weight is None or name is None:
        return raiser.sketch.call(F.embedding, *raiser.value((call["indices"], call["weight"])))
    padding = call["padding_idx"]
    layer = make_embedding(weight.tensor, padding if isinstance(padding, int) and padding >= 0 else None)
    return raiser.layer(name, layer, call["indices"])


def _rectify(raiser: Raiser, call: Call) -> fx.Node | None:
    weight = raiser.held(call["weight"])
    name = _place(weight) if weight is not None else None
    if weight is None or name is None:
        return None
    layer = fill_(nn.PReLU(weight.tensor.numel(), device="meta"), weight=weight.tensor)
    return raiser.layer(name, layer, call["self"])


_KINDS: dict[str, type[nn.RNNBase]] = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn_tanh": nn.RNN}


def _recur(raiser: Raiser, call: Call) -> tuple[fx.Node, ...]:
    """An LSTM answers its outputs and both states, others their outputs and one."""
    states = call["hx"] if isinstance(call["hx"], list | tuple) else [call["hx"]]
    held = [raiser.held(weight) for weight in call["params"]]
    weights = [found for found in held if found is not None]
    if len(weights) != len(held) or call["train"]:
        raise RequestError("operator_unknown", operator=call.name, node=call.node.name)
    form = RecurrentForm(
        kind=_KINDS[call.name],
        layers=call["num_layers"],
        is_bidirectional=call["bidirectional"],
        is_batch_first=call["batch_first"],
        dropout=call["dropout"],
    )
    layer = make_recurrent([weight.tensor for weight in weights], form)
    name = _place(weights[0], "weight_ih_l0") or call.node.name
    inputs = [call["input"]]
    if not all(_is_zero(state) for state in states):
        inputs.append(tuple(states) if call.name == "lstm" else states[0])
    made = raiser.layer(name, layer, *inputs)
    ends = raiser.pick(made, 1)
    return (
        raiser.pick(made, 0),
        *([raiser.pick(ends, 0), raiser.pick(ends, 1)] if call.name == "lstm" else [ends]),
    )


def _is_zero(state: object) -> bool:
    """Whether a first state is made of zeros, as it is where the caller gave none."""
    name = str(getattr(state, "target", ""))
    return isinstance(state, fx.Node) and (
        "aten.zeros" in name
        or ("expand" in name and isinstance(state.args[0], fx.Node) and _is_zero(state.args[0]))
    )


def _drop_out(kind: type[nn.Module]) -> Rule:
    """What an export in evaluation mode leaves of a dropout is its place and share."""

    def rule(raiser: Raiser, call: Call) -> fx.Node:
        layer = kind(call["p"])  # type: ignore[call-arg]
        return raiser.layer(call.node.name, layer, call.node.args[0])

    return rule


LAYER_RULES: dict[str, Rule] = {
    **dict.fromkeys(
        (
            "conv1d", "conv2d", "conv3d", "convolution", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d",
        ),
        _convolve,
    ),
    **dict.fromkeys(_MATRICES, _multiply),
    **dict.fromkeys(
        ("batch_norm", "_native_batch_norm_legit_no_training", "native_batch_norm"), _normalise_batch
    ),
    **dict.fromkeys(("layer_norm", "native_layer_norm"), _normalise_layer),
    "group_norm": _normalise_group,
    "embedding": _embed,
    **dict.fromkeys(("prelu", "_prelu_kernel"), _rectify),
    **dict.fromkeys(_KINDS, _recur),
    "dropout": _drop_out(nn.Dropout),
    "feature_dropout": _drop_out(nn.Dropout2d),
}  # fmt: skip
"""How each operator with weights is raised."""
